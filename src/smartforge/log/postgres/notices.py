"""What nodes tell each other of their commits, by PostgreSQL's NOTIFY."""

from collections.abc import Mapping

import msgspec

CHANNEL = "smartforge"
"""Where every commit is announced: a JSON object of projects and their newest seq."""

REMOVED = 0
"""Announced in place of a seq: there is no such project any more."""

PAYLOAD_BYTES = 7_500
"""A longer announcement is left empty and means "look"; PostgreSQL allows less than 8,000."""

_lasts = msgspec.json.Decoder(dict[str, int])


def announcement(lasts: Mapping[str, int]) -> str:
    """What other nodes hear of a commit; empty where it is too long to be told."""
    payload = msgspec.json.encode(lasts)
    return payload.decode() if len(payload) <= PAYLOAD_BYTES else ""


def told(payload: bytes) -> dict[str, int] | None:
    """What was announced; None where that is not known, since anybody may use the channel."""
    try:
        return _lasts.decode(payload)
    except msgspec.MsgspecError:
        return None
