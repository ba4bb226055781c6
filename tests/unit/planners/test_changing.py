"""Follow-ups that rules do not understand: a model changes the plan by exact edits."""

import json
from typing import Any

import pytest
from msgspec.structs import replace

from smartforge.contract import Contract, Integer
from smartforge.errors import ModelFailed, NothingToChange
from smartforge.llm.lost import heard
from smartforge.planners import changing
from smartforge.planners.base import Known, PlanRequest
from smartforge.planners.model import INSTRUCTIONS, ModelPlanner
from smartforge.planners.offline import OfflinePlanner
from smartforge.planners.shape import ChangeShape, PlanShape, contract_of, shape_of
from tests.unit.planners.test_model import FakeProvider

Json = dict[str, Any]

_BEGIN, _END = INSTRUCTIONS.index("{"), INSTRUCTIONS.index("}\n\n- resources")
RECIPES: Json = json.loads(INSTRUCTIONS[_BEGIN : _END + 1].replace("\n", " "))
SCALE = "app/custom/scale.py"
FILES = (
    Known("app/main.py", "the application", "it is compiled from the plan"),
    Known(SCALE, "What scale does"),
    Known("tests/test_scale.py", "Tests of scale", "the project is judged by it"),
)
FIFTY = {"search": "over 100 is refused", "replace": "over 50 is refused"}


def made() -> Contract:
    """The recipes that the instructions tell of, whose operation a model has written."""
    contract = contract_of(PlanShape.model_validate(RECIPES))
    return replace(contract, customs=tuple(replace(one, made=True) for one in contract.customs))


def asked(words: str = "scale refuses more than 50") -> PlanRequest:
    return PlanRequest(["recipes that can be scaled", words], made(), files=FILES)


def planner(*answers: Json, yields: bool = True) -> tuple[ModelPlanner, FakeProvider]:
    provider = FakeProvider(*answers)
    return ModelPlanner(provider, OfflinePlanner(), yields=yields), provider


async def test_what_rules_understand_is_theirs_and_costs_nothing() -> None:
    by_rules, provider = planner({"edits": [FIFTY]})
    planned = await by_rules.plan(asked("add a note to recipes"))
    assert planned.contract.resource("recipe").field("note")
    assert planned.contract.customs == made().customs
    assert (planned.usage, provider.prompts) == ((), [])
    chosen, provider = planner({"edits": [FIFTY]}, yields=False)
    await chosen.plan(asked("add a note to recipes"))
    assert len(provider.prompts) == 1


async def test_an_edit_changes_its_passage_and_nothing_else() -> None:
    change, provider = planner({"edits": [FIFTY], "understood": ["Over 50 is refused."]})
    planned = await change.plan(asked())
    [scale] = planned.contract.customs
    [before] = made().customs
    assert scale == replace(before, description="Multiplies servings by times; over 50 is refused.")
    assert planned.contract.resources == made().resources
    assert planned.notes == ("Over 50 is refused.",)
    assert planned.edits == ()
    assert provider.instructions == INSTRUCTIONS + changing.INSTRUCTIONS
    assert changing.shown(shape_of(made())) in provider.prompts[0]
    assert f'{{"{SCALE}": "What scale does"}}' in provider.prompts[0]
    assert "app/main.py" not in provider.prompts[0]


async def test_several_edits_add_and_remove() -> None:
    bounds = '     "type": "integer",\n     "min": "1",\n     "max": "2147483647"\n'
    unbound = (
        '     "type": "integer"\n    },\n    {\n     "name": "hours",\n     "type": "integer"\n'
    )
    change, _ = planner({"edits": [FIFTY, {"search": bounds, "replace": unbound}]})
    recipe = (await change.plan(asked())).contract.resource("recipe")
    assert [one.name for one in recipe.fields] == ["title", "servings", "hours"]
    assert recipe.field("servings").kind == Integer()


async def test_the_whole_plan_is_an_answer_too() -> None:
    whole = shape_of(made()).model_dump()
    whole["operations"][0]["description"] = "Refuses over 50."
    change, _ = planner(whole)
    assert (await change.plan(asked())).contract.customs[0].description == "Refuses over 50."


WRONG: list[tuple[Json, str]] = [
    ({"edits": [{"search": "over 99", "replace": ""}]}, "does not stand in the text: 'over 99'"),
    ({"edits": [{"search": '"servings"', "replace": '"x"'}]}, "stands more than once"),
    ({"edits": [{"search": "", "replace": "x"}]}, "searches for nothing"),
    ({"edits": [FIFTY, FIFTY]}, "1 and 2 are about the same passage"),
    ({"edits": [FIFTY, {"search": "100 is", "replace": ""}]}, "about the same passage"),
    ({"edits": [{"search": '"title": "Recipe API",', "replace": ""}]}, "wrong at title"),
    ({"edits": [{"search": '"resources": [', "replace": '"resources": {'}]}, "Invalid JSON"),
    ({"edits": [{"search": '"type": "text"', "replace": '"type": "blob"'}]}, "fields.0.type"),
    ({"edits": [FIFTY], "resources": RECIPES["resources"]}, "give one of them"),
    ({"edits": [FIFTY], "files": ["app/nowhere.py"]}, 'no file "app/nowhere.py"'),
    ({"edits": [FIFTY], "files": ["../../etc/passwd"]}, 'no file "../../etc/passwd"'),
    ({"edits": [FIFTY], "files": ["tests/test_scale.py"]}, "the project is judged by it"),
    ({"edits": [FIFTY], "files": ["app/main.py"]}, "compiled from the plan"),
    ({"files": [SCALE, SCALE]}, "named more than once"),
    ({"files": [SCALE + "\n"]}, "no file"),
]  # fmt: skip


@pytest.mark.parametrize(("wrong", "reason"), WRONG)
async def test_what_does_not_fit_goes_back_with_the_reason(wrong: Json, reason: str) -> None:
    change, provider = planner(wrong, {"edits": [FIFTY]})
    lost: list[bool] = []
    with heard(lambda _, known: lost.append(known)):
        planned = await change.plan(asked())
    assert "over 50" in planned.contract.customs[0].description
    assert reason in provider.prompts[1]
    assert "nothing of it was" in provider.prompts[1]
    assert (len(planned.usage), lost) == (1, [True])


async def test_a_model_that_never_fits_is_told_of_and_changes_nothing() -> None:
    change, provider = planner(WRONG[0][0])
    with pytest.raises(ModelFailed, match=r"no sound plan in 3 answers: .*does not stand"):
        await change.plan(asked())
    assert len(provider.prompts) == 3


async def test_a_file_may_change_where_the_plan_does_not() -> None:
    change, _ = planner({"files": [SCALE], "understood": ["Scaling logs what it does."]})
    planned = await change.plan(asked("scale should log what it does"))
    assert planned.contract == made()
    assert planned.edits == (SCALE,)


@pytest.mark.parametrize("answer", [{}, {"title": "Recipe API"}, {"not_understood": ["what?"]}])
async def test_an_answer_that_says_nothing_changes_nothing(answer: Json) -> None:
    change, provider = planner(answer)
    with pytest.raises(NothingToChange):
        await change.plan(asked())
    assert len(provider.prompts) == 1


def test_the_shape_of_a_change_has_nothing_that_small_servers_stumble_over() -> None:
    schema = json.dumps(ChangeShape.model_json_schema())
    assert not [one for one in ("anyOf", "null", "allOf") if one in schema]
