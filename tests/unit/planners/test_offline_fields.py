"""What the offline planner makes of single fields, actions, pages and titles."""

import pytest

from smartforge.contract import (
    CRUD,
    Choice,
    Integer,
    Text,
)
from smartforge.planners.offline import plan
from tests.unit.planners.contracts import fields, kinds, read

COUNT = Integer(0, 1_000_000)


def test_fields_are_required_unless_said_otherwise() -> None:
    recipe = fields(read("A recipe has a title, servings and optional notes")["recipe"])
    assert recipe["title"].required
    assert recipe["servings"].required
    assert recipe["notes"].nullable


def test_units_are_described() -> None:
    workout = fields(read("Workouts have a distance in km and a pace (seconds)")["workout"])
    assert workout["distance"].description == "In km."
    assert workout["pace"].kind == COUNT
    assert workout["pace"].description == "In seconds."


def test_optional_is_read_in_every_spelling() -> None:
    prompt = "Pet { chip?: string, breed: string (optional), owner?, maybe a note, name }"
    pet = fields(read(prompt)["pet"])
    assert [name for name, field in pet.items() if field.required] == ["name"]


def test_tables_say_what_is_required() -> None:
    rows = "| name | type | required |\n|---|---|---|\n| lid | int | yes |\n| rim | int | no |"
    crate = fields(read(f"## Crate\n{rows}")["crate"])
    assert crate["lid"].required
    assert not crate["rim"].required


def test_truth_values_are_false_and_lists_empty_at_first() -> None:
    note = fields(read("Notes have a title, tags and a pinned flag")["note"])
    assert note["pinned"].default is False
    assert note["tags"].default == []


def test_defaults_are_taken_over() -> None:
    prompt = (
        "Tasks have a title, a priority (low, medium, high) with default medium, count default 3"
    )
    task = fields(read(prompt)["task"])
    assert task["priority"].default == "medium"
    assert task["count"].default == 3


def test_a_full_list_of_fields_is_all_that_there_is() -> None:
    user = read("A user has a nickname, an age and a city")["user"]
    assert list(kinds(user)) == ["nickname", "age", "city"]


def test_a_short_list_gets_what_entries_are_told_apart_by() -> None:
    assert list(kinds(read("Rooms have a capacity")["room"])) == ["name", "capacity"]


def test_later_prompts_add_and_override() -> None:
    todo = fields(
        read(
            "A todo API",
            "also add a due date and a priority (low, medium or high) to todos",
            "remove the description from todos",
            "make the title at most 300 characters",
        )["todo"]
    )
    assert list(todo) == ["title", "completed", "due_date", "priority"]
    assert todo["title"].kind == Text(1, 300)
    assert not todo["priority"].required


def test_later_prompts_add_and_remove_resources() -> None:
    found = read("Books have a title", "Also add authors. Authors have a name and a bio")
    assert list(found) == ["book", "author"]
    assert list(kinds(found["author"])) == ["name", "bio"]
    assert list(read("A shop with products and customers", "drop customers")) == ["product"]


def test_optional_can_be_said_later() -> None:
    book = fields(read("Books have a title and pages. Pages are optional.")["book"])
    assert not book["pages"].required
    again = fields(read("Books have a title and pages", "Make the pages optional")["book"])
    assert not again["pages"].required


@pytest.mark.parametrize(
    ("prompt", "actions"),
    [
        ("API for books", CRUD),
        (
            "I want to add, list, edit and remove books",
            ("list", "create", "read", "update", "delete"),
        ),
        ("Read-only API for books", ("list", "read")),
        ("Only list and create books", ("list", "create")),
        ("API for books. Books cannot be deleted.", ("list", "create", "read", "update")),
        ("API for books. No updates. No delete.", ("list", "create", "read")),
        ("Books: create and list", ("list", "create")),
        ("Only admins can list or delete books", CRUD),
    ],
)
def test_actions_are_limited_only_where_the_prompt_says_so(
    prompt: str, actions: tuple[str, ...]
) -> None:
    assert read(prompt)["book"].actions == actions


def test_pages_have_the_size_that_was_asked_for() -> None:
    assert read("API for books, 50 per page")["book"].paging.default_limit == 50
    assert read("API for books")["book"].paging.default_limit == 20


def test_what_has_an_order_can_be_sorted_by() -> None:
    book = read("Books have a title, a price, tags and a description")["book"]
    assert book.sortable == ("id", "created_at", "title", "price")


@pytest.mark.parametrize(
    ("prompt", "title"),
    [
        ("Create a simple todo API with CRUD operations", "Todo API"),
        ("A recipe API. A recipe has a title", "Recipe API"),
        ("API for books", "Book API"),
        ("Expense tracker with categories", "Expense Tracker API"),
        ("I need a backend for my gym", "Gym API"),
        ("students, courses and teachers", "Student, Course and Teacher API"),
        ("Books have a title", "Book API"),
    ],
)
def test_titles_are_short_and_human(prompt: str, title: str) -> None:
    assert plan((prompt,)).contract.title == title


@pytest.mark.parametrize(
    ("said", "values"),
    [
        ("Jobs have a status: queued, in_review, done.", ("queued", "in_review", "done")),
        ("Jobs go from open to in_progress to done.", ("open", "in_progress", "done")),
        ('Jobs have a stage: queued, "in review", done.', ("queued", "in review", "done")),
        (
            "Jobs have a status (open, in_review, done). They go from open to in review to done.",
            ("open", "in_review", "done"),
        ),
    ],
)
def test_values_stay_as_they_are_typed(said: str, values: tuple[str, ...]) -> None:
    job = plan((said,)).contract.resource("job")
    kinds = [one.kind for one in job.fields if one.name in ("status", "stage")]
    assert kinds == [Choice(values)]
