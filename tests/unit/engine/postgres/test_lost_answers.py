"""Whatever happens to the connection, a run is taken, added and dropped once."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests import postgres
from tests.contract.queues import take, ticket
from tests.unit.engine.postgres.conftest import OpenNode
from tests.unit.log.postgres.proxy import TRANSACTION, Cut, Proxy


@pytest.fixture
def proxy(database: str) -> Iterator[Proxy]:
    server = postgres.shared()

    def is_awaited() -> bool:
        return bool(server.execute("SELECT 1 FROM pg_locks WHERE NOT granted", database))

    # Short, since the path of a socket has at most 107 bytes.
    with (
        TemporaryDirectory(dir="/tmp") as folder,
        Proxy(Path(folder), server.socket, TRANSACTION, is_awaited) as made,
    ):
        yield made


@pytest.mark.parametrize("cut", ["before", "after", "late"])
async def test_a_take_whose_connection_is_lost_at_the_commit_takes_one_run(
    node: OpenNode, database: str, proxy: Proxy, cut: Cut
) -> None:
    queue = await node(at=f"postgresql://postgres@/{database}?host={proxy.folder}")
    taken: list[str] = []
    for number in range(4):
        for part in "ab":
            await queue.add(ticket(f"{number}{part}"))
        proxy.cut = cut
        run = await take(queue, *taken)
        assert run is not None
        taken.append(run)
        assert proxy.cut is None
        assert [each.run for each in (await queue.cluster()).on] == taken
    assert taken == ["0a", "0b", "1a", "1b"]


@pytest.mark.parametrize("cut", ["before", "after", "late"])
async def test_a_hold_whose_connection_is_lost_at_the_commit_holds(
    node: OpenNode, database: str, proxy: Proxy, cut: Cut
) -> None:
    queue = await node(at=f"postgresql://postgres@/{database}?host={proxy.folder}")
    other = await node()
    await other.add(ticket("r", "p"))
    proxy.cut = cut
    async with queue.hold("p") as waiting:
        assert list(waiting) == ["r"]
        assert proxy.cut is None
        assert await take(other) is None
    assert await take(other) == "r"
