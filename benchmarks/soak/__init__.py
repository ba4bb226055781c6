"""Ten minutes of viewers that come and go in every way, while events flow all the time.

20,000 connections, each to the product's own routes as `smartforge serve` runs them. Afterwards
the server has to be as it was before: as much memory as after warming up, no task and no socket
more. And no viewer may have met a gap or a repeat.

SMARTFORGE_BENCH_SECONDS shortens it to try it out; then nothing is kept.
"""

import asyncio
import os
import sys
import tempfile
import time
from pathlib import Path

import msgspec
import uvloop

from benchmarks.fanout.servers import TOKEN
from benchmarks.programs import (
    Program,
    ProgramError,
    cores,
    open_files,
    own_memory,
    raise_open_files,
)
from benchmarks.programs import running as started
from benchmarks.report import report, row
from benchmarks.soak.guests import WAYS, Guests, can_vanish

FULL_SECONDS = 600
CONNECTS = 20_000
SECONDS = float(os.environ.get("SMARTFORGE_BENCH_SECONDS", FULL_SECONDS))
SAMPLE_SECONDS = min(2.0, SECONDS / 30)
WINDOWS = 5
WARM_VISITS = 100
EMPTY_SECONDS = 90.0
"""How long the server may need to notice that everybody has gone; a parked one is cut after 30."""

ASK_SECONDS = 10.0
SEED = 20_000

GROWTH_LIMIT = 3.0
"""Per cent in the second half, in which 10,000 connections come: what the viewers of one moment
hold varies by about as much, and something kept of each connection would be far more."""


class Held(msgspec.Struct, frozen=True):
    """What the server holds: asyncio tasks, sockets, and all open files."""

    tasks: int
    sockets: int
    files: int


class Soaked(msgspec.Struct, frozen=True):
    """Before and after, kilobytes over the seconds, and how long it took until none was left."""

    before: Held
    after: Held
    memory: list[tuple[float, float]]
    emptied: float


def main() -> None:
    raise_open_files()
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            soaked, guests = runner.run(_soak())
    except ProgramError as error:
        raise SystemExit(f"soak: nothing could be measured: {error}") from error
    connects = guests.ways.total()
    half = _floors([sample for sample in soaked.memory if sample[0] >= SECONDS / 2])
    slope = _slope(half)
    growth = slope * SECONDS / 2
    left = {
        "tasks": soaked.after.tasks - soaked.before.tasks,
        "sockets": soaked.after.sockets - soaked.before.sockets,
        "open files": soaked.after.files - soaked.before.files,
    }
    rows = [
        row(
            "memory that is not given back, growth over the second half",
            "%",
            100 * growth / half[0][1],
            limit=GROWTH_LIMIT,
        ),
        row("memory that is not given back, slope over the second half", "kB/min", slope * 60),
        row("memory that is not given back, half way", "kB", half[0][1]),
        row("memory that is not given back, at the end", "kB", half[-1][1]),
        row("memory, the most", "kB", max(size for _, size in soaked.memory)),
        *(row(f"{what} left", "", count, limit=0) for what, count in left.items()),
        row("until nothing was left", "s", soaked.emptied, limit=EMPTY_SECONDS),
        row("gaps and repeats", "", len(guests.faults), limit=0),
        row("connections", "", connects),
        row("events read", "", guests.events),
    ]
    report("soak", _settings(guests), rows, keep=SECONDS >= FULL_SECONDS)
    failed = [line["metric"] for line in rows if not line.get("held", True)]
    failed += _untrue(guests)
    if failed:
        raise SystemExit(f"soak: does not hold: {'; '.join(failed)} {guests.faults[:3]}")


def _untrue(guests: Guests) -> list[str]:
    """What shows that this was no soak at all."""
    other = {code: count for code, count in guests.statuses.items() if code not in (200, 204)}
    streams = guests.statuses[200]
    found: list[str] = []
    if guests.events == 0 or streams == 0:
        found.append("no viewer read anything")
    if sum(other.values()) > streams * 0.02:
        found.append(f"viewers were answered {other}")
    return found


