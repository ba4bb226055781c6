"""Many rows in one request: all or none, also where the database or another request objects."""

import pytest

from smartforge.contract import (
    Adjusts,
    Bulk,
    Contract,
    Date,
    Field,
    Integer,
    Ordered,
    Reference,
    Resource,
    Slug,
    Text,
)
from tests.behaviour.apis import Api, errors, statuses

pytestmark = pytest.mark.xdist_group("behaviour_bulk")

CONTRACT = Contract(
    "Stock",
    (
        Resource(
            "crate",
            "crates",
            (
                Field("name", Text(), unique=True),
                Field("slug", Slug("name"), written="never"),
                Field("left", Integer(0, 1000)),
                Field("packed_on", Date(), False),
                Field("opened_on", Date(), False),
            ),
            rules=(Ordered("packed_on", "opened_on"),),
            bulk=Bulk(5),
        ),
        Resource(
            "sale",
            "sales",
            (Field("crate_id", Reference("crate")), Field("count", Integer(1, 100))),
            actions=("list", "create", "read"),
            rules=(Adjusts("crate_id", "count", "left", taking=("",)),),
            bulk=Bulk(),
        ),
    ),
)


def crate(api: Api, name: str, left: int = 10) -> int:
    return api.post("/crates", {"name": name, "left": left})["id"]


def test_all_are_made_in_their_order(api: Api) -> None:
    bodies = [{"name": f"in order {one}", "left": one} for one in range(5)]
    made = api.post("/crates/bulk", {"items": bodies})["items"]
    assert [{"name": one["name"], "left": one["left"]} for one in made] == bodies
    assert [api.get(f"/crates/{one['id']}") for one in made] == made
    assert made[0]["slug"] == "in-order-0"


def test_none_is_made_where_one_is_not_valid_and_each_problem_has_its_place(api: Api) -> None:
    before = api.get("/crates")["total"]
    wrong = [{"name": "fine", "left": 1}, {"name": "", "left": 1}, {"left": -1}]
    assert errors(api.post("/crates/bulk", {"items": wrong}, 422)) == [
        ["body", "items", 1, "name"],
        ["body", "items", 2, "name"],
        ["body", "items", 2, "left"],
    ]
    days = {"packed_on": "2026-02-02", "opened_on": "2026-02-01"}
    wrong = [
        {"name": "x", "left": 1} | days,
        {"name": "y", "left": 1},
        {"name": "z", "left": 1} | days,
    ]
    assert errors(api.post("/crates/bulk", {"items": wrong}, 422)) == [
        ["body", "items", 0, "opened_on"],
        ["body", "items", 2, "opened_on"],
    ]
    assert api.get("/crates")["total"] == before


def test_none_is_made_where_one_points_to_nothing(api: Api) -> None:
    known = crate(api, "known")
    items = [{"crate_id": known, "count": 1}, {"crate_id": 2_000_000_000, "count": 1}]
    problem = api.post("/sales/bulk", {"items": items}, 422)
    assert errors(problem) == [["body", "items", 1, "crate_id"]]
    assert api.get(f"/crates/{known}")["left"] == 10


def test_none_is_made_where_two_are_the_same(api: Api) -> None:
    twice = [{"name": "twin", "left": 1}, {"name": "twin", "left": 1}]
    api.post("/crates/bulk", {"items": twice}, 409)
    api.post("/crates/bulk", {"items": twice[:1]})


def test_a_stock_is_taken_from_by_all_or_by_none(api: Api) -> None:
    one = crate(api, "shared", 5)
    api.post("/sales/bulk", {"items": [{"crate_id": one, "count": 2}] * 2})
    api.post("/sales/bulk", {"items": [{"crate_id": one, "count": 1}] * 2}, 409)
    assert api.get(f"/crates/{one}")["left"] == 1


def test_nothing_is_lost_or_left_hanging_under_concurrent_requests(api: Api) -> None:
    pair = [crate(api, "left one", 30), crate(api, "right one", 30)]
    items = [{"crate_id": one, "count": 1} for one in (*pair, *pair[::-1])]
    answers = api.at_once(20, "POST", "/sales/bulk", json={"items": items})
    assert statuses(answers) == [201] * 15 + [409] * 5
    assert [api.get(f"/crates/{one}")["left"] for one in pair] == [0, 0]


def test_a_request_holds_from_one_to_as_many_as_are_allowed(api: Api) -> None:
    for count in (0, 6):
        bodies = [{"name": f"limit {one}", "left": 1} for one in range(count)]
        assert errors(api.post("/crates/bulk", {"items": bodies}, 422)) == [["body", "items"]]
    api.post("/crates/bulk", {"items": [], "more": 1}, 422)
    api.post("/crates/bulk", [], 422)
