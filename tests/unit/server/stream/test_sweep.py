"""When viewers are served, with a clock that is set by hand."""

import logging
from collections.abc import Generator, Iterator
from itertools import pairwise
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smartforge.server.stream import Viewer
from smartforge.server.stream.sweep import SLICE, Sweep
from tests.unit.server.stream.wire import ClockLoop

TICK = 0.025


class Swept:
    """A sweep over numbers in the place of viewers, and the times at which each was offered."""

    def __init__(self, loop: ClockLoop, count: int) -> None:
        self.loop = loop
        self.viewers = [cast(Viewer, number) for number in range(count)]
        self.offered: list[tuple[float, int]] = []
        self.broken: set[int] = set()
        self.sweep = loop.run(self._made())

    async def _made(self) -> Sweep:
        return Sweep(lambda: self.viewers, self._serve, TICK)

    def _serve(self, viewers: Iterator[Viewer]) -> None:
        for viewer in viewers:
            number = cast(int, viewer)
            self.offered.append((self.loop.now, number))
            if number in self.broken:
                raise ValueError("this one is broken")

    def times(self) -> list[float]:
        return sorted({at for at, _ in self.offered})


@pytest.fixture
def loop() -> Generator[ClockLoop]:
    made = ClockLoop()
    yield made
    made.close()


def test_the_first_wake_is_served_at_once_and_later_ones_at_the_end_of_the_tick(
    loop: ClockLoop,
) -> None:
    swept = Swept(loop, 3)
    began = loop.now
    for _ in range(5):
        swept.sweep.wake()
    assert [number for _, number in swept.offered] == [0, 1, 2]
    loop.advance(TICK * 3, TICK)
    assert swept.times() == [began, began + TICK]


def test_after_a_silence_a_wake_is_served_at_once(loop: ClockLoop) -> None:
    swept = Swept(loop, 1)
    swept.sweep.wake()
    loop.advance(1)
    swept.sweep.wake()
    assert swept.times()[-1] == loop.now


@given(st.lists(st.floats(0, 0.06), max_size=30))
def test_at_most_once_a_tick_and_nobody_waits_longer(pauses: list[float]) -> None:
    loop = ClockLoop()
    swept, woken = Swept(loop, 2), list[float]()
    for pause in pauses:
        woken.append(loop.now)
        swept.sweep.wake()
        loop.advance(pause, 0.005)
    loop.advance(0.1, 0.005)
    times = swept.times()
    assert all(later - sooner >= TICK - 1e-6 for sooner, later in pairwise(times))
    for wake in woken:
        assert any(wake <= at <= wake + TICK + 0.006 for at in times)
    loop.close()


@pytest.mark.parametrize("count", [0, 1, SLICE - 1, SLICE, SLICE + 1, 3 * SLICE])
def test_everybody_is_served_once_in_slices(loop: ClockLoop, count: int) -> None:
    swept = Swept(loop, count)
    swept.sweep.wake()
    assert len(swept.offered) == min(count, SLICE)
    loop.settle()
    assert [number for _, number in swept.offered] == list(range(count))


def test_a_wake_within_the_slices_is_not_lost(loop: ClockLoop) -> None:
    swept = Swept(loop, 2 * SLICE + 1)
    swept.sweep.wake()
    swept.sweep.wake()
    loop.advance(TICK * 2, TICK)
    assert len(swept.offered) == 2 * (2 * SLICE + 1)


def test_one_that_cannot_be_served_hurts_nobody_else(
    loop: ClockLoop, caplog: pytest.LogCaptureFixture
) -> None:
    swept = Swept(loop, 3)
    swept.broken = {0, 1}
    with caplog.at_level(logging.ERROR):
        swept.sweep.wake()
        loop.advance(TICK * 2, TICK)
        swept.sweep.wake()
    assert [number for _, number in swept.offered] == [0, 1, 2] * 2
    assert "could not be served" in caplog.text


@pytest.mark.parametrize("turns", [0, 1])
def test_once_cancelled_nobody_is_offered_anything(loop: ClockLoop, turns: int) -> None:
    swept = Swept(loop, 9 * SLICE)
    swept.sweep.wake()
    loop.settle(turns)
    swept.sweep.cancel()
    served = len(swept.offered)
    assert served < 9 * SLICE
    swept.sweep.wake()
    loop.advance(1)
    assert len(swept.offered) == served
