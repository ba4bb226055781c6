"""Lists that are read on by cursors: no row twice, none missed, whatever happens in between."""

import base64
import json
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from smartforge.contract import (
    Boolean,
    Choice,
    Contract,
    Date,
    Decimal,
    Field,
    Integer,
    Paging,
    Reference,
    Resource,
    Text,
    Time,
    Timestamp,
    validate,
)
from smartforge.targets.fastapi import FastAPITarget
from tests import postgres
from tests.behaviour.apis import SECRET_KEY, Api, errors
from tests.behaviour.conftest import Starter
from tests.unit.targets.projects import write

pytestmark = pytest.mark.xdist_group("behaviour_cursors")

SORTABLE = ("id", "name", "rank", "weight", "sold", "made_on", "seen_at", "opens", "created_at")
CONTRACT = Contract(
    "Museum",
    (
        Resource("room", "rooms", (Field("name", Text()),)),
        Resource(
            "vase",
            "vases",
            (
                Field("name", Text(0, 500), False),
                Field("rank", Integer(), False),
                Field("weight", Decimal("-1000", "1000", 3), False),
                Field("sold", Boolean(), False),
                Field("made_on", Date(), False),
                Field("seen_at", Timestamp(), False),
                Field("opens", Time(), False),
                Field("colour", Choice(("red", "blue")), False),
                Field("room_id", Reference("room"), False),
                Field("class", Text(), False),
            ),
            sortable=(*SORTABLE, "colour", "class"),
            sorted_by="-rank",
            paging=Paging(3, 10, style="cursor"),
            filters=("colour", "room_id"),
            searched=("name",),
        ),
    ),
)
VASES: list[dict[str, Any]] = [
    {"name": "urn", "rank": 2, "weight": 1.5, "sold": True, "made_on": "1200-01-01"},
    {"name": "Krug", "rank": 2, "weight": 1.499, "sold": False, "seen_at": "2026-01-01T00:00:00Z"},
    {"name": "\N{AMPHORA}\u0001" * 250, "rank": -7, "weight": -1, "opens": "09:30:00"},
    {"name": "", "weight": 0, "sold": True, "class": "A"},
    {"rank": 2, "seen_at": "2026-01-01T00:00:00.000001Z", "colour": "red", "class": "B"},
    {"name": 'a"b\\u0000', "sold": False, "made_on": "0001-01-01", "colour": "blue"},
    {},
]


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def museum(request: pytest.FixtureRequest, starter: Starter) -> Iterator[Api]:
    folder = Path(tempfile.mkdtemp(prefix="behaviour-"))
    environment = {"PATH": "/usr/bin:/bin", "SECRET_KEY": SECRET_KEY}
    database = ""
    try:
        if request.param == "postgresql":
            database = postgres.shared().new_database()
            environment["DATABASE_URL"] = postgres.shared().url(database)
        write(FastAPITarget().render(validate(CONTRACT)), folder)
        process = int(starter.ask("start", str(folder), environment))
        transport = httpx.HTTPTransport(uds=str(folder / "api.sock"))
        try:
            with httpx.Client(transport=transport, base_url="http://api", timeout=30) as client:
                yield Api(client, folder)
        finally:
            starter.ask("stop", process)
    finally:
        shutil.rmtree(folder)
        if database:
            postgres.shared().drop(database)


@pytest.fixture
def vases(museum: Api) -> list[dict[str, Any]]:
    page = museum.get("/vases", limit=10)
    for vase in page["items"]:
        museum.delete(f"/vases/{vase['id']}")
    return [museum.post("/vases", vase) for vase in VASES]


def walked(api: Api, path: str = "/vases", **query: Any) -> list[dict[str, Any]]:
    page = api.get(path, **query)
    rows = page["items"]
    while page["next_cursor"]:
        assert len(page["items"]) == page["limit"]
        page = api.get(path, **query | {"cursor": page["next_cursor"]})
        assert page["items"]
        rows += page["items"]
    return rows


