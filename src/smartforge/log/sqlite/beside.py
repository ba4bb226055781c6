"""Reading the SQLite log without its lock, beside the server that writes it."""

import asyncio
import sqlite3
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, closing
from pathlib import Path

from smartforge.errors import DatabaseUnusable
from smartforge.log.base import Checkpoint, Extent, Head, Record
from smartforge.log.sqlite import database, reads
from smartforge.log.sqlite.migrations import known_version, steps
from smartforge.log.sqlite.readers import Readers


class SQLiteBeside:
    """What is stored, each call as of now; `audit.Audited` and `Surveyed` promise it."""

    def __init__(self, readers: Readers) -> None:
        self._readers = readers

    async def following(self, project_id: str) -> str | None:
        return await self._readers.read(lambda db: reads.following(db, project_id))

    async def head(self, project_id: str) -> Head:
        return await self._readers.read(lambda db: reads.standing(db, project_id).head())

    async def read(self, project_id: str, after: int, limit: int) -> list[Record]:
        return await self._readers.read(lambda db: reads.records(db, project_id, after, limit))

    async def get(self, sha256: str) -> bytes:
        return await self._readers.read(lambda db: reads.blob(db, sha256))

    async def checkpoint(self, project_id: str) -> Checkpoint | None:
        return await self._readers.read(lambda db: reads.checkpoint(db, project_id))

    async def extent(self, project_id: str) -> Extent:
        return await self._readers.read(lambda db: reads.extent(db, project_id))

    async def named(self, project_id: str) -> frozenset[str]:
        return await self._readers.read(lambda db: reads.named(db, project_id))

    async def contents(self) -> dict[str, int]:
        return await self._readers.read(reads.contents)


@asynccontextmanager
async def beside(path: Path) -> AsyncGenerator[SQLiteBeside]:
    """The database at `path`, whoever else has it open; nothing in it is changed.

    Raises DatabaseUnusable where there is none that this version of the program can read.
    """
    readers = Readers(path)
    try:
        await asyncio.to_thread(_open, readers, path)
        yield SQLiteBeside(readers)
    finally:
        await asyncio.to_thread(readers.close)


def _open(readers: Readers, path: Path) -> None:
    database.check_sqlite()
    if not path.is_file():
        raise DatabaseUnusable(
            f"There is no database {path}.", "`smartforge serve` makes one at its first start."
        )
    try:
        with closing(database.connect_reader(path)) as connection:
            version = known_version(connection, path, len(steps()))
        readers.open()
    except sqlite3.Error as error:
        raise database.unusable(error, path) from error
    if version < len(steps()):
        raise DatabaseUnusable(
            f"The database {path} has version {version}, this program reads {len(steps())}.",
            "Start `smartforge serve` of this version once: it brings the database up to date.",
        )
