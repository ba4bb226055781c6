from typing import Any

import msgspec
import pytest
from hypothesis import given, settings

from smartforge.contract import (
    Boolean,
    Bulk,
    Choice,
    Contract,
    Date,
    Decimal,
    Email,
    Field,
    Integer,
    Kind,
    Paging,
    Resource,
    Text,
    TextList,
    Timestamp,
    Url,
    validate,
)
from smartforge.errors import ContractInvalid
from tests.unit.contract.strategies import contracts

TITLE = Field("title", Text())
BOOK = Resource("book", "books", (TITLE,))
SOUND = Contract("Book API", (BOOK,))


def problems(contract: Contract) -> tuple[str, ...]:
    with pytest.raises(ContractInvalid) as caught:
        validate(contract)
    return caught.value.problems


def with_resource(**changes: Any) -> Contract:
    return Contract("Book API", (msgspec.structs.replace(BOOK, **changes),))


def with_field(field: Field) -> Contract:
    return with_resource(fields=(TITLE, field))


def resources(*names: tuple[str, str]) -> Contract:
    return Contract("API", tuple(Resource(one, many, (TITLE,)) for one, many in names))


def test_a_sound_contract_comes_back_as_it_is() -> None:
    assert validate(SOUND) is SOUND


@settings(max_examples=15, deadline=None)
@given(contracts())
def test_generated_contracts_are_sound(contract: Contract) -> None:
    assert validate(contract) is contract


@pytest.mark.parametrize(
    ("contract", "words"),
    [
        (Contract("", (BOOK,)), "title is empty"),
        (Contract("x" * 121, (BOOK,)), "121 characters"),
        (Contract("a\nb", (BOOK,)), "one line"),
        (Contract("API", ()), "no resource"),
        (with_resource(name="Book"), '"Book"'),
        (with_resource(name="_book"), '"_book"'),
        (with_resource(name="book__x"), '"book__x"'),
        (with_resource(name="bücher"), '"bücher"'),
        (with_resource(name="../etc"), '"../etc"'),
        (with_resource(name="b" * 61), "61 characters"),
        (with_resource(name="1book"), '"1book"'),
        (with_resource(name="none", plural="nones"), '"none"'),
        (with_resource(name="problem", plural="problems"), '"problem"'),
        (with_resource(plural="docs"), '"/docs"'),
        (with_resource(plural="health"), '"/health"'),
        (with_resource(plural="auth"), '"/auth"'),
        (with_resource(plural="Books"), '"Books"'),
        (with_resource(fields=()), "no field"),
        (with_resource(fields=(TITLE, TITLE)), '"title" and "title"'),
        (with_resource(fields=(Field("a_b", Text()), Field("ab", Text()))), '"a_b" and "ab"'),
        (with_resource(fields=tuple(Field(f"f{n}x", Text()) for n in range(61))), "61 fields"),
        (with_resource(actions=()), "can do nothing"),
        (with_resource(actions=("list", "list")), "named twice"),
        (with_resource(sortable=("created_at",)), '"id"'),
        (with_resource(sortable=("id", "price")), '"price"'),
        (with_resource(sortable=("id", "id")), "named twice"),
        (with_resource(paging=Paging(0, 100)), "pages of 0"),
        (with_resource(paging=Paging(50, 20)), "pages of 50"),
        (with_resource(paging=Paging(bare=True, style="cursor")), "plain array has no place"),
        (
            with_resource(
                fields=(Field("essay", Text(1, 501)),),
                sortable=("id", "essay"),
                paging=Paging(style="cursor"),
            ),
            "a cursor has room for 500",
        ),
        (
            with_resource(
                fields=(Field("cursor", Text()),),
                filters=("cursor",),
                paging=Paging(style="cursor"),
            ),
            '"cursor" would be for paging',
        ),
        (with_resource(root=True, bulk=Bulk(0)), "at most 0 rows"),
        (with_resource(bulk=Bulk(1001)), "at most 1001 rows"),
        (with_resource(bulk=Bulk(), actions=("list",)), "cannot be created one by one"),
        (with_resource(self_url="title"), "a field has the same name"),
        (with_resource(self_url="id"), '"id"'),
        (with_resource(self_url="url", actions=("list",)), "would lead nowhere"),
        (Contract("A", (BOOK,), cors=("*", "https://a.example")), "stands for all"),
        (Contract("A", (BOOK,), cors=("https://a.example/",)), "is no origin"),
        (Contract("A", (BOOK,), cors=("null",)), "is no origin"),
        (Contract("A", (BOOK,), cors=("http://a", "http://a")), "named twice"),
        (
            Contract("A", (BOOK,), cors=tuple(f"https://a{n}.example" for n in range(51))),
            "51 origins",
        ),
        (with_resource(description="x" * 2001), "2001 characters"),
        (with_resource(description="a\x07b"), "cannot be printed"),
        (with_field(Field("id", Integer())), '"id"'),
        (with_field(Field("created_at", Timestamp())), '"created_at"'),
        (with_field(Field("model_config", Text())), '"model_config"'),
        (with_field(Field("metadata", Text())), '"metadata"'),
        (with_field(Field("__class__", Text())), '"__class__"'),
        (with_field(Field("Größe", Text())), '"Größe"'),
        (with_field(Field("x", Text(5, 2))), "5 to 2"),
        (with_field(Field("x", Text(0, 0))), "0 to 0"),
        (with_field(Field("x", Text(0, 100_001))), "100001"),
        (with_field(Field("x", Text(-1, 5))), "-1 to 5"),
        (with_field(Field("x", Integer(2, 1))), "2 to 1"),
        (with_field(Field("x", Integer(0, 2**31))), "32 bits"),
        (with_field(Field("x", Decimal("a", "1"))), '"a"'),
        (with_field(Field("x", Decimal("NaN", "1"))), '"NaN"'),
        (with_field(Field("x", Decimal("1e3", "1"))), '"1e3"'),
        (with_field(Field("x", Decimal("2", "1"))), "2 to 1"),
        (with_field(Field("x", Decimal("0", "1", 7))), "7 decimal places"),
        (with_field(Field("x", Decimal("0.001", "1", 2))), '"0.001"'),
        (with_field(Field("x", Decimal("0", "9" * 15, 2))), "15 digits"),
        (with_field(Field("x", Choice(()))), "0 choices"),
        (with_field(Field("x", Choice(("a", "a")))), '"a" is named twice'),
        (with_field(Field("x", Choice((" ",)))), "blank"),
        (with_field(Field("x", Choice(("x" * 101,)))), "more than 100"),
        (with_field(Field("x", Choice(tuple(map(str, range(101)))))), "101 choices"),
        (with_field(Field("x", Choice(("a\nb",)))), "printed"),
        (with_field(Field("x", TextList(0))), "at most 0"),
        (with_field(Field("x", Text(), True, "a")), "required field"),
        (resources(("book", "books"), ("book", "books")), '"book" and "book"'),
        (resources(("book", "books"), ("books", "bookss")), '"book" and "books"'),
        (resources(("order_item", "order_items"), ("orderitem", "x")), '"order_item"'),
        (resources(("book", "books"), ("book_create", "x")), '"book_create"'),
        (resources(*((f"r{n}x", f"r{n}xs") for n in range(61))), "61 resources"),
    ],
)
def test_a_broken_rule_is_named_with_its_words(contract: Contract, words: str) -> None:
    assert any(words in problem for problem in problems(contract))


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        (Text(2, 3), "ab", "a"),
        (Text(), "ab", "a\0b"),
        (Text(), "ab", 3),
        (Integer(1, 5), 5, 6),
        (Integer(0, 1), 1, True),
        (Decimal("0", "5"), "1.50", "1.505"),
        (Decimal("0", "5"), 1.5, 5.01),
        (Decimal("0", "5"), 5, "x"),
        (Boolean(), False, "no"),
        (Date(), "2026-02-28", "2026-02-30"),
        (Date(), "2026-02-28", "20260228"),
        (Timestamp(), "2026-02-28T10:00:00Z", "2026-02-28T10:00:00"),
        (Timestamp(), "2026-02-28T10:00:00+01:00", "2026-02-28T99:00:00Z"),
        (Timestamp(), "0001-01-01T05:00:00+05:00", "0001-01-01T00:00:00+05:00"),
        (Email(), "a@example.org", "a@b"),
        (Url(), "https://example.org/x", "ftp://example.org"),
        (Url(), "http://example.org", "http://"),
        (Choice(("a", "b")), "b", "c"),
        (TextList(2), ["a", "b"], ["a", "b", "c"]),
        (TextList(2), [], [""]),
    ],
)
def test_a_default_must_fit_its_kind(kind: Kind, good: Any, bad: Any) -> None:
    validate(with_field(Field("x", kind, False, good)))
    assert any(
        "default" in problem for problem in problems(with_field(Field("x", kind, False, bad)))
    )


