"""When a row was made and last changed, where every resource tells it."""

import datetime
from typing import Any

import pytest

from smartforge.contract import (
    Boolean,
    Contract,
    Field,
    Resource,
    Text,
    Transition,
)
from tests.behaviour.apis import Api

pytestmark = pytest.mark.xdist_group("behaviour_stamps")

CONTRACT = Contract(
    "Notes",
    (
        Resource(
            "note",
            "notes",
            (Field("text", Text()), Field("kept", Boolean(), False, False, written="never")),
            sortable=("id", "updated_at"),
            ranges=("updated_at", "created_at"),
            stamped=True,
            transitions=(Transition("keep", "kept", True),),
        ),
    ),
)


def moments(row: dict[str, Any]) -> tuple[datetime.datetime, datetime.datetime]:
    made, changed = (
        datetime.datetime.fromisoformat(row[f"{one}_at"]) for one in ("created", "updated")
    )
    assert made.utcoffset() == changed.utcoffset() == datetime.timedelta()
    return made, changed


def test_a_change_is_stamped_and_the_creation_stays(api: Api) -> None:
    made, changed = moments(note := api.post("/notes", {"text": "A"}))
    assert made <= changed
    path = f"/notes/{note['id']}"
    later = moments(api.patch(path, {"text": "B"}))
    assert later[0] == made
    assert later[1] > changed
    moved = moments(api.post(f"{path}/keep", status=200))
    assert moved[0] == made
    assert moved[1] > later[1]
    assert moments(api.get(path)) == moved


def test_lists_go_by_it(api: Api) -> None:
    first = api.post("/notes", {"text": "A"})
    second = api.post("/notes", {"text": "B"})
    changed = api.patch(f"/notes/{first['id']}", {"text": "C"})
    assert api.ids("/notes", sort="-updated_at")[:2] == [first["id"], second["id"]]
    assert api.ids("/notes", updated_at_from=changed["updated_at"]) == [first["id"]]
    assert second["id"] in api.ids("/notes", created_at_to=second["created_at"])
    api.get("/notes", 422, updated_at_from="2026-11-22")


def test_nobody_writes_it(api: Api) -> None:
    api.post("/notes", {"text": "A", "updated_at": "2026-11-22T10:00:00Z"}, 422)
    api.post("/notes", {"text": "A", "created_at": "2026-11-22T10:00:00Z"}, 422)
