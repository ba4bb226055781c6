"""A chat model behind an endpoint: text as it arrives, or a typed value.

Importing this costs a second (pydantic-ai, openai), so providers do it at their first use.
"""

from collections.abc import AsyncGenerator
from contextlib import aclosing

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

from smartforge.errors import AnswerIncomplete, ModelFailed
from smartforge.llm import lost, shaped
from smartforge.llm.base import Spent, T
from smartforge.llm.endpoint import Endpoint, Limits
from smartforge.llm.exchange import Exchange
from smartforge.llm.failures import AGAIN, ERRORS, explain, status_of
from smartforge.llm.text import Aloud, Joiner, sound
from smartforge.llm.wire import Wire

ANSWERS = 3

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

    def __init__(self, endpoint: Endpoint, limits: Limits, wire: Wire) -> None:
        self._endpoint = endpoint
        self._limits = limits
        self._wire = wire

    async def close(self) -> None:
        await self._wire.close()

    async def text(self, instructions: str, prompt: str) -> AsyncGenerator[str | Spent, None]:
        """See `llm.base.Provider.stream`."""
        exchange = self._exchange([_request(instructions, prompt)], ModelRequestParameters())
        joiner, aloud = Joiner(), Aloud()
        failure: ModelFailed | None = None
        try:
            async with aclosing(exchange.events()) as events:
                async for event in events:
                    if piece := joiner.feed(aloud.feed(_text_of(event))):
                        yield piece
        except ERRORS as error:
            failure = explain(error, self._endpoint, exchange.begun)
        if failure is not None:
            raise failure
        if exchange.finish != "stop":
            yield exchange.spent()
            cut = exchange.finish == "length"
            raise AnswerIncomplete("", *self._end(exchange), cut=cut)
        if rest := joiner.feed(aloud.end()) + joiner.end():
            yield rest
        yield exchange.spent()

    async def value(self, instructions: str, prompt: str, shape: type[T]) -> tuple[T, list[Spent]]:
        """See `llm.base.Provider.value`."""
        schema = shaped.schema_of(shape)
        messages: list[ModelMessage] = [_request(instructions, prompt)]
        spent: list[Spent] = []
        try:
            return await self._shaped(messages, schema, shape, spent), spent
        except BaseException:
            lost.tell(*spent)
            raise

    async def _shaped(
        self,
        messages: list[ModelMessage],
        schema: shaped.Schema,
        shape: type[T],
        spent: list[Spent],
    ) -> T:
        """The value, once an answer has it. What each answer took is added to `spent`."""
        parameters = shaped.as_tool(schema)
        problems: list[str] = []
        for answers in range(1, ANSWERS + 1):
            exchange = self._exchange(messages, parameters)
            failure, toolless = await self._drained(exchange)
            if toolless and parameters.output_mode == "tool" and answers < ANSWERS:
                parameters = shaped.as_json(schema, strict=self._wire.exact)
                continue
            if failure is not None:
                raise failure
            spent.append(exchange.spent())
            response = exchange.response()
            found, problems = shaped.read(response, shape)
            if found is not None:
                return found
            if not shaped.has_call(response):
                parameters = shaped.as_json(schema, strict=self._wire.exact)
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
        lost.tell(exchange.spent())
        return ModelFailed(*self._end(exchange)), False

    def _end(self, exchange: Exchange) -> tuple[str, str]:
        """What a finish reason other than `stop` means, and what to do."""
        finish = exchange.finish
        unknown = f"The answer ended with the finish reason {finish!r:.60}, so it may not be whole."
        what, hint = _ENDS.get(finish, (unknown, AGAIN))
        if exchange.said:
            what = f"{what} It says: {self._endpoint.redact(exchange.said):.300}"
        return what, hint

    def _exchange(
        self, messages: list[ModelMessage], parameters: ModelRequestParameters
    ) -> Exchange:
        return Exchange(self._wire, self._endpoint, self._limits, messages, parameters)


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
