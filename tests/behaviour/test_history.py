"""What is done to rows is written down: what, when, by whom, and what it changed."""

import concurrent.futures
import datetime
from typing import Any

import pytest

from smartforge.contract import (
    Accounts,
    Adjusts,
    Boolean,
    Bulk,
    Choice,
    Code,
    Contract,
    Date,
    Decimal,
    Email,
    Field,
    Integer,
    Permissions,
    Redirect,
    Reference,
    References,
    Resource,
    Text,
    Transition,
    Url,
)
from smartforge.contract.access import Access
from tests.behaviour.apis import ADMIN, Api

pytestmark = pytest.mark.xdist_group("behaviour_history")

USER = Access("user")
OWNER = Access("owner", ("admin",))
MINE = Field("user_id", Reference("user", "cascade"), written="never")
CONTRACT = Contract(
    "Histories",
    (
        Resource(
            "user",
            "users",
            (Field("email", Email(), unique=True), Field("name", Text(), False)),
            actions=("read", "update", "delete"),
            access=Permissions(read=OWNER, update=OWNER, delete=OWNER),
            owner="id",
            history=True,
        ),
        Resource("tag", "tags", (Field("name", Text()),)),
        Resource(
            "author",
            "authors",
            (Field("name", Text()),),
            actions=("list", "create", "read", "update", "delete", "clear"),
        ),
        Resource(
            "book",
            "books",
            (
                Field("title", Text()),
                Field("author_id", Reference("author", "cascade"), False),
                Field("editor_id", Reference("author", "clear", nested=False), False),
                Field("price", Decimal("0", "999.99"), False, 1.5),
                Field("published", Date(), False),
                Field("rare", Boolean(), False, False),
                Field("tag_ids", References("tag"), False, []),
                Field("stock", Integer(0, 10), False, 0, written="never"),
                Field("status", Choice(("draft", "out")), False, "draft", written="never"),
            ),
            actions=("list", "create", "read", "update", "delete", "clear"),
            transitions=(Transition("publish", "status", "out", ("draft",), access=USER),),
            bulk=Bulk(),
            history=True,
        ),
        Resource(
            "move",
            "moves",
            (Field("book_id", Reference("book", "cascade")), Field("amount", Integer(1, 9))),
            actions=("list", "create", "read"),
            rules=(Adjusts("book_id", "amount", "stock"),),
        ),
        Resource(
            "note",
            "notes",
            (MINE, Field("text", Text())),
            access=Permissions(OWNER, USER, OWNER, OWNER, OWNER),
            owner="user_id",
            soft_delete=True,
            history=True,
        ),
        Resource(
            "line",
            "lines",
            (Field("note_id", Reference("note", "cascade")), Field("text", Text())),
            access=Permissions(USER, USER, USER, USER, USER),
            history=True,
        ),
        Resource(
            "link",
            "links",
            (
                Field("page", Url()),
                Field("code", Code(), written="never"),
                Field("visits", Integer(0, 100), False, 0, written="never"),
            ),
            redirect=Redirect("code", "page", "visits"),
            history=True,
        ),
    ),
    accounts=Accounts(roles=("user", "admin"), password_change=True),
)


def history(api: Api, path: str, **query: Any) -> list[dict[str, Any]]:
    return api.get(f"{path}/history", **query)["items"]


def told(api: Api, path: str) -> list[tuple[Any, ...]]:
    """What was done, and what it changed to what."""
    return [
        (one["action"], {name: change["after"] for name, change in one["changes"].items()})
        for one in history(api, path)
    ]


def made(api: Api, path: str, **body: Any) -> str:
    return f"{path}/{api.post(path, body)['id']}"


