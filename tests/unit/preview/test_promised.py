"""What an API answers of which only the contract is there."""

from typing import Any

import msgspec
import pytest

from smartforge.preview.environment import Admin
from smartforge.preview.promised import Asked, Promised, Told
from smartforge.preview.promised.rows import MOST_ROWS
from tests.unit.preview.projects import SHOP

ADMIN = Admin("email", "admin@example.com", "a long password")
BOOK = {"title": "Emma", "price": 9.5}


class Api:
    """Asks as somebody who has a token, or nobody."""

    def __init__(self, promised: Promised | None = None, token: str = "") -> None:
        self.promised = promised or Promised(SHOP, ADMIN)
        self.token = token

    def told(self, method: str, path: str, body: Any = None, query: str = "") -> Told:
        headers = {"content-type": "application/json"}
        if self.token:
            headers["authorization"] = f"Bearer {self.token}"
        content = msgspec.json.encode(body) if body is not None else b""
        return self.promised.answer(Asked(method, path, query, headers, content))

    def get(self, path: str, status: int = 200, query: str = "") -> Any:
        return self.sent("GET", path, None, status, query)

    def sent(self, method: str, path: str, body: Any, status: int, query: str = "") -> Any:
        told = self.told(method, path, body, query)
        assert told.status == status, told
        return msgspec.json.decode(told.body) if told.body else None

    def as_user(self, email: str) -> "Api":
        account = {"email": email, "password": "a long password"}
        self.told("POST", "/auth/register", account)
        token = self.sent("POST", "/auth/login", account, 200)["access_token"]
        return Api(self.promised, token)

    def as_admin(self) -> "Api":
        return self.as_user(ADMIN.login)


def test_what_is_created_is_read_listed_changed_and_deleted() -> None:
    api = Api().as_admin()
    told = api.told("POST", "/books", BOOK)
    assert (told.status, dict(told.headers)["location"]) == (201, "/books/1")
    made = msgspec.json.decode(told.body)
    assert list(made) == ["id", "title", "price", "isbn", "stock", "created_at"]
    assert (made["title"], made["isbn"], made["stock"]) == ("Emma", None, 0)
    assert api.get("/books/1") == made
    assert api.get("/books") == {"items": [made], "total": 1, "limit": 20, "offset": 0}
    changed = api.sent("PATCH", "/books/1", {"price": 3}, 200)
    assert changed == made | {"price": 3}
    assert api.sent("DELETE", "/books/1", None, 204) is None
    assert api.get("/books/1", 404)["status"] == 404


def test_lists_are_narrowed_sorted_and_cut() -> None:
    api = Api().as_admin()
    for price in (5, 1, 3):
        api.sent("POST", "/books", {"title": f"B{price}", "price": price}, 201)
    page = api.get("/books", query="sort=-price&limit=2&price_max=4")
    assert [each["price"] for each in page["items"]] == [3, 1]
    assert api.get("/books", query="title=B5")["total"] == 1
    assert api.get("/books", 422, "limit=101")["errors"][0]["location"] == ["query", "limit"]


@pytest.mark.parametrize(
    ("body", "locations"),
    [
        ({}, [["body", "price"], ["body", "title"]]),
        (BOOK | {"more": 1}, [["body", "more"]]),
        (BOOK | {"price": 9.999}, [["body", "price"]]),
        (BOOK | {"title": "a\0b"}, [["body"]]),
        ([], [["body"]]),
    ],
)
def test_an_invalid_body_is_told_with_its_place(body: Any, locations: list[list[str]]) -> None:
    problem = Api().as_admin().sent("POST", "/books", body, 422)
    assert sorted(each["location"] for each in problem["errors"]) == locations


def test_what_is_no_json_is_422() -> None:
    api = Api().as_admin()
    headers = {"authorization": f"Bearer {api.token}"}
    for content in (b"", b"{", b"[" * 100_000, b'{"a": NaN}', b"\xff"):
        assert api.promised.answer(Asked("POST", "/books", "", headers, content)).status == 422


def test_access_is_that_of_the_contract() -> None:
    api = Api()
    assert api.get("/books")["total"] == 0
    refused = api.told("POST", "/books", BOOK)
    assert (refused.status, dict(refused.headers)["www-authenticate"]) == (401, "Bearer")
    ann, bob, admin = api.as_user("ann@b.co"), api.as_user("bob@b.co"), api.as_admin()
    assert ann.told("POST", "/books", BOOK).status == 403
    book = admin.sent("POST", "/books", BOOK, 201)["id"]
    note = ann.sent("POST", "/notes", {"text": "Hm", "book_id": book}, 201)
    assert note["user_id"] == ann.get("/auth/me")["id"]
    assert bob.get(f"/notes/{note['id']}", 404)
    assert bob.get("/notes")["total"] == 0
    assert admin.get("/notes")["total"] == 1
    assert api.told("GET", "/notes").status == 401
    assert ann.sent("POST", "/notes", {"text": "Hm", "book_id": 77}, 422)["errors"][0][
        "location"
    ] == ["body", "book_id"]


def test_unique_values_are_taken_once() -> None:
    api = Api().as_admin()
    api.sent("POST", "/books", BOOK | {"isbn": "1"}, 201)
    api.sent("POST", "/books", BOOK | {"isbn": "1"}, 409)
    account = {"email": "ann@b.co", "password": "a long password"}
    api.sent("POST", "/auth/register", account, 201)
    api.sent("POST", "/auth/register", account, 409)
    assert api.told("POST", "/auth/login", account | {"password": "another"}).status == 401


def test_what_goes_along_with_a_row_goes() -> None:
    api = Api().as_admin()
    book = api.sent("POST", "/books", BOOK, 201)["id"]
    note = api.sent("POST", "/notes", {"text": "Hm", "book_id": book}, 201)["id"]
    api.sent("DELETE", f"/books/{book}", None, 204)
    api.get(f"/notes/{note}", 404)


def test_paths_and_methods_that_are_not_promised_are_told() -> None:
    api = Api()
    assert api.told("GET", "/nothing").status == 404
    told = api.told("PUT", "/books")
    assert (told.status, dict(told.headers)["allow"]) == (405, "GET, POST")
    assert api.told("POST", "/not-made/send_mail").status == 501
    assert api.get("/openapi.json")["info"]["title"] == "Shop"
    assert api.get("/health") == {"status": "ok"}


def test_no_more_rows_are_held_than_there_may_be() -> None:
    api = Api().as_admin()
    for _ in range(MOST_ROWS + 10):
        api.sent("POST", "/books", BOOK, 201)
    assert api.get("/books")["total"] <= MOST_ROWS
