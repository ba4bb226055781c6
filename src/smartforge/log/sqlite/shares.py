"""The links to projects, in the SQLite tables."""

import sqlite3

from smartforge.log.base import SHARES_KEPT_MS, Share

_COLUMNS = "digest, project, created, expires, revoked"
_FORGET = "DELETE FROM share WHERE project = ? AND expires < ?"
_SHARE = f"INSERT OR REPLACE INTO share ({_COLUMNS}) VALUES (?, ?, ?, ?, ?)"
_SHARED = f"SELECT {_COLUMNS} FROM share WHERE digest = ?"
_SHARES = f"SELECT {_COLUMNS} FROM share WHERE project = ? ORDER BY created DESC, digest DESC"
_REVOKE = "UPDATE share SET revoked = ? WHERE digest = ? AND revoked IS NULL"


def share(db: sqlite3.Connection, new: Share) -> None:
    """See `Shares.share`; the project is known to be there."""
    db.execute(_FORGET, (new.project_id, new.created - SHARES_KEPT_MS))
    db.execute(_SHARE, (new.digest, new.project_id, new.created, new.expires, new.revoked))


def shared(db: sqlite3.Connection, digest: str) -> Share | None:
    """See `Shares.shared`."""
    row = db.execute(_SHARED, (digest,)).fetchone()
    return None if row is None else Share(*row)


def shares(db: sqlite3.Connection, project_id: str) -> list[Share]:
    """See `Shares.shares`."""
    return [Share(*row) for row in db.execute(_SHARES, (project_id,))]


def revoke(db: sqlite3.Connection, digest: str, at: int) -> None:
    """See `Shares.revoke`."""
    db.execute(_REVOKE, (at, digest))
