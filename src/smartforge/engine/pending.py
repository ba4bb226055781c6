"""What the log of a project says about runs that have not ended."""

from collections.abc import Iterable

import msgspec

from smartforge.events import (
    ENDS_A_RUN,
    CheckName,
    Edited,
    MessageRemoved,
    Questions,
    RunQueued,
    RunStarted,
    StepStarted,
    Trigger,
    decode,
)
from smartforge.log.base import Record


class Queued(msgspec.Struct, frozen=True):
    """A run that was asked for by the event `seq` at `ts`, in Unix milliseconds.

    `version` is the one that a restore is to bring back. With `approve` its plan has to be
    approved, with `offer` one by rules in the place of a model's. `user` is who asked for it.
    `checks` are those to run again, all where none is named; `edited`
    is what was changed by hand.
    """

    run: str
    trigger: Trigger
    message_id: str | None
    seq: int
    ts: int
    version: int | None = None
    approve: bool = False
    offer: bool = False
    user: str = "local"
    checks: tuple[CheckName, ...] = ()
    edited: Edited | None = None


class Pending(msgspec.Struct, frozen=True):
    """The runs that have not ended: the one that is on first, then those that wait, in order.

    Where the one that is on has `asked` the user something, and was not answered yet, nothing of
    the project is to be executed.
    """

    on: Queued | None
    waiting: tuple[Queued, ...]
    asked: Questions | None = None

    @property
    def due(self) -> tuple[Queued, ...]:
        """The runs that a queue has to know of, in order."""
        if self.asked is not None:
            return ()
        return self.waiting if self.on is None else (self.on, *self.waiting)


def pending(records: Iterable[Record]) -> Pending:
    """Fold all events of a project into its unfinished runs."""
    waiting: dict[str, Queued] = {}
    on: Queued | None = None
    asked: Questions | None = None
    for record in records:
        envelope, fact = decode(record.data)
        if isinstance(fact, MessageRemoved):
            waiting = {run: one for run, one in waiting.items() if one.message_id != fact.id}
        elif envelope.run is None:
            continue
        elif isinstance(fact, RunQueued):
            waiting[envelope.run] = Queued(
                envelope.run,
                fact.trigger,
                fact.message_id,
                record.seq,
                envelope.ts,
                fact.version,
                fact.approve,
                fact.offer,
                fact.user,
                fact.checks,
                fact.edited,
            )
        elif isinstance(fact, RunStarted):
            on, asked = waiting.pop(envelope.run, on), None
        elif isinstance(fact, Questions | StepStarted):
            if on and on.run == envelope.run:
                asked = fact if isinstance(fact, Questions) else None
        elif isinstance(fact, ENDS_A_RUN):
            waiting.pop(envelope.run, None)
            if on and on.run == envelope.run:
                on, asked = None, None
    return Pending(on, tuple(waiting.values()), asked)
