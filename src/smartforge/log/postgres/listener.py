"""One connection that hears of the commits of all nodes, on a thread of its own."""

import asyncio
import contextlib
import logging
import selectors
import socket
import threading
from collections.abc import Callable, Mapping

import psycopg
from psycopg import Connection
from psycopg.rows import TupleRow

from smartforge.log.postgres import notices
from smartforge.log.postgres.database import Database

logger = logging.getLogger(__name__)

SHORTEST, LONGEST = 0.1, 1.0
"""Seconds between two tries to connect: doubling from the one to the other."""


class Listener:
    """Tells what other nodes commit, by callbacks on the event loop.

    `heard` gets projects and their newest seq, or None where it is to look for itself: after
    each new connection, since what happened before is not told, and where too much changed at
    once. Commits of `own` backends are left out. `connections` counts how often it connected.
    """

    def __init__(
        self,
        database: Database,
        own: Callable[[], set[int]],
        heard: Callable[[Mapping[str, int] | None], None],
    ) -> None:
        """Must be called on the event loop that is to be told."""
        self._database = database
        self._own = own
        self._heard = heard
        self._loop = asyncio.get_running_loop()
        self._stopping = threading.Event()
        self._stopped, self._stop = socket.socketpair()
        self._thread = threading.Thread(target=self._run, name="log-listener", daemon=True)
        self.connections = 0

    def open(self) -> None:
        """Begin to listen; the first call of `heard` tells that it does."""
        self._thread.start()

    async def close(self) -> None:
        """Stop listening and end the thread."""
        self._stopping.set()
        self._stop.close()
        # A thread cannot announce its own end; joining it would block the event loop.
        while self._thread.is_alive():  # noqa: ASYNC110
            await asyncio.sleep(0.001)
        self._stopped.close()

    def _run(self) -> None:
        pause = SHORTEST
        while not self._stopping.is_set():
            try:
                with contextlib.closing(self._database.connect()) as connection:
                    connection.execute(f"LISTEN {notices.CHANNEL}")
                    pause = SHORTEST
                    self.connections += 1
                    self._tell(None)
                    self._hear(connection)
            except psycopg.Error:
                logger.warning("not listening to PostgreSQL, trying again; the log is looked at")
                self._stopping.wait(pause)
                pause = min(2 * pause, LONGEST)

    def _hear(self, connection: Connection[TupleRow]) -> None:
        """Until it is stopped; raises psycopg.Error where the connection is lost."""
        with selectors.DefaultSelector() as selector:
            selector.register(connection, selectors.EVENT_READ)
            selector.register(self._stopped, selectors.EVENT_READ)
            while not self._stopping.is_set():
                selector.select()
                connection.pgconn.consume_input()
                lasts = self._take(connection)
                if lasts is None or lasts:
                    self._tell(lasts)

    def _take(self, connection: Connection[TupleRow]) -> dict[str, int] | None:
        """What the notices that have come say; None where one of them says to look."""
        lasts: dict[str, int] | None = {}
        while notice := connection.pgconn.notifies():
            if notice.be_pid not in self._own():
                told = notices.told(notice.extra)
                lasts = None if told is None or lasts is None else lasts | told
        return lasts

    def _tell(self, lasts: Mapping[str, int] | None) -> None:
        # A loop that was closed without closing the log has nobody left to be told.
        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._heard, lasts)
