"""What the page costs the browser's main thread while files are written, and how late it draws.

A server writes into the real log at a pace, a real Chromium shows the project: a file of 2,000
lines, then eight files at once, then twenty one after the other, then a project with a long past.
Beside it, prism-react-renderer on the same stream, in a harness of one viewer each.

SMARTFORGE_BENCH_QUICK=1 tries it with short files; then nothing is kept.
"""

import asyncio
import json
import os
import statistics
import sys
import tempfile
from collections.abc import Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

from benchmarks.live.page import launched
from benchmarks.page.looking import FRAME_MS, TASK_FLOOR_MS
from benchmarks.page.trial import Bench, Sight
from benchmarks.programs import ROOT, ProgramError, running
from benchmarks.report import report, row

QUICK = os.environ.get("SMARTFORGE_BENCH_QUICK") == "1"
LINES = 200 if QUICK else 2_000
PARALLEL, ONE_BY_ONE = 8, 20
EVENTS = 2_000 if QUICK else 20_000
RATE = 500.0
SIZE, PIECE = 20, 100
TOKEN = "benchmark-token"

TASK_LIMIT_MS, DROPPED_LIMIT_PERCENT, LAG_LIMIT_MS = 50.0, 10.0, 350.0
HEAP_LIMIT_PERCENT, CPU_LIMIT, OPEN_LIMIT_S = 10.0, 0.5, 0.5
PRISM = "prism-react-renderer"
VIEWERS, TURNS = ("ours", "prism"), 1 if QUICK else 3


def main() -> None:
    try:
        rows, version = asyncio.run(_measure())
    except (ProgramError, TimeoutError) as error:
        raise SystemExit(f"page: nothing could be measured: {error!r}") from error
    versions = {"chromium": version, PRISM: _installed(PRISM)}
    report("page", _settings(), rows, versions=versions, keep=not QUICK)
    missed = [line["metric"] for line in rows if not _held(line)]
    if missed:
        raise SystemExit(f"page: does not hold: {'; '.join(missed)}")


async def _measure() -> tuple[list[dict[str, Any]], str]:
    async with AsyncExitStack() as held:
        folder = Path(held.enter_context(tempfile.TemporaryDirectory()))
        harness = folder / "harness"
        await _build(harness)
        (folder / "data").mkdir()
        command = [sys.executable, "-m", "benchmarks.page.server", f"{folder}/data", str(harness)]
        variables = {"SMARTFORGE_TOKEN": TOKEN}
        server = await held.enter_async_context(
            running(command, folder, core=None, variables=variables)
        )
        browser = await held.enter_async_context(launched())
        context = await browser.new_context(viewport={"width": 1280, "height": 800})
        bench = Bench(server, browser, context, server.ready["url"].rstrip("/"))
        await bench.pass_door(TOKEN)
        return await _rows(bench), browser.version


