"""One thread writes; each commit takes what gathered during the last one."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import ExitStack
from typing import Any, Self

import pytest

from smartforge.errors import DatabaseUnusable
from smartforge.log.base import Head
from smartforge.log.group_commit import Committed, GroupCommit, Moved, Refused


class FakeStore:
    """Keeps what was written in a list, commit by commit; commits can be held up and failed."""

    def __init__(self) -> None:
        self.commits: list[list[Any]] = []
        self.batch: list[Any] = []
        self.failure: Exception | None = None
        self.writing = threading.Event()
        self.go_on = threading.Event()
        self.go_on.set()
        self.thread: threading.Thread | None = None

    def write_all(self, operations: Sequence[Callable[[Self], Any]]) -> Committed:
        self.thread = threading.current_thread()
        self.writing.set()
        assert self.go_on.wait(10)
        if self.failure is not None:
            raise self.failure
        self.batch = []
        outcomes = [self.attempt(operation) for operation in operations]
        self.commits.append(self.batch)
        head = Head("p", "", "queued", len(self.commits), 0, 0, 0, False)
        return Committed(outcomes=outcomes, moved=[Moved(head=head, records=())])

    def attempt(self, operation: Callable[[Self], Any]) -> Any:
        try:
            return operation(self)
        except ValueError as error:
            return Refused(error=error)

    def write(self, value: int) -> int:
        self.batch.append(value)
        return value


class Ground:
    """A group commit on a fake store, and what it published."""

    def __init__(self) -> None:
        self.store = FakeStore()
        self.released: list[threading.Thread] = []
        self.published: list[int] = []
        self.observed: list[tuple[float, int]] = []
        self.group = GroupCommit(
            self.open_store,
            self.publish,
            lambda seconds, operations: self.observed.append((seconds, operations)),
        )

    def open_store(self, held: ExitStack) -> FakeStore:
        held.callback(lambda: self.released.append(threading.current_thread()))
        return self.store

    def publish(self, moved: Sequence[Moved]) -> None:
        self.published += [each.head.last for each in moved]

    async def write(self, value: int) -> int:
        return await self.group.submit(lambda store: store.write(value))

    async def hold(self) -> asyncio.Task[int]:
        """Begin a commit of 0 that stands still until `go_on` is set."""
        self.store.go_on.clear()
        self.store.writing.clear()
        first = asyncio.create_task(self.write(0))
        async with asyncio.timeout(10):
            # An asyncio event would have to be set from the store's thread; this is simpler.
            while not self.store.writing.is_set():  # noqa: ASYNC110
                await asyncio.sleep(0)
        return first

    async def begin(self, values: Sequence[int]) -> list[asyncio.Task[int]]:
        tasks = [asyncio.create_task(self.write(value)) for value in values]
        await asyncio.sleep(0)
        return tasks


@pytest.fixture
async def ground() -> AsyncIterator[Ground]:
    made = Ground()
    await made.group.open()
    yield made
    made.store.go_on.set()
    await made.group.close()


async def test_a_commit_takes_what_gathered_during_the_last_one_in_its_order(
    ground: Ground,
) -> None:
    first = await ground.hold()
    rest = await ground.begin([1, 2, 3, 4])
    ground.store.go_on.set()
    assert await asyncio.gather(first, *rest) == [0, 1, 2, 3, 4]
    assert ground.store.commits == [[0], [1, 2, 3, 4]]


async def test_nothing_is_published_or_answered_before_the_commit(ground: Ground) -> None:
    first = await ground.hold()
    assert not first.done()
    assert ground.published == []
    ground.store.go_on.set()
    await first
    assert ground.published == [1]


async def test_each_commit_is_observed_and_a_failed_one_is_not(ground: Ground) -> None:
    first = await ground.hold()
    rest = await ground.begin([1, 2])
    ground.store.go_on.set()
    await asyncio.gather(first, *rest)
    ground.store.failure = MemoryError()
    with pytest.raises(DatabaseUnusable):
        await ground.write(3)
    assert [operations for _, operations in ground.observed] == [1, 2]
    assert all(seconds > 0 for seconds, _ in ground.observed)


async def test_an_operation_that_is_refused_fails_alone(ground: Ground) -> None:
    def refuse(_: FakeStore) -> int:
        raise ValueError("no")

    first = await ground.hold()
    (before,) = await ground.begin([1])
    refused = asyncio.create_task(ground.group.submit(refuse))
    await asyncio.sleep(0)
    (after,) = await ground.begin([2])
    ground.store.go_on.set()
    with pytest.raises(ValueError, match="no"):
        await refused
    assert [await first, await before, await after] == [0, 1, 2]
    assert ground.store.commits == [[0], [1, 2]]


@pytest.mark.parametrize("failure", [DatabaseUnusable("full", "free some"), MemoryError()])
async def test_every_caller_of_a_failed_commit_is_told_and_the_next_one_goes_on(
    ground: Ground, failure: Exception
) -> None:
    first = await ground.hold()
    rest = await ground.begin([1, 2])
    ground.store.failure = failure
    ground.store.go_on.set()
    outcomes = await asyncio.gather(first, *rest, return_exceptions=True)
    assert all(isinstance(outcome, DatabaseUnusable) for outcome in outcomes)
    assert len({id(outcome) for outcome in outcomes}) == 3
    assert ground.published == []
    ground.store.failure = None
    assert await ground.write(3) == 3
    assert ground.store.commits == [[3]]


async def test_a_caller_cancelled_before_its_commit_began_is_not_stored(ground: Ground) -> None:
    first = await ground.hold()
    one, two = await ground.begin([1, 2])
    one.cancel()
    with pytest.raises(asyncio.CancelledError):
        await one
    ground.store.go_on.set()
    assert [await first, await two] == [0, 2]
    assert ground.store.commits == [[0], [2]]


async def test_a_caller_cancelled_during_its_commit_is_told_at_once_and_is_stored(
    ground: Ground,
) -> None:
    first = await ground.hold()
    first.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first
    ground.store.go_on.set()
    assert await ground.write(1) == 1
    assert ground.store.commits == [[0], [1]]


async def test_closing_stores_what_was_submitted_and_refuses_the_rest(ground: Ground) -> None:
    first = await ground.hold()
    rest = await ground.begin([1, 2])
    closing = asyncio.create_task(ground.group.close())
    await asyncio.sleep(0)
    with pytest.raises(DatabaseUnusable):
        await ground.write(3)
    ground.store.go_on.set()
    await closing
    assert await asyncio.gather(first, *rest) == [0, 1, 2]
    assert ground.store.commits == [[0], [1, 2]]


async def test_the_store_is_let_go_on_the_thread_that_opened_it(ground: Ground) -> None:
    await ground.write(1)
    await ground.group.close()
    assert ground.released == [ground.store.thread]
    assert not ground.released[0].is_alive()


async def test_closing_goes_on_where_its_caller_is_cancelled(ground: Ground) -> None:
    first = await ground.hold()
    closing = asyncio.create_task(ground.group.close())
    await asyncio.sleep(0)
    closing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await closing
    ground.store.go_on.set()
    assert await first == 0
    await ground.group.close()
    assert len(ground.released) == 1


async def test_a_store_that_cannot_be_opened_is_let_go_and_its_error_told() -> None:
    released: list[str] = []

    def open_store(held: ExitStack) -> FakeStore:
        held.callback(lambda: released.append("lock"))
        raise DatabaseUnusable("newer", "update")

    group = GroupCommit(open_store, lambda moved: None)
    with pytest.raises(DatabaseUnusable, match="newer"):
        await group.open()
    assert released == ["lock"]
    await group.close()
    with pytest.raises(DatabaseUnusable):
        await group.submit(lambda store: store.write(1))
