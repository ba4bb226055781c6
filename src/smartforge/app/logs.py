"""Where the log is: SQLite in the data folder, or PostgreSQL."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from smartforge.errors import DatabaseUnusable
from smartforge.log.audit import Beside
from smartforge.log.base import Log, Observe
from smartforge.log.sqlite import SQLiteLog
from smartforge.log.sqlite.beside import beside
from smartforge.log.sqlite.database import FileLock
from smartforge.settings import Settings


def log_of(settings: Settings, observe: Observe | None = None) -> Log:
    """The log that is set, not open yet. Raises DatabaseUnusable for an unreadable address."""
    if settings.database_url:
        from smartforge.log.postgres import PostgresLog

        return PostgresLog(settings.database_url, observe=observe)
    return SQLiteLog(sqlite_path(settings), observe=observe)


def sqlite_path(settings: Settings) -> Path:
    """Where the log in SQLite is, or would be."""
    return settings.data / "smartforge.db"


async def database_state(settings: Settings) -> str:
    """Open the database and close it again, unless a server does. Raises DatabaseUnusable."""
    if settings.database_url:
        return await _postgres_state(settings.database_url)
    path = sqlite_path(settings)
    with suppress(OSError):  # Whatever is wrong with the folder, opening it says in better words.
        try:
            FileLock(path).release()
        except DatabaseUnusable:
            return f"SQLite in {settings.data}, in use by a running server"
    log = SQLiteLog(path)
    await log.open()
    await log.close()
    return f"SQLite in {settings.data}"


async def _postgres_state(url: str) -> str:
    from smartforge.log.postgres import PostgresLog

    log = PostgresLog(url)
    await log.open()
    await log.close()
    return f"PostgreSQL at {log.where}"


@asynccontextmanager
async def audited(settings: Settings) -> AsyncGenerator[Beside]:
    """The log that is set, to be read alone, whoever else uses it. Raises DatabaseUnusable."""
    if settings.database_url:
        from smartforge.log.postgres.beside import beside as beside_postgres

        async with beside_postgres(settings.database_url) as log:
            yield log
    else:
        async with beside(sqlite_path(settings)) as log:
            yield log
