"""How providers' protocols say the same thing, from their published formats, for the scripted wire.

OpenAI: Chat Completions. Anthropic: Messages, with its stream of named events. Google: the Gemini
API's `streamGenerateContent` with `alt=sse`. Finish reasons are scripted in OpenAI's words and
said in each one's own; a word that none knows is said as it is.
"""

# The bodies here are JSON of any shape.
# pyright: reportUnknownVariableType=false, reportUnknownMemberType=false
# pyright: reportUnknownArgumentType=false, reportUnknownParameterType=false

import json
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, cast

from tests.wire_http import Head
from tests.wire_script import Answer

Json = Any


@dataclass
class Said:
    """One answer on its way: what the model is called, the tool that it calls (else empty), the
    text so far, and the tokens asked and said so far."""

    answer: Answer
    model: str
    tool: str
    text: str = ""
    asked: int = 0
    tokens: int = 0


class Dialect(ABC):
    """Reads requests of one protocol, and writes its answers as pieces of a response."""

    finishes: ClassVar[Mapping[str, str]] = {}

    @abstractmethod
    def speaks(self, path: str) -> bool: ...
    @abstractmethod
    def key(self, headers: Mapping[str, str]) -> str: ...
    @abstractmethod
    def tools(self, body: Json) -> list[str]: ...
    @abstractmethod
    def shape(self, body: Json) -> str: ...
    @abstractmethod
    def messages(self, body: Json) -> list[tuple[str, str]]: ...
    @abstractmethod
    def opening(self, said: Said) -> list[str]: ...
    @abstractmethod
    def piece(self, said: Said, text: str) -> list[str]: ...
    @abstractmethod
    def ending(self, said: Said, body: Json) -> list[str]: ...
    @abstractmethod
    def whole(self, said: Said) -> Json: ...

    def streamed(self, head: Head) -> bool:
        return bool(head.body.get("stream"))

    def model(self, head: Head) -> str:
        return head.body.get("model", "scripted")

    def finish(self, said: Said) -> str | None:
        word = said.answer.finish
        return word if word is None else self.finishes.get(word, word)


class OpenAI(Dialect):
    """Chat Completions."""

    def speaks(self, path: str) -> bool:
        return path.endswith("/chat/completions")

    def key(self, headers: Mapping[str, str]) -> str:
        return headers.get("authorization", "").removeprefix("Bearer ")

    def tools(self, body: Json) -> list[str]:
        return [tool["function"]["name"] for tool in body.get("tools") or []]

    def shape(self, body: Json) -> str:
        schema: Json = (body.get("response_format") or {}).get("json_schema") or {}
        return schema.get("name") or ""

    def messages(self, body: Json) -> list[tuple[str, str]]:
        return [(one["role"], text_of(one.get("content"))) for one in body.get("messages") or []]

    def opening(self, said: Said) -> list[str]:
        frames = [self._chunk(said, {"role": "assistant", "content": None if said.tool else ""})]
        if said.tool:
            frames.append(self._chunk(said, {"tool_calls": [_call(said.tool, "")]}))
        return frames

    def piece(self, said: Said, text: str) -> list[str]:
        if said.tool:
            call = {"tool_calls": [{"index": 0, "function": {"arguments": text}}]}
            return [self._chunk(said, call)]
        return [self._chunk(said, {"content": text})]

    def ending(self, said: Said, body: Json) -> list[str]:
        frames: list[str] = []
        if said.answer.finish is not None:
            frames.append(self._chunk(said, {}, said.answer.finish))
        options: Json = body.get("stream_options") or {}
        if said.answer.usage == "last" and options.get("include_usage"):
            last = _envelope(said, "chat.completion.chunk", [])
            frames.append(_data(last | {"usage": _openai_usage(said)}))
        if said.answer.done:
            frames.append("data: [DONE]\n\n")
        return frames

    def whole(self, said: Said) -> Json:
        told: Json = {"role": "assistant", "content": said.text}
        if said.tool:
            told = told | {"content": None, "tool_calls": [_call(said.tool, said.text)]}
        choice = {"index": 0, "message": told, "finish_reason": said.answer.finish}
        body = _envelope(said, "chat.completion", [choice])
        return body if said.answer.usage == "none" else body | {"usage": _openai_usage(said)}

    def _chunk(self, said: Said, delta: Json, finish: str | None = None) -> str:
        choice = {"index": 0, "delta": delta, "finish_reason": finish}
        body = _envelope(said, "chat.completion.chunk", [choice])
        return _data(
            body | {"usage": _openai_usage(said)} if said.answer.usage == "every" else body
        )


