"""Coming back to a long project: what it costs the server until the viewer is live again.

A viewer that has seen one event connects with `?live=1`, gets one snapshot, and then an event
that is appended once it has it. Measured is all that the server's process spends on that, the
append included, on the clock that the kernel keeps of it. Beside it, what it costs right after a
restart, and at the very first look of all, where no folded state was kept yet. Nothing is left
out: the first viewer after a restart also pays for all that a fresh process does for the first
time; `any stream` is what that is, for a project of one event.
"""

import asyncio
import os
import secrets
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import msgspec

from benchmarks.programs import Program, cores, running, tree
from benchmarks.report import report, row
from benchmarks.resume_projects import PROJECT, Length, write_project

QUICK = os.environ.get("SMARTFORGE_BENCH_QUICK") == "1"
ROUNDS = 1 if QUICK else 5
RESUMES = 20
LIMIT_MS = 50.0
TOKEN = secrets.token_urlsafe(24)
SECONDS = 60.0

EMPTY = Length("any stream", 0)
LENGTHS = (
    Length("2,000 chunks", 2_000),
    Length("20,000 chunks", 20_000),
    Length("200,000 chunks", 200_000),
    Length("200,000 chunks in 5,000 files", 200_000, files=5_000),
    Length("20,000 chunks of one unfinished file", 20_000, whole=False),
)
SHORT, LONG = LENGTHS[0], LENGTHS[2]


class Cost(msgspec.Struct, frozen=True):
    """What one resume took: CPU and wall time in milliseconds, and the snapshot's bytes."""

    cpu: float
    wall: float
    size: int


class Found(msgspec.Struct):
    """What the rounds found of one length."""

    first: list[Cost] = []
    cold: list[Cost] = []
    warm: list[Cost] = []


def main() -> None:
    found = asyncio.run(_measure())
    rows = [line for length in found for line in _rows(length, found[length])]
    for name in ("cold", "warm"):
        cpu = {length: _median(getattr(found[length], name), "cpu") for length in (SHORT, LONG)}
        rows.append(row(f"{name}, {LONG.name} : {SHORT.name}", "x", cpu[LONG] / cpu[SHORT]))
    report("resume", _settings(), rows, keep=not QUICK)


async def _measure() -> dict[Length, Found]:
    found: dict[Length, Found] = {}
    for length in (EMPTY, *LENGTHS):
        with tempfile.TemporaryDirectory() as folder:
            written = Path(folder) / "written"
            written.mkdir()
            last = await write_project(written, length)
            seen = found[length] = Found()
            for number in range(ROUNDS):
                print(f"{length.name}: round {number + 1} of {ROUNDS}", flush=True)
                data = Path(shutil.copytree(written, Path(folder) / str(number)))
                await _round(data, last, seen)
    return found


async def _round(data: Path, last: int, seen: Found) -> None:
    """The first look of all; then, after a restart, the first look and many more."""
    long = last > 1_000
    async with _served(data) as (program, http):
        seen.first.append(await _resume(program, http, long))
        while long and await _kept(program) < last:  # noqa: ASYNC110 - it is another process
            await asyncio.sleep(0.01)
    async with _served(data) as (program, http):
        seen.cold.append(await _resume(program, http, long))
        warm = [await _resume(program, http, long) for _ in range(RESUMES)]
    seen.warm.append(
        Cost(
            cpu=statistics.mean(one.cpu for one in warm),
            wall=statistics.median(one.wall for one in warm),
            size=warm[-1].size,
        )
    )


async def _resume(program: Program, http: httpx.AsyncClient, long: bool) -> Cost:
    """Come back with the cursor 1; over once an event was seen that came after the snapshot.

    A project that is not `long` has nothing beyond the cursor, and no snapshot is sent.
    """
    began, cpu = time.perf_counter(), _cpu(program.pid)
    size = appended = 0
    path, params = f"/api/stream/{PROJECT}", {"after": "1", "live": "1"}
    async with http.stream("GET", path, params=params) as response:
        response.raise_for_status()
        async for line in response.aiter_lines():
            if appended and line == f"id: {appended}":
                break
            if line.startswith('data: {"type":"snapshot"'):
                size = len(line.encode())
            if line == "" and not appended and bool(size) == long:
                appended = await _append(program)
    spent, waited = _cpu(program.pid) - cpu, time.perf_counter() - began
    return Cost(cpu=1000 * spent, wall=1000 * waited, size=size)


async def _kept(program: Program) -> int:
    return (await program.ask({"do": "kept", "project": PROJECT}, SECONDS))["seq"]


async def _append(program: Program) -> int:
    return (await program.ask({"do": "append", "project": PROJECT}, SECONDS))["seq"]


def _cpu(pid: int) -> float:
    """Seconds of CPU of the process, which has no children, to the nanosecond.

    The clock's number is made as `clock_getcpuclockid` makes it (Linux, posix-timers.h).
    """
    assert tree(pid) == [pid]
    return time.clock_gettime(~pid << 3 | 2)


@asynccontextmanager
async def _served(data: Path) -> AsyncGenerator[tuple[Program, httpx.AsyncClient], None]:
    command = (sys.executable, "-m", "benchmarks.resume_server", str(data))
    headers = {"Authorization": f"Bearer {TOKEN}"}
    variables = {"SMARTFORGE_TOKEN": TOKEN}
    async with (
        running(command, data, core=cores()[0], variables=variables) as program,
        httpx.AsyncClient(
            base_url=program.ready["url"], headers=headers, timeout=SECONDS, trust_env=False
        ) as http,
    ):
        yield program, http


def _rows(length: Length, found: Found) -> list[dict[str, Any]]:
    name = length.name
    if length is EMPTY:
        return [
            row(f"{name}, first after a restart", "ms CPU", _median(found.cold, "cpu")),
            row(f"{name}, warm", "ms CPU", _median(found.warm, "cpu")),
        ]
    return [
        row(f"{name}, warm", "ms CPU", _median(found.warm, "cpu"), limit=LIMIT_MS),
        row(f"{name}, cold: restarted", "ms CPU", _median(found.cold, "cpu"), limit=LIMIT_MS),
        row(f"{name}, first look of all", "ms CPU", _median(found.first, "cpu")),
        row(f"{name}, warm", "ms until live", _median(found.warm, "wall")),
        row(f"{name}, cold: restarted", "ms until live", _median(found.cold, "wall")),
        row(f"{name}, snapshot", "bytes", _median(found.warm, "size")),
    ]


def _median(costs: list[Cost], name: str) -> float:
    return statistics.median(getattr(cost, name) for cost in costs)


def _settings() -> dict[str, object]:
    return {
        "rounds": f"{ROUNDS}, a fresh copy of the log in each, medians",
        "chunks": "100 characters, 40 to a file, 20 files written again in every run",
        "warm": f"{RESUMES} viewers one after the other, the mean of them",
        "cold": "the first request of a server that was restarted, with a checkpoint in the log",
        "first look of all": "no checkpoint yet, as after an update: all events are folded",
        "live": "one event appended after the snapshot has reached the viewer; its CPU is in",
        "CPU": "user and kernel time of the server's one process, all threads",
        "auth": "bearer token",
        "limits": "the default ones",
        "durability": "SQLite WAL, synchronous FULL",
        "resume": "on",
    }
