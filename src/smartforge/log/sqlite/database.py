"""Opening the SQLite file: its lock, its connections, and what its errors mean to a user."""

import contextlib
import errno
import fcntl
import logging
import os
import sqlite3
from pathlib import Path
from typing import Self

from smartforge.errors import DatabaseUnusable

logger = logging.getLogger(__name__)

OLDEST_SQLITE = (3, 37, 0)
"""STRICT tables came with this version, RETURNING before it."""

BUSY_SECONDS = 5.0
"""How long a statement waits where a foreign program holds the file."""


READER_CACHE_KIB = 256
"""Every commit of the writer empties the readers' caches, so large ones would only hold memory."""


class FileLock:
    """Keeps a second server off the file; the kernel lets go of it when this process dies."""

    def __init__(self, database: Path) -> None:
        """Raises DatabaseUnusable where another process, or this one, holds the lock."""
        self._file = os.open(f"{database}.lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            holder = os.read(self._file, 20).decode("ascii", "replace").strip()
            os.close(self._file)
            if error.errno not in (errno.EWOULDBLOCK, errno.EACCES):
                raise
            raise _in_use(database, holder) from error
        # The number only makes the refusal above clearer, so a full disk may not stop the start.
        with contextlib.suppress(OSError):
            os.ftruncate(self._file, 0)
            os.write(self._file, str(os.getpid()).encode())

    def release(self) -> None:
        """Let the next server in. The empty file stays: removing it would race with a start."""
        with contextlib.suppress(OSError):
            os.ftruncate(self._file, 0)
        os.close(self._file)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.release()


def make_private(path: Path) -> None:
    """Create the file, and the folders above it, so that no other user can read the prompts.

    Raises DatabaseUnusable where only the newest part of a database is there; OSError.
    """
    _refuse_remnant(path)
    if path.is_file() and not _size(path):
        logger.warning("%s was empty: a new log begins in it", path)
    path.parent.mkdir(parents=True, exist_ok=True)
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))


def connect(path: Path) -> sqlite3.Connection:
    """A connection without implicit transactions, usable from any one thread at a time.

    Raises DatabaseUnusable where only the newest part of a database is there; sqlite3.Error.
    """
    _refuse_remnant(path)
    connection = sqlite3.connect(
        path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
    )
    try:
        connection.execute("PRAGMA foreign_keys = ON")
    except BaseException:
        connection.close()
        raise
    return connection


def connect_writer(path: Path) -> sqlite3.Connection:
    """The connection that writes: WAL, and every commit reaches the disk before it returns."""
    connection = connect(path)
    try:
        (mode,) = connection.execute("PRAGMA journal_mode = WAL").fetchone()
        if mode != "wal":
            raise DatabaseUnusable(
                f"The file system of {path} does not carry SQLite's write-ahead log.",
                "Choose a folder on a local disk with --data.",
            )
        connection.execute("PRAGMA synchronous = FULL")
    except BaseException:
        connection.close()
        raise
    return connection


def connect_reader(path: Path) -> sqlite3.Connection:
    """A connection that cannot write and, in WAL mode, never waits for the writer."""
    connection = connect(path)
    try:
        connection.execute("PRAGMA query_only = ON")
        connection.execute(f"PRAGMA cache_size = -{READER_CACHE_KIB}")
    except BaseException:
        connection.close()
        raise
    return connection


def check_sqlite() -> None:
    """Raises DatabaseUnusable where Python was built with too old an SQLite."""
    if sqlite3.sqlite_version_info < OLDEST_SQLITE:
        oldest = ".".join(map(str, OLDEST_SQLITE))
        raise DatabaseUnusable(
            f"This Python comes with SQLite {sqlite3.sqlite_version}; {oldest} is needed.",
            "Install a newer Python.",
        )


def _refuse_remnant(path: Path) -> None:
    """SQLite would remove a write-ahead log beside an empty or missing file, and begin anew."""
    newest = Path(f"{path}-wal")
    with contextlib.suppress(OSError):  # A folder that cannot be read is told of elsewhere.
        if _size(newest) and not _size(path):
            raise DatabaseUnusable(
                f"The database {path} is missing or empty, but its newest part {newest} is there.",
                "Put back the file that belongs to it, or a backup with `smartforge restore-backup"
                f" FILE --force`. To begin with an empty log, move {newest.name} away.",
            )


def _size(path: Path) -> int:
    return path.stat().st_size if path.is_file() else 0


def unusable(error: sqlite3.Error | OSError, path: Path) -> DatabaseUnusable:
    """What went wrong with the database at `path`, and the way out, in a user's words."""
    if isinstance(error, OSError):
        return _not_opened(error, path)
    # The code's low byte is the kind of error, the rest says more (sqlite.org/rescode.html).
    kind = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
    what, hint = _KINDS.get(kind, _UNKNOWN)
    return DatabaseUnusable(what.format(path=path, error=error), hint)


def _not_opened(error: OSError, path: Path) -> DatabaseUnusable:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        what, hint = _FULL
        return DatabaseUnusable(what.format(path=path), hint)
    if isinstance(error, FileExistsError | NotADirectoryError):
        return DatabaseUnusable(
            f"The database {path} cannot be opened: {error.filename or path.parent} is no folder.",
            "Move that file away, or choose another folder with --data.",
        )
    # What is refused may also be the folder, or the file of the lock.
    where = f" ({error.filename})" if error.filename not in (None, str(path)) else ""
    return DatabaseUnusable(
        f"The database {path} cannot be opened: {error.strerror or error}{where}.",
        "Check the folder and its permissions, or choose another one with --data.",
    )


def damaged(path: Path, reason: str) -> DatabaseUnusable:
    """The pages of the database at `path` contradict each other."""
    what, hint = _DAMAGED
    return DatabaseUnusable(what.format(path=path, error=reason), hint)


_UNKNOWN = (
    "The database {path} does not answer as it should: {error}.",
    "Nothing that was acknowledged is lost. Restart the server; if this stays, restore a backup.",
)
_DAMAGED = (
    "The database {path} is damaged: {error}.",
    "Restore a backup with `smartforge restore-backup FILE --force`, or move the folder away to"
    " begin with an empty log.",
)
_FULL = (
    "The disk that holds {path} is full: nothing more can be stored.",
    "Free some space. Nothing that was acknowledged is lost and nothing is half done: a server that"
    " runs goes on by itself, one that could not start can be started again.",
)
_KINDS = {
    sqlite3.SQLITE_FULL: _FULL,
    sqlite3.SQLITE_IOERR: (
        "The disk that holds {path} refused a read or a write: {error}.",
        "Check the disk and its free space. Nothing that was acknowledged is lost.",
    ),
    sqlite3.SQLITE_BUSY: (
        "The database {path} is locked by another program.",
        "End the program that has the file open, then try again.",
    ),
    sqlite3.SQLITE_READONLY: (
        "The database {path} cannot be written.",
        "Give yourself write permission, or choose another folder with --data.",
    ),
    sqlite3.SQLITE_CANTOPEN: (
        "The database {path} cannot be opened.",
        "Check the folder and its permissions, or choose another one with --data.",
    ),
    sqlite3.SQLITE_NOTADB: (
        "The file {path} is not a Smart Forge database.",
        "Move the file away, or choose another folder with --data.",
    ),
    sqlite3.SQLITE_CORRUPT: _DAMAGED,
}


def _in_use(database: Path, holder: str) -> DatabaseUnusable:
    by = f" (process {holder})" if holder else ""
    return DatabaseUnusable(
        f"The database {database} is in use by another Smart Forge server{by}.",
        "Stop that server, or choose another folder with --data.",
    )
