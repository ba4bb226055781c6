"""Rows that are somebody's own: hidden from others, or read by all and changed by one."""

import pytest

from smartforge.contract import (
    Access,
    Accounts,
    Adjusts,
    Boolean,
    Bulk,
    Choice,
    Contract,
    Decimal,
    Email,
    Field,
    Permissions,
    Reference,
    References,
    Report,
    Resource,
    Text,
    Transition,
)
from tests.behaviour.apis import PASSWORD, Api, address, errors

pytestmark = pytest.mark.xdist_group("behaviour_ownership")

OWNER = Access("owner")
OWNER_OR_ADMIN = Access("owner", ("admin",))
USER = Access("user")
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
        Resource(
            "hint",
            "hints",
            (
                Field("text", Text()),
                Field("expense_id", Reference("expense", "cascade", nested=False), False),
                Field("expense_ids", References("expense", 3), False, []),
            ),
            access=Permissions(update=USER),
        ),
        Resource(
            "purse",
            "purses",
            (
                Field("balance", Decimal("0", "1000"), False, "0", written="creation"),
                Field("label", Text(), False),
                AUTHOR,
            ),
            owner="author_id",
            access=Permissions(USER, USER, USER, OWNER_OR_ADMIN, OWNER),
        ),
        Resource(
            "gift",
            "gifts",
            (
                Field("from_purse_id", Reference("purse", nested=False)),
                Field("to_purse_id", Reference("purse", nested=False)),
                Field("amount", Decimal("0.01", "5000")),
            ),
            actions=("list", "create", "read"),
            access=Permissions(USER, USER, USER),
            rules=(
                Adjusts("from_purse_id", "amount", "balance", taking=("",), own=True),
                Adjusts("to_purse_id", "amount", "balance"),
            ),
            bulk=Bulk(5),
        ),
        Resource(
            "account",
            "accounts",
            (Field("balance", Decimal("0", "1000"), False, "0", written="creation"), AUTHOR),
            owner="author_id",
            access=Permissions(USER, USER, USER, OWNER, OWNER),
            actions=("list", "create", "read"),
        ),
        Resource(
            "entry",
            "entries",
            (
                Field("account_id", Reference("account")),
                Field("kind", Choice(("deposit", "withdrawal"))),
                Field("amount", Decimal("0.01", "5000")),
            ),
            actions=("list", "create", "read"),
            access=Permissions(USER, USER, USER),
            rules=(Adjusts("account_id", "amount", "balance", "kind", ("withdrawal",), own=True),),
        ),
        Resource(
            "fund",
            "funds",
            (Field("balance", Decimal("0", "1000"), False, "0", written="creation"), AUTHOR),
            owner="author_id",
            access=Permissions(OWNER, USER, OWNER, OWNER, OWNER),
            actions=("list", "create", "read"),
        ),
        Resource(
            "grant",
            "grants",
            (
                Field("fund_id", Reference("fund")),
                Field("amount", Decimal("0.01", "5000")),
            ),
            actions=("list", "create", "read"),
            access=Permissions(USER, USER, USER),
            rules=(Adjusts("fund_id", "amount", "balance", taking=("",), own=True),),
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


def test_whoever_is_known_names_only_what_is_theirs_even_where_others_need_no_login(
    api: Api,
) -> None:
    one, other = api.newcomer(), api.newcomer()
    expense = one.post("/expenses", {"amount": 5})["id"]
    path = f"/hints/{api.post('/hints', {'text': 'A'})['id']}"
    problem = other.patch(path, {"expense_id": expense}, 422)
    assert errors(problem) == [["body", "expense_id"]]
    other.patch(path, {"expense_ids": [expense]}, 422)
    assert (
        one.patch(path, {"expense_id": expense, "expense_ids": [expense]})["expense_id"] == expense
    )
    # Nobody is known here who could be kept from it.
    assert api.post("/hints", {"text": "B", "expense_id": expense})["expense_id"] == expense


# ---- what rows take from others ---------------------------------------------------------------


def opened(one: Api, path: str, balance: float) -> int:
    return one.post(path, {"balance": balance})["id"]


def gift(source: int, target: int, amount: float) -> dict[str, float]:
    return {"from_purse_id": source, "to_purse_id": target, "amount": amount}


def test_nobody_gives_away_what_is_somebody_elses(api: Api) -> None:
    one, thief = api.newcomer(), api.newcomer()
    theirs, own = opened(one, "/purses", 10), opened(thief, "/purses", 1)
    # However much it is, so that nobody learns what is there.
    for amount in (4, 4000):
        thief.post("/gifts", gift(theirs, own, amount), 403)
    thief.post("/gifts/bulk", {"items": [gift(own, theirs, 1), gift(theirs, own, 1)]}, 403)
    answers = thief.at_once(16, "POST", "/gifts", json=gift(theirs, own, 1))
    assert {answer.status_code for answer in answers} == {403}
    assert [one.get(f"/purses/{each}")["balance"] for each in (theirs, own)] == [10, 1]
    assert one.get("/gifts")["total"] == 0
    one.post("/gifts", gift(theirs, own, 4))
    assert [one.get(f"/purses/{each}")["balance"] for each in (theirs, own)] == [6, 5]


def test_whoever_may_change_every_row_may_take_from_every_row(api: Api) -> None:
    one, admin = api.newcomer(), api.admin()
    theirs, target = opened(one, "/purses", 10), opened(api.newcomer(), "/purses", 0)
    admin.post("/gifts", gift(theirs, target, 3))
    assert one.get(f"/purses/{theirs}")["balance"] == 7


def test_only_owners_take_out_but_all_may_put_in(api: Api) -> None:
    one, other = api.newcomer(), api.newcomer()
    account = opened(one, "/accounts", 10)
    entry = {"account_id": account, "kind": "withdrawal", "amount": 2}
    other.post("/entries", entry, 403)
    assert one.get(f"/accounts/{account}")["balance"] == 10
    other.post("/entries", {**entry, "kind": "deposit"})
    one.post("/entries", entry)
    assert one.get(f"/accounts/{account}")["balance"] == 10
    # Where nobody may change every row, administrators take nothing either.
    api.admin().post("/entries", entry, 403)


def test_what_may_not_be_read_is_not_there_to_take_from(api: Api) -> None:
    one, other = api.newcomer(), api.newcomer()
    fund = opened(one, "/funds", 10)
    problem = other.post("/grants", {"fund_id": fund, "amount": 1}, 422)
    unknown = other.post("/grants", {"fund_id": 1_000_000, "amount": 1}, 422)
    assert errors(problem) == errors(unknown) == [["body", "fund_id"]]
    assert one.get(f"/funds/{fund}")["balance"] == 10
    one.post("/grants", {"fund_id": fund, "amount": 1})
