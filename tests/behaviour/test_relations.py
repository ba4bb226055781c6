"""Rows that belong to others, lists under their parents, many to many."""

import pytest

from smartforge.contract import Contract, Field, Reference, References, Resource, Text
from tests.behaviour.apis import Api, errors

pytestmark = pytest.mark.xdist_group("behaviour_relations")

NAME = Field("name", Text())
CONTRACT = Contract(
    "Library",
    (
        Resource("author", "authors", (NAME,)),
        Resource("publisher", "publishers", (NAME,)),
        Resource("genre", "genres", (NAME,)),
        Resource(
            "book",
            "books",
            (
                Field("title", Text()),
                Field("author_id", Reference("author", "restrict")),
                Field("publisher_id", Reference("publisher", "clear"), required=False),
                Field("genre_ids", References("genre", 3), required=False, default=[]),
            ),
            filters=("author_id", "genre_ids"),
            sortable=("id", "created_at", "title"),
        ),
        Resource(
            "review",
            "reviews",
            (Field("text", Text()), Field("book_id", Reference("book", "cascade"))),
        ),
        Resource(
            "complaint",
            "complaints",
            (Field("review_id", Reference("review", "restrict")),),
            actions=("create", "delete"),
        ),
        Resource(
            "topic",
            "topics",
            (NAME, Field("parent_id", Reference("topic", "clear"), required=False)),
        ),
    ),
)


def make(api: Api, plural: str) -> int:
    return api.post(f"/{plural}", {"name": "One"})["id"]


def book(api: Api, title: str = "A", **fields: object) -> int:
    author = fields.pop("author_id", None) or make(api, "authors")
    return api.post("/books", {"title": title, "author_id": author, **fields})["id"]


def test_a_reference_must_point_to_a_row(api: Api) -> None:
    problem = api.post("/books", {"title": "A", "author_id": 999_999}, 422)
    assert errors(problem) == [["body", "author_id"]]
    one = book(api)
    problem = api.patch(f"/books/{one}", {"publisher_id": 999_999}, 422)
    assert errors(problem) == [["body", "publisher_id"]]
    problem = api.patch(f"/books/{one}", {"genre_ids": [999_999]}, 422)
    assert errors(problem)[0][:2] == ["body", "genre_ids"]


def test_restrict_keeps_the_parent(api: Api) -> None:
    author = make(api, "authors")
    one = book(api, author_id=author)
    api.delete(f"/authors/{author}", 409)
    assert api.get(f"/books/{one}")["author_id"] == author
    api.delete(f"/books/{one}")
    api.delete(f"/authors/{author}")


def test_clear_makes_the_reference_null(api: Api) -> None:
    publisher = make(api, "publishers")
    one = book(api, publisher_id=publisher)
    api.delete(f"/publishers/{publisher}")
    assert api.get(f"/books/{one}")["publisher_id"] is None


def test_cascade_deletes_the_children_alone(api: Api) -> None:
    one, other = book(api), book(api)
    gone = api.post("/reviews", {"text": "x", "book_id": one})["id"]
    kept = api.post("/reviews", {"text": "x", "book_id": other})["id"]
    api.delete(f"/books/{one}")
    api.get(f"/reviews/{gone}", 404)
    api.get(f"/reviews/{kept}")


def test_what_cannot_all_be_deleted_stays_whole(api: Api) -> None:
    one = book(api)
    reviews = [api.post("/reviews", {"text": "x", "book_id": one})["id"] for _ in range(2)]
    complaint = api.post("/complaints", {"review_id": reviews[1]})["id"]
    api.delete(f"/books/{one}", 409)
    assert api.ids(f"/books/{one}/reviews") == reviews
    api.delete(f"/complaints/{complaint}")
    api.delete(f"/books/{one}")
    api.get(f"/reviews/{reviews[0]}", 404)


def test_rows_belong_to_others_of_their_kind(api: Api) -> None:
    root = make(api, "topics")
    leaf = api.post("/topics", {"name": "Leaf", "parent_id": root})["id"]
    assert api.ids(f"/topics/{root}/topics") == [leaf]
    api.delete(f"/topics/{root}")
    assert api.get(f"/topics/{leaf}")["parent_id"] is None
    api.patch(f"/topics/{leaf}", {"parent_id": leaf})
    api.delete(f"/topics/{leaf}")


def test_children_are_listed_under_their_parent(api: Api) -> None:
    author = make(api, "authors")
    ids = [book(api, title, author_id=author) for title in "BAC"]
    book(api)
    page = api.get(f"/authors/{author}/books", sort="title", limit=2)
    assert [row["title"] for row in page["items"]] == ["A", "B"]
    assert (page["total"], page["limit"], page["offset"]) == (3, 2, 0)
    assert sorted(api.ids(f"/authors/{author}/books")) == ids
    assert api.ids("/books", author_id=author) == ids
    api.get("/authors/999999/books", 404)
    assert api.get(f"/authors/{make(api, 'authors')}/books")["items"] == []


def test_many_to_many_is_written_whole_and_answered_in_order(api: Api) -> None:
    genres = [make(api, "genres") for _ in range(4)]
    one = book(api, genre_ids=[genres[2], genres[0]])
    assert api.get(f"/books/{one}")["genre_ids"] == [genres[0], genres[2]]
    assert api.patch(f"/books/{one}", {"genre_ids": [genres[1]]})["genre_ids"] == [genres[1]]
    assert api.patch(f"/books/{one}", {"title": "New"})["genre_ids"] == [genres[1]]
    assert api.patch(f"/books/{one}", {"genre_ids": []})["genre_ids"] == []
    api.patch(f"/books/{one}", {"genre_ids": [genres[0], genres[0]]}, 422)
    api.patch(f"/books/{one}", {"genre_ids": genres}, 422)
    api.patch(f"/books/{one}", {"genre_ids": None}, 422)


def test_lists_are_filtered_by_one_of_many(api: Api) -> None:
    first, second = make(api, "genres"), make(api, "genres")
    both = book(api, genre_ids=[first, second])
    one = book(api, genre_ids=[first])
    assert api.ids("/books", genre_id=first) == [both, one]
    assert api.ids("/books", genre_id=second) == [both]
    assert api.get("/books", genre_id=second)["total"] == 1
    api.get("/books", 422, genre_id="x")


def test_deleting_either_side_of_many_to_many_removes_the_links_alone(api: Api) -> None:
    first, second = make(api, "genres"), make(api, "genres")
    one = book(api, genre_ids=[first, second])
    api.delete(f"/genres/{first}")
    assert api.get(f"/books/{one}")["genre_ids"] == [second]
    api.delete(f"/books/{one}")
    api.get(f"/genres/{second}")
