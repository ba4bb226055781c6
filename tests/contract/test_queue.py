"""What every queue of runs promises to the engine."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack
from functools import partial
from pathlib import Path

import pytest

from smartforge.engine.base import Limits
from smartforge.engine.queue import Queue
from tests.contract.logs import remove
from tests.contract.queues import QUEUES, WORKFLOW, Ear, opened, take, take_all, ticket

Make = Callable[[Limits], Queue]
PLENTY = Limits(node=100, user=100, all=100)


@pytest.fixture(params=sorted(QUEUES))
def make(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Make]:
    """Makes a queue that is not open yet."""
    yield partial(QUEUES[request.param], tmp_path)
    remove(tmp_path)


@pytest.fixture
async def held() -> AsyncIterator[AsyncExitStack]:
    async with AsyncExitStack() as stack:
        yield stack


@pytest.fixture
async def queue(make: Make, held: AsyncExitStack) -> Queue:
    """An open queue without limits to speak of."""
    return await held.enter_async_context(opened(make(PLENTY)))


# order


async def test_what_was_asked_for_first_is_taken_first(queue: Queue) -> None:
    for run in ("b", "a", "c"):
        await queue.add(ticket(run))
    assert await take_all(queue) == ["b", "a", "c"]


async def test_of_a_project_one_run_is_taken_at_a_time_in_the_order_of_the_log(
    queue: Queue,
) -> None:
    for run, seq in (("third", 9), ("first", 3), ("second", 5)):
        await queue.add(ticket(run, "p", seq))
    for run in ("first", "second", "third"):
        assert await take(queue) == run
        assert await take(queue, run) is None
        await queue.drop(run)
    assert await take(queue) is None


async def test_a_run_that_is_on_keeps_an_older_one_of_its_project_waiting(queue: Queue) -> None:
    await queue.add(ticket("late", "p", 5))
    assert await take(queue) == "late"
    await queue.add(ticket("early", "p", 3))
    assert await take(queue, "late") is None
    assert [each.run for each in await queue.of("p")] == ["late", "early"]


async def test_a_project_that_waits_for_its_own_run_does_not_keep_others_waiting(
    queue: Queue,
) -> None:
    for run, project in (("a", "p"), ("b", "p"), ("c", "q")):
        await queue.add(ticket(run, project, seq=ord(run)))
    assert await take_all(queue) == ["a", "c"]


async def test_runs_of_another_workflow_are_left_to_those_who_know_it(queue: Queue) -> None:
    await queue.add(ticket("new", workflow="run-2"))
    await queue.add(ticket("old"))
    assert await take_all(queue) == ["old"]
    taken = await queue.take([WORKFLOW, "run-2"], ["old"])
    assert taken is not None
    assert taken.run == "new"


# limits


@pytest.mark.parametrize(
    "limits",
    [
        Limits(node=2, user=9, all=9),
        Limits(node=9, user=2, all=9),
        Limits(node=9, user=9, all=2),
    ],
    ids=["node", "user", "all"],
)
async def test_no_more_are_taken_than_each_limit_allows(make: Make, limits: Limits) -> None:
    async with opened(make(limits)) as queue:
        for number in range(4):
            await queue.add(ticket(f"r{number}"))
        assert await take_all(queue) == ["r0", "r1"]
        await queue.drop("r0")
        assert await take_all(queue, "r1") == ["r2"]


async def test_the_limit_of_a_user_is_that_user_s_alone(make: Make) -> None:
    async with opened(make(Limits(node=9, user=1, all=9))) as queue:
        for run, user in (("a1", "ann"), ("a2", "ann"), ("b1", "bob")):
            await queue.add(ticket(run, user=user))
        assert await take_all(queue) == ["a1", "b1"]


async def test_the_user_with_the_fewest_runs_on_comes_first(queue: Queue) -> None:
    for run in ("ann-1", "ann-2", "ann-3", "bob-1", "bob-2", "cid-1"):
        await queue.add(ticket(run, user=run[:3]))
    assert await take_all(queue) == ["ann-1", "bob-1", "cid-1", "ann-2", "bob-2", "ann-3"]


async def test_users_take_turns_however_much_one_has_asked_for_before(make: Make) -> None:
    async with opened(make(Limits(node=1, user=1, all=1))) as queue:
        for run in ("ann-1", "ann-2", "ann-3", "ann-4"):
            await queue.add(ticket(run, user="ann"))
        assert await take(queue) == "ann-1"
        await queue.drop("ann-1")
        assert await take(queue) == "ann-2"
        for run in ("bob-1", "bob-2", "cid-1"):
            await queue.add(ticket(run, user=run[:3]))
        order: list[str | None] = []
        last = "ann-2"
        while last:
            await queue.drop(last)
            order.append(last := await take(queue))
        assert order == ["bob-1", "cid-1", "ann-3", "bob-2", "ann-4", None]


async def test_who_comes_while_nothing_is_on_takes_turns_with_who_waits(make: Make) -> None:
    async with opened(make(Limits(node=1, user=1, all=1))) as queue:
        for number in range(5):
            await queue.add(ticket(f"ann-{number}", user="ann"))
        for number in range(3):
            assert await take(queue) == f"ann-{number}"
            await queue.drop(f"ann-{number}")
        for number in range(2):
            await queue.add(ticket(f"bob-{number}", user="bob"))
        order: list[str | None] = []
        while last := await take(queue):
            order.append(last)
            await queue.drop(last)
        assert order == ["ann-3", "bob-0", "ann-4", "bob-1"]


# what a node has


async def test_a_ticket_is_taken_as_it_was_added_with_who_took_it_and_when(queue: Queue) -> None:
    await queue.add(ticket("r", "p", 7, user="bob"))
    taken = await queue.take([WORKFLOW], [])
    cluster = await queue.cluster()
    assert taken is not None
    assert (taken.run, taken.project_id, taken.seq, taken.user) == ("r", "p", 7, "bob")
    assert (taken.workflow, taken.queued) == (WORKFLOW, 1_700_000_000_123)
    assert taken.node == cluster.here
    assert taken.taken is not None
    assert 0 <= cluster.now - taken.taken < 60_000
    assert await queue.of("p") == [taken]


async def test_a_run_whose_taking_was_not_heard_is_given_once_more(queue: Queue) -> None:
    await queue.add(ticket("a"))
    await queue.add(ticket("b"))
    first = await queue.take([WORKFLOW], [])
    assert first is not None
    assert await queue.take([WORKFLOW], []) == first
    assert await take(queue, "a") == "b"


async def test_a_run_is_a_node_s_own_from_taking_to_dropping(queue: Queue) -> None:
    await queue.add(ticket("r"))
    assert "r" not in await queue.mine()
    await take(queue)
    assert "r" in await queue.mine()
    await queue.drop("r")
    assert "r" not in await queue.mine()
    assert "unheard-of" not in await queue.mine()


# adding, dropping, waking


async def test_a_run_that_is_added_twice_is_there_once(queue: Queue) -> None:
    await queue.add(ticket("r", "p"))
    await queue.add(ticket("r", "p", seq=5))
    assert [each.seq for each in await queue.of("p")] == [1]
    assert await take(queue) == "r"
    await queue.add(ticket("r", "p"))
    assert "r" in await queue.mine()
    assert await take(queue, "r") is None


async def test_a_waiting_run_that_is_dropped_is_never_taken(queue: Queue) -> None:
    await queue.add(ticket("r", "p"))
    await queue.drop("r")
    await queue.drop("r")
    assert await queue.of("p") == []
    assert await take(queue) is None


async def test_adding_and_dropping_wake(make: Make) -> None:
    ear = Ear()
    async with opened(make(PLENTY), ear) as queue:
        before = len(ear.told)
        await queue.add(ticket("r"))
        await ear.until("wake", before)
        await take(queue)
        before = len(ear.told)
        await queue.drop("r")
        await ear.until("wake", before)
        assert set(ear.told) == {"wake"}


# looking


async def test_ahead_are_the_project_s_own_runs_or_else_all_that_wait(queue: Queue) -> None:
    assert await queue.ahead("p") == 0
    for run, project in (("a", "p"), ("b", "p"), ("c", "q")):
        await queue.add(ticket(run, project, seq=ord(run)))
    assert [await queue.ahead(each) for each in ("p", "q", "r")] == [2, 1, 3]
    await take(queue)
    assert [await queue.ahead(each) for each in ("p", "q", "r")] == [2, 1, 2]


async def test_the_runs_of_a_project_are_told_in_order(queue: Queue) -> None:
    for run, seq in (("third", 9), ("first", 3), ("second", 5)):
        await queue.add(ticket(run, "p", seq))
    await queue.add(ticket("other", "q"))
    assert [each.run for each in await queue.of("p")] == ["first", "second", "third"]
    assert await queue.of("nothing") == []


async def test_the_cluster_is_all_nodes_and_all_runs(make: Make) -> None:
    limits = Limits(node=3, user=2, all=9)
    async with opened(make(limits)) as queue:
        for run in ("c", "b", "a"):
            await queue.add(ticket(run))
        await take(queue)
        cluster = await queue.cluster()
        (node,) = cluster.nodes
        assert (node.id, node.role, node.slots, node.draining) == (cluster.here, "serve", 3, False)
        assert cluster.limits == limits
        assert [each.run for each in cluster.on] == ["c"]
        assert [each.run for each in cluster.waiting] == ["b", "a"]
        assert [each.node for each in cluster.on] == [node.id]
        assert node.started <= node.seen <= cluster.now


# holding back, draining


async def test_what_is_held_is_not_taken_and_others_are(queue: Queue) -> None:
    for run, project in (("on", "p"), ("next", "p"), ("last", "p"), ("other", "q")):
        await queue.add(ticket(run, project, seq=1 + (run != "on") + (run == "last")))
    assert await take(queue) == "on"
    async with queue.hold("p") as waiting:
        assert list(waiting) == ["next", "last"]
        await queue.drop("on")
        assert await take_all(queue) == ["other"]
    assert await take(queue, "other") == "next"


async def test_what_is_held_can_be_dropped(queue: Queue) -> None:
    await queue.add(ticket("r", "p"))
    async with queue.hold("p"):
        await queue.drop("r")
    assert await take(queue) is None


async def test_a_block_that_fails_holds_nothing_back(queue: Queue) -> None:
    await queue.add(ticket("r", "p"))
    with pytest.raises(ZeroDivisionError):
        async with queue.hold("p"):
            raise ZeroDivisionError
    assert await take(queue) == "r"


async def test_one_hold_of_a_project_waits_for_the_other(queue: Queue) -> None:
    ended: list[str] = []

    async def hold(name: str) -> None:
        async with queue.hold("p"):
            assert await take(queue) is None
            ended.append(name)

    await queue.add(ticket("r", "p"))
    async with queue.hold("p"):
        holds = [asyncio.create_task(hold(name)) for name in "ab"]
        await queue.of("p")
        assert ended == []
    await asyncio.gather(*holds)
    assert sorted(ended) == ["a", "b"]


async def test_who_drains_takes_no_more_and_keeps_what_is_on(queue: Queue) -> None:
    await queue.add(ticket("a"))
    await queue.add(ticket("b"))
    assert await take(queue) == "a"
    await queue.drain()
    assert await take(queue, "a") is None
    assert "a" in await queue.mine()
    assert [each.draining for each in (await queue.cluster()).nodes] == [True]
