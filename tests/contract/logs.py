"""Every log, made ready for the contract suite, and the facts that the tests append."""

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from smartforge import events
from smartforge.log.base import Log, Record
from smartforge.log.clock import Clock, wall_clock
from smartforge.log.memory import MemoryLog
from smartforge.log.postgres import PostgresLog
from smartforge.log.sqlite import SQLiteLog
from tests import postgres


class SettableClock:
    """A clock that the test moves, back as well."""

    def __init__(self) -> None:
        self.now = 1_000

    def __call__(self) -> int:
        return self.now


class WatchedLog(Log, Protocol):
    """A log that also tells how many wait, so that tests need not guess by time."""

    @property
    def waiters(self) -> int: ...


MakeLog = Callable[[Path, Clock], WatchedLog]

LOGS: dict[str, MakeLog] = {
    "memory": lambda _, clock: MemoryLog(clock),
    "postgres": lambda folder, clock: PostgresLog(database_url(folder), clock),
    "sqlite": lambda folder, clock: SQLiteLog(folder / "log.db", clock),
}
DURABLE = ("postgres", "sqlite")
"""The logs that keep what they have when they are opened again."""

CREATED = events.ProjectCreated(title="Books", prompt="A book API", target="fastapi", model=None)
ENVELOPE_BYTES = 400
"""More than any envelope of these tests takes."""


def chunk(text: str = "x", at: int = 0) -> events.CodeChunk:
    """A piece of a file."""
    return events.CodeChunk(path="app/main.py", attempt=1, at=at, text=text)


async def seqs(log: WatchedLog, project_id: str) -> list[int]:
    """The seq of every event of the project, in the order in which they are read."""
    return [record.seq for record in await records(log, project_id)]


async def records(log: WatchedLog, project_id: str, after: int = 0) -> list[Record]:
    """Every event beyond `after`, as they are read until there are none."""
    found: list[Record] = []
    while more := await log.read(project_id, found[-1].seq if found else after, 100_000):
        found += more
    return found


def text_of(data: bytes) -> str:
    """The text of an encoded chunk."""
    _, fact = events.decode(data)
    assert isinstance(fact, events.CodeChunk)
    return fact.text


def make(name: str, folder: Path, clock: Clock = wall_clock) -> WatchedLog:
    """A log that is not open yet; the same name and folder find what was kept."""
    return LOGS[name](folder, clock)


_databases: dict[Path, str] = {}
"""Which database of PostgreSQL stands for which folder."""


def database_url(folder: Path) -> str:
    """A database of PostgreSQL that is this folder's alone, empty at first."""
    if folder not in _databases:
        _databases[folder] = postgres.shared().new_database()
    return postgres.shared().url(_databases[folder])


def remove(folder: Path) -> None:
    """Remove what was kept for the folder outside of it."""
    if folder in _databases:
        postgres.shared().drop(_databases.pop(folder))
