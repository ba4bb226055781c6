"""Folded states: advanced, shared, bounded, and kept for the next start."""

import asyncio
import logging

import msgspec
import pytest

from smartforge import events
from smartforge.errors import DatabaseUnusable, UnknownProject
from smartforge.events import Fact
from smartforge.log.base import Checkpoint, Record
from smartforge.log.folded import SHAPE
from smartforge.log.memory import MemoryLog
from smartforge.log.states import States
from smartforge.snapshot import fold
from tests.contract.logs import CREATED, chunk

BEGUN = events.FileGenerating(path="app/main.py", attempt=1, author="compiled")


class CountingLog(MemoryLog):
    """Counts the events that were read from it; keeps nothing while it is `full`."""

    def __init__(self) -> None:
        super().__init__()
        self.served = 0
        self.full = False
        self.gate = asyncio.Event()
        self.gate.set()

    async def read(self, project_id: str, after: int, limit: int) -> list[Record]:
        await asyncio.sleep(0)
        records = await super().read(project_id, after, limit)
        self.served += len(records)
        return records

    async def checkpoint(self, project_id: str) -> Checkpoint | None:
        if self.full:
            raise DatabaseUnusable("The disk is full.", "Free some space.")
        return await super().checkpoint(project_id)

    async def keep(self, checkpoint: Checkpoint) -> None:
        await self.gate.wait()
        if self.full:
            raise DatabaseUnusable("The disk is full.", "Free some space.")
        await super().keep(checkpoint)


@pytest.fixture
def log() -> CountingLog:
    return CountingLog()


async def add(log: MemoryLog, *facts: Fact, project_id: str = "p") -> int:
    return await log.append(project_id, facts, run="r1")


async def grow(log: MemoryLog, count: int, project_id: str = "p") -> int:
    return await add(log, *(chunk(at=at) for at in range(count)), project_id=project_id)


async def make(log: MemoryLog, version: int, *texts: str) -> int:
    """A run that completes this version, with one file for each text."""
    started = events.RunStarted(trigger="prompt", base_version=None, message_id=None)
    complete = events.Complete(
        version=version,
        verdict="passed",
        summary="",
        file_count=len(texts),
        operation_count=1,
        skipped_checks=(),
        duration_ms=1,
    )
    files: list[Fact] = []
    for number, text in enumerate(texts):
        path, sha256 = f"{number}.py", await log.put(text.encode())
        files.append(msgspec.structs.replace(BEGUN, path=path))
        files.append(
            events.FileComplete(path=path, attempt=1, size=len(text), sha256=sha256, binary=False)
        )
    return await add(log, started, *files, complete)


async def kept(log: MemoryLog, seq: int, project_id: str = "p") -> Checkpoint:
    """The checkpoint, once it is the one of this seq."""
    async with asyncio.timeout(20):
        while True:
            found = await MemoryLog.checkpoint(log, project_id)
            if found is not None and found.seq == seq:
                return found
            await asyncio.sleep(0)


async def test_a_state_is_the_fold_of_its_log(log: CountingLog) -> None:
    await log.create("p", [CREATED])
    states = States(log)
    for version, text in enumerate(("one", "two"), 1):
        await make(log, version, text)
        folded = await states.current("p")
        assert folded.snapshot == fold(await log.read("p", 0, 10**6))


async def test_each_event_is_folded_once(log: CountingLog) -> None:
    await log.create("p", [CREATED])
    await grow(log, 2500)
    states = States(log)
    all_five = await asyncio.gather(*(states.current("p") for _ in range(5)))
    assert len({id(each.json) for each in all_five}) == 1
    assert log.served == 2501
    last = await grow(log, 1)
    assert (await states.current("p")).seq == last
    assert log.served == 2502
    await states.close()


async def test_a_snapshot_that_was_given_out_does_not_change(log: CountingLog) -> None:
    await log.create("p", [CREATED])
    states = States(log)
    before = (await states.current("p")).snapshot
    await make(log, 1, "x")
    after = (await states.current("p")).snapshot
    assert (before.seq, before.files) == (1, ())
    assert len(after.files) == 1


async def test_the_least_recently_used_state_is_forgotten_and_folded_again(
    log: CountingLog,
) -> None:
    for name in "abc":
        await log.create(name, [CREATED])
    states = States(log, limit=2)
    for name in "abac":  # forgets b
        await states.current(name)
    log.served = 0
    await states.current("a")
    await states.current("c")
    assert log.served == 0
    await states.current("b")
    assert log.served == 1


