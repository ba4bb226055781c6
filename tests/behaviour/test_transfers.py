"""Amounts that move from one row to another: both sides or neither, whoever else moves some."""

import concurrent.futures
import itertools

import httpx
import pytest

from smartforge.contract import (
    Adjusts,
    Contract,
    Decimal,
    Different,
    Field,
    Reference,
    Resource,
    Text,
)
from tests.behaviour.apis import Api, errors

pytestmark = pytest.mark.xdist_group("behaviour_transfers")

CLIENTS = 50
CONTRACT = Contract(
    "Bank",
    (
        Resource(
            "account",
            "accounts",
            (
                Field("owner", Text()),
                Field("balance", Decimal("0", "1000"), False, "0", written="creation"),
            ),
        ),
        Resource(
            "transfer",
            "transfers",
            (
                Field("from_account_id", Reference("account", nested=False)),
                Field("to_account_id", Reference("account", nested=False)),
                Field("amount", Decimal("0.01", "5000")),
            ),
            actions=("list", "create", "read"),
            rules=(
                Different("from_account_id", "to_account_id"),
                Adjusts("from_account_id", "amount", "balance", taking=("",)),
                Adjusts("to_account_id", "amount", "balance"),
            ),
        ),
    ),
)


def opened(api: Api, balance: float) -> int:
    return api.post("/accounts", {"owner": "Ada", "balance": balance})["id"]


def balances(api: Api, *accounts: int) -> list[float]:
    return [api.get(f"/accounts/{one}")["balance"] for one in accounts]


def transfer(source: int, target: int, amount: float) -> dict[str, float]:
    return {"from_account_id": source, "to_account_id": target, "amount": amount}


def test_what_leaves_one_row_arrives_at_the_other(api: Api) -> None:
    mine, yours = opened(api, 10), opened(api, 0.5)
    assert api.post("/transfers", transfer(mine, yours, 9.99))["amount"] == 9.99
    assert balances(api, mine, yours) == [0.01, 10.49]
    assert api.post("/transfers", transfer(yours, mine, 10.49))
    assert balances(api, mine, yours) == [10.5, 0]


def test_where_one_side_cannot_be_neither_is(api: Api) -> None:
    full, poor = opened(api, 999.5), opened(api, 5)
    before = api.get("/transfers")["total"]
    api.post("/transfers", transfer(poor, full, 5.01), 409)
    api.post("/transfers", transfer(poor, full, 0.51), 409)
    api.post("/transfers", transfer(full, poor, 1000), 409)
    assert balances(api, full, poor) == [999.5, 5]
    assert api.get("/transfers")["total"] == before


def test_nothing_moves_from_a_row_to_itself(api: Api) -> None:
    mine = opened(api, 10)
    problem = api.post("/transfers", transfer(mine, mine, 1), 422)
    assert errors(problem) == [["body", "to_account_id"]]
    assert balances(api, mine) == [10]


def test_a_transfer_is_never_changed(api: Api) -> None:
    made = api.post("/transfers", transfer(opened(api, 3), opened(api, 0), 1))
    for method in ("PATCH", "DELETE"):
        assert api.send(method, f"/transfers/{made['id']}", json={}).status_code == 405


def test_crowds_in_both_directions_lose_nothing(api: Api) -> None:
    accounts = [opened(api, 4), opened(api, 4), opened(api, 0)]
    pairs = itertools.cycle(itertools.permutations(accounts, 2))

    def send(pair: tuple[int, int]) -> httpx.Response:
        return api.send("POST", "/transfers", json=transfer(*pair, 1))

    with concurrent.futures.ThreadPoolExecutor(CLIENTS) as crowd:
        answers = list(crowd.map(send, itertools.islice(pairs, 2 * CLIENTS)))
    assert {one.status_code for one in answers} <= {201, 409}
    left: dict[int, float] = dict(zip(accounts, (4, 4, 0), strict=True))
    for one in (answer.json() for answer in answers if answer.status_code == 201):
        left[one["from_account_id"]] -= 1
        left[one["to_account_id"]] += 1
    now = balances(api, *accounts)
    assert now == list(left.values())
    assert sum(now) == 8
    assert min(now) >= 0
