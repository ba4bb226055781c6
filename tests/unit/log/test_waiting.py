"""Waiters are woken, and none is left behind."""

import asyncio

import pytest

from smartforge.log.waiting import Waiters, answer_within


async def test_only_an_event_beyond_the_cursor_wakes() -> None:
    waiters = Waiters()
    with waiters.waiter({"p": 3, "q": 0}) as future:
        waiters.wake("p", 3)
        waiters.wake("other", 9)
        assert not future.done()
        waiters.wake("p", 4)
        assert await future
        waiters.wake("q", 1)
        waiters.wake_all()
        assert future.result()


async def test_a_waiter_is_forgotten_by_whatever_way_its_block_is_left() -> None:
    waiters = Waiters()
    with waiters.waiter({"p": 0}), waiters.waiter({"p": 0, "q": 0}):
        assert len(waiters) == 2
    with pytest.raises(KeyError), waiters.waiter({"p": 0}):
        raise KeyError
    assert len(waiters) == 0
    waiters.wake("p", 1)


async def test_waking_all_answers_no() -> None:
    waiters = Waiters()
    with waiters.waiter({"p": 0}) as one, waiters.waiter({}) as two:
        waiters.wake_all()
        assert (await one, await two) == (False, False)


async def test_an_answer_that_does_not_come_in_time_is_no() -> None:
    future: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
    assert not await answer_within(future, 0.001)
