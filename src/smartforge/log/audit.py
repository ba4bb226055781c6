"""The deep look at a log: what is stored of a project, held against what its events say."""

import hashlib
from collections.abc import AsyncGenerator
from typing import Literal, Protocol

import msgspec

from smartforge.errors import DatabaseUnusable, UnknownBlob, UnknownProject
from smartforge.events import AnyFact, Envelope, decode
from smartforge.log.base import Checkpoint, Head, Record, Surveyed
from smartforge.log.folded import SHAPE, Folded, named

BATCH = 200
"""Events that are held at once; one is under 64 KiB."""

MOST_FAULTS = 20
"""How many faults of one project are told; more are only counted."""

FaultKind = Literal["gap", "event", "head", "checkpoint", "blob", "unreadable"]


class Fault(msgspec.Struct, frozen=True):
    """One thing that is wrong, in words, and the event that it is about, where there is one."""

    kind: FaultKind
    detail: str
    seq: int | None = None


class Audit(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What was looked at of a project, and the first of the faults that were found.

    `more` counts the faults beyond those. `blobs` are the contents that its events name.
    """

    project_id: str
    title: str
    events: int
    blobs: int
    faults: tuple[Fault, ...]
    more: int


class Audited(Protocol):
    """What the deep look needs of a log: reading alone, and deleted projects too."""

    async def following(self, project_id: str) -> str | None:
        """The next id in the order of ids, "" being before the first; None behind the last."""
        ...

    async def head(self, project_id: str) -> Head:
        """See `Reading.head`."""
        ...

    async def read(self, project_id: str, after: int, limit: int) -> list[Record]:
        """See `Reading.read`."""
        ...

    async def get(self, sha256: str) -> bytes:
        """See `Blobs.get`."""
        ...

    async def checkpoint(self, project_id: str) -> Checkpoint | None:
        """See `Checkpoints.checkpoint`."""
        ...


class Beside(Audited, Surveyed, Protocol):
    """A log that is only read, whoever else uses it."""


async def audit(log: Audited) -> AsyncGenerator[Audit]:
    """Look at every project, deleted ones too, one after the other in the order of their ids.

    Holds one batch of events, one blob and one project's state at a time. The log may be written
    meanwhile: of each project the look goes as far as its head says when its turn comes, and one
    that is removed under way is left out. A project that cannot be read is a fault of it; raises
    DatabaseUnusable where the list of projects cannot be.
    """
    project_id = await log.following("")
    while project_id is not None:
        look = _Look(project_id)
        try:
            await look.take(log)
        except UnknownProject:
            pass
        else:
            yield look.result()
        project_id = await log.following(project_id)


class _Look:
    """One project, while it is looked at."""

    def __init__(self, project_id: str) -> None:
        self._id = project_id
        self._title = ""
        self._events = 0
        self._faults: list[Fault] = []
        self._more = 0
        self._seq = 0
        self._kept: Checkpoint | None = None
        self._folded = Folded(project_id)
        self._unbroken = True
        self._blobs: dict[str, int] = {}

    async def take(self, log: Audited) -> None:
        """Look at everything. Raises UnknownProject."""
        try:
            await self._take(log)
        except DatabaseUnusable as error:
            self._found("unreadable", error.what)
        except msgspec.DecodeError as error:
            self._found("unreadable", f"the project's row cannot be decoded: {error}")

    def result(self) -> Audit:
        return Audit(
            project_id=self._id,
            title=self._title,
            events=self._events,
            blobs=len(self._blobs),
            faults=tuple(self._faults),
            more=self._more,
        )

    async def _take(self, log: Audited) -> None:
        # In this order: what a server appends in between makes nothing look wrong.
        self._kept = await log.checkpoint(self._id)
        head = await log.head(self._id)
        self._title = head.title
        while self._seq < head.last:
            records = await log.read(self._id, self._seq, BATCH)
            if not records:
                break
            for record in records:
                self._add(record, head.last)
        if self._seq < head.last:
            self._missing(self._seq + 1, head.last)
        await self._look_beyond(log, head.last)
        self._compare(head)
        if self._kept is not None and self._kept.seq > head.last:
            self._found("checkpoint", f"it is ahead of the log, which ends at {head.last}")
        for sha256, seq in self._blobs.items():
            await self._weigh(log, sha256, seq)
        await log.head(self._id)  # What is removed loses its content too.

    def _add(self, record: Record, last: int) -> None:
        expected, self._seq = self._seq + 1, record.seq
        if record.seq > expected:
            self._missing(expected, min(record.seq - 1, last))
        if record.seq > last:
            return
        self._events += 1
        try:
            envelope, fact = decode(record.data)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            self._unbroken = False
            self._found("event", f"it cannot be decoded: {error}", record.seq)
            return
        self._compare_names(record, envelope)
        self._name_blobs(record.seq, fact)
        if self._unbroken:
            self._folded.add(record)
            if self._kept is not None and self._kept.seq == record.seq:
                self._compare_checkpoint(self._kept)

    def _missing(self, first: int, last: int) -> None:
        self._unbroken = False
        which = f"event {first} is" if first == last else f"events {first} to {last} are"
        self._found("gap", f"{which} missing", first)

    def _compare_names(self, record: Record, envelope: Envelope) -> None:
        said = (envelope.project_id, envelope.seq, envelope.type)
        if said != (self._id, record.seq, record.type):
            self._unbroken = False
            what = f"it is stored as {record.type}, but says that it is {envelope.type}"
            self._found(
                "event", f"{what} {envelope.seq} of project {envelope.project_id}", record.seq
            )

    def _name_blobs(self, seq: int, fact: AnyFact | None) -> None:
        for sha256 in named(fact):
            self._blobs.setdefault(sha256, seq)

    async def _look_beyond(self, log: Audited, last: int) -> None:
        beyond = await log.read(self._id, last, 1)
        if beyond and (await log.head(self._id)).last < beyond[0].seq:
            self._found("head", f"the log goes on behind its last event, {last}", beyond[0].seq)

    def _compare(self, head: Head) -> None:
        """What the list of projects shows follows from the events, where all of them are there."""
        if not self._unbroken:
            return
        snapshot = self._folded.snapshot
        for name, stored, folded in (
            ("title", head.title, snapshot.title),
            ("status", head.status, snapshot.status),
            ("deleted", head.deleted, snapshot.deleted),
            ("queued", head.queued, len(snapshot.queue)),
        ):
            if stored != folded:
                self._found("head", f"{name} is {stored!r}, by the events it is {folded!r}")

    def _compare_checkpoint(self, kept: Checkpoint) -> None:
        """One of another shape is no fault: nobody goes on from it."""
        if kept.shape != SHAPE:
            return
        restored = Folded(self._id)
        try:
            restored.restore(kept)
        except msgspec.DecodeError as error:
            self._found("checkpoint", f"it cannot be decoded: {error}", kept.seq)
            return
        if _all_of(restored) != _all_of(self._folded):
            self._found("checkpoint", "it differs from what the events make", kept.seq)

    async def _weigh(self, log: Audited, sha256: str, seq: int) -> None:
        try:
            content = await log.get(sha256)
        except UnknownBlob:
            self._found("blob", f"the content {sha256} that it names is not there", seq)
            return
        if hashlib.sha256(content).hexdigest() != sha256:
            self._found("blob", f"the content {sha256} that it names has changed", seq)

    def _found(self, kind: FaultKind, detail: str, seq: int | None = None) -> None:
        if len(self._faults) < MOST_FAULTS:
            self._faults.append(Fault(kind, detail, seq))
        else:
            self._more += 1


def _all_of(folded: Folded) -> tuple[object, ...]:
    complete = folded.complete
    return (folded.json, folded.blobs, folded.version, complete and complete.json)
