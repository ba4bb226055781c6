"""Runs as tasks of this process: the simplest engine that keeps the promises of `base`."""

import asyncio
import contextlib
import itertools
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import Protocol
from weakref import WeakValueDictionary

import msgspec

from smartforge.engine.base import NewProject
from smartforge.engine.ids import new_id, short_id
from smartforge.engine.lane import Lane, Queued
from smartforge.engine.messages import check_waits, has_begun
from smartforge.engine.pending import pending
from smartforge.engine.requests import everything, request
from smartforge.errors import (
    Conflict,
    DatabaseUnusable,
    Fenced,
    RunInterrupted,
    SmartForgeError,
    UnknownProject,
)
from smartforge.events import (
    Fact,
    Message,
    MessageRemoved,
    MessageUpdated,
    ProjectCreated,
    RunCancelled,
    RunQueued,
    RunResumed,
)
from smartforge.forge.base import Choice, RunRequest, Steps
from smartforge.forge.failure import failed_by
from smartforge.forge.recorded import RecordedSteps, recorded
from smartforge.log import large
from smartforge.log.base import Appending, Blobs, Head, Projects, Reading

logger = logging.getLogger(__name__)

AGAIN_SECONDS = 1.0
"""How long to wait until a log that refused, for example on a full disk, is asked again."""

Execute = Callable[[RunRequest, Steps, int], Awaitable[None]]
"""Executes one run under an epoch: `forge.run.run` with its tools."""

MOST_RESUMED = 3
"""How often a run is taken up again: one that ends its process each time must not go on so."""

NODE = "local"
"""Whom `run:resumed` names: there is this process alone."""


class EngineLog(Reading, Appending, Blobs, Projects, Protocol):
    """What the engine needs of the log."""


