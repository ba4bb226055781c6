"""What the projects of `promises` do, by hand: `python behaviours.py TITLE` inside one of them.

Prints the document that the application serves, once everything was as it should be.
"""

# The project's own modules cannot be seen from here.
# pyright: reportMissingImports=false, reportUnknownVariableType=false
# pyright: reportUnknownMemberType=false, reportUnknownArgumentType=false

import json
import os
import sys
from collections.abc import Callable
from typing import Any

os.environ |= {"DATABASE_URL": "sqlite://", "SECRET_KEY": "k" * 32, "PASSWORD_MEMORY": "8"}
os.environ |= {
    "ADMIN_EMAIL": "admin@example.com",
    "ADMIN_PASSWORD": "password",
    "LOG_LEVEL": "ERROR",
}

from app.main import create_app
from fastapi.testclient import TestClient

PNG = b"\x89PNG\r\n\x1a\n"


class Caller:
    """A client that says what was answered where that was not what it wanted."""

    def __init__(self, client: TestClient, token: str = "") -> None:
        self.client = client
        self.headers = {"Authorization": f"Bearer {token}"} if token else {}

    def ask(self, status: int, method: str, path: str, body: Any = None, **options: Any) -> Any:
        if body is not None:
            options["json"] = body
        headers = self.headers | options.pop("headers", {})
        response = self.client.request(
            method, path, headers=headers, follow_redirects=False, **options
        )
        asked = f"{method} {path}: {response.status_code} {response.text}"
        assert response.status_code == status, asked
        told = response.content and "json" in response.headers["Content-Type"]
        return response.json() if told else response

    def get(self, path: str, status: int = 200) -> Any:
        return self.ask(status, "GET", path)

    def make(self, path: str, **body: Any) -> Any:
        return self.ask(201, "POST", path, body)

    def ids(self, path: str) -> list[int]:
        return [item["id"] for item in self.get(path)["items"]]

    def logged_in(self, name: str, **more: str) -> "Caller":
        body = {"email": f"{name}@example.com", "password": "password"}
        if name != "admin":
            self.make("/auth/register", **body, name=name, **more)
        return self.again(name)

    def again(self, name: str) -> "Caller":
        body = {"email": f"{name}@example.com", "password": "password"}
        return Caller(self.client, self.ask(200, "POST", "/auth/login", body)["access_token"])


def bookstore(any_one: Caller) -> None:
    ann, bob = any_one.logged_in("ann"), any_one.logged_in("bob")
    for label in ("a", "b", "c"):
        any_one.make("/tags", label=label)
    assert "label" in any_one.ask(409, "POST", "/tags", {"label": "a"})["detail"]
    ann.make("/authors", name="Zoë")
    shape = {"title": "100% Book_", "price": 1.15, "author_id": 1}
    any_one.ask(401, "POST", "/books", shape)
    first = ann.make("/books", **shape, isbn="0123456789", tag_ids=[3, 1], keywords=['y"z', "x"])
    assert (first["slug"], first["tag_ids"], first["mean"]) == ("100-book", [1, 3], None)
    second = ann.make("/books", **shape | {"price": 2.5}, isbn="0123456788", published="2026-01-02")
    assert second["slug"] == "100-book-2"
    assert any_one.get("/authors/1")["book_count"] == 2
    for name, value in {"author_id": 9, "tag_ids": [1, 9], "extra": {"a": "x" * 300}}.items():
        body = shape | {"isbn": "0123456787", name: value}
        errors = ann.ask(422, "POST", "/books", body)["errors"]
        assert [error["location"] for error in errors] == [["body", name]]
    ann.ask(422, "POST", "/books", shape | {"isbn": "0123456787", "tag_ids": [1, 1]})
    ann.ask(409, "PATCH", "/books/2", {"isbn": "0123456789"})
    _narrowed(any_one)
    ann.make("/reviews", rating=5, book_id=1)
    bob.make("/reviews", rating=2, book_id=1)
    ann.ask(409, "POST", "/reviews", {"rating": 4, "book_id": 1})
    bob.ask(403, "PATCH", "/reviews/1", {"rating": 1})
    ann.ask(422, "PATCH", "/reviews/1", {"book_id": 2})
    book = any_one.get("/books/1")
    assert (book["review_count"], book["mean"], book["best"]) == (2, 3.5, 5)
    assert any_one.ids("/books/1/reviews?user_id=1") == [1]
    any_one.get("/books/9/reviews", 404)
    assert [ann.ask(200, "POST", "/books/1/like")["likes"] for _ in "12"] == [1, 1]
    assert bob.ask(200, "POST", "/books/1/like")["likes"] == 2
    assert [ann.ask(200, "DELETE", "/books/1/like")["likes"] for _ in "12"] == [1, 1]
    paper = {"format": "paper", "count": 2, "total": 3.65, "average": 1.83}
    assert any_one.get("/books/formats")["items"] == [paper]
    days = [{"day": "2026-01-02", "count": 1}, {"day": None, "count": 1}]
    assert any_one.get("/books/days")["items"] == days
    nothing = {"count": 0, "total": 0, "average": None}
    assert any_one.get("/books/overall?q=nothing")["items"] == [nothing]
    assert any_one.get("/books/months")["items"][0]["month"] == book["created_at"][:7]
    ann.ask(409, "DELETE", "/authors/1")
    any_one.ask(204, "DELETE", "/tags/1")
    assert any_one.get("/books/1")["tag_ids"] == [3]
    changed = ann.ask(200, "PATCH", "/books/1", {"tag_ids": []})
    assert changed["tag_ids"] == []
    assert changed["updated_at"] > changed["created_at"]
    ann.ask(204, "DELETE", "/books/1")
    assert any_one.ids("/reviews") == []
    assert "newsletter" in any_one.ask(501, "POST", "/not-made/send_newsletter")["detail"]


