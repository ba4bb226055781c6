"""What checks write into rows is what the promised document allows."""

from typing import Any, cast

import pytest

from smartforge.checks.asking import Conversation
from smartforge.checks.drafts import NOBODY, Way, ascending
from smartforge.checks.endpoints import Endpoint, Promised, promised
from smartforge.checks.rows import Rows
from smartforge.contract import Contract, Date, Field, Integer, Ordered, Resource, validate
from smartforge.contract.openapi import openapi

LEVELS = validate(
    Contract(
        "Tanks",
        (
            Resource(
                "tank",
                "tanks",
                (
                    Field("low", Integer(0, 100)),
                    Field("high", Integer(0, 100)),
                    Field("highest", Integer(0, 101)),
                    Field("until", Date()),
                    Field("since", Date()),
                ),
                rules=(
                    Ordered("high", "highest"),
                    Ordered("low", "high"),
                    Ordered("since", "until"),
                ),
            ),
        ),
    )
)


@pytest.fixture
def tanks() -> Promised:
    return promised(openapi(LEVELS))


def writing(known: Promised, key: str) -> Endpoint:
    found = known.get(*cast(tuple[str, str], tuple(key.split())))
    assert found is not None
    return found


def in_order(body: dict[str, Any]) -> bool:
    return body["low"] < body["high"] < body["highest"] and body["since"] < body["until"]


@pytest.mark.parametrize("way", [Way(), Way(low=True), Way(minimal=True)])
async def test_what_must_ascend_does_in_every_row(tanks: Promised, way: Way) -> None:
    rows = Rows(cast(Conversation, None), tanks)
    for _ in range(250):
        draft = await rows.draft(writing(tanks, "POST /tanks"), NOBODY, way)
        assert draft is not None
        assert draft.body is not None
        assert in_order(draft.body), draft.body


@pytest.mark.parametrize("key", ["POST /tanks", "PATCH /tanks/{tank_id}"])
@pytest.mark.parametrize("bound", [0, 100])
def test_the_outermost_values_ascend_too(tanks: Promised, key: str, bound: int) -> None:
    days = {"until": "2031-01-07", "since": "2031-01-06"}
    body = {"low": bound, "high": bound, "highest": bound, **days}
    found = ascending(writing(tanks, key), body)
    assert in_order(found), found
    assert all(0 <= found[name] <= 101 for name in ("low", "high", "highest"))


def test_what_is_fixed_stays(tanks: Promised) -> None:
    body = {"low": 7, "high": 7, "highest": 9, "until": "2031-01-01", "since": "2031-01-02"}
    found = ascending(writing(tanks, "POST /tanks"), body, ("high", "since"))
    assert found == {**body, "low": 6}
