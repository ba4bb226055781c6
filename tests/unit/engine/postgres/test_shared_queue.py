"""Nodes that live share one queue: nothing is taken twice, and no limit is exceeded."""

import asyncio

import pytest

from smartforge.engine.base import Limits
from smartforge.engine.postgres import PostgresQueue
from smartforge.errors import DatabaseUnusable
from tests import postgres
from tests.contract.queues import WORKFLOW, Ear, take, take_all, ticket
from tests.unit.engine.postgres.conftest import OpenNode


async def held(queue: PostgresQueue) -> list[str]:
    async with queue.hold("p") as waiting:
        return list(waiting)


@pytest.mark.parametrize(
    ("limits", "most"),
    [
        (Limits(node=9, user=9, all=4), 4),
        (Limits(node=9, user=1, all=9), 3),
        (Limits(node=1, user=9, all=9), 4),
    ],
    ids=["all", "user", "node"],
)
async def test_nodes_that_take_at_the_same_time_never_exceed_a_limit(
    node: OpenNode, limits: Limits, most: int
) -> None:
    nodes = [await node(limits=limits) for _ in range(4)]
    for number in range(60):
        await nodes[0].add(ticket(f"r{number}", user=f"user-{number % 3}"))
    for _ in range(8):
        taken = await asyncio.gather(*(take_all(each) for each in nodes))
        runs = [run for each in taken for run in each]
        assert len(runs) == len(set(runs)) == most
        cluster = await nodes[0].cluster()
        assert {each.run for each in cluster.on} == set(runs)
        await asyncio.gather(*(nodes[0].drop(run) for run in runs))


async def test_runs_of_one_project_are_never_on_at_two_nodes(node: OpenNode) -> None:
    nodes = [await node() for _ in range(3)]
    for number in range(12):
        await nodes[number % 3].add(ticket(f"r{number}", "p", seq=number))
    order: list[str] = []
    for _ in range(12):
        (run,) = [run for run in await asyncio.gather(*map(take, nodes)) if run]
        order.append(run)
        await nodes[0].drop(run)
    assert order == [f"r{number}" for number in range(12)]


async def test_what_one_node_adds_wakes_the_other(node: OpenNode) -> None:
    ear = Ear()
    here, there = await node(), await node(ear)
    before = len(ear.told)
    await here.add(ticket("r"))
    await ear.until("wake", before)
    assert await take(there) == "r"


async def test_who_executes_a_run_is_told_that_another_node_dropped_it(node: OpenNode) -> None:
    ears = [Ear(), Ear(), Ear()]
    here, there, _ = [await node(ear) for ear in ears]
    for run in ("on", "waiting"):
        await here.add(ticket(run, "p", seq=len(run)))
    assert await take(there) == "on"
    await here.drop("waiting")
    await here.drop("on")
    await ears[1].until("stop on")
    marks = [len(ear.told) for ear in ears]
    await here.add(ticket("last"))  # What is called out is heard in order.
    for ear, mark in zip(ears, marks, strict=True):
        await ear.until("wake", mark)
    assert [each for ear in ears for each in ear.told if each != "wake"] == ["stop on"]


async def test_who_drops_its_own_run_is_not_told_to_stop_it(node: OpenNode) -> None:
    ear = Ear()
    queue = await node(ear)
    await queue.add(ticket("r"))
    await take(queue)
    before = len(ear.told)
    await queue.drop("r")
    await ear.until("wake", before)
    assert set(ear.told) == {"wake"}


async def test_what_one_node_has_taken_is_not_another_s_own(node: OpenNode) -> None:
    here, there = await node(), await node()
    await here.add(ticket("r"))
    assert await take(here) == "r"
    assert "r" not in await there.mine()
    assert await take(there) is None


async def test_a_workflow_that_a_node_does_not_know_is_left_to_another(node: OpenNode) -> None:
    old, new = await node(), await node()
    await new.add(ticket("r", workflow="run-2"))
    assert await take(old) is None
    taken = await new.take([WORKFLOW, "run-2"], [])
    assert taken is not None
    assert taken.run == "r"


async def test_what_one_node_holds_no_other_takes_or_holds(
    node: OpenNode, monkeypatch: pytest.MonkeyPatch
) -> None:
    here, there = await node(), await node()
    await here.add(ticket("r", "p"))
    async with here.hold("p") as waiting:
        assert list(waiting) == ["r"]
        assert await take(there) is None
        monkeypatch.setattr("smartforge.engine.postgres.queue.HOLD_SECONDS", 0)
        with pytest.raises(DatabaseUnusable, match="Somebody else"):
            async with there.hold("p"):
                pass
        monkeypatch.undo()
        other = asyncio.create_task(held(there))
        assert await take(there) is None
    assert await other == ["r"]


async def test_who_leaves_gives_back_what_it_had_taken_and_held(node: OpenNode) -> None:
    ear = Ear()
    leaving, staying = await node(), await node(ear)
    for run in ("a", "b"):
        await leaving.add(ticket(run))
    assert await take(leaving) == "a"
    before = len(ear.told)
    with pytest.raises(DatabaseUnusable, match="not open"):
        async with leaving.hold("project-of-b"):
            await leaving.close()
    await ear.until("wake", before)
    assert await take_all(staying) == ["a", "b"]
    cluster = await staying.cluster()
    assert [each.id for each in cluster.nodes] == [cluster.here]
    assert "left" not in ear.told


async def test_a_queue_that_is_closed_refuses_and_may_be_opened_again(node: OpenNode) -> None:
    queue = await node()
    await queue.add(ticket("r"))
    with pytest.raises(DatabaseUnusable, match="open already"):
        await queue.open(Ear().heard)
    await queue.close()
    await queue.close()
    with pytest.raises(DatabaseUnusable, match="not open"):
        await take(queue)
    await queue.open(Ear().heard)
    assert await take(queue) == "r"


async def test_without_the_log_s_tables_opening_says_so(node: OpenNode) -> None:
    name = postgres.shared().new_database()
    try:
        with pytest.raises(DatabaseUnusable, match="not as this server left them"):
            await node(at=postgres.shared().url(name))
    finally:
        postgres.shared().drop(name)


async def test_without_a_server_opening_says_so(node: OpenNode) -> None:
    with pytest.raises(DatabaseUnusable, match="cannot be reached"):
        await node(at="postgresql://nobody@/nothing?host=/nowhere")
