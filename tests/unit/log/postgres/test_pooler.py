"""A pool before PostgreSQL keeps connections apart, or is refused before anything is written."""

import asyncio

import psycopg
import pytest

from smartforge.errors import DatabaseUnusable
from smartforge.log.postgres import PostgresLog, pooler
from smartforge.log.postgres.database import Database
from smartforge.log.postgres.pooler import NEEDED, check_pooler
from tests import postgres
from tests.contract.logs import CREATED, chunk, seqs
from tests.pgbouncer import pgbouncer
from tests.unit.log.postgres.conftest import OpenNode


def test_postgresql_itself_is_no_pool(url: str) -> None:
    check_pooler(Database(url))


@pytest.mark.parametrize("mode", ["transaction", "statement"])
async def test_a_pool_that_mixes_connections_is_refused_and_left_as_it_was(
    database: str, mode: str
) -> None:
    with pgbouncer(postgres.shared(), database, mode=mode) as url:
        with pytest.raises(DatabaseUnusable, match="a pool in transaction mode") as refused:
            await PostgresLog(url).open()
        assert "pool_mode = session" in refused.value.hint
        with psycopg.connect(url, autocommit=True) as connection:
            assert connection.execute("SHOW statement_timeout").fetchone() == ("0",)
            assert connection.execute("SHOW default_transaction_read_only").fetchone() == ("off",)
            query = "SELECT to_regnamespace('smartforge')"
            assert connection.execute(query).fetchone() == (None,)


def test_a_pool_that_gives_its_connections_by_turns_is_seen_through(database: str) -> None:
    with pgbouncer(
        postgres.shared(), database, mode="transaction", more="server_round_robin = 1"
    ) as url:
        # At the same time, so that the pool has two: neither then gets what the other just had.
        with psycopg.connect(url) as one, psycopg.connect(url) as other:
            one.execute("SELECT 1")
            other.execute("SELECT 1")
        with pytest.raises(DatabaseUnusable, match="a pool in transaction mode"):
            check_pooler(Database(url))


async def test_nodes_hear_of_each_other_through_a_pool_that_keeps_connections_apart(
    node: OpenNode, database: str
) -> None:
    with pgbouncer(postgres.shared(), database, mode="session", size=3 * NEEDED) as url:
        here, there = await node(at=url), await node(at=url)
        await here.create("p", [CREATED])
        for last in range(1, 11):  # Often enough for psycopg to prepare the queries.
            waiting = asyncio.create_task(there.wait({"p": last}, timeout=60))
            await here.append("p", [chunk()], run="r")
            assert await waiting
        assert await seqs(there, "p") == list(range(1, 12))
        assert there.reconnects == 0
        for each in (here, there):
            await each.close()


@pytest.mark.parametrize("size", [1, NEEDED - 1])
def test_a_pool_with_too_few_connections_is_refused(
    database: str, size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pooler, "PATIENCE", 0.2)
    with (
        pgbouncer(postgres.shared(), database, mode="session", size=size) as url,
        pytest.raises(DatabaseUnusable, match="too few connections") as refused,
    ):
        check_pooler(Database(url))
    assert f"up to {NEEDED}" in refused.value.hint


async def test_what_a_pool_says_when_it_refuses_is_told(database: str) -> None:
    with (
        pgbouncer(postgres.shared(), database, mode="session") as url,
        pytest.raises(DatabaseUnusable, match="nowhere"),
    ):
        await PostgresLog(url.replace(database, "nowhere")).open()
