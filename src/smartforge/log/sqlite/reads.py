"""What is read from the SQLite tables: each function is one look, in plain SQL."""

import sqlite3
from collections.abc import Sequence

import msgspec

from smartforge.log import refusals
from smartforge.log.base import ROW_BYTES, Checkpoint, Extent, Head, Record, hashes_in
from smartforge.log.standing import Headline, Standing, WaitingRun

_COLUMNS = (
    "id, created, ts, next_seq - 1, epoch, title, status, run, waiting, deleted"  # as in _Row
)
_Row = tuple[str, int, int, int, int, str, str, str | None, str, int]

_waiting = msgspec.json.Decoder(tuple[WaitingRun, ...])


def standing(connection: sqlite3.Connection, project_id: str) -> Standing:
    """The project as it stands. Raises UnknownProject."""
    row: _Row | None = connection.execute(
        f"SELECT {_COLUMNS} FROM project WHERE id = ?", (project_id,)
    ).fetchone()
    if row is None:
        raise refusals.unknown_project(project_id)
    return _standing(row)


def following(connection: sqlite3.Connection, project_id: str) -> str | None:
    """The next id in the order of ids, deleted projects included; None where there is none."""
    row: tuple[str] | None = connection.execute(
        "SELECT id FROM project WHERE id > ? ORDER BY id LIMIT 1", (project_id,)
    ).fetchone()
    return None if row is None else row[0]


def heads(connection: sqlite3.Connection, project_ids: Sequence[str]) -> list[Head]:
    """The heads of those projects that there are, in any order."""
    marks = ", ".join("?" * len(project_ids))
    rows: list[_Row] = connection.execute(
        f"SELECT {_COLUMNS} FROM project WHERE id IN ({marks})", tuple(project_ids)
    ).fetchall()
    return [_standing(row).head() for row in rows]


def records(
    connection: sqlite3.Connection, project_id: str, after: int, limit: int
) -> list[Record]:
    """Up to `limit` events beyond `after`, oldest first. Raises UnknownProject."""
    rows: list[tuple[int, str, bytes]] = connection.execute(
        "SELECT seq, type, data FROM event WHERE project = ? AND seq > ? ORDER BY seq LIMIT ?",
        (project_id, after, max(limit, 0)),
    ).fetchall()
    if not rows:
        standing(connection, project_id)
    return [Record(seq=seq, type=type_, data=data) for seq, type_, data in rows]


def projects(connection: sqlite3.Connection, limit: int, after: str | None) -> list[Head]:
    """A page of the list of projects. Raises UnknownProject where `after` is no project."""
    before = _number(connection, after) if after is not None else None
    rows: list[_Row] = connection.execute(
        f"SELECT {_COLUMNS} FROM project"
        " WHERE deleted = 0 AND (:before IS NULL OR number < :before)"
        " ORDER BY number DESC LIMIT :limit",
        {"before": before, "limit": max(limit, 0)},
    ).fetchall()
    return [_standing(row).head() for row in rows]


def usage(connection: sqlite3.Connection, since: int) -> list[Record]:
    """Every event `usage` of the projects that have any event since this time."""
    rows: list[tuple[int, str, bytes]] = connection.execute(
        "SELECT seq, type, data FROM project JOIN event INDEXED BY event_usage"
        " ON event.project = project.id AND type = 'usage' WHERE ts >= ?",
        (since,),
    ).fetchall()
    return [Record(seq=seq, type=type_, data=data) for seq, type_, data in rows]


def has_blob(connection: sqlite3.Connection, sha256: str, since: int) -> bool:
    """Whether content with this hash was stored after this time, in Unix milliseconds."""
    row = connection.execute(
        "SELECT 1 FROM blob WHERE sha256 = ? AND stored > ?", (sha256, since)
    ).fetchone()
    return row is not None


def blob(connection: sqlite3.Connection, sha256: str) -> bytes:
    """The content. Raises UnknownBlob."""
    row: tuple[bytes] | None = connection.execute(
        "SELECT content FROM blob WHERE sha256 = ?", (sha256,)
    ).fetchone()
    if row is None:
        raise refusals.unknown_blob(sha256)
    return row[0]


def checkpoint(connection: sqlite3.Connection, project_id: str) -> Checkpoint | None:
    """The folded state that is kept of the project, if any."""
    row: tuple[int, str, bytes] | None = connection.execute(
        "SELECT seq, shape, data FROM checkpoint WHERE project = ?", (project_id,)
    ).fetchone()
    if row is None:
        return None
    seq, shape, data = row
    return Checkpoint(project_id=project_id, seq=seq, shape=shape, data=data)


def extent(connection: sqlite3.Connection, project_id: str) -> Extent:
    """What the project takes. Raises UnknownProject."""
    stands = standing(connection, project_id)
    events, size = connection.execute(
        "SELECT count(*), coalesce(sum(length(data)), 0) FROM event WHERE project = ?",
        (project_id,),
    ).fetchone()
    (keys,) = connection.execute(
        "SELECT count(*) FROM append_key WHERE project = ?", (project_id,)
    ).fetchone()
    states, kept = connection.execute(
        "SELECT count(*), coalesce(sum(length(data)), 0) FROM checkpoint WHERE project = ?",
        (project_id,),
    ).fetchone()
    rows = 1 + events + keys + states
    return Extent(head=stands.head(), ts=stands.ts, bytes=size + kept + ROW_BYTES * rows)


def named(connection: sqlite3.Connection, project_id: str) -> frozenset[str]:
    """The hashes that the project's events name."""
    rows = connection.execute(
        "SELECT data FROM event WHERE project = ? AND type <> 'code:chunk'", (project_id,)
    )
    return hashes_in(data for (data,) in rows)


def contents(connection: sqlite3.Connection) -> dict[str, int]:
    """The hash and the size of every content."""
    return dict(connection.execute("SELECT sha256, length(content) FROM blob").fetchall())


def _number(connection: sqlite3.Connection, project_id: str) -> int:
    row: tuple[int] | None = connection.execute(
        "SELECT number FROM project WHERE id = ?", (project_id,)
    ).fetchone()
    if row is None:
        raise refusals.unknown_project(project_id)
    return row[0]


def _standing(row: _Row) -> Standing:
    project_id, created, ts, last, epoch, title, status, run, waiting, deleted = row
    headline = Headline(
        title=title,
        status=status,
        run=run,
        waiting=_waiting.decode(waiting),
        deleted=bool(deleted),
    )
    return Standing(
        project_id=project_id, created=created, ts=ts, last=last, epoch=epoch, headline=headline
    )
