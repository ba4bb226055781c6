"""The log itself: what every call does, on the event loop and on the threads."""

import asyncio
import hashlib
import threading
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import ExitStack, closing, suppress
from typing import TypeVar

import msgspec
from psycopg import Connection
from psycopg.rows import TupleRow

from smartforge.errors import DatabaseUnusable
from smartforge.events import Fact
from smartforge.log import refusals
from smartforge.log.base import UNNAMED_SECONDS, Checkpoint, Head, Observe, Record, Share, recent
from smartforge.log.clock import Clock, wall_clock
from smartforge.log.group_commit import GroupCommit, Moved
from smartforge.log.postgres import notices, reads, removal, shares
from smartforge.log.postgres.database import Database
from smartforge.log.postgres.link import Link
from smartforge.log.postgres.listener import Listener
from smartforge.log.postgres.migrations import migrate, steps
from smartforge.log.postgres.readers import Readers
from smartforge.log.postgres.writes import FORGET_WRITERS, Operation, Writes
from smartforge.log.standing import Append
from smartforge.log.tails import Tails
from smartforge.log.waiting import Waiters, answer_within

T = TypeVar("T")

KEPT_LASTS = 4096
"""Of how many projects it is kept in memory how far their logs surely reach."""

LOOK_SECONDS = 0.5
"""How often projects that somebody waits for are looked at; a lost notice costs no more."""

_LARGEST = 2**63 - 1


class _Parts(msgspec.Struct, frozen=True, eq=False):
    writer: GroupCommit[Writes]
    readers: Readers
    listener: Listener
    looking: asyncio.Task[None]
    stopping: threading.Event


