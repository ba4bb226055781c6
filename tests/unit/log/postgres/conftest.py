"""A database for each test, and nodes that share it."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack

import pytest

from smartforge.log.clock import Clock, wall_clock
from smartforge.log.postgres import PostgresLog
from tests import postgres

OpenNode = Callable[..., Awaitable[PostgresLog]]


@pytest.fixture
def database() -> Iterator[str]:
    """The name of an empty database of the shared server."""
    name = postgres.shared().new_database()
    yield name
    postgres.shared().drop(name)


@pytest.fixture
def url(database: str) -> str:
    """How the database is reached."""
    return postgres.shared().url(database)


@pytest.fixture
async def node(url: str) -> AsyncIterator[OpenNode]:
    """Opens another node on the same database; all are closed at the end."""
    async with AsyncExitStack() as held:

        async def opened(clock: Clock = wall_clock, at: str = url) -> PostgresLog:
            log = PostgresLog(at, clock)
            await log.open()
            held.push_async_callback(log.close)
            return log

        yield opened
