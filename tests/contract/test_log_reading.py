"""What every log promises to who reads and follows: `smartforge.log.base`."""

import asyncio
import hashlib
import random

import pytest

from smartforge import events
from smartforge.errors import DatabaseUnusable, UnknownBlob, UnknownProject
from smartforge.log.base import follow
from tests.contract.logs import CREATED, WatchedLog, chunk, seqs

# read


async def test_read_returns_the_events_beyond_the_cursor_up_to_the_limit(log: WatchedLog) -> None:
    await log.create("p", [CREATED])
    await log.append("p", [chunk(str(n)) for n in range(9)], run="r")

    async def read(after: int, limit: int) -> list[int]:
        return [record.seq for record in await log.read("p", after, limit)]

    assert await read(0, 3) == [1, 2, 3]
    assert await read(3, 3) == [4, 5, 6]
    assert await read(8, 100) == [9, 10]
    assert await read(10, 100) == []
    assert await read(2**80, 2**80) == []
    assert await read(-5, 2) == [1, 2]
    assert await read(0, 0) == []
    assert await read(0, -1) == []
    assert await read(7, 2**80) == [8, 9, 10]


async def test_read_refuses_an_unknown_project(log: WatchedLog) -> None:
    with pytest.raises(UnknownProject):
        await log.read("nobody", 0, 10)


async def test_a_deleted_project_is_still_read(log: WatchedLog) -> None:
    await log.create("p", [CREATED, events.ProjectDeleted()])
    assert (await log.head("p")).deleted
    assert await seqs(log, "p") == [1, 2]


async def test_what_append_returned_is_read_at_once(log: WatchedLog) -> None:
    await log.create("p", [CREATED])
    for _ in range(20):
        last = await log.append("p", [chunk()], run="r")
        assert [record.seq for record in await log.read("p", last - 1, 10)] == [last]
        assert (await log.head("p")).last == last


async def test_usage_is_found_over_all_projects_since_a_time_and_nothing_else(
    log: WatchedLog,
) -> None:
    def used(tokens: int) -> events.Usage:
        return events.Usage(
            step="planning",
            model="some",
            input_tokens=tokens,
            cached_input_tokens=0,
            output_tokens=0,
            cost=None,
            duration_ms=1,
        )

    for name in ("p", "q"):
        await log.create(name, [CREATED])
        await log.append(name, [used(1), chunk(), used(2)], run="r")
    await log.append("q", [events.ProjectDeleted()], run=None)
    found = [events.decode(record.data) for record in await log.usage(0)]
    assert sorted(fact.input_tokens for _, fact in found if isinstance(fact, events.Usage)) == [
        *(1, 1, 2, 2)
    ]
    newest = max(envelope.ts for envelope, _ in found)
    assert {record.type for record in await log.usage(newest)} == {"usage"}
    assert await log.usage(newest + 1) == []


# wait


async def test_wait_is_true_at_once_where_there_are_events_beyond_a_cursor(log: WatchedLog) -> None:
    await log.create("p", [CREATED])
    assert await log.wait({"p": 0}, timeout=0)
    assert await log.wait({"nobody": 0, "p": 0}, timeout=60)
    assert not await log.wait({"p": 1}, timeout=0)
    assert not await log.wait({}, timeout=0)
    assert not await log.wait({"p": 1, "nobody": 0}, timeout=0.01)


async def settled(log: WatchedLog, expected: int) -> None:
    """Let everything run until so many callers wait."""
    async with asyncio.timeout(10):
        # Only this test wants to know, so the log has no event for it.
        while log.waiters != expected:  # noqa: ASYNC110
            await asyncio.sleep(0)


async def test_an_append_wakes_all_who_wait_for_its_project(log: WatchedLog) -> None:
    await log.create("p", [CREATED])
    await log.create("q", [CREATED])
    async with asyncio.TaskGroup() as group:
        woken = [group.create_task(log.wait({"q": 1, "p": 1}, timeout=60)) for _ in range(20)]
        await settled(log, 20)
        await log.append("p", [chunk()], run="r")
    assert all(task.result() for task in woken)
    assert log.waiters == 0


async def test_an_append_to_another_project_or_below_the_cursor_does_not_wake(
    log: WatchedLog,
) -> None:
    await log.create("p", [CREATED])
    await log.create("q", [CREATED])
    async with asyncio.TaskGroup() as group:
        waiter = group.create_task(log.wait({"p": 3}, timeout=60))
        await settled(log, 1)
        await log.append("q", [chunk()], run="r")
        await log.append("p", [chunk(), chunk()], run="r")
        await asyncio.sleep(0)
        assert not waiter.done()
        await log.append("p", [chunk()], run="r")
    assert waiter.result()


async def test_a_claim_does_not_wake(log: WatchedLog) -> None:
    await log.create("p", [CREATED])
    async with asyncio.TaskGroup() as group:
        waiter = group.create_task(log.wait({"p": 1}, timeout=60))
        await settled(log, 1)
        await log.claim("p")
        await asyncio.sleep(0)
        assert not waiter.done()
        await log.append("p", [chunk()], run="r")


async def test_a_project_wakes_once_it_is_created(log: WatchedLog) -> None:
    async with asyncio.TaskGroup() as group:
        waiter = group.create_task(log.wait({"p": 0}, timeout=60))
        await settled(log, 1)
        await log.create("p", [CREATED])
    assert waiter.result()


async def test_a_cancelled_waiter_is_forgotten(log: WatchedLog) -> None:
    await log.create("p", [CREATED])
    waiter = asyncio.create_task(log.wait({"p": 1}, timeout=60))
    await settled(log, 1)
    waiter.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiter
    assert log.waiters == 0
    await log.append("p", [chunk()], run="r")


