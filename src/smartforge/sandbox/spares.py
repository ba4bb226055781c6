"""Keeps a few sandboxes that have started already, each for one program, and hands them out."""

import asyncio
import contextlib
import logging
import time
from collections.abc import AsyncGenerator, Sequence
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
MOST_EXPECTED = 9
# A spare holds 40 to 60 MB.
IDLE_SECONDS = 180.0
# After a use more will follow at once, mostly: they need the machine, and a new spare can wait.
# Many processes end before it is wanted at all.
QUIET_SECONDS = 10.0


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


class Keeping(msgspec.Struct, frozen=True):
    """How many spares are kept beyond those that are expected: `most`, started once nothing was run
    for `quiet_seconds`. All end when for `idle_seconds` none was expected and none was used."""

    most: int = 0
    idle_seconds: float = IDLE_SECONDS
    quiet_seconds: float = QUIET_SECONDS


class Shelf(msgspec.Struct):
    """The spares of one kind. `used` is when one was expected or used last."""

    warm: Warm
    keeping: Keeping
    used: float
    expected: int = 0
    kept: list[Kept] = []

    def wanted(self, now: float) -> int:
        return max(self.expected, self.keeping.most) if now < self.idle else 0

    @property
    def idle(self) -> float:
        """When nobody wants any of them any more."""
        return self.used + self.keeping.idle_seconds


class Spares:
    """Implements `Sandbox` by another one, which it asks for spares once they are expected.

    There are two kinds: for programs that end soon, and light ones for those that stay. For each
    program that is expected a spare is started, one after the other, and at most MOST_EXPECTED of
    a kind wait; `Keeping` says how many stay after that. Belongs to one event loop, as they do;
    whoever makes it must `close` it.
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
        self._keeping = Keeping(most, idle_seconds, quiet_seconds)
        self._shelves: dict[bool, Shelf] = {}
        self._asked = time.monotonic()
        self._changed = asyncio.Event()
        self._settled = asyncio.Event()
        self._tending: asyncio.Task[None] | None = None

    def expect(self, warm: Warm, programs: int = 1, keeping: Keeping | None = None) -> None:
        """So many are about to be served. Returns at once; spares start behind it.

        `keeping` is for this kind, where it is not as for the others.
        """
        now = self._asked = time.monotonic()
        shelf = self._shelves.get(warm.light)
        if shelf is None:
            shelf = self._shelves[warm.light] = Shelf(warm, self._keeping, now)
        if warm != shelf.warm:
            shelf.warm, shelf.expected = warm, 0
        shelf.keeping = keeping or self._keeping
        shelf.expected = min(shelf.expected + programs, MOST_EXPECTED)
        shelf.used = now
        self._change()
        if self._tending is None:
            self._tending = asyncio.create_task(self._tend())

    async def settled(self) -> int:
        """Wait until nothing more is to be started; how many wait then."""
        await self._settled.wait()
        return sum(len(shelf.kept) for shelf in self._shelves.values())

    async def close(self) -> None:
        """End those that wait; nothing of them is left. Programs that run are not touched."""
        if self._tending is not None:
            self._tending.cancel()
            await asyncio.wait({self._tending})
            self._tending = None
        for shelf in self._shelves.values():
            shelf.expected = 0
        await asyncio.gather(*(self._let_go(shelf, 0) for shelf in self._shelves.values()))

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
        self._asked = time.monotonic()
        shelf = self._shelves.get(program.stays)
        if shelf is None:
            return None
        shelf.used = self._asked
        shelf.expected = max(0, shelf.expected - 1)
        kept = _taken(shelf, program)
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

    def _change(self) -> None:
        self._settled.clear()
        self._changed.set()

    async def _tend(self) -> None:
        """Start what is missing, one after the other; end what nobody wants any more."""
        while True:
            self._changed.clear()
            now = time.monotonic()
            shelves = list(self._shelves.values())
            await asyncio.gather(*(self._let_go(shelf, shelf.wanted(now)) for shelf in shelves))
            missing = [shelf for shelf in shelves if len(shelf.kept) < shelf.wanted(now)]
            # What is expected comes before what is kept for later.
            missing.sort(key=lambda shelf: len(shelf.kept) >= shelf.expected)
            quiet = [self._asked + shelf.keeping.quiet_seconds for shelf in missing]
            for shelf, moment in zip(missing, quiet, strict=True):
                if len(shelf.kept) < shelf.expected or now >= moment:
                    await self._start_one(shelf)
                    break
            else:
                if not missing:
                    self._settled.set()
                idle = [shelf.idle for shelf in shelves if shelf.kept or shelf.wanted(now)]
                await self._wait([*quiet, *idle])

    async def _wait(self, moments: Sequence[float]) -> None:
        """For a change, or the first of these moments."""
        seconds = min(moments) - time.monotonic() if moments else None
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._changed.wait()

    async def _start_one(self, shelf: Shelf) -> None:
        warm = shelf.warm
        try:
            async with AsyncExitStack() as stack:
                spare = await stack.enter_async_context(self._sandbox.spare(warm))
                rehearsing = asyncio.create_task(spare.ready())
                stack.push_async_callback(_cancelled, rehearsing)
                kept = Kept(spare, stack.pop_all(), rehearsing)
            shelf.kept.append(kept)
            await asyncio.wait({rehearsing})
            if kept in shelf.kept:
                rehearsing.result()
        except (NotReady, SandboxUnavailable, OSError) as error:
            # Without spares everything works, only later.
            logger.warning("no spare sandbox can be kept: %s", error)
            await self._let_go(shelf, 0)
            if self._shelves.get(warm.light) is shelf:
                del self._shelves[warm.light]

    async def _let_go(self, shelf: Shelf, wanted: int) -> None:
        """End those that have ended by themselves, are of another kind, or are too many."""
        good = [one for one in shelf.kept if _still_good(shelf, one)][:wanted]
        letting_go: list[AsyncExitStack] = []
        for one in [one for one in shelf.kept if one not in good]:
            shelf.kept.remove(one)
            letting_go.append(one.stack)
        await _all_closed(letting_go)


def _taken(shelf: Shelf, program: Program) -> Kept | None:
    """One that is ready, or else one that will be."""
    for kept in sorted(shelf.kept, key=lambda one: not one.rehearsing.done()):
        if _still_good(shelf, kept) and fits(program, kept.spare.warm):
            shelf.kept.remove(kept)
            return kept
    return None


def _still_good(shelf: Shelf, kept: Kept) -> bool:
    return kept.spare.warm == shelf.warm and kept.spare.confined.running()


async def _all_closed(stacks: Sequence[AsyncExitStack]) -> None:
    """Close all at the same time. Being cancelled leaves none of them open."""
    closing = [asyncio.create_task(stack.aclose()) for stack in stacks]
    cancelled: asyncio.CancelledError | None = None
    while waiting := [one for one in closing if not one.done()]:
        try:
            await asyncio.wait(waiting)
        except asyncio.CancelledError as error:
            cancelled = error
    if cancelled is not None:
        raise cancelled
    for one in closing:
        one.result()


async def _cancelled(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.wait({task})
