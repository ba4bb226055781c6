"""The outbox keeps order, joins neighbours, and tells of a failure."""

import asyncio
from collections.abc import Sequence

import pytest

from smartforge.errors import Fenced
from smartforge.events import CodeChunk, Fact, FileDeleted
from smartforge.forge.outbox import MOST_JOINED, MOST_PENDING, Outbox


def chunk(at: int, text: str, path: str = "a.py") -> CodeChunk:
    return CodeChunk(path=path, attempt=1, at=at, text=text)


class Store:
    """Remembers each append; `gate` holds appends back until it is set."""

    def __init__(self) -> None:
        self.batches: list[list[Fact]] = []
        self.gate = asyncio.Event()
        self.gate.set()
        self.failure: Exception | None = None

    async def append(self, facts: Sequence[Fact], key: str | None, close: bool) -> None:
        await self.gate.wait()
        if self.failure is not None:
            raise self.failure
        self.batches.append(list(facts))

    @property
    def text(self) -> str:
        facts = [fact for batch in self.batches for fact in batch]
        assert all(isinstance(fact, CodeChunk) for fact in facts)
        return "".join(fact.text for fact in facts if isinstance(fact, CodeChunk))


async def test_everything_arrives_in_order_and_once() -> None:
    store = Store()
    letters = [chr(97 + number % 26) for number in range(2_000)]
    async with Outbox(store.append) as outbox:
        for at, letter in enumerate(letters):
            await outbox.put(chunk(at, letter))
    assert store.text == "".join(letters)


async def test_what_gathers_during_an_append_leaves_in_one_append_and_neighbours_join() -> None:
    store = Store()
    store.gate.clear()
    async with Outbox(store.append) as outbox:
        await outbox.put(chunk(0, "first"))
        await asyncio.sleep(0)  # the flusher takes the first fact and waits at the gate
        for at in range(5, 305):
            await outbox.put(chunk(at, "x"))
        store.gate.set()
        await outbox.now()
    assert len(store.batches) == 2
    assert [len(fact.text) for fact in store.batches[1] if isinstance(fact, CodeChunk)] == [
        MOST_JOINED
    ] * 3


async def test_chunks_of_other_files_and_behind_a_gap_stay_apart() -> None:
    store = Store()
    store.gate.clear()
    async with Outbox(store.append) as outbox:
        await outbox.put(FileDeleted(path="old"))
        await asyncio.sleep(0)
        for fact in (chunk(0, "a"), chunk(0, "b", "b.py"), chunk(5, "c", "b.py")):
            await outbox.put(fact)
        store.gate.set()
    assert store.batches[1] == [chunk(0, "a"), chunk(0, "b", "b.py"), chunk(5, "c", "b.py")]


async def test_now_comes_behind_everything_put_before() -> None:
    store = Store()
    async with Outbox(store.append) as outbox:
        for at in range(10):
            await outbox.put(chunk(at, "x"))
        await outbox.now(FileDeleted(path="gone"))
    assert store.batches[-1] == [FileDeleted(path="gone")]


async def test_a_failed_append_is_raised_by_the_next_call_and_nothing_follows() -> None:
    store = Store()
    store.failure = Fenced("old epoch")
    outbox = Outbox(store.append)
    await outbox.__aenter__()
    await outbox.put(chunk(0, "x"))
    with pytest.raises(Fenced):
        await outbox.now(FileDeleted(path="gone"))
    with pytest.raises(Fenced):
        await outbox.__aexit__(None, None, None)
    assert store.batches == []


async def test_a_writer_faster_than_the_log_waits() -> None:
    store = Store()
    store.gate.clear()
    async with Outbox(store.append) as outbox:

        async def flood() -> None:
            for number in range(3 * MOST_PENDING):
                await outbox.put(FileDeleted(path=str(number)))

        flooding = asyncio.create_task(flood())
        done, _ = await asyncio.wait([flooding], timeout=0.05)
        assert not done
        store.gate.set()
        await flooding
    assert sum(len(batch) for batch in store.batches) == 3 * MOST_PENDING
