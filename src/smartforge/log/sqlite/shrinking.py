"""Giving back what the SQLite file no longer needs."""

import sqlite3
from contextlib import closing
from pathlib import Path

from smartforge.errors import DatabaseUnusable
from smartforge.log.sqlite import database


def shrink(path: Path) -> int:
    """Write the database anew without its free pages (VACUUM); return its size in bytes then.

    Nothing of what was removed is left in the file. Needs as much free space on the disk as the
    database takes. Raises DatabaseUnusable where that is not there or a server uses the
    database, which is then as it was.
    """
    try:
        with database.FileLock(path), closing(database.connect_writer(path)) as connection:
            (free,) = connection.execute("PRAGMA freelist_count").fetchone()
            if free:
                connection.execute("VACUUM")
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        return path.stat().st_size
    except (sqlite3.Error, OSError) as error:
        raise DatabaseUnusable(
            f"The file {path} could not be made smaller: {error}.",
            "What was removed is removed. Free as much space as the file takes, then repeat the"
            " command.",
        ) from error
