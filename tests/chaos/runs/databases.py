"""Where the servers of a trial keep their log: what it holds, and what can befall it."""

import asyncio
import contextlib
import shutil
import sqlite3
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol, TypeVar, cast

from tests.postgres import Server

T = TypeVar("T")

FILE = "smartforge.db"

Stored = dict[str, list[bytes]]
"""The events of each project, in order, as the database holds them."""

Tellers = dict[str, list[str]]
"""By whom each of them was appended."""

_EVENTS = "SELECT project, {} FROM smartforge.event ORDER BY project, seq"
# What libpq is told of who connects stays beside each event; the product knows nothing of it.
_WATCH = "ALTER TABLE smartforge.event ADD COLUMN teller text DEFAULT current_setting('{}')"
_NODES = """
    SELECT name, EXISTS (SELECT FROM smartforge.ticket WHERE ticket.node = node.id)
    FROM smartforge.node
"""


class Database(Protocol):
    """What a trial does with a database.

    `moves` counts how often it went or came back: where that is odd, it is away.
    """

    moves: int

    def address(self, teller: str) -> str:
        """What `--database-url` is for this server; empty where it has a folder of its own."""
        ...

    def watch(self) -> None:
        """Write down from now on who appends what; the servers have made their tables."""
        ...

    def stored(self) -> Stored:
        """What it holds; of SQLite while the server is down. Nothing of it is touched."""
        ...

    def tellers(self) -> Tellers:
        """Who appended what; nothing where there never are two servers at a time."""
        ...

    def nodes(self) -> dict[str, bool]:
        """The nodes that it lists, by name, and whether they execute a run."""
        ...

    async def restart(self, *, crash: bool, seconds: float) -> None:
        """Stop it, in order or as in a crash, and start it again so much later."""
        ...

    async def close(self) -> None:
        """Remove what was made here."""
        ...


class SQLite:
    """A file in the folder of the one server."""

    def __init__(self, data: Path, copies: Path) -> None:
        self.moves = 0
        self._data = data
        self._copies = copies

    def address(self, teller: str) -> str:
        return ""

    def watch(self) -> None:
        pass

    def stored(self) -> Stored:
        self._copies.mkdir(exist_ok=True)
        for suffix in ("", "-wal"):
            source = self._data / f"{FILE}{suffix}"
            copy = self._copies / source.name
            copy.unlink(missing_ok=True)
            if source.exists():
                shutil.copyfile(source, copy)
        with contextlib.closing(sqlite3.connect(self._copies / FILE)) as db:
            rows = db.execute("SELECT project, data FROM event ORDER BY project, seq").fetchall()
        return _by_project(rows)

    def tellers(self) -> Tellers:
        return {}

    def nodes(self) -> dict[str, bool]:
        return {}

    async def restart(self, *, crash: bool, seconds: float) -> None:
        raise NotImplementedError("nothing runs here")

    async def close(self) -> None:
        pass


class Postgres:
    """A database of its own on a running server."""

    def __init__(self, server: Server) -> None:
        self.moves = 0
        self._server = server
        self._name = server.new_database()
        self._restarting: asyncio.Future[None] | None = None

    def address(self, teller: str) -> str:
        return f"{self._server.url(self._name)}&application_name={teller}"

    def watch(self) -> None:
        self._server.execute(_WATCH.format("application_name"), self._name)

    def stored(self) -> Stored:
        rows = self._server.execute(_EVENTS.format("data"), self._name)
        return _by_project(cast(list[tuple[str, bytes]], rows))

    def tellers(self) -> Tellers:
        rows = self._server.execute(_EVENTS.format("teller"), self._name)
        return _by_project(cast(list[tuple[str, str]], rows))

    def nodes(self) -> dict[str, bool]:
        return dict(cast(list[tuple[str, bool]], self._server.execute(_NODES, self._name)))

    async def restart(self, *, crash: bool, seconds: float) -> None:
        def act() -> None:
            self._server.stop("immediate" if crash else "fast")
            time.sleep(seconds)
            self._server.start()

        self.moves += 1
        self._restarting = asyncio.get_running_loop().run_in_executor(None, act)
        # A trial that is given up meanwhile must not leave it stopped.
        await asyncio.shield(self._restarting)
        self.moves += 1

    async def close(self) -> None:
        if self._restarting is not None:
            await self._restarting
        await asyncio.to_thread(self._server.drop, self._name)


def _by_project(rows: Sequence[tuple[str, T]]) -> dict[str, list[T]]:
    found: dict[str, list[T]] = {}
    for name, value in rows:
        found.setdefault(name, []).append(value)
    return found