class Anthropic(Dialect):
    """Messages: `message_start`, one content block, `message_delta`, `message_stop`."""

    finishes: ClassVar[Mapping[str, str]] = {
        "stop": "end_turn",
        "length": "max_tokens",
        "tool_calls": "tool_use",
        "content_filter": "refusal",
    }

    def speaks(self, path: str) -> bool:
        return path.split("?")[0].endswith("/messages")

    def key(self, headers: Mapping[str, str]) -> str:
        """Published is `x-api-key`; the client in use sends it as Bearer, which is taken too."""
        return headers.get("x-api-key") or headers.get("authorization", "").removeprefix("Bearer ")

    def tools(self, body: Json) -> list[str]:
        return [tool["name"] for tool in body.get("tools") or []]

    def shape(self, body: Json) -> str:
        """The format has no name of its own; only plans are asked for like this."""
        return "plan" if (body.get("output_config") or {}).get("format") else ""

    def messages(self, body: Json) -> list[tuple[str, str]]:
        system = [("system", text_of(body["system"]))] if body.get("system") else []
        told = [(one["role"], text_of(one["content"])) for one in body.get("messages") or []]
        return system + told

    def opening(self, said: Said) -> list[str]:
        block: Json = {"type": "text", "text": ""}
        if said.tool:
            block = {"type": "tool_use", "id": "toolu_1", "name": said.tool, "input": {}}
        start = self._message(said) | {"content": [], "stop_reason": None, "stop_sequence": None}
        if said.answer.usage != "none":
            start["usage"] = {**_anthropic_usage(said), "output_tokens": 1}
        return [
            self._event("message_start", message=start),
            self._event("content_block_start", index=0, content_block=block),
            self._event("ping"),
        ]

    def piece(self, said: Said, text: str) -> list[str]:
        delta: Json = {"type": "text_delta", "text": text}
        if said.tool:
            delta = {"type": "input_json_delta", "partial_json": text}
        return [self._event("content_block_delta", index=0, delta=delta)]

    def ending(self, said: Said, body: Json) -> list[str]:
        frames = [self._event("content_block_stop", index=0)]
        if said.answer.finish is not None:
            word = "tool_use" if said.tool and said.answer.finish == "stop" else self.finish(said)
            delta = {"stop_reason": word, "stop_sequence": None}
            usage = {} if said.answer.usage == "none" else {"usage": _anthropic_usage(said)}
            frames.append(self._event("message_delta", delta=delta, **usage))
        if said.answer.done:
            frames.append(self._event("message_stop"))
        return frames

    def whole(self, said: Said) -> Json:
        block: Json = {"type": "text", "text": said.text}
        if said.tool:
            given = json.loads(said.text)
            block = {"type": "tool_use", "id": "toolu_1", "name": said.tool, "input": given}
        body = self._message(said) | {"content": [block], "stop_reason": self.finish(said)}
        return body | {"usage": _anthropic_usage(said)}

    def _message(self, said: Said) -> dict[str, Json]:
        return {"id": "msg_1", "type": "message", "role": "assistant", "model": said.model}

    def _event(self, kind: str, **fields: Json) -> str:
        return f"event: {kind}\n{_data({'type': kind, **fields})}"


