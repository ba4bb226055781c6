"""From an append to a follower: at a steady pace, and flat out, with every commit on the disk.

The baseline beside ours is the plain way: sqlite3 in WAL mode, one commit per event, its
latency that of the commit alone, with no follower. PostgreSQL runs on this machine, with fsync on,
and is reached by a socket.
"""

import asyncio
import os
import sqlite3
import statistics
import tempfile
import time
from contextlib import closing
from pathlib import Path

from tests import postgres

from benchmarks.report import report, row
from smartforge import events
from smartforge.log.base import follow
from smartforge.log.postgres import PostgresLog
from smartforge.log.sqlite import SQLiteLog

PACE = 2_000
SECONDS = 5
WRITERS = 64
EVENTS = 64_000
TOGETHER = 20
PLAIN_EVENTS = 1_000
PLAIN = "sqlite3, one commit per event"
SQLITE_LIMIT, POSTGRES_LIMIT = 1.5, 3.0
"""The most that the median from append to follower may be, in milliseconds."""

CREATED = events.ProjectCreated(title="t", prompt="p", target="fastapi", model=None)
Measured = dict[str, float]
DurableLog = SQLiteLog | PostgresLog


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder)
        fsync = _fsync(path / "fsync")
        plain = _plain(path / "plain.db")
        paced = asyncio.run(_paced(SQLiteLog(path / "paced.db")))
        alone = asyncio.run(_flat_out(SQLiteLog(path / "alone.db"), 1))
        joined = asyncio.run(_flat_out(SQLiteLog(path / "joined.db"), TOGETHER))
    with postgres.running(durable=True) as server:
        [(postgres_version,)] = server.execute("SHOW server_version")
        shared = asyncio.run(_paced(PostgresLog(server.url(server.new_database()))))
    together = f"flat out, {TOGETHER} events an append"
    rows = [
        row("fsync of this disk, p50", "ms", fsync),
        row(
            "append to follower, p50",
            "ms",
            paced["p50"],
            {PLAIN: plain["p50"]},
            limit=SQLITE_LIMIT,
        ),
        row("append to follower, p99", "ms", paced["p99"], {PLAIN: plain["p99"]}),
        row("paced, CPU with producer and follower", "s/100,000 events", paced["cpu"]),
        row("PostgreSQL: append to follower, p50", "ms", shared["p50"], limit=POSTGRES_LIMIT),
        row("PostgreSQL: append to follower, p99", "ms", shared["p99"]),
        row("PostgreSQL: paced, events a commit", "events", shared["shared"]),
        row("PostgreSQL: paced, CPU without its server", "s/100,000 events", shared["cpu"]),
        row("flat out, one event an append", "events/s", alone["rate"], {PLAIN: plain["rate"]}),
        row("flat out, one event an append", "events a commit", alone["shared"]),
        row("flat out, one event an append", "CPU s/100,000 events", alone["cpu"]),
        row(together, "events/s", joined["rate"], {PLAIN: plain["rate"]}),
        row(together, "CPU s/100,000 events", joined["cpu"]),
    ]
    settings = {
        "paced": f"{PACE} events/s for {SECONDS} s, one event an append, one follower",
        "flat out": f"{WRITERS} writers, {EVENTS} events",
        "durability": "SQLite WAL, synchronous FULL; PostgreSQL with fsync, synchronous_commit on",
        "fence": "epoch on every append",
        "limits": "on",
    }
    report("append", settings, rows, versions={"postgresql": str(postgres_version)})


async def _paced(log: DurableLog) -> Measured:
    epoch = await _opened(log)
    total = PACE * SECONDS
    sent: dict[int, float] = {}
    latencies: list[float] = []

    async def append(number: int) -> None:
        await log.append("p", [_chunk(number)], run="r", epoch=epoch)

    async def see() -> None:
        async for records in follow(log, "p", 1):
            now = time.perf_counter()
            for record in records:
                _, fact = events.decode(record.data)
                assert isinstance(fact, events.CodeChunk)
                latencies.append((now - sent[fact.at]) * 1000)
            if len(latencies) == total:
                return

    before = await log.commits()
    cpu = time.process_time()
    async with asyncio.TaskGroup() as group:
        group.create_task(see())
        start = time.perf_counter()
        while len(sent) < total:
            due = int((time.perf_counter() - start) * PACE)
            for number in range(len(sent), min(due, total)):
                sent[number] = time.perf_counter()
                group.create_task(append(number))
            await asyncio.sleep(0.0005)
    cpu = time.process_time() - cpu
    commits = await log.commits() - before
    await log.close()
    return _quantiles(latencies) | {"cpu": cpu / total * 100_000, "shared": total / commits}


async def _flat_out(log: DurableLog, together: int) -> Measured:
    epoch = await _opened(log)
    facts = [_chunk(number) for number in range(together)]
    each = EVENTS // WRITERS // together
    total = WRITERS * each * together
    before = await log.commits()

    async def write() -> None:
        for _ in range(each):
            await log.append("p", facts, run="r", epoch=epoch)

    start, cpu = time.perf_counter(), time.process_time()
    await asyncio.gather(*(write() for _ in range(WRITERS)))
    seconds, cpu = time.perf_counter() - start, time.process_time() - cpu
    commits = await log.commits() - before
    assert (await log.head("p")).last == total + 1
    await log.close()
    return {
        "rate": total / seconds,
        "shared": total / commits,
        "cpu": cpu / total * 100_000,
    }


def _plain(path: Path) -> Measured:
    latencies: list[float] = []
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("CREATE TABLE event (seq INTEGER PRIMARY KEY, data BLOB)")
        envelope = events.Envelope(type="code:chunk", project_id="p", seq=1, run="r", ts=0)
        data = events.encode(_chunk(0), envelope)
        start = time.perf_counter()
        for _ in range(PLAIN_EVENTS):
            begun = time.perf_counter()
            connection.execute("INSERT INTO event (data) VALUES (?)", (data,))
            latencies.append((time.perf_counter() - begun) * 1000)
        seconds = time.perf_counter() - start
    return _quantiles(latencies) | {"rate": PLAIN_EVENTS / seconds}


def _fsync(path: Path) -> float:
    times: list[float] = []
    with path.open("wb") as file:
        for _ in range(100):
            file.write(b"x" * 4096)
            file.flush()
            start = time.perf_counter()
            os.fsync(file.fileno())
            times.append((time.perf_counter() - start) * 1000)
    return statistics.median(times)


async def _opened(log: DurableLog) -> int:
    """Open the log and make the project `p`; its epoch."""
    await log.open()
    await log.create("p", [CREATED])
    return await log.claim("p")


def _chunk(at: int) -> events.CodeChunk:
    return events.CodeChunk(path="app/routers/books.py", attempt=1, at=at, text="x" * 50)


def _quantiles(milliseconds: list[float]) -> Measured:
    cuts = statistics.quantiles(milliseconds, n=100)
    return {"p50": cuts[49], "p99": cuts[98]}
