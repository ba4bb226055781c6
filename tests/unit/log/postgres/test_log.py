"""The log on PostgreSQL: what it costs the event loop, and what it leaves behind."""

import asyncio
import threading

import pytest
from blockbuster import blockbuster_ctx

from smartforge.errors import DatabaseUnusable, UnknownBlob, UnknownProject
from smartforge.log.base import follow
from smartforge.log.postgres import PostgresLog
from tests import postgres
from tests.contract.logs import CREATED, chunk, seqs
from tests.unit.log.postgres.conftest import OpenNode


async def test_nothing_blocks_the_event_loop(url: str) -> None:
    with blockbuster_ctx():
        log = PostgresLog(url)
        await log.open()
        await log.create("p", [CREATED])
        async with asyncio.TaskGroup() as group:
            first = group.create_task(anext(follow(log, "p", 1)))
            await log.append("p", [chunk()], run="r")
        assert [record.seq for record in first.result()] == [2]
        await log.get(await log.put(b"x" * 1_000_000))
        await log.projects(10)
        await log.close()


async def test_close_leaves_no_thread_and_no_connection(url: str, database: str) -> None:
    def threads() -> list[str]:
        return [each.name for each in threading.enumerate() if each.name.startswith("log-")]

    log = PostgresLog(url)
    await log.open()
    await log.create("p", [CREATED])
    await asyncio.gather(*(log.read("p", 1, 10) for _ in range(10)))
    assert threads()
    await log.close()
    assert not threads()
    # A backend ends a moment after its connection.
    query = f"SELECT 1 FROM pg_stat_activity WHERE datname = '{database}'"
    async with asyncio.timeout(10):
        while postgres.shared().execute(query):  # noqa: ASYNC110
            await asyncio.sleep(0)


async def test_commits_are_shared_by_those_who_append_at_the_same_time(node: OpenNode) -> None:
    log = await node()
    await log.create("p", [CREATED])
    before = await log.commits()
    await asyncio.gather(*(log.append("p", [chunk()], run="r") for _ in range(200)))
    assert await log.commits() - before < 50
    assert await seqs(log, "p") == list(range(1, 202))


async def test_an_open_log_is_not_opened_again(node: OpenNode) -> None:
    log = await node()
    with pytest.raises(DatabaseUnusable, match="open already"):
        await log.open()
    assert await log.projects(1) == []


@pytest.mark.parametrize("name", ["a\0b", "\ud800"])
async def test_names_that_postgresql_cannot_hold_are_refused_alone(
    node: OpenNode, name: str
) -> None:
    log = await node()
    await log.create("p", [CREATED])
    for unknown in (log.head(name), log.read(name, 0, 1), log.append(name, [chunk()], run="r")):
        with pytest.raises(UnknownProject):
            await unknown
    with pytest.raises(UnknownBlob):
        await log.get(name)
    assert not await log.wait({name: 0}, timeout=0)
    outcomes = await asyncio.gather(
        log.create(name, [CREATED]),
        log.append("p", [chunk()], run="r", key=name),
        log.append("p", [chunk()], run="r", key="k"),
        return_exceptions=True,
    )
    assert [type(each) for each in outcomes] == [ValueError, ValueError, int]
    assert await seqs(log, "p") == [1, 2]
