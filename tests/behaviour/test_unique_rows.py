"""Fields that no two rows share, and the rows that two fields together tell apart."""

import pytest

from smartforge.contract import Contract, Field, Integer, Resource, Text, UniqueTogether
from tests.behaviour.apis import Api, errors, statuses

pytestmark = pytest.mark.xdist_group("behaviour_unique")

CONTRACT = Contract(
    "Shelves",
    (
        Resource(
            "book",
            "books",
            (
                Field("isbn", Text(10, 13), unique=True),
                Field("barcode", Text(1, 20), False, unique=True),
                Field("title", Text()),
            ),
        ),
        Resource(
            "seat",
            "seats",
            (Field("row", Integer(1, 99)), Field("place", Integer(1, 99))),
            rules=(UniqueTogether(("row", "place")),),
        ),
    ),
)


def test_the_same_value_twice_is_refused_and_changes_nothing(api: Api) -> None:
    first = api.post("/books", {"isbn": "9780000001", "title": "A"})
    api.post("/books", {"isbn": "9780000001", "title": "B"}, 409)
    other = api.post("/books", {"isbn": "9780000002", "title": "C"})
    api.patch(f"/books/{other['id']}", {"isbn": "9780000001", "title": "D"}, 409)
    assert api.get(f"/books/{other['id']}") == other
    assert api.get(f"/books/{first['id']}") == first


def test_a_row_may_keep_its_own_value(api: Api) -> None:
    book = api.post("/books", {"isbn": "9780000003", "title": "A"})
    again = api.patch(f"/books/{book['id']}", {"isbn": "9780000003", "title": "B"})
    assert (again["isbn"], again["title"]) == ("9780000003", "B")


def test_nulls_do_not_count_as_the_same(api: Api) -> None:
    for number in range(2):
        book = api.post("/books", {"isbn": f"978000001{number}", "title": "A"})
        assert book["barcode"] is None
    api.post("/books", {"isbn": "9780000020", "title": "A", "barcode": "x"})
    api.post("/books", {"isbn": "9780000021", "title": "A", "barcode": "x"}, 409)


def test_a_value_is_free_again_when_its_row_is_gone(api: Api) -> None:
    book = api.post("/books", {"isbn": "9780000030", "title": "A"})
    api.delete(f"/books/{book['id']}")
    api.post("/books", {"isbn": "9780000030", "title": "B"})


def test_bounds_are_looked_at_before_uniqueness(api: Api) -> None:
    assert errors(api.post("/books", {"isbn": "short", "title": "A"}, 422)) == [["body", "isbn"]]


def test_of_many_who_take_a_value_at_once_one_gets_it(api: Api) -> None:
    body = {"isbn": "9780000040", "title": "A"}
    assert statuses(api.at_once(8, "POST", "/books", json=body)) == [201] + [409] * 7
    seat = {"row": 9, "place": 9}
    assert statuses(api.at_once(8, "POST", "/seats", json=seat)) == [201] + [409] * 7


def test_two_fields_together_tell_rows_apart(api: Api) -> None:
    api.post("/seats", {"row": 1, "place": 1})
    api.post("/seats", {"row": 1, "place": 2})
    moved = api.post("/seats", {"row": 2, "place": 1})
    api.post("/seats", {"row": 1, "place": 1}, 409)
    api.patch(f"/seats/{moved['id']}", {"row": 1}, 409)
    assert api.get(f"/seats/{moved['id']}")["row"] == 2
