"""What a person reads out of a prompt is in its contract: prompts with the facts beside them."""

import tomllib
from pathlib import Path

import pytest

from smartforge.errors import SmartForgeError
from smartforge.planners.offline import plan
from tests.unit.planners.facts import wrong

_HERE = Path(__file__).parent


def _prompts() -> list[dict[str, str]]:
    found: list[dict[str, str]] = []
    for path in sorted(_HERE.glob("prompts*.toml")):
        found += tomllib.loads(path.read_text(encoding="utf-8"))["prompt"]
    return found


@pytest.mark.parametrize("prompt", _prompts(), ids=lambda one: one["id"])
def test_facts_of_a_prompt_hold(prompt: dict[str, str]) -> None:
    """`known` marks what is not read yet: it must go as soon as it is."""
    try:
        lost = wrong(plan((prompt["text"].strip(),)).contract, prompt["facts"])
    except SmartForgeError as error:
        lost = [str(error)]
    assert bool(lost) == bool(prompt.get("known")), lost
