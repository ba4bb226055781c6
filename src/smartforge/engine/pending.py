"""What the log of a project says about runs that have not ended."""

from collections.abc import Iterable

import msgspec

from smartforge.events import ENDS_A_RUN, RunQueued, RunStarted, decode
from smartforge.log.base import Record


class Waiting(msgspec.Struct, frozen=True):
    """A run that is queued and has not begun."""

    run: str
    queued: RunQueued


class Pending(msgspec.Struct, frozen=True):
    """The run that is on, if any, and those that wait, in their order."""

    on: str | None
    waiting: tuple[Waiting, ...]


def pending(records: Iterable[Record]) -> Pending:
    """Fold all events of a project into its unfinished runs."""
    waiting: dict[str, Waiting] = {}
    on: str | None = None
    for record in records:
        envelope, fact = decode(record.data)
        if envelope.run is None:
            continue
        if isinstance(fact, RunQueued):
            waiting[envelope.run] = Waiting(envelope.run, fact)
        elif isinstance(fact, RunStarted):
            waiting.pop(envelope.run, None)
            on = envelope.run
        elif isinstance(fact, ENDS_A_RUN):
            waiting.pop(envelope.run, None)
            on = None if on == envelope.run else on
    return Pending(on, tuple(waiting.values()))
