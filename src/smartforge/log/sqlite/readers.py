"""Threads that read, each with a connection of its own, so that no read waits for the writer."""

import asyncio
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue
from typing import TypeVar

from smartforge.log import refusals
from smartforge.log.sqlite.database import connect_reader, unusable

T = TypeVar("T")

THREADS = 4


class Readers:
    """Runs reads off the event loop, as many at a time as it has connections.

    These are made at the start: what the log holds does not grow with what is asked of it.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._idle: SimpleQueue[sqlite3.Connection] = SimpleQueue()
        self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="log-reader")
        self._closed = False

    def open(self) -> None:
        """Make the connections. Raises sqlite3.Error; `close` lets go of those that were made."""
        for _ in range(THREADS):
            self._idle.put(connect_reader(self._path))

    async def read(self, look: Callable[[sqlite3.Connection], T]) -> T:
        """What `look` returns of a connection that cannot write.

        Raises what it raised; DatabaseUnusable where the database does not answer or is closed.
        """
        if self._closed:
            raise refusals.closed()
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._pool, self._look, look)

    def refuse(self) -> None:
        """Take no more reads; those that were begun go on."""
        self._closed = True

    def close(self) -> None:
        """Wait for the reads that were begun, end the threads and close the connections."""
        self._pool.shutdown(wait=True)
        while not self._idle.empty():
            self._idle.get_nowait().close()

    def _look(self, look: Callable[[sqlite3.Connection], T]) -> T:
        try:
            connection = self._idle.get()
            try:
                return look(connection)
            finally:
                self._idle.put(connection)
        except sqlite3.Error as error:
            raise unusable(error, self._path) from error
