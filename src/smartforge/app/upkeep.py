"""What keeps a log small and safe: removal of old projects, backups."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

from smartforge.app.logs import audited, log_of, sqlite_path
from smartforge.errors import SettingsInvalid
from smartforge.log.audit import Beside
from smartforge.log.base import UNNAMED_SECONDS, Removing
from smartforge.log.retention import bury, retain
from smartforge.log.sqlite.backup import Copied, Stopped, back_up, put_back
from smartforge.log.sqlite.database import FileLock
from smartforge.log.sqlite.shrinking import shrink
from smartforge.settings import Settings


@asynccontextmanager
async def pruning(settings: Settings) -> AsyncGenerator[tuple[Removing, float]]:
    """The log that is set, to remove from it, and the age from which unnamed content may go.

    A log in SQLite must be nobody else's, and its file is smaller afterwards. Raises
    DatabaseUnusable.
    """
    log = log_of(settings)
    await log.open()
    try:
        yield log, UNNAMED_SECONDS if settings.database_url else 0.0
    finally:
        await log.close()
    if not settings.database_url:
        await asyncio.to_thread(shrink, sqlite_path(settings))


def check_alone(settings: Settings) -> None:
    """Raises DatabaseUnusable where a server uses the log in SQLite."""
    path = sqlite_path(settings)
    if not settings.database_url and path.is_file():
        FileLock(path).release()


@asynccontextmanager
async def retaining(settings: Settings, log: Removing) -> AsyncGenerator[None]:
    """Remove what was deleted, and what is older than the settings say, while the block goes on."""

    def look() -> AbstractAsyncContextManager[Beside]:
        return audited(settings)

    removing = [asyncio.create_task(bury(look, log), name="removing what was deleted")]
    if settings.keep_days:
        removing.append(
            asyncio.create_task(retain(look, log, settings.keep_days), name="retention")
        )
    try:
        yield
    finally:
        for task in removing:
            task.cancel()
        await asyncio.wait(removing)


def backup(settings: Settings, to: Path, *, replace: bool, stopped: Stopped) -> Copied | None:
    """See `back_up`. Raises SettingsInvalid where the log is in PostgreSQL."""
    _refuse_postgres(settings, "pg_dump copies it")
    return back_up(sqlite_path(settings), to, replace=replace, stopped=stopped)


def restore_backup(
    settings: Settings, of: Path, *, replace: bool, stopped: Stopped
) -> Copied | None:
    """See `put_back`. Raises SettingsInvalid where the log is in PostgreSQL."""
    _refuse_postgres(settings, "pg_restore puts a copy of it back")
    return put_back(of, sqlite_path(settings), replace=replace, stopped=stopped)


def _refuse_postgres(settings: Settings, instead: str) -> None:
    if settings.database_url:
        raise SettingsInvalid(
            f"The log is in PostgreSQL (SMARTFORGE_DATABASE_URL is set), where {instead}.",
            "docs/howto/data.md shows how. For the log in SQLite, unset the variable.",
        )
