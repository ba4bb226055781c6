"""The log on SQLite: what it shares between writers, what it keeps, what it leaves behind."""

import asyncio
import os
import sqlite3
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest
from blockbuster import blockbuster_ctx

from smartforge import events
from smartforge.log.base import Head, Record, follow
from smartforge.log.sqlite import SQLiteLog, reads
from smartforge.log.sqlite import log as sqlite_log
from tests.contract.logs import CREATED, chunk, seqs

FULL_DISK = Path(__file__).with_name("full_disk.py")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "log.db"


@pytest.fixture
async def log(path: Path) -> AsyncIterator[SQLiteLog]:
    opened = SQLiteLog(path)
    await opened.open()
    yield opened
    await opened.close()


async def test_commits_are_shared_by_those_who_append_at_the_same_time(log: SQLiteLog) -> None:
    await log.create("p", [CREATED])
    before = await log.commits()

    async def write() -> None:
        for _ in range(20):
            await log.append("p", [chunk()], run="r")

    await asyncio.gather(*(write() for _ in range(50)))
    assert (await log.head("p")).last == 1_001
    assert await log.commits() - before < 500


async def test_what_was_acknowledged_is_there_after_opening_again(
    log: SQLiteLog, path: Path
) -> None:
    await log.create("p", [CREATED])
    epoch = await log.claim("p")
    await log.append("p", [events.RunQueued(position=0, trigger="prompt")], run="r1", epoch=epoch)
    last = await log.append("p", [chunk("ü")], run="r1", epoch=epoch, key="k", close=True)
    sha256 = await log.put(b"content")
    head, records = await log.head("p"), await log.read("p", 0, 10)
    await log.close()
    again = SQLiteLog(path)
    await again.open()
    assert await again.head("p") == head
    assert await again.read("p", 0, 10) == records
    assert await again.append("p", [chunk()], run="r1", epoch=epoch, key="k") == last
    assert await again.get(sha256) == b"content"
    assert await again.append("p", [events.RunCancelled(reason="")], run="r1") == last + 1
    assert (await again.head("p")).queued == 0
    await again.close()


async def test_time_does_not_run_backwards_over_a_restart(path: Path) -> None:
    for now in (5_000, 3_000):
        log = SQLiteLog(path, lambda now=now: now)
        await log.open()
        if now == 5_000:
            await log.create("p", [CREATED])
        await log.append("p", [chunk()], run="r")
        records = await log.read("p", 0, 10)
        await log.close()
    assert [events.decode(record.data)[0].ts for record in records] == [5_000] * 3


async def test_a_follower_sees_a_cancelled_append_wholly_or_not_at_all(log: SQLiteLog) -> None:
    await log.create("p", [CREATED])
    for number in range(40):
        facts = [chunk(f"{number}"), chunk(f"{number}"), chunk(f"{number}")]
        appending = asyncio.create_task(log.append("p", facts, run="r"))
        for _ in range(number % 5):
            await asyncio.sleep(0)
        appending.cancel()
        await asyncio.wait([appending])
    last = await log.append("p", [chunk("end")], run="r")
    assert await seqs(log, "p") == list(range(1, last + 1))
    assert (last - 2) % 3 == 0


async def test_nothing_blocks_the_event_loop(path: Path) -> None:
    with blockbuster_ctx():
        log = SQLiteLog(path)
        await log.open()
        await log.create("p", [CREATED])
        epoch = await log.claim("p")
        async with asyncio.TaskGroup() as group:
            first = group.create_task(anext(follow(log, "p", 1)))
            await log.append("p", [chunk()], run="r", epoch=epoch)
        assert [record.seq for record in first.result()] == [2]
        await log.get(await log.put(b"x" * 1_000_000))
        await log.projects(10)
        await log.close()


