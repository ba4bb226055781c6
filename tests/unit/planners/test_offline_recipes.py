"""Computations are read from words, alone and beside things that are kept."""

import pytest

from smartforge.contract import FORMS, Contract
from smartforge.errors import PromptUnclear
from smartforge.planners.offline import plan
from smartforge.planners.offline.followup import follow


def planned(prompt: str) -> Contract:
    return plan((prompt,)).contract


def kinds(prompt: str) -> list[str]:
    return [one.recipe for one in planned(prompt).recipes]


ALONE = {
    "an API that converts units": "unit_conversion",
    "temperature converter": "unit_conversion",
    "a service that counts words in a text and tells the reading time": "text_statistics",
    "An endpoint which analyzes a text": "text_statistics",
    "An API to check how strong a password is. Nothing is stored.": "password_strength",
    "password generator api": "password_generator",
    "POST /slugify turns any text into a slug": "slug",
    "I want to compute checksums of texts": "checksum",
    "I need a calculator API": "calculator",
    "evaluate arithmetic expressions such as (1 + 2) * 3": "calculator",
    "calculate the gross price from net price, tax and discount": "price",
    "A tip calculator which splits the bill between people": "tip",
    "days between two dates": "date_difference",
    "a mortgage calculator": "loan",
    "an api that validates IBANs": "iban",
    "an API that rolls dice": "dice",
    "BMI calculator": "bmi",
    "An API that converts Markdown to HTML": "markdown",
    "a service which renders markdown": "markdown",
    "round-robin scheduler api": "tournament",
    "API that makes single elimination brackets with seeds": "tournament",
    "An endpoint that tells who plays whom in a tournament": "tournament",
}


@pytest.mark.parametrize("prompt", ALONE)
def test_a_prompt_may_ask_for_a_computation_alone(prompt: str) -> None:
    contract = planned(prompt)
    assert [one.recipe for one in contract.recipes] == [ALONE[prompt]]
    assert contract.resources == ()
    assert contract.accounts is None
    assert len(contract.title) > len(" API")


def test_several_computations_come_in_their_order() -> None:
    prompt = (
        "Build a small API: word counts of texts, unit conversion, password strength and slugs."
    )
    wanted = ["text_statistics", "unit_conversion", "password_strength", "slug"]
    assert kinds(prompt) == wanted
    assert planned(prompt).resources == ()


def test_a_list_of_computations_in_single_words_is_read_whole() -> None:
    prompt = (
        "An API of small tools: text statistics, hashing, markdown, diffs, calculators, "
        "tournaments, tax and discount rules."
    )
    wanted = ["text_statistics", "checksum", "markdown", "text_difference", "calculator"]
    assert kinds(prompt) == [*wanted, "tournament", "price"]


def test_a_computation_may_stand_beside_things_that_are_kept() -> None:
    contract = planned("A notes API, plus an endpoint that gives word statistics of a text.")
    assert [one.name for one in contract.resources] == ["note"]
    assert [one.recipe for one in contract.recipes] == ["text_statistics"]


@pytest.mark.parametrize(
    "prompt",
    [
        "A book API. A book has a title, an author and a price.",
        "an app for password resets with users and tokens",
        "Recipes with ingredients, an amount and a unit",
        "invoices with net amount, tax rate and due date",
        "A notes API: notes have a title and a body in markdown.",
        "A tournament API with teams, brackets and matches",
    ],
)
def test_things_are_no_computations(prompt: str) -> None:
    contract = planned(prompt)
    assert contract.recipes == ()
    assert contract.resources


def test_follow_ups_add_computations_and_take_them_away() -> None:
    base = planned("A notes API")
    more = follow("also convert units", base).contract
    assert [one.recipe for one in more.recipes] == ["unit_conversion"]
    assert more.resources == base.resources
    assert follow("remove the unit conversion", more).contract == base


def test_the_last_computation_of_an_api_stays() -> None:
    with pytest.raises(PromptUnclear):
        follow("remove the unit conversion", planned("an API that converts units"))


def test_what_is_asked_of_rows_is_told_and_not_made() -> None:
    found = plan(("notes with a title and a body, show the word count of each note",))
    assert found.contract.recipes == ()
    assert any("word count of each" in note and "not made" in note for note in found.notes)


def test_each_computation_is_noted_with_its_path() -> None:
    notes = plan(("an API that converts units",)).notes
    assert any(note.startswith('"converts units": POST /unit-conversion ') for note in notes)


def test_every_form_has_an_example_of_what_it_takes() -> None:
    for kind, form in FORMS.items():
        names = {field.name for field in form.takes}
        assert {field.name for field in form.takes if field.required} <= form.example.keys(), kind
        assert form.example.keys() <= names, kind
