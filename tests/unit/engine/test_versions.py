"""Two versions share a queue while they are exchanged: each executes what it knows."""

from collections.abc import Iterable

from smartforge.engine.base import Limits, NewProject
from smartforge.engine.durable import DurableEngine
from smartforge.engine.executor import Execute
from smartforge.engine.postgres import PostgresQueue
from smartforge.forge.base import Choice, RunRequest, Steps
from smartforge.forge.run import run
from smartforge.log.postgres import PostgresLog
from tests import postgres
from tests.fakes import FakeTarget, FakeWriter, ended, until, workshop

OLD, NEW = "run.v1", "run.v2"


class Version:
    """A node of one version, with what each of its workflows was given to execute."""

    def __init__(self, log: PostgresLog, url: str, workflows: Iterable[str], slots: int) -> None:
        self.log = log
        self.executed: list[str] = []
        self.shop = workshop()
        queue = PostgresQueue(url, Limits(node=slots), role="serve", version="")
        executes = {each: self._executing(each) for each in workflows}
        self.engine = DurableEngine(log, queue, executes, lambda _: Choice("fake", None))

    def hang(self) -> None:
        self.shop = workshop(writer=FakeWriter(FakeTarget(), "app/main.py", hang=True))

    def _executing(self, workflow: str) -> Execute:
        async def execute(request: RunRequest, steps: Steps, epoch: int) -> None:
            self.executed.append(workflow)
            await run(request, self.shop, self.log, steps, epoch)

        return execute


async def test_a_rolling_upgrade_ends_what_was_begun_and_gives_the_old_nothing_new() -> None:
    server = postgres.shared()
    name = server.new_database()
    url = server.url(name)
    log = PostgresLog(url)
    await log.open()
    old = Version(log, url, [OLD], slots=4)
    new = Version(log, url, [OLD, NEW], slots=1)
    old.hang()
    try:
        await old.engine.open()
        begun = await old.engine.start(NewProject("A note API"))
        await until(log, begun, "code:chunk")
        await old.engine.message(begun, "more")
        await new.engine.open()
        others = [await new.engine.start(NewProject("A note API")) for _ in range(3)]
        for project in others:  # One after the other: the old node's free slots are not for them.
            await ended(log, project)
        assert old.executed == [OLD]
        assert new.executed == [NEW] * 3
        await old.engine.close()
        await ended(log, begun, 2)
        assert new.executed == [NEW] * 3 + [OLD] * 2
    finally:
        await new.engine.close()
        await log.close()
        server.drop(name)
