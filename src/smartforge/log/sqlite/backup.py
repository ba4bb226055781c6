"""A consistent copy of the SQLite log, and such a copy put back in its place.

SQLite's online backup copies the pages as they are inside one read transaction: checking the copy
therefore checks the original too, and a server that goes on writing neither waits nor makes the
copy begin anew.
"""

import os
import sqlite3
import tempfile
from collections.abc import Callable, Generator
from contextlib import closing, contextmanager
from itertools import count
from pathlib import Path
from urllib.parse import quote

import msgspec

from smartforge.errors import DatabaseUnusable, SettingsInvalid
from smartforge.log.sqlite import database
from smartforge.log.sqlite.migrations import known_version, steps

PAGES = 1024
"""How many pages are copied between two looks at whether to stop."""

OPCODES = 10_000
"""How many steps of a check lie between two looks at whether to stop."""

BESIDE = ("-wal", "-shm", "-journal")
"""What SQLite keeps beside a database."""

Stopped = Callable[[], bool]
"""Whether the user wants no more of it; asked from time to time."""


class Copied(msgspec.Struct, frozen=True):
    """A copy that is whole: its size in bytes, and where what it has replaced is kept."""

    size: int
    kept: Path | None = None


_OTHER_BACKUP = (
    "Nothing was changed. Name a backup that is sound and was made by this version of Smart Forge"
    " or an older one."
)


class _StoppedError(Exception):
    """The user wants no more of it."""


def back_up(path: Path, to: Path, *, replace: bool, stopped: Stopped) -> Copied | None:
    """Copy the database at `path` to the file `to`, checked and on the disk; None where stopped.

    `to` is there whole or not at all, for its owner alone. Raises SettingsInvalid where it may
    not or cannot be written, DatabaseUnusable where the database cannot be copied or is damaged.
    """
    database.check_sqlite()
    _refuse_unfit(path, to, replace)
    if not path.is_file():
        raise DatabaseUnusable(
            f"There is no database {path}.", "Name the folder of another one with --data."
        )
    try:
        with _unfinished(to.parent) as part, _reading(path) as source:
            _copy(source, part, stopped)
            with closing(database.connect(part)) as copy, _told_of(path):
                _check(copy, path, stopped)
            _refuse_unfit(path, to, replace)
            _put(part, to)
        return Copied(to.stat().st_size)
    except _StoppedError:
        return None
    except OSError as error:
        raise _unwritable(to, error) from error


def put_back(backup: Path, path: Path, *, replace: bool, stopped: Stopped) -> Copied | None:
    """Make a copy of `backup`, checked, the database at `path`; None where stopped.

    With `replace` a database that is there is kept beside it. Raises SettingsInvalid where one is
    there and may not be replaced or nothing can be written, DatabaseUnusable where a server uses
    it, or where `backup` is no sound database of this version or an older one. Then, and where
    stopped, the databases are as they were.
    """
    database.check_sqlite()
    try:
        if path.parent.is_dir():
            _alone(path, replace).release()  # The long look comes after what is refused at once.
        with _opened(backup) as source:
            with _told_of_backup(backup):
                _check(source, backup, stopped)
            path.parent.mkdir(parents=True, exist_ok=True)
            with _alone(path, replace), _unfinished(path.parent) as part:
                _copy(source, part, stopped)
                kept = _set_aside(path)
                _put(part, path)
        return Copied(path.stat().st_size, kept)
    except _StoppedError:
        return None
    except OSError as error:
        raise _unwritable(path, error) from error


def _refuse_unfit(path: Path, to: Path, replace: bool) -> None:
    """Raises SettingsInvalid where no copy of the database at `path` may stand."""
    other = "Name another file."
    try:
        own = {f"{path.resolve()}{suffix}" for suffix in ("", *BESIDE, ".lock")}
        if not to.parent.is_dir():
            raise SettingsInvalid(f"There is no folder {to.parent}.", "Make it first.")
        if to.is_dir():
            raise SettingsInvalid(f"{to} is a folder.", "Name a file in it.")
        if str(to.resolve()) in own or (to.exists() and path.exists() and to.samefile(path)):
            raise SettingsInvalid(f"{to} belongs to the database itself.", other)
        if to.exists() and not to.is_file():
            raise SettingsInvalid(f"{to} is no ordinary file.", other)
        if os.path.lexists(to) and not replace:
            raise SettingsInvalid(f"{to} exists.", "Name another file, or say --force.")
    except OSError as error:
        raise _unwritable(to, error) from error


@contextmanager
def _unfinished(folder: Path) -> Generator[Path]:
    """A new file in the folder, for its owner alone; gone at the end unless it was renamed."""
    descriptor, name = tempfile.mkstemp(prefix=".smartforge-", suffix=".part", dir=folder)
    os.close(descriptor)
    try:
        yield Path(name)
    finally:
        for suffix in ("", *BESIDE):
            Path(f"{name}{suffix}").unlink(missing_ok=True)


@contextmanager
def _told_of(path: Path) -> Generator[None]:
    """Raises DatabaseUnusable, naming this database, where SQLite refuses."""
    try:
        yield
    except sqlite3.Error as error:
        raise database.unusable(error, path) from error


