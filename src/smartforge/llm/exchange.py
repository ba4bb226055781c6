"""One request to a chat model and its streamed response, over pydantic-ai."""

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Sequence
from contextlib import AsyncExitStack, aclosing

import httpx2
from genai_prices import calc_price
from pydantic_ai.direct import model_request_stream
from pydantic_ai.exceptions import ModelAPIError
from pydantic_ai.messages import (
    ModelMessage,
    ModelRequest,
    ModelResponse,
    ModelResponseStreamEvent,
    PartDeltaEvent,
    PartStartEvent,
    TextPart,
    TextPartDelta,
    ThinkingPart,
    ThinkingPartDelta,
    ToolCallPart,
    ToolCallPartDelta,
    ToolReturnPart,
    UserPromptPart,
)
from pydantic_ai.models import ModelRequestParameters, StreamedResponse
from pydantic_ai.usage import RequestUsage

from smartforge.llm import lost
from smartforge.llm.base import Spent
from smartforge.llm.endpoint import Endpoint, Limits
from smartforge.llm.failures import ERRORS, Silent, TooLong, Unended
from smartforge.llm.tokens import estimated
from smartforge.llm.wire import Wire, responses


class Exchange:
    """One request and the response to it, to be read once through `events`.

    `begun`: the first chunk of the response has come.
    """

    def __init__(
        self,
        wire: Wire,
        endpoint: Endpoint,
        limits: Limits,
        messages: Sequence[ModelMessage],
        parameters: ModelRequestParameters,
    ) -> None:
        self._wire = wire
        self._endpoint = endpoint
        self._limits = limits
        self._messages = messages
        self._parameters = parameters
        self._stream: StreamedResponse | None = None
        self._start = time.monotonic()
        self._heard = False
        self._said: list[str] = []
        self._timer: asyncio.Timeout | None = None
        self._watch: asyncio.TimerHandle | None = None
        self.begun = False

    @property
    def finish(self) -> str:
        """See `Wire.finish`; empty also while there is no response."""
        return "" if self._stream is None else self._wire.finish(self._stream)

    @property
    def said(self) -> str:
        """Why the provider would not answer, in its own words, where it gave any."""
        details = (self._stream.provider_details or {}) if self._stream is not None else {}
        return str(details.get("refusal") or details.get("block_reason_message") or "")

    def response(self) -> ModelResponse:
        """All that came, once `events` has ended."""
        if self._stream is None:
            raise RuntimeError("the exchange has not been read")
        return self._stream.get()

    async def events(self) -> AsyncGenerator[ModelResponseStreamEvent, None]:
        """Everything that the model says and thinks, as it arrives.

        Ends normally once the provider gave a finish reason, whichever it is, also where the
        response then breaks off or hangs (nothing new is waited for longer than twice the
        trailer); raises one of `failures.ERRORS` otherwise. Closing it closes the socket. What was
        spent on a response that was left, or that broke off, is told by `lost`.
        """
        try:
            async with aclosing(self._events()) as events:
                async for event in events:
                    yield event
        except BaseException as error:
            # What was refused, or never reached anybody, costs nothing.
            if self.begun or not isinstance(error, ModelAPIError | httpx2.HTTPError | OSError):
                lost.tell(self.spent(whole=False))
            raise

    async def _events(self) -> AsyncGenerator[ModelResponseStreamEvent, None]:
        limits = self._limits
        deadline = asyncio.get_running_loop().time() + limits.first
        size = 0
        async with AsyncExitStack() as stack:
            self._stream = await self._opened(stack, deadline)
            self.begun = True
            stream = aiter(self._stream)
            self._look()
            stack.callback(self._look_no_more)
            while (event := await self._next(stream, deadline)) is not None:
                self._heard = True
                self._said.append(text_of(event))
                size += len(self._said[-1])
                if size > limits.answer:
                    raise TooLong(limits.answer)
                yield event
                wait = limits.trailer if self.finish else limits.silence
                deadline = asyncio.get_running_loop().time() + wait
            if not self.finish:
                raise Unended

    async def _opened(self, stack: AsyncExitStack, deadline: float) -> StreamedResponse:
        """The response once its first chunk is there."""
        request = model_request_stream(
            self._wire.model,
            self._messages,
            model_settings=self._wire.settings,
            model_request_parameters=self._parameters,
            instrument=False,
        )
        with responses() as begun:
            stack.push_async_callback(_close, begun)
            try:
                async with asyncio.timeout_at(deadline):
                    opened = await stack.enter_async_context(request)
            except TimeoutError:
                raise Silent(self._limits.first) from None
        stack.push_async_callback(_close, begun)  # Before the library closes what it knows of.
        return opened

    async def _next(
        self, stream: AsyncIterator[ModelResponseStreamEvent], deadline: float
    ) -> ModelResponseStreamEvent | None:
        """The next event, None at the end; past the finish reason nothing can go wrong any more."""
        limits = self._limits
        try:
            async with asyncio.timeout_at(deadline) as self._timer:
                return await anext(stream, None)
        except TimeoutError:
            if self.finish:
                return None
            raise Silent(limits.silence if self._heard else limits.first) from None
        except ERRORS:
            if self.finish:
                return None
            raise
        finally:
            self._timer = None

    def _look(self, ending: bool = False) -> None:
        """Look every trailer whether the reason to finish has come and nothing since the last look:
        then only the usage is to come, and that is waited for no longer."""
        loop = asyncio.get_running_loop()
        if ending and self._timer is not None and not self._timer.expired():
            self._timer.reschedule(loop.time())
        self._watch = loop.call_later(self._limits.trailer, self._look, bool(self.finish))

    def _look_no_more(self) -> None:
        if self._watch is not None:
            self._watch.cancel()

    def spent(self, *, whole: bool = True) -> Spent:
        """What the exchange has cost so far.

        Where the endpoint has not said so, or where the response is not `whole`, so that it has
        said no more than a part, what was sent and what came is counted here.
        """
        told = self._wire.reported(self._stream) if self._stream is not None else None
        usage = told if told is not None and whole else self._counted(told)
        endpoint = self._endpoint
        served = self._stream.model_name if self._stream is not None else endpoint.model
        return Spent(
            model=endpoint.model,
            input_tokens=max(0, usage.input_tokens),
            cached_input_tokens=max(0, usage.cache_read_tokens),
            output_tokens=max(0, usage.output_tokens),
            cost=cost(usage, endpoint.url, served, endpoint.model),
            duration_ms=round((time.monotonic() - self._start) * 1000),
            estimated=usage is not told,
        )

    def _counted(self, told: RequestUsage | None) -> RequestUsage:
        """By our own tokenizer; what the endpoint has told of it stands where that is more."""
        usage = told or RequestUsage()
        said = estimated("".join(self._said))
        return RequestUsage(
            input_tokens=usage.input_tokens or estimated("\n".join(_sent(self._messages))),
            cache_read_tokens=usage.cache_read_tokens,
            output_tokens=max(usage.output_tokens, said),
        )


