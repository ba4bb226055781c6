"""One thread that writes: each commit takes all that gathered while the last one ran.

There is no timer: alone, an operation is committed at once; under load a commit carries many,
so that the cost of reaching the disk is shared.
"""

import asyncio
import contextlib
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from queue import Empty, SimpleQueue
from typing import Any, Generic, Protocol, Self, TypeVar

import msgspec

from smartforge.errors import DatabaseUnusable
from smartforge.log import refusals
from smartforge.log.base import Head, Observe, Record


class Refused(msgspec.Struct, frozen=True):
    """An operation that failed alone; it changed nothing."""

    error: Exception


class Moved(msgspec.Struct, frozen=True):
    """A project that a commit changed: its new head, and the events that it got, if any."""

    head: Head
    records: Sequence[Record]


class Committed(msgspec.Struct, frozen=True):
    """What one commit did: per operation its result or `Refused`, and the projects that moved."""

    outcomes: Sequence[Any]
    moved: Sequence[Moved]


class Store(Protocol):
    """What is written to, on the writing thread alone."""

    def write_all(self, operations: Sequence[Callable[[Self], Any]]) -> Committed:
        """Run the operations in one transaction; return once it is durable.

        An operation that raises is `Refused` and undone alone. Raises where nothing of the
        batch was stored.
        """
        ...


S = TypeVar("S", bound=Store)
T = TypeVar("T")


class _Request(msgspec.Struct, frozen=True, eq=False):
    operation: Callable[[Any], Any]
    answer: asyncio.Future[Any]


class GroupCommit(Generic[S]):
    """Owns the store's thread and runs operations on it in the order of `submit`.

    `open_store` runs first on that thread; what it puts on the stack is let go on the same
    thread at the end. `publish` is called on the event loop with the projects that a commit
    moved, after it and before any caller of its batch goes on. `observe` is told of each commit.
    """

    def __init__(
        self,
        open_store: Callable[[ExitStack], S],
        publish: Callable[[Sequence[Moved]], None],
        observe: Observe | None = None,
    ) -> None:
        """Must be called on the event loop that is to be answered."""
        self._open_store = open_store
        self._publish = publish
        self._observe = observe
        self._loop = asyncio.get_running_loop()
        self._requests: SimpleQueue[_Request | None] = SimpleQueue()
        self._ready: asyncio.Future[None] = self._loop.create_future()
        self._ended: asyncio.Future[None] = self._loop.create_future()
        self._closing = False
        self._thread = threading.Thread(target=self._run, name="log-writer", daemon=True)

    async def open(self) -> None:
        """Start the thread and open the store. Raises what `open_store` raised; all is let go."""
        self._thread.start()
        try:
            await self._ready
        except BaseException:
            self._stop()
            raise

    async def submit(self, operation: Callable[[S], T]) -> T:
        """The operation's result, once it is durable.

        Raises what the operation raised, after which nothing of it is stored, or
        DatabaseUnusable. A cancelled caller gets its CancelledError at once; the operation is
        then stored wholly or not at all.
        """
        if self._closing:
            raise refusals.closed()
        answer: asyncio.Future[T] = self._loop.create_future()
        self._requests.put(_Request(operation=operation, answer=answer))
        return await answer

    async def close(self) -> None:
        """Store what was submitted, let the store go and end the thread; refuse all that follows.

        Goes on in the background where the caller is cancelled.
        """
        self._stop()
        await asyncio.shield(self._ended)
        # A thread cannot announce its own end; joining it would block the event loop.
        while self._thread.is_alive():  # noqa: ASYNC110
            await asyncio.sleep(0.001)

    def _stop(self) -> None:
        if not self._closing:
            self._closing = True
            self._requests.put(None)

    def _run(self) -> None:
        failure: Exception | None = None
        try:
            with ExitStack() as held:
                store = self._open_store(held)
                self._call(_answer, self._ready, None)
                self._serve(store)
        except Exception as error:
            failure = error
        self._call(self._end, failure)

    def _serve(self, store: S) -> None:
        more = True
        while more:
            batch, more = self._take()
            if batch:
                self._write(store, batch)

    def _take(self) -> tuple[list[_Request], bool]:
        """All that has gathered, waiting for the first; False where the end has been reached."""
        batch: list[_Request] = []
        request = self._requests.get()
        while request is not None:
            if not request.answer.cancelled():
                batch.append(request)
            try:
                request = self._requests.get_nowait()
            except Empty:
                return batch, True
        return batch, False

    def _write(self, store: S, batch: list[_Request]) -> None:
        began = time.perf_counter()
        try:
            done = store.write_all([request.operation for request in batch])
        except Exception as error:
            done = Committed(outcomes=[_failed_with_all(error) for _ in batch], moved=())
        else:
            if self._observe is not None:
                self._observe(time.perf_counter() - began, len(batch))
        self._call(self._settle, batch, done)

    def _settle(self, batch: list[_Request], done: Committed) -> None:
        self._publish(done.moved)
        for request, outcome in zip(batch, done.outcomes, strict=True):
            _answer(request.answer, outcome)

    def _end(self, failure: Exception | None) -> None:
        self._closing = True
        unheard = self._ended if self._ready.done() else self._ready
        _answer(unheard, None if failure is None else Refused(error=failure))
        _answer(self._ended, None)

    def _call(self, callback: Callable[..., None], *arguments: object) -> None:
        # A loop that was closed without closing the log has nobody left to be told.
        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(callback, *arguments)


def _answer(future: asyncio.Future[Any], outcome: object) -> None:
    """Tell the caller, unless it has stopped waiting."""
    if future.done():
        return
    if isinstance(outcome, Refused):
        future.set_exception(outcome.error)
    else:
        future.set_result(outcome)


def _failed_with_all(error: Exception) -> Refused:
    """One error for each caller: an exception that several raise would mix their tracebacks."""
    if isinstance(error, DatabaseUnusable):
        own = DatabaseUnusable(error.what, error.hint)
    else:
        own = DatabaseUnusable(
            f"The log could not store: {error!r}.", "Nothing that was acknowledged is lost."
        )
    own.__cause__ = error
    return Refused(error=own)
