"""How a project's head follows from its facts: pure, and the same for every log."""

from collections.abc import Sequence
from typing import Self

import msgspec

from smartforge import events
from smartforge.events import Fact
from smartforge.log.base import Head, Record

EVENT_LIMIT = 64 * 1024
"""An encoded event is shorter than this many bytes."""


class Headline(msgspec.Struct, frozen=True):
    """What a list of projects shows, folded from the facts one by one.

    `running` is the run that is on, `waiting` the runs queued and not yet begun, oldest first.
    """

    title: str = ""
    status: str = "queued"
    running: str | None = None
    waiting: tuple[str, ...] = ()
    deleted: bool = False

    def after(self, fact: Fact, run: str | None) -> "Headline":
        """The headline once `fact` of `run` has happened."""
        match fact:
            case events.ProjectCreated(title=title) | events.TitleChanged(title=title):
                return msgspec.structs.replace(self, title=title)
            case events.ProjectDeleted():
                return msgspec.structs.replace(self, deleted=True)
            case events.ProjectUndeleted():
                return msgspec.structs.replace(self, deleted=False)
            case events.RunQueued() if run is not None:
                return self._queued(run)
            case events.RunStarted():
                return msgspec.structs.replace(
                    self, status="planning", running=run, waiting=self._without(run)
                )
            case events.StepStarted(step=step):
                return msgspec.structs.replace(self, status=step)
            case events.Questions():
                return msgspec.structs.replace(self, status="waiting")
            case events.Complete():
                return self._ended(run, "complete")
            case events.RunFailed():
                return self._ended(run, "error")
            case events.RunCancelled():
                return self._ended(run, "cancelled")
            case _:
                return self

    def _queued(self, run: str) -> "Headline":
        status = self.status if self.running is not None else "queued"
        return msgspec.structs.replace(self, status=status, waiting=(*self._without(run), run))

    def _ended(self, run: str | None, status: str) -> "Headline":
        waiting = self._without(run)
        if self.running in (None, run):
            return msgspec.structs.replace(self, status=status, running=None, waiting=waiting)
        return msgspec.structs.replace(self, waiting=waiting)

    def _without(self, run: str | None) -> tuple[str, ...]:
        return tuple(each for each in self.waiting if each != run)


class Standing(msgspec.Struct, frozen=True):
    """Everything a log must know of a project to append to it.

    `ts` is the time of the newest event, `created` of the first, in Unix milliseconds.
    """

    project_id: str
    created: int
    ts: int
    last: int = 0
    epoch: int = 0
    headline: Headline = Headline()

    def head(self) -> Head:
        """The part that readers see."""
        line = self.headline
        return Head(
            project_id=self.project_id,
            title=line.title,
            status=line.status,
            last=self.last,
            epoch=self.epoch,
            queued=len(line.waiting),
            created=self.created,
            deleted=line.deleted,
        )

    def claimed(self) -> Self:
        """The standing in the next epoch."""
        return msgspec.structs.replace(self, epoch=self.epoch + 1)

    def extended(
        self, facts: Sequence[Fact], *, run: str | None, now: int, close: bool = False
    ) -> tuple[Self, list[Record]]:
        """The standing after the facts, and their records with the encoded events.

        `now` is the clock's time in Unix milliseconds; an event is never dated before the one
        ahead of it, even where the clock was set back. Raises ValueError for no facts at all,
        and for an event of 64 KiB or more.
        """
        if not facts:
            raise ValueError("nothing to append: there are no facts")
        ts = max(now, self.ts)
        headline = self.headline
        records: list[Record] = []
        for seq, fact in enumerate(facts, self.last + 1):
            records.append(self._record(fact, seq, run, ts))
            headline = headline.after(fact, run)
        grown = msgspec.structs.replace(
            self,
            ts=ts,
            last=self.last + len(records),
            epoch=self.epoch + close,
            headline=headline,
        )
        return grown, records

    def _record(self, fact: Fact, seq: int, run: str | None, ts: int) -> Record:
        type_ = events.type_of(fact)
        envelope = events.Envelope(type=type_, project_id=self.project_id, seq=seq, run=run, ts=ts)
        data = events.encode(fact, envelope)
        if len(data) >= EVENT_LIMIT:
            raise ValueError(
                f"the event {type_} has {len(data)} bytes, the limit is {EVENT_LIMIT - 1}; "
                "put its large field aside with large.fit"
            )
        return Record(seq=seq, type=type_, data=data)
