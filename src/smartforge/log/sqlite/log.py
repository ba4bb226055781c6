"""The log itself: what every call does, on the event loop and on the threads."""

import hashlib
import sqlite3
from collections.abc import Collection, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path

import msgspec

from smartforge.events import Fact
from smartforge.log import refusals
from smartforge.log.base import (
    RECENT_SECONDS,
    UNNAMED_SECONDS,
    Checkpoint,
    Head,
    Observe,
    Record,
    Share,
    recent,
)
from smartforge.log.clock import Clock, wall_clock
from smartforge.log.group_commit import GroupCommit, Moved
from smartforge.log.sqlite import database, reads, shares
from smartforge.log.sqlite.migrations import migrate, steps
from smartforge.log.sqlite.readers import Readers
from smartforge.log.sqlite.writes import Writes
from smartforge.log.standing import Append
from smartforge.log.tails import Tails
from smartforge.log.waiting import Waiters, answer_within

KEPT_HEADS = 4096
"""How many heads are kept in memory."""

_LARGEST = 2**63 - 1


class _Parts(msgspec.Struct, frozen=True, eq=False):
    writer: GroupCommit[Writes]
    readers: Readers


class SQLiteLog:
    """A `Log` in the file `path`, used by one event loop of one process at a time.

    Every SQLite call runs on a thread of the log's own. Before `open` and after `close`
    everything is refused with DatabaseUnusable; it may be opened again. `observe` is told of each
    commit.
    """

    def __init__(
        self, path: Path, clock: Clock = wall_clock, observe: Observe | None = None
    ) -> None:
        self._path = path
        self._clock = clock
        self._observe = observe
        self._parts: _Parts | None = None
        self._waiters = Waiters()
        self._heads: dict[str, Head] = {}
        self._tails = Tails()
        self._published = 0

    @property
    def waiters(self) -> int:
        """How many callers of `wait` there are now."""
        return len(self._waiters)

    async def open(self) -> None:
        """See `Log.open`. Raises DatabaseUnusable also where this log is open already."""
        readers = Readers(self._path)

        def open_store(held: ExitStack) -> Writes:
            return _open_store(self._path, self._clock, readers, held)

        writer = GroupCommit(open_store, self._publish, self._observe)
        await writer.open()
        self._heads.clear()
        self._tails = Tails()
        self._parts = _Parts(writer=writer, readers=readers)

    async def close(self) -> None:
        """See `Log.close`."""
        parts, self._parts = self._parts, None
        if parts is None:
            return
        parts.readers.refuse()
        try:
            await parts.writer.close()
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
        writer = self._open_parts().writer
        return await writer.submit(lambda writes: writes.create(project_id, facts, run, asking))

    async def claim(self, project_id: str) -> int:
        """See `Appending.claim`."""
        return await self._open_parts().writer.submit(lambda writes: writes.claim(project_id))

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
        return await self._open_parts().writer.submit(lambda writes: writes.append(new))

    async def head(self, project_id: str) -> Head:
        """See `Reading.head`."""
        self._open_parts()
        found = await self._look((project_id,))
        if project_id not in found:
            raise refusals.unknown_project(project_id)
        return found[project_id]

    async def read(self, project_id: str, after: int, limit: int) -> list[Record]:
        """See `Reading.read`."""
        readers = self._open_parts().readers
        known = self._heads.get(project_id)
        if known is not None and after >= known.last:
            return []
        after, limit = min(max(after, 0), _LARGEST), min(max(limit, 0), _LARGEST)
        tail = self._tails.after(project_id, after, limit)
        if tail is not None:
            return list(tail)
        return await readers.read(lambda db: reads.records(db, project_id, after, limit))

    async def wait(self, cursors: Mapping[str, int], timeout: float) -> bool:
        """See `Reading.wait`. False at once when the log is closed."""
        if self._parts is None:
            return False
        with self._waiters.waiter(cursors) as future:
            found = await self._look(cursors)
            if any(head.last > cursors[project_id] for project_id, head in found.items()):
                return True
            return await answer_within(future, timeout) if timeout > 0 else False

    async def put(self, content: bytes) -> str:
        """See `Blobs.put`."""
        parts = self._open_parts()
        since = self._clock() - int(RECENT_SECONDS * 1000)

        def look(db: sqlite3.Connection) -> tuple[str, bool]:
            sha256 = hashlib.sha256(content).hexdigest()
            return sha256, reads.has_blob(db, sha256, since)

        sha256, stored = await parts.readers.read(look)
        if not stored:
            await parts.writer.submit(lambda writes: writes.put(sha256, content))
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
        await self._open_parts().writer.submit(lambda writes: writes.keep(checkpoint))

    async def share(self, share: Share) -> None:
        """See `Shares.share`."""
        await self._open_parts().writer.submit(lambda writes: writes.share(share))

    async def shared(self, digest: str) -> Share | None:
        """See `Shares.shared`."""
        return await self._open_parts().readers.read(lambda db: shares.shared(db, digest))

    async def shares(self, project_id: str) -> list[Share]:
        """See `Shares.shares`."""
        return await self._open_parts().readers.read(lambda db: shares.shares(db, project_id))

    async def revoke(self, digest: str, at: int) -> None:
        """See `Shares.revoke`."""
        await self._open_parts().writer.submit(lambda writes: writes.revoke(digest, at))

    async def remove(self, project_id: str, last: int) -> bool:
        """See `Removing.remove`."""
        writer = self._open_parts().writer
        removed = await writer.submit(lambda writes: writes.remove(project_id, last))
        if removed:
            self._published += 1  # A look that began before may still find it.
            self._heads.pop(project_id, None)
            self._tails.forget(project_id)
            self._waiters.wake_removed(project_id)
        return removed

    async def discard(self, hashes: Collection[str], unnamed: float = UNNAMED_SECONDS) -> int:
        """See `Removing.discard`."""
        writer = self._open_parts().writer
        return await writer.submit(lambda writes: writes.discard(hashes, unnamed))

    def _open_parts(self) -> _Parts:
        if self._parts is None:
            raise refusals.closed()
        return self._parts

    async def _look(self, project_ids: Collection[str]) -> dict[str, Head]:
        """The heads of those projects that there are."""
        found = {each: self._heads[each] for each in project_ids if each in self._heads}
        missing = [each for each in project_ids if each not in found]
        if missing:
            published = self._published
            looked_up = await self._open_parts().readers.read(lambda db: reads.heads(db, missing))
            for head in looked_up:
                # A commit may have overtaken the look; what it published is newer.
                found[head.project_id] = self._heads.get(head.project_id, head)
                if self._published == published:
                    self._remember(head)
        return found

    def _publish(self, moved: Sequence[Moved]) -> None:
        self._published += 1
        for each in moved:
            self._remember(each.head)
            if each.records:
                self._tails.extend(each.head.project_id, each.records)
                self._waiters.wake(each.head.project_id, each.head.last)

    def _remember(self, head: Head) -> None:
        self._heads.pop(head.project_id, None)
        self._heads[head.project_id] = head
        if len(self._heads) > KEPT_HEADS:
            del self._heads[next(iter(self._heads))]


def _open_store(path: Path, clock: Clock, readers: Readers, held: ExitStack) -> Writes:
    """Take the lock, open the file and migrate it; `held` lets go of all that in reverse.

    Raises DatabaseUnusable.
    """
    database.check_sqlite()
    try:
        database.make_private(path)
        held.callback(database.FileLock(path).release)
        connection = database.connect_writer(path)
        held.callback(connection.close)
        migrate(connection, path, steps())
        held.callback(readers.close)
        readers.open()
    except (sqlite3.Error, OSError) as error:
        raise database.unusable(error, path) from error
    return Writes(connection, path, clock)
