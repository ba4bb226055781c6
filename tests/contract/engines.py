"""Engines on every queue, with tools that a test chooses."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager

from smartforge.engine.base import Engine, Limits, NewProject
from smartforge.engine.durable import DurableEngine
from smartforge.engine.executor import EngineLog
from smartforge.engine.queue import Queue
from smartforge.errors import SettingsInvalid
from smartforge.forge.base import Choice, RunRequest, Steps, Workshop
from smartforge.forge.run import run
from tests.fakes import FakeTarget, FakeWriter, until, workshop


class Tools:
    """The workshop of the next run, which a test may exchange between runs."""

    def __init__(self) -> None:
        self.shop: Workshop = workshop()
        self.writer = FakeWriter(FakeTarget())
        self.on = 0
        self.most_on = 0

    def hang(self) -> None:
        """Let the writer of the next run stop in the middle of a file."""
        self.writer = FakeWriter(FakeTarget(), "app/main.py", hang=True)
        self.shop = workshop(writer=self.writer)


class Place:
    """Where an engine runs: a log, and a queue that shares its fate."""

    def __init__(self, log: EngineLog, queue: Callable[[Limits], Queue]) -> None:
        self.log = log
        self._queue = queue

    @asynccontextmanager
    async def opened(self, tools: Tools | None = None) -> AsyncGenerator[Engine, None]:
        """An engine with these tools."""
        engine = self._engine(tools or Tools())
        await engine.open()
        try:
            yield engine
        finally:
            await engine.close()

    @asynccontextmanager
    async def under_way(self, tools: Tools) -> AsyncGenerator[tuple[Engine, str], None]:
        """An engine, and a project whose first run hangs in the middle of a file."""
        tools.hang()
        async with self.opened(tools) as engine:
            project = await engine.start(NewProject("A note API"))
            await until(self.log, project, "code:chunk")
            yield engine, project

    def _engine(self, tools: Tools) -> Engine:
        async def execute(request: RunRequest, steps: Steps, epoch: int) -> None:
            tools.on += 1
            tools.most_on = max(tools.most_on, tools.on)
            try:
                await run(request, tools.shop, self.log, steps, epoch)
            finally:
                tools.on -= 1

        def choose(new: NewProject) -> Choice:
            if new.target not in (None, "fake"):
                raise SettingsInvalid(f"There is no target called {new.target!r}.")
            return Choice("fake", new.model, new.planner or "auto", new.author or "auto", new.ask)

        return DurableEngine(self.log, self._queue(Limits(node=2)), {"run.v1": execute}, choose)


async def idle(engine: Engine) -> None:
    """Until nothing is on and nothing waits for its turn."""
    # Nothing tells that a ticket was dropped.
    while (cluster := await engine.cluster()).on or cluster.waiting:  # noqa: ASYNC110
        await asyncio.sleep(0.005)
