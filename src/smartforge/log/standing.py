"""How a project's head follows from its facts: pure, and the same for every log."""

from collections.abc import Sequence
from typing import Self

import msgspec
from msgspec.structs import replace

from smartforge import events
from smartforge.events import Fact
from smartforge.log.base import Head, Record
from smartforge.snapshot import ENDED, ON

EVENT_LIMIT = 64 * 1024
"""An encoded event is shorter than this many bytes."""


class WaitingRun(msgspec.Struct, frozen=True, array_like=True):
    """A run that is queued and has not begun, and the message that asked for it, if any.

    `before` is how the last run ended, as far as it did: the status that comes back where all
    that waits is taken back. It stands here since a log stores what waits as it is.
    """

    run: str | None
    message_id: str | None
    before: str = "cancelled"


class Headline(msgspec.Struct, frozen=True):
    """What a list of projects shows, folded from the facts one by one.

    It always says what the snapshot says. `run` is the run that is on, or the last one that
    was; `waiting` are the runs queued and not yet begun, oldest first.
    """

    title: str = ""
    status: str = "queued"
    run: str | None = None
    waiting: tuple[WaitingRun, ...] = ()
    deleted: bool = False

    def after(self, fact: Fact, run: str | None) -> "Headline":
        """The headline once `fact` of `run` has happened."""
        match fact:
            case events.ProjectCreated(title=title) | events.TitleChanged(title=title):
                return replace(self, title=title)
            case events.ProjectDeleted() | events.ProjectUndeleted():
                return replace(self, deleted=isinstance(fact, events.ProjectDeleted))
            case events.RunQueued(message_id=message_id):
                return self._queued(run, message_id)
            case events.RunStarted(message_id=message_id):
                waiting = self._without(run, message_id)
                return replace(self, status="planning", run=run, waiting=waiting)
            case events.StepStarted(step=step):
                return self._gone_on(step)
            case events.ValidationStarted():
                return self._gone_on("validating")
            case events.RepairStarted():
                return self._gone_on("repairing")
            case events.Questions():
                return self._gone_on("waiting")
            case events.MessageRemoved(id=message_id):
                return self._taken_back(message_id)
            case events.Complete():
                return self._ended(run, "complete")
            case events.RunFailed():
                return self._ended(run, "error")
            case events.RunCancelled():
                return self._ended(run, "cancelled")
            case _:
                return self

    def _queued(self, run: str | None, message_id: str | None) -> "Headline":
        new = WaitingRun(run, message_id)
        if self.status in ENDED:
            new = replace(new, before=self.status)
        elif self.waiting:
            new = replace(new, before=self.waiting[-1].before)
        status = self.status if self.status in ON else "queued"
        return replace(self, status=status, waiting=(*self.waiting, new))

    def _gone_on(self, status: str) -> "Headline":
        """A run that has ended stays ended, whatever straggles in."""
        return self if self.status in ENDED else replace(self, status=status)

    def _taken_back(self, message_id: str) -> "Headline":
        waiting = self._without(None, message_id)
        if waiting == self.waiting:
            return self
        idle = self.status == "queued" and not waiting
        status = self.waiting[-1].before if idle else self.status
        return replace(self, status=status, waiting=waiting)

    def _ended(self, run: str | None, status: str) -> "Headline":
        waiting = self._without(run, None)
        never_began = run is not None and run != self.run
        if never_began and (self.status != "queued" or waiting):
            return replace(self, waiting=waiting)
        waiting = tuple(replace(one, before=status) for one in waiting)
        return replace(self, status=status, run=run or self.run, waiting=waiting)

    def _without(self, run: str | None, message_id: str | None) -> tuple[WaitingRun, ...]:
        return tuple(
            one
            for one in self.waiting
            if (run is None or one.run != run)
            and (message_id is None or one.message_id != message_id)
        )


class Append(msgspec.Struct, frozen=True, kw_only=True):
    """The arguments of `Appending.append`, which see."""

    project_id: str
    facts: Sequence[Fact]
    run: str | None
    epoch: int | None = None
    key: str | None = None
    close: bool = False


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
        return replace(self, epoch=self.epoch + 1)

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


def begun(
    project_id: str, now: int, facts: Sequence[Fact], run: str | None, asking: Sequence[Fact]
) -> tuple[Standing, list[Record]]:
    """A new project after its first facts, and what asks for its first run; see `extended`."""
    new = Standing(project_id=project_id, created=now, ts=now)
    standing, records = new.extended(facts, run=None, now=now)
    if asking:
        standing, more = standing.extended(asking, run=run, now=now)
        records += more
    return standing, records
