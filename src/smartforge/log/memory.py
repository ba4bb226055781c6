"""The log in memory: for tests, and for runs whose events need not outlive the process."""

import hashlib
from collections.abc import Collection, Mapping, Sequence

import msgspec

from smartforge.events import Fact
from smartforge.log import refusals
from smartforge.log.base import (
    ROW_BYTES,
    SHARES_KEPT_MS,
    UNNAMED_SECONDS,
    Checkpoint,
    Extent,
    Head,
    Record,
    Share,
    hashes_in,
    recent,
    supersedes,
)
from smartforge.log.clock import Clock, wall_clock
from smartforge.log.standing import Standing, begun
from smartforge.log.waiting import Waiters, answer_within


class MemoryLog:
    """A `Log` that keeps everything in memory, for one event loop.

    Nothing survives the process; every other guarantee of `Log` holds. It is open from the
    start, and refuses everything with DatabaseUnusable once it is closed.
    """

    def __init__(self, clock: Clock = wall_clock) -> None:
        self._clock = clock
        self._standings: dict[str, Standing] = {}
        self._records: dict[str, list[Record]] = {}
        self._keys: dict[tuple[str, str], int] = {}
        self._blobs: dict[str, bytes] = {}
        self._put: dict[str, int] = {}
        self._checkpoints: dict[str, Checkpoint] = {}
        self._shares: dict[str, Share] = {}
        self._waiters = Waiters()
        self._closed = False

    @property
    def waiters(self) -> int:
        """How many callers of `wait` there are now."""
        return len(self._waiters)

    async def open(self) -> None:
        """Nothing to ready. Raises DatabaseUnusable after `close`: what was kept is gone."""
        self._check_open()

    async def close(self) -> None:
        """Wake all waiters; from now on everything is refused."""
        self._closed = True
        self._waiters.wake_all()

    async def create(
        self,
        project_id: str,
        facts: Sequence[Fact],
        *,
        run: str | None = None,
        asking: Sequence[Fact] = (),
    ) -> Head:
        """See `Appending.create`."""
        self._check_open()
        if project_id in self._standings:
            raise refusals.taken(project_id)
        standing, records = begun(project_id, self._clock(), facts, run, asking)
        self._records[project_id] = []
        self._store(standing, records)
        return standing.head()

    async def claim(self, project_id: str) -> int:
        """See `Appending.claim`."""
        standing = self._standing(project_id).claimed()
        self._standings[project_id] = standing
        return standing.epoch

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
        standing = self._standing(project_id)
        if key is not None and (project_id, key) in self._keys:
            return self._keys[project_id, key]
        grown, records = standing.extended(facts, run=run, now=self._clock(), close=close)
        if epoch not in (None, standing.epoch):
            raise refusals.fenced(project_id, epoch)
        self._store(grown, records)
        if key is not None:
            self._keys[project_id, key] = grown.last
        return grown.last

    async def head(self, project_id: str) -> Head:
        """See `Reading.head`."""
        return self._standing(project_id).head()

    async def read(self, project_id: str, after: int, limit: int) -> list[Record]:
        """See `Reading.read`."""
        self._standing(project_id)
        start = max(after, 0)
        return self._records[project_id][start : start + max(limit, 0)]

    async def wait(self, cursors: Mapping[str, int], timeout: float) -> bool:
        """See `Reading.wait`. False at once when the log is closed."""
        if self._closed:
            return False
        if any(self._last(each) > cursor for each, cursor in cursors.items()):
            return True
        if timeout <= 0:
            return False
        with self._waiters.waiter(cursors) as future:
            return await answer_within(future, timeout)

    async def put(self, content: bytes) -> str:
        """See `Blobs.put`."""
        self._check_open()
        sha256 = hashlib.sha256(content).hexdigest()
        self._blobs[sha256] = content
        self._put[sha256] = self._clock()
        return sha256

    async def get(self, sha256: str) -> bytes:
        """See `Blobs.get`."""
        self._check_open()
        if sha256 not in self._blobs:
            raise refusals.unknown_blob(sha256)
        return self._blobs[sha256]

    async def projects(self, limit: int, after: str | None = None) -> list[Head]:
        """See `Projects.projects`. Raises UnknownProject where `after` is no project."""
        self._check_open()
        ids = list(reversed(self._standings))
        if after is not None:
            self._standing(after)
            ids = ids[ids.index(after) + 1 :]
        heads = [self._standings[each].head() for each in ids]
        return [head for head in heads if not head.deleted][: max(limit, 0)]

    async def usage(self, since: int) -> list[Record]:
        """See `Spending.usage`."""
        self._check_open()
        every = (one for records in self._records.values() for one in records)
        return recent((one for one in every if one.type == "usage"), since)

    async def checkpoint(self, project_id: str) -> Checkpoint | None:
        """See `Checkpoints.checkpoint`."""
        self._check_open()
        return self._checkpoints.get(project_id)

    async def keep(self, checkpoint: Checkpoint) -> None:
        """See `Checkpoints.keep`."""
        project_id = self._standing(checkpoint.project_id).project_id
        if supersedes(checkpoint, self._checkpoints.get(project_id)):
            self._checkpoints[project_id] = checkpoint

    async def share(self, share: Share) -> None:
        """See `Shares.share`."""
        self._standing(share.project_id)
        before = share.created - SHARES_KEPT_MS
        for old in await self.shares(share.project_id):
            if old.expires < before:
                del self._shares[old.digest]
        self._shares[share.digest] = share

    async def shared(self, digest: str) -> Share | None:
        """See `Shares.shared`."""
        self._check_open()
        return self._shares.get(digest)

    async def shares(self, project_id: str) -> list[Share]:
        """See `Shares.shares`."""
        self._check_open()
        found = [each for each in self._shares.values() if each.project_id == project_id]
        return sorted(found, key=lambda each: (each.created, each.digest), reverse=True)

    async def revoke(self, digest: str, at: int) -> None:
        """See `Shares.revoke`."""
        known = await self.shared(digest)
        if known is not None and known.revoked is None:
            self._shares[digest] = msgspec.structs.replace(known, revoked=at)

    async def following(self, project_id: str) -> str | None:
        """See `Surveyed.following`."""
        self._check_open()
        return min((each for each in self._standings if each > project_id), default=None)

    async def extent(self, project_id: str) -> Extent:
        """See `Surveyed.extent`."""
        standing = self._standing(project_id)
        records = self._records[project_id]
        kept = self._checkpoints.get(project_id)
        keys = sum(of == project_id for of, _ in self._keys)
        size = sum(len(record.data) for record in records) + (len(kept.data) if kept else 0)
        rows = 1 + len(records) + keys + (kept is not None)
        return Extent(head=standing.head(), ts=standing.ts, bytes=size + ROW_BYTES * rows)

    async def named(self, project_id: str) -> frozenset[str]:
        """See `Surveyed.named`."""
        self._check_open()
        return hashes_in(record.data for record in self._records.get(project_id, ()))

    async def contents(self) -> dict[str, int]:
        """See `Surveyed.contents`."""
        self._check_open()
        return {sha256: len(content) for sha256, content in self._blobs.items()}

    async def remove(self, project_id: str, last: int) -> bool:
        """See `Removing.remove`."""
        head = self._standing(project_id).head()
        if head.active or head.last > last:
            return False
        del self._standings[project_id], self._records[project_id]
        self._keys = {key: at for key, at in self._keys.items() if key[0] != project_id}
        self._checkpoints.pop(project_id, None)
        for share in await self.shares(project_id):
            del self._shares[share.digest]
        self._waiters.wake_removed(project_id)
        return True

    async def discard(self, hashes: Collection[str], unnamed: float = UNNAMED_SECONDS) -> int:
        """See `Removing.discard`."""
        self._check_open()
        before = self._clock() - unnamed * 1000
        gone = [each for each in hashes if self._put.get(each, before + 1) <= before]
        for sha256 in gone:
            del self._put[sha256]
        return sum(len(self._blobs.pop(sha256)) for sha256 in gone)

    def _store(self, standing: Standing, records: list[Record]) -> None:
        self._standings[standing.project_id] = standing
        self._records[standing.project_id].extend(records)
        self._waiters.wake(standing.project_id, standing.last)

    def _last(self, project_id: str) -> int:
        standing = self._standings.get(project_id)
        return 0 if standing is None else standing.last

    def _standing(self, project_id: str) -> Standing:
        self._check_open()
        if project_id not in self._standings:
            raise refusals.unknown_project(project_id)
        return self._standings[project_id]

    def _check_open(self) -> None:
        if self._closed:
            raise refusals.closed()