class InProcess:
    """At most `slots` runs at once in this process; the others wait in order of arrival."""

    def __init__(
        self,
        log: EngineLog,
        execute: Execute,
        choose: Callable[[NewProject], Choice],
        slots: int = 4,
        again: float = AGAIN_SECONDS,
    ) -> None:
        self._log = log
        self._execute = execute
        self._choose = choose
        self._slots = asyncio.Semaphore(slots)
        self._again = again
        self._lanes: dict[str, Lane] = {}
        self._orders: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def open(self) -> None:
        after: str | None = None
        while heads := await self._log.projects(100, after):
            after = heads[-1].project_id
            for head in heads:
                if head.active:
                    await self._take_up(head)

    async def _take_up(self, head: Head) -> None:
        left = pending(await everything(self._log, head.project_id))
        if left.on is not None:
            self._enqueue(head.project_id, left.on)
        elif not left.waiting:  # The process went between the project and its first run.
            await self._queue(head.project_id, Queued(short_id(), "prompt", None))
        for one in left.waiting:
            self._enqueue(head.project_id, one)

    async def close(self) -> None:
        drivers = [lane.driver for lane in self._lanes.values() if lane.driver is not None]
        for driver in drivers:
            driver.cancel()
        await asyncio.gather(*drivers, return_exceptions=True)
        self._lanes.clear()

    async def start(self, new: NewProject) -> str:
        choice = self._choose(new)
        project_id, run = new_id(), short_id()
        created = ProjectCreated(
            title=title_of(new.prompt),
            prompt=new.prompt,
            target=choice.target,
            model=choice.model,
            planner=choice.planner,
            author=choice.author,
        )
        await self._log.create(project_id, [await large.fit(created, self._log)])
        await self._queue(project_id, Queued(run, "prompt", None))
        return project_id

    async def message(self, project_id: str, prompt: str) -> str:
        message_id = short_id()
        said = Message(id=message_id, role="user", text=prompt)
        async with self._order(project_id):
            await self._live(project_id)
            # Stored together: a message without its run would be shown, and never be run.
            fitted = await large.fit(said, self._log)
            await self._queue(project_id, Queued(short_id(), "message", message_id), fitted)
        return message_id

    async def edit(self, project_id: str, message_id: str, prompt: str) -> None:
        edited = MessageUpdated(id=message_id, role="user", text=prompt)
        async with self._waiting(project_id, message_id):
            await self._log.append(project_id, [await large.fit(edited, self._log)], run=None)

    async def remove(self, project_id: str, message_id: str) -> None:
        async with self._waiting(project_id, message_id) as (lane, queued):
            await self._log.append(project_id, [MessageRemoved(id=message_id)], run=None)
            lane.queue.remove(queued)

    async def retry(self, project_id: str) -> None:
        async with self._order(project_id):
            head = await self._live(project_id)
            if head.active:
                raise Conflict(
                    "A run is on or queued in this project.", "Wait for its end, or stop it first."
                )
            if head.status == "complete":
                raise Conflict(
                    "The last run is complete; there is nothing to try again.",
                    "Send a follow-up to change the API.",
                )
            await self._queue(project_id, Queued(short_id(), "retry", None))

    async def cancel(self, project_id: str, run: str | None = None) -> None:
        await self._live(project_id)
        lane = self._lanes.get(project_id)
        # What is to end is settled now: a Stop that has to wait for another one must not end the
        # run that follows.
        meant = lane.next if lane is not None else None
        if lane is None or meant is None:
            return
        if run is not None and run != meant:
            raise Conflict(
                f"The run {run!r} is not the one that is on.", "Reload to see which run is on."
            )
        async with lane.turn:
            execution = lane.execution  # The lane forgets it where the run ends by itself now.
            if lane.run == meant and execution is not None:
                await self._end(project_id, meant, lane.epoch)
                execution.cancel()
                await asyncio.wait([execution])
            elif lane.run is None and lane.next == meant:
                await self._end(project_id, meant, await self._log.claim(project_id))
                lane.queue.popleft()

    async def _end(self, project_id: str, run: str, epoch: int) -> None:
        cancelled = RunCancelled(reason="Stopped by you.")
        with contextlib.suppress(Fenced):  # it ended by itself just before: nothing to stop
            await self._log.append(project_id, [cancelled], run=run, epoch=epoch, close=True)

    @contextlib.asynccontextmanager
    async def _waiting(
        self, project_id: str, message_id: str
    ) -> AsyncGenerator[tuple[Lane, Queued], None]:
        """The lane and the run of a message that waits; the run does not begin meanwhile."""
        await self._live(project_id)
        async with self._order(project_id):  # What is being queued is in the lane then.
            lane = self._lanes.get(project_id) or Lane()
        async with lane.turn:
            check_waits(await everything(self._log, project_id), message_id)
            queued = lane.asked_by(message_id)
            if queued is None:
                raise has_begun()
            yield lane, queued

    def _order(self, project_id: str) -> asyncio.Lock:
        """Held while a run is queued, so that runs queue in the order of what asks for them."""
        return self._orders.setdefault(project_id, asyncio.Lock())

    async def _live(self, project_id: str) -> Head:
        head = await self._log.head(project_id)
        if head.deleted:
            raise UnknownProject(f"There is no project {project_id!r}.")
        return head

    async def _queue(self, project_id: str, queued: Queued, *before: Fact) -> None:
        lane = self._lanes.get(project_id)
        ahead = 0 if lane is None else len(lane.queue) + (lane.run is not None)
        fact = RunQueued(position=ahead, trigger=queued.trigger, message_id=queued.message_id)
        await self._log.append(project_id, [*before, fact], run=queued.run)
        self._enqueue(project_id, queued)

    def _enqueue(self, project_id: str, queued: Queued) -> None:
        lane = self._lanes.setdefault(project_id, Lane())
        lane.queue.append(queued)
        if lane.driver is None:
            lane.driver = asyncio.create_task(
                self._drive(project_id, lane), name=f"lane {project_id}"
            )

    async def _drive(self, project_id: str, lane: Lane) -> None:
        """Execute the lane's runs one after the other; the lane is gone when it is empty."""
        try:
            while lane.queue:
                async with self._slots:  # A run that waits for its slot has not begun.
                    execution = await self._begin(project_id, lane)
                    if execution is None:
                        continue
                    try:
                        await asyncio.wait([execution])
                    finally:
                        execution.cancel()
                        await asyncio.wait([execution])
                        lane.run = lane.execution = None
        except Exception:
            logger.exception("the runs of project %s cannot go on", project_id)
        finally:
            self._lanes.pop(project_id, None)

    async def _begin(self, project_id: str, lane: Lane) -> asyncio.Task[None] | None:
        """The execution of the lane's next run; None where there is none, or not yet."""
        async with lane.turn:
            if not lane.queue:
                return None
            try:
                lane.epoch = await self._log.claim(project_id)
            except DatabaseUnusable as error:
                logger.warning("a run of project %s cannot begin yet: %s", project_id, error)
            else:
                queued = lane.queue.popleft()
                lane.run = queued.run
                lane.execution = asyncio.create_task(
                    self._one(project_id, queued, lane.epoch), name=f"run {queued.run}"
                )
                return lane.execution
        await asyncio.sleep(self._again)
        return None

    async def _one(self, project_id: str, queued: Queued, epoch: int) -> None:
        try:
            asked, steps = await self._prepare(project_id, queued, epoch)
            await self._execute(asked, steps, epoch)
        except Fenced:
            logger.info("run %s was ended by somebody else", queued.run)
        except Exception as error:
            log = logger.warning if isinstance(error, SmartForgeError) else logger.exception
            log("run %s of project %s broke: %s", queued.run, project_id, error)
            await self._fail(project_id, queued.run, epoch, error)

    async def _prepare(
        self, project_id: str, queued: Queued, epoch: int
    ) -> tuple[RunRequest, Steps]:
        """What the run is asked to do, and what earlier executions have left of it."""
        records = await everything(self._log, project_id)
        left = await recorded(records, queued.run, self._log)
        if left.began is not None:
            if left.resumed == MOST_RESUMED:
                raise RunInterrupted(
                    f"The server stopped {left.resumed + 1} times while this run was on.",
                    "Nothing that was written is lost. Look into the server's log, then try again.",
                )
            await self._log.append(project_id, [RunResumed(node=NODE)], run=queued.run, epoch=epoch)
        asked = await request(self._log, project_id, queued, records)
        asked = msgspec.structs.replace(asked, began=left.began, attempts=left.attempts)
        return asked, RecordedSteps(left.results)

    async def _fail(self, project_id: str, run: str, epoch: int, error: Exception) -> None:
        """Say that the run broke; insist until the log takes it, or somebody else ends the run."""
        for tries in itertools.count():
            try:
                with contextlib.suppress(Fenced):
                    await self._log.append(
                        project_id, [failed_by(error)], run=run, epoch=epoch, close=True
                    )
                return
            except DatabaseUnusable as refused:
                if tries == 0:
                    logger.warning("the end of run %s cannot be stored yet: %s", run, refused)
                await asyncio.sleep(self._again)


def title_of(prompt: str) -> str:
    """A first title: the prompt's first words, at most 60 characters."""
    line = " ".join(prompt.split())
    if len(line) <= 60:
        return line
    return line[:60].rsplit(" ", 1)[0].rstrip(".,;:") + "..."
