"""What is read from the PostgreSQL tables: each function is one look, in plain SQL."""

from collections.abc import Sequence
from typing import Any, LiteralString

import msgspec
from psycopg import Connection
from psycopg.rows import TupleRow

from smartforge.log import refusals
from smartforge.log.base import (
    RECENT_SECONDS,
    ROW_BYTES,
    Checkpoint,
    Extent,
    Head,
    Record,
    hashes_in,
)
from smartforge.log.standing import Headline, Standing

COLUMNS: LiteralString = "id, created, ts, next_seq - 1, epoch, headline::text"
"""What `standing_of` makes a standing of."""

_SIZES: tuple[LiteralString, ...] = (
    "SELECT count(*), coalesce(sum(octet_length(data)), 0)::bigint FROM smartforge.event"
    " WHERE project = %s",
    "SELECT count(*), 0 FROM smartforge.append_key WHERE project = %s",
    "SELECT count(*), coalesce(sum(octet_length(data)), 0)::bigint FROM smartforge.checkpoint"
    " WHERE project = %s",
)
"""Rows and bytes, table by table."""

_headline = msgspec.json.Decoder(Headline)


def is_storable(text: str) -> bool:
    """Whether PostgreSQL can hold it as text: no zero byte, and nothing beyond Unicode."""
    return "\0" not in text and not any("\ud800" <= sign <= "\udfff" for sign in text)


def standing_of(row: Sequence[Any]) -> Standing:
    """The project whose `COLUMNS` these are."""
    project_id, created, ts, last, epoch, headline = row
    return Standing(
        project_id=project_id,
        created=created,
        ts=ts,
        last=last,
        epoch=epoch,
        headline=_headline.decode(headline),
    )


def head(connection: Connection[TupleRow], project_id: str) -> Head:
    """The project's head. Raises UnknownProject."""
    row = _row(connection, f"SELECT {COLUMNS} FROM smartforge.project WHERE id = %s", project_id)
    if row is None:
        raise refusals.unknown_project(project_id)
    return standing_of(row).head()


def following(connection: Connection[TupleRow], project_id: str) -> str | None:
    """The next id in the order of ids, deleted projects included; None where there is none."""
    query = "SELECT id FROM smartforge.project WHERE id > %s ORDER BY id LIMIT 1"
    row = _row(connection, query, project_id)
    return None if row is None else row[0]


def lasts(connection: Connection[TupleRow], project_ids: Sequence[str]) -> dict[str, int]:
    """The seq of the newest event of each of those projects that there are."""
    storable = [each for each in project_ids if is_storable(each)]
    rows = connection.execute(
        "SELECT id, next_seq - 1 FROM smartforge.project WHERE id = ANY(%s::text[])", (storable,)
    )
    return dict(rows.fetchall())


def records(
    connection: Connection[TupleRow], project_id: str, after: int, limit: int
) -> list[Record]:
    """Up to `limit` events beyond `after`, oldest first. Raises UnknownProject."""
    rows: list[TupleRow] = []
    if limit > 0 and is_storable(project_id):
        rows = connection.execute(
            "SELECT seq, type, data FROM smartforge.event"
            " WHERE project = %s AND seq > %s ORDER BY seq LIMIT %s",
            (project_id, after, limit),
            binary=True,
        ).fetchall()
    if not rows:
        head(connection, project_id)
    return [Record(seq=seq, type=type_, data=data) for seq, type_, data in rows]


def projects(connection: Connection[TupleRow], limit: int, after: str | None) -> list[Head]:
    """A page of the list of projects. Raises UnknownProject where `after` is no project."""
    before = None if after is None else _number(connection, after)
    rows = connection.execute(
        f"SELECT {COLUMNS} FROM smartforge.project"
        " WHERE NOT deleted AND (%(before)s::bigint IS NULL OR number < %(before)s::bigint)"
        " ORDER BY number DESC LIMIT %(limit)s",
        {"before": before, "limit": max(limit, 0)},
    ).fetchall()
    return [standing_of(row).head() for row in rows]


def usage(connection: Connection[TupleRow], since: int) -> list[Record]:
    """Every event `usage` of the projects that have any event since this time."""
    rows = connection.execute(
        "SELECT seq, type, data FROM smartforge.project JOIN smartforge.event"
        " ON event.project = project.id AND type = 'usage' WHERE ts >= %s",
        (since,),
        binary=True,
    ).fetchall()
    return [Record(seq=seq, type=type_, data=data) for seq, type_, data in rows]


def has_blob(connection: Connection[TupleRow], sha256: str) -> bool:
    """Whether content with this hash was stored within the last `RECENT_SECONDS`."""
    if not is_storable(sha256):
        return False
    row = connection.execute(
        "SELECT 1 FROM smartforge.blob"
        " WHERE sha256 = %s AND stored > now() - make_interval(secs => %s)",
        (sha256, RECENT_SECONDS),
    ).fetchone()
    return row is not None


def blob(connection: Connection[TupleRow], sha256: str) -> bytes:
    """The content. Raises UnknownBlob."""
    row = _row(connection, "SELECT content FROM smartforge.blob WHERE sha256 = %s", sha256)
    if row is None:
        raise refusals.unknown_blob(sha256)
    return row[0]


def checkpoint(connection: Connection[TupleRow], project_id: str) -> Checkpoint | None:
    """The folded state that was kept, if any."""
    row = _row(
        connection,
        "SELECT project, seq, shape, data FROM smartforge.checkpoint WHERE project = %s",
        project_id,
    )
    return None if row is None else Checkpoint(*row)


def extent(connection: Connection[TupleRow], project_id: str) -> Extent:
    """What the project takes. Raises UnknownProject."""
    query: LiteralString = f"SELECT {COLUMNS} FROM smartforge.project WHERE id = %s"
    row = _row(connection, query, project_id)
    if row is None:
        raise refusals.unknown_project(project_id)
    stands = standing_of(row)
    size = ROW_BYTES
    for query in _SIZES:
        rows, stored = _row(connection, query, project_id) or (0, 0)
        size += stored + ROW_BYTES * rows
    return Extent(head=stands.head(), ts=stands.ts, bytes=size)


def named(connection: Connection[TupleRow], project_id: str) -> frozenset[str]:
    """The hashes that the project's events name."""
    if not is_storable(project_id):
        return frozenset()
    rows = connection.execute(
        "SELECT data FROM smartforge.event WHERE project = %s AND type <> 'code:chunk'",
        (project_id,),
        binary=True,
    )
    return hashes_in(data for (data,) in rows)


def contents(connection: Connection[TupleRow]) -> dict[str, int]:
    """The hash and the size of every content."""
    query = "SELECT sha256, octet_length(content) FROM smartforge.blob"
    return dict(connection.execute(query).fetchall())


def _number(connection: Connection[TupleRow], project_id: str) -> int:
    row = _row(connection, "SELECT number FROM smartforge.project WHERE id = %s", project_id)
    if row is None:
        raise refusals.unknown_project(project_id)
    return row[0]


def _row(connection: Connection[TupleRow], query: LiteralString, name: str) -> TupleRow | None:
    """The one row that is found by its name; no name that cannot be stored is found."""
    if not is_storable(name):
        return None
    return connection.execute(query, (name,), binary=True).fetchone()
