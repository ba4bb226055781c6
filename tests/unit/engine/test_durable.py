"""Runs of this process end in the log whatever breaks, and Stop ends the run that it meant."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager, suppress

import pytest
from msgspec.structs import replace

from smartforge.engine.base import NewProject
from smartforge.engine.durable import DurableEngine
from smartforge.engine.executor import Execute
from smartforge.engine.local import LocalQueue
from smartforge.errors import Conflict, DatabaseUnusable, SettingsInvalid
from smartforge.events import (
    ENDS_A_RUN,
    AnyFact,
    Complete,
    Fact,
    Message,
    RunCancelled,
    RunFailed,
    RunQueued,
    RunStarted,
)
from smartforge.forge.base import Choice, RunRequest, Steps, end_key
from smartforge.log.base import Head
from smartforge.log.memory import MemoryLog
from tests.fakes import HookedLog, ended, events_of, until

WISH = NewProject("A note API")


class FullDisk(HookedLog):
    """Refuses to store while `full`, as a log on a full disk does; counts what it refused."""

    def __init__(self) -> None:
        super().__init__()
        self.full = False
        self.refused = asyncio.Semaphore(0)

    async def claim(self, project_id: str) -> int:
        self._refuse()
        return await super().claim(project_id)

    async def before(self, facts: Sequence[Fact]) -> None:
        self._refuse()

    def _refuse(self) -> None:
        if self.full:
            self.refused.release()
            raise DatabaseUnusable("The disk is full.", "Free some space.")


class Unhurried(HookedLog):
    """Lets others go first at every call, so that an answer may be old, as with one on a disk."""

    async def head(self, project_id: str) -> Head:
        found = await super().head(project_id)
        await asyncio.sleep(0)
        return found

    async def claim(self, project_id: str) -> int:
        await asyncio.sleep(0)
        return await super().claim(project_id)

    async def before(self, facts: Sequence[Fact]) -> None:
        await asyncio.sleep(0)

    async def after(self, facts: Sequence[Fact]) -> None:
        for _ in range(5):
            await asyncio.sleep(0)


class Late(MemoryLog):
    """Lists each project as active, as whoever has listed it before its run ended would."""

    async def projects(self, limit: int, after: str | None = None) -> list[Head]:
        return [replace(each, status="planning") for each in await super().projects(limit, after)]


@asynccontextmanager
async def engine_on(log: MemoryLog, execute: Execute) -> AsyncGenerator[DurableEngine, None]:
    engine = DurableEngine(
        log, LocalQueue(), {"run.v1": execute}, lambda new: Choice("fake", None), 0.001
    )
    await engine.open()
    try:
        yield engine
    finally:
        await engine.close()


def started() -> RunStarted:
    return RunStarted(trigger="prompt", base_version=None, message_id=None)


def complete(version: int = 1) -> Complete:
    return Complete(
        version=version,
        verdict="passed",
        summary="",
        file_count=0,
        operation_count=0,
        skipped_checks=(),
        duration_ms=0,
    )


async def end(log: MemoryLog, request: RunRequest, epoch: int) -> None:
    """Complete the run, as an execution does."""
    key = end_key(request.run)
    await log.append(
        request.project_id, [complete()], run=request.run, epoch=epoch, key=key, close=True
    )


def hanging(log: MemoryLog) -> Execute:
    async def execute(request: RunRequest, steps: Steps, epoch: int) -> None:
        await log.append(request.project_id, [started()], run=request.run, epoch=epoch)
        await asyncio.Event().wait()

    return execute


async def ends_by_run(log: MemoryLog, project: str) -> dict[str | None, list[AnyFact]]:
    """The facts that end each run that was ever queued."""
    told: dict[str | None, list[AnyFact]] = {}
    for envelope, fact in await events_of(log, project):
        if isinstance(fact, RunQueued):
            told[envelope.run] = []
        elif isinstance(fact, ENDS_A_RUN):
            told[envelope.run].append(fact)
    return told


@pytest.mark.parametrize(
    ("broken", "code"),
    [(SettingsInvalid("No such endpoint."), "settings_invalid"), (KeyError("x"), "internal")],
)
async def test_a_run_that_cannot_even_begin_ends_with_an_error(
    broken: Exception, code: str
) -> None:
    log = MemoryLog()

    async def execute(request: RunRequest, steps: Steps, epoch: int) -> None:
        raise broken

    async with engine_on(log, execute) as engine:
        project = await engine.start(WISH)
        await ended(log, project)
        await engine.retry(project)
        await ended(log, project, 2)
    for ends in (await ends_by_run(log, project)).values():
        (end,) = ends
        assert isinstance(end, RunFailed)
        assert (end.code, end.retryable) == (code, True)
        assert "KeyError" not in end.message


async def test_a_run_that_ends_while_it_is_looked_for_is_not_asked_for_again() -> None:
    log = Late()

    async def execute(request: RunRequest, steps: Steps, epoch: int) -> None:
        await end(log, request, epoch)

    async with engine_on(log, execute) as engine:
        project = await engine.start(WISH)
        await ended(log, project)
    async with engine_on(log, execute):
        pass
    assert len(await ends_by_run(log, project)) == 1


async def test_a_run_that_the_full_disk_broke_ends_once_there_is_space() -> None:
    log = FullDisk()

    async def execute(request: RunRequest, steps: Steps, epoch: int) -> None:
        await log.append(request.project_id, [started()], run=request.run, epoch=epoch)
        log.full = True
        await end(log, request, epoch)

    async with engine_on(log, execute) as engine:
        project = await engine.start(WISH)
        for _ in range(5):
            await log.refused.acquire()
        log.full = False
        await ended(log, project)
        assert (await log.head(project)).status == "error"
    (ends,) = (await ends_by_run(log, project)).values()
    assert [fact.code for fact in ends if isinstance(fact, RunFailed)] == ["database_unusable"]


async def test_runs_that_wait_begin_once_the_full_disk_has_space() -> None:
    log = FullDisk()

    async def execute(request: RunRequest, steps: Steps, epoch: int) -> None:
        await end(log, request, epoch)

    async with engine_on(log, execute) as engine:
        project = await engine.start(WISH)
        log.full = True  # Before the run was taken.
        for _ in range(5):
            await log.refused.acquire()
        with pytest.raises(DatabaseUnusable):
            await engine.cancel(project)
        log.full = False
        await ended(log, project)
    assert (await log.head(project)).status == "complete"


class LastWords(FullDisk):
    """Stores nothing more once it has stored a chat message, as where the process ends then."""

    async def after(self, facts: Sequence[Fact]) -> None:
        self.full = self.full or any(isinstance(fact, Message) for fact in facts)


async def test_a_follow_up_that_was_stored_runs_however_soon_the_process_ended() -> None:
    log = LastWords()

    async def execute(request: RunRequest, steps: Steps, epoch: int) -> None:
        await end(log, request, epoch)

    async with engine_on(log, execute) as engine:
        project = await engine.start(WISH)
        await ended(log, project)
        with suppress(DatabaseUnusable):
            await engine.message(project, "more")
    assert (await log.head(project)).queued == 1
    log.full = False
    async with engine_on(log, execute):
        await ended(log, project, 2)
    assert len(await ends_by_run(log, project)) == 2


async def test_a_stop_right_after_the_start_stops_the_run_that_is_about_to_begin() -> None:
    log = MemoryLog()
    async with engine_on(log, hanging(log)) as engine:
        project = await engine.start(WISH)
        await engine.cancel(project)
        assert (await log.head(project)).status == "cancelled"
    (ends,) = (await ends_by_run(log, project)).values()
    assert len(ends) == 1


async def test_a_hundred_stops_end_one_run_and_not_the_follow_up_behind_it() -> None:
    log = Unhurried()
    async with engine_on(log, hanging(log)) as engine:
        project = await engine.start(WISH)
        await until(log, project, "run:started")
        await engine.message(project, "more")
        await asyncio.gather(*(engine.cancel(project) for _ in range(100)))
        await until(log, project, "run:started", count=2)
        first, second = (await ends_by_run(log, project)).values()
        assert (len(first), second) == (1, [])
        assert isinstance(first[0], RunCancelled)


async def test_a_stop_as_the_run_completes_leaves_one_end() -> None:
    log = Unhurried()
    gate = asyncio.Event()

    async def execute(request: RunRequest, steps: Steps, epoch: int) -> None:
        await gate.wait()
        await end(log, request, epoch)

    async with engine_on(log, execute) as engine:
        for stops in range(1, 20):
            gate.clear()
            project = await engine.start(WISH)
            await asyncio.sleep(0)
            gate.set()
            for _ in range(stops):  # Each at another moment of the run's end.
                await asyncio.sleep(0)
            await engine.cancel(project)
            await ended(log, project)
            (ends,) = (await ends_by_run(log, project)).values()
            assert len(ends) == 1


async def test_of_many_retries_at_once_one_is_taken() -> None:
    log = Unhurried()
    async with engine_on(log, hanging(log)) as engine:
        project = await engine.start(WISH)
        await until(log, project, "run:started")
        await engine.cancel(project)
        asked = [engine.retry(project) for _ in range(20)]
        answers = await asyncio.gather(*asked, return_exceptions=True)
        assert sum(answer is None for answer in answers) == 1
        assert sum(isinstance(answer, Conflict) for answer in answers) == 19
    assert len(await ends_by_run(log, project)) == 2


async def test_a_retry_asked_of_two_nodes_at_once_is_one_run() -> None:
    log, queue = Unhurried(), LocalQueue()
    engines = [
        DurableEngine(log, queue, {"run.v1": hanging(log)}, lambda new: Choice("fake", None))
        for _ in range(2)
    ]
    for engine in engines:
        await engine.open()
    project = await engines[0].start(WISH)
    await until(log, project, "run:started")
    await engines[1].cancel(project)
    await asyncio.gather(*(engine.retry(project) for engine in engines))
    _, again = await ends_by_run(log, project)
    assert [each.run for each in await queue.of(project)] == [again]
    for engine in engines:
        await engine.close()


async def test_messages_at_once_queue_in_order_and_say_their_place() -> None:
    log = Unhurried()
    async with engine_on(log, hanging(log)) as engine:
        project = await engine.start(WISH)
        await until(log, project, "run:started")
        await asyncio.gather(*(engine.message(project, f"{n}") for n in range(30)))
        queued = [f for _, f in await events_of(log, project) if isinstance(f, RunQueued)]
    assert [fact.position for fact in queued] == list(range(31))
