"""Where the parts of a contract come from: the words of every message that led to it."""

from collections.abc import Mapping

import msgspec

from smartforge.contract import Contract
from smartforge.contract.parts import changes, parts
from smartforge.planners.base import Words

MAX_QUOTED = 300
"""Code points of a message that is quoted whole."""


class Said(Words, frozen=True):
    """Words of one message of the chat; of the project's own prompt where `message_id` is null."""

    message_id: str | None = None


Origins = Mapping[str, tuple[Said, ...]]


def traced(
    contract: Contract,
    words: Mapping[str, tuple[Words, ...]],
    prompt: str,
    message_id: str | None,
    base: Contract | None,
    before: Origins,
) -> Origins:
    """The words for the parts of `contract`, by their paths; what has none came with what is
    around it.

    `words` are those of `prompt` that the planner named. `before` are the origins of `base`, the
    contract that was changed: they stay with what stays, also under a new name. A change that
    the planner named no words for is put down to the whole prompt.
    """

    def said(part: str) -> tuple[Said, ...]:
        named = words.get(part) or (Words(prompt[:MAX_QUOTED], 0, min(len(prompt), MAX_QUOTED)),)
        return tuple(Said(one.text, one.start, one.end, message_id) for one in named)

    if base is None:
        return {part: said(part) for part in parts(contract) if part in words or not words}
    found = dict(before)
    for change in changes(base, contract):
        earlier = found.pop(change.was or change.part, ())
        if change.kind != "removed":
            found[change.part] = (*earlier, *said(change.part))
    return found


def encoded(origins: Origins) -> bytes:
    return msgspec.json.encode(origins)


def decoded(content: bytes) -> dict[str, tuple[Said, ...]]:
    return msgspec.json.decode(content, type=dict[str, tuple[Said, ...]])
