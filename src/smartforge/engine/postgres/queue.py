"""The queue itself: what every call does, on the event loop and on the threads."""

import asyncio
import os
import socket
import threading
import time
from collections.abc import AsyncGenerator, Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import TypeVar

import msgspec
from psycopg import Connection
from psycopg.rows import TupleRow

from smartforge.engine.base import Cluster, Limits, Ticket
from smartforge.engine.postgres import nodes, tickets
from smartforge.engine.postgres.membership import Membership
from smartforge.engine.queue import Heard
from smartforge.errors import DatabaseUnusable
from smartforge.log.postgres.database import Database
from smartforge.log.postgres.link import Link

T = TypeVar("T")

HOLD_SECONDS = 10.0
"""How long to wait for another node to let go of a project; one that died has by then."""

HOLD_AGAIN = 0.02
"""Seconds after which it is tried again: rarely do two users change the same project at once."""


class _Parts(msgspec.Struct, frozen=True, eq=False):
    membership: Membership
    link: Link
    thread: ThreadPoolExecutor
    stopping: threading.Event


class PostgresQueue:
    """A `Queue` in the PostgreSQL database at `url`, which a `PostgresLog` has made ready.

    Used by one event loop; every call of PostgreSQL runs on a thread of the queue's own, one at
    a time. While PostgreSQL is away calls wait for it, for 20 seconds. A node that dies, or that
    stands still for seconds, is given up by the others, which are told by `Heard.left`: its runs
    wait again. Before `open` and after `close` everything is refused with DatabaseUnusable; it
    may be opened again. Only one `take` may be under way.
    """

    def __init__(
        self,
        url: str,
        limits: Limits = Limits(),  # noqa: B008 - it is frozen
        role: str = "serve",
        version: str = "",
    ) -> None:
        """Raises DatabaseUnusable for an address that cannot be read."""
        self._database = Database(url)
        self._limits = limits
        name = f"{socket.gethostname()}:{os.getpid()}"
        self._member = nodes.Member(name=name, role=role, version=version, slots=limits.node)
        self._parts: _Parts | None = None
        self._holding = asyncio.Lock()
        self._still_held = False

    @property
    def name(self) -> str:
        return self._member.name

    async def open(self, heard: Heard) -> None:
        """See `Queue.open`. Raises DatabaseUnusable also where the queue is open already."""
        if self._parts is not None:
            raise DatabaseUnusable("This queue is open already.", "Close it before.")
        membership = Membership(self._database, self._member, heard)
        await membership.open()
        stopping = threading.Event()
        self._still_held = False
        self._parts = _Parts(
            membership=membership,
            link=Link(self._database, stopping, writing=True),
            thread=ThreadPoolExecutor(1, thread_name_prefix="queue"),
            stopping=stopping,
        )

    async def close(self) -> None:
        """See `Queue.close`. Does not wait for a PostgreSQL that is away."""
        parts, self._parts = self._parts, None
        if parts is None:
            return
        parts.stopping.set()
        try:
            # What is under way ends before: what it takes is given back, too.
            await asyncio.get_running_loop().run_in_executor(parts.thread, parts.link.close)
        finally:
            parts.thread.shutdown(wait=False)
            await parts.membership.close()

    async def drain(self) -> None:
        parts = self._open_parts()
        parts.membership.draining = True
        # Returns after a `take` that is under way, and shows it to the others before the next beat.
        await self._use(nodes.drain)

    async def add(self, ticket: Ticket) -> None:
        await self._use(lambda db, _: tickets.add(db, ticket))

    async def ahead(self, project_id: str) -> int:
        return await self._use(lambda db, _: tickets.ahead(db, project_id))

    async def take(self, workflows: Collection[str], on: Collection[str]) -> Ticket | None:
        membership = self._open_parts().membership
        names, running = list(workflows), list(on)

        def take(db: Connection[TupleRow], node: str) -> Ticket | None:
            self._let_go_late(db, node)
            draining = membership.draining
            return tickets.take(db, node, names, running, self._limits, draining=draining)

        ticket = await self._use(take)
        # Who was given up for dead meanwhile has taken it for nobody.
        return ticket if ticket is not None and ticket.node == membership.id else None

    async def mine(self) -> Collection[str]:
        return await self._use(tickets.mine)

    async def of(self, project_id: str) -> list[Ticket]:
        return await self._use(lambda db, _: tickets.of(db, project_id))

    @asynccontextmanager
    async def hold(self, project_id: str) -> AsyncGenerator[Collection[str], None]:
        """See `Queue.hold`; further holds wait for the end of the block.

        Raises DatabaseUnusable where that takes longer than `HOLD_SECONDS`, and at the end of the
        block where this node was given up for dead within it, so that a run may have been taken.
        """
        membership = self._open_parts().membership

        def hold(db: Connection[TupleRow], node: str) -> tuple[str, list[str] | None]:
            self._let_go_late(db, node)
            return node, tickets.hold(db, node, project_id)

        async with self._holding:
            try:
                until = time.monotonic() + HOLD_SECONDS
                node, waiting = await self._use(hold)
                while waiting is None:
                    if time.monotonic() > until:
                        raise _held()
                    await asyncio.sleep(HOLD_AGAIN)
                    node, waiting = await self._use(hold)
                yield waiting
            finally:
                self._still_held = True
                await self._use(self._let_go)
            if node != membership.id:
                raise _lost()

    async def drop(self, run: str) -> None:
        await self._use(lambda db, node: tickets.drop(db, node, run))

    async def cluster(self) -> Cluster:
        def look(db: Connection[TupleRow], node: str) -> Cluster:
            with db.transaction():
                db.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
                found = tickets.everything(db)
                return Cluster(
                    here=node,
                    now=tickets.now(db),
                    limits=self._limits,
                    nodes=tuple(nodes.everything(db)),
                    on=tuple(each for each in found if each.node is not None),
                    waiting=tuple(each for each in found if each.node is None),
                )

        return await self._use(look)

    async def _use(self, work: Callable[[Connection[TupleRow], str], T]) -> T:
        """What `work` returns of a connection and this node's id, empty while it joins again."""
        parts = self._open_parts()

        def run() -> T:
            return parts.link.use(lambda connection: work(connection, parts.membership.id or ""))

        return await asyncio.get_running_loop().run_in_executor(parts.thread, run)

    def _let_go(self, connection: Connection[TupleRow], node: str) -> None:
        tickets.let_go(connection, node)
        self._still_held = False

    def _let_go_late(self, connection: Connection[TupleRow], node: str) -> None:
        """Let go of what could not be at the end of its block, since PostgreSQL was away."""
        if self._still_held:
            self._let_go(connection, node)

    def _open_parts(self) -> _Parts:
        if self._parts is None:
            raise DatabaseUnusable(
                "The queue of runs is not open: the server is starting or stopping.",
                "Try again when the server is up.",
            )
        return self._parts


def _held() -> DatabaseUnusable:
    return DatabaseUnusable(
        "Somebody else has been changing the messages of this project for too long.",
        "Nothing was stored. Try again.",
    )


def _lost() -> DatabaseUnusable:
    return DatabaseUnusable(
        "This server stood still, and the others went on without it.",
        "Reload to see whether what was asked for has been done, and ask again if not.",
    )