@pytest.mark.parametrize("field", [*SORTABLE, "colour", "class"])
def test_every_order_is_read_to_its_end(
    museum: Api, vases: list[dict[str, Any]], field: str
) -> None:
    for sort in (field, f"-{field}"):
        whole = museum.get("/vases", limit=10, sort=sort)
        assert whole["next_cursor"] is None
        assert {one["id"] for one in whole["items"]} == {one["id"] for one in vases}
        there = [one[field] is not None for one in whole["items"]]
        assert there == sorted(there, reverse=True)
        for limit in (1, 2, 3):
            assert walked(museum, sort=sort, limit=limit) == whole["items"], sort


def test_rows_that_come_and_go_move_no_others(museum: Api, vases: list[dict[str, Any]]) -> None:
    for sort in ("rank", "-rank", "-id", "name"):
        wanted = [one["id"] for one in museum.get("/vases", limit=10, sort=sort)["items"]]
        first = museum.get("/vases", limit=3, sort=sort)
        for gone in first["items"][::2]:
            museum.delete(f"/vases/{gone['id']}")
        new = museum.post("/vases", {"rank": 3 if sort == "-rank" else -9, "name": ""})
        ids = [one["id"] for one in walked_from(museum, first, sort=sort, limit=3)]
        assert [one for one in ids if one != new["id"]] == wanted[3:]
        museum.delete(f"/vases/{new['id']}")
        for gone in first["items"][::2]:
            museum.post("/vases", {k: v for k, v in gone.items() if k not in ("id", "created_at")})


def walked_from(api: Api, page: dict[str, Any], **query: Any) -> list[dict[str, Any]]:
    return walked(api, **query, cursor=page["next_cursor"]) if page["next_cursor"] else []


def test_a_list_below_another_row_and_a_narrowed_one_go_on_too(
    museum: Api, vases: list[dict[str, Any]]
) -> None:
    room = museum.post("/rooms", {"name": "hall"})["id"]
    for vase in vases[:5]:
        museum.patch(f"/vases/{vase['id']}", {"room_id": room})
    below = walked(museum, f"/rooms/{room}/vases", limit=2, sort="id")
    assert [one["id"] for one in below] == [one["id"] for one in vases[:5]]
    assert walked(museum, room_id=room, limit=2, sort="id") == below
    assert museum.get("/rooms")["total"] >= 1


def forged(*parts: Any) -> str:
    told = json.dumps(parts, ensure_ascii=False, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(told).decode().rstrip("=")


@pytest.mark.parametrize(
    ("sort", "cursor"),
    [
        ("id", "x"),
        ("id", "%00"),
        ("id", "\N{AMPHORA}"),
        ("id", "x" * 4501),
        ("id", ""),
        ("id", forged("id", 1)),
        ("id", forged("-id", 1, 1)),
        ("id", forged("id", 1, 0)),
        ("id", forged("id", 1, 10**30)),
        ("id", forged("id", 10**30, 1)),
        ("id", forged("id", True, 1)),
        ("id", forged("id", None, 1)),
        ("id", forged("id", 1, 1) + "="),
        ("id", forged("id", 1, 1) + "!"),
        ("id", forged("id", 1.0, 1)),
        ("name", forged("name", "a\0b", 1)),
        ("name", forged("name", "x" * 501, 1)),
        ("name", forged("name", ["x"], 1)),
        ("weight", forged("weight", 1.2345, 1)),
        ("weight", forged("weight", "NaN", 1)),
        ("weight", forged("weight", 1e300, 1)),
        ("colour", forged("colour", "green", 1)),
        ("made_on", forged("made_on", "2026-02-30", 1)),
        ("created_at", forged("created_at", "0001-01-01T00:00:00+14:00", 1)),
        ("created_at", forged("created_at", "x", 1)),
        ("opens", forged("opens", "25:00:00", 1)),
        ("id", base64.urlsafe_b64encode(b"[" * 3000).decode()),
    ],
    ids=str,
)
def test_a_cursor_that_no_page_gave_is_refused(museum: Api, sort: str, cursor: str) -> None:
    problem = museum.get("/vases", 422, sort=sort, cursor=cursor)
    assert errors(problem) == [["query", "cursor"]]


def test_an_offset_is_nothing_that_such_a_list_knows(museum: Api) -> None:
    parameters = museum.get("/openapi.json")["paths"]["/vases"]["get"]["parameters"]
    assert [one["name"] for one in parameters if one["name"] in ("offset", "cursor")] == ["cursor"]