async def test_a_read_does_not_wait_for_the_writer(path: Path) -> None:
    writing, go_on = threading.Event(), threading.Event()

    def now() -> int:
        """Asked by the writer inside its transaction, which stands still until it may go on."""
        writing.set()
        assert go_on.wait(10)
        return 1

    log = SQLiteLog(path, now)
    await log.open()
    go_on.set()
    await log.create("p", [CREATED])
    go_on.clear()
    writing.clear()
    appending = asyncio.create_task(log.append("p", [chunk()], run="r"))
    async with asyncio.timeout(10):
        while not writing.is_set():  # noqa: ASYNC110 - set by the writing thread
            await asyncio.sleep(0)
        assert await seqs(log, "p") == [1]
        assert [head.last for head in await log.projects(10)] == [1]
        assert not await log.wait({"p": 1}, timeout=0)
    assert not appending.done()
    go_on.set()
    assert await appending == 2
    await log.close()


@pytest.mark.parametrize("asked", ["wait", "head"])
async def test_an_append_that_overtakes_a_look_is_seen_and_stays_known(
    log: SQLiteLog, monkeypatch: pytest.MonkeyPatch, asked: str
) -> None:
    await log.create("p", [CREATED])
    await log.close()
    await log.open()
    loop, look = asyncio.get_running_loop(), reads.heads

    def overtaken(db: sqlite3.Connection, project_ids: Sequence[str]) -> list[Head]:
        """What is found is old by the time it is told."""
        found = look(db, project_ids)
        appending = log.append("p", [chunk()], run="r")
        assert asyncio.run_coroutine_threadsafe(appending, loop).result(10) == 2
        return found

    with monkeypatch.context() as patch:
        patch.setattr(reads, "heads", overtaken)
        async with asyncio.timeout(10):
            if asked == "wait":
                assert await log.wait({"p": 1}, timeout=60)
            else:
                assert (await log.head("p")).last == 2
    assert (await log.head("p")).last == 2
    assert await seqs(log, "p") == [1, 2]


async def test_close_waits_for_a_read_that_was_begun(
    log: SQLiteLog, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await log.create("p", [CREATED])
    await log.close()
    await log.open()
    reading, go_on, read = threading.Event(), threading.Event(), reads.records

    def slow(db: sqlite3.Connection, project_id: str, after: int, limit: int) -> list[Record]:
        reading.set()
        assert go_on.wait(10)
        return read(db, project_id, after, limit)

    monkeypatch.setattr(reads, "records", slow)
    begun = asyncio.create_task(log.read("p", 0, 10))
    async with asyncio.timeout(10):
        while not reading.is_set():  # noqa: ASYNC110 - set by the reading thread
            await asyncio.sleep(0)
        closing = asyncio.create_task(log.close())
        await asyncio.sleep(0)
        go_on.set()
        await closing
        assert [record.seq for record in await begun] == [1]
    assert not any(str(path) in each for each in open_files())


def open_files() -> list[str]:
    """What the descriptors of this process point to."""
    # One of them belongs to the listing itself and is closed by the time it is looked at.
    return [str(each.readlink()) for each in Path("/proc/self/fd").iterdir() if each.is_symlink()]


async def test_close_leaves_no_thread_and_no_open_file(path: Path) -> None:
    def threads() -> list[str]:
        return [each.name for each in threading.enumerate() if each.name.startswith("log-")]

    log = SQLiteLog(path)
    await log.open()
    await log.create("p", [CREATED])
    await asyncio.gather(*(log.read("p", 0, 10) for _ in range(10)))
    assert any(str(path) in each for each in open_files())
    assert threads()
    await log.close()
    assert not any(str(path) in each for each in open_files())
    assert not threads()
    assert sorted(each.name for each in path.parent.iterdir()) == ["log.db", "log.db.lock"]


async def test_heads_beyond_those_kept_in_memory_are_found_again(
    log: SQLiteLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite_log, "KEPT_HEADS", 2)
    for number in range(5):
        await log.create(f"p{number}", [CREATED])
    for number in range(5):
        assert (await log.head(f"p{number}")).last == 1
        assert await log.wait({f"p{number}": 0}, timeout=60)
    async with asyncio.TaskGroup() as group:
        waiter = group.create_task(log.wait({"p0": 1}, timeout=60))
        await log.append("p0", [chunk()], run="r")
    assert waiter.result()


def test_a_full_disk_is_told_to_every_caller_and_the_log_goes_on_when_there_is_room(
    path: Path,
) -> None:
    done = subprocess.run(
        [sys.executable, str(FULL_DISK), str(path)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == ["30 of 30 refused", "seq 1..32, opened again: 1..32"]