def _narrowed(any_one: Caller) -> None:
    """By every filter, range and search; the dearer book comes first."""
    for query, found in {
        "q=100%25": [2, 1],
        "q=BOOK_": [2, 1],
        "q=bookx": [],
        "tag_id=3": [1],
        "keyword=y%22z": [1],
        "keyword=X": [],
        "price=1.15": [1],
        "price_min=2&price_max=2.5": [2],
        "in_print=false": [],
        "published_from=2026-01-02": [2],
        "created_at_from=2020-01-01T00:00:00Z&sort=price": [1, 2],
        "author_id=2": [],
    }.items():
        assert any_one.ids(f"/books?{query}") == found, query
    for query in ("author_id=x", "in_print=1", "price_min=0.001", "q=", "q=%00", "tag_id=0"):
        any_one.get(f"/books?{query}", 422)


def tickets(any_one: Caller) -> None:
    admin, ann, bob = (any_one.logged_in(name) for name in ("admin", "ann", "bob"))
    agent = {"email": "agent@example.com", "name": "Agent", "password": "password"}
    ann.ask(403, "POST", "/users", agent)
    admin.make("/users", **agent, role="agent")
    staff = any_one.again("agent")
    assert ann.make("/tickets", subject="Help")["status"] == "open"
    bob.get("/tickets/1", 404)
    assert (bob.ids("/tickets"), ann.ids("/tickets"), staff.ids("/tickets")) == ([], [1], [1])
    assert ann.get("/tickets/statuses")["items"] == [{"status": "open", "count": 1}]
    assert bob.get("/tickets/statuses")["items"] == []
    ann.ask(403, "POST", "/tickets/1/start")
    ann.ask(409, "PATCH", "/tickets/1", {"status": "started"})
    ann.ask(200, "PATCH", "/tickets/1", {"status": "open"})
    ann.ask(422, "PATCH", "/tickets/1", {"assignee_id": 1})
    ann.ask(409, "POST", "/tickets/1/close")
    assert staff.ask(200, "PATCH", "/tickets/1", {"status": "resolved"})["resolved_at"]
    staff.ask(409, "POST", "/tickets/1/resolve")
    ann.ask(200, "POST", "/tickets/1/close")
    assert staff.ask(200, "POST", "/tickets/1/escalate")["urgent"]
    staff.ask(409, "POST", "/tickets/1/escalate")
    bob.ask(422, "POST", "/comments", {"text": "x", "ticket_id": 1, "speaker_id": 3})
    ann.ask(422, "POST", "/comments", {"text": "x", "ticket_id": 1, "speaker_id": 3})
    ann.make("/comments", text="x", ticket_id=1, speaker_id=2)
    bob.get("/tickets/1/comments", 404)
    bob.ask(403, "DELETE", "/comments/1")
    admin.ask(204, "DELETE", "/comments/1")
    ann.get("/users/1", 403)
    ann.get("/users/2", 403)
    ann.ask(404, "PATCH", "/users/1", {"name": "x"})
    ann.ask(403, "PUT", "/users/2/role", {"role": "admin"})
    assert admin.ask(200, "PUT", "/users/2/role", {"role": "agent"})["role"] == "agent"
    admin.ask(204, "DELETE", "/users/2")
    ann.get("/auth/me", 401)