class Google(Dialect):
    """The Gemini API: each chunk is a `GenerateContentResponse`; a call comes in one piece."""

    finishes: ClassVar[Mapping[str, str]] = {
        "stop": "STOP",
        "length": "MAX_TOKENS",
        "tool_calls": "UNEXPECTED_TOOL_CALL",
        "content_filter": "SAFETY",
    }

    def speaks(self, path: str) -> bool:
        return "enerateContent" in path

    def streamed(self, head: Head) -> bool:
        return ":streamGenerateContent" in head.path

    def model(self, head: Head) -> str:
        return head.path.rpartition("/models/")[2].partition(":")[0]

    def key(self, headers: Mapping[str, str]) -> str:
        return headers.get("x-goog-api-key", "")

    def tools(self, body: Json) -> list[str]:
        sets = body.get("tools") or []
        return [one["name"] for each in sets for one in each.get("functionDeclarations") or []]

    def shape(self, body: Json) -> str:
        """The format has no name of its own; only plans are asked for like this."""
        config: Json = body.get("generationConfig") or {}
        return "plan" if config.get("responseMimeType") == "application/json" else ""

    def messages(self, body: Json) -> list[tuple[str, str]]:
        system = body.get("systemInstruction")
        first = [("system", _parts_text(system))] if system else []
        return first + [(one["role"], _parts_text(one)) for one in body.get("contents") or []]

    def opening(self, said: Said) -> list[str]:
        return [self._chunk(said, [{"text": ""}])]

    def piece(self, said: Said, text: str) -> list[str]:
        return [] if said.tool else [self._chunk(said, [{"text": text}])]

    def ending(self, said: Said, body: Json) -> list[str]:
        parts: list[Json] = [self._called(said)] if said.tool else [{"text": ""}]
        return [self._chunk(said, parts, self.finish(said), last=True)]

    def whole(self, said: Said) -> Json:
        return json.loads(
            self._chunk(said, [{"text": said.text}], self.finish(said), last=True)[6:]
        )

    def _called(self, said: Said) -> Json:
        """Arguments are an object here; what is none can only be said as text."""
        try:
            given = json.loads(said.text)
        except ValueError:
            return {"text": said.text}
        return {"functionCall": {"name": said.tool, "args": given}}

    def _chunk(
        self, said: Said, parts: list[Json], finish: str | None = None, last: bool = False
    ) -> str:
        candidate: Json = {"content": {"parts": parts, "role": "model"}, "index": 0}
        if finish is not None:
            candidate["finishReason"] = finish
        body: Json = {"candidates": [candidate], "modelVersion": said.model, "responseId": "r1"}
        if said.answer.usage == "every" or (last and said.answer.usage == "last"):
            body["usageMetadata"] = {
                "promptTokenCount": said.asked,
                "candidatesTokenCount": said.tokens,
                "totalTokenCount": said.asked + said.tokens,
                "cachedContentTokenCount": said.answer.cached_tokens,
            }
        return _data(body)


DIALECTS: tuple[Dialect, ...] = (OpenAI(), Anthropic(), Google())


def text_of(content: Json) -> str:
    """The text of a chat message, which may be a list of parts, or of a tool's result."""
    if isinstance(content, list):
        parts = cast(list[dict[str, Json]], content)
        return "".join(part.get("text") or text_of(part.get("content")) for part in parts)
    return content or ""


def _parts_text(content: Json) -> str:
    texts: list[str] = []
    for part in content.get("parts") or []:
        told = (part.get("functionResponse") or {}).get("response")
        texts.append(part.get("text") or (json.dumps(told) if told else ""))
    return "".join(texts)


def _call(tool: str, arguments: str) -> Json:
    function = {"name": tool, "arguments": arguments}
    return {"index": 0, "id": "call_1", "type": "function", "function": function}


def _envelope(said: Said, kind: str, choices: Json) -> dict[str, Json]:
    body = {"id": "chatcmpl-1", "object": kind, "created": 1_700_000_000, "model": said.model}
    return {**body, "choices": choices}


def _openai_usage(said: Said) -> Json:
    return {
        "prompt_tokens": said.asked,
        "completion_tokens": said.tokens,
        "total_tokens": said.asked + said.tokens,
        "prompt_tokens_details": {"cached_tokens": said.answer.cached_tokens},
    }


def _anthropic_usage(said: Said) -> Json:
    """Its input tokens are those that came from no cache."""
    return {
        "input_tokens": said.asked - said.answer.cached_tokens,
        "cache_read_input_tokens": said.answer.cached_tokens,
        "cache_creation_input_tokens": 0,
        "output_tokens": said.tokens,
    }


def _data(body: Json) -> str:
    return f"data: {json.dumps(body)}\n\n"