async def test_no_wake_up_is_lost_between_looking_and_waiting(log: WatchedLog) -> None:
    await log.create("p", [CREATED])

    async def one_at_a_time(log: WatchedLog) -> None:
        for last in range(1, 101):
            appended = asyncio.create_task(log.append("p", [chunk()], run="r"))
            for _ in range(random.Random(last).randrange(4)):
                await asyncio.sleep(0)
            assert await log.wait({"p": last}, timeout=60)
            await appended

    async with asyncio.timeout(30):
        await one_at_a_time(log)


# follow


@pytest.mark.parametrize("after", [0, 1, 57])
async def test_a_follower_sees_every_event_once_and_in_order(log: WatchedLog, after: int) -> None:
    await log.create("p", [CREATED])
    total = 401

    async def write(writer: int) -> None:
        for n in range(20):
            await log.append("p", [chunk(f"{writer}.{n}")], run="r")

    async def see_all(limit: int) -> list[int]:
        seen: list[int] = []
        async for records in follow(log, "p", after, limit=limit):
            assert 1 <= len(records) <= limit
            seen += [record.seq for record in records]
            if seen[-1] == total:
                break
        return seen

    async with asyncio.timeout(30), asyncio.TaskGroup() as group:
        followers = [group.create_task(see_all(limit)) for limit in (1, 7, 1000)]
        for writer in range(20):
            group.create_task(write(writer))
    assert all(follower.result() == list(range(after + 1, total + 1)) for follower in followers)


async def test_following_an_unknown_project_is_refused(log: WatchedLog) -> None:
    with pytest.raises(UnknownProject):
        await anext(follow(log, "nobody", 0))


# blobs


@pytest.mark.parametrize("content", [b"", b"text", bytes(range(256)) * 20_000])
async def test_content_is_found_by_its_hash(log: WatchedLog, content: bytes) -> None:
    sha256 = await log.put(content)
    assert sha256 == hashlib.sha256(content).hexdigest()
    assert await log.put(content) == sha256
    assert await log.get(sha256) == content


async def test_content_stored_by_many_at_once_is_stored_well(log: WatchedLog) -> None:
    hashes = await asyncio.gather(*(log.put(b"same") for _ in range(20)))
    assert len(set(hashes)) == 1
    assert await log.get(hashes[0]) == b"same"


@pytest.mark.parametrize("sha256", ["0" * 64, "", "../etc/passwd", "🙂"])
async def test_an_unknown_hash_is_refused(log: WatchedLog, sha256: str) -> None:
    with pytest.raises(UnknownBlob):
        await log.get(sha256)


# projects


async def test_projects_are_listed_newest_first_a_page_at_a_time(log: WatchedLog) -> None:
    for project_id in ("e", "a", "d", "b", "c"):
        await log.create(project_id, [CREATED])

    async def page(limit: int, after: str | None = None) -> list[str]:
        return [head.project_id for head in await log.projects(limit, after)]

    assert await page(10) == ["c", "b", "d", "a", "e"]
    assert await page(2) == ["c", "b"]
    assert await page(2, "b") == ["d", "a"]
    assert await page(2, "a") == ["e"]
    assert await page(2, "e") == []
    assert await page(0) == []
    assert await page(-1) == []


async def test_deleted_projects_are_not_listed_until_they_are_brought_back(log: WatchedLog) -> None:
    for project_id in ("a", "b", "c"):
        await log.create(project_id, [CREATED])
    await log.append("b", [events.ProjectDeleted()], run=None)
    assert [head.project_id for head in await log.projects(10)] == ["c", "a"]
    assert [head.project_id for head in await log.projects(1)] == ["c"]
    assert [head.project_id for head in await log.projects(10, after="b")] == ["a"]
    await log.append("b", [events.ProjectUndeleted()], run=None)
    assert [head.project_id for head in await log.projects(10)] == ["c", "b", "a"]


async def test_the_list_shows_the_heads(log: WatchedLog) -> None:
    await log.create("p", [CREATED])
    await log.append("p", [events.RunQueued(position=0, trigger="prompt")], run="r")
    await log.claim("p")
    assert await log.projects(10) == [await log.head("p")]


async def test_the_page_after_an_unknown_project_is_refused(log: WatchedLog) -> None:
    with pytest.raises(UnknownProject):
        await log.projects(10, after="nobody")


# close


async def test_close_answers_everybody_who_waits(log: WatchedLog) -> None:
    await log.create("p", [CREATED])
    async with asyncio.timeout(10), asyncio.TaskGroup() as group:
        waiters = [group.create_task(log.wait({"p": 1}, timeout=60)) for _ in range(5)]
        await settled(log, 5)
        await log.close()
    assert [task.result() for task in waiters] == [False] * 5


async def test_a_closed_log_refuses_everything_and_closes_again_without_complaint(
    log: WatchedLog,
) -> None:
    await log.create("p", [CREATED])
    await log.close()
    await log.close()
    for refused in (
        log.create("q", [CREATED]),
        log.claim("p"),
        log.append("p", [chunk()], run="r"),
        log.head("p"),
        log.read("p", 0, 1),
        log.put(b""),
        log.get("0" * 64),
        log.projects(1),
    ):
        with pytest.raises(DatabaseUnusable):
            await refused
    assert not await log.wait({"p": 0}, timeout=60)


async def test_close_finishes_what_was_begun(log: WatchedLog) -> None:
    await log.create("p", [CREATED])
    async with asyncio.TaskGroup() as group:
        appends = [group.create_task(log.append("p", [chunk()], run="r")) for _ in range(20)]
        await asyncio.sleep(0)
        await log.close()
    assert [task.result() for task in appends] == list(range(2, 22))
