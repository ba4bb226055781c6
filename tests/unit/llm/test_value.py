"""Typed values out of endpoints that give them in different ways."""

import json
from typing import Any

import pytest
from pydantic import BaseModel, Field

from smartforge.errors import ModelFailed
from smartforge.llm.base import Spent
from smartforge.llm.endpoint import Limits
from smartforge.llm.openai import OpenAIProvider
from smartforge.llm.shaped import schema_of
from tests.openai_wire import Answer, Refusal, Wire, WireScript, openai_wire, problem

QUICK = Limits(first=300, silence=300, trailer=0.1)
GOOD = {"title": "T", "sizes": [{"name": "L", "width": 3}]}


class Size(BaseModel):
    name: str
    width: int = Field(ge=1)


class Plan(BaseModel):
    title: str
    sizes: list[Size]
    spare: Size | None = None


async def ask(script: WireScript) -> tuple[Plan, list[Spent], Wire]:
    async with openai_wire(script) as wire:
        provider = OpenAIProvider("scripted", None, wire.base_url, QUICK)
        try:
            value, spent = await provider.value("Plan.", "Please", Plan)
        finally:
            await provider.close()
    return value, spent, wire


async def test_the_tool_named_plan_is_what_the_model_must_call() -> None:
    _, _, wire = await ask(WireScript(plan=GOOD))
    body = wire.requests[0].body
    assert wire.requests[0].tools == ["plan"]
    assert body["tool_choice"] == "required"
    assert "$ref" not in json.dumps(body["tools"])


@pytest.mark.parametrize(
    "text",
    [
        json.dumps(GOOD),
        f"\n{json.dumps(GOOD, indent=2)}\n\n",
        f"```json\n{json.dumps(GOOD, indent=2)}\n```",
        f"```\n{json.dumps(GOOD)}\n```\n",
        f"Here it is:\n\n```json\n{json.dumps(GOOD, indent=2)}\n```\nShall I go on?",
        json.dumps({"plan": GOOD}),
        json.dumps({"arguments": json.dumps(GOOD)}),
        json.dumps(json.dumps(GOOD)),
        f'<think>\nPerhaps {{"title": "D"}}?\n</think>\n\n{json.dumps(GOOD)}',
        f"They want sizes.\n</think>\n```json\n{json.dumps(GOOD)}\n```",
        json.dumps({"name": "plan", "arguments": GOOD}),
        f"<tool_call>\n{json.dumps({'name': 'plan', 'arguments': json.dumps(GOOD)})}\n</tool_call>",
    ],
    ids=[
        "bare",
        "blank lines",
        "fenced",
        "bare fence",
        "words",
        "named",
        "within",
        "text",
        "thought",
        "half thought",
        "call",
        "tags",
    ],
)
@pytest.mark.parametrize("form", ["tool", "text"])
async def test_text_that_is_exactly_the_value_counts(text: str, form: str) -> None:
    answer = Answer(text, form="text" if form == "text" else "tool")
    value, spent, _ = await ask(WireScript(plan=answer))
    assert value.sizes == [Size(name="L", width=3)]
    assert len(spent) == 1


@pytest.mark.parametrize("finish", ["stop", "tool_calls"])
async def test_either_finish_reason_ends_a_tool_call(finish: str) -> None:
    value, _, _ = await ask(WireScript(plan=Answer(json.dumps(GOOD), finish=finish)))
    assert value.title == "T"


async def test_an_endpoint_that_ignores_tools_is_asked_for_json_next() -> None:
    chatter = Answer("Sure! Here is your plan.", form="text")
    value, spent, wire = await ask(WireScript(plan=[chatter, GOOD]))
    assert value.title == "T"
    assert len(spent) == 2
    assert wire.requests[1].tools == []
    assert wire.requests[1].shape == "plan"
    assert '"width"' in wire.requests[1].prompt, "such servers do not show the schema"


async def test_an_endpoint_that_refuses_tools_is_asked_for_json_next() -> None:
    refusal = Refusal(400, problem("scripted does not support tools"))
    value, spent, wire = await ask(WireScript(plan=[refusal, GOOD]))
    assert value.title == "T"
    assert len(spent) == 1
    assert wire.requests[1].shape == "plan"


async def test_each_problem_is_named_with_its_place_and_the_value_given() -> None:
    bad = {"title": 5, "sizes": [{"name": "L", "width": 0}]}
    _, _, wire = await ask(WireScript(plan=[bad, GOOD]))
    told = wire.requests[1].messages[-1][1]
    assert "title" in told
    assert "not 5" in told
    assert "sizes.0.width" in told
    assert "greater than or equal to 1" in told


async def test_nothing_at_all_is_asked_for_again() -> None:
    value, _, _ = await ask(WireScript(plan=[Answer("", form="text"), GOOD]))
    assert value.title == "T"


@pytest.mark.parametrize("finish", ["length", "content_filter", None])
async def test_a_cut_plan_is_no_plan_even_where_it_can_be_read(finish: str | None) -> None:
    with pytest.raises(ModelFailed) as failure:
        await ask(WireScript(plan=Answer(json.dumps(GOOD), finish=finish)))
    assert failure.value.hint


async def test_a_connection_lost_in_the_middle_of_a_plan_is_told() -> None:
    with pytest.raises(ModelFailed, match="broke off"):
        await ask(WireScript(plan=Answer(json.dumps(GOOD), cut_after=9, cut="reset")))


async def test_surrogates_in_a_plan_do_no_harm() -> None:
    answer = Answer(pieces=['{"title": "a', "\ud83d", '", "sizes": []}'])
    value, _, _ = await ask(WireScript(plan=answer))
    assert value.title == "a\ufffd"


def test_a_schema_holds_no_references() -> None:
    schema: dict[str, Any] = schema_of(Plan)
    assert "$defs" not in schema
    assert schema["properties"]["sizes"]["items"]["properties"]["width"]["minimum"] == 1
    assert "$ref" not in json.dumps(schema)


@pytest.mark.parametrize(
    "text",
    [
        f"```json\n{json.dumps(GOOD)}\n```\nor\n```json\n{json.dumps(GOOD | {'title': 'U'})}\n```",
        json.dumps({"first": GOOD}),
        json.dumps({"plan": [GOOD]}),
        f"Not this one: {json.dumps(GOOD)}",
    ],
    ids=["two", "another name", "a list", "in words"],
)
async def test_what_may_mean_something_else_is_asked_for_again(text: str) -> None:
    right = Answer(json.dumps(GOOD | {"title": "Right"}))
    value, _, wire = await ask(WireScript(plan=[Answer(text, form="text"), right]))
    assert (value.title, len(wire.requests)) == ("Right", 2)
