"""A sample of the benchmark `previews`: what it counts, without its clocks."""

import asyncio
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from smartforge.sandbox.bubblewrap import Bubblewrap
from tests import sandboxes

CLONE = Path(__file__).resolve().parents[2]
CODE = """
import asyncio, sys, tempfile
from pathlib import Path
import msgspec
from benchmarks.previews.trial import measure
tempfile.tempdir = sys.argv[1]
found = asyncio.run(measure(Path(sys.argv[1]) / "data", previews=2, wakes=1, sandboxes=10))
print(msgspec.json.encode(found).decode())
"""


async def test_previews_reach_nobody_and_leave_nothing() -> None:
    await sandboxes.needed(Bubblewrap())
    # Sockets lie where it is told only if their paths are short enough there.
    with tempfile.TemporaryDirectory(dir="/tmp", ignore_cleanup_errors=True) as place:
        done = await asyncio.to_thread(
            subprocess.run,
            [sys.executable, "-c", CODE, place],
            cwd=CLONE,
            env={**os.environ, "PYTHONPATH": str(CLONE)},
            capture_output=True,
            text=True,
            timeout=110,
            check=False,
        )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout.splitlines()[-1])
    assert (found["reached"], found["left"]) == ([], [])
    assert (len(found["megabytes"]), len(found["wakes"]), len(found["sandboxes"])) == (2, 1, 10)
