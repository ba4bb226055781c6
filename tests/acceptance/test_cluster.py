"""Nodes on one PostgreSQL: any of them takes any command, and what one leaves another ends."""

import signal
import subprocess
from collections.abc import Generator, Iterator
from contextlib import contextmanager

import pytest

from smartforge.app.product import product
from smartforge.engine.base import NewProject
from smartforge.settings import Options, read
from tests import postgres
from tests.fakes import ended, until
from tests.processes import END_SECONDS, QUICK, environment, smartforge

PACE = 5_000
"""Characters a second: slow enough that a run still writes while it is looked at."""


@pytest.fixture
def url() -> Iterator[str]:
    server = postgres.shared()
    name = server.new_database()
    yield server.url(name)
    server.drop(name)


@contextmanager
def working(url: str) -> Generator[subprocess.Popen[str]]:
    """A worker of its own process, once it executes runs."""
    with subprocess.Popen(
        [str(QUICK), "worker", "--database-url", url, "--drain", "60"],
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as worker:
        try:
            assert worker.stdout is not None
            assert "Executing the runs" in worker.stdout.readline()
            yield worker
        finally:
            worker.kill()


async def test_a_run_is_stopped_and_tried_again_on_whichever_node_is_asked(url: str) -> None:
    settings = read(Options(database_url=url, pace=PACE), {})
    async with product(settings, durable=True) as first, product(settings, durable=True) as second:
        project = await first.engine.start(NewProject("A todo API"))
        await until(second.log, project, "code:chunk")
        (on,) = (await second.engine.cluster()).on
        others = [each for each in (first, second) if not each.engine.on]
        assert len(others) == 1
        await others[0].engine.cancel(project, on.run)
        assert (await first.log.head(project)).status == "cancelled"
        assert not (await first.engine.cluster()).on
        await others[0].engine.retry(project)
        await until(first.log, project, "run:started", count=2)
        assert first.engine.on + second.engine.on == 1


async def test_a_worker_goes_on_with_what_a_server_left_and_ends_it_before_it_stops(
    url: str,
) -> None:
    settings = read(Options(database_url=url, pace=PACE), {})
    async with product(settings, durable=True) as made:
        project = await made.engine.start(NewProject("A todo API"))
        await until(made.log, project, "code:chunk")
    log = made.log
    await log.open()
    with working(url) as worker:
        await until(log, project, "run:resumed")
        worker.send_signal(signal.SIGTERM)
        await ended(log, project)
        assert (await log.head(project)).status == "complete"
        _, said = worker.communicate(timeout=END_SECONDS)
        assert worker.returncode == 0
        assert "1 run" in said
    await log.close()


def test_a_worker_without_a_database_says_what_it_needs() -> None:
    done = smartforge("worker")
    assert done.returncode == 2
    assert "--database-url" in done.stderr