def test_an_entry_says_what_was_done_when_by_whom_and_what_it_changed(api: Api) -> None:
    somebody = api.newcomer()
    me = somebody.get("/auth/me")["id"]
    path = made(somebody, "/notes", text="A")
    somebody.patch(path, {"text": "B"})
    first, second = history(somebody, path)
    assert set(first) == {"id", "action", "at", "by", "changes"}
    assert (first["action"], first["by"]) == ("created", me)
    assert first["changes"]["text"] == {"before": None, "after": "A"}
    assert (second["action"], second["by"]) == ("changed", me)
    assert second["changes"] == {"text": {"before": "A", "after": "B"}}
    moments = [datetime.datetime.fromisoformat(one["at"]) for one in (first, second)]
    assert moments[0] <= moments[1] <= datetime.datetime.now(datetime.UTC)
    assert first["at"].endswith("Z")


def test_values_are_told_as_answers_have_them(api: Api) -> None:
    author, tag = (api.post(path, {"name": "N"})["id"] for path in ("/authors", "/tags"))
    body = {"title": "T", "author_id": author, "price": 12.35, "published": "2026-05-01"}
    book = api.post("/books", body | {"rare": True, "tag_ids": [tag]})
    (entry,) = history(api, f"/books/{book['id']}")
    shown = {name: change["after"] for name, change in entry["changes"].items()}
    assert shown == {name: book[name] for name in shown}
    assert set(body) | {"rare", "tag_ids", "stock", "status"} == set(shown)
    assert entry["by"] is None


def test_transitions_movements_links_and_visits_are_changes(api: Api) -> None:
    user = api.newcomer()
    path = made(api, "/books", title="T")
    tag = api.post("/tags", {"name": "N"})["id"]
    user.expect(200, "POST", f"{path}/publish")
    api.post("/moves", {"book_id": int(path.rpartition("/")[2]), "amount": 3})
    api.patch(path, {"tag_ids": [tag], "price": 1.5})
    api.delete(f"/tags/{tag}")
    assert told(api, path)[1:] == [
        ("publish", {"status": "out"}),
        ("changed", {"stock": 3}),
        ("changed", {"tag_ids": [tag]}),
        ("changed", {"tag_ids": []}),
    ]
    assert history(api, path)[1]["by"] == user.get("/auth/me")["id"]
    link = api.post("/links", {"page": "https://example.org/"})
    api.expect(307, "GET", f"/r/{link['code']}")
    assert told(api, f"/links/{link['id']}")[1:] == [("changed", {"visits": 1})]


def test_what_changes_nothing_or_is_refused_leaves_no_entry(api: Api) -> None:
    user = api.newcomer()
    path = made(api, "/books", title="T")
    api.patch(path, {"title": "T", "price": 1.5})
    api.patch(path, {"title": ""}, 422)
    api.patch(path, {"author_id": 99999}, 422)
    user.expect(200, "POST", f"{path}/publish")
    user.expect(409, "POST", f"{path}/publish")
    where = {"book_id": int(path.rpartition("/")[2]), "amount": 9}
    for _ in range(1):
        api.post("/moves", where)
    api.post("/moves", where | {"amount": 2}, 409)
    total = api.get(f"{path}/history")["total"]
    assert total == 3


def test_entries_come_in_pages_the_oldest_first(api: Api) -> None:
    path = made(api, "/books", title="T0")
    for number in range(1, 25):
        api.patch(path, {"title": f"T{number}"})
    page = api.get(f"{path}/history")
    assert (page["total"], page["limit"], page["offset"], len(page["items"])) == (25, 20, 0, 20)
    rest = history(api, path, offset=20, limit=3)
    assert [one["changes"]["title"]["after"] for one in rest] == ["T20", "T21", "T22"]
    api.get(f"{path}/history", 422, limit=0)
    api.get(f"{path}/history", 422, limit=101)


def test_nobody_changes_or_deletes_entries(api: Api) -> None:
    path = f"{made(api, '/books', title='T')}/history"
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        api.expect(405, method, path)


def test_of_what_is_deleted_administrators_alone_learn_what_was_done(api: Api) -> None:
    admin, somebody = api.admin(), api.newcomer()
    path = made(api, "/books", title="T")
    somebody.delete(path)
    for one in (api, somebody):
        one.get(f"{path}/history", 404)
    last = history(admin, path)[-1]
    assert (last["action"], last["changes"]["title"]) == (
        "deleted",
        {"before": "T", "after": None},
    )
    admin.get("/books/99999/history", 404)
    api.as_caller("nonsense").get(f"{path}/history", 404)


