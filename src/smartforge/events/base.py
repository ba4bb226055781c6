"""What a fact is, and how it becomes the JSON of an event.

A `Fact` is what a step says: it knows neither its project nor its place. The log gives it both
and keeps the result as a `Record`: the fact, its envelope, and the encoded bytes that every
viewer gets. The bytes are made once.
"""

from typing import Literal

import msgspec


class Fact(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", rename="camel"):
    """Base of every event's own fields. Facts are values: never changed, compared by content."""


class Ref(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Stands in an event for content too large for it; `GET .../blobs/{ref}` has the content.

    `ref` is the SHA-256 of the content in hexadecimal, `size` its length in bytes.
    """

    ref: str
    size: int


class Envelope(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What every event carries besides its own fields.

    `seq` counts from 1 without gaps in a project; `run` is null for facts between runs;
    `ts` is Unix time in milliseconds, given by the log.
    """

    type: str
    project_id: str
    seq: int
    run: str | None
    ts: int


Step = Literal["planning", "generating", "validating", "repairing"]
Trigger = Literal["prompt", "message", "retry", "restore", "checks", "edit"]
Author = Literal["compiled", "model"]
Outcome = Literal["passed", "failed", "skipped"]
CheckName = Literal[
    "syntax",
    "lint",
    "boot",
    "contract",
    "operations",
    "rules",
    "authorization",
    "tests",
    "fuzz",
    "security",
    "audit",
    "performance",
]

_encoder = msgspec.json.Encoder()


def encode(fact: Fact, envelope: Envelope) -> bytes:
    """The event as one line of JSON: the type, the envelope, then the fact's own fields."""
    body = _encoder.encode(fact)
    opening = len(envelope.type) + 10  # {"type":"…"
    head = _encoder.encode(envelope)
    return head[:-1] + body[opening:]


def type_of(fact: Fact) -> str:
    """The event's name on the wire, such as `code:chunk`."""
    return str(fact.__struct_config__.tag)