def bookings(any_one: Caller) -> None:
    rooms = any_one.make("/rooms/bulk", items=[{"name": "A"}, {"name": "B"}])["items"]
    assert [room["url"] for room in rooms] == [f"http://testserver/rooms/{at}" for at in (1, 2)]
    assert any_one.get("/rooms") == rooms

    def book(status: int, begin: int, end: int, room: int = 1) -> Any:
        hours = {"starts_at": f"2026-05-01T{begin}:00:00Z", "ends_at": f"2026-05-01T{end}:00:00Z"}
        body = {"room_id": room, "hours": 3, "rate": 1.33} | hours
        return any_one.ask(status, "POST", "/bookings", body)

    assert book(201, 10, 12)["cost"] == 3.99
    book(409, 11, 13)
    book(201, 12, 13)
    book(201, 11, 13, room=2)
    assert book(422, 12, 12)["errors"][0]["location"] == ["body", "ends_at"]
    any_one.ask(422, "PATCH", "/bookings/1", {"ends_at": "2026-05-01T09:00:00Z"})
    any_one.ask(409, "PATCH", "/bookings/1", {"ends_at": "2026-05-01T12:30:00Z"})
    assert any_one.ask(200, "PATCH", "/bookings/1", {"hours": 1000})["cost"] == 1330
    assert any_one.get("/rooms/1")["hours"] == 1003
    any_one.ask(200, "POST", "/bookings/1/cancel")
    book(201, 10, 12)
    any_one.ask(409, "POST", "/bookings/1/restore")
    any_one.ask(409, "POST", "/bookings/1/confirm")
    day = {"day": "2026-05-01", "count": 4, "total": 5.32, "average": 1.33}
    assert any_one.get("/bookings/days")["items"] == [day]
    _slots(any_one)


def _slots(any_one: Caller) -> None:
    """Each is made once, changed by whoever knows it, and seen until it is deleted."""
    slot = {"court": "c", "begins": "2026-01-01", "ends": "2026-01-05"}
    later = slot | {"begins": "2026-01-05", "ends": "2026-01-09"}

    def ask(status: int, method: str, path: str, body: Any = None, **headers: str) -> Any:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        return any_one.ask(status, method, path, body, headers=sent)

    ask(400, "POST", "/slots", slot)
    made = ask(201, "POST", "/slots", slot, Idempotency_Key="a")
    assert ask(201, "POST", "/slots", slot, Idempotency_Key="a") == made
    ask(422, "POST", "/slots", later, Idempotency_Key="a")
    ask(409, "POST", "/slots", later | {"begins": "2026-01-04"}, Idempotency_Key="b")
    ask(201, "POST", "/slots", later, Idempotency_Key="b")
    ask(201, "POST", "/slots", slot | {"court": "d"}, Idempotency_Key="c")
    first = any_one.get("/slots?limit=2")
    assert [one["id"] for one in first["items"]] == [1, 2]
    assert any_one.ids(f"/slots?limit=2&cursor={first['next_cursor']}") == [3]
    ask(428, "DELETE", "/slots/1")
    ask(412, "DELETE", "/slots/1", If_Match='"other"')
    ask(204, "DELETE", "/slots/1", If_Match="*")
    assert any_one.ids("/slots") == [2, 3]
    assert ask(200, "POST", "/slots/1/restore") == made


def stock(any_one: Caller) -> None:
    product = {"name": "n", "sku": "a", "stock": 5}
    made = any_one.make("/products", **product)
    assert any_one.ask(200, "POST", "/products", product | {"stock": 7}) == made

    def move(status: int, quantity: int, direction: str) -> None:
        body = {"product_id": 1, "quantity": quantity, "direction": direction}
        any_one.ask(status, "POST", "/movements", body)

    move(201, 3, "out")
    move(409, 3, "out")
    move(201, 999_998, "in")
    move(409, 1, "in")
    any_one.make("/weighings", product_id=1, kg=7)
    product = any_one.get("/products/1")
    assert (product["stock"], product["weight"]) == (1_000_000, 7)
    assert any_one.get("/movements")["total"] == 2
    any_one.make("/loans", product_id=1)
    any_one.ask(409, "POST", "/loans", {"product_id": 1})
    any_one.ask(200, "POST", "/loans/1/give-back")
    any_one.make("/loans", product_id=1, after_id=1)
    any_one.ask(409, "POST", "/loans/1/lend-again")
    assert any_one.get("/loans/1")["followers"] == 1
    any_one.ask(409, "DELETE", "/products/1")
    any_one.ask(204, "DELETE", "/loans/1")
    assert any_one.get("/loans/2")["after_id"] is None


