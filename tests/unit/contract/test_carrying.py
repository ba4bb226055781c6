"""What of the data of one contract cannot be kept under the next, and what is lost."""

from typing import Any

import pytest
from msgspec.structs import replace

from smartforge.contract import (
    Accounts,
    Choice,
    Code,
    Contract,
    Date,
    Decimal,
    Email,
    Field,
    Integer,
    Json,
    Kind,
    Mark,
    Reference,
    References,
    Resource,
    Slug,
    Text,
    TextList,
    Timestamp,
    Upload,
    Url,
)
from smartforge.contract.carrying import losses, problems

TAG = Resource("tag", "tags", (Field("label", Text()),))


def contract(*fields: Field, **attributes: Any) -> Contract:
    book = Resource("book", "books", (Field("title", Text()), *fields), **attributes)
    return Contract("Books", (TAG, book))


def kind(was: Kind, now: Kind) -> tuple[str, ...]:
    return problems(contract(Field("x", was)), contract(Field("x", now)))


FITS: list[tuple[Kind, Kind]] = [
    (Text(1, 10), Text(0, 20)),
    (Integer(0, 9), Integer(-1, 10)),
    (Integer(0, 9), Decimal("0", "9", 0)),
    (Integer(0, 9), Text(1, 1)),
    (Decimal("0", "9", 2), Decimal("0", "9", 3)),
    (Choice(("a", "b")), Choice(("b", "a", "c"))),
    (Choice(("a", "bbb")), Text(1, 3)),
    (Email(), Text(1, 300)),
    (Url(), Text(1, 2_000)),
    (Date(), Timestamp()),
    (TextList(5), TextList(6)),
    (Json(10), Json(20)),
    (Reference("tag", "restrict"), Reference("tag", "cascade")),
]
FITS_NOT: list[tuple[Kind, Kind]] = [
    (Text(1, 20), Text(1, 10)),
    (Text(0, 20), Text(1, 20)),
    (Integer(0, 10), Integer(0, 9)),
    (Integer(0, 10), Decimal("0", "9", 0)),
    (Integer(0, 10), Text(1, 1)),
    (Decimal("0", "9", 2), Decimal("0", "9", 1)),
    (Decimal("0", "9", 2), Integer(0, 9)),
    (Choice(("a", "b")), Choice(("b",))),
    (Choice(("a", "bbb")), Text(1, 2)),
    (Text(), Choice(("a",))),
    (Text(), Email()),
    (Timestamp(), Date()),
    (TextList(5), TextList(4)),
    (Json(20), Json(10)),
    (Reference("tag"), Reference("book")),
    (Reference("tag"), References("tag")),
]


@pytest.mark.parametrize(("was", "now"), FITS, ids=str)
def test_what_always_fits_is_carried(was: Kind, now: Kind) -> None:
    assert kind(was, now) == ()


@pytest.mark.parametrize(("was", "now"), FITS_NOT, ids=str)
def test_what_may_not_fit_is_refused_with_a_cure(was: Kind, now: Kind) -> None:
    (why,) = kind(was, now)
    assert why.startswith("books: x ")
    assert "; " in why


def test_what_rows_cannot_be_given_is_refused() -> None:
    (why,) = problems(contract(), contract(Field("tag_id", Reference("tag"))))
    assert why == (
        "books: tag id is required, and rows that are there belong to no tag; make it optional"
    )
    assert problems(contract(), contract(Field("isbn", Text(), unique=True)))
    assert problems(contract(), contract(Field("code", Code(4), written="never")))
    assert problems(contract(), contract(upload=Upload()))
    optional = contract(Field("tag_id", Reference("tag"), False))
    assert problems(optional, contract(Field("tag_id", Reference("tag"))))


def test_what_rows_can_be_given_is_no_problem() -> None:
    more = (
        Field("pages", Integer()),
        Field("code", Code(8), written="never"),
        Field("slug", Slug("title"), written="never"),
        Field("tag_id", Reference("tag"), False),
        Field("isbn", Text(), False, unique=True),
        Field("tag_ids", References("tag"), False, []),
    )
    assert problems(contract(), contract(*more)) == ()
    assert problems(contract(Field("a", Text(), False)), contract(Field("a", Text()))) == ()


def test_a_path_that_other_rows_still_have_is_refused() -> None:
    book = replace(contract().resources[1], plural="tags")
    assert problems(contract(), Contract("Books", (book,)))


def test_roles_that_accounts_have_are_kept() -> None:
    one = replace(contract(), accounts=Accounts("tag", ("label",), ("reader", "admin")))
    two = replace(one, accounts=Accounts("tag", ("label",), ("guest", "admin")))
    assert problems(one, two) == ("accounts may have the role reader; keep it among the roles",)


def test_what_is_removed_is_told() -> None:
    old = contract(Field("pages", Integer()), marks=(Mark("like"),))
    new = Contract("Books", (contract().resources[1],))
    assert losses(old, new) == (
        "all tags are deleted",
        "the pages, marks like of all books are deleted",
    )
    assert losses(old, old) == ()
    renamed = contract(Field("length", Integer(), was="pages"), marks=(Mark("like"),))
    assert losses(old, renamed) == ()
