"""200 runs on servers that are killed, frozen and out of disk: what becomes of them.

Half of them on one server with SQLite, half on three nodes with PostgreSQL, which is stopped and
started as well. Not a measure of speed: each trial ends with all that is served compared with what
was seen, what the database held at each kill, who appended it, and what the model was asked for.
`tests/chaos/runs` says what is done and what is compared.
"""

import asyncio
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.chaos.runs import trial
from tests.chaos.runs.outcome import Outcome
from tests.chaos.runs.plan import RUNS, Kind, plan
from tests.postgres import Server, running

from benchmarks.report import report, row

SEEDS = 200 // RUNS
LANES = 2
SECONDS = 720
"""After so long no further trial begins; what is missing then is told, and is a failure."""


def main() -> None:
    """Exits with 1 where anything was wrong with any run, or where it took too long for all."""
    outcomes = asyncio.run(_all(iter(range(SEEDS))))
    failed = [each for each in outcomes if each.faults]
    for each in failed:
        print(each.report(), file=sys.stderr)
    done, ends, runs = Counter[str](), Counter[str](), Counter[Kind]()
    for each in outcomes:
        done += each.done
        ends += each.ends
        runs[each.plan.database] += each.ends.total()

    def total(name: str) -> int:
        return sum(getattr(each, name) for each in outcomes)

    rows = [
        row("seeds with any fault", "seeds", len(failed), limit=0),
        row("seeds that were not tried for want of time", "seeds", SEEDS - len(outcomes), limit=0),
        row("model calls for what was finished before", "calls", total("repeated"), limit=0),
        row("events by who had been replaced", "events", total("fenced"), limit=0),
        row("processes left", "processes", total("left"), limit=0),
        row("runs on one server, SQLite", "runs", runs["sqlite"]),
        row("runs on three nodes, PostgreSQL", "runs", runs["postgres"]),
        *(row(f"runs that ended as {code}", "runs", times) for code, times in ends.most_common()),
        row("runs taken up by another execution", "times", total("resumed")),
        row("servers killed (kill -9)", "times", done["kill"]),
        row("processes below them at that moment", "processes", total("below")),
        row("temporary folders left by them", "folders", total("folders")),
        row("servers frozen for some seconds (SIGSTOP, SIGCONT)", "times", done["freeze"]),
        row("servers frozen until they were given up", "times", done["outlast"]),
        row("PostgreSQL stopped in order, and started", "times", done["restart"]),
        row("PostgreSQL stopped as by a crash, and started", "times", done["crash"]),
        row("disk full for a while (SQLite alone)", "times", done["fill"]),
        row("events", "events", total("events")),
        row("files complete, their hashes right", "files", total("files")),
        row("model calls", "calls", total("calls")),
        row("of these again, since they were broken off", "calls", total("again")),
        row("of these by who had just been replaced", "calls", total("late")),
        row("slowest start of a server", "s", max(each.slowest_start for each in outcomes)),
    ]
    settings = {
        "databases": "sqlite, postgresql",
        "seeds with all checks": sum(each.plan.thorough for each in outcomes),
        "checks of the others": "syntax, lint, boot (in the sandbox)",
        "durability": "SQLite synchronous FULL; PostgreSQL fsync on",
        "limits": "on",
        "auth": "off: loopback",
    }
    report("chaos-runs", settings, rows)
    if failed or len(outcomes) < SEEDS:
        raise SystemExit(1)


async def _all(seeds: Iterator[int]) -> list[Outcome]:
    until = time.monotonic() + SECONDS
    with ExitStack() as held:
        # A trial restarts its server, so each lane has one of its own.
        servers = [held.enter_context(running(durable=True)) for _ in range(LANES)]
        lanes = await asyncio.gather(*(_lane(seeds, until, each) for each in servers))
    return sorted((each for lane in lanes for each in lane), key=lambda each: each.plan.seed)


async def _lane(seeds: Iterator[int], until: float, server: Server) -> list[Outcome]:
    outcomes: list[Outcome] = []
    for seed in seeds:
        if time.monotonic() > until:
            break
        with TemporaryDirectory() as folder:
            outcomes.append(await trial.run(plan(seed), Path(folder), lambda: server))
        print("." if not outcomes[-1].faults else f" {seed} failed ", end="", flush=True)
    return outcomes


if __name__ == "__main__":
    main()
