"""Nodes that die or stand still are given up; those that only lost a connection are not."""

import asyncio
import signal
from collections.abc import Iterator

import psycopg
import pytest

from smartforge.engine.postgres import PostgresQueue, judge, nodes, tickets
from smartforge.errors import DatabaseUnusable
from smartforge.log.postgres import link
from smartforge.log.postgres.database import Database
from tests import postgres
from tests.contract.queues import WORKFLOW, Ear, make_ready, take, ticket
from tests.unit.engine.postgres.conftest import PLENTY, OpenNode
from tests.unit.engine.postgres.remote import Remote

MEMBERS = (
    "FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'smartforge'"
)


@pytest.fixture(scope="module")
def server() -> Iterator[postgres.Server]:
    """A server that may be stopped, since nobody else uses it."""
    with postgres.running() as made:
        yield made


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nodes are judged as soon as one has looked twice."""
    monkeypatch.setattr(judge, "GRACE", 0.0)


async def beaten(queue: PostgresQueue, ids: set[str], seconds: float) -> None:
    """Wait until each of these nodes has beaten for so long from now."""
    until = (await queue.cluster()).now + 1000 * seconds
    while ids:
        ids = ids - {each.id for each in (await queue.cluster()).nodes if each.seen > until}
        await asyncio.sleep(0.05)


async def give_up(queue: PostgresQueue, database: str) -> None:
    """Do what another node does to one that stood still."""
    dead = (await queue.cluster()).here
    with psycopg.connect(postgres.shared().url(database)) as connection:
        nodes.leave(connection, dead)


async def ids(queue: PostgresQueue) -> set[str]:
    return {each.id for each in (await queue.cluster()).nodes}


@pytest.mark.usefixtures("at_once")
async def test_the_runs_of_a_node_that_was_killed_wait_again(node: OpenNode, url: str) -> None:
    ear = Ear()
    queue = await node(ear)
    await queue.add(ticket("r"))
    async with Remote(url) as other:
        assert await other.ask("take") == "r"
        other.process.kill()
        await ear.until("left")
    assert await take(queue) == "r"
    assert await ids(queue) == {(await queue.cluster()).here}
    assert "lost" not in ear.told


@pytest.mark.usefixtures("at_once")
async def test_a_node_that_stood_still_is_given_up_and_joins_as_another(
    node: OpenNode, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(nodes, "FROZEN", nodes.SILENT)
    ear = Ear()
    queue = await node(ear)
    await queue.add(ticket("r"))
    async with Remote(url) as other:
        old = await other.ask("here")
        assert await other.ask("take") == "r"
        other.process.send_signal(signal.SIGSTOP)
        await ear.until("left")
        assert await take(queue) == "r"
        other.process.send_signal(signal.SIGCONT)
        new = await other.ask("hear", "lost")
        assert new != old
        assert await ids(queue) == {new, (await queue.cluster()).here}
        assert await other.ask("owns", "r") == "False"
        assert await other.ask("take") == "None"
        await queue.add(ticket("next"))
        assert await other.ask("take") == "next"


@pytest.mark.usefixtures("at_once")
async def test_a_node_that_stands_still_but_is_connected_is_waited_for(
    node: OpenNode, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(nodes, "FROZEN", 3600.0)
    ear = Ear()
    queue = await node(ear)
    async with Remote(url) as other:
        old = await other.ask("here")
        other.process.send_signal(signal.SIGSTOP)
        # For as long as one without a connection would have been given up after.
        await beaten(queue, {(await queue.cluster()).here}, 2 * nodes.SILENT)
        other.process.send_signal(signal.SIGCONT)
        assert await other.ask("here") == old
        assert set(ear.told) == {"wake"}


async def test_who_was_given_up_neither_owns_nor_takes_for_its_own_what_it_had(
    node: OpenNode, database: str
) -> None:
    ear = Ear()
    queue = await node(ear)
    await queue.add(ticket("r"))
    taken = await queue.take([WORKFLOW], [])
    assert taken is not None
    await give_up(queue, database)
    assert "r" not in await queue.mine()
    await ear.until("lost")
    await ear.until("wake", ear.told.index("lost"))
    assert await take(queue, "r") is None  # What it executed is not broken off yet.
    again = await queue.take([WORKFLOW], [])
    assert again is not None
    assert again.node == (await queue.cluster()).here != taken.node


def test_who_is_no_node_any_more_takes_and_holds_nothing(url: str) -> None:
    with Database(url).connect(writing=True) as connection:
        tickets.add(connection, ticket("r", "p"))
        taken = tickets.take(connection, "gone", [WORKFLOW], [], PLENTY, draining=False)
        assert taken is None
        assert tickets.hold(connection, "gone", "p") is None


async def test_who_was_given_up_within_a_hold_hears_so_at_its_end(
    node: OpenNode, database: str
) -> None:
    ear = Ear()
    queue = await node(ear)

    async def hold() -> None:
        async with queue.hold("p"):
            await give_up(queue, database)
            await ear.until("lost")

    with pytest.raises(DatabaseUnusable, match="stood still"):
        await hold()
    async with queue.hold("p"):
        pass


async def test_who_drains_drains_also_after_it_was_given_up(node: OpenNode, database: str) -> None:
    ear = Ear()
    queue = await node(ear)
    await queue.drain()
    await give_up(queue, database)
    await ear.until("lost")
    await ear.until("wake", ear.told.index("lost"))
    assert [each.draining for each in (await queue.cluster()).nodes] == [True]


async def test_a_node_whose_connections_are_cut_keeps_its_runs(
    node: OpenNode, database: str
) -> None:
    ears = [Ear(), Ear()]
    here, there = [await node(ear) for ear in ears]
    await here.add(ticket("r"))
    assert await take(here) == "r"
    before = await ids(here)
    marks = [len(ear.told) for ear in ears]
    cut = f"SELECT pg_terminate_backend(pid) {MEMBERS}"
    await asyncio.to_thread(postgres.shared().execute, cut, database)
    for ear, mark in zip(ears, marks, strict=True):
        await ear.until("wake", mark)
    assert await ids(there) == before
    assert "r" in await here.mine()
    assert {each for ear in ears for each in ear.told} == {"wake"}


async def test_a_restart_of_postgresql_is_nobody_s_end(
    node: OpenNode, server: postgres.Server
) -> None:
    url = server.url(server.new_database())
    make_ready(url)
    ears = [Ear(), Ear(), Ear()]
    queues = [await node(ear, at=url) for ear in ears]
    await queues[0].add(ticket("r"))
    assert await take(queues[0]) == "r"
    before = await ids(queues[0])
    marks = [len(ear.told) for ear in ears]
    await asyncio.to_thread(server.stop)
    await asyncio.to_thread(server.start)
    for ear, mark in zip(ears, marks, strict=True):
        await ear.until("wake", mark)
    # Until all have judged each other.
    await beaten(queues[1], before, judge.GRACE + 2 * nodes.SILENT)
    assert await ids(queues[2]) == before
    assert "r" in await queues[0].mine()
    assert {each for ear in ears for each in ear.told} == {"wake"}


async def test_closing_does_not_wait_for_a_postgresql_that_is_away(
    node: OpenNode, server: postgres.Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(link, "PATIENCE", 3600.0)
    url = server.url(server.new_database())
    make_ready(url)
    queue = await node(at=url)
    await queue.add(ticket("r"))
    await asyncio.to_thread(server.stop)
    try:
        asking = asyncio.create_task(take(queue))
        await asyncio.sleep(0)
        async with asyncio.timeout(30):
            await queue.close()
            with pytest.raises(DatabaseUnusable, match="cannot be reached"):
                await asking
    finally:
        await asyncio.to_thread(server.start)


async def test_what_could_not_be_let_go_of_is_let_go_of_once_postgresql_is_back(
    node: OpenNode, server: postgres.Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = server.url(server.new_database())
    make_ready(url)
    queue = await node(at=url)
    await queue.add(ticket("r", "p"))

    async def hold() -> None:
        async with queue.hold("p"):
            monkeypatch.setattr(link, "PATIENCE", 0.0)
            await asyncio.to_thread(server.stop)

    try:
        with pytest.raises(DatabaseUnusable):
            await hold()
    finally:
        await asyncio.to_thread(server.start)
    assert await take(queue) == "r"
