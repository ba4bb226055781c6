"""Takes runs from the queue and executes them, each in a task of its own."""

import asyncio
import contextlib
import itertools
import logging
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Protocol, TypeVar

from smartforge.engine.base import Ticket
from smartforge.engine.pending import Queued, pending
from smartforge.engine.queue import Queue
from smartforge.engine.requests import everything, request
from smartforge.errors import (
    DatabaseUnusable,
    Fenced,
    RunInterrupted,
    SmartForgeError,
    UnknownProject,
)
from smartforge.events import RunResumed
from smartforge.forge.base import RunRequest, Steps, end_key
from smartforge.forge.failure import failed_by
from smartforge.forge.recorded import RecordedSteps, recorded
from smartforge.log.base import Appending, Blobs, Projects, Reading, Record, Spending

logger = logging.getLogger(__name__)

T = TypeVar("T")

AGAIN_SECONDS = 1.0
"""How long to wait until a log or a queue that refused is asked again."""

LOOK_SECONDS = 1.0
"""How often the queue is asked though nothing was heard; a lost notice costs no more."""

MOST_RESUMED = 3
"""How often a run is taken up again: one that ends its process each time must not go on so."""

Execute = Callable[[RunRequest, Steps, int], Awaitable[None]]
"""Executes one run under an epoch: `forge.run.run` with its tools. Ends it under its `end_key`."""


class EngineLog(Reading, Appending, Blobs, Projects, Spending, Protocol):
    """What the engine needs of the log."""


