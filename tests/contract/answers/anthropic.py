"""Constructed answers in the format of Anthropic's Messages API, as it streams them."""

# The bodies here are JSON of any shape.
# pyright: reportUnknownVariableType=false, reportUnknownMemberType=false
# pyright: reportUnknownArgumentType=false, reportUnknownParameterType=false

from tests.contract.answers import (
    HTML,
    Constructed,
    Json,
    cut,
    data,
    failed,
    refused,
    streamed,
    whole,
)

USAGE = {"input_tokens": 9, "output_tokens": 1}


def event(kind: str, **fields: Json) -> str:
    return f"event: {kind}\n{data({'type': kind, **fields})}"


def start(**usage: int) -> str:
    message = {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": "scripted",
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
    }
    return event("message_start", message=message | {"usage": USAGE | usage})


def block(index: int = 0, **fields: Json) -> str:
    return event("content_block_start", index=index, content_block=fields)


def said(text: str, index: int = 0) -> str:
    delta = {"type": "text_delta", "text": text}
    return event("content_block_delta", index=index, delta=delta)


def ended(word: str | None, **delta: Json) -> str:
    fields = {"stop_reason": word, "stop_sequence": None, **delta}
    return event("message_delta", delta=fields, usage={"output_tokens": 3})


def error(kind: str, message: str) -> Json:
    return {"type": "error", "error": {"type": kind, "message": message}, "request_id": "req_1"}


TEXT = block(type="text", text="")
SHUT = event("content_block_stop", index=0)
STOP = event("message_stop")
PING = event("ping")
OPEN = start() + TEXT
END = SHUT + ended("end_turn") + STOP
THINKING = (
    block(type="thinking", thinking="", signature="")
    + event("content_block_delta", index=0, delta={"type": "thinking_delta", "thinking": "hm"})
    + event("content_block_delta", index=0, delta={"type": "signature_delta", "signature": "s"})
    + SHUT
)

ANSWERS: tuple[Constructed, ...] = (
    whole("plain", OPEN + PING + said("x = ") + said("1\n") + END, "x = 1\n"),
    whole("pings between", OPEN + said("a") + PING + PING + said("b") + END, "ab"),
    whole("nothing said", start() + ended("end_turn") + STOP, ""),
    whole("a block without text", OPEN + END, ""),
    whole("text in the opening of its block", start() + block(type="text", text="x") + END, "x"),
    whole(
        "two blocks of text",
        OPEN
        + said("a")
        + SHUT
        + block(1, type="text", text="")
        + said("b", 1)
        + event("content_block_stop", index=1)
        + ended("end_turn")
        + STOP,
        "ab",
    ),
    whole(
        "thinking first",
        start()
        + THINKING
        + block(1, type="text", text="")
        + said("x", 1)
        + event("content_block_stop", index=1)
        + ended("end_turn")
        + STOP,
        "x",
    ),
    whole(
        "thinking that is kept from us",
        start()
        + block(type="redacted_thinking", data="abc")
        + SHUT
        + block(1, type="text", text="")
        + said("x", 1)
        + ended("end_turn"),
        "x",
    ),
    whole("no end mark", OPEN + said("x") + SHUT + ended("end_turn"), "x"),
    whole("a block that nobody closed", OPEN + said("x") + ended("end_turn") + STOP, "x"),
    whole(
        "tokens from a cache",
        start(cache_read_input_tokens=5, cache_creation_input_tokens=2) + TEXT + said("x") + END,
        "x",
    ),
    whole("signs beyond ASCII", OPEN + said("Grüße 😀\u2028") + END, "Grüße 😀\u2028"),
    whole("an event that nobody knows", OPEN + event("novelty", a=1) + said("x") + END, "x"),
    whole("lines that end as on Windows", (OPEN + said("x") + END).replace("\n", "\r\n"), "x"),
    cut("stopped at the limit", OPEN + said("x") + SHUT + ended("max_tokens") + STOP, "limit"),
    cut(
        "stopped at the end of the context",
        OPEN + said("x") + SHUT + ended("model_context_window_exceeded") + STOP,
        "limit",
    ),
    cut(
        "stopped at a word",
        OPEN + said("x") + SHUT + ended("stop_sequence") + STOP,
        "stop_sequence",
    ),
    cut("a pause", OPEN + said("x") + SHUT + ended("pause_turn") + STOP, "pause_turn"),
    cut("a refusal", OPEN + said("x") + SHUT + ended("refusal") + STOP, "filter"),
    cut("a call of a tool", OPEN + said("x") + SHUT + ended("tool_use") + STOP, "tool"),
    cut("an unknown word to end", OPEN + said("x") + SHUT + ended("tired") + STOP, "tired"),
    cut("no word to end", OPEN + said("x") + SHUT + STOP, "without saying"),
    cut(
        "a word to end that is null", OPEN + said("x") + SHUT + ended(None) + STOP, "without saying"
    ),
    cut("an end and nothing else", OPEN + said("x"), "without saying"),
    cut("half an event at the end", OPEN + said("x") + ended("end_turn")[:40]),
    cut(
        "overloaded after some text",
        OPEN + said("x") + event("error", error={"type": "overloaded_error", "message": "busy"}),
        "busy",
    ),
    cut(
        "no JSON after some text",
        OPEN + said("x") + "event: content_block_delta\ndata: {broken\n\n" + END,
    ),
    failed("an empty stream", "", "ANTHROPIC_BASE_URL"),
    Constructed("a web page", streamed(HTML), "failed", says="ANTHROPIC_BASE_URL"),
    failed("text without an opening", said("x") + END, "ANTHROPIC_BASE_URL"),
    refused(
        "a wrong key", 401, error("authentication_error", "invalid x-api-key"), "ANTHROPIC_API_KEY"
    ),
    refused("no such model", 404, error("not_found_error", "model: scripted"), "name of the model"),
    refused("too often", 429, error("rate_limit_error", "slow down"), "wait", {"Retry-After": "7"}),
    refused("overloaded", 529, error("overloaded_error", "Overloaded"), "try again later"),
    refused(
        "no money", 400, error("invalid_request_error", "Your credit balance is too low"), "balance"
    ),
    refused(
        "a context that is too small",
        400,
        error("invalid_request_error", "prompt is too long: 300000 tokens > 200000 maximum"),
        "larger context",
    ),
)
