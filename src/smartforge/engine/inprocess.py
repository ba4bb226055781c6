"""Runs as tasks of this process: the simplest engine that keeps the promises of `base`."""

import asyncio
import contextlib
import logging
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Protocol

import msgspec

from smartforge.engine.base import NewProject
from smartforge.engine.ids import new_id, short_id
from smartforge.engine.pending import pending
from smartforge.engine.requests import everything, request
from smartforge.errors import Conflict, Fenced, UnknownProject
from smartforge.events import (
    Message,
    ProjectCreated,
    RunCancelled,
    RunFailed,
    RunQueued,
    Trigger,
)
from smartforge.forge.base import Choice, Json, RunRequest, Steps
from smartforge.log import large
from smartforge.log.base import Appending, Blobs, Head, Projects, Reading

logger = logging.getLogger(__name__)

Execute = Callable[[RunRequest, Steps, int], Awaitable[None]]
"""Executes one run under an epoch: `forge.run.run` with its tools."""

INTERRUPTED = RunFailed(
    code="interrupted",
    message="The server stopped while this run was on.",
    hint="Nothing that was written is lost. Try again to run it once more.",
    retryable=True,
)


class EngineLog(Reading, Appending, Blobs, Projects, Protocol):
    """What the engine needs of the log."""


class DirectSteps:
    """Runs each step where it stands and remembers nothing: a crash ends the run.

    Arguments and results pass through JSON, so that a step that would not survive being stored
    is found here and not first in an engine that does store.
    """

    async def step(
        self, key: str, fn: Callable[..., Awaitable[Json]], arguments: dict[str, Json]
    ) -> Json:
        passed = msgspec.json.decode(msgspec.json.encode(arguments))
        return msgspec.json.decode(msgspec.json.encode(await fn(**passed)))


class Queued(msgspec.Struct, frozen=True):
    """A run that waits in its project's lane."""

    run: str
    trigger: Trigger
    message_id: str | None


class Lane:
    """The runs of one project: one at a time, in order.

    `turn` is held while a run begins and while it is cancelled, so that a Stop never falls
    between two runs.
    """

    def __init__(self) -> None:
        self.turn = asyncio.Lock()
        self.queue: deque[Queued] = deque()
        self.run: str | None = None
        self.epoch = 0
        self.execution: asyncio.Task[None] | None = None
        self.driver: asyncio.Task[None] | None = None


class InProcess:
    """At most `slots` runs at once in this process; the others wait in order of arrival."""

    def __init__(
        self,
        log: EngineLog,
        execute: Execute,
        choose: Callable[[NewProject], Choice],
        slots: int = 4,
    ) -> None:
        self._log = log
        self._execute = execute
        self._choose = choose
        self._slots = asyncio.Semaphore(slots)
        self._lanes: dict[str, Lane] = {}

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
            epoch = await self._log.claim(head.project_id)
            await self._log.append(
                head.project_id, [INTERRUPTED], run=left.on, epoch=epoch, close=True
            )
        elif not left.waiting:  # The process went between the project and its first run.
            await self._queue(head.project_id, Queued(short_id(), "prompt", None))
        for one in left.waiting:
            self._enqueue(
                head.project_id, Queued(one.run, one.queued.trigger, one.queued.message_id)
            )

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
        await self._live(project_id)
        message_id = short_id()
        said = Message(id=message_id, role="user", text=prompt)
        await self._log.append(project_id, [await large.fit(said, self._log)], run=None)
        await self._queue(project_id, Queued(short_id(), "message", message_id))
        return message_id

    async def retry(self, project_id: str) -> None:
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
        if lane is None:
            return
        async with lane.turn:
            if run is not None and run != lane.run:
                raise Conflict(
                    f"The run {run!r} is not the one that is on.", "Reload to see which run is on."
                )
            if lane.run is None or lane.execution is None:
                return
            execution, cancelled = lane.execution, RunCancelled(reason="Stopped by you.")
            with contextlib.suppress(Fenced):  # it ended by itself just before: nothing to stop
                await self._log.append(
                    project_id, [cancelled], run=lane.run, epoch=lane.epoch, close=True
                )
            execution.cancel()
            await asyncio.wait([execution])

    async def _live(self, project_id: str) -> Head:
        head = await self._log.head(project_id)
        if head.deleted:
            raise UnknownProject(f"There is no project {project_id!r}.")
        return head

    async def _queue(self, project_id: str, queued: Queued) -> None:
        lane = self._lanes.get(project_id)
        ahead = 0 if lane is None else len(lane.queue) + (lane.run is not None)
        fact = RunQueued(position=ahead, trigger=queued.trigger, message_id=queued.message_id)
        await self._log.append(project_id, [fact], run=queued.run)
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
                async with lane.turn:
                    queued = lane.queue.popleft()
                    lane.epoch = await self._log.claim(project_id)
                    lane.run = queued.run
                    lane.execution = asyncio.create_task(
                        self._one(project_id, queued, lane.epoch), name=f"run {queued.run}"
                    )
                try:
                    await asyncio.wait([lane.execution])
                finally:
                    lane.execution.cancel()
                    await asyncio.wait([lane.execution])
                    lane.run = lane.execution = None
        except Exception:
            logger.exception("the runs of project %s cannot go on", project_id)
        finally:
            self._lanes.pop(project_id, None)

    async def _one(self, project_id: str, queued: Queued, epoch: int) -> None:
        try:
            async with self._slots:
                asked = await request(
                    self._log, self._log, project_id, queued.run, queued.trigger, queued.message_id
                )
                await self._execute(asked, DirectSteps(), epoch)
        except Fenced:
            logger.info("run %s was ended by somebody else", queued.run)
        except Exception:
            logger.exception("run %s of project %s broke", queued.run, project_id)


def title_of(prompt: str) -> str:
    """A first title: the prompt's first words, at most 60 characters."""
    line = " ".join(prompt.split())
    if len(line) <= 60:
        return line
    return line[:60].rsplit(" ", 1)[0].rstrip(".,;:") + "..."
