"""Fifty clients at once on two workers: what is promised of rows holds, on either database."""

import asyncio
import json
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from decimal import Decimal as Exact
from pathlib import Path
from typing import Any

import httpx
import pytest

from smartforge.checks.crowd import at_once
from smartforge.contract import (
    Adjusts,
    Choice,
    Contract,
    Decimal,
    Field,
    Integer,
    NoOverlap,
    OneOpen,
    Reference,
    Resource,
    Text,
    Timestamp,
    Transition,
    UniqueTogether,
    validate,
)
from smartforge.targets.fastapi import FastAPITarget
from tests import postgres
from tests.behaviour.apis import SECRET_KEY
from tests.behaviour.conftest import Starter
from tests.unit.targets.projects import write

pytestmark = pytest.mark.xdist_group("behaviour_fifty_clients")

CLIENTS = 50
WORKERS = 2
KEPT = ("list", "create", "read")
STATUS = Choice(("open", "done"))
CONTRACT = Contract(
    "Crowded",
    (
        Resource(
            "product",
            "products",
            (
                Field("sku", Text(), unique=True),
                Field("quantity", Integer(0, 1000), written="creation"),
            ),
            history=True,
        ),
        Resource(
            "sale",
            "sales",
            (
                Field("product_id", Reference("product", "cascade")),
                Field("amount", Integer(1, 10)),
            ),
            actions=KEPT,
            rules=(Adjusts("product_id", "amount", "quantity", taking=("",)),),
        ),
        Resource(
            "wallet",
            "wallets",
            (Field("balance", Decimal("0", "1000"), False, "0", written="creation"),),
            actions=KEPT,
        ),
        Resource(
            "entry",
            "entries",
            (
                Field("wallet_id", Reference("wallet", "cascade")),
                Field("amount", Decimal("0.01", "100")),
                Field("kind", Choice(("deposit", "withdrawal"))),
            ),
            actions=KEPT,
            rules=(Adjusts("wallet_id", "amount", "balance", "kind", ("withdrawal",)),),
        ),
        Resource(
            "booking",
            "bookings",
            (
                Field("product_id", Reference("product", "cascade")),
                Field("starts_at", Timestamp()),
                Field("ends_at", Timestamp()),
            ),
            rules=(NoOverlap("starts_at", "ends_at", ("product_id",)),),
        ),
        Resource(
            "loan",
            "loans",
            (
                Field("product_id", Reference("product", "cascade")),
                Field("status", STATUS, False, "open", written="never"),
            ),
            rules=(OneOpen(("product_id",), "status", ("open",)),),
            transitions=(Transition("finish", "status", "done", ("open",)),),
        ),
        Resource(
            "seat",
            "seats",
            (Field("row", Integer(1, 90)), Field("number", Integer(1, 90))),
            rules=(UniqueTogether(("row", "number")),),
        ),
    ),
)


class Crowd:
    """Fifty clients of one running project."""

    def __init__(self, socket: Path) -> None:
        self._socket = socket
        transport = httpx.HTTPTransport(uds=str(socket))
        self._client = httpx.Client(transport=transport, base_url="http://api", timeout=60)

    def post(self, path: str, body: object) -> dict[str, Any]:
        answer = self._client.post(path, json=body)
        assert answer.status_code == 201, answer.text
        return answer.json()

    def get(self, path: str) -> dict[str, Any]:
        answer = self._client.get(path)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def all_at_once(self, path: str, bodies: Sequence[object]) -> list[int]:
        """The statuses that fifty get for these bodies, or for none."""
        asked = [self._client.build_request("POST", path, json=one) for one in bodies]
        told = asyncio.run(at_once(self._socket, asked, 1_000_000))
        odd = [body for status, _, body in told if status not in (200, 201, 409)]
        assert not odd, odd[0]
        return [status for status, _, _ in told]

    def close(self) -> None:
        self._client.close()


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def crowd(request: pytest.FixtureRequest, starter: Starter) -> Iterator[Crowd]:
    """The project on two workers, with an empty database."""
    folder = Path(tempfile.mkdtemp(prefix="crowd-"))
    url = f"sqlite:///{folder}/app.db"
    database = ""
    if request.param == "postgresql":
        database = postgres.shared().new_database()
        url = postgres.shared().url(database)
    try:
        write(FastAPITarget().render(validate(CONTRACT)), folder)
        environment = {"PATH": "/usr/bin:/bin", "SECRET_KEY": SECRET_KEY, "DATABASE_URL": url}
        workers = json.loads(starter.ask("start", str(folder), environment, WORKERS))
        crowd = Crowd(folder / "api.sock")
        try:
            yield crowd
        finally:
            crowd.close()
            for one in workers:
                starter.ask("stop", one)
    finally:
        shutil.rmtree(folder)
        if database:
            postgres.shared().drop(database)


