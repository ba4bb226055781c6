"""From the log to a thousand viewers: our route beside four other servers, in one go.

Every server is started afresh in every round, and the rounds alternate between the servers, so
that whatever else the machine does hits all alike. Ours is the product as `smartforge serve` runs
it: its own route, the real log, the door, default limits. The peers keep nothing, ask nobody who
they are, and are written the plain good way that their documentation shows. A run in which any
viewer misses any event is no measurement.

SMARTFORGE_BENCH_QUICK=1 tries it out in a minute or two: one round, fewer viewers, nothing kept.
"""

import asyncio
import os
from collections.abc import Sequence

import msgspec

from benchmarks.fanout.rows import rows
from benchmarks.fanout.servers import OURS, PROJECTS, SEVERAL, Missing, Server, servers
from benchmarks.fanout.visit import Measured, Overloaded, Pace, visiting
from benchmarks.programs import ProgramError, cores, raise_open_files
from benchmarks.report import report

QUICK = os.environ.get("SMARTFORGE_BENCH_QUICK") == "1"
ROUNDS = 1 if QUICK else 5
VIEWERS = 100 if QUICK else 1_000

STEADY = Pace("steady", events=20 if QUICK else 50, rate=10, bound=25)
BURST = Pace("burst", events=200, rate=0, bound=10)
FULL = Pace("full", events=200 if QUICK else 400, rate=100, bound=10)


class Findings(msgspec.Struct):
    """What the rounds found of one server: numbers by pace, memory, and why one is missing."""

    server: Server
    measured: dict[str, list[Measured]] = {}
    memory: list[float] = []
    notes: dict[str, str] = {}


def main() -> None:
    files = raise_open_files()
    if files < VIEWERS + 100:
        raise SystemExit(f"{VIEWERS} viewers need more open files than {files}: raise `ulimit -n`.")
    there = servers()
    found = [Findings(server) for server in there if isinstance(server, Server)]
    asyncio.run(_rounds(found))
    missing = {one.name: one.reason for one in there if isinstance(one, Missing)}
    notes = {one.server.name: one.notes for one in found if one.notes}
    versions = {one.server.name: one.server.version for one in found[2:]}
    made = rows({one.server.name: (one.measured, one.memory, one.notes) for one in found})
    report("fanout", _settings(missing, notes), made, versions=versions, keep=not QUICK)


async def _rounds(found: Sequence[Findings]) -> None:
    for number in range(ROUNDS):
        for one in found:
            print(f"round {number + 1} of {ROUNDS}: {one.server.name}", flush=True)
            try:
                await _round(one)
            except ProgramError as error:
                if one.server.name in (OURS, SEVERAL):
                    raise SystemExit(f"fanout: {one.server.name}: {error}") from error
                one.measured.clear()
                one.notes["failed"] = str(error)


async def _round(one: Findings) -> None:
    """All paces in turn; a server that was overloaded is started afresh for the next one."""
    left = [pace for pace in _paces(one.server) if pace.name not in one.notes]
    while left and "failed" not in one.notes:
        async with visiting(one.server, VIEWERS) as visit:
            while left:
                pace = left.pop(0)
                seen = await visit.measure(pace)
                if isinstance(seen, Overloaded):
                    _give_up(one, pace, seen)
                    break
                one.measured.setdefault(pace.name, []).append(seen)
                if pace is STEADY:
                    one.memory.append(visit.grown())


def _give_up(one: Findings, pace: Pace, seen: Overloaded) -> None:
    """One overload is enough to know: the pace is not tried again with this server."""
    said = f"overloaded: {seen.deliveries} of {seen.expected} deliveries in {seen.bound:.0f} s"
    if one.server.name in (OURS, SEVERAL):
        raise ProgramError(f"pace {pace.name}: {said}")
    one.notes[pace.name] = said
    one.measured.pop(pace.name, None)


def _paces(server: Server) -> list[Pace]:
    return [STEADY] if server.name == SEVERAL else [STEADY, BURST, FULL]


def _settings(missing: dict[str, str], notes: dict[str, dict[str, str]]) -> dict[str, object]:
    pinned = cores()[0] is not None
    return {
        "viewers": f"{VIEWERS}, one process, from 250 loopback addresses; every delivery checked",
        "rounds": f"{ROUNDS}, every server afresh in each, medians; one server after the other",
        "cores": "server and viewers pinned to one core each" if pinned else "one core for all",
        "steady": f"{STEADY.events} events at {STEADY.rate:.0f}/s",
        "burst": f"{BURST.events} events published at once",
        "full": f"{FULL.events} events at {FULL.rate:.0f}/s",
        "several": f"{PROJECTS} projects a viewer, the events to each in turn, as many in all",
        "CPU": "user and kernel time of the server's processes, publishing included (nchan: not)",
        "latency": "from the moment at which an event was due to its receipt",
        "memory": "growth of the server's own pages, without what the kernel keeps for sockets",
        "ours": "GET /api/stream/{id}, built and served as by `smartforge serve`",
        "auth": "bearer token on every request (ours); peers: none",
        "limits": "the default ones (ours); peers: none",
        "durability": "SQLite WAL, synchronous FULL, shown after the commit (ours); peers: none",
        "resume": "on; viewers come with Last-Event-ID (ours); peers: none, nchan's buffer",
        "not to be had": missing,
        "without a number": notes,
    }
