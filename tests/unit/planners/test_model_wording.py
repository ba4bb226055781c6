"""What capable models write in their own way, and what is plainly meant by it."""

import json
from typing import Any

import pytest
from msgspec.structs import replace

from smartforge.contract import Custom, Text
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


ROMAN: Json = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "reasoning": "They want Roman numerals.",
    "title": "Roman numerals",
    "operations": [
        {
            "name": "from-roman",
            "summary": "Read a Roman numeral",
            "description": "**Reads** it.\n\n- IIII is refused",
            "http_method": "POST",
            "parameters": [{"name": "numeral", "type": "string", "maxLength": 20}],
            "returns": {"number": "integer", "parts": {"type": "array", "items": {"type": "int"}}},
            "examples": [
                {
                    "input": {"numeral": "XIV"},
                    "output": {"number": "14", "parts": ["10", 4]},
                },
                {"request": {"numeral": "IIII"}, "status": "409 Conflict"},
            ],
        }
    ],
}


def test_words_of_other_formats_say_what_is_taken_and_answered() -> None:
    made = custom(ROMAN)
    assert [(one.name, one.kind) for one in made.answers] == [
        ("number", "integer"),
        ("parts", "integers"),
    ]
    assert made.takes[0].kind == Text(max_length=20)
    assert made.examples[0].body == {"numeral": "XIV"}
    assert made.examples[0].answer == {"number": 14, "parts": [10, 4]}
    assert made.examples[1].status == 409


@pytest.mark.parametrize(
    ("word", "kind"),
    [("List[float]", "numbers"), ("array of booleans", "truths"), ("int[]", "integers")],
)
def test_a_list_is_of_what_it_says(word: str, kind: str) -> None:
    answers = [{"name": "rank", "type": "text"}, {"name": "found", "type": word}]
    sent = {"body": {"cards": ["TD", "TC", "TS", "2H", "2D"]}, "answer": {"rank": "pair"}}
    made = custom(POKER_PLAN, answers=answers, examples=[sent, sent])
    assert (made.answers[1].name, made.answers[1].kind) == ("found", kind)


def test_ways_between_rows_of_one_resource_are_listed_below_one_of_them() -> None:
    ends = [{"name": one, "type": "reference", "refers_to": "stations"} for one in ("start", "end")]
    price = {"name": "price", "type": "money", "min": 0}
    rows = [
        {"resource": "station", "body": {"name": "A"}},
        {"resource": "station", "body": {"name": "B"}},
        {"resource": "way", "body": {"start": "1", "end": 2, "price": "1.50"}},
    ]
    operations = [
        {
            "name": "cheapest",
            "summary": "Find the cheapest route",
            "takes": {"start": "string", "end": "string"},
            "answers": {"stations": "List[str]", "price": "decimal"},
            "examples": [
                {
                    "given": rows,
                    "body": {"start": "A", "end": "B"},
                    "answer": {"stations": ["A", "B"], "price": "1.5"},
                },
                {"given": rows, "body": {"start": "B", "end": "A"}, "status": 409},
            ],
        }
    ]
    plan = {
        "title": "Railway",
        "resources": [
            {"name": "station", "fields": [{"name": "name", "type": "string"}]},
            {"name": "way", "fields": [*ends, price]},
        ],
        "operations": operations,
    }
    made = contract_of(PlanShape.model_validate(plan))
    nested = [each.kind.nested for each in made.resource("way").fields[:2]]  # pyright: ignore
    assert nested == [True, False]
    given = made.customs[0].examples[0].given[2]
    assert given.body == {"start": 1, "end": 2, "price": 1.5}
    assert made.customs[0].examples[0].answer["price"] == 1.5
