"""One request to a chat model and its streamed response, over pydantic-ai."""

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Literal

from genai_prices import calc_price
from openai.types.chat import ChatCompletionChunk
from openai.types.chat.chat_completion_chunk import Choice
from pydantic_ai.direct import model_request_stream
from pydantic_ai.messages import (
    FinishReason,
    ModelMessage,
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
)
from pydantic_ai.models import ModelRequestParameters, StreamedResponse
from pydantic_ai.models.openai import OpenAIChatModel, OpenAIStreamedResponse
from pydantic_ai.usage import RequestUsage

from smartforge.llm.base import Spent
from smartforge.llm.endpoint import Endpoint, Limits
from smartforge.llm.failures import ERRORS, Silent, TooLong

_NEVER = ("", "")

FinishWord = Literal["stop", "length", "tool_calls", "content_filter", "function_call"]


@dataclass
class _Stream(OpenAIStreamedResponse):
    """A stream that keeps the last usage it was told: some endpoints repeat it on every chunk,
    summed up so far, and adding those up would count a token many times."""

    told: ChatCompletionChunk | None = field(default=None, init=False)
    on_finish: Callable[[], None] | None = field(default=None, init=False)

    def _map_usage(self, response: ChatCompletionChunk) -> RequestUsage:
        if response.usage is not None:
            self.told = response
        return RequestUsage()

    def _map_text_delta(self, choice: Choice) -> Iterable[ModelResponseStreamEvent]:
        for event in super()._map_text_delta(choice):
            if isinstance(event, PartStartEvent) and isinstance(event.part, TextPart):
                # `<think>` opens reasoning only before the answer; within a file it is text.
                self._model_profile = {**self._model_profile, "thinking_tags": _NEVER}
            yield event

    def _map_finish_reason(self, key: FinishWord) -> FinishReason | None:
        if self.on_finish is not None:
            self.on_finish()
        return super()._map_finish_reason(key)

    def reported(self) -> RequestUsage | None:
        """What the endpoint said that the request has used, if it did in a readable way."""
        if self.told is None:
            return None
        try:
            return super()._map_usage(self.told)
        except (ValueError, TypeError, AttributeError, LookupError):
            return None


class WireModel(OpenAIChatModel):
    """Chat Completions, with streams that keep their usage."""

    @property
    def _streamed_response_cls(self) -> type[OpenAIStreamedResponse]:
        return _Stream


class Exchange:
    """One request and the response to it, to be read once through `events`.

    `begun`: the first chunk of the response has come.
    """

    def __init__(
        self,
        model: WireModel,
        endpoint: Endpoint,
        limits: Limits,
        messages: Sequence[ModelMessage],
        parameters: ModelRequestParameters,
    ) -> None:
        self._model = model
        self._endpoint = endpoint
        self._limits = limits
        self._messages = messages
        self._parameters = parameters
        self._stream: StreamedResponse | None = None
        self._start = time.monotonic()
        self._ms = 0
        self._heard = False
        self._timer: asyncio.Timeout | None = None
        self.begun = False

    @property
    def finish(self) -> str:
        """`stop`, `length`, `content_filter`, `tool_call`, another word of the provider, or empty.

        Empty until the provider has said why the answer ends.
        """
        if self._stream is None:
            return ""
        said = (self._stream.provider_details or {}).get("finish_reason", "")
        return str(self._stream.finish_reason or said or "")

    def response(self) -> ModelResponse:
        """All that came, once `events` has ended."""
        if self._stream is None:
            raise RuntimeError("the exchange has not been read")
        return self._stream.get()

    async def events(self) -> AsyncGenerator[ModelResponseStreamEvent, None]:
        """Everything that the model says and thinks, as it arrives.

        Ends normally once the provider gave a finish reason, whichever it is, also where the
        response then breaks off or hangs; raises one of `failures.ERRORS` otherwise. Closing it
        closes the socket.
        """
        limits = self._limits
        deadline = asyncio.get_running_loop().time() + limits.first
        size = 0
        async with AsyncExitStack() as stack:
            self._stream = await self._opened(stack, deadline)
            self.begun = True
            if isinstance(self._stream, _Stream):
                self._stream.on_finish = self._finished
            stream = aiter(self._stream)
            while (event := await self._next(stream, deadline)) is not None:
                self._heard = True
                size += _size(event)
                if size > limits.answer:
                    raise TooLong(limits.answer)
                yield event
                wait = limits.trailer if self.finish else limits.silence
                deadline = asyncio.get_running_loop().time() + wait
            self._ms = round((time.monotonic() - self._start) * 1000)

    async def _opened(self, stack: AsyncExitStack, deadline: float) -> StreamedResponse:
        """The response once its first chunk is there."""
        request = model_request_stream(
            self._model,
            self._messages,
            model_request_parameters=self._parameters,
            instrument=False,
        )
        try:
            async with asyncio.timeout_at(deadline):
                return await stack.enter_async_context(request)
        except TimeoutError:
            raise Silent(self._limits.first) from None

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

    def _finished(self) -> None:
        """Nothing but the usage is to come: wait for that no longer than the trailer may take."""
        if self._timer is not None and not self._timer.expired():
            self._timer.reschedule(asyncio.get_running_loop().time() + self._limits.trailer)

    def spent(self) -> Spent:
        """What the exchange cost; zero tokens and no cost where the endpoint did not say."""
        usage = self._stream.reported() if isinstance(self._stream, _Stream) else None
        endpoint = self._endpoint
        if usage is None:
            return Spent(endpoint.model, 0, 0, 0, None, self._ms)
        served = self._stream.model_name if self._stream is not None else endpoint.model
        return Spent(
            model=endpoint.model,
            input_tokens=max(0, usage.input_tokens),
            cached_input_tokens=max(0, usage.cache_read_tokens),
            output_tokens=max(0, usage.output_tokens),
            cost=cost(usage, endpoint.url, served, endpoint.model),
            duration_ms=self._ms,
        )


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


def _size(event: ModelResponseStreamEvent) -> int:
    match event:
        case PartStartEvent(part=TextPart(content=str(text)) | ThinkingPart(content=str(text))):
            return len(text)
        case PartStartEvent(part=ToolCallPart(args=str(text))):
            return len(text)
        case PartDeltaEvent(delta=TextPartDelta(content_delta=str(text))):
            return len(text)
        case PartDeltaEvent(delta=ThinkingPartDelta(content_delta=str(text))):
            return len(text)
        case PartDeltaEvent(delta=ToolCallPartDelta(args_delta=str(text))):
            return len(text)
        case _:
            return 0
