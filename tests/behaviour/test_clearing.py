"""Deleting a whole collection: one's own rows, everybody's, and what holds on to them."""

import pytest

from smartforge.contract import (
    CRUD,
    Access,
    Accounts,
    Contract,
    Email,
    Field,
    Paging,
    Permissions,
    Reference,
    Resource,
    Text,
)
from tests.behaviour.apis import Api

pytestmark = pytest.mark.xdist_group("behaviour_clearing")

OWNER = Access("owner")
CONTRACT = Contract(
    "Shelves",
    (
        Resource("user", "users", (Field("email", Email(), unique=True),), actions=()),
        Resource(
            "shelf",
            "shelves",
            (Field("name", Text()),),
            actions=(*CRUD, "clear"),
            self_url="href",
        ),
        Resource(
            "book",
            "books",
            (Field("title", Text()), Field("shelf_id", Reference("shelf"))),
            actions=(*CRUD, "clear"),
            paging=Paging(2, 5, bare=True),
        ),
        Resource(
            "note",
            "notes",
            (Field("text", Text()), Field("user_id", Reference("user"), written="never")),
            actions=(*CRUD, "clear"),
            owner="user_id",
            access=Permissions(OWNER, Access("user"), OWNER, OWNER, Access("owner", ("admin",))),
        ),
    ),
    accounts=Accounts(roles=("user", "admin")),
)


def test_clearing_takes_ones_own_rows_alone(api: Api) -> None:
    one, other = api.newcomer(), api.newcomer()
    for caller in (one, one, other):
        caller.post("/notes", {"text": "hello"})
    one.delete("/notes")
    assert one.ids("/notes") == []
    assert len(other.ids("/notes")) == 1
    api.delete("/notes", 401)
    assert len(other.ids("/notes")) == 1


def test_whoever_may_delete_all_of_them_clears_all_of_them(api: Api) -> None:
    one = api.newcomer()
    one.post("/notes", {"text": "hello"})
    api.admin().delete("/notes")
    assert one.ids("/notes") == []


def test_nothing_is_deleted_where_one_row_is_held_on_to(api: Api) -> None:
    held, free = api.post("/shelves", {"name": "A"}), api.post("/shelves", {"name": "B"})
    api.post("/books", {"title": "Emma", "shelf_id": held["id"]})
    api.delete("/shelves", 409)
    assert {held["id"], free["id"]} <= set(api.ids("/shelves"))
    api.delete("/books")
    api.delete("/shelves")
    assert api.ids("/shelves") == []


def test_a_list_below_another_row_is_a_plain_array_too(api: Api) -> None:
    shelf = api.post("/shelves", {"name": "A"})
    books = [api.post("/books", {"title": t, "shelf_id": shelf["id"]}) for t in ("a", "b", "c")]
    answer = api.send("GET", f"/shelves/{shelf['id']}/books")
    assert answer.json() == books[:2]
    assert answer.headers["x-total-count"] == "3"
    assert api.get("/books", offset=2, limit=5)[-1] == books[2]


def test_a_url_is_that_of_the_host_that_was_asked(api: Api) -> None:
    shelf = api.post("/shelves", {"name": "A"})
    assert shelf["href"] == f"http://api/shelves/{shelf['id']}"
    named = {"Host": "shelves.example:8443", "X-Forwarded-Host": "evil.example"}
    answer = api.send("GET", f"/shelves/{shelf['id']}", headers=named)
    assert answer.json()["href"] == f"http://shelves.example:8443/shelves/{shelf['id']}"
    answer = api.send("GET", "/shelves", headers={"Host": 'a"b/c'})
    assert answer.json()["items"][0]["href"].startswith("http://localhost/shelves/")
