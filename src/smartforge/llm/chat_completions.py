"""OpenAI's Chat Completions, streamed: OpenAI itself and every compatible endpoint."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from openai import AsyncOpenAI
from openai.types import CompletionUsage
from openai.types.chat import ChatCompletionChunk
from openai.types.chat.chat_completion_chunk import Choice
from pydantic_ai.messages import ModelResponseStreamEvent, PartStartEvent, TextPart
from pydantic_ai.models import StreamedResponse
from pydantic_ai.models.openai import OpenAIChatModel, OpenAIStreamedResponse
from pydantic_ai.profiles.openai import OpenAIModelProfile
from pydantic_ai.providers.openai import OpenAIProvider
from pydantic_ai.providers.openai_compatible import OpenAICompatibleProvider
from pydantic_ai.usage import RequestUsage

from smartforge.llm.endpoint import Endpoint, Limits
from smartforge.llm.wire import Wire, connections

_NEVER = ("", "")

# A stream that just ends is no answer, and every character of a file counts.
_STRICT = OpenAIModelProfile(
    openai_chat_streaming_requires_finish_reason=True, ignore_streamed_leading_whitespace=False
)


@dataclass
class _Stream(OpenAIStreamedResponse):
    """A stream that keeps the last usage it was told: some endpoints repeat it on every chunk,
    summed up so far, and adding those up would count a token many times."""

    told: ChatCompletionChunk | None = field(default=None, init=False)

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

    def reported(self) -> RequestUsage | None:
        counts = self.told.usage if self.told is not None else None
        if self.told is None or counts is None or not _are_counts(counts):
            return None
        try:
            return super()._map_usage(self.told)
        except (ValueError, TypeError, AttributeError, LookupError):
            return None


def _are_counts(usage: CompletionUsage) -> bool:
    """Whether an endpoint has told numbers: what is streamed is not validated."""
    told: list[object] = [usage.prompt_tokens, usage.completion_tokens]
    return all(type(one) is int for one in told)


class _Model(OpenAIChatModel):
    """Chat Completions, with streams that keep their usage."""

    @property
    def _streamed_response_cls(self) -> type[OpenAIStreamedResponse]:
        return _Stream


def open_wire(endpoint: Endpoint, limits: Limits) -> Wire:
    client = AsyncOpenAI(
        api_key=endpoint.key,
        base_url=endpoint.url,
        max_retries=0,
        http_client=connections(endpoint, limits),
    )
    if endpoint.is_openai:
        route = OpenAIProvider(openai_client=client)
    else:
        route = OpenAICompatibleProvider("openai-compatible", openai_client=client)
    return Wire(
        model=_Model(endpoint.model, provider=route, profile=_STRICT),
        close=client.close,
        whole=frozenset({"stop"}),
        reported=_reported,
        exact=False,
    )


def _reported(stream: StreamedResponse) -> RequestUsage | None:
    return stream.reported() if isinstance(stream, _Stream) else None
