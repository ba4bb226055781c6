"""What a log promises, in small Protocols, so that each caller asks for no more than it needs.

Order: the events of a project are numbered 1, 2, 3, ... without gaps, in the order of append.
Durability: what `append` has returned survives a crash; nothing is shown to a reader before it
is durable. Loss: none, ever. Readers of one project never wait for another project.
"""

import re
from collections.abc import AsyncGenerator, Callable, Collection, Iterable, Mapping, Sequence
from typing import Protocol

import msgspec

from smartforge.events import Envelope, Fact

Observe = Callable[[float, int], None]
"""Told of each commit, on the thread that made it: its seconds, and how many operations it stored.

Must not raise and must not wait.
"""


class Record(msgspec.Struct, frozen=True):
    """One stored event: its place, its type, and the bytes that every viewer gets."""

    seq: int
    type: str
    data: bytes


class Head(msgspec.Struct, frozen=True):
    """Where a project stands, known without folding its log.

    `last` is the seq of the newest event, `epoch` the current fence, `status` the project's
    status as in the snapshot, `queued` how many runs wait, `created` Unix milliseconds.
    `active` is true while a run is on or queued.
    """

    project_id: str
    title: str
    status: str
    last: int
    epoch: int
    queued: int
    created: int
    deleted: bool

    @property
    def active(self) -> bool:
        return self.queued > 0 or self.status in RUNNING


ENDING = frozenset({"complete", "error", "run:cancelled"})
"""The types of event that end a run."""

RUNNING = frozenset({"queued", "planning", "waiting", "generating", "validating", "repairing"})


class Reading(Protocol):
    """Reads and follows events. Doors get this and no more."""

    async def head(self, project_id: str) -> Head:
        """Raises UnknownProject. A deleted project still has a head."""
        ...

    async def read(self, project_id: str, after: int, limit: int) -> list[Record]:
        """Up to `limit` events with seq > `after`, oldest first; empty at the tail, and only there.

        Fewer than `limit` are no sign of the tail: there may be newer ones, of another node.
        Raises UnknownProject.
        """
        ...

    async def wait(self, cursors: Mapping[str, int], timeout: float) -> bool:
        """Return True as soon as any project has an event beyond its cursor, else False.

        Unknown projects never wake; one that is removed meanwhile does. `timeout` in seconds; 0
        only looks.
        """
        ...


class Appending(Protocol):
    """Writes events. Only the run, and the engine around it, hold this."""

    async def create(
        self,
        project_id: str,
        facts: Sequence[Fact],
        *,
        run: str | None = None,
        asking: Sequence[Fact] = (),
    ) -> Head:
        """Make the project and append its first facts (run: null), all or nothing.

        Those in `asking` are of `run`, its first one, and follow.

        Raises ValueError where the id is taken.
        """
        ...

    async def claim(self, project_id: str) -> int:
        """Begin a new epoch and return it; from now on every older epoch is fenced out."""
        ...

    async def append(
        self,
        project_id: str,
        facts: Sequence[Fact],
        *,
        run: str | None,
        epoch: int | None = None,
        key: str | None = None,
        close: bool = False,
    ) -> int:
        """Store the facts in this order, all or none, and return the seq of the last one.

        With `epoch`, raises Fenced unless it is the current one; None appends without a fence.
        A `key` already used in this project stores nothing and returns what the first append
        returned, fence or no fence. With `close`, the epoch ends with this append: of two
        callers that close the same epoch, one succeeds and the other gets Fenced.
        Raises UnknownProject; ValueError for no facts at all, or an event of 64 KiB or more
        (`large.fit` puts large fields aside first).
        """
        ...


class Blobs(Protocol):
    """Content by its hash."""

    async def put(self, content: bytes) -> str:
        """Store durably and return the SHA-256 in hexadecimal; storing twice is harmless.

        It stays for as long as an event names it, and without one for `UNNAMED_SECONDS` less
        `RECENT_SECONDS`: who puts content has that long to append the event that names it.
        """
        ...

    async def get(self, sha256: str) -> bytes:
        """Raises UnknownBlob."""
        ...


UNNAMED_SECONDS = 24 * 3600.0
"""How long content that no event names is left alone: somebody may be about to name it."""

RECENT_SECONDS = 3600.0
"""Content that was put before is dated anew by a later `put`, unless that is not longer ago."""


class Projects(Protocol):
    """The list of projects."""

    async def projects(self, limit: int, after: str | None = None) -> list[Head]:
        """Newest first, deleted ones left out; `after` is the last id of the page before."""
        ...


class Spending(Protocol):
    """What calls of models have used, over all projects."""

    async def usage(self, since: int) -> list[Record]:
        """Every event `usage` since this time (Unix milliseconds), in any order.

        Those of deleted projects too, as long as they are there.
        """
        ...


class Checkpoint(msgspec.Struct, frozen=True):
    """A folded state of a project up to `seq`, as bytes that only its writer understands.

    `shape` names how they are to be read; a reader ignores shapes that it does not know.
    """

    project_id: str
    seq: int
    shape: str
    data: bytes