async def _close(responses: Sequence[httpx2.Response]) -> None:
    for response in responses:
        await response.aclose()


def cost(usage: RequestUsage, url: str, *models: str) -> str | None:
    """The price in USD as a plain decimal, by the first of `models` that has one at this address.

    None where the address or the models are not in the price list: a local endpoint may serve a
    model by any name, so a name alone says nothing about a price.
    """
    for model in models:
        try:
            price = calc_price(usage, model, provider_api_url=url).total_price
        except (LookupError, ValueError):
            continue
        return format(price.normalize(), "f")
    return None


def text_of(event: ModelResponseStreamEvent) -> str:
    """What the event brings, be it said, thought, or given to a tool."""
    match event:
        case PartStartEvent(part=TextPart(content=str(text)) | ThinkingPart(content=str(text))):
            return text
        case PartStartEvent(part=ToolCallPart(args=str(text))):
            return text
        case PartDeltaEvent(delta=TextPartDelta(content_delta=str(text))):
            return text
        case PartDeltaEvent(delta=ThinkingPartDelta(content_delta=str(text))):
            return text
        case PartDeltaEvent(delta=ToolCallPartDelta(args_delta=str(text))):
            return text
        case _:
            return ""


def _sent(messages: Sequence[ModelMessage]) -> Iterator[str]:
    """The texts of what is asked, and of what was said before."""
    for message in messages:
        if isinstance(message, ModelRequest):
            yield message.instructions or ""
            for part in message.parts:
                if isinstance(part, UserPromptPart | ToolReturnPart):
                    yield str(part.content)
        else:
            yield message.text or ""
            yield from (call.args_as_json_str() for call in message.tool_calls)
