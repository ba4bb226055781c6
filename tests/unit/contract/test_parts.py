"""The parts of a contract, and what became of them."""

from typing import Any

from hypothesis import given, settings
from msgspec.structs import replace

from smartforge.contract import (
    Contract,
    Field,
    Integer,
    Ordered,
    Reference,
    Resource,
    Text,
    UniqueTogether,
    Upload,
    validate,
)
from smartforge.contract.parts import Change, changes, parts
from tests.unit.contract.strategies import contracts
from tests.unit.targets.lending import LENDING

AUTHOR = Field("author", Text())
BOOK = Resource(
    "book",
    "books",
    (AUTHOR, Field("pages", Integer(), required=False), Field("title", Text())),
    actions=("list", "create", "update"),
    filters=("author",),
    sortable=("id", "author"),
    sorted_by="-author",
    rules=(UniqueTogether(("author", "title")),),
)
REVIEW = Resource("review", "reviews", (Field("book_id", Reference("book")),))
SHOP = validate(Contract("Shop", (BOOK, REVIEW)))


def with_book(**attributes: Any) -> Contract:
    return validate(replace(SHOP, resources=(replace(BOOK, **attributes), REVIEW)))


def kinds(found: tuple[Change, ...]) -> list[tuple[str, str]]:
    return [(one.kind, one.part) for one in found]


def test_parts_have_stable_paths() -> None:
    found = parts(LENDING)

    assert found["title"] == "Lending library"
    assert found["accounts"]["roles"] == ["member", "librarian"]
    assert found["resources/book"]["paging"]["max_limit"] == 100
    assert found["resources/book"]["actions"] == ["list", "create", "read", "update", "delete"]
    assert found["resources/book/fields/isbn"]["unique"] is True
    assert found["resources/book/access/create"] == {"who": "role", "roles": ["librarian"]}
    assert found["resources/review/rules/unique_together:book_id,user_id"]["fields"] == [
        "book_id",
        "user_id",
    ]
    assert found["resources/loan/rules/ordered:starts_on,ends_on"]
    assert found["resources/loan/transitions/give_back"]["stamp"] == "returned_at"
    assert found["resources/book/computed/average_rating"]
    assert found["resources/book/ranges/price"] == "price"
    assert found["resources/book/searched/title"] == "title"
    assert found["resources/review/filters/rating"] == "rating"
    assert found["resources/book/sortable/title"] == "title"


def test_an_upload_is_a_part_where_there_is_one() -> None:
    assert "resources/book/upload" not in parts(SHOP)
    assert parts(with_book(upload=Upload()))["resources/book/upload"]["max_bytes"] == 5_000_000


def test_two_rules_of_one_name_are_told_apart() -> None:
    day = Field("day", Text())
    twice = (Ordered("author", "title"), Ordered("author", "title"))
    found = parts(
        Contract("Shop", (Resource("book", "books", (AUTHOR, BOOK.fields[2], day), rules=twice),))
    )

    assert "resources/book/rules/ordered:author,title" in found
    assert "resources/book/rules/ordered:author,title#2" in found


def test_added_changed_and_removed_parts_are_told() -> None:
    fields = (AUTHOR, Field("pages", Integer(), required=True), Field("price", Integer()))
    new = with_book(fields=fields, rules=())

    assert kinds(changes(SHOP, new)) == [
        ("changed", "resources/book/fields/pages"),
        ("added", "resources/book/fields/price"),
        ("removed", "resources/book/fields/title"),
        ("removed", "resources/book/rules/unique_together:author,title"),
    ]


def test_what_follows_from_a_renamed_field_is_no_change() -> None:
    fields = (replace(AUTHOR, name="writer", was="author"), *BOOK.fields[1:])
    new = with_book(
        fields=fields,
        filters=("writer",),
        sortable=("id", "writer"),
        sorted_by="-writer",
        rules=(UniqueTogether(("writer", "title")),),
    )

    (renamed,) = changes(SHOP, new)
    assert (renamed.kind, renamed.part) == ("renamed", "resources/book/fields/writer")
    assert renamed.was == "resources/book/fields/author"


def test_what_follows_from_a_renamed_resource_is_no_change() -> None:
    volume = replace(BOOK, name="volume", plural="volumes", was="book")
    review = replace(REVIEW, fields=(Field("book_id", Reference("volume")),))
    new = validate(replace(SHOP, resources=(volume, review)))

    (renamed,) = changes(SHOP, new)
    assert (renamed.kind, renamed.part, renamed.was) == (
        "renamed",
        "resources/volume",
        "resources/book",
    )


def test_the_order_of_parts_is_no_difference() -> None:
    assert changes(SHOP, with_book(fields=BOOK.fields[::-1])) == ()


@given(contracts())
@settings(max_examples=8, deadline=None)
def test_a_contract_does_not_differ_from_itself_and_wholly_from_none(contract: Contract) -> None:
    assert changes(contract, contract) == ()
    empty = Contract(contract.title, ())
    added = changes(empty, contract)
    assert {one.part for one in added} == set(parts(contract)) - {"title"}
