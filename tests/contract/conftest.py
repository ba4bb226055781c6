"""Fixtures of the contract suites."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

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
