"""What the log acknowledged survives a `kill -9` at any moment."""

import os
import random
import subprocess
import sys
from collections import defaultdict
from pathlib import Path
from typing import IO

import pytest

from smartforge.log.sqlite import SQLiteLog
from tests.chaos.appending import BATCH, PROJECTS
from tests.contract.logs import chunk, seqs, text_of

APPENDING = Path(__file__).with_name("appending.py")
Acknowledged = dict[str, dict[str, int]]


def killed_while_appending(path: Path, lines: int) -> Acknowledged:
    """Per project, the keys and places acknowledged by a process killed after so many of them."""
    with subprocess.Popen(
        [sys.executable, str(APPENDING), str(path)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    ) as process:
        assert process.stdout is not None
        acknowledged: Acknowledged = defaultdict(dict)
        _take(process.stdout, acknowledged, lines)
        process.kill()
        _take(process.stdout, acknowledged, None)
    return acknowledged


def _take(output: IO[str], acknowledged: Acknowledged, lines: int | None) -> None:
    """Read so many lines, or all; the kill may cut the last one off."""
    while lines is None or lines > 0:
        line = output.readline()
        if not line.endswith("\n"):
            return
        project_id, key, last = line.split()
        acknowledged[project_id][key] = int(last)
        lines = None if lines is None else lines - 1


@pytest.mark.parametrize("seed", range(10))
async def test_nothing_that_was_acknowledged_is_lost(seed: int, tmp_path: Path) -> None:
    path = tmp_path / "log.db"
    lines = random.Random(seed).randrange(1, 600)
    acknowledged = killed_while_appending(path, lines)
    assert sum(len(each) for each in acknowledged.values()) >= lines
    log = SQLiteLog(path)
    await log.open()
    for project_id in PROJECTS:
        records = await log.read(project_id, 0, 1_000_000)
        stored = [record.seq for record in records]
        assert stored == list(range(1, (await log.head(project_id)).last + 1))
        assert (len(stored) - 1) % BATCH == 0, "an append was stored in part"
        for key, last in acknowledged[project_id].items():
            batch = records[last - BATCH : last]
            assert [text_of(record.data) for record in batch] == [key] * BATCH
            again = await log.append(project_id, [chunk("again")], run="r", key=key)
            assert again == last
        assert await seqs(log, project_id) == stored
        assert await log.append(project_id, [chunk()], run="r") == len(stored) + 1
    await log.close()
