"""Rows that are somebody's own: hidden from others, or read by all and changed by one."""

import pytest

from smartforge.contract import (
    Access,
    Accounts,
    Boolean,
    Contract,
    Decimal,
    Email,
    Field,
    Permissions,
    Reference,
    Report,
    Resource,
    Text,
    Transition,
)
from tests.behaviour.apis import PASSWORD, Api, address, errors

pytestmark = pytest.mark.xdist_group("behaviour_ownership")

OWNER = Access("owner")
OWNER_OR_ADMIN = Access("owner", ("admin",))
AUTHOR = Field("author_id", Reference("user", "cascade", nested=False), written="never")
CONTRACT = Contract(
    "Diary",
    (
        Resource(
            "user",
            "users",
            (
                Field("email", Email(), unique=True),
                Field("pinned_id", Reference("article", "clear", nested=False), False),
            ),
            actions=(),
        ),
        Resource(
            "article",
            "articles",
            (
                Field("title", Text()),
                AUTHOR,
                Field("shown", Boolean(), False, False, written="never"),
            ),
            owner="author_id",
            transitions=(
                Transition(
                    "show",
                    "shown",
                    True,
                    (False,),
                    access=Access("role", ("admin",)),
                    not_owner=True,
                ),
                Transition("hide", "shown", False, access=Access("user"), not_owner=True),
            ),
            filters=("author_id",),
            access=Permissions(create=Access("user"), update=OWNER_OR_ADMIN, delete=OWNER_OR_ADMIN),
        ),
        Resource(
            "expense",
            "expenses",
            (Field("amount", Decimal("0.01", "1000")), AUTHOR),
            owner="author_id",
            access=Permissions(OWNER, OWNER, OWNER, OWNER, OWNER),
            reports=(Report("total", field="amount", access=OWNER),),
        ),
        Resource(
            "receipt",
            "receipts",
            (Field("number", Text()), Field("expense_id", Reference("expense", "cascade")), AUTHOR),
            owner="author_id",
            access=Permissions(OWNER, OWNER, OWNER, OWNER, OWNER),
        ),
    ),
    accounts=Accounts(roles=("user", "admin")),
)


def test_whoever_registers_points_only_to_what_is_there(api: Api) -> None:
    body = {"email": address(), "password": PASSWORD, "pinned_id": 1_000_000}
    assert errors(api.post("/auth/register", body, 422)) == [["body", "pinned_id"]]
    article = api.newcomer().post("/articles", {"title": "A"})
    account = api.post("/auth/register", {**body, "pinned_id": article["id"]})
    assert account["pinned_id"] == article["id"]


def test_the_owner_is_the_caller_and_nobody_writes_it(api: Api) -> None:
    one = api.newcomer()
    me = one.get("/auth/me")["id"]
    article = one.post("/articles", {"title": "A"})
    assert article["author_id"] == me
    problem = one.post("/articles", {"title": "A", "author_id": me + 1}, 422)
    assert errors(problem) == [["body", "author_id"]]
    one.patch(f"/articles/{article['id']}", {"author_id": me + 1}, 422)


def test_what_all_may_read_only_its_owner_changes(api: Api) -> None:
    one, other = api.newcomer(), api.newcomer()
    path = f"/articles/{one.post('/articles', {'title': 'A'})['id']}"
    assert api.get(path)["title"] == "A"
    api.patch(path, {"title": "B"}, 401)
    other.patch(path, {"title": "B"}, 403)
    other.delete(path, 403)
    other.delete("/articles/999999", 404)
    assert one.patch(path, {"title": "C"})["title"] == "C"
    assert api.admin().patch(path, {"title": "D"})["title"] == "D"
    api.admin().delete(path)


def test_nobody_approves_what_is_their_own_whatever_their_role(api: Api) -> None:
    author, admin = api.newcomer(), api.admin()
    theirs = f"/articles/{author.post('/articles', {'title': 'A'})['id']}"
    own = f"/articles/{admin.post('/articles', {'title': 'B'})['id']}"
    author.post(f"{theirs}/show", status=403)
    assert admin.post(f"{theirs}/show", status=200)["shown"] is True
    admin.post(f"{own}/show", status=403)
    assert api.get(own)["shown"] is False
    author.post(f"{theirs}/hide", status=403)
    assert author.post(f"{own}/hide", status=200)["shown"] is False
    admin.post(f"{theirs}/show", status=409)
    author.post("/articles/999999/hide", status=404)


def test_lists_that_all_may_read_hold_everything(api: Api) -> None:
    one, other = api.newcomer(), api.newcomer()
    first = one.post("/articles", {"title": "A"})
    second = other.post("/articles", {"title": "B"})
    assert {first["id"], second["id"]} <= set(api.ids("/articles", limit=100))
    assert other.ids("/articles", author_id=first["author_id"]) == [first["id"]]


def test_what_is_hidden_is_not_there_for_others(api: Api) -> None:
    one, other = api.newcomer(), api.newcomer()
    path = f"/expenses/{one.post('/expenses', {'amount': 5})['id']}"
    other.get(path, 404)
    other.patch(path, {"amount": 1}, 404)
    other.delete(path, 404)
    api.get(path, 401)
    api.admin().get(path, 404)
    assert one.get(path)["amount"] == 5
    assert other.get("/expenses") == {"items": [], "total": 0, "limit": 20, "offset": 0}
    assert one.get("/expenses")["total"] == 1


def test_reports_tell_of_ones_own_rows(api: Api) -> None:
    one, other = api.newcomer(), api.newcomer()
    one.post("/expenses", {"amount": 5})
    one.post("/expenses", {"amount": 2.5})
    other.post("/expenses", {"amount": 100})
    found = one.get("/expenses/total")
    assert found == {"items": [{"count": 2, "total": 7.5, "average": 3.75}]}


def test_a_reference_to_what_is_hidden_is_refused(api: Api) -> None:
    one, other = api.newcomer(), api.newcomer()
    expense = one.post("/expenses", {"amount": 5})["id"]
    problem = other.post("/receipts", {"number": "1", "expense_id": expense}, 422)
    assert errors(problem) == [["body", "expense_id"]]
    one.post("/receipts", {"number": "1", "expense_id": expense})
    assert one.get(f"/expenses/{expense}/receipts")["total"] == 1
    other.get(f"/expenses/{expense}/receipts", 404)
