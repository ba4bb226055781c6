"""What users do with whole projects: rename, delete, bring back, duplicate. None of it is a run."""

import asyncio
from weakref import WeakValueDictionary

from smartforge.engine.copying import copied, named
from smartforge.engine.executor import EngineLog
from smartforge.engine.ids import new_id, short_id
from smartforge.engine.requests import everything, story
from smartforge.errors import Conflict, UnknownProject
from smartforge.events import ProjectDeleted, ProjectUndeleted, TitleChanged, decode
from smartforge.log.base import Head
from smartforge.log.clock import Clock, wall_clock
from smartforge.log.retention import DELETED_SECONDS


class Shelf:
    """The projects of a log. Every method returns once its effect is stored as events.

    All but `undelete` raise UnknownProject for a deleted project too.
    """

    def __init__(self, log: EngineLog, clock: Clock = wall_clock) -> None:
        self._log = log
        self._clock = clock
        self._orders: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def rename(self, project_id: str, title: str) -> None:
        """Raises Conflict before the first plan, which would give the project its own title."""
        async with self._order(project_id):
            head = await self._live(project_id)
            if head.status in ("queued", "planning"):
                records = await everything(self._log, project_id)
                if not any(record.type == "plan:ready" for record in records):
                    raise Conflict(
                        "The project is being planned, and gets its title from that.",
                        "Wait until it is planned, then rename it.",
                    )
            await self._log.append(project_id, [TitleChanged(title=title)], run=None)

    async def delete(self, project_id: str) -> None:
        """Hide the project, to be gone after a day. Raises Conflict while a run is on or waits."""
        async with self._order(project_id):
            if (await self._live(project_id)).active:
                raise Conflict(
                    "A run is on or queued in this project, so it was not deleted.",
                    "Stop the run first, or wait for its end.",
                )
            await self._log.append(project_id, [ProjectDeleted()], run=None)

    async def undelete(self, project_id: str) -> None:
        """Bring a project back within a day.

        Raises UnknownProject where there is none or that is too long ago, Conflict where it was
        not deleted.
        """
        async with self._order(project_id):
            head = await self._log.head(project_id)
            if not head.deleted:
                raise Conflict("The project was not deleted.", "Nothing has to be done.")
            [last] = await self._log.read(project_id, head.last - 1, 1)
            if decode(last.data)[0].ts <= self._clock() - DELETED_SECONDS * 1000:
                raise UnknownProject(
                    f"The project {project_id!r} was deleted more than a day ago.",
                    "GET /api/projects lists those there are.",
                )
            await self._log.append(project_id, [ProjectUndeleted()], run=None)

    async def duplicate(self, project_id: str) -> str:
        """Make a project whose first version is the latest one of this; return its id.

        Raises Conflict while no version is complete.
        """
        head = await self._live(project_id)
        told = story(await everything(self._log, project_id), run="")
        if told.latest is None:
            raise Conflict(
                "The project has no complete version yet, so there is nothing to duplicate.",
                "Wait until a run is complete, or see why none was.",
            )
        for sha256 in named(told):
            # Dated anew, so that it stays whatever happens to the original meanwhile.
            await self._log.put(await self._log.get(sha256))
        new, run = new_id(), short_id()
        created, facts = await copied(told, head.title, run, self._log)
        await self._log.create(new, [created], run=run, asking=facts)
        return new

    def _order(self, project_id: str) -> asyncio.Lock:
        """Held while a run is queued, so that runs queue in the order of what asks for them."""
        return self._orders.setdefault(project_id, asyncio.Lock())

    async def _live(self, project_id: str) -> Head:
        head = await self._log.head(project_id)
        if head.deleted:
            raise UnknownProject(f"There is no project {project_id!r}.")
        return head