def supersedes(new: Checkpoint, kept: Checkpoint | None) -> bool:
    """Whether `keep` stores `new` where `kept` is."""
    if kept is None or new.seq > kept.seq:
        return True
    return new.seq == kept.seq and new.shape != kept.shape


class Checkpoints(Protocol):
    """Folded states, kept so that a long log need not be folded from its start.

    A cache beside the log: any of it may be lost, and is folded again from the events.
    """

    async def checkpoint(self, project_id: str) -> Checkpoint | None:
        """The newest that was kept; None where there is none, or no such project."""
        ...

    async def keep(self, checkpoint: Checkpoint) -> None:
        """Keep it instead of an older one, or of one of the same seq in another shape.

        Any other changes nothing. Raises UnknownProject.
        """
        ...


class Share(msgspec.Struct, frozen=True):
    """A link by which others may look at a project; times are Unix milliseconds.

    `digest` is the SHA-256, in hexadecimal, of the secret in the link, which is kept nowhere.
    """

    digest: str
    project_id: str
    created: int
    expires: int
    revoked: int | None = None


SHARES_KEPT_MS = 30 * 24 * 3600 * 1000
"""How long a link is known after its end, so that it can be told from one that never was."""


class Shares(Protocol):
    """The links to projects; they are no events, and whoever follows a project hears of none."""

    async def share(self, share: Share) -> None:
        """Keep it, in the place of one with the same digest.

        Links of this project that ended `SHARES_KEPT_MS` before `share.created` are forgotten.
        Raises UnknownProject.
        """
        ...

    async def shared(self, digest: str) -> Share | None:
        """None where there is none; those that have ended count."""
        ...

    async def shares(self, project_id: str) -> list[Share]:
        """All of a project, those that have ended too, newest first."""
        ...

    async def revoke(self, digest: str, at: int) -> None:
        """End it now, unless it was ended before or there is none."""
        ...


class Extent(msgspec.Struct, frozen=True):
    """What a project takes in the log, beside the contents that it names.

    `ts` is the time of its newest event in Unix milliseconds. `bytes` is what is stored, with
    `ROW_BYTES` for each row: near to what it takes on the disk.
    """

    head: Head
    ts: int
    bytes: int


ROW_BYTES = 100
"""What a database needs for a row beside its content, with its place in an index."""


class Surveyed(Protocol):
    """Tells what takes how much; changes nothing."""

    async def following(self, project_id: str) -> str | None:
        """The next id in the order of ids, "" being before the first; None behind the last."""
        ...

    async def head(self, project_id: str) -> Head:
        """See `Reading.head`."""
        ...

    async def extent(self, project_id: str) -> Extent:
        """Raises UnknownProject. A deleted project has an extent as any other."""
        ...

    async def named(self, project_id: str) -> frozenset[str]:
        """The hashes of all content that the project's events name; empty for no such project.

        Whatever looks like a hash counts as one (`hashes_in`).
        """
        ...

    async def contents(self) -> dict[str, int]:
        """The hash of every content that is stored, and its size in bytes."""
        ...


class Removing(Protocol):
    """Takes away for good."""

    async def remove(self, project_id: str, last: int) -> bool:
        """Remove all of a project in one transaction, but the contents that it names.

        False, and nothing is removed, where a run is on or waits in it, or where it has events
        beyond `last`. Whoever follows it is woken, and finds that there is no such project.
        Raises UnknownProject.
        """
        ...

    async def discard(self, hashes: Collection[str], unnamed: float = UNNAMED_SECONDS) -> int:
        """Remove those of these contents that were last put so many seconds ago, or earlier.

        Return how many bytes that were. The caller knows that no event names them.
        """
        ...


def recent(records: Iterable[Record], since: int) -> list[Record]:
    """Those since this time, in Unix milliseconds."""
    return [one for one in records if _envelope.decode(one.data).ts >= since]


_envelope = msgspec.json.Decoder(Envelope)

_HASH = re.compile(rb'"([0-9a-f]{64})"')


def hashes_in(events: Iterable[bytes]) -> frozenset[str]:
    """Whatever looks like a hash in encoded events, as a whole string of its own.

    More than what they name, never less: also for types and fields that are not known here.
    """
    return frozenset(found.decode() for data in events for found in _HASH.findall(data))


class Log(Reading, Appending, Blobs, Projects, Spending, Checkpoints, Shares, Removing, Protocol):
    """All of it: what an implementation provides."""

    async def open(self) -> None:
        """Ready the store: migrate its schema where it is older.

        Raises DatabaseUnusable where it is newer than this program, broken, or locked.
        """
        ...

    async def close(self) -> None:
        """Finish what was begun, wake all waiters, and release everything. Never raises twice."""
        ...


async def follow(
    log: Reading, project_id: str, after: int, *, limit: int = 1000
) -> AsyncGenerator[list[Record], None]:
    """Every event with seq > `after`, those of the past and those to come, in batches.

    Never ends by itself. One loop serves replay and live, so there is no seam to lose at.
    """
    while True:
        records = await log.read(project_id, after, limit)
        if records:
            after = records[-1].seq
            yield records
        if len(records) < limit:
            # Not known to be the tail, but `wait` finds out at less cost than another read.
            await log.wait({project_id: after}, timeout=60.0)
