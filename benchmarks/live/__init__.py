"""From a model's token to the character in a browser, and what the product adds to the model.

One `smartforge serve`; a model that streams 80 tokens a second to each file; a real Chromium that
shows the project while it is written. First one file, to time each token until its last character
stands in the page's DOM. Then eight files at once: their order, and what parallel work saves.

SMARTFORGE_BENCH_QUICK=1 tries it with short answers and one round; then nothing is kept.
"""

import asyncio
import os
import statistics
import tempfile
from collections.abc import Sequence
from contextlib import AsyncExitStack
from importlib.metadata import version
from pathlib import Path
from typing import Any

from tests.openai_wire import WireScript, openai_wire

from benchmarks.live.page import browsing
from benchmarks.live.runs import FILES, PACE, Shown, Written, plan_of, shown, written
from benchmarks.programs import ProgramError
from benchmarks.report import report, row
from benchmarks.serving import serving

QUICK = os.environ.get("SMARTFORGE_BENCH_QUICK") == "1"
ROUNDS = 1 if QUICK else 2
LINES = 40 if QUICK else 100

DRAWN_LIMIT_MS, ADDED_LIMIT_PERCENT, PARALLEL_LIMIT = 60.0, 5.0, 0.35
SEQUENTIAL = "one after the other"


def main() -> None:
    try:
        rows = _rows(*asyncio.run(_measure()))
    except (ProgramError, TimeoutError) as error:
        raise SystemExit(f"live: nothing could be measured: {error!r}") from error
    report("live", _settings(), rows, versions={"openai": version("openai")}, keep=not QUICK)
    missed = [line["metric"] for line in rows if not _held(line)]
    if missed:
        raise SystemExit(f"live: does not hold: {'; '.join(missed)}")


def _held(line: dict[str, Any]) -> bool:
    held: bool | dict[str, bool] = line.get("held", True)
    return all(held.values()) if isinstance(held, dict) else held


async def _measure() -> tuple[list[Shown], list[Written]]:
    script = WireScript(pace=PACE)
    async with AsyncExitStack() as held:
        data = Path(held.enter_context(tempfile.TemporaryDirectory()))
        wire = await held.enter_async_context(openai_wire(script))
        product = await held.enter_async_context(serving(data, {"OPENAI_BASE_URL": wire.base_url}))
        browser = await held.enter_async_context(browsing(str(product.http.base_url)))
        script.plan = plan_of(1)
        await shown(product, wire, browser, 20)  # The first one loads libraries and the editor.
        singles: list[Shown] = []
        for number in range(ROUNDS):
            print(f"one file, round {number + 1} of {ROUNDS}", flush=True)
            singles.append(await shown(product, wire, browser, LINES))
        script.plan = plan_of(FILES)
        many: list[Written] = []
        for number in range(ROUNDS):
            print(f"{FILES} files, round {number + 1} of {ROUNDS}", flush=True)
            many.append(await written(product, wire, browser, LINES // 2))
        return singles, many


def _rows(singles: Sequence[Shown], many: Sequence[Written]) -> list[dict[str, Any]]:
    lags = [1000 * lag for one in singles for lag in one.lags]
    took = statistics.median(one.took for one in many)
    apart = statistics.median(one.apart for one in many)
    wrong = sum(one.wrong for one in (*singles, *many))
    return [
        row("token to character in the page, p50", "ms", _cut(lags, 50)),
        row("token to character in the page, p95", "ms", _cut(lags, 95), limit=DRAWN_LIMIT_MS),
        row("token to character in the page, most", "ms", max(lags)),
        row("tokens that were timed", "", len(lags)),
        row(
            "one file: added to the model's own time",
            "%",
            statistics.median(100 * (one.took / one.model - 1) for one in singles),
            limit=ADDED_LIMIT_PERCENT,
        ),
        row(
            f"{FILES} files: added to the model's own time",
            "%",
            statistics.median(100 * (one.took / one.model - 1) for one in many),
            limit=ADDED_LIMIT_PERCENT,
        ),
        row(
            f"{FILES} files at once",
            "s",
            took,
            {SEQUENTIAL: apart},
            limit={SEQUENTIAL: PARALLEL_LIMIT},
        ),
        row("chunks out of order, or text that differs", "", wrong, limit=0),
        row("chunks that were looked at", "", sum(one.chunks for one in (*singles, *many))),
    ]


def _cut(times: Sequence[float], percent: int) -> float:
    return statistics.quantiles(times, n=100, method="inclusive")[percent - 1]


def _settings() -> dict[str, object]:
    return {
        "model": f"scripted, {PACE:.0f} tokens/s to each file, in the process that measures",
        "rounds": f"{ROUNDS}, after one warm-up",
        "one file": f"{LINES} lines that a model writes while all else is compiled",
        "token to character": "from handing a token to the model's socket until its last character"
        " stands in the DOM of Chromium's page, which follows the file; both by the system's clock",
        "model's own time": "from its first request to the end of its last answer",
        "added": "from its first request to the last `file:complete` of its files, by the log's"
        " clock, beside that",
        SEQUENTIAL: "the sum of what the model took for each of the same answers",
        "order": "each file's chunks follow each other without a gap and join to the answer; what"
        " the page shows only grows",
        "browser": "Chromium, headless, 1280 x 800, typing as for everybody",
        "auth": "token",
        "limits": "on",
        "durability": "SQLite WAL, synchronous FULL",
    }
