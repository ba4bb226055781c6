"""Folded states of projects, kept and advanced, so that many readers share one fold.

Everything here can be forgotten and folded again from the log. A state that has gone far beyond
its checkpoint is kept as a new one, so that after a restart only the events since are folded.
"""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Callable, Coroutine
from typing import Generic, Protocol, TypeVar

import msgspec

from smartforge.errors import DatabaseUnusable
from smartforge.log.base import Checkpoints, Reading
from smartforge.log.folded import Folded
from smartforge.snapshot import Snapshot

logger = logging.getLogger(__name__)

BATCH = 1000
PROJECTS = 64
GRACE = 0.5
"""Seconds that checkpoints have to reach the log once the states are closed."""

Held = TypeVar("Held")


class StatesLog(Reading, Checkpoints, Protocol):
    """What folding needs of the log."""


class Bounded(Generic[Held]):
    """The most recently used values, at most `limit` of them."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._held: OrderedDict[str, Held] = OrderedDict()

    def __len__(self) -> int:
        return len(self._held)

    def get(self, key: str, make: Callable[[], Held]) -> Held:
        """The value of this key, made where there is none; the least recently used one goes."""
        if key not in self._held:
            self._held[key] = make()
        self._held.move_to_end(key)
        while len(self._held) > self._limit:
            self._held.popitem(last=False)
        return self._held[key]


class States:
    """The states of projects, by folding the log no further than needed and never twice.

    `limit` is how many projects are held in memory. Checkpoints are kept in the background: no
    reader waits for one, and none fails where the log refuses it.
    """

    def __init__(self, log: StatesLog, limit: int = PROJECTS) -> None:
        self._log = log
        self._projects: Bounded[Folded] = Bounded(limit)
        self._versions: Bounded[Folded] = Bounded(limit)
        self._tasks: set[asyncio.Task[None]] = set()
        self._closed = False
        self._refused = False

    def __len__(self) -> int:
        """How many projects are held."""
        return len(self._projects)

    async def current(self, project_id: str) -> Folded:
        """The project with every event that was stored before the call. Raises UnknownProject."""
        folded = await self._advanced(project_id)
        if folded.is_due and not self._closed:
            self._begin(self._keep(folded))
        return folded

    async def version(self, project_id: str, version: int) -> Snapshot | None:
        """The project as it was when this version was complete; None where there is none such.

        What happened later, a failed run for example, does not change it. Raises UnknownProject.
        """
        now = await self.current(project_id)
        if version not in {each.version for each in now.snapshot.versions}:
            return None
        if version == now.version:
            return now.complete.snapshot if now.complete else None
        folded = self._versions.get(f"{project_id}:{version}", lambda: Folded(project_id))
        async with folded.lock:
            while folded.version != version:
                for record in await self._log.read(project_id, folded.seq, BATCH):
                    folded.add(record)
                    if folded.version == version:
                        break
        return folded.snapshot

    def catch_up(self, project_id: str) -> None:
        """Fold what is new in the background, so that a checkpoint is left where one is due."""
        if not self._closed:
            self._begin(self._catch_up(project_id))

    async def close(self) -> None:
        """Keep what is being kept and begin nothing more; readers may go on. May be repeated."""
        self._closed = True
        if not self._tasks:
            return
        _, late = await asyncio.wait(self._tasks, timeout=GRACE)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)

    def _begin(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _advanced(self, project_id: str) -> Folded:
        tail = (await self._log.head(project_id)).last
        folded = self._projects.get(project_id, lambda: Folded(project_id))
        async with folded.lock:
            if folded.seq == 0:
                await self._restore(project_id, folded)
            while folded.seq < tail:
                for record in await self._log.read(project_id, folded.seq, BATCH):
                    folded.add(record)
        return folded

    async def _restore(self, project_id: str, folded: Folded) -> None:
        try:
            checkpoint = await self._log.checkpoint(project_id)
            if checkpoint is not None:
                folded.restore(checkpoint)
        except (DatabaseUnusable, msgspec.DecodeError) as error:
            logger.warning("project %s is folded from its start: %s", project_id, error)

    async def _keep(self, folded: Folded) -> None:
        if not folded.is_due:  # Another reader's call has made one meanwhile.
            return
        try:
            await self._log.keep(folded.checkpoint())
            self._refused = False
        except Exception as error:
            if not self._refused:
                logger.warning("folded states cannot be kept: %s", error)
            self._refused = True

    async def _catch_up(self, project_id: str) -> None:
        try:
            await self._keep(await self._advanced(project_id))
        except Exception as error:
            logger.warning("project %s was not folded on: %s", project_id, error)
