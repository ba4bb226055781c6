"""The words behind the parts of a contract, from the first prompt through all follow-ups."""

from msgspec.structs import replace

from smartforge.contract import Contract, Field, Resource, Text
from smartforge.forge.origins import Said, decoded, encoded, traced
from smartforge.planners.base import Words

BOOK = Resource("book", "books", (Field("title", Text()), Field("isbn", Text())))
FIRST = Contract("Books", (BOOK,))
TITLE, ISBN = "resources/book/fields/title", "resources/book/fields/isbn"
PROMPT = "Books with a title and an ISBN"
WORDS = {
    "resources/book": (Words.found(PROMPT, "books"),),
    TITLE: (Words.found(PROMPT, "a title"),),
}


def test_words_are_told_with_their_place() -> None:
    found = traced(FIRST, WORDS, PROMPT, None, None, {})
    assert found == {
        "resources/book": (Said("Books", 0, 5),),
        TITLE: (Said("a title", 11, 18),),
    }
    assert decoded(encoded(found)) == found


def test_words_that_are_not_there_as_such_have_no_place() -> None:
    assert Words.found("Bücher mit Titel", "books") == Words("books")


def test_a_planner_that_names_no_words_is_quoted_whole() -> None:
    found = traced(FIRST, {}, PROMPT, None, None, {})
    assert found[ISBN] == (Said(PROMPT, 0, len(PROMPT)),)


def test_a_follow_up_is_told_for_what_it_changed_alone() -> None:
    before = traced(FIRST, WORDS, PROMPT, None, None, {})
    longer = replace(BOOK, fields=(Field("title", Text(1, 500)), Field("price", Text())))
    asked = "Longer titles, a price, no ISBN"
    price = "resources/book/fields/price"
    words = {price: (Words.found(asked, "a price"),)}
    found = traced(Contract("Books", (longer,)), words, asked, "m1", FIRST, before)
    assert found["resources/book"] == before["resources/book"]
    assert found[TITLE] == (*before[TITLE], Said(asked, 0, len(asked), "m1"))
    assert found[price] == (Said("a price", 15, 22, "m1"),)
    assert ISBN not in found


def test_what_is_renamed_keeps_its_words() -> None:
    before = traced(FIRST, WORDS, PROMPT, None, None, {})
    renamed = replace(BOOK, fields=(Field("name", Text(), was="title"), BOOK.fields[1]))
    found = traced(Contract("Books", (renamed,)), {}, "call it name", "m1", FIRST, before)
    assert found["resources/book/fields/name"] == (
        *before[TITLE],
        Said("call it name", 0, 12, "m1"),
    )
    assert TITLE not in found
