"""Threads that read, each with a connection of its own, so that no read waits for the writer."""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from queue import Empty, SimpleQueue
from typing import TypeVar

from psycopg import Connection
from psycopg.rows import TupleRow

from smartforge.log import refusals
from smartforge.log.postgres.database import Database
from smartforge.log.postgres.link import Link

T = TypeVar("T")

THREADS = 4


class Readers:
    """Runs reads off the event loop. Threads and connections come as they are needed."""

    def __init__(self, database: Database, stopping: threading.Event) -> None:
        self._database = database
        self._stopping = stopping
        self._idle: SimpleQueue[Link] = SimpleQueue()
        self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="log-reader")
        self._closed = False

    async def read(self, look: Callable[[Connection[TupleRow]], T]) -> T:
        """What `look` returns of a connection that cannot write; see `Link.use`.

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

    def _look(self, look: Callable[[Connection[TupleRow]], T]) -> T:
        link = self._borrow()
        try:
            return link.use(look)
        finally:
            self._idle.put(link)

    def _borrow(self) -> Link:
        try:
            return self._idle.get_nowait()
        except Empty:
            return Link(self._database, self._stopping)