async def _soak() -> tuple[Soaked, Guests]:
    server, clients = cores()
    if clients is not None:
        os.sched_setaffinity(0, {clients})
    with tempfile.TemporaryDirectory() as name:
        command = (sys.executable, "-m", "benchmarks.soak.flow", name)
        variables = {"SMARTFORGE_TOKEN": TOKEN}
        async with started(command, Path(name), core=server, variables=variables) as program:
            *projects, long = program.ready["cursors"]
            guests = Guests(program.ready["port"], projects, long, SEED)
            await program.ask({"do": "flow"}, ASK_SECONDS)
            before = await _warmed(program, guests)
            memory = await _crowded(program, guests)
            start = time.monotonic()
            after = await _emptied(program, before)
            soaked = Soaked(before, after, memory, time.monotonic() - start)
            await program.ask({"do": "still"}, ASK_SECONDS)
    return soaked, guests


async def _warmed(program: Program, guests: Guests) -> Held:
    """What it holds once it has had viewers, and these have left cleanly."""
    await asyncio.gather(*(guests.visit("closes") for _ in range(WARM_VISITS)))
    least = await _held(program)
    for _ in range(20):
        await asyncio.sleep(0.1)
        now = await _held(program)
        least = min(least, now, key=lambda held: held.tasks)
    return least


async def _crowded(program: Program, guests: Guests) -> list[tuple[float, float]]:
    """All viewers at an even pace; returns memory samples of (seconds, kilobytes)."""
    connects = round(CONNECTS * SECONDS / FULL_SECONDS)
    memory: list[tuple[float, float]] = []
    start = time.monotonic()
    async with asyncio.TaskGroup() as group:
        for number in range(connects):
            due = number * SECONDS / connects
            await asyncio.sleep(max(0.0, due - (time.monotonic() - start)))
            group.create_task(guests.visit())
            if due >= len(memory) * SAMPLE_SECONDS:
                memory.append((due, float(own_memory(program.pid))))
    return memory


async def _emptied(program: Program, before: Held) -> Held:
    """What it still holds when it holds no more than before, or when time is up."""
    until = time.monotonic() + EMPTY_SECONDS
    while True:
        now = await _held(program)
        over = now.tasks > before.tasks or now.sockets > before.sockets or now.files > before.files
        if not over or time.monotonic() > until:
            return now
        await asyncio.sleep(0.5)


async def _held(program: Program) -> Held:
    answer = await program.ask({"do": "count"}, ASK_SECONDS)
    files, sockets = open_files(program.pid)
    return Held(answer["tasks"], sockets, files)


def _floors(samples: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """The lowest sample of each window.

    Viewers that do not read hold some megabytes until they are cut; what was never given back is
    what lies below these.
    """
    size = max(1, len(samples) // WINDOWS)
    starts = range(0, len(samples) - size + 1, size)
    return [min(samples[at : at + size], key=lambda sample: sample[1]) for at in starts]


def _slope(samples: list[tuple[float, float]]) -> float:
    """Kilobytes a second, by least squares."""
    seconds, sizes = zip(*samples, strict=True)
    middle, mean = sum(seconds) / len(seconds), sum(sizes) / len(sizes)
    spread = sum((second - middle) ** 2 for second in seconds)
    return sum((second - middle) * (size - mean) for second, size in samples) / spread


def _settings(guests: Guests) -> dict[str, object]:
    vanishing = "as asked" if can_vanish() else "not without CAP_NET_ADMIN: reset instead"
    return {
        "seconds": SECONDS,
        "events": "8 projects, 5 events/s each, run after run, all the time",
        "viewers leave": WAYS,
        "half-open connections": vanishing,
        "connections cut by the server": guests.cut,
        "streams ended by the server": guests.ended,
        "resumed with a cursor": guests.resumed,
        "answers": {str(code): count for code, count in sorted(guests.statuses.items())},
        "auth": "bearer token on every request",
        "limits": "the default ones",
        "durability": "SQLite WAL, synchronous FULL",
        "memory": "pages of the server that no file lies behind",
    }
