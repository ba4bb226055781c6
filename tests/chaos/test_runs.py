"""Whatever befalls the server: runs end once, nothing is lost, nothing paid for is repeated."""

import os
from pathlib import Path

import pytest

from smartforge.engine.executor import MOST_RESUMED
from tests.chaos.runs import trial
from tests.chaos.runs.plan import CLUSTERS, Disturbance, Made, plan, single
from tests.postgres import shared

pytestmark = pytest.mark.timeout(trial.SECONDS + 60)

QUICK = [26, 58, 31, 91]
"""Twenty runs, half of them on each database, and each kind of disturbance."""

SEEDS = [int(os.environ["SMARTFORGE_SEED"])] if "SMARTFORGE_SEED" in os.environ else QUICK
"""One seed can be repeated, also one that the benchmark has found."""

SLOW = 50
"""At so many characters a second a file takes longer than killing a server does."""

KILL_IN_A_FILE = Disturbance("kill", "event", 12)


@pytest.mark.parametrize("seed", SEEDS)
async def test_runs_survive(seed: int, tmp_path: Path) -> None:
    outcome = await trial.run(plan(seed), tmp_path, shared)
    assert not outcome.faults, outcome.report()
    assert outcome.done["kill"], "nothing was survived"


@pytest.mark.parametrize(
    ("fault", "made", "disturbances", "found"),
    [
        # Twice as many as are asked at once, so that some are stored by then.
        ("forgotten step", "model", (Disturbance("kill", "answer", 18),), "repeated call: "),
        ("lost tail", "offline", (KILL_IN_A_FILE,), "lost: what was stored"),
        ("left process", "offline", (), "left process: "),
    ],
)
async def test_a_planted_fault_is_found(
    fault: str, made: Made, disturbances: tuple[Disturbance, ...], found: str, tmp_path: Path
) -> None:
    outcome = await trial.run(single("s0p0", made, *disturbances), tmp_path, shared, fault=fault)
    assert any(found in each for each in outcome.faults), outcome.report()


WRITTEN = 20_000
"""At so many characters a second it writes for seconds, whoever takes it over too."""

FROZEN_OUT = single(
    "s0p0", "offline", Disturbance("outlast", "file"), pace=WRITTEN, nodes=CLUSTERS[0]
)


async def test_who_was_replaced_cannot_append_even_where_it_does_not_hear_of_it(
    tmp_path: Path,
) -> None:
    outcome = await trial.run(FROZEN_OUT, tmp_path, shared, fault="deaf")
    assert not outcome.faults, outcome.report()
    assert outcome.resumed, "nobody was replaced"


async def test_what_is_appended_past_the_fence_is_found(tmp_path: Path) -> None:
    outcome = await trial.run(FROZEN_OUT, tmp_path, shared, fault="deaf, no fence")
    assert any("fenced: " in each for each in outcome.faults), outcome.report()


async def test_a_run_whose_server_never_lives_long_enough_is_given_up(tmp_path: Path) -> None:
    kills = (KILL_IN_A_FILE, *[Disturbance("kill", "resumed")] * MOST_RESUMED)
    outcome = await trial.run(single("s0p0", "offline", *kills, pace=SLOW), tmp_path, shared)
    assert not outcome.faults, outcome.report()
    assert dict(outcome.ends) == {"interrupted": 1}
