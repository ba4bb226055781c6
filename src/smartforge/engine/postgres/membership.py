"""One connection by which a node is there: it beats, hears the others, and buries the dead."""

import asyncio
import contextlib
import logging
import secrets
import selectors
import socket
import threading
import time
from collections.abc import Callable, Generator
from typing import TypeVarTuple

import psycopg
from psycopg import Connection
from psycopg.rows import TupleRow

from smartforge.engine.ids import new_id
from smartforge.engine.postgres import calls, nodes
from smartforge.engine.postgres.judge import Judge
from smartforge.engine.queue import Heard
from smartforge.log.postgres.database import Database, is_passing

logger = logging.getLogger(__name__)

Told = TypeVarTuple("Told")

BEAT = 0.3
"""Seconds between two beats."""

SHORTEST, LONGEST = 0.1, 1.0
"""Seconds between two tries to connect: doubling from the one to the other."""

_SETTINGS = """
    SELECT set_config('lock_timeout', '1s', false), set_config('synchronous_commit', 'off', false)
"""
"""Nobody may take this node for dead because it waits for a lock, or for a disk."""


class Membership:
    """Keeps this node among the nodes, on a thread of its own, until it is closed.

    As long as it is connected it holds an advisory lock; PostgreSQL lets that go when the process
    dies. Where the connection is lost it is made again, under the same `id` unless this node was
    given up for dead meanwhile: then it joins anew under another one, so that it never takes for
    its own what was its own before. `draining` is told to the others by the next beat.
    """

    def __init__(self, database: Database, member: nodes.Member, heard: Heard) -> None:
        """Must be called on the event loop that is to be told."""
        self._database = database
        self._member = member
        self._heard = heard
        self._loop = asyncio.get_running_loop()
        self._joined: asyncio.Future[None] = self._loop.create_future()
        self._stopping = threading.Event()
        self._stopped, self._stop = socket.socketpair()
        self._thread = threading.Thread(target=self._run, name="queue-membership", daemon=True)
        self._payloads: list[str] = []
        self.id: str | None = None
        self.draining = False

    async def open(self) -> None:
        """Join. Raises DatabaseUnusable where that fails; it is closed then."""
        self._thread.start()
        try:
            await self._joined
        except BaseException:
            await self.close()
            raise

    async def close(self) -> None:
        """Leave, and end the thread. Where PostgreSQL is away the others will see."""
        self._stopping.set()
        self._stop.close()
        # A thread cannot announce its own end; joining it would block the event loop.
        while self._thread.is_alive():  # noqa: ASYNC110
            await asyncio.sleep(0.001)
        self._stopped.close()

    def _run(self) -> None:
        pause, has_joined = SHORTEST, False
        while not self._stopping.is_set():
            try:
                with contextlib.closing(self._database.connect(writing=True)) as connection:
                    lock = self._prepare(connection)
                    self._beat(connection, lock)
                    self._tell(self._is_in)
                    pause, has_joined = SHORTEST, True
                    self._stay(connection, lock)
                    self._leave(connection)
            except psycopg.Error as error:
                if not has_joined:
                    self._tell(self._failed, self._database.unusable(error))
                    return
                if pause == SHORTEST:
                    reason = self._database.unusable(error)
                    logger.warning("this node lost sight of the others: %s", reason)
                self._stopping.wait(pause)
                pause = min(2 * pause, LONGEST)

    def _prepare(self, connection: Connection[TupleRow]) -> int:
        """Have the connection hear, and hold a lock that nobody else knows; its number."""
        connection.execute(_SETTINGS)
        connection.add_notify_handler(lambda notice: self._payloads.append(notice.payload))
        connection.execute(f"LISTEN {calls.CHANNEL}")
        lock = secrets.randbits(63)
        connection.execute("SELECT pg_advisory_lock(%s)", (lock,))
        return lock

    def _stay(self, connection: Connection[TupleRow], lock: int) -> None:
        """Until it is stopped; raises psycopg.Error where the connection is lost."""
        judge, due = Judge(time.monotonic()), 0.0
        with selectors.DefaultSelector() as selector:
            selector.register(connection, selectors.EVENT_READ)
            selector.register(self._stopped, selectors.EVENT_READ)
            while not self._stopping.is_set():
                if time.monotonic() >= due:
                    due = time.monotonic() + BEAT
                    with _patience(connection):
                        self._beat(connection, lock)
                        self._bury(connection, judge)
                self._pass_on(connection)
                selector.select(max(0.0, due - time.monotonic()))
                connection.pgconn.consume_input()

    def _beat(self, connection: Connection[TupleRow], lock: int) -> None:
        if self.id is not None:
            if nodes.beat(connection, self.id, lock, draining=self.draining):
                return
            logger.warning("this node stood still and was given up for dead; it joins again")
            self.id = None
            self._tell(self._heard.lost)
        joining = new_id()
        nodes.join(connection, joining, self._member, lock, draining=self.draining)
        self.id = joining
        self._tell(self._heard.wake)

    def _bury(self, connection: Connection[TupleRow], judge: Judge) -> None:
        assert self.id is not None, "it has just beaten"
        dead = judge.dead(nodes.peers(connection, self.id), time.monotonic())
        if dead and nodes.give_up(connection, dead):
            self._tell(self._heard.left)

    def _leave(self, connection: Connection[TupleRow]) -> None:
        leaving, self.id = self.id, None
        if leaving is not None:
            nodes.leave(connection, leaving)

    def _pass_on(self, connection: Connection[TupleRow]) -> None:
        """Tell what was called out; the payloads of what came with an answer are there already."""
        while notice := connection.pgconn.notifies():
            self._payloads.append(notice.extra.decode(errors="replace"))
        payloads, self._payloads = self._payloads, []
        for payload in payloads:
            if run := calls.stopped(payload, self.id):
                self._tell(self._heard.stop, run)
        if payloads:
            self._tell(self._heard.wake)

    def _is_in(self) -> None:
        if not self._joined.done():
            self._joined.set_result(None)
        self._heard.wake()

    def _failed(self, error: Exception) -> None:
        if not self._joined.done():
            self._joined.set_exception(error)

    def _tell(self, told: Callable[[*Told], None], *about: *Told) -> None:
        # A loop that was closed without closing the queue has nobody left to be told.
        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(told, *about)


@contextlib.contextmanager
def _patience(connection: Connection[TupleRow]) -> Generator[None]:
    """Leave to the next beat what others were in the way of."""
    try:
        yield
    except psycopg.Error as error:
        if not is_passing(error):
            raise
        connection.rollback()
