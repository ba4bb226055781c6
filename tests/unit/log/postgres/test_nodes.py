"""Several nodes share one database: what one appends all see, and nobody is in the way."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress

import pytest

from smartforge import events
from smartforge.errors import Fenced, UnknownProject
from smartforge.log.base import follow
from smartforge.log.postgres import PostgresLog, notices, reads
from smartforge.log.postgres import log as postgres_log
from tests import postgres
from tests.contract.logs import CREATED, SettableClock, chunk, records, seqs
from tests.unit.log.postgres.conftest import OpenNode


async def test_nodes_that_append_to_the_same_projects_leave_no_gap(node: OpenNode) -> None:
    nodes = [await node(), await node(), await node()]
    projects = ("p", "q", "r")
    for project_id in projects:
        await nodes[0].create(project_id, [CREATED])

    async def write(log: PostgresLog, project_id: str) -> list[int]:
        return [await log.append(project_id, [chunk(), chunk()], run="r") for _ in range(20)]

    writing = [write(log, each) for each in projects for log in nodes * 2]
    acknowledged = await asyncio.gather(*writing)
    for number, project_id in enumerate(projects):
        lasts = [last for each in acknowledged[6 * number : 6 * number + 6] for last in each]
        assert sorted(lasts) == list(range(3, 243, 2))
        for log in nodes:
            assert await seqs(log, project_id) == list(range(1, 242))


async def test_an_epoch_that_is_claimed_on_one_node_fences_out_the_other(node: OpenNode) -> None:
    here, there = await node(), await node()
    await here.create("p", [CREATED])
    old = await here.claim("p")
    assert await here.append("p", [chunk()], run="r", epoch=old) == 2
    new = await there.claim("p")
    with pytest.raises(Fenced):
        await here.append("p", [chunk()], run="r", epoch=old)
    assert await there.append("p", [chunk()], run="r", epoch=new, close=True) == 3
    with pytest.raises(Fenced):
        await here.append("p", [chunk()], run="r", epoch=new)
    assert await seqs(here, "p") == [1, 2, 3]


async def test_of_claims_and_appends_at_the_same_time_nothing_old_follows_the_new(
    node: OpenNode,
) -> None:
    here, there = await node(), await node()
    await here.create("p", [CREATED])

    async def own(log: PostgresLog) -> int:
        stored = 0
        for _ in range(15):
            epoch = await log.claim("p")
            for _ in range(3):
                try:
                    await log.append("p", [chunk(f"{epoch}")], run=f"{epoch}", epoch=epoch)
                except Fenced:
                    break
                stored += 1
        return stored

    stored = sum(await asyncio.gather(own(here), own(there)))
    appended = await records(here, "p", after=1)
    epochs = [int(str(events.decode(each.data)[0].run)) for each in appended]
    assert len(epochs) == stored
    assert epochs == sorted(epochs)


async def test_a_key_that_was_used_on_one_node_stores_nothing_on_the_other(node: OpenNode) -> None:
    here, there = await node(), await node()
    await here.create("p", [CREATED])
    answers = await asyncio.gather(
        *(log.append("p", [chunk()], run="r", key="k") for log in (here, there) * 5)
    )
    assert set(answers) == {2}
    assert await seqs(there, "p") == [1, 2]


async def test_of_nodes_that_create_one_id_at_the_same_time_one_succeeds(node: OpenNode) -> None:
    here, there = await node(), await node()
    for number in range(10):
        outcomes = await asyncio.gather(
            *(log.create(f"p{number}", [CREATED]) for log in (here, there)), return_exceptions=True
        )
        assert sum(isinstance(each, ValueError) for each in outcomes) == 1
        assert await seqs(here, f"p{number}") == [1]


async def test_what_one_node_returned_the_next_look_on_another_sees(node: OpenNode) -> None:
    here, there = await node(), await node()
    await here.create("p", [CREATED])
    for _ in range(10):
        for log, other in ((here, there), (there, here)):
            last = await log.append("p", [chunk()], run="r")
            assert [each.seq for each in await other.read("p", last - 1, 10)] == [last]
            assert (await other.head("p")).last == last
            assert await other.wait({"p": last - 1}, timeout=0)
    await here.create("q", [CREATED])
    assert [each.project_id for each in await there.projects(10)] == ["q", "p"]
    sha256 = await here.put(b"content")
    assert await there.get(sha256) == b"content"


async def test_time_does_not_run_backwards_between_nodes(node: OpenNode) -> None:
    ahead, behind = SettableClock(), SettableClock()
    ahead.now, behind.now = 9_000, 1_000
    here, there = await node(ahead), await node(behind)
    await here.create("p", [CREATED])
    await there.append("p", [chunk()], run="r")
    stamps = [events.decode(each.data)[0].ts for each in await records(here, "p")]
    assert stamps == [9_000, 9_000]


# waking


async def test_a_follower_is_woken_by_a_notice_from_another_node(
    node: OpenNode, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres_log, "LOOK_SECONDS", 3600)
    here, there = await node(), await node()
    await there.create("p", [CREATED])
    following = follow(here, "p", 0)
    assert [each.seq for each in await anext(following)] == [1]
    async with asyncio.timeout(30):
        for last in range(2, 30):
            next_records = asyncio.create_task(anext(following))
            await there.append("p", [chunk()], run="r")
            assert [each.seq for each in await next_records] == [last]
    await following.aclose()


async def test_a_lost_notice_is_made_up_for_by_looking(
    node: OpenNode, monkeypatch: pytest.MonkeyPatch
) -> None:
    here, there = await node(), await node()
    await there.create("p", [CREATED])
    await there.create("q", [CREATED])
    assert not await here.wait({"p": 1}, timeout=0)
    monkeypatch.setattr(notices, "CHANNEL", "elsewhere")
    waiting = asyncio.create_task(here.wait({"q": 1, "p": 1, "nobody": 0}, timeout=60))
    while not here.waiters:  # noqa: ASYNC110 - the log has no event for it
        await asyncio.sleep(0)
    await there.append("p", [chunk()], run="r")
    async with asyncio.timeout(30):
        assert await waiting


@pytest.mark.parametrize("payload", ["", "what?", '{"p": "many"}', "[1]"])
async def test_a_notice_that_says_nothing_has_everybody_look(
    node: OpenNode, database: str, monkeypatch: pytest.MonkeyPatch, payload: str
) -> None:
    monkeypatch.setattr(postgres_log, "LOOK_SECONDS", 3600)
    here, there = await node(), await node()
    await there.create("p", [CREATED])
    monkeypatch.setattr(notices, "CHANNEL", "elsewhere")
    waiting = asyncio.create_task(here.wait({"p": 1}, timeout=60))
    while not here.waiters:  # noqa: ASYNC110 - the log has no event for it
        await asyncio.sleep(0)
    await there.append("p", [chunk()], run="r")
    query = f"SELECT pg_notify('smartforge', '{payload}')"
    await asyncio.to_thread(postgres.shared().execute, query, database)
    async with asyncio.timeout(30):
        assert await waiting


def test_a_commit_of_too_many_projects_is_announced_without_their_names() -> None:
    assert notices.announcement({"p": 7}) == '{"p":7}'
    many = {f"{number:022}": 10**12 for number in range(180)}
    assert 0 < len(notices.announcement(many)) <= notices.PAYLOAD_BYTES
    assert notices.announcement(many | {f"{number:021}": 1 for number in range(20)}) == ""


async def test_a_commit_of_many_projects_wakes_another_node(node: OpenNode) -> None:
    here, there = await node(), await node()
    names = [f"{number:022}" for number in range(400)]
    await asyncio.gather(*(there.create(each, [CREATED]) for each in names))
    waiting = asyncio.create_task(here.wait({names[399]: 1}, timeout=60))
    await asyncio.gather(*(there.append(each, [chunk()], run="r") for each in names))
    assert await waiting


async def test_who_follows_what_is_written_here_costs_the_database_no_read(
    node: OpenNode, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Whoever begins to listen looks for itself, and so does the net for lost notices.
    def deaf(_log: PostgresLog, _lasts: Mapping[str, int] | None) -> None: ...

    monkeypatch.setattr(PostgresLog, "_heard", deaf)
    monkeypatch.setattr(postgres_log, "LOOK_SECONDS", 3600)
    log = await node()
    await log.create("p", [CREATED])
    following = follow(log, "p", 0)
    await anext(following)
    looks = 0

    def count(*_: object) -> None:
        nonlocal looks
        looks += 1

    monkeypatch.setattr(reads, "records", count)
    monkeypatch.setattr(reads, "head", count)
    for last in range(2, 52):
        next_records = asyncio.create_task(anext(following))
        await log.append("p", [chunk()], run="r")
        assert [each.seq for each in await next_records] == [last]
    assert looks == 0
    await following.aclose()


async def test_a_project_that_one_node_removes_is_gone_on_all(node: OpenNode) -> None:
    here, there = await node(), await node()
    await here.create("p", [CREATED])
    last = await there.append("p", [events.RunCancelled(reason="Stopped by you.")], run="r")
    assert len(await there.read("p", last - 1, 10)) == 1  # From its memory.

    async def to_the_end() -> None:
        async for _ in follow(there, "p", last):
            raise AssertionError("there is no event beyond the last one")

    following = asyncio.create_task(to_the_end())
    async with asyncio.timeout(20):
        # Only this test wants to know, so the log has no event for it.
        while there.waiters == 0:  # noqa: ASYNC110
            await asyncio.sleep(0)
        assert await here.remove("p", last)
        with pytest.raises(UnknownProject):
            await following
    for log in (here, there):
        for asked in (log.head("p"), log.read("p", last - 1, 10), log.claim("p")):
            with pytest.raises(UnknownProject):
                await asked
        with pytest.raises(UnknownProject):
            await log.append("p", [chunk()], run="r")


async def test_who_missed_that_a_project_was_removed_knows_once_it_listens_again(
    node: OpenNode, database: str
) -> None:
    here, there = await node(), await node()
    await here.create("p", [CREATED])
    last = await there.append("p", [events.RunCancelled(reason="Stopped by you.")], run="r")
    query = "DELETE FROM smartforge.event; DELETE FROM smartforge.project"
    postgres.shared().execute(query, database)
    assert len(await there.read("p", last - 1, 10)) == 1
    before = there.reconnects
    postgres.shared().execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%'",
        database,
    )
    async with asyncio.timeout(20):
        # Only this test wants to know, so the log has no event for it.
        while there.reconnects == before:  # noqa: ASYNC110
            await asyncio.sleep(0)
        with suppress(UnknownProject):
            while await there.read("p", last - 1, 10):  # noqa: ASYNC110
                await asyncio.sleep(0)
