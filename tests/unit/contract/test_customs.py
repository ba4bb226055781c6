"""Operations of their own in a contract: what is sound, what is shown, what breaks clients."""

from typing import Any

import pytest
from msgspec.structs import replace

from smartforge.contract import Contract, Custom, Example, Given, Reference, Text, reading, validate
from smartforge.contract.diff import diff
from smartforge.contract.fields import Field
from smartforge.contract.openapi import openapi
from smartforge.contract.recipes import Told
from smartforge.errors import ContractInvalid
from tests.unit.targets.customs import PUT, QUOTE, SHOP


def test_they_are_read_as_they_were_written() -> None:
    assert reading.from_json(reading.to_json(SHOP)) == SHOP


def test_the_document_shows_what_they_take_and_answer() -> None:
    document = openapi(SHOP)
    quote = document["paths"]["/books/{book_id}/quote-book"]["post"]
    assert quote["operationId"] == "quote_book"
    assert [*quote["responses"]] == ["200", "404", "409", "422"]
    assert quote["requestBody"]["content"]["application/json"]["example"] == {"quantity": 2}
    answer = document["components"]["schemas"]["QuoteBookAnswer"]
    assert answer["required"] == ["total"]
    put = document["paths"]["/baskets/{basket_id}/put-in"]["post"]
    assert put["x-access"] == {"who": "owner", "roles": ["admin"]}
    parameters = document["paths"]["/cheapest"]["get"]["parameters"]
    assert [one["name"] for one in parameters] == ["most", "title"]
    unmade = replace(SHOP, customs=(replace(QUOTE, made=False),))
    assert "/books/{book_id}/quote-book" not in openapi(unmade)["paths"]


def _example(**more: Any) -> dict[str, Any]:
    good = Example({"quantity": 2}, {"total": 20}, (Given("book"),))
    return {"examples": (replace(good, **more), QUOTE.examples[0])}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"name": "Quote it"}, "must be lower snake case"),
        ({"name": "create_book"}, 'the operation id "create_book"'),
        ({"name": "auth", "resource": "", "on_row": False}, "the name is taken"),
        ({"summary": "two\nlines"}, "one line of printable text"),
        ({"resource": "shelf"}, 'there is no resource "shelf"'),
        ({"takes": (Field("json", Text()),)}, "taken in generated code"),
        ({"takes": (Field("x", Reference("shelf")),)}, 'there is no resource "shelf"'),
        ({"takes": (Field("x", Reference("book")),), "method": "GET"}, "let it be a POST"),
        ({"answers": ()}, "it answers either members or rows"),
        ({"answers": (Told("total", "rows"),)}, "rows, and nothing else, have members"),
        ({"examples": QUOTE.examples[:1]}, "it needs 2 to 6 worked examples, not 1"),
        ({"examples": QUOTE.examples[1:] * 2}, "none of its examples is answered with 200"),
        (_example(body={"quantity": 0}), "is not a whole number from 1 to 100"),
        (_example(body={}), 'the body needs "quantity"'),
        (_example(body={"quantity": 1, "size": 2}), '"size", which is none of quantity'),
        (_example(answer={"sum": 1}), '"sum", which is none of total'),
        (_example(answer={"total": "20"}), "is not what it answers, a number"),
        (_example(answer={}), "the answer names no member"),
        (_example(given=()), 'it acts on the "book" at place 1, but 0 are given'),
        (_example(given=(Given("user"),)), "cannot be created by a request"),
        (_example(given=(Given("book", {"price": -1}),)), "is not a number from 0 to 1000"),
        (_example(given=(Given("book", {"colour": "red"}),)), '"colour", which is none of'),
        (_example(given=(Given("book"),) * 21), "21 rows are given, more than 20"),
        (_example(body={"quantity": 1, "x": "y" * 20_000}), "bytes, more than 16384"),
    ],
)
def test_what_cannot_be_kept_is_named(change: dict[str, Any], words: str) -> None:
    with pytest.raises(ContractInvalid) as told:
        validate(_with(replace(QUOTE, **change)))
    assert any(words in problem for problem in told.value.problems), told.value.problems


def test_references_are_places_of_rows_that_were_given_before() -> None:
    first = PUT.examples[0]
    late = replace(PUT, examples=(replace(first, body={"book_id": 3}), first))
    with pytest.raises(ContractInvalid, match="is the place of a given book, counted from 1; 2"):
        validate(_with(late))


def test_clients_break_where_one_is_gone_or_comes_out_otherwise() -> None:
    gone = diff(SHOP, replace(SHOP, customs=SHOP.customs[1:]))
    assert [one.sentence for one in gone.breaking] == ["the operation quote book was removed"]
    examples = (replace(QUOTE.examples[0], answer={"total": 18}), *QUOTE.examples[1:])
    other = diff(SHOP, _with(replace(QUOTE, examples=examples)))
    assert [one.reason for one in other.breaking] == [
        "what it answers in the worked examples is another now"
    ]
    assert not diff(replace(SHOP, customs=()), SHOP).breaking


def _with(*customs: Custom) -> Contract:
    names = {one.name for one in customs}
    others = tuple(one for one in SHOP.customs if one.name not in names)
    return replace(SHOP, customs=(*customs, *others))
