"""Idempotency keys."""

import asyncio

import pytest

from smartforge.errors import Conflict
from smartforge.server.problems import RequestInvalid
from smartforge.server.replays import Replays
from tests.unit.server.rig import until


class Counter:
    """Counts how often it acts; fails where it is told to."""

    def __init__(self, failure: Exception | None = None) -> None:
        self.count = 0
        self.failure = failure
        self.gate = asyncio.Event()
        self.gate.set()

    async def act(self) -> str:
        self.count += 1
        await self.gate.wait()
        if self.failure is not None:
            raise self.failure
        return f"outcome {self.count}"


async def test_without_a_key_everything_is_done_each_time() -> None:
    replays, counter = Replays(), Counter()
    for _ in range(2):
        await replays.once(None, "/r", b"", counter.act)
    assert counter.count == 2


async def test_a_repetition_that_comes_too_early_waits() -> None:
    replays, counter = Replays(), Counter()
    counter.gate.clear()
    both = [asyncio.create_task(replays.once("k", "/r", b"", counter.act)) for _ in range(2)]
    await until(lambda: counter.count)
    counter.gate.set()
    assert await asyncio.gather(*both) == ["outcome 1", "outcome 1"]


async def test_an_error_is_told_to_all_who_wait_and_is_not_remembered() -> None:
    replays, counter = Replays(), Counter(Conflict("no"))
    counter.gate.clear()
    both = [asyncio.create_task(replays.once("k", "/r", b"", counter.act)) for _ in range(2)]
    await until(lambda: counter.count)
    counter.gate.set()
    outcomes = await asyncio.gather(*both, return_exceptions=True)
    assert [type(each) for each in outcomes] == [Conflict, Conflict]
    counter.failure = None
    assert await replays.once("k", "/r", b"", counter.act) == "outcome 2"


async def test_a_repetition_that_goes_away_does_not_stop_the_first() -> None:
    replays, counter = Replays(), Counter()
    counter.gate.clear()
    first = asyncio.create_task(replays.once("k", "/r", b"", counter.act))
    await until(lambda: counter.count)
    second = asyncio.create_task(replays.once("k", "/r", b"", counter.act))
    await asyncio.sleep(0)
    second.cancel()
    await asyncio.wait([second])
    counter.gate.set()
    assert await first == "outcome 1"


async def test_another_body_is_refused() -> None:
    replays, counter = Replays(), Counter()
    await replays.once("k", "/r", b"one", counter.act)
    with pytest.raises(RequestInvalid):
        await replays.once("k", "/r", b"two", counter.act)
    assert counter.count == 1


async def test_old_keys_are_forgotten() -> None:
    replays, counter = Replays(limit=2), Counter()
    for key in ("a", "b", "c", "c", "b", "a"):
        await replays.once(key, "/r", b"", counter.act)
    assert counter.count == 4
