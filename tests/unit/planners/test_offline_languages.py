"""Prompts in other languages: what they are in English, and what comes of them."""

import tomllib
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smartforge.planners.offline import plan
from smartforge.planners.offline.languages import LANGUAGES, in_english

PROMPTS = {
    "Spanish": "Necesito una API para un taller: clientes, coches y reparaciones. "
    "Cada coche pertenece a un cliente y tiene una matrícula del coche única.",
    "German": "Ich brauche eine API für einen Verein: Mitglieder, Veranstaltungen und Anmeldungen. "
    "Jedes Mitglied hat einen Namen und eine eindeutige E-Mail.",
    "French": "Je voudrais une API pour un hôtel : chambres, clients et réservations. "
    "Chaque réservation appartient à une chambre.",
    "Portuguese": "Preciso de uma API para uma loja: produtos, clientes e pedidos. "
    "Cada produto tem nome, preço e quantidade.",
}
RESOURCES = {
    "Spanish": {"customer", "car", "repair"},
    "German": {"member", "event", "enrolment"},
    "French": {"room", "customer", "booking"},
    "Portuguese": {"product", "customer", "order"},
}


@pytest.mark.parametrize("language", PROMPTS)
def test_things_are_found_whatever_the_language(language: str) -> None:
    planned = plan((PROMPTS[language],))
    assert {one.name for one in planned.contract.resources} == RESOURCES[language]
    assert any(f"Read from {language}" in note for note in planned.notes)


def test_fields_are_found_whatever_the_language() -> None:
    product = plan((PROMPTS["Portuguese"],)).contract.resource("product")
    assert {"name", "price", "quantity"} <= {field.name for field in product.fields}


@pytest.mark.parametrize(
    "prompt",
    [
        "Simple todo list API. A todo has a title.",
        "die cast model cars api with a price",
        "A menu backend: table, date, note, total",
        "An API for a hat shop with sizes and colors",
        "Ein Hemd API: A Hemd has a Größe and a preis",
        "🍕🍕🍕🔥🚀",
        "",
    ],
)
def test_english_stays_as_it_is(prompt: str) -> None:
    assert in_english(prompt).text == prompt
    assert in_english(prompt).language == ""


def test_accents_may_be_left_out() -> None:
    with_them = in_english("Quiero una API de canciones con título y duración")
    without = in_english("Quiero una API de canciones con titulo y duracion")
    assert with_them == without


def test_words_that_accents_tell_apart_stay_apart() -> None:
    text = in_english("Je veux une API : chaque plante a un nom et appartient à un jardin").text
    assert "each plant has a name" in text
    assert "belongs to a garden" in text


def test_lists_stay_lists() -> None:
    text = in_english("Quiero una API:\n- libros\n- autores (nombre, país)\n").text
    assert text.splitlines()[1:] == ["- books", "- authors (name, country)"]


@given(st.text(max_size=200))
def test_any_text_is_taken(text: str) -> None:
    in_english(text)


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_entry_of_a_dictionary_is_whole(code: str) -> None:
    text = (
        files("smartforge.planners.offline.languages").joinpath(f"{code}.toml").read_text("utf-8")
    )
    data = tomllib.loads(text)
    for table in ("things", "words", "phrases"):
        for line in data[table].strip().splitlines():
            foreign, sign, english = line.partition("=")
            assert sign, line
            assert foreign.strip(), line
            assert english.isascii(), line
