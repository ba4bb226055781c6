"""What a queue of runs promises to the engine: order, limits, and who executes what."""

from collections.abc import Callable, Collection
from contextlib import AbstractAsyncContextManager
from typing import Protocol

import msgspec

from smartforge.engine.base import Cluster, Ticket


class Heard(msgspec.Struct, frozen=True):
    """What the engine is told, by callbacks on the event loop.

    `wake`: something may be there to take. `stop`: this run, which this node executes, was ended
    from elsewhere. `lost`: this node was given up for dead, and what it executes is not its own
    any more. `left`: a node has gone without a word; what it was about to queue may be missing.
    """

    wake: Callable[[], None]
    stop: Callable[[str], None]
    lost: Callable[[], None]
    left: Callable[[], None]


class Queue(Protocol):
    """The runs that wait and those that are on, of all nodes that share it.

    Whoever takes a run executes it, until it drops it or is given up for dead; then the run
    waits again, ahead of all that was asked for later. Of one project at most one run is taken,
    the oldest. Never more are taken than the limits allow. Among what may be taken the users who
    have the fewest on come first, then those whose turn it is: the next run of each user before
    any other of theirs, whoever asked for many at once; then what was asked for first.

    Each call but `close` raises DatabaseUnusable where the queue cannot be reached.
    """

    @property
    def name(self) -> str:
        """What this node is called where it took a run over."""
        ...

    async def open(self, heard: Heard) -> None:
        """Join the nodes."""
        ...

    async def close(self) -> None:
        """Leave them: what this node has taken waits again."""
        ...

    async def drain(self) -> None:
        """Take no more runs."""
        ...

    async def add(self, ticket: Ticket) -> None:
        """Let a run wait, and wake who may take it. It is stored; nothing where it is there."""
        ...

    async def ahead(self, project_id: str) -> int:
        """How many runs are before the next one of this project: its own, else all that wait."""
        ...

    async def take(self, workflows: Collection[str], on: Collection[str]) -> Ticket | None:
        """The next run for this node to execute, of these workflows; None where there is none.

        `on` are those that it executes already: one that it took without hearing so, since the
        answer was lost, is given once more.
        """
        ...

    async def mine(self) -> Collection[str]:
        """The runs that this node has taken, and that were not taken from it."""
        ...

    async def of(self, project_id: str) -> list[Ticket]:
        """The project's runs that are on or wait, in order."""
        ...

    def hold(self, project_id: str) -> AbstractAsyncContextManager[Collection[str]]:
        """The project's runs that wait; none of them is taken within the block.

        One block at a time, for all nodes, as far as anything waits.
        """
        ...

    async def drop(self, run: str) -> None:
        """Forget the run: it is over. Wakes who may go on; another node that has it is told."""
        ...

    async def cluster(self) -> Cluster:
        """All of it, as it is now."""
        ...
