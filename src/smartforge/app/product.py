"""A log, what is folded from it, and the engine that executes its runs."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import msgspec

from smartforge import __version__
from smartforge.app.forge import Forge
from smartforge.app.logs import log_of
from smartforge.engine.allowance import Allowance, RunDay
from smartforge.engine.durable import DurableEngine
from smartforge.engine.executor import Execute
from smartforge.engine.local import LocalQueue
from smartforge.engine.queue import Queue
from smartforge.forge.base import RunRequest, Steps
from smartforge.forge.run import run
from smartforge.log.base import Log, Observe
from smartforge.log.memory import MemoryLog
from smartforge.log.states import States
from smartforge.settings import Settings
from smartforge.temporary import sweep

WORKFLOWS = ("run.v1", "run.v2", "run.v3")
"""How runs are executed. Where the steps of a run or what they leave change so that an older node
could not go on with it, there is a new name, and the old one stays until no run has it. `run.v1`
knew no files that are kept; what it has planned is executed as it was. `run.v2` knew no plans that
wait for approval, and would make them."""


class Product(msgspec.Struct, frozen=True):
    """A log, the states folded from it, and the engine that runs on it, open."""

    forge: Forge
    log: Log
    states: States
    engine: DurableEngine


@asynccontextmanager
async def product(
    settings: Settings, *, durable: bool, observe: Observe | None = None, role: str = "serve"
) -> AsyncGenerator[Product, None]:
    """Open everything, and close it in the opposite order whatever happens.

    `durable` keeps the log in the database that is set, SQLite below `settings.data` by default;
    else it is private and gone afterwards.
    `observe` is told of each commit of a durable log.
    """
    if durable:
        from smartforge.server.allocator import hold_little

        hold_little()  # Before the log's threads are there.
    log = log_of(settings, observe) if durable else MemoryLog()
    queue = _queue(settings, durable, role)
    forge = Forge(settings, goes_on=durable)
    states = States(log)
    allowance = Allowance(log, settings.user_budget, settings.user_budget_usd)

    async def execute(request: RunRequest, steps: Steps, epoch: int) -> None:
        try:
            day = RunDay(allowance, request.user).check
            shop = forge.workshop(request.choice, request.spent, request.paid, request.began, day)
            await run(request, shop, log, steps, epoch)
        finally:
            if durable:  # Who comes back after a restart need not wait for a long fold.
                states.catch_up(request.project_id)

    await log.open()
    try:
        if durable:
            await asyncio.to_thread(sweep)
        executes: dict[str, Execute] = dict.fromkeys(WORKFLOWS, execute)
        engine = DurableEngine(log, queue, executes, forge.choose, allowance=allowance)
        try:
            await engine.open()
            yield Product(forge, log, states, engine)
        finally:
            await engine.close()
    finally:
        await states.close()
        await forge.close()
        await log.close()


def _queue(settings: Settings, durable: bool, role: str) -> Queue:
    """The one that all nodes on the database share; a node that is alone has one in memory."""
    if not durable or settings.database_url is None:
        return LocalQueue(settings.runs)
    from smartforge.engine.postgres import PostgresQueue

    return PostgresQueue(settings.database_url, settings.runs, role=role, version=__version__)