class PostgresLog:
    """A `Log` in the PostgreSQL database at `url`, shared by any number of nodes.

    Used by one event loop; every call of PostgreSQL runs on a thread of the log's own. What
    `append` returned on one node is seen by the next `head`, `read` of the tail and `projects`
    on every other; whoever waits there is woken by a notice, or half a second later without one.
    While PostgreSQL is away calls wait for it, for 20 seconds. Before `open` and after `close`
    everything is refused with DatabaseUnusable; it may be opened again. `observe` is told of each
    commit.
    """

    def __init__(self, url: str, clock: Clock = wall_clock, observe: Observe | None = None) -> None:
        """Raises DatabaseUnusable for an address that cannot be read."""
        self._database = Database(url)
        self._clock = clock
        self._observe = observe
        self._parts: _Parts | None = None
        self._waiters = Waiters()
        self._lasts: dict[str, int] = {}
        self._tails = Tails()
        self._look_now = asyncio.Event()

    @property
    def where(self) -> str:
        """The host and the database, without user and password."""
        return self._database.where

    @property
    def waiters(self) -> int:
        """How many callers of `wait` there are now."""
        return len(self._waiters)

    @property
    def reconnects(self) -> int:
        """How often the node lost what it hears by, since `open`."""
        return max(0, self._open_parts().listener.connections - 1)

    async def open(self) -> None:
        """See `Log.open`. Raises DatabaseUnusable also where PostgreSQL cannot be reached."""
        if self._parts is not None:
            raise DatabaseUnusable("This log is open already.", "Close it before.")
        stopping = threading.Event()
        readers = Readers(self._database, stopping)
        made: list[Writes] = []

        def open_store(held: ExitStack) -> Writes:
            made.append(_open_store(self._database, self._clock, readers, stopping, held))
            return made[0]

        writer = GroupCommit(open_store, self._publish, self._observe)
        await writer.open()
        self._lasts.clear()
        self._tails = Tails()
        self._look_now.clear()
        listener = Listener(self._database, lambda: made[0].backends, self._heard)
        listener.open()
        looking = asyncio.create_task(self._look_for_all(readers))
        self._parts = _Parts(
            writer=writer, readers=readers, listener=listener, looking=looking, stopping=stopping
        )

    async def close(self) -> None:
        """See `Log.close`. Does not wait for a PostgreSQL that is away."""
        parts, self._parts = self._parts, None
        if parts is None:
            return
        parts.readers.refuse()
        parts.stopping.set()
        parts.looking.cancel()
        try:
            await parts.listener.close()
            await parts.writer.close()
            await asyncio.wait([parts.looking])
        finally:
            self._waiters.wake_all()

    async def commits(self) -> int:
        """How many transactions were written since `open`."""
        return await self._open_parts().writer.submit(lambda writes: writes.commits)

    async def create(
        self,
        project_id: str,
        facts: Sequence[Fact],
        *,
        run: str | None = None,
        asking: Sequence[Fact] = (),
    ) -> Head:
        """See `Appending.create`."""
        operation = Operation(
            lambda batch: batch.create(project_id, facts, run, asking), project_id
        )
        return await self._open_parts().writer.submit(operation)

    async def claim(self, project_id: str) -> int:
        """See `Appending.claim`."""
        operation = Operation(lambda batch: batch.claim(project_id), project_id)
        return await self._open_parts().writer.submit(operation)

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
        """See `Appending.append`."""
        new = Append(
            project_id=project_id, facts=tuple(facts), run=run, epoch=epoch, key=key, close=close
        )
        operation = Operation(lambda batch: batch.append(new), project_id, key)
        return await self._open_parts().writer.submit(operation)

    async def head(self, project_id: str) -> Head:
        """See `Reading.head`. Always asks the database: another node may have appended."""
        return await self._open_parts().readers.read(lambda db: reads.head(db, project_id))

    async def read(self, project_id: str, after: int, limit: int) -> list[Record]:
        """See `Reading.read`. Nothing is found only where the database has nothing either."""
        readers = self._open_parts().readers
        after, limit = min(max(after, 0), _LARGEST), min(max(limit, 0), _LARGEST)
        if tail := self._tails.after(project_id, after, limit):
            return list(tail)
        return await readers.read(lambda db: reads.records(db, project_id, after, limit))

    async def wait(self, cursors: Mapping[str, int], timeout: float) -> bool:
        """See `Reading.wait`. False at once when the log is closed.

        With a timeout of 0 the database is asked, else what this node has heard is believed.
        """
        if self._parts is None:
            return False
        with self._waiters.waiter(cursors) as future:
            if await self._is_beyond(cursors, believe=timeout > 0):
                return True
            return await answer_within(future, timeout) if timeout > 0 else False

    async def put(self, content: bytes) -> str:
        """See `Blobs.put`."""
        parts = self._open_parts()

        def look(db: Connection[TupleRow]) -> tuple[str, bool]:
            sha256 = hashlib.sha256(content).hexdigest()
            return sha256, reads.has_blob(db, sha256)

        sha256, stored = await parts.readers.read(look)
        if not stored:
            await parts.writer.submit(Operation(lambda batch: batch.put(sha256, content)))
        return sha256

    async def get(self, sha256: str) -> bytes:
        """See `Blobs.get`."""
        return await self._open_parts().readers.read(lambda db: reads.blob(db, sha256))

    async def projects(self, limit: int, after: str | None = None) -> list[Head]:
        """See `Projects.projects`. Raises UnknownProject where `after` is no project."""
        readers = self._open_parts().readers
        limit = min(limit, _LARGEST)
        return await readers.read(lambda db: reads.projects(db, limit, after))

    async def usage(self, since: int) -> list[Record]:
        """See `Spending.usage`."""
        readers = self._open_parts().readers
        return await readers.read(lambda db: recent(reads.usage(db, since), since))

    async def checkpoint(self, project_id: str) -> Checkpoint | None:
        """See `Checkpoints.checkpoint`."""
        readers = self._open_parts().readers
        return await readers.read(lambda db: reads.checkpoint(db, project_id))

    async def keep(self, checkpoint: Checkpoint) -> None:
        """See `Checkpoints.keep`."""
        operation = Operation(lambda batch: batch.keep(checkpoint), checkpoint.project_id)
        await self._open_parts().writer.submit(operation)

    async def share(self, share: Share) -> None:
        """See `Shares.share`."""
        await self._alone(lambda db: shares.share(db, share))

    async def shared(self, digest: str) -> Share | None:
        """See `Shares.shared`."""
        return await self._open_parts().readers.read(lambda db: shares.shared(db, digest))

    async def shares(self, project_id: str) -> list[Share]:
        """See `Shares.shares`."""
        return await self._open_parts().readers.read(lambda db: shares.shares(db, project_id))

    async def revoke(self, digest: str, at: int) -> None:
        """See `Shares.revoke`."""
        await self._alone(lambda db: shares.revoke(db, digest, at))

    async def remove(self, project_id: str, last: int) -> bool:
        """See `Removing.remove`. Other nodes are told, and let go of what they hold of it."""
        removed = await self._alone(lambda db: removal.remove(db, project_id, last))
        if removed:
            self._forget(project_id)
        return removed

    async def discard(self, hashes: Collection[str], unnamed: float = UNNAMED_SECONDS) -> int:
        """See `Removing.discard`."""
        return await self._alone(lambda db: removal.discard(db, hashes, unnamed))

    async def _alone(self, work: Callable[[Connection[TupleRow]], T]) -> T:
        """What `work` returns of a connection of its own: appends do not wait for long deletes."""
        link = Link(self._database, self._open_parts().stopping, writing=True)

        def use() -> T:
            with closing(link):
                return link.use(work)

        return await asyncio.to_thread(use)

    def _open_parts(self) -> _Parts:
        if self._parts is None:
            raise refusals.closed()
        return self._parts

    async def _is_beyond(self, cursors: Mapping[str, int], *, believe: bool) -> bool:
        def beyond() -> bool:
            return any(self._lasts.get(each, 0) > cursor for each, cursor in cursors.items())

        unheard = [each for each in cursors if not believe or each not in self._lasts]
        if unheard and not beyond():
            readers = self._open_parts().readers
            self._learn(await readers.read(lambda db: reads.lasts(db, unheard)))
        return beyond()

    async def _look_for_all(self, readers: Readers) -> None:
        """The safety net: whatever was not heard is found, as long as somebody waits for it."""
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK_SECONDS):
                    await self._look_now.wait()
            self._look_now.clear()
            if watched := self._waiters.projects():
                with suppress(DatabaseUnusable):
                    self._learn(await _lasts_of(readers, watched))

    def _heard(self, lasts: Mapping[str, int] | None) -> None:
        if lasts is None:
            self._lasts.clear()
            self._tails = Tails()  # It may have been missed that a project was removed.
            self._look_now.set()
        else:
            self._learn(lasts)

    def _publish(self, moved: Sequence[Moved]) -> None:
        for each in moved:
            if each.records:
                self._tails.extend(each.head.project_id, each.records)
                self._learn({each.head.project_id: each.head.last})

    def _learn(self, lasts: Mapping[str, int]) -> None:
        """These logs reach at least so far; whoever waits for that goes on."""
        for project_id, last in lasts.items():
            if last == notices.REMOVED:
                self._forget(project_id)
                continue
            last = max(last, self._lasts.pop(project_id, 0))
            self._lasts[project_id] = last
            self._waiters.wake(project_id, last)
        while len(self._lasts) > KEPT_LASTS:
            del self._lasts[next(iter(self._lasts))]

    def _forget(self, project_id: str) -> None:
        """The project was removed; whoever waits for it finds that out."""
        self._lasts.pop(project_id, None)
        self._tails.forget(project_id)
        self._waiters.wake_removed(project_id)


async def _lasts_of(readers: Readers, project_ids: Collection[str]) -> dict[str, int]:
    wanted = list(project_ids)
    return await readers.read(lambda db: reads.lasts(db, wanted))


def _open_store(
    database: Database, clock: Clock, readers: Readers, stopping: threading.Event, held: ExitStack
) -> Writes:
    """Connect and migrate; `held` lets go of all that in reverse. Raises DatabaseUnusable."""
    link = Link(database, stopping, writing=True)
    held.callback(link.close)
    held.callback(readers.close)

    def ready(connection: Connection[TupleRow]) -> None:
        migrate(connection, database.where, steps())
        connection.execute(FORGET_WRITERS)

    link.once(ready)
    return Writes(link, clock)