async def test_a_version_stays_as_it_was(log: CountingLog) -> None:
    await log.create("p", [CREATED])
    states = States(log)
    ends = [await make(log, 1, "one"), await make(log, 2, "two", "new")]
    await add(log, msgspec.structs.replace(BEGUN, path="0.py"))
    for version, end in enumerate(ends, 1):
        found = await states.version("p", version)
        assert found == fold(await log.read("p", 0, end))
    assert await states.version("p", 3) is None


async def test_an_unknown_project_leaves_nothing_behind(log: CountingLog) -> None:
    states = States(log)
    with pytest.raises(UnknownProject):
        await states.current("nobody")
    assert len(states) == 0


async def test_after_a_restart_only_the_events_since_the_checkpoint_are_folded(
    log: CountingLog,
) -> None:
    await log.create("p", [CREATED])
    ends = [await make(log, 1, "one", "two"), await make(log, 2, "three")]
    last = await grow(log, 3000)
    await States(log).current("p")
    await kept(log, last)
    await grow(log, 7)
    log.served = 0
    states = States(log)
    folded = await states.current("p")
    assert log.served == 7
    records = await MemoryLog.read(log, "p", 0, 10**6)
    assert folded.snapshot == fold(records)
    assert len(folded.blobs) == 3
    assert await states.version("p", 2) == fold(records[: ends[1]])
    assert log.served == 7
    assert await states.version("p", 1) == fold(records[: ends[0]])


async def test_a_checkpoint_is_kept_again_only_once_much_was_added(log: CountingLog) -> None:
    await log.create("p", [CREATED])
    states = States(log)
    await grow(log, 500)
    await states.current("p")
    first = await grow(log, 500)
    await states.current("p")
    await kept(log, first)
    await grow(log, 999)
    await states.current("p")
    await states.close()
    assert (await kept(log, first)).seq == first
    states = States(log)
    second = await grow(log, 1)
    await states.current("p")
    assert (await kept(log, second)).shape == SHAPE


async def test_no_reader_waits_for_a_checkpoint_to_be_kept(log: CountingLog) -> None:
    log.gate.clear()
    await log.create("p", [CREATED])
    last = await grow(log, 1500)
    states = States(log)
    for _ in range(3):
        assert (await states.current("p")).seq == last
    assert await log.checkpoint("p") is None
    log.gate.set()
    await states.close()
    assert (await kept(log, last)).seq == last


async def test_a_log_that_refuses_checkpoints_fails_no_reader_and_is_told_once(
    log: CountingLog, caplog: pytest.LogCaptureFixture
) -> None:
    await log.create("p", [CREATED])
    states = States(log)
    await states.current("p")
    log.full = True
    for _ in range(3):
        last = await grow(log, 1000)
        assert (await states.current("p")).seq == last
        await asyncio.sleep(0)
    assert [each.getMessage() for each in caplog.records] == [
        "folded states cannot be kept: The disk is full."
    ]
    log.full = False
    last = await grow(log, 1000)
    await states.current("p")
    await kept(log, last)


async def test_a_checkpoint_that_cannot_be_read_is_folded_again_and_replaced(
    log: CountingLog, caplog: pytest.LogCaptureFixture
) -> None:
    await log.create("p", [CREATED])
    last = await grow(log, 1500)
    for shape in ("of another program", SHAPE):
        await log.keep(Checkpoint(project_id="p", seq=last, shape=shape, data=b"{broken"))
        folded = await States(log).current("p")
        assert folded.snapshot == fold(await MemoryLog.read(log, "p", 0, 10**6))
        last = await grow(log, 1)
    assert [each.levelno for each in caplog.records] == [logging.WARNING]


async def test_catching_up_leaves_a_checkpoint_though_nobody_reads(log: CountingLog) -> None:
    await log.create("p", [CREATED])
    last = await grow(log, 1500)
    states = States(log)
    states.catch_up("p")
    states.catch_up("nobody")
    await kept(log, last)
    assert log.served == 1501
    await states.close()


async def test_closed_states_are_still_read_and_keep_nothing_more(log: CountingLog) -> None:
    await log.create("p", [CREATED])
    states = States(log)
    last = await grow(log, 1500)
    await states.close()
    states.catch_up("p")
    assert (await states.current("p")).seq == last
    await states.close()
    assert await log.checkpoint("p") is None


async def test_closing_does_not_wait_long_for_a_log_that_hangs(log: CountingLog) -> None:
    log.gate.clear()
    await log.create("p", [CREATED])
    await grow(log, 1500)
    states = States(log)
    await states.current("p")
    before = asyncio.all_tasks()
    await states.close()
    assert len(asyncio.all_tasks()) < len(before)
    assert await log.checkpoint("p") is None
