"""How many spares wait, when they are started and when they end; nothing runs."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncGenerator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any, cast

import pytest

from smartforge.sandbox.base import Ended, Level, Program, Served, Warm
from smartforge.sandbox.spare import Spare, fits
from smartforge.sandbox.spares import MOST_EXPECTED, Spares

WARM = Warm(Path("/packages"), "import this")
PROGRAM = Program((), Path("/project"), Path("/packages"))
SCRIPT = Program(("-I", "-S", "-c", "print(1)"), Path("/project"), Path("/packages"))
ENDED = Ended(0, "", "", None, 0.0)


class FakeConfined:
    def __init__(self) -> None:
        self.alive = True

    def running(self) -> bool:
        return self.alive

    async def ended(self) -> Ended:
        return ENDED

    started = True


class FakeSpare(Spare, frozen=True):
    """Ready as soon as `go` is set; remembers the orders that it got."""

    go: asyncio.Event
    orders: list[bytes]

    async def ready(self) -> None:
        await self.go.wait()

    async def adopt(self, program: Program, order: bytes) -> None:
        self.orders.append(order)


class FakeSandbox:
    """Counts what it starts, and what of it is open."""

    def __init__(self) -> None:
        self.go = asyncio.Event()
        self.go.set()
        self.started: list[FakeSpare] = []
        self.open = self.cold = 0
        self.most_open = 0
        self.all_gone = asyncio.Event()

    async def probe(self) -> Level:
        return Level("full", "a fake")

    async def run(self, program: Program) -> Ended:
        self.cold += 1
        return ENDED

    def serve(self, program: Program, application: str) -> AbstractAsyncContextManager[Served]:
        self.cold += 1
        return contextlib.nullcontext(cast(Served, self))

    @asynccontextmanager
    async def spare(self, warm: Warm) -> AsyncGenerator[Spare]:
        self.open += 1
        self.most_open = max(self.most_open, self.open)
        ours, theirs = socket.socketpair()
        with ours, theirs:
            confined = cast(Any, FakeConfined())
            made = FakeSpare(warm, Path("/s"), Path("/f"), confined, ours, self.go, [])
            self.started.append(made)
            try:
                yield made
            finally:
                self.open -= 1
                if not self.open:
                    self.all_gone.set()


@pytest.fixture
def sandbox() -> FakeSandbox:
    return FakeSandbox()


async def _turns() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


async def test_nothing_waits_before_anything_is_expected(sandbox: FakeSandbox) -> None:
    spares = Spares(sandbox, 2)
    async with spares.serve(PROGRAM, "app.main:app"):
        assert (sandbox.cold, sandbox.open) == (1, 0)
    await spares.close()


async def test_each_expected_program_gets_a_spare_of_its_own(sandbox: FakeSandbox) -> None:
    spares = Spares(sandbox)
    spares.expect(WARM, 2)
    assert await spares.settled() == 2
    async with spares.serve(PROGRAM, "one"), spares.serve(PROGRAM, "two"):
        assert [len(one.orders) for one in sandbox.started] == [1, 1]
        async with spares.serve(PROGRAM, "three"):
            assert sandbox.cold == 1
    assert await spares.settled() == 0
    assert (sandbox.open, len(sandbox.started)) == (0, 2)
    await spares.close()


async def test_no_more_wait_than_are_allowed(sandbox: FakeSandbox) -> None:
    spares = Spares(sandbox)
    for _ in range(5):
        spares.expect(WARM, 5)
    assert await spares.settled() == MOST_EXPECTED
    await spares.close()
    assert (sandbox.most_open, sandbox.open) == (MOST_EXPECTED, 0)


async def test_one_that_still_rehearses_is_taken_after_one_that_is_ready(
    sandbox: FakeSandbox,
) -> None:
    spares = Spares(sandbox)
    spares.expect(WARM)
    assert await spares.settled() == 1
    sandbox.go.clear()
    spares.expect(WARM)
    await _turns()
    async with spares.serve(PROGRAM, "one"), spares.serve(PROGRAM, "two"):
        assert [len(one.orders) for one in sandbox.started] == [1, 1]
    await spares.close()
    assert (sandbox.cold, sandbox.open) == (0, 0)


async def test_what_was_used_is_replaced_where_some_are_kept(sandbox: FakeSandbox) -> None:
    spares = Spares(sandbox, 1, quiet_seconds=0.0)
    spares.expect(WARM)
    await spares.settled()
    async with spares.serve(PROGRAM, "one"):
        assert await spares.settled() == 1
    assert len(sandbox.started) == 2
    await spares.close()


async def test_nothing_is_replaced_in_the_middle_of_a_burst(sandbox: FakeSandbox) -> None:
    spares = Spares(sandbox, 1, quiet_seconds=100.0)
    spares.expect(WARM)
    await spares.settled()
    async with spares.serve(PROGRAM, "one"):
        await _turns()
        assert len(sandbox.started) == 1
    await spares.close()


async def test_all_end_when_nobody_wants_one_for_a_while(sandbox: FakeSandbox) -> None:
    spares = Spares(sandbox, 2, idle_seconds=0.05)
    spares.expect(WARM, 2)
    async with asyncio.timeout(20):
        await sandbox.all_gone.wait()
    assert sandbox.started
    await spares.close()


async def test_one_that_has_ended_by_itself_is_not_used(sandbox: FakeSandbox) -> None:
    spares = Spares(sandbox)
    spares.expect(WARM)
    await spares.settled()
    cast(FakeConfined, sandbox.started[0].confined).alive = False
    async with spares.serve(PROGRAM, "one"):
        assert sandbox.cold == 1
    await spares.close()
    assert sandbox.open == 0


async def test_a_script_takes_one_where_it_gains_by_that(sandbox: FakeSandbox) -> None:
    spares = Spares(sandbox)
    spares.expect(WARM)
    await spares.settled()
    await spares.run(SCRIPT)
    assert sandbox.cold == 1
    await spares.run(Program(SCRIPT.arguments, SCRIPT.folder, SCRIPT.dependencies, rehearsed=True))
    assert sandbox.cold == 1
    assert b"print(1)" in sandbox.started[0].orders[0]
    await spares.close()


@pytest.mark.parametrize("name", ["PYTHONPATH", "LD_PRELOAD", "HOME", "TZ"])
def test_what_is_read_at_the_start_cannot_come_later(name: str) -> None:
    assert fits(PROGRAM, WARM)
    changed = Program((), PROGRAM.folder, PROGRAM.dependencies, {name: "x"})
    assert not fits(changed, WARM)


def test_other_packages_are_not_those_that_were_rehearsed() -> None:
    assert not fits(Program((), PROGRAM.folder, Path("/others")), WARM)