async def _rows(bench: Bench) -> list[dict[str, Any]]:
    await bench.written("warm", _files(1, LINES // 4), RATE, SIZE)  # It loads the editor.
    rows: list[dict[str, Any]] = []
    for name, texts in (
        (f"{LINES:,} lines", _files(1, LINES)),
        (f"{PARALLEL} files at once", _files(PARALLEL, LINES // 4)),
    ):
        print(name, flush=True)
        rows += _sight_rows(name, await bench.written(f"at-once-{len(texts)}", texts, RATE, SIZE))
    print("in the harness", flush=True)
    one = _files(1, LINES)
    both = [
        [await bench.in_harness(f"{name}-{turn}", name, one, RATE, SIZE) for name in VIEWERS]
        for turn in range(TURNS)
    ]
    ours, prism = (_middle(sights) for sights in zip(*both, strict=True))
    rows += [
        row("harness: main thread", "s", ours.cpu, {PRISM: prism.cpu}, limit={PRISM: CPU_LIMIT}),
        row("harness: frames dropped", "%", _dropped(ours), {PRISM: _dropped(prism)}),
        row("harness: last chunk until all is drawn", "s", ours.late, {PRISM: prism.late}),
    ]
    print(f"{ONE_BY_ONE} files one after the other", flush=True)
    warm = {"app/warm.py": 5 * LINES - 1}
    heaps = await bench.heaps(warm, _files(ONE_BY_ONE, LINES // 4), RATE, PIECE)
    quarter = heaps[ONE_BY_ONE // 4 - 1]
    grown = 100 * (heaps[-1] / quarter - 1)
    print("a long past", flush=True)
    opened = await bench.opened("past", EVENTS)
    return [
        *rows,
        row(f"heap after {ONE_BY_ONE} files", "MiB", heaps[-1] / 2**20),
        row("heap, grown since the fifth file", "%", grown, limit=HEAP_LIMIT_PERCENT),
        row("opened: events of the project", "", opened.events),
        row("opened: main thread until interactive", "s", opened.cpu, limit=OPEN_LIMIT_S),
        row("opened: by the clock", "s", opened.wall),
    ]


def _sight_rows(name: str, sight: Sight) -> list[dict[str, Any]]:
    rows = [
        row(f"{name}: task, p95", "ms", _cut(sight.tasks, 95), limit=TASK_LIMIT_MS),
        row(f"{name}: longest task", "ms", max(sight.tasks)),
        row(f"{name}: frames dropped", "%", _dropped(sight), limit=DROPPED_LIMIT_PERCENT),
        row(f"{name}: main thread", "s", sight.cpu),
        row(f"{name}: written in", "s", sight.seconds),
    ]
    if sight.lags:
        lags = [1000 * lag for lag in sight.lags]
        rows += [
            row(f"{name}: behind the stream, p50", "ms", statistics.median(lags)),
            row(f"{name}: behind the stream, p95", "ms", _cut(lags, 95)),
            row(f"{name}: behind the stream, most", "ms", max(lags), limit=LAG_LIMIT_MS),
        ]
    return rows


def _middle(sights: Sequence[Sight]) -> Sight:
    """The one whose main thread computed neither least nor most."""
    return sorted(sights, key=lambda sight: sight.cpu)[len(sights) // 2]


def _files(files: int, lines: int) -> dict[str, int]:
    """How many lines there are in each file, by its path."""
    return {f"app/part_{n:02}.py": lines for n in range(files)}


def _dropped(sight: Sight) -> float:
    return 100 * sight.dropped / (sight.frames + sight.dropped)


def _cut(times: Sequence[float], percent: int) -> float:
    return statistics.quantiles(times, n=100, method="inclusive")[percent - 1]


def _held(line: dict[str, Any]) -> bool:
    held: bool | dict[str, bool] = line.get("held", True)
    return all(held.values()) if isinstance(held, dict) else held


async def _build(target: Path) -> None:
    """The harness, from the page's own sources."""
    web = ROOT / "web"
    config = f"--config={web / 'bench' / 'vite.config.ts'}"
    command = ["scripts/page.py", "tool", "vite", "build", str(web / "bench"), config]
    built = await asyncio.create_subprocess_exec(
        sys.executable,
        *command,
        f"--outDir={target}",
        "--emptyOutDir",
        "--logLevel=error",
        cwd=ROOT,
    )
    if await built.wait():
        raise ProgramError("the harness could not be built")


def _installed(package: str) -> str:
    found = ROOT / "web" / "node_modules" / package / "package.json"
    return json.loads(found.read_text("utf-8"))["version"]


def _settings() -> dict[str, object]:
    return {
        "stream": f"{RATE:.0f} chunks/s in all, {SIZE} characters each, through the product's log,"
        " its server and the page's shared worker",
        "one file": f"{LINES:,} lines",
        f"{PARALLEL} files": f"{LINES // 4} lines each, a chunk of each in turn",
        "task": f"of the page's main thread, by the clock; of those of {TASK_FLOOR_MS:.0f} ms"
        " or more",
        "frames": f"of {FRAME_MS:.1f} ms; from the first chunk until a second after the last one",
        "behind the stream": "from storing a chunk until its last character stands in the DOM",
        "main thread": "the time that it computed, not counting where it waited for a core",
        "harness": "one viewer and nothing else, both fed by the page's own hook, which"
        f" renders once a frame; {LINES:,} lines, until the last is drawn; {TURNS} of each in"
        " turns, the one in the middle",
        "heap": f"after a collection; {ONE_BY_ONE} files of {LINES // 4} lines one after the other"
        " in one page, after 5,000 events that fill its bounded lists",
        "opened": "a page of its own, scripts from the browser's cache, until chat, code and"
        " prompt box can be used",
        "browser": "Chromium, headless, without a GPU, 1280 x 800",
        "auth": "token",
        "limits": "on",
        "durability": "SQLite WAL, synchronous FULL",
    }
