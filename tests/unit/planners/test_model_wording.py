"""What capable models write in their own way, and what is plainly meant by it."""

import json
from typing import Any

import pytest
from msgspec.structs import replace

from smartforge.contract import Custom
from smartforge.contract.recipes import Told
from smartforge.errors import ContractInvalid
from smartforge.planners.base import PlanRequest
from smartforge.planners.model import ModelPlanner
from smartforge.planners.offline import OfflinePlanner
from smartforge.planners.shape import PlanShape, contract_of, shape_of
from tests.model_answers import EXAMPLE_PLAN, POKER_PLAN, WORDS_PLAN
from tests.unit.planners.test_model import FakeProvider

Json = dict[str, Any]


def custom(plan: Json, **operation: Any) -> Custom:
    [first, *_] = plan["operations"]
    plan = plan | {"operations": [first | operation]}
    [made] = contract_of(PlanShape.model_validate(plan)).customs
    return made


def camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.title() for word in rest)


def in_camel(value: Any) -> Any:
    if isinstance(value, list):
        return [in_camel(one) for one in value]  # pyright: ignore
    if isinstance(value, dict):
        return {camel(name): in_camel(one) for name, one in value.items()}  # pyright: ignore
    return value


def test_null_is_what_is_not_said_and_what_was_not_asked_for_is_nothing() -> None:
    shape = PlanShape.model_validate(POKER_PLAN)
    given = json.loads(shape.model_dump_json(exclude_defaults=True))
    every = PlanShape.model_fields
    nothing = {name: None for name in every if name not in given}
    assert PlanShape.model_validate(given | nothing | {"version": "1", "path": "/"}) == shape


def test_names_may_be_written_in_camel_case_in_examples_too() -> None:
    assert contract_of(PlanShape.model_validate(in_camel(EXAMPLE_PLAN))) == contract_of(
        PlanShape.model_validate(EXAMPLE_PLAN)
    )
    sent = {"body": {"handSize": 2}, "answer": {"rank": "pair"}}
    takes = [{"name": "hand_size", "type": "integer"}]
    made = custom(POKER_PLAN, takes=takes, examples=[sent, sent])
    assert made.sample == {"hand_size": 2}


@pytest.mark.parametrize(
    "takes",
    [
        [{"name": "cards", "type": "list[string]", "max": 5}],
        [{"name": "cards", "type": "array of strings", "max": "5", "min": None}],
        [{"name": "cards", "type": "String[]", "max": 5, "unique": None, "required": "true"}],
        {"cards": {"type": "text-list", "max": 5}},
        '[{"name": "cards", "type": "array<text>", "max": 5}]',
    ],
)
def test_a_list_of_texts_has_many_names(takes: Any) -> None:
    assert custom(POKER_PLAN, takes=takes).takes == custom(POKER_PLAN).takes


def test_lists_of_names_may_stand_in_one_text() -> None:
    plan = {
        "title": "Desk API",
        "resources": [
            {"name": "user", "fields": {"email": "email", "nick": "string"}},
            {"name": "ticket", "fields": [{"name": "title", "type": "text"}], "search": "title"},
        ],
        "accounts": "user",
        "login": "email",
        "roles": "member, admin",
    }
    plan["resources"][0]["fields"]["email"] = {"type": "email", "unique": True}  # type: ignore
    made = contract_of(PlanShape.model_validate(plan))
    assert made.accounts is not None
    assert made.accounts.roles == ("member", "admin")
    assert made.resource("ticket").searched == ("title",)


def test_an_answer_may_be_a_list_of_objects() -> None:
    members = [{"name": "word", "type": "string"}, {"name": "count", "type": "count"}]
    answers = [{"name": "found", "type": "array", "members": members}]
    answer = {"found": [{"word": "a", "count": 2}]}
    examples = [{"body": {"cards": ["a"]}, "answer": answer}, {"body": "", "status": 422}]
    made = custom(POKER_PLAN, answers=answers, examples=examples)
    assert made.answers == (
        Told("found", "rows", rows=(Told("word", "text"), Told("count", "count"))),
    )
    whole = contract_of(PlanShape.model_validate(WORDS_PLAN["plan"]))
    assert contract_of(shape_of(whole)) == whole
    with pytest.raises(ContractInvalid, match="a list of objects"):
        custom(POKER_PLAN, answers=answers, examples=[*examples, {"answer": {"found": [1]}}])


def test_rows_may_be_answered_as_a_bare_list() -> None:
    operation: Json = {"answers": None, "shows": "Recipes", "many": True}
    bare = custom(EXAMPLE_PLAN, **operation, examples=_rows('[{"servings": 2}]'))
    items = custom(EXAMPLE_PLAN, **operation, examples=_rows({"items": [{"servings": 2}]}))
    assert bare == items
    assert bare.shows == "recipe"


@pytest.mark.parametrize(
    ("example", "said"),
    [
        ({"answer": {"rank": 3}}, "a text"),
        ({"answer": {"rank": "pair", "why": "x"}}, '"why", which is none of'),
        ({"answer": {}}, "names no member"),
        ({"status": 400}, "none of 200, 404, 409, 422"),
        ({"answer": "{'rank': 'pair'}"}, "is no JSON object"),
        ({"body": {"hand": []}, "answer": {"rank": "pair"}}, '"hand", which is none of'),
    ],
)
def test_what_could_mean_anything_goes_back_with_its_reason(example: Json, said: str) -> None:
    examples = [*POKER_PLAN["operations"][0]["examples"], {"body": {"cards": ["AS"]}} | example]
    with pytest.raises(ContractInvalid) as refused:
        custom(POKER_PLAN, examples=examples)
    assert said in str(refused.value.problems)


DRAFTED = "Rooms and bookings. A booking has a room, a start and an end. Bookings must not overlap."


async def test_a_plan_may_call_the_things_of_the_draft_otherwise() -> None:
    drafted = (await OfflinePlanner().plan(PlanRequest([DRAFTED]))).contract
    assert any(one.rules for one in drafted.resources)
    plan = {
        "title": "Halls",
        "resources": [
            {"name": "hall", "fields": [{"name": "label", "type": "text"}]},
            {
                "name": "booking",
                "fields": [
                    {"name": "hall_id", "type": "reference", "refers_to": "hall"},
                    {"name": "begins_at", "type": "timestamp"},
                    {"name": "ends_at", "type": "timestamp"},
                ],
            },
        ],
    }
    provider = FakeProvider(plan)
    made = (await ModelPlanner(provider, OfflinePlanner()).plan(PlanRequest([DRAFTED]))).contract
    assert len(provider.prompts) == 1, provider.prompts[-1]
    assert [one.name for one in made.resources] == ["booking", "hall"]


async def test_what_only_computes_needs_no_resources() -> None:
    provider = FakeProvider({name: one for name, one in POKER_PLAN.items() if name != "resources"})
    asked = PlanRequest(["An API that scores poker hands: who wins with which five cards"])
    made = (await ModelPlanner(provider, OfflinePlanner()).plan(asked)).contract
    assert (len(made.resources), [one.name for one in made.customs]) == (0, ["score_hand"])
    assert replace(made.customs[0], made=True) == custom(POKER_PLAN)


def _rows(answer: object) -> list[Json]:
    given = [{"resource": "Recipe", "body": {"title": "A", "servings": 2}}]
    sent = {"given": given, "body": {"times": 2}}
    return [{**sent, "answer": answer}, {**sent, "status": 409}]
