"""What the stream counts while it works; whoever wants to know reads it."""

from collections import Counter
from collections.abc import Mapping

import msgspec


class Figures:
    """Counters since the start, plain numbers: the hot path adds, a scrape reads.

    `events` were taken from the log into memory, `deliveries` counts each event once for each
    viewer that it was handed to, `bytes` what that was on the wire. `resumed` are those of the
    `opened` viewers that came with a cursor. `parked` counts how often a full socket made a
    viewer wait, `closed` and `refused` say why.
    """

    __slots__ = (
        "bytes",
        "closed",
        "deliveries",
        "events",
        "opened",
        "parked",
        "refused",
        "resumed",
        "snapshots",
    )

    def __init__(self, refused: Mapping[str, int] | None = None) -> None:
        """`refused` is counted by who refuses."""
        self.opened = 0
        self.resumed = 0
        self.events = 0
        self.deliveries = 0
        self.bytes = 0
        self.snapshots = 0
        self.parked = 0
        self.closed: Counter[str] = Counter()
        self.refused: Mapping[str, int] = refused if refused is not None else {}


class Gauges(msgspec.Struct, frozen=True):
    """How things stand at one moment.

    `lag` is the largest number of events that any viewer is behind its project's newest one.
    """

    viewers: int
    projects: int
    parked: int
    lag: int
