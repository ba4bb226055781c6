"""100 runs stopped at random moments: how soon they end, and what is left of them.

One `smartforge serve`, asked over HTTP. Three of its four slots are taken by runs that go on all
the time; the runs that are stopped follow one after the other. Their moments come from a seed.

SMARTFORGE_BENCH_QUICK=1 tries it with seven stops; then nothing is kept.
"""

import asyncio
import os
import statistics
import sys
import tempfile
from collections.abc import Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

from tests.model_project import PLAN
from tests.openai_wire import Answer, WireScript, openai_wire

from benchmarks.programs import ProgramError
from benchmarks.report import report, row
from benchmarks.serving import serving
from benchmarks.stop.moments import KINDS, QUICK_STOPS, STOPS, Kind, Moment, moments
from benchmarks.stop.neighbours import neighbour, status
from benchmarks.stop.remains import adopt_orphans, remains
from benchmarks.stop.trial import Found, Place, trial

QUICK = os.environ.get("SMARTFORGE_BENCH_QUICK") == "1"
SEED = 100
PACE = 80.0
NEIGHBOURS = 3

END_LIMIT_MS, SOCKET_LIMIT_MS = 1_000.0, 200.0

FILE = Answer("x = 1  # a line that stands for all others\n" * 10)
"""About a hundred and thirty tokens, so that a stop falls into any file, or between two."""

LONG_PLAN = PLAN | {"understood": [f"A note has a title, said {n} times." for n in range(60)]}


def main() -> None:
    adopt_orphans()
    try:
        found, hit = asyncio.run(_all(moments(SEED, _counts())))
        rows = _rows(found, hit)
    except (ProgramError, TimeoutError) as error:
        raise SystemExit(f"stop: nothing could be measured: {error!r}") from error
    report("stop", _settings(), rows, keep=not QUICK)
    for number, one in enumerate(found):
        if not _sound(one):
            print(f"stop {number}: {one}", file=sys.stderr)
    failed = [line["metric"] for line in rows if not line.get("held", True)]
    if failed:
        raise SystemExit(f"stop: does not hold: {'; '.join(failed)}")


def _sound(one: Found) -> bool:
    """Whether there is nothing to tell about this stop."""
    slow = (one.end or 0) > END_LIMIT_MS or (one.socket or 0) > SOCKET_LIMIT_MS
    fault = (
        one.left or one.sockets or one.untold or one.wrong or one.refused or one.silent or one.hit
    )
    return not (slow or fault) and one.ended in {"run:cancelled", "complete"}


def _counts() -> dict[Kind, int]:
    return QUICK_STOPS if QUICK else STOPS


async def _all(planned: Sequence[Moment]) -> tuple[list[Found], int]:
    """What became of each, and how many neighbours were hit."""
    script = WireScript(plan=LONG_PLAN, otherwise=FILE, pace=PACE)
    async with AsyncExitStack() as held:
        data = Path(held.enter_context(tempfile.TemporaryDirectory()))
        temporary = Path(held.enter_context(tempfile.TemporaryDirectory()))
        wire = await held.enter_async_context(openai_wire(script))
        variables = {"OPENAI_BASE_URL": wire.base_url, "TMPDIR": str(temporary)}
        product = await held.enter_async_context(serving(data, variables))
        if there := remains(product.pid, temporary):
            raise ProgramError(f"the server is not alone before the first run: {there}")
        place = Place(product, temporary, wire)
        others = [
            await held.enter_async_context(neighbour(product.http, wire)) for _ in range(NEIGHBOURS)
        ]
        found: list[Found] = []
        for moment in planned:
            found.append(await trial(place, moment))
            print(".", end="", flush=True)
        print()
        hit = [each for each in others if await status(product.http, each) != "generating"]
    return found, len(hit)


def _rows(found: Sequence[Found], hit: int) -> list[dict[str, Any]]:
    untold = sum(one.untold for one in found)
    ends = [one.end for one in found if one.end is not None]
    sockets = [one.socket for one in found if one.socket is not None]
    gone = [one.gone for one in found if one.gone is not None]
    if min(len(ends), len(sockets), len(gone)) < 2:
        raise ProgramError("too few runs were still on when they were stopped")
    return [
        row("until the terminal event, p50", "ms", _cut(ends, 50)),
        row("until the terminal event, p99", "ms", _cut(ends, 99), limit=END_LIMIT_MS),
        *(_slowest(kind, found) for kind in KINDS),
        row("until the model's socket is closed, p50", "ms", _cut(sockets, 50)),
        row("until the model's socket is closed, most", "ms", max(sockets), limit=SOCKET_LIMIT_MS),
        row("until nothing is left, p50", "ms", _cut(gone, 50)),
        row("until nothing is left, most", "ms", max(gone)),
        row("until the Stop is answered, most", "ms", max(one.answered for one in found)),
        row("processes left", "", sum(len(one.left.processes) for one in found), limit=0),
        row("temporary folders left", "", sum(len(one.left.folders) for one in found), limit=0),
        row("sockets of the model left", "", sum(one.sockets for one in found), limit=0),
        row("stopped answers whose tokens are untold", "", untold, limit=0),
        row("runs without exactly one end", "", sum(one.wrong for one in found), limit=0),
        row("runs that broke", "", sum(one.ended == "error" for one in found), limit=0),
        row("Stops that were refused", "", sum(bool(one.refused) for one in found), limit=0),
        row("follow-ups that did not run", "", sum(bool(one.silent) for one in found), limit=0),
        row("late Stops that hit the next run", "", sum(bool(one.hit) for one in found), limit=0),
        row("runs of others that were hit", "", hit, limit=0),
        row("stops", "", len(found)),
        row("stops while the model was answering", "", len(sockets)),
        row("stops of runs that had just ended", "", len(found) - len(ends)),
        row("runs that ended before the Stop reached them", "", _completed(found)),
        row("stops with a follow-up at once", "", sum(one.moment.followed for one in found)),
    ]


def _slowest(kind: Kind, found: Sequence[Found]) -> dict[str, Any]:
    ends = [one.end for one in found if one.moment.kind == kind and one.end is not None]
    return row(f"until the terminal event, {kind}, most", "ms", max(ends, default=0.0))


def _completed(found: Sequence[Found]) -> int:
    return sum(one.end is not None and one.ended != "run:cancelled" for one in found)


def _cut(times: Sequence[float], percent: int) -> float:
    return statistics.quantiles(times, n=100, method="inclusive")[percent - 1]


def _settings() -> dict[str, object]:
    return {
        "seed": SEED,
        "stops": ", ".join(f"{count} {kind}" for kind, count in _counts().items()),
        "moments": {
            "planning": "up to 3 s into a plan that a model streams",
            "writing": "up to 4 s into files that a model streams, 1.7 s each",
            "checking": "up to 0.3 s into one of the checks that run in the sandbox",
            "queued": "up to 0.5 s in the queue, all slots taken",
            "ending": "up to 5 ms after the last check but one, the last one, or the last step",
        },
        "half of the Stops": "name the run that they mean",
        "meanwhile": f"{NEIGHBOURS} other runs, for which the model writes all the time",
        "model": f"scripted, {PACE:.0f} tokens/s to each, in the process that measures",
        "terminal event": "from sending the POST until a viewer of the live stream has it",
        "socket": "from sending the POST until the model reads the end of its connection",
        "processes": "all below the server, orphans too",
        "auth": "token",
        "limits": "on",
        "durability": "SQLite WAL, synchronous FULL",
        "sandbox": "bubblewrap",
    }
