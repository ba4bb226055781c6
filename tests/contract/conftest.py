"""Fixtures of the contract suites."""

import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from smartforge.engine.local import LocalQueue
from smartforge.engine.postgres import PostgresQueue
from smartforge.log.memory import MemoryLog
from smartforge.log.postgres import PostgresLog
from smartforge.sandbox.base import Sandbox
from tests import postgres, sandboxes
from tests.contract.boxes import IMPLEMENTATIONS
from tests.contract.engines import Place
from tests.contract.logs import LOGS, SettableClock, WatchedLog, make, remove


@pytest.fixture
def clock() -> SettableClock:
    return SettableClock()


@pytest.fixture(params=sorted(LOGS))
async def log(
    request: pytest.FixtureRequest, tmp_path: Path, clock: SettableClock
) -> AsyncIterator[WatchedLog]:
    opened = make(str(request.param), tmp_path, clock)
    await opened.open()
    yield opened
    await opened.close()
    remove(tmp_path)


@pytest.fixture(params=list(IMPLEMENTATIONS), scope="module")
async def sandbox(request: pytest.FixtureRequest) -> Sandbox:
    """One for all, as a process has it: its first use tries to break out, which takes a while."""
    made = IMPLEMENTATIONS[request.param]()
    await sandboxes.needed(made)
    return made


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return sandboxes.lay_out(tmp_path / "project")


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where temporary folders appear during this test, so that one left behind is seen."""
    place = tmp_path / "t"
    place.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(place))
    return place


@pytest.fixture(params=["memory", "postgres"])
async def place(request: pytest.FixtureRequest) -> AsyncIterator[Place]:
    if request.param == "memory":
        yield Place(MemoryLog(), LocalQueue)
        return
    server = postgres.shared()
    name = server.new_database()
    url = server.url(name)
    log = PostgresLog(url)
    await log.open()
    yield Place(log, lambda limits: PostgresQueue(url, limits, role="serve", version="1"))
    await log.close()
    server.drop(name)
