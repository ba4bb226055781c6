"""What only a model can write, from its plan to the checks: proven, or honestly not."""

import json
from pathlib import Path
from typing import Any

import pytest

from smartforge.planners.model import INSTRUCTIONS
from tests.openai_wire import WireScript, wire_in_thread
from tests.processes import smartforge

PROMPT = "A recipe API: recipes have a title and servings, and can be scaled by a number."
PATH = "app/custom/scale.py"
GOOD = '''\
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


@pytest.mark.parametrize("good", [True, False])
def test_examples_of_the_plan_judge_what_the_model_wrote(good: bool, tmp_path: Path) -> None:
    begin, end = INSTRUCTIONS.index("{"), INSTRUCTIONS.index("}\n\n- resources")
    planned: Any = json.loads(INSTRUCTIONS[begin : end + 1].replace("\n", " "))
    text = GOOD if good else GOOD.replace("*= body", "+= body")
    out = tmp_path / "made"
    with wire_in_thread(WireScript(plan=planned, files={PATH: text})) as wire:
        settings = {"OPENAI_BASE_URL": wire.base_url, "SMARTFORGE_MODEL": "scripted"}
        done = smartforge("new", PROMPT, "--out", str(out), "--json", more=settings)
        asked = [request.asked for request in wire.requests]
    events = [json.loads(line) for line in done.stdout.splitlines()]
    assert asked[:2] == ["plan", PATH], done.stderr
    if good:
        assert events[-1]["type"] == "complete", done.stderr
        assert events[-1]["verdict"] == "passed"
        assert (out / PATH).read_text() == GOOD
    else:
        assert events[-1]["type"] == "error"
        assert "'tests' failed" in events[-1]["message"]