class Executor:
    """Executes what the queue gives to this node, for as long as it owns it.

    Each execution claims a new epoch of its project. One that was fenced out though its run is
    still its own, by a node that had been frozen, begins again; one that does not own its run
    any more leaves without a word.
    """

    def __init__(
        self,
        log: EngineLog,
        queue: Queue,
        workflows: Mapping[str, Execute],
        again: float = AGAIN_SECONDS,
    ) -> None:
        self._log = log
        self._queue = queue
        self._workflows = workflows
        self._again = again
        self._on: dict[str, asyncio.Task[None]] = {}
        self._woken = asyncio.Event()
        self._taking: asyncio.Task[None] | None = None

    @property
    def on(self) -> int:
        """How many runs are executed now."""
        return len(self._on)

    def wake(self) -> None:
        """Look into the queue."""
        self._woken.set()

    def open(self) -> None:
        """Begin to take runs."""
        self._woken.set()
        self._taking = asyncio.create_task(self._take_all(), name="taking runs")

    async def drain(self, seconds: float) -> None:
        """Wait for up to so long until what is on has ended; the queue must give no more."""
        if self._on:
            await asyncio.wait(self._on.values(), timeout=seconds)

    async def close(self) -> None:
        """Break off everything; each run goes on where it is taken next."""
        tasks = [*self._on.values(), *([self._taking] if self._taking else [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def stop(self, run: str) -> None:
        """Break off this run, if it is on here: somebody else has ended it or taken it over."""
        if run in self._on:
            self._on[run].cancel()

    def stop_all(self) -> None:
        """Break off what is on: this node owns none of it any more."""
        for run in list(self._on):
            self.stop(run)

    async def stopped(self, run: str) -> None:
        """Return once nothing of the run is on here."""
        if run in self._on:
            await asyncio.wait([self._on[run]])

    async def _take_all(self) -> None:
        refused = False
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LOOK_SECONDS):
                    await self._woken.wait()
            self._woken.clear()
            try:
                while ticket := await self._queue.take(self._workflows, self._on):
                    self._begin(ticket)
                await self._let_go()
                refused = False
            except Exception as error:
                # Whatever it is, a node that never took a run again would look well.
                log = logger.warning if isinstance(error, DatabaseUnusable) else logger.exception
                if not refused:
                    log("no run can be taken yet: %s", error)
                refused = True
                await asyncio.sleep(self._again)
                self._woken.set()

    async def _let_go(self) -> None:
        """Break off what was ended or taken over while this node could not be told."""
        if self._on:
            for run in self._on.keys() - set(await self._queue.mine()):
                self.stop(run)

    def _begin(self, ticket: Ticket) -> None:
        former = self._on.get(ticket.run)
        task = asyncio.create_task(self._execute(ticket, former), name=f"run {ticket.run}")
        self._on[ticket.run] = task
        task.add_done_callback(partial(self._ended, ticket.run))

    def _ended(self, run: str, task: asyncio.Task[None]) -> None:
        if self._on.get(run) is task:
            del self._on[run]
        if not task.cancelled() and (error := task.exception()):
            logger.error("the run %s cannot go on", run, exc_info=error)
        self._woken.set()

    async def _execute(self, ticket: Ticket, former: asyncio.Task[None] | None) -> None:
        """Bring the run to its end, or to where it asks the user, and drop it, unless it is taken
        from this node before.

        `former` is an execution that was broken off when the run was taken from this node.
        """
        if former is not None:
            former.cancel()
            await asyncio.wait([former])
        while True:
            try:
                await self._bring_to_its_end(ticket)
                break
            except UnknownProject:
                logger.info("project %s has gone, with run %s", ticket.project_id, ticket.run)
                break
            except Fenced:
                mine = await self._insist(self._queue.mine, f"run {ticket.run} was fenced out")
                if ticket.run not in mine:
                    return
        await self._insist(partial(self._queue.drop, ticket.run), f"run {ticket.run} is over")
        await self._insist(partial(self._look_again, ticket), f"run {ticket.run} was dropped")

    async def _look_again(self, ticket: Ticket) -> None:
        """Queue the run once more where it only waited for answers, and they came before it was
        dropped: whoever stored them found it in the queue still."""
        with contextlib.suppress(UnknownProject):
            if (await self._log.head(ticket.project_id)).active:
                records = await everything(self._log, ticket.project_id)
                if _unfinished(records, ticket.run) is not None:
                    await self._queue.add(ticket)

    async def _bring_to_its_end(self, ticket: Ticket) -> None:
        """Raises Fenced where somebody else ends the run or goes on with it."""
        epoch: int | None = None
        try:
            claiming = partial(self._log.claim, ticket.project_id)
            epoch = await self._insist(claiming, f"run {ticket.run} begins")
            reading = partial(everything, self._log, ticket.project_id)
            records = await self._insist(reading, f"run {ticket.run} is looked up")
            if (queued := _unfinished(records, ticket.run)) is None:
                return
            asked, steps = await self._prepare(ticket.project_id, queued, records, epoch)
            await self._workflows[ticket.workflow](asked, steps, epoch)
        except (Fenced, UnknownProject):
            raise
        except Exception as error:
            log = logger.warning if isinstance(error, SmartForgeError) else logger.exception
            log("run %s of project %s broke: %s", ticket.run, ticket.project_id, error)
            failing = partial(self._fail, ticket, epoch, error)
            await self._insist(failing, f"run {ticket.run} has failed")

    async def _prepare(
        self, project_id: str, queued: Queued, records: list[Record], epoch: int
    ) -> tuple[RunRequest, Steps]:
        """What the run is asked to do, and what earlier executions have left of it."""
        left = await recorded(records, queued.run, self._log)
        if left.began is not None:
            if left.resumed == MOST_RESUMED:
                raise RunInterrupted(
                    f"The server stopped {left.resumed + 1} times while this run was on.",
                    "Nothing that was written is lost. Look into the server's log, then try again.",
                )
            resumed = RunResumed(node=self._queue.name)
            await self._log.append(project_id, [resumed], run=queued.run, epoch=epoch)
        asked = await request(self._log, project_id, queued, records)
        return left.continued(asked), RecordedSteps(left.results)

    async def _fail(self, ticket: Ticket, epoch: int | None, error: Exception) -> None:
        await self._log.append(
            ticket.project_id,
            [failed_by(error)],
            run=ticket.run,
            epoch=epoch,
            key=end_key(ticket.run),
            close=True,
        )

    async def _insist(self, act: Callable[[], Awaitable[T]], what: str) -> T:
        """Do it once the database lets it, however long that takes."""
        for tries in itertools.count():
            try:
                return await act()
            except DatabaseUnusable as refused:
                if tries == 0:
                    logger.warning("%s, and the database refuses: %s", what, refused)
                await asyncio.sleep(self._again)
        raise AssertionError


def _unfinished(records: list[Record], run: str) -> Queued | None:
    """The run as it was asked for, unless it is over, was taken back, or is none.

    None as well while the user is asked, by it or by the run before it.
    """
    return next((each for each in pending(records).due if each.run == run), None)
