"""What is stored by one statement is stored only where all stands as it was expected."""

import asyncio
import uuid
from collections.abc import Iterator

import psycopg
import pytest
from msgspec.structs import replace
from psycopg import Connection
from psycopg.rows import TupleRow

from smartforge.log.postgres import PostgresLog
from smartforge.log.postgres.batch import Batch
from smartforge.log.postgres.growth import grow
from smartforge.log.postgres.reads import COLUMNS, standing_of
from smartforge.log.standing import Append, Standing
from tests.contract.logs import CREATED, chunk, seqs
from tests.unit.log.postgres.conftest import OpenNode

WRITER = uuid.UUID(int=7)
NUMBER = 3
"""Of the last batch that the writer has stored."""


@pytest.fixture
async def log(node: OpenNode) -> PostgresLog:
    """With two projects of one event each."""
    log = await node()
    await log.create("p", [CREATED])
    await log.create("q", [CREATED])
    return log


@pytest.fixture
def connection(log: PostgresLog, url: str) -> Iterator[Connection[TupleRow]]:
    with psycopg.connect(url, autocommit=True) as made:
        made.execute("INSERT INTO smartforge.writer VALUES (%s, %s, now())", (WRITER, NUMBER))
        yield made


def standings(connection: Connection[TupleRow]) -> dict[str, Standing]:
    rows = connection.execute(f"SELECT {COLUMNS} FROM smartforge.project").fetchall()
    return {row[0]: standing_of(row) for row in rows}


def grown(expected: dict[str, Standing]) -> Batch:
    """One more event for each project."""
    batch = Batch(expected, {}, lambda: 1)
    for project_id in expected:
        batch.append(Append(project_id=project_id, facts=(chunk(),), run="r"))
    return batch


async def test_all_is_stored_where_all_stands_as_expected(
    log: PostgresLog, connection: Connection[TupleRow]
) -> None:
    expected = standings(connection)
    assert grow(connection, grown(expected), expected, WRITER, NUMBER + 1)
    assert (await seqs(log, "p"), await seqs(log, "q")) == ([1, 2], [1, 2])


@pytest.mark.parametrize("number", [NUMBER, NUMBER - 1])
async def test_nothing_is_stored_under_a_number_that_was_taken(
    log: PostgresLog, connection: Connection[TupleRow], number: int
) -> None:
    expected = standings(connection)
    assert not grow(connection, grown(expected), expected, WRITER, number)
    assert (await seqs(log, "p"), await seqs(log, "q")) == ([1], [1])


async def test_nothing_is_stored_by_a_writer_that_was_forgotten(
    log: PostgresLog, connection: Connection[TupleRow]
) -> None:
    expected = standings(connection)
    assert not grow(connection, grown(expected), expected, uuid.UUID(int=8), NUMBER + 1)
    assert (await seqs(log, "p"), await seqs(log, "q")) == ([1], [1])


@pytest.mark.parametrize("other", ["epoch", "last"])
async def test_nothing_is_stored_where_one_project_stands_otherwise(
    log: PostgresLog, connection: Connection[TupleRow], other: str
) -> None:
    expected = standings(connection)
    stale = expected["q"]
    expected["q"] = replace(stale, **{other: getattr(stale, other) + 1})
    assert not grow(connection, grown(expected), expected, WRITER, NUMBER + 1)
    assert (await seqs(log, "p"), await seqs(log, "q")) == ([1], [1])
    expected["q"] = stale
    assert grow(connection, grown(expected), expected, WRITER, NUMBER + 1)


async def test_an_epoch_that_was_claimed_elsewhere_is_not_refused_by_what_was_known(
    node: OpenNode,
) -> None:
    here, there = await node(), await node()
    await here.create("p", [CREATED])
    epoch = await here.claim("p")
    assert await here.append("p", [chunk()], run="r", epoch=epoch) == 2
    await here.create("q", [CREATED])
    new = await there.claim("p")
    others = (here.append("q", [chunk()], run="r") for _ in range(4))
    assert (await asyncio.gather(*others, here.append("p", [chunk()], run="r", epoch=new)))[-1] == 3


async def test_a_writer_that_was_forgotten_goes_on(node: OpenNode, url: str) -> None:
    log = await node()
    await log.create("p", [CREATED])
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("DELETE FROM smartforge.writer")
    assert [await log.append("p", [chunk()], run="r") for _ in range(3)] == [2, 3, 4]
