"""200 trials of the stream with connections, nodes and database failing: what viewers end with.

Not a measure of speed: each trial ends with every viewer's events and state compared with what
the database holds. `tests/chaos/stream` says what is done and what is compared.
"""

import asyncio
import statistics
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.chaos.stream import trial
from tests.chaos.stream.databases import database
from tests.chaos.stream.plan import plan
from tests.postgres import Server, running

from benchmarks.report import report, row

SEEDS = 200
LANES = 2
"""Trials at the same time, each with a PostgreSQL server of its own, since it is restarted."""

END_SECONDS = 3.0
"""A node that is told to stop has ended by then."""


def main() -> None:
    """Exits with 1 where any viewer of any seed saw anything else than the log."""
    outcomes = asyncio.run(_all(iter(range(SEEDS))))
    failed = [each for each in outcomes if each.faults]
    for each in failed:
        print(each.report(), file=sys.stderr)
    done = Counter(each.what for one in outcomes for each in one.plan.disturbances)
    ends = [each.slowest_end for each in outcomes]
    rows = [
        row("seeds with a gap, repeat, phantom or other state", "seeds", len(failed), limit=0),
        row("seeds", "seeds", len(outcomes)),
        row("viewers", "viewers", sum(len(each.plan.sights) for each in outcomes)),
        row("events appended", "events", sum(each.events for each in outcomes)),
        row("events seen", "events", sum(each.seen for each in outcomes)),
        row("snapshots seen", "snapshots", sum(each.snapshots for each in outcomes)),
        row("connections", "connections", sum(each.connections for each in outcomes)),
        row("connections cut", "connections", sum(each.cuts for each in outcomes)),
        row("nodes killed (kill -9)", "nodes", done["kill"]),
        row("nodes told to stop (SIGTERM)", "nodes", done["terminate"]),
        row("streams that were bid farewell", "streams", sum(each.farewells for each in outcomes)),
        row("slowest end after SIGTERM", "s", max(ends), limit=END_SECONDS),
        row("median of the slowest ends", "s", statistics.median(ends)),
        row("projects taken over by the other node", "projects", done["take"]),
        row("PostgreSQL restarted", "times", done["restart database"]),
        row("LISTEN connections dropped", "times", done["drop listening"]),
        row("clocks set", "times", done["clock"]),
    ]
    settings = {
        "databases": dict(Counter(each.plan.database for each in outcomes)),
        "two nodes": sum(each.plan.nodes > 1 for each in outcomes),
        "durability": "synchronous FULL (SQLite), synchronous_commit on without fsync (PostgreSQL)",
        "limits": "on",
        "auth": "off: loopback",
    }
    report("chaos-stream", settings, rows)
    if failed:
        raise SystemExit(1)


async def _all(seeds: Iterator[int]) -> list[trial.Outcome]:
    with ExitStack() as held:
        servers = [await asyncio.to_thread(held.enter_context, running()) for _ in range(LANES)]
        lanes = await asyncio.gather(*(_lane(seeds, each) for each in servers))
    return sorted((each for lane in lanes for each in lane), key=lambda each: each.plan.seed)


async def _lane(seeds: Iterator[int], server: Server) -> list[trial.Outcome]:
    outcomes: list[trial.Outcome] = []
    for seed in seeds:
        planned = plan(seed)
        with (
            TemporaryDirectory() as folder,
            database(planned, Path(folder), lambda: server) as kept,
        ):
            outcomes.append(await trial.run(planned, Path(folder), kept))
        print("." if not outcomes[-1].faults else f" {seed} failed ", end="", flush=True)
    return outcomes


if __name__ == "__main__":
    main()
