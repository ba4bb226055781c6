"""Requests that are sent again with their key: done once, and answered alike."""

import json
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import psycopg
import pytest

from smartforge.contract import (
    Accounts,
    Adjusts,
    Bulk,
    Choice,
    Computed,
    Contract,
    Decimal,
    Email,
    Field,
    Idempotency,
    Integer,
    Product,
    Reference,
    Resource,
    Text,
    Transition,
    validate,
)
from smartforge.contract.access import Access, Permissions
from smartforge.targets.fastapi import FastAPITarget
from tests import postgres
from tests.behaviour.apis import SECRET_KEY, Api, errors, statuses
from tests.behaviour.conftest import Starter
from tests.unit.targets.projects import write

pytestmark = pytest.mark.xdist_group("behaviour_retries")

USER = Access("user")
OWN = Permissions(Access("owner"), USER, Access("owner"), Access("owner"), Access("owner"))
CONTRACT = Contract(
    "Retries",
    (
        Resource("user", "users", (Field("email", Email(), unique=True),), actions=()),
        # Called as what its functions do.
        Resource("claim", "claims", (Field("title", Text()),), idempotency=Idempotency()),
        Resource(
            "wallet",
            "wallets",
            (
                Field("name", Text(), False, "purse"),
                Field("balance", Integer(0, 1_000), False, 100, written="never"),
            ),
            actions=("list", "create", "read"),
        ),
        Resource(
            "payment",
            "payments",
            (
                Field("wallet_id", Reference("wallet", "cascade")),
                Field("amount", Integer(1, 100)),
                Field("note", Text(), False, "none"),
                Field("status", Choice(("new", "settled")), False, "new", written="never"),
            ),
            actions=("list", "create", "read"),
            rules=(Adjusts("wallet_id", "amount", "balance", taking=("",)),),
            transitions=(Transition("settle", "status", "settled", ("new",)),),
            idempotency=Idempotency(),
        ),
        Resource(
            "order",
            "orders",
            (
                Field("title", Text(max_length=20), unique=True),
                Field("price", Decimal("0", "1000", 2)),
                Field("count", Integer(1, 9), False, 1),
                Field("user_id", Reference("user", "cascade"), written="never"),
            ),
            access=OWN,
            owner="user_id",
            computed=(Computed("total", Product(("price", "count"))),),
            bulk=Bulk(5),
            versioned=True,
            idempotency=Idempotency(required=True),
        ),
    ),
    accounts=Accounts(),
)
PATIENCE = "SET LOCAL lock_timeout = '5s'"
Query = Callable[[str], None]


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def shop(request: pytest.FixtureRequest, starter: Starter) -> Iterator[tuple[Api, Query, str]]:
    """The project on two workers; what changes its database; where that is, on PostgreSQL."""
    folder = Path(tempfile.mkdtemp(prefix="retries-"))
    url, database = f"sqlite:///{folder}/app.db", ""
    if request.param == "postgresql":
        database = postgres.shared().new_database()
        url = postgres.shared().url(database)

    def query(text: str) -> None:
        if database:
            postgres.shared().execute(text, database)
            return
        with sqlite3.connect(folder / "app.db") as connection:
            connection.execute(text)
        connection.close()

    try:
        write(FastAPITarget().render(validate(CONTRACT)), folder)
        impatient(folder / "app" / "idempotency.py")
        environment = {
            "PATH": "/usr/bin:/bin",
            "SECRET_KEY": SECRET_KEY,
            "DATABASE_URL": url,
            "PASSWORD_MEMORY": "8",
        }
        workers = json.loads(starter.ask("start", str(folder), environment, 2))
        transport = httpx.HTTPTransport(uds=str(folder / "api.sock"))
        try:
            with httpx.Client(transport=transport, base_url="http://api", timeout=30) as client:
                yield Api(client, folder), query, url if database else ""
        finally:
            for one in workers:
                starter.ask("stop", one)
    finally:
        shutil.rmtree(folder)
        if database:
            postgres.shared().drop(database)


def impatient(path: Path) -> None:
    """Let nobody wait as long as they would, so that the test does not."""
    text = path.read_text("utf-8")
    assert text.count(PATIENCE) == 1
    path.write_text(text.replace("5s", "200ms"), "utf-8")


@pytest.fixture
def api(shop: tuple[Api, Query, str]) -> Api:
    return shop[0]


def keyed(key: str) -> dict[str, str]:
    return {"Idempotency-Key": key}


def payment(api: Api, amount: int = 10) -> dict[str, int]:
    return {"wallet_id": api.post("/wallets", {})["id"], "amount": amount}


def balance(api: Api, body: dict[str, int]) -> int:
    return api.get(f"/wallets/{body['wallet_id']}")["balance"]


def test_what_is_sent_again_is_done_once_and_answered_alike(api: Api) -> None:
    body = payment(api)
    first = api.send("POST", "/payments", json=body, headers=keyed("once"))
    again = api.send("POST", "/payments", json=body, headers=keyed("once"))
    assert (again.status_code, again.content) == (201, first.content)
    assert again.headers["Location"] == first.headers["Location"]
    assert again.headers["Idempotent-Replayed"] == "true"
    assert "Idempotent-Replayed" not in first.headers
    assert balance(api, body) == 90
    api.expect(201, "POST", "/claims", json={"title": "first"}, headers=keyed("once"))
    api.post("/payments", body)
    assert balance(api, body) == 80


