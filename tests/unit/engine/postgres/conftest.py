"""A database for each test, and nodes that share its queue."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack

import pytest

from smartforge.engine.base import Limits
from smartforge.engine.postgres import PostgresQueue
from tests import postgres
from tests.contract.queues import Ear, make_ready

OpenNode = Callable[..., Awaitable[PostgresQueue]]
PLENTY = Limits(node=100, user=100, all=100)


@pytest.fixture
def database() -> Iterator[str]:
    """The name of a database of the shared server that a log has made ready."""
    name = postgres.shared().new_database()
    make_ready(postgres.shared().url(name))
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

        async def opened(
            ear: Ear | None = None, limits: Limits = PLENTY, at: str = url
        ) -> PostgresQueue:
            queue = PostgresQueue(at, limits, version="1")
            await queue.open((ear or Ear()).heard)
            held.push_async_callback(queue.close)
            return queue

        yield opened
