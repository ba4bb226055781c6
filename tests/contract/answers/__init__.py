"""Answers of providers, constructed from their published formats; no provider was asked."""

# The bodies here are JSON of any shape.
# pyright: reportUnknownVariableType=false, reportUnknownMemberType=false
# pyright: reportUnknownArgumentType=false, reportUnknownParameterType=false

import json
from dataclasses import dataclass
from typing import Any, Literal

from tests.wire_http import Refusal

Json = Any

STREAM = "text/event-stream"
HTML = "<!doctype html><html><head><title>Sign in</title></head><body>Sign in here</body></html>"


@dataclass(frozen=True)
class Constructed:
    """A response, and what it has to lead to: `whole` with this text, else an error that `says`
    so: `cut` names a part that came, `failed` says that nothing usable did.
    """

    name: str
    reply: Refusal
    ends: Literal["whole", "cut", "failed"]
    text: str = ""
    says: str = ""


def whole(name: str, body: str, text: str) -> Constructed:
    return Constructed(name, streamed(body), "whole", text)


def cut(name: str, body: str, says: str = "") -> Constructed:
    return Constructed(name, streamed(body), "cut", says=says)


def failed(name: str, body: str, says: str = "") -> Constructed:
    return Constructed(name, streamed(body), "failed", says=says)


def refused(
    name: str, status: int, body: Json, says: str, headers: dict[str, str] | None = None
) -> Constructed:
    kind = "text/html" if isinstance(body, str) else ""
    reply = Refusal(status, body, headers or {}, kind)
    return Constructed(name, reply, "failed", says=says)


def streamed(body: str) -> Refusal:
    return Refusal(200, body, content_type=STREAM)


def data(body: Json) -> str:
    return f"data: {json.dumps(body, ensure_ascii=False)}\n\n"
