"""What the frames of a stream say to one who follows: events, snapshots, and words about both."""

import msgspec

from smartforge.events import AnyFact, Envelope, decode
from smartforge.snapshot import Snapshot


class Received(msgspec.Struct, frozen=True):
    """One event as it came: its place, its envelope, its fact (None for an unknown type).

    `data` is its JSON, byte for byte as the log holds it.
    """

    seq: int
    type: str
    envelope: Envelope
    fact: AnyFact | None
    data: bytes


class CaughtUp(msgspec.Struct, frozen=True):
    """The state after the event `seq`, in place of all events up to there.

    With `reset` the log ended before the cursor: whatever was seen before is no more.
    """

    seq: int
    state: Snapshot
    reset: bool


class Frame(msgspec.Struct, frozen=True):
    """What says how to go on: the type of a frame and, where it has one, its seq."""

    type: str
    seq: int | None = None


class _SnapshotFrame(msgspec.Struct, frozen=True):
    seq: int
    state: Snapshot


_frame = msgspec.json.Decoder(Frame)
_snapshot = msgspec.json.Decoder(_SnapshotFrame)


def frame_of(data: bytes) -> Frame:
    """Raises `msgspec.DecodeError` or UnicodeError for what is no frame, as the next two do."""
    return _frame.decode(data)


def event_of(data: bytes) -> Received:
    envelope, fact = decode(data)
    return Received(envelope.seq, envelope.type, envelope, fact, data)


def snapshot_of(data: bytes, *, reset: bool) -> CaughtUp:
    told = _snapshot.decode(data)
    return CaughtUp(told.seq, told.state, reset)
