"""The links to projects, in the PostgreSQL tables."""

from psycopg import Connection
from psycopg.rows import TupleRow

from smartforge.log import refusals
from smartforge.log.base import SHARES_KEPT_MS, Share
from smartforge.log.postgres.reads import is_storable

_FORGET = "DELETE FROM smartforge.share WHERE project = %s AND expires < %s"
# A project that is being removed has its row locked; then there is none to find.
_FIND = "SELECT 1 FROM smartforge.project WHERE id = %s FOR KEY SHARE"
_SHARE = """
    INSERT INTO smartforge.share (digest, project, created, expires, revoked)
    VALUES (%s, %s, %s, %s, %s)
    ON CONFLICT (digest) DO UPDATE
    SET project = excluded.project, created = excluded.created, expires = excluded.expires,
        revoked = excluded.revoked
"""
_SHARED = """
    SELECT digest, project, created, expires, revoked FROM smartforge.share WHERE digest = %s
"""
_SHARES = """
    SELECT digest, project, created, expires, revoked FROM smartforge.share
    WHERE project = %s ORDER BY created DESC, digest DESC
"""
_REVOKE = "UPDATE smartforge.share SET revoked = %s WHERE digest = %s AND revoked IS NULL"


def share(connection: Connection[TupleRow], new: Share) -> None:
    """See `Shares.share`."""
    if not is_storable(new.project_id):
        raise refusals.unknown_project(new.project_id)
    values = (new.digest, new.project_id, new.created, new.expires, new.revoked)
    with connection.transaction():
        if connection.execute(_FIND, (new.project_id,)).fetchone() is None:
            raise refusals.unknown_project(new.project_id)
        connection.execute(_FORGET, (new.project_id, new.created - SHARES_KEPT_MS))
        connection.execute(_SHARE, values)


def shared(connection: Connection[TupleRow], digest: str) -> Share | None:
    """See `Shares.shared`."""
    if not is_storable(digest):
        return None
    row = connection.execute(_SHARED, (digest,)).fetchone()
    return None if row is None else Share(*row)


def shares(connection: Connection[TupleRow], project_id: str) -> list[Share]:
    """See `Shares.shares`."""
    if not is_storable(project_id):
        return []
    return [Share(*row) for row in connection.execute(_SHARES, (project_id,)).fetchall()]


def revoke(connection: Connection[TupleRow], digest: str, at: int) -> None:
    """See `Shares.revoke`."""
    with connection.transaction():
        connection.execute(_REVOKE, (at, digest))
