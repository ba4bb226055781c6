"""How a lost server is sought: how long, how often, and when the server itself says so."""

import random
import time
from collections.abc import Awaitable, Callable

PAUSE_SECONDS, MOST_PAUSE_SECONDS = 1.0, 5.0
LIVELY_SECONDS = 10.0
"""A connection with bytes for so long was one to a server, though nothing happened meanwhile."""

Sleep = Callable[[float], Awaitable[None]]


class Search:
    """After 1 s, or what `retry:` says, doubling to 5 s; never earlier, up to half as much later.

    `patience` is how many seconds a server is sought that could be had before, `sleep` waits.
    """

    def __init__(self, patience: float, sleep: Sleep) -> None:
        self._patience, self._sleep = patience, sleep
        self._pause, self._tries = PAUSE_SECONDS, 0
        self._known = False
        self._opened_at: float | None = None
        self._lost_at: float | None = None

    def opened(self) -> None:
        """The server answers."""
        self._known = True
        self._opened_at = time.monotonic()

    def told(self, milliseconds: int) -> None:
        """The server says how long to wait before a connection is made again."""
        self._pause = min(max(milliseconds, 0) / 1000, MOST_PAUSE_SECONDS)

    def found(self) -> None:
        """It has said something new."""
        self._tries, self._lost_at = 0, None

    def lost(self, *, silent_for: float = 0.0, asked: float | None = None) -> bool:
        """The connection has ended. Whether to seek the server again.

        `silent_for` is how long it had been silent before, in seconds. `asked` is the wait that
        a refusal asked for: known by it, the server is not sought for longer than patience lasts.
        """
        now = time.monotonic()
        if self._opened_at is not None and now - self._opened_at - silent_for > LIVELY_SECONDS:
            self.found()
        self._opened_at = None
        if self._lost_at is None:
            self._lost_at = now
        known = self._known or asked is not None
        return known and now + (asked or 0.0) - self._lost_at <= self._patience

    async def pause(self, asked: float | None = None) -> None:
        """Wait before the next try: at least as long as was `asked` for."""
        wait = min(MOST_PAUSE_SECONDS, self._pause * 2 ** min(self._tries, 10))
        self._tries += 1
        await self._sleep(max(wait, asked or 0.0) * random.uniform(1.0, 1.5))