def test_whoever_may_read_a_row_may_read_its_history(api: Api) -> None:
    owner, other, admin = api.newcomer(), api.newcomer(), api.admin()
    path = made(owner, "/notes", text="A")
    assert len(history(owner, path)) == len(history(admin, path)) == 1
    other.get(f"{path}/history", 404)
    api.get(f"{path}/history", 401)


def test_rows_that_go_along_and_come_back_are_told_of(api: Api) -> None:
    owner, admin = api.newcomer(), api.admin()
    note = made(owner, "/notes", text="A")
    line = made(owner, "/lines", note_id=int(note.rpartition("/")[2]), text="a")
    owner.delete(note)
    owner.get(f"{note}/history", 404)
    for path in (note, line):
        assert [one["action"] for one in history(admin, path)] == ["created", "deleted"]
    owner.expect(200, "POST", f"{note}/restore")
    for path in (note, line):
        entries = history(owner, path)
        assert [one["action"] for one in entries] == ["created", "deleted", "restored"]
        assert entries[2]["changes"]["text"]["before"] is None
        assert entries[2]["by"] == owner.get("/auth/me")["id"]


def test_what_the_database_deletes_or_clears_along_is_told_of(api: Api) -> None:
    admin = api.admin()
    author, other = (api.post("/authors", {"name": "N"})["id"] for _ in range(2))
    gone = made(api, "/books", title="G", author_id=author)
    left = made(api, "/books", title="L", author_id=other, editor_id=author)
    api.delete(f"/authors/{author}")
    assert [one["action"] for one in history(admin, gone)] == ["created", "deleted"]
    assert told(api, left)[1:] == [("changed", {"editor_id": None})]
    api.delete("/authors")
    assert [one["action"] for one in history(admin, left)] == ["created", "changed", "deleted"]
    last = made(api, "/books", title="Last")
    api.delete("/books")
    assert [one["action"] for one in history(admin, last)] == ["created", "deleted"]


def test_many_rows_made_at_once_have_an_entry_each(api: Api) -> None:
    rows = api.post("/books/bulk", {"items": [{"title": "A"}, {"title": "B"}]})["items"]
    for row in rows:
        (entry,) = history(api, f"/books/{row['id']}")
        assert entry["changes"]["title"]["after"] == row["title"]


def test_accounts_are_told_of_without_their_secrets(api: Api) -> None:
    admin, somebody = api.admin(), api.newcomer(name="N")
    me = somebody.get("/auth/me")
    path = f"/users/{me['id']}"
    somebody.patch(path, {"name": "M"})
    admin.put(f"{path}/role", {"role": "admin"})
    word = "correct horse battery"
    change = {"current_password": word, "new_password": f"another {word}"}
    somebody.expect(204, "POST", "/auth/password", json=change)
    entries = history(admin, path)
    assert [one["action"] for one in entries] == ["created", "changed", "changed"]
    assert set(entries[0]["changes"]) == {"email", "name", "role"}
    assert [one["by"] for one in entries[1:]] == [me["id"], admin.get("/auth/me")["id"]]
    assert entries[2]["changes"] == {"role": {"before": "user", "after": "admin"}}
    assert ADMIN["email"] not in str(entries)


def test_no_change_of_many_at_once_is_left_out(api: Api) -> None:
    path = made(api, "/books", title="T")

    def change(number: int) -> int:
        body = {"title": f"T{number}"} if number % 2 else {"price": float(number)}
        return api.send("PATCH", path, json=body).status_code

    with concurrent.futures.ThreadPoolExecutor(8) as threads:
        assert set(threads.map(change, range(2, 26))) == {200}
    entries = history(api, path, limit=100)
    assert len(entries) == 25
    values: dict[str, Any] = {}
    for entry in entries:
        for name, told_change in entry["changes"].items():
            assert told_change["before"] == values.get(name)
            values[name] = told_change["after"]
    now = api.get(path)
    assert all(now[name] == value for name, value in values.items())
