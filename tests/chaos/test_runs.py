"""Whatever befalls the server: runs end once, nothing is lost, nothing paid for is repeated."""

import os
from pathlib import Path

import pytest

from smartforge.engine.inprocess import MOST_RESUMED
from tests.chaos.runs import trial
from tests.chaos.runs.plan import Disturbance, Made, plan, single

SEEDS = [int(os.environ["SMARTFORGE_SEED"])] if "SMARTFORGE_SEED" in os.environ else [8, 15, 35]
"""Fifteen runs. One seed can be repeated, also one that the benchmark has found."""

SLOW = 50
"""At so many characters a second a file takes longer than killing a server does."""

KILL_IN_A_FILE = Disturbance("kill", "event", 12)


@pytest.mark.parametrize("seed", SEEDS)
async def test_runs_survive(seed: int, tmp_path: Path) -> None:
    outcome = await trial.run(plan(seed), tmp_path)
    assert not outcome.faults, outcome.report()
    assert outcome.done["kill"], "nothing was survived"


@pytest.mark.parametrize(
    ("fault", "made", "disturbances", "found"),
    [
        ("forgotten step", "model", (Disturbance("kill", "answer", 3),), "repeated call: "),
        ("lost tail", "offline", (KILL_IN_A_FILE,), "lost: what was stored"),
        ("left process", "offline", (), "left process: "),
    ],
)
async def test_a_planted_fault_is_found(
    fault: str, made: Made, disturbances: tuple[Disturbance, ...], found: str, tmp_path: Path
) -> None:
    outcome = await trial.run(single("s0p0", made, *disturbances), tmp_path, fault=fault)
    assert any(found in each for each in outcome.faults), outcome.report()


async def test_a_run_whose_server_never_lives_long_enough_is_given_up(tmp_path: Path) -> None:
    kills = (KILL_IN_A_FILE, *[Disturbance("kill", "resumed")] * MOST_RESUMED)
    outcome = await trial.run(single("s0p0", "offline", *kills, pace=SLOW), tmp_path)
    assert not outcome.faults, outcome.report()
    assert dict(outcome.ends) == {"interrupted": 1}
