"""Where the nodes of a trial keep their log, and what can befall it."""

import asyncio
import sqlite3
from collections.abc import Callable, Generator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Protocol, cast

from tests.chaos.stream.plan import Plan
from tests.postgres import Server


class Database(Protocol):
    """What a trial does with a database. `address` is what a node is given."""

    @property
    def address(self) -> str: ...

    def events(self, project_id: str) -> list[bytes]:
        """Every event's bytes, by seq, read past the log. Raises AssertionError for a gap."""
        ...

    async def restart(self, *, crash: bool) -> None:
        """Stop it, in order or as in a crash, and start it again."""
        ...

    async def drop_listening(self) -> None:
        """End every connection that listens."""
        ...


class SQLite:
    """A file; what holds it is the node."""

    def __init__(self, folder: Path) -> None:
        self.address = str(folder / "log.db")

    def events(self, project_id: str) -> list[bytes]:
        with closing(sqlite3.connect(self.address)) as db:
            rows = db.execute(
                "SELECT seq, data FROM event WHERE project = ? ORDER BY seq", (project_id,)
            ).fetchall()
        return _in_order(rows)

    async def restart(self, *, crash: bool) -> None:
        raise NotImplementedError("nothing runs here")

    async def drop_listening(self) -> None:
        raise NotImplementedError("nobody listens here")


class Postgres:
    """A database of its own on a running server."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._name = server.new_database()
        self.address = server.url(self._name)
        self.dropped = 0

    def events(self, project_id: str) -> list[bytes]:
        query = f"SELECT seq, data FROM smartforge.event WHERE project = '{project_id}' ORDER BY 1"
        rows = cast(list[tuple[int, bytes]], self._server.execute(query, self._name))
        return _in_order(rows)

    async def restart(self, *, crash: bool) -> None:
        await asyncio.to_thread(self._server.stop, "immediate" if crash else "fast")
        await asyncio.to_thread(self._server.start)

    async def drop_listening(self) -> None:
        query = (
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            f" WHERE datname = '{self._name}' AND query LIKE 'LISTEN %'"
        )
        self.dropped += len(await asyncio.to_thread(self._server.execute, query))

    def remove(self) -> None:
        """Drop it."""
        self._server.drop(self._name)


@contextmanager
def database(plan: Plan, folder: Path, server: Callable[[], Server]) -> Generator[Database]:
    """An empty one of the kind that the plan names; `server` is asked where one is needed."""
    if plan.database == "sqlite":
        yield SQLite(folder)
        return
    made = Postgres(server())
    try:
        yield made
    finally:
        made.remove()


def _in_order(rows: list[tuple[int, bytes]]) -> list[bytes]:
    assert [seq for seq, _ in rows] == list(range(1, len(rows) + 1)), "the log has a gap"
    return [data for _, data in rows]
