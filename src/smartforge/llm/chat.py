"""A chat model behind an endpoint: text as it arrives, or a typed value.

Importing this costs a second (pydantic-ai, openai), so providers do it at their first use.
"""

from collections.abc import AsyncGenerator
from contextlib import aclosing

import httpx2
from openai import AsyncOpenAI
from pydantic_ai.messages import (
    ModelMessage,
    ModelRequest,
    ModelResponseStreamEvent,
    PartDeltaEvent,
    PartStartEvent,
    TextPart,
    TextPartDelta,
    UserPromptPart,
)
from pydantic_ai.models import ModelRequestParameters
from pydantic_ai.profiles.openai import OpenAIModelProfile
from pydantic_ai.providers.openai import OpenAIProvider
from pydantic_ai.providers.openai_compatible import OpenAICompatibleProvider

from smartforge.errors import AnswerIncomplete, ModelFailed
from smartforge.llm import shaped
from smartforge.llm.base import Spent, T
from smartforge.llm.endpoint import Endpoint, Limits
from smartforge.llm.exchange import Exchange, WireModel
from smartforge.llm.failures import AGAIN, ERRORS, explain, status_of
from smartforge.llm.text import Joiner, sound

ANSWERS = 3
MAX_CONNECTIONS = 1000

# A stream that just ends is no answer, and every character of a file counts.
_STRICT = OpenAIModelProfile(
    openai_chat_streaming_requires_finish_reason=True, ignore_streamed_leading_whitespace=False
)

_ENDS = {
    "length": (
        "The model stopped at its length limit before the answer was whole.",
        "Ask for a smaller API, or choose a model that may answer at greater length.",
    ),
    "content_filter": (
        "The provider's content filter ended the answer.",
        "Say it in other words, or choose another model.",
    ),
    "tool_call": ("The model called a tool instead of answering with text.", AGAIN),
}


class Chat:
    """A model with the connections to it.

    Building one takes some tens of milliseconds (certificates, price list): not on the event loop.
    """

    def __init__(self, endpoint: Endpoint, limits: Limits) -> None:
        self._endpoint = endpoint
        self._limits = limits
        # Waiting is watched in `Exchange`; this time limit is only the net below it.
        net = 2 * max(limits.first, limits.silence)
        connections = httpx2.AsyncClient(
            timeout=httpx2.Timeout(net, connect=limits.connect),
            limits=httpx2.Limits(max_connections=MAX_CONNECTIONS, max_keepalive_connections=100),
            follow_redirects=True,
            trust_env=not endpoint.is_loopback,  # no proxy leads to this machine itself
        )
        self._client = AsyncOpenAI(
            api_key=endpoint.key, base_url=endpoint.url, max_retries=0, http_client=connections
        )
        if endpoint.is_openai:
            route = OpenAIProvider(openai_client=self._client)
        else:
            route = OpenAICompatibleProvider("openai-compatible", openai_client=self._client)
        self._model = WireModel(endpoint.model, provider=route, profile=_STRICT)

    async def close(self) -> None:
        await self._client.close()

    async def text(self, instructions: str, prompt: str) -> AsyncGenerator[str | Spent, None]:
        """See `llm.base.Provider.stream`."""
        exchange = self._exchange([_request(instructions, prompt)], ModelRequestParameters())
        joiner = Joiner()
        failure: ModelFailed | None = None
        try:
            async with aclosing(exchange.events()) as events:
                async for event in events:
                    if piece := joiner.feed(_text_of(event)):
                        yield piece
        except ERRORS as error:
            failure = explain(error, self._endpoint, exchange.begun)
        if failure is not None:
            raise failure
        if rest := joiner.end():
            yield rest
        if exchange.finish != "stop":
            raise AnswerIncomplete("", *_end(exchange.finish))
        yield exchange.spent()

    async def value(self, instructions: str, prompt: str, shape: type[T]) -> tuple[T, list[Spent]]:
        """See `llm.base.Provider.value`."""
        schema = shaped.schema_of(shape)
        messages: list[ModelMessage] = [_request(instructions, prompt)]
        parameters = shaped.as_tool(schema)
        spent: list[Spent] = []
        problems: list[str] = []
        for answers in range(1, ANSWERS + 1):
            exchange = self._exchange(messages, parameters)
            failure, toolless = await self._drained(exchange)
            if toolless and parameters.output_mode == "tool" and answers < ANSWERS:
                parameters = shaped.as_json(schema)
                continue
            if failure is not None:
                raise failure
            spent.append(exchange.spent())
            response = exchange.response()
            found, problems = shaped.read(response, shape)
            if found is not None:
                return found, spent
            if not shaped.has_call(response):
                parameters = shaped.as_json(schema)
            messages += [response, shaped.corrected(response, problems, schema)]
        told = self._endpoint.redact("; ".join(problems[:5]))
        raise ModelFailed(
            f"{ANSWERS} answers of {self._endpoint.model} in turn were no usable plan: {told}",
            "Choose a more capable model, or the offline planner (--planner offline).",
        )

    async def _drained(self, exchange: Exchange) -> tuple[ModelFailed | None, bool]:
        """Read the whole response: what went wrong, and whether tools were the reason."""
        try:
            async with aclosing(exchange.events()) as events:
                async for _ in events:
                    pass
        except ERRORS as error:
            failure = explain(error, self._endpoint, begun=False)
            refused = status_of(error) in (400, 404, 422, 501)
            return failure, refused and "tool" in failure.what.lower()
        if exchange.finish in ("stop", "tool_call"):
            return None, False
        return ModelFailed(*_end(exchange.finish)), False

    def _exchange(
        self, messages: list[ModelMessage], parameters: ModelRequestParameters
    ) -> Exchange:
        return Exchange(self._model, self._endpoint, self._limits, messages, parameters)


def _request(instructions: str, prompt: str) -> ModelRequest:
    return ModelRequest(parts=[UserPromptPart(sound(prompt))], instructions=sound(instructions))


def _text_of(event: ModelResponseStreamEvent) -> str:
    match event:
        case PartStartEvent(part=TextPart(content=text)):
            return text
        case PartDeltaEvent(delta=TextPartDelta(content_delta=text)):
            return text
        case _:
            return ""


def _end(finish: str) -> tuple[str, str]:
    """What a finish reason other than `stop` means, and what to do."""
    unknown = f"The answer ended with the finish reason {finish!r:.60}, so it may not be whole."
    return _ENDS.get(finish, (unknown, AGAIN))