def test_words_of_programming_languages_are_names() -> None:
    named = (
        "class",
        "select",
        "from",
        "order",
        "constructor",
        "import",
        "function",
        "table",
        "type",
    )
    fields = tuple(Field(name, Text()) for name in named)
    validate(Contract("API", (Resource("class", "classes", fields),)))


def test_a_list_is_not_sorted_by() -> None:
    contract = with_resource(fields=(Field("tags", TextList()),), sortable=("id", "tags"))
    assert any('"tags"' in problem for problem in problems(contract))


def test_every_problem_is_told_at_once() -> None:
    contract = Contract("", (Resource("Book", "docs", (Field("id", Text(3, 1)),), ()),))
    assert len(problems(contract)) >= 5


def test_very_many_problems_are_counted() -> None:
    fields = tuple(Field(f"F{n}", Text()) for n in range(200))
    told = problems(with_resource(fields=fields))
    assert len(told) == 101
    assert told[-1].endswith("more problems")


def test_a_former_name_is_another_name_and_nobodys_now() -> None:
    same = with_resource(fields=(msgspec.structs.replace(TITLE, was="title"),))
    assert problems(same) == (
        'resource "book": a field was "title", which is what it is called now',
    )
    page = Field("page", Text(), was="title")
    assert problems(with_resource(fields=(TITLE, page))) == (
        'resource "book": a field was "title", but another one is called so now',
    )
    twice = (Field("a", Text(), was="title"), Field("b", Text(), was="title"))
    assert problems(with_resource(fields=twice)) == (
        'resource "book": a field was "title", and so was another one',
    )
    assert problems(with_resource(was="book")) == (
        'a resource was "book", which is what it is called now',
    )
