"""Constructed answers in the format of OpenAI's Chat Completions, of compatible servers too."""

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

DONE = "data: [DONE]\n\n"
USAGE = {"prompt_tokens": 9, "completion_tokens": 3, "total_tokens": 12}


def chunk(delta: Json, finish: str | None = None, **more: Json) -> str:
    choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
    return data(
        {
            "id": "chatcmpl-1",
            "object": "chat.completion.chunk",
            "created": 1_700_000_000,
            "model": "scripted",
            "choices": [choice],
            **more,
        }
    )


def said(text: str) -> str:
    return chunk({"content": text})


def error(message: str, code: str | None, kind: str = "invalid_request_error") -> Json:
    return {"error": {"message": message, "type": kind, "param": None, "code": code}}


ROLE = chunk({"role": "assistant", "content": "", "refusal": None})
STOP = chunk({}, "stop")
LAST = data(
    {
        "id": "c",
        "object": "chat.completion.chunk",
        "created": 1,
        "model": "scripted",
        "choices": [],
        "usage": USAGE,
    }
)

ANSWERS: tuple[Constructed, ...] = (
    whole("plain", ROLE + said("x = ") + said("1\n") + STOP + LAST + DONE, "x = 1\n"),
    whole("no usage", ROLE + said("x") + STOP + DONE, "x"),
    whole("no end mark", ROLE + said("x") + STOP, "x"),
    whole("nothing said", ROLE + STOP + LAST + DONE, ""),
    whole("the word to end beside the last text", ROLE + chunk({"content": "x"}, "stop"), "x"),
    whole("comments between", ": PROCESSING\n\n" + ROLE + ": still\n\n" + said("x") + STOP, "x"),
    whole("lines that end as on Windows", (ROLE + said("x") + STOP).replace("\n", "\r\n"), "x"),
    whole("no blank after the colon", (said("x") + STOP + DONE).replace("data: ", "data:"), "x"),
    whole(
        "content that is null first",
        chunk({"role": "assistant", "content": None}) + said("x") + STOP,
        "x",
    ),
    whole("signs beyond ASCII", said("Grüße 😀\u2028") + STOP, "Grüße 😀\u2028"),
    whole(
        "a sign in two halves",
        said("a").replace('"a"', '"\\ud83d"') + said("b").replace('"b"', '"\\ude00"') + STOP,
        "😀",
    ),
    whole("reasoning first", chunk({"reasoning_content": "hm"}) + said("x") + STOP, "x"),
    whole(
        "fields that nobody knows",
        chunk({"content": "x"}, timings={"a": 1}, x_extra=[]) + STOP,
        "x",
    ),
    whole("usage on every chunk", chunk({"content": "x"}, usage=USAGE) + STOP + DONE, "x"),
    cut("stopped at the limit", said("x") + chunk({}, "length") + DONE, "length limit"),
    cut("the content filter", said("x") + chunk({}, "content_filter") + DONE, "filter"),
    cut("a call of a tool", said("x") + chunk({}, "tool_calls") + DONE, "tool"),
    cut("the older call of a function", said("x") + chunk({}, "function_call") + DONE),
    cut("a refusal", ROLE + chunk({"refusal": "I cannot help with that."}) + STOP + DONE, "cannot"),
    cut("an unknown word to end", said("x") + chunk({}, "eos_token") + DONE, "eos_token"),
    cut("an end mark and no word to end", said("x") + DONE, "without saying"),
    cut("an end and nothing else", said("x"), "without saying"),
    cut("an error after some text", said("x") + data(error("engine fault", None)), "engine fault"),
    cut("no JSON after some text", said("x") + "data: {broken\n\n" + STOP + DONE),
    cut("half an event at the end", said("x") + STOP[: len(STOP) // 2]),
    failed("an error at once", data(error("overloaded", "503", "server_error")), "overloaded"),
    failed("an empty stream", "", "OPENAI_BASE_URL"),
    Constructed("a web page", streamed(HTML), "failed", says="OPENAI_BASE_URL"),
    refused(
        "a wrong key", 401, error("Incorrect API key provided", "invalid_api_key"), "OPENAI_API_KEY"
    ),
    refused(
        "no such model",
        404,
        error("The model `x` does not exist", "model_not_found"),
        "name of the model",
    ),
    refused(
        "too often",
        429,
        error("Rate limit reached", "rate_limit_exceeded"),
        "wait",
        {"Retry-After": "7"},
    ),
    refused("no money", 429, error("You exceeded your quota", "insufficient_quota"), "balance"),
    refused(
        "a context that is too small",
        400,
        error("maximum context length is 8192 tokens", "context_length_exceeded"),
        "larger context",
    ),
    refused(
        "llama.cpp's context that is too small",
        400,
        {
            "error": {
                "code": 400,
                "type": "exceed_context_size_error",
                "message": "the request exceeds the available context size",
            }
        },
        "larger context",
    ),
    refused("a broken gateway", 502, HTML, "try again later"),
)