def crm(any_one: Caller) -> None:
    ann = any_one.logged_in("ann", organization_name="A")
    bob = any_one.logged_in("bob", organization_name="B")
    ann.make("/users", email="cat@example.com", name="cat", password="password")
    cat = any_one.again("cat")
    assert (cat.ids("/users"), bob.ids("/users")) == ([1, 3], [2])
    cat.get("/organizations/2", 404)
    cat.ask(403, "PATCH", "/organizations/1", {"name": "x"})
    ann.ask(404, "PATCH", "/organizations/2", {"name": "x"})
    assert cat.make("/contacts", name="Con")["owner_id"] == 3
    bob.get("/contacts/1", 404)
    ann.ask(403, "PATCH", "/contacts/1", {"name": "z"})
    bob.ask(404, "PATCH", "/contacts/1", {"name": "z"})
    bob.ask(404, "POST", "/contacts/1/star")
    ann.ask(200, "POST", "/contacts/1/star")
    deal = {"amount": 1.5, "contact_id": 1}
    bob.ask(422, "POST", "/deals", deal)
    ann.ask(422, "POST", "/deals", deal | {"watcher_ids": [2]})
    ann.make("/deals", **deal, watcher_ids=[3, 1])
    assert (cat.ids("/deals?watcher_id=3"), bob.ids("/deals")) == ([1], [])
    assert bob.get("/deals/totals")["items"] == []
    bob.get("/contacts/1/deals", 404)
    cat.ask(409, "DELETE", "/contacts/1")


def bank(any_one: Caller) -> None:
    ann, bob = any_one.logged_in("ann"), any_one.logged_in("bob")
    ann.make("/accounts", name="A")
    bob.make("/accounts", name="B")

    def pay(status: int, who: Caller, key: str, source: int, target: int) -> None:
        body = {"source_id": source, "target_id": target, "amount": 60}
        who.ask(status, "POST", "/transfers", body, headers={"Idempotency-Key": key})

    pay(403, bob, "a", 1, 2)
    pay(422, ann, "a", 1, 1)
    for _ in "12":
        pay(201, ann, "a", 1, 2)
    pay(409, ann, "b", 1, 2)
    balances = [(one["name"], one["balance"]) for one in bob.get("/accounts")["items"]]
    assert balances == [("B", 160), ("A", 40)]
    assert len(ann.get("/accounts/1/history")["items"]) == 2
    ann.make("/orders")
    line = {"amount": 1, "order_id": 1}
    assert ann.make("/lines/bulk", items=[line])["items"] == ann.get("/lines")
    match = {"headers": {"If-Match": "*"}}
    ann.ask(403, "POST", "/orders/1/approve", **match)
    bob.ask(409, "POST", "/orders/1/approve", **match)
    ann.ask(200, "PATCH", "/orders/1", {"iban": "DE02120300000000202051"}, **match)
    assert bob.ask(200, "POST", "/orders/1/approve", **match)["state"] == "approved"
    ann.ask(409, "DELETE", "/accounts")


def files(any_one: Caller) -> None:
    ann, bob = any_one.logged_in("ann"), any_one.logged_in("bob")

    def send(status: int, content: bytes, kind: str, name: str = "a.png", **data: str) -> Any:
        form = {"data": {"title": "T"} | data, "files": {"file": (name, content, kind)}}
        return ann.ask(status, "POST", "/documents", **form)

    made = send(201, PNG, "image/png", "../x/é.png", pages="5", shared="true", price="2.25")
    assert (made["filename"], made["size"], made["pages"], made["price"]) == ("é.png", 8, 5, 2.25)
    send(415, b"GIF89a", "image/png")
    send(415, b"x", "text/plain")
    send(413, PNG * 200, "image/png")
    assert send(422, PNG, "image/png", pages="x")["errors"][0]["location"] == ["body", "pages"]
    send(422, PNG, "image/png", more="x")
    answer = ann.get("/documents/1/content")
    assert answer.content == PNG
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    bob.get("/documents/1/content", 404)
    any_one.get("/documents/1/content", 401)
    assert ann.ids("/documents?shared=true&price=2.25") == [1]
    ann.ask(422, "PATCH", "/documents/1", {"pages": "6"})


def shortener(any_one: Caller) -> None:
    url = "https://example.com/a?b=1#c"
    link = any_one.make("/links", url=url)
    assert any_one.ask(200, "POST", "/links", {"url": url}) == link
    assert any_one.get(f"/r/{link['code']}", 307).headers["Location"] == url
    for code in ("none", "%00", "%ff"):
        any_one.get(f"/r/{code}", 404)
    assert any_one.get("/links/1")["visits"] == 1


ALL: dict[str, Callable[[Caller], None]] = {
    one.__name__: one for one in (bookstore, tickets, bookings, stock, crm, bank, files, shortener)
}

if __name__ == "__main__":
    with TestClient(create_app()) as client:
        ALL[sys.argv[1].lower()](Caller(client))
        print(json.dumps(client.get("/openapi.json").json()))
