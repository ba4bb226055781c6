"""A prompt that names a trade and little else gives what people of that trade keep."""

import re

import pytest

from smartforge.contract import (
    CRUD,
    Boolean,
    Contract,
    Integer,
    NoOverlap,
    OneOpen,
    Reference,
    UniqueTogether,
)
from smartforge.contract.names import singular, snake
from smartforge.planners.offline import plan, trades
from smartforge.planners.offline.vocabulary import nouns


def related(contract: Contract) -> bool:
    kinds = [field.kind for one in contract.resources for field in one.fields]
    return len(contract.resources) > 1 and any(isinstance(one, Reference) for one in kinds)


# A short link stands for itself.
ALONE = {"shortener"}


@pytest.mark.parametrize("letter", sorted({name[0] for name in nouns().domains}))
def test_every_trade_has_several_things_that_belong_together(letter: str) -> None:
    names = [name for name in nouns().domains if name[0] == letter and name not in ALONE]
    lost = [
        name for name in names if not related(plan((f"I need a backend for my {name}",)).contract)
    ]
    assert not lost


SAYINGS = [one for one in trades.sayings() if one[0] != ("todo-backend",)]
AT_LEAST = 65
THINGS = re.compile(r"^([A-Z][a-z ]*?) (?:have|belong to)\b", re.MULTILINE)
FLOWS = re.compile(r"^([A-Z][a-z ]*?) go from .* to ([a-z ]+)\.$", re.MULTILINE)
APART = re.compile(r"^([A-Z][a-z ]*?) of one .* must not overlap\.$", re.MULTILINE)


def test_trades_of_many_walks_of_life_are_known_each_by_its_own_names() -> None:
    names = [name for one, _ in SAYINGS for name in one]
    assert len(SAYINGS) >= AT_LEAST
    assert len(names) == len(set(names))


def one_of(said: str) -> str:
    return snake(singular(said.lower()))


@pytest.mark.parametrize(("names", "says"), SAYINGS, ids=lambda one: one[0])
def test_every_trade_gives_what_it_says_and_nothing_else(names: tuple[str, ...], says: str) -> None:
    planned = plan((f"I need a backend for my {names[0]}",))
    contract = planned.contract
    assert not [note for note in planned.notes if note.startswith("Not understood")]
    assert {one.name for one in contract.resources} == {one_of(one) for one in THINGS.findall(says)}
    for said, last in FLOWS.findall(says):
        moved = {one.target for one in contract.resource(one_of(said)).transitions}
        assert last in moved
    for said in APART.findall(says):
        assert any(isinstance(one, NoOverlap) for one in contract.resource(one_of(said)).rules)
    if " only once" in says or "One " in says or " at a time" in says:
        rules = [rule for one in contract.resources for rule in one.rules]
        assert any(isinstance(rule, UniqueTogether | OneOpen) for rule in rules)


@pytest.mark.parametrize(
    "prompt",
    ["I'd like an app for my mountain rescue team", "A backend for our independent record label"],
)
def test_the_people_of_a_trade_are_no_thing_of_their_own(prompt: str) -> None:
    assert not [note for note in plan((prompt,)).notes if note.startswith("Not understood")]


def test_a_trade_in_another_language_is_told_in_the_words_that_were_read() -> None:
    planned = plan(("Backend für meine Zahnarztpraxis",))
    assert "dentist" in {one.name for one in planned.contract.resources}
    (read,) = (note for note in planned.notes if note.startswith("Read from German"))
    assert "dental practice" in read
    assert "tooth" not in read


def test_lines_of_an_order_are_told_apart_by_what_was_sold() -> None:
    contract = plan(("I need a backend for my wholesale company",)).contract
    names = {one.name for one in contract.resource("order_item").fields}
    assert names == {"quantity", "unit_price", "order_id", "product_id"}


def test_what_a_prompt_asks_of_a_trade_stands_before_what_is_usual_there() -> None:
    planned = plan(("A dental practice app that tracks insurance plans and room keys",))
    names = [one.name for one in planned.contract.resources]
    assert set(names[:2]) == {"insurance_plan", "room_key"}
    assert {"patient", "dentist", "appointment"} <= set(names)
    own = plan(("Dental practice API: patients with a nickname",)).contract
    (patient,) = own.resources
    assert [one.name for one in patient.fields] == ["nickname"]


def test_a_trade_of_two_words_brings_its_states_and_rules() -> None:
    planned = plan(("backend for my dog grooming salon",))
    appointment = planned.contract.resource("appointment")
    assert {"dog", "customer", "groomer"} <= {one.name for one in planned.contract.resources}
    assert any(isinstance(rule, NoOverlap) for rule in appointment.rules)
    assert {one.target for one in appointment.transitions} >= {"completed", "cancelled"}
    assert any(
        note.startswith("Assumed, as is usual for a grooming salon") for note in planned.notes
    )


def test_what_a_prompt_says_itself_is_not_filled_up() -> None:
    prompt = "An escape room API. A room has a name."
    assert trades.filled(prompt) == (prompt, "")
    contract = plan(("Car rental: cars have a plate, a car has many trips.",)).contract
    assert all(not one.transitions for one in contract.resources)


@pytest.mark.parametrize(
    "prompt",
    [
        "An API like Todo-Backend's: the list at the root, CORS for everyone.",
        "Build a Todo-Backend implementation",
        "I want an API that passes the todobackend.com spec.",
        "Make me the todo-backend API. Todos live at the root of the server. cors on",
        "A todo list service compatible with the Todo-Backend test suite",
        "Todo backend (todobackend.com) with CORS. GET / lists todos, POST / adds one, DELETE / "
        "removes all of them, every todo has its own url.",
    ],
)
def test_the_name_of_a_published_api_says_all_of_it(prompt: str) -> None:
    contract = plan((prompt,)).contract
    (todo,) = contract.resources
    assert (todo.root, todo.paging.bare, todo.self_url) == (True, True, "url")
    assert set(todo.actions) == {*CRUD, "clear"}
    assert contract.cors == ("*",)
    fields = [(one.name, one.required, one.default) for one in todo.fields]
    assert fields == [("title", True, None), ("completed", False, False), ("order", False, None)]


def test_a_todo_backend_of_ones_own_is_no_published_api() -> None:
    (todo,) = plan(("todo backend",)).contract.resources
    assert not todo.root


@pytest.mark.parametrize(
    "prompt",
    [
        "todo api, root path list, each has a url, PATCH, delete all",
        "Simple todos. Collection at /. Items are reachable at their url. I can PATCH an item, "
        "DELETE an item and DELETE the whole collection.",
    ],
)
def test_a_list_of_that_shape_has_an_order_too_where_no_fields_are_named(prompt: str) -> None:
    (todo,) = plan((prompt,)).contract.resources
    order, completed = todo.field("order"), todo.field("completed")
    assert (order.kind, order.required) == (Integer(), False)
    assert (completed.kind, completed.required, completed.default) == (Boolean(), False, False)
    assert "clear" in todo.actions