def product(crowd: Crowd, sku: str, quantity: int = 0) -> int:
    return crowd.post("/products", {"sku": sku, "quantity": quantity})["id"]


def test_no_more_is_sold_than_is_there(crowd: Crowd) -> None:
    sold = product(crowd, "sold", 20)
    bodies = [{"product_id": sold, "amount": 1}] * CLIENTS
    assert Counter(crowd.all_at_once("/sales", bodies)) == {201: 20, 409: 30}
    assert crowd.get(f"/products/{sold}")["quantity"] == 0
    assert crowd.get(f"/products/{sold}/sales")["total"] == 20
    told = crowd.get(f"/products/{sold}/history?offset=1&limit=100")["items"]
    changes = [
        (one["changes"]["quantity"]["before"], one["changes"]["quantity"]["after"]) for one in told
    ]
    assert changes == [(left, left - 1) for left in range(20, 0, -1)]


def test_no_entry_of_a_balance_is_lost(crowd: Crowd) -> None:
    wallet = crowd.post("/wallets", {"balance": 5.5})["id"]
    bodies = [
        {"wallet_id": wallet, "amount": 1.1, "kind": ("withdrawal", "deposit")[at % 2]}
        for at in range(CLIENTS)
    ]
    statuses = crowd.all_at_once("/entries", bodies)
    assert set(statuses[1::2]) == {201}
    taken = statuses[0::2].count(201)
    assert taken >= 5
    balance = Exact(str(crowd.get(f"/wallets/{wallet}")["balance"]))
    assert balance == Exact("5.5") + (25 - taken) * Exact("1.1")
    assert balance >= 0


def test_one_of_many_gets_the_time(crowd: Crowd) -> None:
    room = product(crowd, "room")
    bodies = [
        {
            "product_id": room,
            "starts_at": f"2031-01-06T09:{at:02}:00Z",
            "ends_at": f"2031-01-06T10:{at:02}:00Z",
        }
        for at in range(CLIENTS)
    ]
    assert Counter(crowd.all_at_once("/bookings", bodies)) == {201: 1, 409: 49}
    assert crowd.get(f"/products/{room}/bookings")["total"] == 1


def test_those_who_are_in_nobody_s_way_all_get_their_time(crowd: Crowd) -> None:
    hall = product(crowd, "hall")
    bodies = [
        {
            "product_id": hall,
            "starts_at": f"2031-01-06T09:{at:02}:00Z",
            "ends_at": f"2031-01-06T09:{at + 1:02}:00Z",
        }
        for at in range(CLIENTS)
    ]
    assert Counter(crowd.all_at_once("/bookings", bodies)) == {201: CLIENTS}


def test_one_of_many_gets_the_name(crowd: Crowd) -> None:
    bodies = [{"sku": "same", "quantity": at} for at in range(CLIENTS)]
    assert Counter(crowd.all_at_once("/products", bodies)) == {201: 1, 409: 49}
    seats = [{"row": 1, "number": 1}] * CLIENTS
    assert Counter(crowd.all_at_once("/seats", seats)) == {201: 1, 409: 49}


def test_one_of_many_borrows_and_one_of_many_finishes(crowd: Crowd) -> None:
    book = product(crowd, "book")
    statuses = crowd.all_at_once("/loans", [{"product_id": book}] * CLIENTS)
    assert Counter(statuses) == {201: 1, 409: 49}
    loan = crowd.get(f"/products/{book}/loans")["items"][0]["id"]
    finished = crowd.all_at_once(f"/loans/{loan}/finish", [None] * CLIENTS)
    assert Counter(finished) == {200: 1, 409: 49}
