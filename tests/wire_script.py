"""What a scripted model says: answers, refusals and breaks, as values and from JSON."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, cast

from tests.wire_http import Refusal

Json = Any
Form = Literal["asked", "tool", "text"]


@dataclass(frozen=True)
class Answer:
    """What the model says.

    `pieces` are sent one delta each; without them `text` is cut into tokens of a few characters.
    The answer stops after `cut_after` characters, by `cut`: a clean end of the response without
    a finish reason and without `[DONE]`, or a reset of the connection. After `hold_after`
    characters it waits for `release`. `finish=None` sends no finish reason. `usage` is told
    `last` (an extra chunk, as OpenAI does), on `every` chunk (summed up so far), or never.
    `form` says how structured output is given: a tool call, plain text, or as it was asked for.
    `before` is sent as it is before the first chunk, such as a comment line. `done=False` leaves
    out `[DONE]`; `linger` keeps the response open after it until `release`.
    """

    text: str = ""
    pieces: Sequence[str] | None = None
    finish: str | None = "stop"
    cut_after: int | None = None
    cut: Literal["end", "reset"] = "end"
    hold_after: int | None = None
    usage: Literal["last", "every", "none"] = "last"
    cached_tokens: int = 0
    form: Form = "asked"
    pace: float | None = None
    before: str = ""
    done: bool = True
    linger: bool = False


@dataclass(frozen=True)
class Dropped:
    """The connection is reset before a single byte of the response."""


Reply = Answer | Refusal | Dropped


def problem(message: str, code: str = "scripted") -> Json:
    """An error body as OpenAI writes it."""
    return {"error": {"message": message, "type": "invalid_request_error", "code": code}}


UNSCRIPTED = Refusal(404, problem("the script has no answer to this"))


@dataclass
class WireScript:
    """What the server answers, in this order: `queue`, one entry a request, until it is empty;
    then `plan` for structured output named `plan` (a list: one a request, the last repeats; each
    JSON, or a str sent as it is, or a reply) and `files` by the path in the last user message
    (`File: PATH`; of several likewise one a request); then `otherwise`.

    `pace` is in tokens a second, 0 for as fast as it goes; an answer's own pace wins.
    """

    plan: Json = None
    files: Mapping[str, str | Reply | Sequence[str | Reply]] = field(
        default_factory=dict[str, str | Reply | Sequence[str | Reply]]
    )
    queue: list[Reply] = field(default_factory=list[Reply])
    otherwise: Reply = UNSCRIPTED
    pace: float = 0.0
    plan_form: Form = "asked"
    models: Sequence[str] = ("scripted",)


def script_from_json(data: Json, pace: float = 0.0) -> WireScript:
    """A script from JSON: the fields of WireScript, replies as objects with their fields."""
    files = {path: _replies(entry) for path, entry in data.get("files", {}).items()}
    queue = [_reply(entry) for entry in data.get("queue", [])]
    otherwise = _reply(data["otherwise"]) if "otherwise" in data else UNSCRIPTED
    form = data.get("plan_form", "asked")
    paced = data.get("pace", pace)
    return WireScript(data.get("plan"), files, queue, otherwise, paced, plan_form=form)


def _replies(entry: Json) -> Reply | Sequence[Reply]:
    if not isinstance(entry, list):
        return _reply(entry)
    entries: list[Json] = cast("list[Json]", entry)
    return [_reply(each) for each in entries]


def _reply(entry: Json) -> Reply:
    if isinstance(entry, str):
        return Answer(entry)
    if entry.get("dropped"):
        return Dropped()
    return Refusal(**entry) if "status" in entry else Answer(**entry)
