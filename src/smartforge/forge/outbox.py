"""Joins facts for a few milliseconds on their way into the log.

A commit costs about the same for one event as for fifty. So the first fact leaves at once, and
what gathers while it is being stored, and for `JOIN_SECONDS` after, leaves together.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from types import TracebackType

from smartforge.events import CodeChunk, Fact

JOIN_SECONDS = 0.008
"""How long facts gather after a commit: half a frame of a screen."""

MOST_PENDING = 512
"""A writer that is faster than the log waits here, so memory stays bounded."""

MOST_JOINED = 100
"""Neighbouring chunks of a file become one up to this many code points."""

Append = Callable[[Sequence[Fact], str | None, bool], Awaitable[None]]


class Outbox:
    """Ordered, bounded, one writer. Use as an async context; leaving it well stores the rest.

    `append(facts, key, close)` stores; what it raises is raised by the next `put` or `now`, and
    nothing is stored after that.
    """

    def __init__(self, append: Append) -> None:
        self._append = append
        self._pending: list[Fact] = []
        self._changed = asyncio.Condition()
        self._storing = False
        self._failure: Exception | None = None
        self._refused: list[Fact] = []
        self._task: asyncio.Task[None] | None = None

    async def put(self, fact: Fact) -> None:
        """Take one fact. Waits only while the outbox is full."""
        async with self._changed:
            await self._changed.wait_for(
                lambda: len(self._pending) < MOST_PENDING or self._failure is not None
            )
            self._raise()
            last = self._pending[-1] if self._pending else None
            if isinstance(fact, CodeChunk) and isinstance(last, CodeChunk) and _joins(last, fact):
                self._pending[-1] = CodeChunk(
                    path=last.path, attempt=last.attempt, at=last.at, text=last.text + fact.text
                )
            else:
                self._pending.append(fact)
            self._changed.notify_all()

    async def now(self, *facts: Fact, key: str | None = None, close: bool = False) -> None:
        """Store everything put before, then these facts in one append of their own."""
        async with self._changed:
            await self._changed.wait_for(lambda: not self._storing or self._failure is not None)
            self._raise()
            await self._store_pending()
            if facts:
                await self._store(facts, key, close)

    @property
    def left(self) -> list[Fact]:
        """What was put and is not stored, and will not be: to be asked behind the context."""
        return [*self._refused, *self._pending]

    async def __aenter__(self) -> "Outbox":
        self._task = asyncio.create_task(self._run(), name="outbox")
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            if kind is None:
                await self.now()
        finally:
            if self._task is not None:
                async with self._changed:
                    await self._changed.wait_for(lambda: not self._storing)
                self._task.cancel()
                await asyncio.wait([self._task])

    async def _run(self) -> None:
        try:
            while True:
                async with self._changed:
                    await self._changed.wait_for(lambda: bool(self._pending))
                    facts, self._pending = self._pending, []
                    self._storing = True
                    self._changed.notify_all()
                await self._store(facts)
                async with self._changed:
                    self._storing = False
                    self._changed.notify_all()
                await asyncio.sleep(JOIN_SECONDS)
        except Exception as error:  # kept for the run, which raises it from its own call
            async with self._changed:
                self._failure = error
                self._storing = False
                self._changed.notify_all()

    async def _store_pending(self) -> None:
        pending, self._pending = self._pending, []
        if not pending:
            return
        try:
            await self._store(pending)
        except Exception as error:
            self._failure = error  # What comes after would stand behind a gap.
            raise
        self._changed.notify_all()

    async def _store(
        self, facts: Sequence[Fact], key: str | None = None, close: bool = False
    ) -> None:
        """Append them. Who is cancelled meanwhile waits until it is known whether they are in."""
        storing = asyncio.ensure_future(self._append(facts, key, close))
        try:
            await asyncio.wait([storing])
        finally:
            if not storing.done():
                await asyncio.wait([storing])
            if storing.exception() is not None:
                self._refused += facts
        storing.result()

    def _raise(self) -> None:
        if self._failure is not None:
            raise self._failure


def _joins(before: CodeChunk, after: CodeChunk) -> bool:
    return (
        before.path == after.path
        and before.attempt == after.attempt
        and before.at + len(before.text) == after.at
        and len(before.text) + len(after.text) <= MOST_JOINED
    )
