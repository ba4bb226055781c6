"""Reading the log in PostgreSQL alone: nothing is migrated, listened to or written."""

import asyncio
import threading
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import psycopg

from smartforge.errors import DatabaseUnusable
from smartforge.log.base import Checkpoint, Extent, Head, Record
from smartforge.log.postgres import reads
from smartforge.log.postgres.database import Database
from smartforge.log.postgres.migrations import known_version, steps
from smartforge.log.postgres.readers import Readers


class PostgresBeside:
    """What is stored, each call as of now; `audit.Audited` and `Surveyed` promise it."""

    def __init__(self, readers: Readers) -> None:
        self._readers = readers

    async def following(self, project_id: str) -> str | None:
        return await self._readers.read(lambda db: reads.following(db, project_id))

    async def head(self, project_id: str) -> Head:
        return await self._readers.read(lambda db: reads.head(db, project_id))

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
async def beside(url: str) -> AsyncGenerator[PostgresBeside]:
    """The log in the database at `url`, whoever else uses it; nothing in it is changed.

    Raises DatabaseUnusable where there is none that this version of the program can read.
    """
    database, stopping = Database(url), threading.Event()
    await asyncio.to_thread(_check, database)
    readers = Readers(database, stopping)
    try:
        yield PostgresBeside(readers)
    finally:
        stopping.set()
        await asyncio.to_thread(readers.close)


def _check(database: Database) -> None:
    try:
        with database.connect() as connection:
            version = known_version(connection, database.where, len(steps()))
    except psycopg.Error as error:
        raise database.unusable(error) from error
    if version < len(steps()):
        raise DatabaseUnusable(
            f"The log in PostgreSQL at {database.where} has version {version}, this program reads"
            f" {len(steps())}.",
            "Start `smartforge serve` of this version once: it brings the log up to date.",
        )