@contextmanager
def _told_of_backup(backup: Path) -> Generator[None]:
    """Raises DatabaseUnusable, with a way out that fits a backup, where it cannot be used."""
    try:
        with _told_of(backup):
            yield
    except DatabaseUnusable as error:
        raise DatabaseUnusable(error.what, _OTHER_BACKUP) from error


@contextmanager
def _reading(path: Path) -> Generator[sqlite3.Connection]:
    """The database at `path` as it is now, whatever a server writes meanwhile."""
    with _told_of(path):
        connection = database.connect_reader(path)
    with closing(connection):
        with _told_of(path):
            _hold(connection, path)
        yield connection


@contextmanager
def _opened(backup: Path) -> Generator[sqlite3.Connection]:
    """The backup, which nothing changes. Raises SettingsInvalid, DatabaseUnusable for none."""
    if not backup.is_file():
        there = "is no file" if backup.exists() else "does not exist"
        raise SettingsInvalid(f"The backup {backup} {there}.", "Nothing was changed.")
    address = f"file:{quote(os.fsencode(backup.absolute()))}?mode=ro"
    # A plain copy of a database in use has its newest part beside it, and is read with that.
    newest = Path(f"{backup}-wal")
    if not newest.exists() or newest.stat().st_size == 0:
        address += "&immutable=1"
    with _told_of_backup(backup):
        connection = sqlite3.connect(address, uri=True, isolation_level=None)
    with closing(connection):
        with _told_of_backup(backup):
            _hold(connection, backup)
        yield connection


def _hold(connection: sqlite3.Connection, path: Path) -> None:
    """From here on the connection sees one state. Raises DatabaseUnusable for a foreign one."""
    connection.execute("BEGIN")
    if known_version(connection, path, len(steps())) == 0:
        raise DatabaseUnusable(
            f"The database {path} is empty.", "Name the folder of another one with --data."
        )


def _copy(source: sqlite3.Connection, part: Path, stopped: Stopped) -> None:
    """Copy all of it to `part`, on the disk. Raises DatabaseUnusable, OSError, _StoppedError."""

    def look(*_: object) -> None:
        if stopped():
            raise _StoppedError

    try:
        with closing(database.connect(part)) as target:
            # Of a copy that breaks off nothing is kept, and at its end it is synchronized whole.
            target.execute("PRAGMA journal_mode = OFF")
            target.execute("PRAGMA synchronous = OFF")
            source.backup(target, pages=PAGES, progress=look)
            target.execute("PRAGMA journal_mode = DELETE")  # One file, without others beside it.
    except sqlite3.Error as error:
        raise DatabaseUnusable(
            f"The copy in {part.parent} cannot be made: {error}.",
            "Check the disk and its free space. Nothing is left of the copy.",
        ) from error
    _synchronize(part)


def _check(connection: sqlite3.Connection, path: Path, stopped: Stopped) -> None:
    """Raises DatabaseUnusable where the database is damaged; _StoppedError; sqlite3.Error."""
    connection.set_progress_handler(stopped, OPCODES)
    try:
        (found,) = connection.execute("PRAGMA integrity_check(1)").fetchone()
    except sqlite3.OperationalError:
        if stopped():
            raise _StoppedError from None
        raise
    finally:
        connection.set_progress_handler(None, OPCODES)
    if found != "ok":
        raise database.damaged(path, str(found).replace("\n", ": "))


def _put(part: Path, to: Path) -> None:
    """Give the finished file its name, so that the name survives a crash."""
    part.replace(to)
    _synchronize(to.parent)


def _synchronize(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _alone(path: Path, replace: bool) -> database.FileLock:
    """The lock. Raises SettingsInvalid where a database is there and may not be replaced."""
    lock = database.FileLock(path)
    if not replace and _parts_of(path):
        lock.release()
        raise SettingsInvalid(
            f"There is a database {path} already.",
            "Choose another folder with --data, or say --force: the old one is then kept beside.",
        )
    return lock


def _set_aside(path: Path) -> Path | None:
    """Give the database that is there, if any, a second name that is free, and return that.

    It keeps its own until the new one takes that over: there is always one of the two. What
    belongs to it must not be beside the new one, which SQLite would change by it.
    """
    there = _parts_of(path)
    if not there:
        return None
    numbers = (f"{path.stem}-before-restore-{number}{path.suffix}" for number in count(1))
    kept = next(free for name in numbers if not _parts_of(free := path.with_name(name)))
    for part in there:
        os.link(f"{path}{part}", f"{kept}{part}", follow_symlinks=False)
    for part in BESIDE:
        Path(f"{path}{part}").unlink(missing_ok=True)
    return kept


def _parts_of(path: Path) -> list[str]:
    """Which files there are that hold something of the database, as what follows its name."""
    return [part for part in ("", "-wal", "-journal") if os.path.lexists(f"{path}{part}")]


def _unwritable(to: Path, error: OSError) -> SettingsInvalid:
    return SettingsInvalid(
        f"{to} cannot be written: {error.strerror or error}.",
        "Check the disk, the folder and its permissions, or name another place.",
    )
