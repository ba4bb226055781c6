"""What only a model can write, from its plan to the checks: proven, or honestly not.

The model is played over OpenAI's wire, in the words of a capable one: a plan in its own way, code
in its own taste, wrong at times. All else is real.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.model_answers import (
    EXAMPLE_PLAN,
    POKER_CODE,
    POKER_PATH,
    POKER_PLAN,
    POKER_PROMPT,
    POKER_WRONG,
    WORDS_CODE,
    WORDS_PATH,
    WORDS_PLAN,
    WORDS_PROMPT,
)
from tests.openai_wire import Answer, Request, WireScript, wire_in_thread
from tests.processes import QUICK, SMARTFORGE, smartforge

Events = list[dict[str, Any]]

RECIPES = "A recipe API: recipes have a title and servings, and can be scaled by a number."
SCALE_PATH = "app/custom/scale.py"
SCALE = '''\
"""Recipes for more people."""

from fastapi import HTTPException, status
from sqlalchemy.orm import Session

from app import models
from app.schemas import custom as schemas


def answer(
    db: Session, recipe: models.Recipe, body: schemas.ScaleRequest
) -> schemas.ScaleAnswer:
    """Multiplies servings by times; over 100 is refused."""
    if recipe.servings * body.times > 100:
        raise HTTPException(status.HTTP_409_CONFLICT, "That is too many.")
    recipe.servings *= body.times
    return schemas.ScaleAnswer(servings=recipe.servings)
'''


def made(
    prompt: str, script: WireScript, out: Path, *, every_check: bool = False
) -> tuple[Events, list[Request], str]:
    """The run's events, what the model was asked, and what a person reads."""
    with wire_in_thread(script) as wire:
        settings: Mapping[str, str] = {
            "OPENAI_BASE_URL": wire.base_url,
            "SMARTFORGE_MODEL": "scripted",
            "QUICK_CHECKS": "syntax lint boot contract tests",
        }
        command = SMARTFORGE if every_check else QUICK
        arguments = ("new", prompt, "--out", str(out), "--json")
        done = smartforge(*arguments, more=settings, command=command)
        asked = list(wire.requests)
    return [json.loads(line) for line in done.stdout.splitlines()], asked, done.stderr


def passed(events: Events, out: Path, path: str, examples: int) -> None:
    """The run is complete, and its examples are among the tests that passed."""
    assert events[-1]["type"] == "complete", events[-1]
    assert events[-1]["verdict"] == "passed"
    tests = (out / f"tests/test_custom_{Path(path).name}").read_text()
    assert tests.count("def test_example_") == examples
    [*_, told] = [one for one in events if one["type"] == "check:complete"
                  and one["check"] == "tests"]  # fmt: skip
    assert told["verdict"] == "passed"


def test_a_capable_model_is_proven_after_it_has_mended_what_an_example_found(
    tmp_path: Path,
) -> None:
    out = tmp_path / "made"
    script = WireScript(plan=POKER_PLAN, files={POKER_PATH: [POKER_WRONG, POKER_CODE]})
    events, asked, errors = made(POKER_PROMPT, script, out, every_check=True)
    assert [one.asked for one in asked] == ["plan", POKER_PATH, POKER_PATH], errors
    passed(events, out, POKER_PATH, 3)
    assert events[-1]["summary"].startswith("1 operation, ")
    assert events[-1]["summary"].endswith("after 1 round of repair")
    assert (out / POKER_PATH).read_text() == POKER_CODE
    _, first, repair = asked
    assert "full_house" in first.prompt
    assert "straight_flush" not in first.prompt, "the other examples are there to judge"
    assert "test_example_2" in repair.prompt
    assert "wanted {'rank': 'straight_flush', 'high': 5" in repair.prompt
    assert POKER_WRONG.splitlines()[-1] in repair.prompt


def test_a_text_algorithm_is_proven_whatever_its_code_looks_like(tmp_path: Path) -> None:
    out = tmp_path / "made"
    plan = f"Here is the plan.\n\n```json\n{json.dumps(WORDS_PLAN, indent=2)}\n```\nEnjoy!"
    script = WireScript(plan=Answer(plan, form="text"), files={WORDS_PATH: WORDS_CODE})
    events, asked, errors = made(WORDS_PROMPT, script, out, every_check=True)
    assert [one.asked for one in asked] == ["plan", WORDS_PATH], errors
    passed(events, out, WORDS_PATH, 2)
    assert (out / WORDS_PATH).read_text() in WORDS_CODE


def test_what_acts_on_rows_is_judged_by_its_examples(tmp_path: Path) -> None:
    out = tmp_path / "made"
    script = WireScript(plan=EXAMPLE_PLAN, files={SCALE_PATH: SCALE})
    events, _, _ = made(RECIPES, script, out)
    passed(events, out, SCALE_PATH, 2)


@pytest.mark.parametrize("answers", [1, 4], ids=["the same", "another each time"])
def test_code_that_stays_wrong_is_no_version_and_the_best_copy_is_named(
    answers: int, tmp_path: Path
) -> None:
    out = tmp_path / "made"
    wrong = [POKER_WRONG.replace("high=high", f"high=high + {at}") for at in range(answers)]
    script = WireScript(plan=POKER_PLAN, files={POKER_PATH: wrong})
    events, asked, errors = made(POKER_PROMPT, script, out)
    rounds = [one["round"] for one in events if one["type"] == "repair:start"]
    assert rounds == ([1, 2, 3] if answers == 4 else [1])
    assert len(asked) == 2 + len(rounds)
    assert not [one for one in events if one["type"] == "complete"]
    assert events[-1]["code"] == "checks_failed"
    assert "test_example_2 failed" in events[-1]["message"]
    assert "The best working copy is kept, that from before any repair" in errors
    assert not out.exists()
    assert (tmp_path / "made.work" / POKER_PATH).read_text() == wrong[0]
