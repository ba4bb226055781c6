"""Connections of viewers: noticing that a client has gone, and ending all when the server stops."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager

import anyio
from starlette.types import Receive

from smartforge.log.base import Reading


class Closing:
    """Says that the server is about to stop, to everybody who waits for events."""

    def __init__(self) -> None:
        self._waits: set[anyio.CancelScope] = set()
        self._closed = False

    @property
    def closed(self) -> bool:
        return self._closed

    def close(self) -> None:
        """Wake everybody, now and from now on. Calling it again is harmless."""
        self._closed = True
        for scope in self._waits:
            scope.cancel()

    async def wait(self, log: Reading, cursors: Mapping[str, int], timeout: float) -> bool:
        """As `Reading.wait`, but False as soon as the server is about to stop."""
        if self._closed:
            return False
        with anyio.CancelScope() as scope:
            self._waits.add(scope)
            try:
                return await log.wait(cursors, timeout)
            finally:
                self._waits.discard(scope)
        return False


@asynccontextmanager
async def while_connected(receive: Receive) -> AsyncGenerator[None]:
    """Run the block until it ends or the client goes away; then it is cancelled, silently.

    One task waits for the disconnect as long as the block runs; the block owns it. The body of
    the request has to be read before, or is thrown away.
    """
    async with anyio.create_task_group() as group:
        group.start_soon(_cancel_when_gone, receive, group.cancel_scope)
        yield
        group.cancel_scope.cancel()


async def _cancel_when_gone(receive: Receive, scope: anyio.CancelScope) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    scope.cancel()
