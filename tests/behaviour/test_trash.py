"""Deleted rows that can be restored: nobody sees them, and nothing of them is lost."""

import pytest

from smartforge.contract import (
    Accounts,
    Aggregate,
    AtMost,
    Computed,
    Contract,
    Email,
    Field,
    Integer,
    Permissions,
    Reference,
    Report,
    Resource,
    Text,
)
from smartforge.contract.access import Access
from tests.behaviour.apis import Api, statuses

pytestmark = pytest.mark.xdist_group("behaviour_kept")

USER = Access("user")
OWNER = Access("owner")
USERS = Permissions(USER, USER, USER, USER, USER)
OWNERS = Permissions(OWNER, USER, OWNER, OWNER, OWNER)
MINE = Field("user_id", Reference("user", "cascade"), written="never")
CONTRACT = Contract(
    "Kept",
    (
        Resource("user", "users", (Field("email", Email(), unique=True),), actions=()),
        Resource(
            "author",
            "authors",
            (Field("name", Text(), unique=True),),
            access=USERS,
            soft_delete=True,
            stamped=True,
            computed=(Computed("books_count", Aggregate("count", "book", "author_id")),),
        ),
        Resource(
            "book",
            "books",
            (
                Field("author_id", Reference("author", "cascade")),
                Field("editor_id", Reference("author", "clear", nested=False), False),
                Field("pages", Integer(1, 9999)),
            ),
            access=USERS,
            soft_delete=True,
            reports=(Report("totals", field="pages"),),
            rules=(AtMost(2, ("author_id",)),),
        ),
        Resource(
            "chapter",
            "chapters",
            (Field("book_id", Reference("book", "cascade")), Field("title", Text())),
            access=USERS,
        ),
        Resource(
            "award",
            "awards",
            (Field("author_id", Reference("author", "restrict")), Field("name", Text())),
            access=USERS,
        ),
        Resource(
            "note",
            "notes",
            (MINE, Field("text", Text())),
            access=OWNERS,
            owner="user_id",
            actions=("list", "create", "read", "update", "delete", "clear"),
            soft_delete=True,
        ),
    ),
    accounts=Accounts(),
)


def test_a_deleted_row_is_nowhere_and_comes_back_as_it_was(api: Api) -> None:
    somebody = api.newcomer()
    author = somebody.post("/authors", {"name": "Ada"})
    path = f"/authors/{author['id']}"
    somebody.post(f"{path}/restore", status=404)
    somebody.delete(path)
    somebody.get(path, 404)
    somebody.patch(path, {"name": "Eve"}, 404)
    somebody.delete(path, 404)
    assert author["id"] not in somebody.ids("/authors", limit=100)
    somebody.post("/books", {"author_id": author["id"], "pages": 5}, 422)
    somebody.post("/authors", {"name": "Ada"}, 409)
    assert somebody.post(f"{path}/restore", status=200) == author
    assert somebody.get(path) == author
    somebody.post(f"{path}/restore", status=404)


def test_what_belongs_to_it_goes_and_comes_along(api: Api) -> None:
    somebody = api.newcomer()
    author = somebody.post("/authors", {"name": "Bea"})["id"]
    first, second = (
        somebody.post("/books", {"author_id": author, "pages": 7})["id"] for _ in range(2)
    )
    chapter = somebody.post("/chapters", {"book_id": first, "title": "One"})["id"]
    assert somebody.get(f"/authors/{author}")["books_count"] == 2
    before = somebody.get("/books/totals")["items"][0]
    somebody.delete(f"/books/{second}")
    assert somebody.get(f"/authors/{author}")["books_count"] == 1
    after = somebody.get("/books/totals")["items"][0]
    assert (after["count"], after["total"]) == (before["count"] - 1, before["total"] - 7)
    assert somebody.ids(f"/authors/{author}/books") == [first]
    somebody.delete(f"/authors/{author}")
    for path in (f"/authors/{author}/books", f"/books/{first}", f"/chapters/{chapter}"):
        somebody.get(path, 404)
    somebody.post("/chapters", {"book_id": first, "title": "Two"}, 422)
    somebody.post(f"/books/{first}/restore", status=409)
    somebody.post(f"/authors/{author}/restore", status=200)
    assert somebody.ids(f"/authors/{author}/books") == [first]
    assert somebody.ids(f"/books/{first}/chapters") == [chapter]
    somebody.post(f"/books/{second}/restore", status=200)
    assert somebody.ids(f"/authors/{author}/books") == [first, second]


def test_what_holds_on_to_it_keeps_it_and_what_may_lets_go(api: Api) -> None:
    somebody = api.newcomer()
    author, editor = (somebody.post("/authors", {"name": name})["id"] for name in ("Cy", "Di"))
    award = somebody.post("/awards", {"author_id": author, "name": "Best"})["id"]
    somebody.delete(f"/authors/{author}", 409)
    somebody.get(f"/authors/{author}")
    somebody.delete(f"/awards/{award}")
    book = somebody.post("/books", {"author_id": author, "editor_id": editor, "pages": 1})["id"]
    somebody.delete(f"/authors/{editor}")
    assert somebody.get(f"/books/{book}")["editor_id"] is None
    somebody.delete(f"/authors/{author}")


def test_there_is_no_room_for_a_restored_row_too_many(api: Api) -> None:
    somebody = api.newcomer()
    author = somebody.post("/authors", {"name": "Flo"})["id"]
    first, _ = (somebody.post("/books", {"author_id": author, "pages": 1})["id"] for _ in range(2))
    somebody.delete(f"/books/{first}")
    somebody.post("/books", {"author_id": author, "pages": 2})
    somebody.post(f"/books/{first}/restore", status=409)
    somebody.get(f"/books/{first}", 404)


def test_nobody_restores_what_is_somebody_else_s(api: Api) -> None:
    owner, other = api.newcomer(), api.newcomer()
    note = owner.post("/notes", {"text": "mine"})["id"]
    owner.delete(f"/notes/{note}")
    other.post(f"/notes/{note}/restore", status=404)
    owner.get(f"/notes/{note}", 404)
    api.post(f"/notes/{note}/restore", status=401)
    owner.post(f"/notes/{note}/restore", status=200)


def test_all_that_is_deleted_at_once_comes_back_one_by_one(api: Api) -> None:
    owner, other = api.newcomer(), api.newcomer()
    kept = other.post("/notes", {"text": "theirs"})["id"]
    first, second = (owner.post("/notes", {"text": "mine"})["id"] for _ in range(2))
    owner.delete("/notes")
    assert owner.ids("/notes") == []
    owner.post(f"/notes/{second}/restore", status=200)
    owner.get(f"/notes/{first}", 404)
    assert (owner.ids("/notes"), other.ids("/notes")) == ([second], [kept])


def test_of_many_at_once_one_deletes_and_one_restores(api: Api) -> None:
    somebody = api.newcomer()
    path = f"/authors/{somebody.post('/authors', {'name': 'Gus'})['id']}"
    assert statuses(somebody.at_once(12, "DELETE", path)) == [204] + [404] * 11
    assert statuses(somebody.at_once(12, "POST", f"{path}/restore")) == [200] + [404] * 11
