"""The queue of a node that is alone with its database: in memory, gone with the process."""

import asyncio
import os
import socket
from collections import Counter
from collections.abc import AsyncGenerator, Collection
from contextlib import asynccontextmanager
from weakref import WeakValueDictionary

from msgspec.structs import replace

from smartforge import __version__
from smartforge.engine.base import Cluster, Limits, Node, Ticket
from smartforge.engine.queue import Heard
from smartforge.log.clock import wall_clock

NODE = "local"


class LocalQueue:
    """See `Queue`. What an earlier process left in the log is added again by the engine."""

    def __init__(self, limits: Limits = Limits()) -> None:  # noqa: B008 - it is frozen
        self._limits = limits
        self._tickets: dict[str, Ticket] = {}
        self._turns: dict[str, int] = {}
        self._held: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._heard: Heard | None = None
        self._draining = False
        self._started = wall_clock()

    @property
    def name(self) -> str:
        return NODE

    async def open(self, heard: Heard) -> None:
        self._heard = heard
        self._draining = False

    async def close(self) -> None:
        self._heard = None
        self._tickets.clear()
        self._turns.clear()

    async def drain(self) -> None:
        self._draining = True

    async def add(self, ticket: Ticket) -> None:
        if ticket.run not in self._tickets:
            self._turns[ticket.run] = self._turn(ticket.user)
            self._tickets[ticket.run] = replace(ticket, node=None, taken=None)
            self._wake()

    async def ahead(self, project_id: str) -> int:
        own = await self.of(project_id)
        return len(own) or sum(each.node is None for each in self._tickets.values())

    async def take(self, workflows: Collection[str], on: Collection[str]) -> Ticket | None:
        taken = [each for each in self._tickets.values() if each.node is not None]
        if lost := next((each for each in taken if each.run not in on), None):
            return lost
        if self._draining or len(taken) >= min(self._limits.node, self._limits.all):
            return None
        having = Counter(each.user for each in taken)
        free = [
            each
            for each in self._heads()
            if each.workflow in workflows
            and each.node is None
            and not self._is_held(each.project_id)
            and having[each.user] < self._limits.user
        ]
        if not free:
            return None
        # `min` takes the first of equals, and tickets stand in the order of asking.
        chosen = min(free, key=lambda each: (having[each.user], self._turns[each.run]))
        self._tickets[chosen.run] = ticket = replace(chosen, node=NODE, taken=wall_clock())
        return ticket

    async def mine(self) -> Collection[str]:
        return {run for run, each in self._tickets.items() if each.node is not None}

    async def of(self, project_id: str) -> list[Ticket]:
        own = [each for each in self._tickets.values() if each.project_id == project_id]
        return sorted(own, key=_place)

    @asynccontextmanager
    async def hold(self, project_id: str) -> AsyncGenerator[Collection[str], None]:
        try:
            async with self._held.setdefault(project_id, asyncio.Lock()):
                yield [each.run for each in await self.of(project_id) if each.node is None]
        finally:
            self._wake()

    async def drop(self, run: str) -> None:
        self._tickets.pop(run, None)
        self._turns.pop(run, None)
        self._wake()

    async def cluster(self) -> Cluster:
        tickets = self._tickets.values()
        here = Node(
            id=NODE,
            name=f"{socket.gethostname()}:{os.getpid()}",
            role="serve",
            version=__version__,
            started=self._started,
            seen=wall_clock(),
            slots=self._limits.node,
            draining=self._draining,
        )
        return Cluster(
            here=NODE,
            now=wall_clock(),
            limits=self._limits,
            nodes=(here,),
            on=tuple(each for each in tickets if each.node is not None),
            waiting=tuple(each for each in tickets if each.node is None),
        )

    def _turn(self, user: str) -> int:
        """Who comes new stands where the others are, each further run of a user one turn later."""
        tickets = self._tickets.values()
        on = [self._turns[each.run] for each in tickets if each.node is not None]
        own = [self._turns[each.run] for each in tickets if each.user == user]
        here = max(on, default=min(self._turns.values(), default=0))
        return max(here, max(own, default=-1) + 1)

    def _heads(self) -> list[Ticket]:
        """The first of each project, in the order of asking; what waits behind it is left out."""
        first: dict[str, Ticket] = {}
        for ticket in self._tickets.values():
            known = first.get(ticket.project_id)
            if known is None or _place(ticket) < _place(known):
                first[ticket.project_id] = ticket
        heads = {each.run for each in first.values()}
        return [each for each in self._tickets.values() if each.run in heads]

    def _is_held(self, project_id: str) -> bool:
        lock = self._held.get(project_id)
        return lock is not None and lock.locked()

    def _wake(self) -> None:
        if self._heard is not None:
            self._heard.wake()


def _place(ticket: Ticket) -> tuple[bool, int]:
    """What is on is before what waits, then the log's order holds."""
    return ticket.node is None, ticket.seq
