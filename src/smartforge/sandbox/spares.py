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
from smartforge.sandbox.application import Application
from smartforge.sandbox.base import Ended, Level, Program, Sandbox, Served, Warm
from smartforge.sandbox.spare import NotReady, Spare, Unfit, fits

logger = logging.getLogger(__name__)

MOST = 2
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
    spare: Spare
    open: AsyncExitStack


class Spares:
    """Implements `Sandbox` by another one, which it asks for spares once they are expected.

    At most `most` wait at a time, for the kind of program that was expected last. One that was
    used is replaced, where `refilled`, after a while in which nothing was run; all end when for
    `idle_seconds` none was expected and none was used. Belongs to one event loop, as they do;
    whoever makes it must `close` it.
    """

    def __init__(
        self,
        sandbox: Preparing,
        most: int = MOST,
        *,
        refilled: bool = True,
        idle_seconds: float = IDLE_SECONDS,
        quiet_seconds: float = QUIET_SECONDS,
    ) -> None:
        self._sandbox = sandbox
        self._most = most
        self._refilled = refilled
        self._idle_seconds = idle_seconds
        self._quiet_seconds = quiet_seconds
        self._warm: Warm | None = None
        self._kept: list[Kept] = []
        self._wanted = 0
        self._used = self._asked = time.monotonic()
        self._changed = asyncio.Event()
        self._settled = asyncio.Event()
        self._tending: asyncio.Task[None] | None = None

    def expect(self, warm: Warm) -> None:
        """Such programs are about to be served. Returns at once; spares start behind it."""
        self._warm, self._wanted = warm, self._most
        self._used, self._asked = time.monotonic(), -math.inf
        self._settled.clear()
        self._changed.set()
        if self._tending is None:
            self._tending = asyncio.create_task(self._tend())

    async def settled(self) -> int:
        """Wait until nothing more is to be started for what was expected; how many are ready."""
        await self._settled.wait()
        return len(self._kept)

    async def close(self) -> None:
        """End those that wait; nothing of them is left. Programs that run are not touched."""
        if self._tending is not None:
            self._tending.cancel()
            await asyncio.wait({self._tending})
            self._tending = None
        await self._let_go(0)

    async def probe(self) -> Level:
        """See `Sandbox.probe`."""
        return await self._sandbox.probe()

    async def run(self, program: Program) -> Ended:
        """See `Sandbox.run`."""
        self._asked = time.monotonic()
        return await self._sandbox.run(program)

    @asynccontextmanager
    async def serve(self, program: Program, application: str) -> AsyncGenerator[Served]:
        """See `Sandbox.serve`."""
        self._asked = time.monotonic()
        async with AsyncExitStack() as stack:
            served = await self._adopted(program, application, stack)
            if served is None:
                cold = self._sandbox.serve(program, application)
                served = await stack.enter_async_context(cold)
            yield served

    async def _adopted(
        self, program: Program, application: str, stack: AsyncExitStack
    ) -> Served | None:
        kept = self._take(program)
        if kept is None:
            return None
        stack.push_async_exit(kept.open)
        try:
            await kept.spare.adopt(program, application)
        except Unfit as error:
            logger.info("a project starts without the spare that was there: %s", error)
            await kept.open.aclose()
            return None
        return Application(kept.spare.place, kept.spare.confined)

    def _take(self, program: Program) -> Kept | None:
        for kept in self._kept:
            if fits(program, kept.spare.warm) and kept.spare.confined.running():
                self._kept.remove(kept)
                self._wanted -= not self._refilled
                self._used = time.monotonic()
                self._changed.set()
                return kept
        return None

    async def _tend(self) -> None:
        """Start what is missing, one after the other; end what nobody wants any more."""
        while True:
            self._changed.clear()
            now = time.monotonic()
            if now >= self._used + self._idle_seconds:
                self._wanted = 0
            await self._let_go(self._wanted)
            until = self._used + self._idle_seconds if self._wanted else math.inf
            if len(self._kept) >= self._wanted:
                self._settled.set()
            else:
                quiet = self._asked + self._quiet_seconds
                if now >= quiet:
                    await self._start_one()
                    continue
                until = min(until, quiet)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(until - now if until < math.inf else None):
                    await self._changed.wait()

    async def _start_one(self) -> None:
        assert self._warm is not None
        try:
            async with AsyncExitStack() as stack:
                spare = await stack.enter_async_context(self._sandbox.spare(self._warm))
                await spare.ready()
                self._kept.append(Kept(spare, stack.pop_all()))
        except (NotReady, SandboxUnavailable, OSError) as error:
            # Without spares everything works, only later.
            logger.warning("no spare sandbox can be kept: %s", error)
            self._wanted = 0

    async def _let_go(self, wanted: int) -> None:
        """End those that have ended by themselves, are of another kind, or are too many."""
        good = [one for one in self._kept if self._still_good(one)][:wanted]
        for one in [one for one in self._kept if one not in good]:
            # One after the other, so that being cancelled leaves the rest where it is.
            if one in self._kept:
                self._kept.remove(one)
                await one.open.aclose()

    def _still_good(self, kept: Kept) -> bool:
        return kept.spare.warm == self._warm and kept.spare.confined.running()
