"""Putting a fact's large field aside, so that its event stays under the limit."""

from typing import Any

import msgspec

from smartforge import events
from smartforge.events import Fact, Ref
from smartforge.log.base import Blobs
from smartforge.log.standing import EVENT_LIMIT

ENVELOPE_ROOM = 512
"""Bytes kept free for the envelope: ids of 22 characters, a type, two numbers, the names."""

_FACT_LIMIT = EVENT_LIMIT - ENVELOPE_ROOM

_LARGE_FIELDS: dict[type[Fact], str] = {
    events.ProjectCreated: "prompt",
    events.Message: "text",
    events.MessageUpdated: "text",
    events.PlanReady: "contract",
    events.CheckCompleted: "evidence",
}
_WIDEST_REF = Ref(ref="0" * 64, size=2**53)


async def fit(fact: Fact, blobs: Blobs) -> Fact:
    """The fact as it is where its event stays under 64 KiB, else with its large field put aside.

    The field's content is then a blob: the text in UTF-8, or the JSON of `contract` and
    `evidence`. In the fact stands a `Ref`, or the dict of its fields where the field is a dict.
    Raises ValueError where that does not help; nothing is stored then.
    """
    size = _encoded_size(fact)
    if size < _FACT_LIMIT:
        return fact
    name = _LARGE_FIELDS.get(type(fact))
    if name is None or _encoded_size(_with(fact, name, _WIDEST_REF)) >= _FACT_LIMIT:
        raise ValueError(
            f"the event {events.type_of(fact)} has {size} bytes, the limit is {_FACT_LIMIT - 1}, "
            "and nothing in it can be put aside"
        )
    content = _content(getattr(fact, name))
    return _with(fact, name, Ref(ref=await blobs.put(content), size=len(content)))


async def aside(field: dict[str, Any], blobs: Blobs) -> Ref:
    """A reference to the JSON field of a fact, put aside unless it is one already."""
    if field.keys() == {"ref", "size"}:
        return msgspec.convert(field, Ref)
    content = _content(field)
    return Ref(ref=await blobs.put(content), size=len(content))


async def whole(field: dict[str, Any], blobs: Blobs) -> dict[str, Any]:
    """The JSON field of a fact itself, also where it was put aside. Raises UnknownBlob."""
    if field.keys() != {"ref", "size"}:
        return field
    return msgspec.json.decode(await blobs.get(msgspec.convert(field, Ref).ref))


def _with(fact: Fact, name: str, ref: Ref) -> Fact:
    is_dict = isinstance(getattr(fact, name), dict)
    return msgspec.structs.replace(fact, **{name: msgspec.to_builtins(ref) if is_dict else ref})


def _content(value: Any) -> bytes:
    return value.encode() if isinstance(value, str) else msgspec.json.encode(value)


def _encoded_size(fact: Fact) -> int:
    return len(msgspec.json.encode(fact))
