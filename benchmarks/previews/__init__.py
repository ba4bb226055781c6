"""20 generated APIs previewed at once: what each holds, who reaches whom, how soon they wake.

And 500 sandboxes that are started and stopped one after the other, and what is left of them.
SMARTFORGE_BENCH_QUICK=1 tries it with a few; then nothing is kept.
"""

import asyncio
import os
import statistics
import sys
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.previews.trial import PROMPT, SETTLED_SECONDS, Found, measure
from benchmarks.report import report, row

QUICK = os.environ.get("SMARTFORGE_BENCH_QUICK") == "1"
PREVIEWS, WAKES, SANDBOXES = (3, 3, 10) if QUICK else (20, 20, 500)
MEMORY_LIMIT_MB, WAKE_LIMIT_MS, STOP_LIMIT_S = 60.0, 100.0, 2.0


def main() -> None:
    # Of its own, so that what others leave in the common one is not counted.
    with tempfile.TemporaryDirectory(prefix="sf") as folder:
        tempfile.tempdir = folder
        try:
            found = asyncio.run(measure(Path(folder) / "data", PREVIEWS, WAKES, SANDBOXES))
        except (OSError, TimeoutError, AssertionError) as error:
            raise SystemExit(f"previews: nothing could be measured: {error!r}") from error
        finally:
            tempfile.tempdir = None
    rows = _rows(found)
    report("previews", _settings(), rows, keep=not QUICK)
    for one in (*found.reached, *found.left):
        print(one, file=sys.stderr)
    failed = [line["metric"] for line in rows if not line.get("held", True)]
    if failed:
        raise SystemExit(f"previews: does not hold: {'; '.join(failed)}")


def _rows(found: Found) -> list[dict[str, Any]]:
    milliseconds = [1000 * each for each in found.wakes]
    return [
        row("previews awake at once", "", len(found.megabytes)),
        row("memory of one that is idle, most", "MB", max(found.megabytes), limit=MEMORY_LIMIT_MB),
        row("memory of one that is idle, p50", "MB", statistics.median(found.megabytes)),
        row("first start, p50", "ms", 1000 * statistics.median(found.starts)),
        row("wake, p50", "ms", statistics.median(milliseconds), limit=WAKE_LIMIT_MS),
        row("wake, most", "ms", max(milliseconds)),
        row("reached from another sandbox", "", len(found.reached), limit=0),
        row("until all are gone", "s", found.stopped, limit=STOP_LIMIT_S),
        row("sandboxes one after the other", "", len(found.sandboxes)),
        row("each of them, p50", "ms", 1000 * statistics.median(found.sandboxes)),
        row("kinds of things left", "", len(found.left), limit=0),
    ]


def _settings() -> dict[str, object]:
    return {
        "prompt": PROMPT,
        "memory": f"proportional set size, {SETTLED_SECONDS:g} s after the last start",
        "wake": "from the request to the answer of GET /health, with its data, a spare waiting",
        "reached": "sockets, ports, names, files and processes, tried by code in a sandbox",
        "left": "processes, users, mounts, sockets, folders, control groups, descriptors",
        "auth": "token",
        "limits": "on",
        "durability": "SQLite WAL, synchronous FULL",
        "sandbox": "bubblewrap",
    }
