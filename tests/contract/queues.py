"""Every queue of runs, made ready for its contract suite, and the tickets that tests queue."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Callable
from pathlib import Path

from smartforge.engine.base import Limits, Ticket
from smartforge.engine.local import LocalQueue
from smartforge.engine.postgres import PostgresQueue
from smartforge.engine.queue import Heard, Queue
from smartforge.log.postgres.database import Database
from smartforge.log.postgres.migrations import migrate, steps
from tests.contract.logs import database_url

WORKFLOW = "run-1"


class Ear:
    """Remembers what a queue told, in order, and lets tests wait for it."""

    def __init__(self) -> None:
        self.told: list[str] = []
        self._more = asyncio.Event()
        self.heard = Heard(
            wake=lambda: self._hear("wake"),
            stop=lambda run: self._hear(f"stop {run}"),
            lost=lambda: self._hear("lost"),
            left=lambda: self._hear("left"),
        )

    async def until(self, what: str, after: int = 0) -> None:
        """Wait until this was told, beyond the first `after` things."""
        async with asyncio.timeout(30):
            while what not in self.told[after:]:
                self._more.clear()
                await self._more.wait()

    def _hear(self, what: str) -> None:
        self.told.append(what)
        self._more.set()


def postgres_queue(folder: Path, limits: Limits) -> Queue:
    url = database_url(folder)
    make_ready(url)
    return PostgresQueue(url, limits, role="serve", version="1")


def make_ready(url: str) -> None:
    """Make the tables, as a log does before its queue is opened."""
    with Database(url).connect(writing=True) as connection:
        migrate(connection, "here", steps())


QUEUES: dict[str, Callable[[Path, Limits], Queue]] = {
    "local": lambda _, limits: LocalQueue(limits),
    "postgres": postgres_queue,
}


@contextlib.asynccontextmanager
async def opened(queue: Queue, ear: Ear | None = None) -> AsyncGenerator[Queue]:
    """The queue, open within the block."""
    await queue.open((ear or Ear()).heard)
    try:
        yield queue
    finally:
        await queue.close()


def ticket(
    run: str, project: str | None = None, seq: int = 1, user: str = "ann", workflow: str = WORKFLOW
) -> Ticket:
    """A run that waits: of a project of its own where none is named."""
    return Ticket(
        project_id=project or f"project-of-{run}",
        run=run,
        seq=seq,
        user=user,
        workflow=workflow,
        queued=1_700_000_000_123,
    )


async def take(queue: Queue, *on: str) -> str | None:
    """The run that the queue gives to a node that executes those; None where there is none."""
    taken = await queue.take([WORKFLOW], on)
    return taken.run if taken else None


async def take_all(queue: Queue, *on: str) -> list[str]:
    """All that the queue gives, in order, to a node that executes those."""
    taken: list[str] = []
    while run := await take(queue, *on, *taken):
        taken.append(run)
    return taken
