"""Keeps a few sandboxes that have started already, each for one program, and hands them out."""

import asyncio
import contextlib
import logging
import math
import time
from collections.abc import AsyncGenerator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from typing import Protocol

import msgspec

from smartforge.errors import SandboxUnavailable
from smartforge.sandbox import serving
from smartforge.sandbox.application import Application, end_of
from smartforge.sandbox.base import Ended, Level, Program, Sandbox, Served, Warm
from smartforge.sandbox.spare import NotReady, Spare, Unfit, fits

logger = logging.getLogger(__name__)

MOST = 2
# In the middle of a run, for its checks.
MOST_EXPECTED = 6
# A spare holds 40 to 60 MB.
IDLE_SECONDS = 180.0
# After a use more will follow at once, mostly: they need the machine, and a new spare can wait.
QUIET_SECONDS = 2.0


class Preparing(Sandbox, Protocol):
    """A sandbox that can start before there is a program."""

    def spare(self, warm: Warm) -> AbstractAsyncContextManager[Spare]:
        """In the middle of its rehearsal; leaving kills the whole tree."""
        ...


class Kept(msgspec.Struct, frozen=True, eq=False):
    """A spare, what there is to close, and the wait for its rehearsal."""

    spare: Spare
    stack: AsyncExitStack
    rehearsing: asyncio.Task[None]


class Spares:
    """Implements `Sandbox` by another one, which it asks for spares once they are expected.

    For each program that is expected a spare is started, one after the other, and at most
    MOST_EXPECTED wait. Where `most` is not 0, so many are kept after that: what was used is
    replaced after a while in which nothing was run. All end when for `idle_seconds` nothing was
    expected and none was used. Belongs to one event loop, as they do; whoever makes it must
    `close` it.
    """

    def __init__(
        self,
        sandbox: Preparing,
        most: int = 0,
        *,
        idle_seconds: float = IDLE_SECONDS,
        quiet_seconds: float = QUIET_SECONDS,
    ) -> None:
        self._sandbox = sandbox
        self._most = most
        self._idle_seconds = idle_seconds
        self._quiet_seconds = quiet_seconds
        self._warm: Warm | None = None
        self._kept: list[Kept] = []
        self._expected = 0
        self._used = self._asked = time.monotonic()
        self._changed = asyncio.Event()
        self._settled = asyncio.Event()
        self._tending: asyncio.Task[None] | None = None

    def expect(self, warm: Warm, programs: int = 1) -> None:
        """So many are about to be served. Returns at once; spares start behind it."""
        if warm != self._warm:
            self._warm, self._expected = warm, 0
        self._expected = min(self._expected + programs, MOST_EXPECTED)
        self._used = self._asked = time.monotonic()
        self._change()
        if self._tending is None:
            self._tending = asyncio.create_task(self._tend())

    async def settled(self) -> int:
        """Wait until nothing more is to be started; how many wait then."""
        await self._settled.wait()
        return len(self._kept)

    async def close(self) -> None:
        """End those that wait; nothing of them is left. Programs that run are not touched."""
        if self._tending is not None:
            self._tending.cancel()
            await asyncio.wait({self._tending})
            self._tending = None
        self._expected = 0
        await self._let_go(0)

    async def probe(self) -> Level:
        """See `Sandbox.probe`."""
        return await self._sandbox.probe()

    async def run(self, program: Program) -> Ended:
        """See `Sandbox.run`."""
        source = serving.script_of(program) if program.rehearsed else None
        if source is None:
            self._asked = time.monotonic()
            return await self._sandbox.run(program)
        async with AsyncExitStack() as stack:
            order = serving.late_script(source, program)
            kept = await self._adopted(program, order, stack)
            if kept is None:
                return await self._sandbox.run(program)
            return await end_of(kept.spare.confined)

    @asynccontextmanager
    async def serve(self, program: Program, application: str) -> AsyncGenerator[Served]:
        """See `Sandbox.serve`."""
        async with AsyncExitStack() as stack:
            order = serving.late_order(application, program)
            kept = await self._adopted(program, order, stack)
            if kept is None:
                cold = self._sandbox.serve(program, application)
                yield await stack.enter_async_context(cold)
            else:
                yield Application(kept.spare.place, kept.spare.confined)

    async def _adopted(self, program: Program, order: bytes, stack: AsyncExitStack) -> Kept | None:
        self._used = self._asked = time.monotonic()
        self._expected = max(0, self._expected - 1)
        kept = self._take(program)
        self._change()
        if kept is None:
            return None
        stack.push_async_exit(kept.stack)
        try:
            await kept.spare.adopt(program, order)
        except Unfit as error:
            logger.info("a project starts without the spare that was there: %s", error)
            await kept.stack.aclose()
            return None
        return kept

    def _take(self, program: Program) -> Kept | None:
        """One that is ready, or else one that will be."""
        for kept in sorted(self._kept, key=lambda one: not one.rehearsing.done()):
            if self._still_good(kept) and fits(program, kept.spare.warm):
                self._kept.remove(kept)
                return kept
        return None

    def _change(self) -> None:
        self._settled.clear()
        self._changed.set()

    async def _tend(self) -> None:
        """Start what is missing, one after the other; end what nobody wants any more."""
        while True:
            self._changed.clear()
            now = time.monotonic()
            idle = self._used + self._idle_seconds
            wanted = max(self._expected, self._most) if now < idle and self._warm else 0
            await self._let_go(wanted)
            until = idle if self._kept or wanted else math.inf
            if len(self._kept) >= wanted:
                self._settled.set()
            else:
                quiet = self._asked + self._quiet_seconds
                if len(self._kept) < self._expected or now >= quiet:
                    await self._start_one()
                    continue
                until = min(until, quiet)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(until - now if until < math.inf else None):
                    await self._changed.wait()

    async def _start_one(self) -> None:
        assert self._warm is not None
        warm = self._warm
        try:
            async with AsyncExitStack() as stack:
                spare = await stack.enter_async_context(self._sandbox.spare(warm))
                rehearsing = asyncio.create_task(spare.ready())
                stack.push_async_callback(_cancelled, rehearsing)
                kept = Kept(spare, stack.pop_all(), rehearsing)
            self._kept.append(kept)
            await asyncio.wait({rehearsing})
            if kept in self._kept:
                rehearsing.result()
        except (NotReady, SandboxUnavailable, OSError) as error:
            # Without spares everything works, only later.
            logger.warning("no spare sandbox can be kept: %s", error)
            self._warm = None

    async def _let_go(self, wanted: int) -> None:
        """End those that have ended by themselves, are of another kind, or are too many."""
        good = [one for one in self._kept if self._still_good(one)][:wanted]
        for one in [one for one in self._kept if one not in good]:
            # One after the other, so that being cancelled leaves the rest where it is.
            if one in self._kept:
                self._kept.remove(one)
                await one.stack.aclose()

    def _still_good(self, kept: Kept) -> bool:
        return kept.spare.warm == self._warm and kept.spare.confined.running()


async def _cancelled(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.wait({task})