def test_the_answer_stays_what_it_was(api: Api) -> None:
    body = payment(api)
    made = api.expect(201, "POST", "/payments", json=body, headers=keyed("kept"))
    path = f"/payments/{made['id']}/settle"
    settled = api.expect(200, "POST", path, headers=keyed("settled"))
    assert settled["status"] == "settled"
    assert api.expect(201, "POST", "/payments", json=body, headers=keyed("kept")) == made
    assert api.expect(200, "POST", path, headers=keyed("settled")) == settled
    api.expect(409, "POST", path)
    other = api.post("/payments", body)["id"]
    api.expect(422, "POST", f"/payments/{other}/settle", headers=keyed("settled"))


def test_a_key_is_for_one_request(api: Api) -> None:
    body = payment(api)
    api.expect(201, "POST", "/payments", json=body, headers=keyed("mine"))
    more = body | {"amount": 11}
    refused = api.expect(422, "POST", "/payments", json=more, headers=keyed("mine"))
    assert errors(refused) == [["header", "Idempotency-Key"]]
    spelled = json.dumps(body | {"note": "none"}, indent=2)
    as_json = keyed("mine") | {"Content-Type": "application/json"}
    again = api.send("POST", "/payments", content=spelled, headers=as_json)
    assert again.headers["Idempotent-Replayed"] == "true"


def test_what_is_refused_does_not_use_up_its_key(api: Api) -> None:
    body = payment(api, 90)
    api.post("/payments", body)
    api.expect(409, "POST", "/payments", json=body, headers=keyed("late"))
    api.expect(404, "POST", "/payments/99999/settle", headers=keyed("late"))
    unknown = body | {"wallet_id": 99999}
    api.expect(422, "POST", "/payments", json=unknown, headers=keyed("late"))
    api.expect(201, "POST", "/payments", json=body | {"amount": 5}, headers=keyed("late"))
    assert balance(api, body) == 5


def test_of_many_at_once_one_is_done(api: Api) -> None:
    body = payment(api)
    answers = api.at_once(20, "POST", "/payments", json=body, headers=keyed("crowd"))
    assert set(statuses(answers)) <= {201, 409}
    done = [one for one in answers if one.status_code == 201]
    assert len({one.content for one in done}) == 1
    assert sum("Idempotent-Replayed" not in one.headers for one in done) == 1
    assert balance(api, body) == 90


def test_keys_are_each_callers_own(api: Api) -> None:
    one, two = api.newcomer(), api.newcomer()
    for at, caller in enumerate((one, two)):
        body = {"title": f"own {at}", "price": 1}
        made = caller.send("POST", "/orders", json=body, headers=keyed("ours"))
        again = caller.send("POST", "/orders", json=body, headers=keyed("ours"))
        assert (made.status_code, again.content) == (201, made.content)
        assert again.headers["ETag"] == made.headers["ETag"]
        assert caller.get("/orders")["total"] == 1


def test_where_it_is_required_a_key_must_be_sent(api: Api) -> None:
    caller = api.newcomer()
    body = {"title": "bare", "price": 1}
    assert "Idempotency-Key" in caller.post("/orders", body, 400)["detail"]
    caller.post("/orders/bulk", {"items": [body]}, 400)
    api.post("/orders", body, 401)
    caller.expect(201, "POST", "/orders", json=body, headers=keyed("bare"))


def test_many_that_are_sent_again_are_made_once(api: Api) -> None:
    caller = api.newcomer()
    items = {"items": [{"title": f"bulk {at}", "price": at} for at in range(3)]}
    first = caller.send("POST", "/orders/bulk", json=items, headers=keyed("bulk"))
    again = caller.send("POST", "/orders/bulk", json=items, headers=keyed("bulk"))
    assert (first.status_code, again.content) == (201, first.content)
    assert caller.get("/orders")["total"] == 3


@pytest.mark.parametrize("key", ["", "k" * 256, "a\tb"])
def test_a_key_that_is_none_is_refused(api: Api, key: str) -> None:
    refused = api.expect(422, "POST", "/payments", json=payment(api), headers=keyed(key))
    assert errors(refused) == [["header", "Idempotency-Key"]]


def test_keys_are_kept_for_a_day(shop: tuple[Api, Query, str]) -> None:
    api, query, url = shop
    body = payment(api)
    for key in ("old", "older"):
        api.expect(201, "POST", "/payments", json=body, headers=keyed(key))
    for hours, status in ((23.9, 422), (24.1, 201)):
        then = f"now() - interval '{hours} hours'" if url else f"datetime('now', '-{hours} hours')"
        query(f"UPDATE answered_requests SET created_at = {then}")
        more = body | {"amount": 20}
        api.expect(status, "POST", "/payments", json=more, headers=keyed("old"))
    assert balance(api, body) == 60
    # The other one was cleared away in passing, so nothing stands in the way of its index.
    query(
        "INSERT INTO answered_requests (key, operation, caller_id, fingerprint, status, headers, "
        "body, created_at) SELECT 'older', operation, caller_id, fingerprint, status, headers, "
        "body, created_at FROM answered_requests WHERE key = 'old'"
    )


# On SQLite everybody waits for whoever writes.
@pytest.mark.parametrize("shop", ["postgresql"], indirect=True)
def test_who_waits_too_long_for_the_first_is_told_so(shop: tuple[Api, Query, str]) -> None:
    api, _, url = shop
    body = payment(api)
    with psycopg.connect(url) as connection:
        connection.execute(
            "INSERT INTO answered_requests (key, operation, caller_id, fingerprint, status, "
            "headers, body, created_at) "
            "VALUES ('slow', 'create_payment', 0, '', 0, '{}', '', now())"
        )
        refused = api.expect(409, "POST", "/payments", json=body, headers=keyed("slow"))
        assert "still being worked on" in refused["detail"]
        connection.rollback()
    api.expect(201, "POST", "/payments", json=body, headers=keyed("slow"))
