"""Transitions that a row can only make once it has what they need."""

import pytest

from smartforge.contract import (
    Boolean,
    Choice,
    Contract,
    Field,
    Integer,
    Reference,
    Resource,
    Text,
    Transition,
)
from tests.behaviour.apis import Api

pytestmark = pytest.mark.xdist_group("behaviour_guards")

STATES = ("draft", "submitted", "sent")
CONTRACT = Contract(
    "Post",
    (
        Resource(
            "parcel",
            "parcels",
            (
                Field("status", Choice(STATES), False, "draft", written="never"),
                Field("code", Text(), required=False),
                Field("weighed", Boolean(), False, False),
            ),
            transitions=(
                Transition("submit", "status", "submitted", ("draft",), having="thing"),
                Transition("send", "status", "sent", requires=("code", "weighed")),
            ),
        ),
        Resource(
            "thing",
            "things",
            (Field("parcel_id", Reference("parcel", "cascade")), Field("grams", Integer(1, 9))),
        ),
    ),
)


def test_nothing_moves_without_a_row_that_belongs_to_it(api: Api) -> None:
    empty, full = (api.post("/parcels", {})["id"] for _ in range(2))
    thing = api.post("/things", {"parcel_id": full, "grams": 1})["id"]
    api.post(f"/parcels/{empty}/submit", status=409)
    assert api.get(f"/parcels/{empty}")["status"] == "draft"
    assert api.post(f"/parcels/{full}/submit", status=200)["status"] == "submitted"
    api.patch(f"/things/{thing}", {"parcel_id": empty})
    assert api.post(f"/parcels/{empty}/submit", status=200)["status"] == "submitted"


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({}, 409),
        ({"code": "X"}, 409),
        ({"weighed": True}, 409),
        ({"code": "X", "weighed": True}, 200),
    ],
    ids=str,
)
def test_what_is_required_must_be_given_and_true(
    api: Api, change: dict[str, object], status: int
) -> None:
    parcel = api.post("/parcels", change)["id"]
    api.post(f"/parcels/{parcel}/send", status=status)
    assert api.get(f"/parcels/{parcel}")["status"] == ("sent" if status == 200 else "draft")


def test_a_guarded_state_is_never_written(api: Api) -> None:
    parcel = api.post("/parcels", {})["id"]
    api.patch(f"/parcels/{parcel}", {"status": "sent"}, 422)
