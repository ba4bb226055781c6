"""Whatever happens to connections and to the server, an append is stored exactly once."""

import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import cast

import pytest

from smartforge.errors import DatabaseUnusable
from smartforge.log.base import follow
from smartforge.log.postgres import PostgresLog, link
from smartforge.log.postgres import log as postgres_log
from tests import postgres
from tests.contract.logs import CREATED, chunk, records, seqs, text_of
from tests.unit.log.postgres.conftest import OpenNode
from tests.unit.log.postgres.proxy import STATEMENT, TRANSACTION, Cut, Proxy, Signs

LISTENERS = "FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%'"


@pytest.fixture(params=[TRANSACTION, STATEMENT], ids=["transaction", "statement"])
def signs(request: pytest.FixtureRequest) -> Signs:
    """How a commit is told."""
    return cast(Signs, request.param)


@pytest.fixture
def proxy(database: str, signs: Signs) -> Iterator[Proxy]:
    server = postgres.shared()

    def is_awaited() -> bool:
        return bool(server.execute("SELECT 1 FROM pg_locks WHERE NOT granted", database))

    # Short, since the path of a socket has at most 107 bytes.
    with (
        TemporaryDirectory(dir="/tmp") as folder,
        Proxy(Path(folder), server.socket, signs, is_awaited) as made,
    ):
        yield made


@pytest.fixture(scope="module")
def server() -> Iterator[postgres.Server]:
    """A server that may be stopped, since nobody else uses it."""
    with postgres.running() as made:
        yield made


async def texts(log: PostgresLog, project_id: str) -> list[str]:
    return [text_of(each.data) for each in await records(log, project_id, after=1)]


@pytest.mark.parametrize("cut", ["before", "after", "late"])
async def test_an_append_whose_connection_is_lost_at_the_commit_is_stored_once(
    node: OpenNode, database: str, proxy: Proxy, signs: Signs, cut: Cut
) -> None:
    keyed = signs is TRANSACTION  # Only what has no key is stored by a single statement.
    log = await node(at=f"postgresql://postgres@/{database}?host={proxy.folder}")
    await log.create("p", [CREATED])
    epoch = await log.claim("p")
    for number in range(10):
        proxy.cut = cut if number % 3 == 1 else None
        appends = (
            log.append("p", [chunk(text)], run="r", epoch=epoch, key=text if keyed else None)
            for text in (f"{number}{part}" for part in "abc")
        )
        last = 3 * number + 1
        assert await asyncio.gather(*appends) == [last + 1, last + 2, last + 3]
        assert proxy.cut is None
    assert await seqs(log, "p") == list(range(1, 32))
    assert await texts(log, "p") == [f"{number}{part}" for number in range(10) for part in "abc"]


async def test_backends_that_are_ended_at_random_lose_and_repeat_nothing(
    node: OpenNode, database: str
) -> None:
    log = await node()
    await log.create("p", [CREATED])
    done, moved = asyncio.Event(), asyncio.Event()

    async def end_backends() -> None:
        query = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = "
        while not done.is_set():
            moved.clear()
            await asyncio.to_thread(postgres.shared().execute, f"{query}'{database}'")
            # On a slow machine no append would ever come between one end and the next.
            await moved.wait()

    async def write(writer: int) -> None:
        for number in range(15):
            await log.append("p", [chunk(f"{writer}.{number}")], run="r")
            moved.set()

    ending = asyncio.create_task(end_backends())
    await asyncio.gather(*(write(writer) for writer in range(4)))
    done.set()
    moved.set()
    await ending
    assert await seqs(log, "p") == list(range(1, 62))
    expected = {f"{writer}.{number}" for writer in range(4) for number in range(15)}
    assert set(await texts(log, "p")) == expected


@pytest.mark.parametrize("mode", ["fast", "immediate"])
async def test_a_restart_of_postgresql_loses_and_repeats_nothing(
    node: OpenNode, server: postgres.Server, mode: str
) -> None:
    at = server.url(server.new_database())
    writing, watching = await node(at=at), await node(at=at)
    await writing.create("p", [CREATED])
    total = 200
    half = asyncio.Event()

    async def write() -> list[int]:
        acknowledged: list[int] = []
        for number in range(total):
            acknowledged.append(await writing.append("p", [chunk(f"{number}")], run="r"))
            if number == total // 4:
                half.set()
        return acknowledged

    async def see(log: PostgresLog) -> list[int]:
        seen: list[int] = []
        async for more in follow(log, "p", 0):
            seen += [each.seq for each in more]
            if len(seen) > total:
                break
        return seen

    async with asyncio.timeout(60), asyncio.TaskGroup() as group:
        followers = [group.create_task(see(log)) for log in (writing, watching)]
        writer = group.create_task(write())
        await half.wait()
        await asyncio.to_thread(server.stop, mode)
        await asyncio.to_thread(server.start)
    assert writer.result() == list(range(2, total + 2))
    assert [each.result() for each in followers] == [list(range(1, total + 2))] * 2
    assert await texts(writing, "p") == [f"{number}" for number in range(total)]


async def test_a_server_that_stays_away_is_told_and_does_not_hold_up_close(
    node: OpenNode, server: postgres.Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(link, "PATIENCE", 0.2)
    log = await node(at=server.url(server.new_database()))
    await log.create("p", [CREATED])
    await asyncio.to_thread(server.stop)
    try:
        with pytest.raises(DatabaseUnusable, match="cannot be reached"):
            await log.append("p", [chunk()], run="r")
        with pytest.raises(DatabaseUnusable, match="cannot be reached"):
            await log.head("p")
        monkeypatch.setattr(link, "PATIENCE", 3600)
        waiting = asyncio.create_task(log.append("p", [chunk()], run="r"))
        await asyncio.sleep(0)
        await log.close()
        with pytest.raises(DatabaseUnusable, match="cannot be reached"):
            await waiting
    finally:
        await asyncio.to_thread(server.start)
    await log.open()
    assert await seqs(log, "p") == [1]


async def test_what_happens_while_nobody_listens_is_found_when_the_listener_is_back(
    node: OpenNode, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres_log, "LOOK_SECONDS", 3600)
    here, there = await node(), await node()
    await there.create("p", [CREATED])
    for last in range(1, 6):
        waiting = asyncio.create_task(here.wait({"p": last}, timeout=60))
        query = f"SELECT pg_terminate_backend(pid) {LISTENERS}"
        await asyncio.to_thread(postgres.shared().execute, query, database)
        await there.append("p", [chunk()], run="r")
        assert await waiting
    assert here.reconnects >= 1
    assert await seqs(here, "p") == [1, 2, 3, 4, 5, 6]


async def test_a_node_that_stands_still_in_a_batch_does_not_hold_up_the_others(
    node: OpenNode, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("smartforge.log.postgres.database.IDLE_IN_BATCH", "100ms")
    still, go_on = threading.Event(), threading.Event()
    go_on.set()

    def clock() -> int:
        """Asked in the middle of a batch, when the project is locked."""
        still.set()
        assert go_on.wait(30)
        return 1

    here, there = await node(clock), await node()
    await here.create("p", [CREATED])
    epoch = await here.claim("p")
    still.clear()
    go_on.clear()
    held = asyncio.create_task(here.append("p", [chunk("old")], run="r", epoch=epoch))
    assert await asyncio.to_thread(still.wait, 10)
    assert await there.append("p", [chunk("new")], run="r") == 2
    go_on.set()
    assert await held == 3
    assert await texts(here, "p") == ["new", "old"]
