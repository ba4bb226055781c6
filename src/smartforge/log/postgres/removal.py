"""What is removed from the PostgreSQL tables, beside the nodes that write them.

A project's row is locked before it is looked at, as every writer does, and its other rows go
before it: nobody can add to a project that is going, and nothing of it is left.
"""

from collections.abc import Collection
from typing import LiteralString

from psycopg import Connection
from psycopg.rows import TupleRow

from smartforge.log import refusals
from smartforge.log.postgres import notices
from smartforge.log.postgres.reads import COLUMNS, is_storable, standing_of

_LOCK: LiteralString = f"SELECT {COLUMNS} FROM smartforge.project WHERE id = %s FOR UPDATE"
_REMOVE = (
    "DELETE FROM smartforge.event WHERE project = %s",
    "DELETE FROM smartforge.append_key WHERE project = %s",
    "DELETE FROM smartforge.checkpoint WHERE project = %s",
    "DELETE FROM smartforge.share WHERE project = %s",
    "DELETE FROM smartforge.project WHERE id = %s",
)
_DISCARD = """
    DELETE FROM smartforge.blob
    WHERE sha256 = ANY(%s::text[]) AND stored <= now() - make_interval(secs => %s)
    RETURNING octet_length(content)
"""


def remove(connection: Connection[TupleRow], project_id: str, last: int) -> bool:
    """See `Removing.remove`; the nodes are told that the project is gone."""
    if not is_storable(project_id):
        raise refusals.unknown_project(project_id)
    with connection.transaction():
        connection.execute("SET LOCAL statement_timeout = 0")  # A large one takes its time.
        row = connection.execute(_LOCK, (project_id,)).fetchone()
        if row is None:
            raise refusals.unknown_project(project_id)
        head = standing_of(row).head()
        if head.active or head.last > last:
            return False
        for query in _REMOVE:
            connection.execute(query, (project_id,))
        told = notices.announcement({project_id: notices.REMOVED})
        connection.execute("SELECT pg_notify(%s, %s)", (notices.CHANNEL, told))
    return True


def discard(connection: Connection[TupleRow], hashes: Collection[str], unnamed: float) -> int:
    """See `Removing.discard`."""
    with connection.transaction():
        connection.execute("SET LOCAL statement_timeout = 0")
        found = connection.execute(_DISCARD, (sorted(hashes), unnamed))
        return sum(size for (size,) in found.fetchall())
