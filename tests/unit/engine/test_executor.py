"""An execution goes on for as long as its run is this node's, and not a moment longer."""

import asyncio
from collections.abc import AsyncGenerator, Collection
from contextlib import asynccontextmanager

import pytest

from smartforge.engine.base import Ticket
from smartforge.engine.durable import DurableEngine
from smartforge.engine.executor import Execute
from smartforge.engine.local import LocalQueue
from smartforge.engine.queue import Heard
from smartforge.errors import DatabaseUnusable
from smartforge.events import Complete, RunResumed
from smartforge.forge.base import Choice, RunRequest, Steps
from smartforge.log.memory import MemoryLog
from tests.fakes import ended, events_of
from tests.unit.engine.test_durable import WISH, end, ends_by_run, started


class Nodes(LocalQueue):
    """A queue whose runs others may take away, as from a node that stood still."""

    def __init__(self) -> None:
        super().__init__()
        self.heard: Heard
        self.over: asyncio.Queue[str] = asyncio.Queue()
        self.refusing = 0
        self.refusal: Exception = DatabaseUnusable("The queue is away.", "Wait.")

    async def open(self, heard: Heard) -> None:
        self.heard = heard
        await super().open(heard)

    async def take(self, workflows: Collection[str], on: Collection[str]) -> Ticket | None:
        if self.refusing:
            self.refusing -= 1
            raise self.refusal
        return await super().take(workflows, on)

    async def drop(self, run: str) -> None:
        await super().drop(run)
        self.over.put_nowait(run)

    def forget(self) -> None:
        """Another node has all of it."""
        self._tickets.clear()


class Executions:
    """Each execution says that it began, then waits for `go_on`, and completes its run."""

    def __init__(self, log: MemoryLog) -> None:
        self.log = log
        self.go_on = asyncio.Event()
        self.epochs: list[int] = []
        self.begun = asyncio.Semaphore(0)
        self.broken_off = asyncio.Semaphore(0)

    async def execute(self, request: RunRequest, steps: Steps, epoch: int) -> None:
        self.epochs.append(epoch)
        key = f"{request.run}:started"
        await self.log.append(
            request.project_id, [started()], run=request.run, epoch=epoch, key=key
        )
        self.begun.release()
        try:
            await self.go_on.wait()
            await end(self.log, request, epoch)
        except BaseException:
            self.broken_off.release()
            raise


@asynccontextmanager
async def running(
    queue: LocalQueue, log: MemoryLog, execute: Execute
) -> AsyncGenerator[DurableEngine, None]:
    engine = DurableEngine(log, queue, {"run.v1": execute}, lambda _: Choice("fake", None), 0.001)
    await engine.open()
    try:
        yield engine
    finally:
        await engine.close()


async def test_one_that_is_fenced_out_though_its_run_is_its_own_begins_again() -> None:
    log, queue = MemoryLog(), Nodes()
    made = Executions(log)
    async with running(queue, log, made.execute) as engine:
        project = await engine.start(WISH)
        await made.begun.acquire()
        await log.claim(project)  # By a node that had been frozen before it could begin.
        made.go_on.set()
        await ended(log, project)
    facts = [fact for _, fact in await events_of(log, project)]
    assert len(made.epochs) == 2
    assert sum(isinstance(fact, RunResumed) for fact in facts) == 1
    assert isinstance(facts[-1], Complete)


async def test_one_whose_run_was_taken_from_it_leaves_without_a_word() -> None:
    log, queue = MemoryLog(), Nodes()
    made = Executions(log)
    async with running(queue, log, made.execute) as engine:
        project = await engine.start(WISH)
        await made.begun.acquire()
        queue.forget()
        before = (await log.head(project)).last
        await log.claim(project)
        made.go_on.set()
        await made.broken_off.acquire()
        assert (await log.head(project)).last == before
    assert len(made.epochs) == 1
    assert queue.over.empty()


async def test_what_was_ended_while_the_node_heard_nothing_is_broken_off_later() -> None:
    log, queue = MemoryLog(), Nodes()
    made = Executions(log)
    async with running(queue, log, made.execute) as engine:
        await engine.start(WISH)
        await made.begun.acquire()
        queue.forget()
        queue.heard.wake()
        await made.broken_off.acquire()
    assert queue.over.empty()


async def test_a_node_given_up_for_dead_breaks_off_everything() -> None:
    log, queue = MemoryLog(), Nodes()
    made = Executions(log)
    async with running(queue, log, made.execute) as engine:
        projects = [await engine.start(WISH) for _ in range(3)]
        for _ in projects:
            await made.begun.acquire()
        runs = [each.run for project in projects for each in await queue.of(project)]
        queue.forget()
        queue.heard.lost()
        await asyncio.gather(*(made.broken_off.acquire() for _ in runs))
    assert queue.over.empty()
    for project in projects:
        assert all(not ends for ends in (await ends_by_run(log, project)).values())


@pytest.mark.parametrize("known", [True, False])
async def test_a_ticket_without_a_run_is_dropped(known: bool) -> None:
    log, queue = MemoryLog(), Nodes()
    made = Executions(log)
    made.go_on.set()
    async with running(queue, log, made.execute) as engine:
        project = await engine.start(WISH)
        await ended(log, project)
        ticket = Ticket(
            project_id=project if known else "nobody",
            run="never",
            seq=1,
            user="local",
            workflow="run.v1",
            queued=0,
        )
        await queue.add(ticket)
        while await queue.over.get() != "never":
            pass
        await engine.message(project, "more")
        await ended(log, project, 2)
    assert len(made.epochs) == 2


@pytest.mark.parametrize("refusal", [DatabaseUnusable("The queue is away."), KeyError("a slip")])
async def test_runs_are_taken_once_the_queue_is_back(refusal: Exception) -> None:
    log, queue = MemoryLog(), Nodes()
    queue.refusing, queue.refusal = 5, refusal
    made = Executions(log)
    made.go_on.set()
    async with running(queue, log, made.execute) as engine:
        project = await engine.start(WISH)
        await ended(log, project)
    assert queue.refusing == 0


async def test_what_a_node_left_in_the_log_alone_is_found() -> None:
    log, queue = MemoryLog(), Nodes()
    made = Executions(log)
    async with running(queue, log, made.execute) as engine:
        project = await engine.start(WISH)
        await made.begun.acquire()
        await engine.message(project, "more")
        # As where a node had stored that a run is wanted, and died before it was in the queue.
        queue.forget()
        queue.heard.left()
        made.go_on.set()
        await ended(log, project, 2)
