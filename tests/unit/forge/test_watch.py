"""A step that hangs is cancelled, and the error says which one."""

import asyncio

import pytest

from smartforge.errors import StepTimedOut
from smartforge.forge.recorded import RecordedSteps
from smartforge.forge.watch import LIMITS, WatchedSteps


async def test_a_step_that_hangs_is_cancelled_and_named() -> None:
    cancelled = asyncio.Event()

    async def hang(path: str) -> str:
        try:
            await asyncio.Event().wait()
        finally:
            cancelled.set()
        return path

    steps = WatchedSteps(RecordedSteps({}), {"write": 0.0})
    with pytest.raises(StepTimedOut, match="'write' of app/main") as caught:
        await steps.step("write:app/main.py", hang, {"path": "app/main.py"})
    assert cancelled.is_set()
    assert caught.value.hint


async def test_a_time_out_within_a_step_stays_what_it_is() -> None:
    async def late() -> None:
        raise TimeoutError("the socket's own")

    with pytest.raises(TimeoutError, match="the socket's own"):
        await WatchedSteps(RecordedSteps({})).step("plan", late, {})


async def test_what_ends_in_time_is_returned() -> None:
    async def answer() -> int:
        return 42

    for kind in LIMITS:
        assert await WatchedSteps(RecordedSteps({})).step(f"{kind}:x", answer, {}) == 42
