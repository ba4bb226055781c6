"""Constructed answers in the format of Google's Gemini API (`streamGenerateContent`, `alt=sse`)."""

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

USAGE = {"promptTokenCount": 9, "candidatesTokenCount": 3, "totalTokenCount": 12}


def chunk(*parts: Json, finish: str | None = None, **more: Json) -> str:
    candidate: Json = {"content": {"parts": list(parts), "role": "model"}, "index": 0}
    if finish is not None:
        candidate["finishReason"] = finish
    return data({"candidates": [candidate], "modelVersion": "scripted", "responseId": "r", **more})


def said(text: str, finish: str | None = None) -> str:
    return chunk({"text": text}, finish=finish, usageMetadata=USAGE)


def bare(**candidate: Json) -> str:
    return data({"candidates": [candidate], "modelVersion": "scripted", "responseId": "r"})


def error(code: int, status: str, message: str, *details: Json) -> Json:
    return {"error": {"code": code, "message": message, "status": status, "details": list(details)}}


STOP = said("", "STOP")
WRONG_KEY = {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "API_KEY_INVALID"}
LATER = {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "7s"}
BLOCKED = {"promptFeedback": {"blockReason": "PROHIBITED_CONTENT"}, "modelVersion": "scripted"}

ANSWERS: tuple[Constructed, ...] = (
    whole("plain", said("x = ") + said("1\n", "STOP"), "x = 1\n"),
    whole("the word to end alone", said("x") + bare(finishReason="STOP", index=0), "x"),
    whole("the word to end with empty text", said("x") + STOP, "x"),
    whole("everything at once", said("x = 1\n", "STOP"), "x = 1\n"),
    whole("nothing said", bare(finishReason="STOP", index=0), ""),
    whole("content without parts", bare(content={"role": "model"}, finishReason="STOP"), ""),
    whole("no usage", chunk({"text": "x"}, finish="STOP"), "x"),
    whole("two parts in one piece", chunk({"text": "a"}, {"text": "b"}, finish="STOP"), "ab"),
    whole("thoughts first", chunk({"text": "hm", "thought": True}) + said("x", "STOP"), "x"),
    whole("a signature of thoughts", chunk({"text": "x", "thoughtSignature": "YQ=="}) + STOP, "x"),
    whole(
        "tokens from a cache",
        said("x")
        + chunk({"text": ""}, finish="STOP", usageMetadata=USAGE | {"cachedContentTokenCount": 5}),
        "x",
    ),
    whole(
        "usage before the text",
        data({"usageMetadata": USAGE, "modelVersion": "scripted"}) + said("x", "STOP"),
        "x",
    ),
    whole(
        "ratings of safety",
        bare(
            content={"parts": [{"text": "x"}], "role": "model"},
            finishReason="STOP",
            safetyRatings=[{"category": "HARM_CATEGORY_HARASSMENT", "probability": "NEGLIGIBLE"}],
        ),
        "x",
    ),
    whole("signs beyond ASCII", said("Grüße 😀", "STOP"), "Grüße 😀"),
    whole("lines that end as on Windows", said("x", "STOP").replace("\n", "\r\n"), "x"),
    cut("stopped at the limit", said("x") + said("", "MAX_TOKENS"), "limit"),
    cut("blocked for safety", said("x") + bare(finishReason="SAFETY"), "filter"),
    cut("a recitation", said("x") + bare(finishReason="RECITATION"), "filter"),
    cut("a word that is blocked", said("x") + bare(finishReason="BLOCKLIST"), "filter"),
    cut("another reason", said("x") + bare(finishReason="OTHER"), "OTHER"),
    cut("no reason", said("x") + bare(finishReason="FINISH_REASON_UNSPECIFIED"), "UNSPECIFIED"),
    cut(
        "a call that is malformed",
        said("x") + bare(finishReason="MALFORMED_FUNCTION_CALL"),
        "MALFORMED_FUNCTION_CALL",
    ),
    cut("a language that it does not speak", said("x") + bare(finishReason="LANGUAGE"), "LANGUAGE"),
    cut("a prompt that is blocked", data(BLOCKED), "filter"),
    cut("no word to end", said("x"), "without saying"),
    cut("usage and no word to end", said("x") + data({"usageMetadata": USAGE}), "without saying"),
    cut("half an event at the end", said("x") + STOP[: len(STOP) // 2]),
    cut("no JSON after some text", said("x") + "data: {broken\n\n" + STOP),
    cut(
        "an error after some text",
        said("x") + data(error(503, "UNAVAILABLE", "overloaded")),
        "overloaded",
    ),
    failed("an empty stream", "", "GOOGLE_BASE_URL"),
    Constructed("a web page", streamed(HTML), "failed"),
    refused(
        "a wrong key",
        400,
        error(400, "INVALID_ARGUMENT", "API key not valid", WRONG_KEY),
        "GOOGLE_API_KEY",
    ),
    refused(
        "no such model",
        404,
        error(404, "NOT_FOUND", "models/scripted is not found for v1"),
        "name of the model",
    ),
    refused("too often", 429, error(429, "RESOURCE_EXHAUSTED", "Quota exceeded", LATER), "wait"),
    refused("overloaded", 503, error(503, "UNAVAILABLE", "The model is overloaded"), "try again"),
    refused(
        "a context that is too small",
        400,
        error(
            400,
            "INVALID_ARGUMENT",
            "The input token count (9) exceeds the maximum number of tokens allowed (8)",
        ),
        "larger context",
    ),
)
