"""100 runs of many users on three nodes: limits kept, nobody starves, no node in another's way.

Three `smartforge serve` on one PostgreSQL with room for six runs at once, two of one user; then
one alone with room for two, which gets a third of the runs. A run waits most of the time for its
model, so that the machine, which all nodes share, is not what limits them. Users are told by
their cookies, as browsers are.

Some users ask for many runs at once before the others ask for their first: as many as there is
room for, so that nobody else would have a turn for long if only the order of asking counted.

SMARTFORGE_BENCH_QUICK=1 tries it with fewer and shorter runs; then nothing is kept.
"""

import asyncio
import statistics
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import httpx

from benchmarks.programs import ProgramError
from benchmarks.queue.runs import (
    AT_ONCE,
    EACH,
    FIRST,
    GREEDY,
    LOOK_SECONDS,
    MODEL_SECONDS,
    NODES,
    OF_A_USER,
    OTHERS,
    QUICK,
    SLOTS,
    Round,
    Run,
    on_nodes,
)
from benchmarks.report import report, row

MOST_LESS = 10.0
MOST_WAITED = 1.0
ALONE = "one node alone"


def main() -> None:
    try:
        alone, together, version = asyncio.run(_measure())
    except (ProgramError, TimeoutError, httpx.HTTPError) as error:
        raise SystemExit(f"queue: nothing could be measured: {error!r}") from error
    rows = _rows(alone, together)
    report("queue", _settings(), rows, versions={"postgresql": version}, keep=not QUICK)
    failed = [line["metric"] for line in rows if not line.get("held", True)]
    if failed:
        raise SystemExit(f"queue: does not hold: {'; '.join(failed)}")


async def _measure() -> tuple[Round, Round, str]:
    with tempfile.TemporaryDirectory() as folder:
        alone, _ = await on_nodes(1, Path(folder))
    with tempfile.TemporaryDirectory() as folder:
        together, version = await on_nodes(NODES, Path(folder))
    return alone, together, version


def _rows(alone: Round, together: Round) -> list[dict[str, Any]]:
    runs = together.runs
    taken = [len(each) for each in together.most.by_node.values()]
    waited, fair = max(_first_waits(runs).values()), _fair(runs)
    return [
        row("runs at once in all, by events", "runs", _overlap(runs), limit=AT_ONCE),
        row("runs at once in all, by tickets", "runs", together.most.all, limit=AT_ONCE),
        row(
            "runs at once of a user, by events",
            "runs",
            _overlap_of(runs, lambda run: run.user),
            limit=OF_A_USER,
        ),
        row("runs at once of a user, by tickets", "runs", together.most.user, limit=OF_A_USER),
        row("runs at once on a node, by tickets", "runs", together.most.node, limit=SLOTS),
        row("runs that are not complete", "runs", _broken([*alone.runs, *runs]), limit=0),
        row("longest wait for a user's first run", "s", waited),
        row("fair wait", "s", fair),
        row(
            "longest wait for a user's first run, of the fair one",
            "ratio",
            waited / fair,
            limit=MOST_WAITED,
        ),
        row("longest wait of all", "s", max(run.started - run.queued for run in runs)),
        row("runs a second, of each of three nodes", "runs/s", together.rate, {ALONE: alone.rate}),
        row(
            "less of each of three nodes than of one alone",
            "%",
            100 * (1 - together.rate / alone.rate),
            limit=None if QUICK else MOST_LESS,  # Short runs wait too little for their model.
        ),
        row("a run, p50", "s", _usual(runs), {ALONE: _usual(alone.runs)}),
        row("runs", "runs", len(runs)),
        row("users", "users", len({run.user for run in runs})),
        row("runs on the node with the fewest", "runs", min(taken)),
        row("runs on the node with the most", "runs", max(taken)),
    ]


def _first_waits(runs: Sequence[Run]) -> dict[str, float]:
    """Seconds that the first run of each user waited for its turn."""
    first: dict[str, float] = {}
    for run in runs:  # In the order of asking.
        first.setdefault(run.user, run.started - run.queued)
    return first


def _fair(runs: Sequence[Run]) -> float:
    """What the last user to come may have to wait in seconds, if all take turns.

    What is on goes on to its end; then each user has a first turn before anybody has another.
    """
    longest = max(run.ended - run.started for run in runs)
    return longest * (1 + len({run.user for run in runs}) / AT_ONCE)


def _overlap_of(runs: Sequence[Run], key: Callable[[Run], str]) -> int:
    """The most at once of those that are alike."""
    alike: dict[str, list[Run]] = {}
    for run in runs:
        alike.setdefault(key(run), []).append(run)
    return max(_overlap(each) for each in alike.values())


def _overlap(runs: Sequence[Run]) -> int:
    """The most that were on at the same time; one that ends makes room for one that begins."""
    turns = sorted([(run.ended, -1) for run in runs] + [(run.started, 1) for run in runs])
    most = on = 0
    for _, more in turns:
        on += more
        most = max(most, on)
    return most


def _broken(runs: Sequence[Run]) -> int:
    return sum(run.how != "complete" for run in runs)


def _usual(runs: Sequence[Run]) -> float:
    return statistics.median(run.ended - run.started for run in runs)


def _settings() -> dict[str, object]:
    return {
        "nodes": f"{NODES}, `smartforge serve`, each with {SLOTS} slots; then one alone",
        "limits": f"{OF_A_USER} runs of a user, {AT_ONCE} in all; one node alone: a third of that"
        " in all",
        "users": f"first {GREEDY} who ask for {FIRST} runs each at once, then {OTHERS} who ask for"
        f" {EACH} each, in turns; one node alone: a third of the users",
        "run": f"a scripted model plans it for {MODEL_SECONDS:.0f} s; files are compiled; the one"
        " check is syntax, in the sandbox",
        "fair wait": "the longest run, times 1 for what is on, and users / room for a first turn"
        " of everybody",
        "by events": "from run:started to the end of the run, by the log's clock",
        "by tickets": f"GET /api/cluster every {LOOK_SECONDS} s",
        "runs a second": "from the first start to the last end",
        "cores": "all share the machine, PostgreSQL too",
        "auth": "token, a cookie for each user",
        "durability": "PostgreSQL, fsync and synchronous_commit on",
    }
