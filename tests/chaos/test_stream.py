"""Whatever befalls connections, nodes and database: every viewer sees the log, all of it, once."""

import os
from pathlib import Path

import pytest

from tests.chaos.stream import trial
from tests.chaos.stream.databases import SQLite, database
from tests.chaos.stream.faults import FAULTS
from tests.chaos.stream.plan import Disturbance, Plan, Sight, plan
from tests.postgres import shared

FOUND = {
    "gap": "gap: event",
    "repeat": "repeat: event",
    "phantom": "phantom: event",
    "changed": "phantom: event",
    "state": "state: the snapshot",
    "end": "where a run is on",
    "silent farewell": "without a farewell",
    "forgotten append": "lost: ",
    "lost tail": "is stored",
}
"""What a trial says of each fault that can be planted."""


SEEDS = [int(os.environ["SMARTFORGE_SEED"])] if "SMARTFORGE_SEED" in os.environ else range(20)
"""One seed can be repeated, also one that the benchmark has found."""


@pytest.mark.parametrize("seed", SEEDS)
async def test_every_viewer_sees_the_log_and_nothing_else(seed: int, tmp_path: Path) -> None:
    planned = plan(seed)
    with database(planned, tmp_path, shared) as kept:
        outcome = await trial.run(planned, tmp_path, kept)
    assert not outcome.faults, outcome.report()


@pytest.mark.parametrize("fault", FAULTS)
async def test_a_planted_fault_is_found(fault: str, tmp_path: Path) -> None:
    sights = (
        Sight("raw", "single", ("p",), compact=False),
        Sight("live", "single", ("q",), live=True),
        Sight("several", "several", ("p", "q")),
    )
    disturbances = tuple(
        Disturbance(0.9, what)
        for what in ("terminate", "kill")
        if fault in ("silent farewell", "lost tail")
    )
    planted = Plan(0, "sqlite", 1, sights, disturbances, rough=False)
    outcome = await trial.run(planted, tmp_path, SQLite(tmp_path), fault=fault)
    assert any(FOUND[fault] in each for each in outcome.faults), outcome.report()
