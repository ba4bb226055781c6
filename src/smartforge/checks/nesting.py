"""Lists below a row hold what belongs to that row, and nothing else."""

from typing import Any, cast

from smartforge.checks.drafts import Draft
from smartforge.checks.endpoints import Endpoint, Promised
from smartforge.checks.judging import Judge
from smartforge.checks.rows import Rows
from smartforge.checks.surface import Json


async def of_its_row(judge: Judge, rows: Rows, promised: Promised, draft: Draft) -> None:
    """A list below a new row shows no row that belongs to another one. May raise NoAnswer."""
    endpoint = draft.endpoint
    name = belonging(promised, endpoint)
    if not name or await rows.need(f"/{endpoint.path.rpartition('/')[2]}", draft.actor) is None:
        return
    place = endpoint.places[-1]
    row = await rows.need(endpoint.collection, draft.actor, fresh=True)
    if row is None or row.id == draft.places.get(place):
        return
    below = draft.placed(**{place: row.id})
    answer = await rows.talk.send(below.request())
    if answer.status != 200:
        return
    others = [one for one in _rows(answer.json()) if one.get(name, row.id) != row.id]
    if others:
        said = f"answered a row whose {name} is {others[0][name]}, not {row.id}"
        judge.failed("for what belongs to a new row", below, answer, said)


def belonging(promised: Promised, endpoint: Endpoint) -> str:
    """The reference by which the rows of such a list belong to the row above; else empty."""
    if endpoint.method != "GET" or len(endpoint.places) != 1 or endpoint.on_item:
        return ""
    below = endpoint.path.rpartition("/")[2]
    creating = promised.creating(f"/{below}")
    if (
        creating is None
        or endpoint.path != f"{endpoint.collection}/{{{endpoint.places[0]}}}/{below}"
    ):
        return ""
    pointing = creating.references.items()
    return next((name for name, target in pointing if target == endpoint.collection), "")


def _rows(told: object) -> list[Json]:
    items: Any = cast(Json, told).get("items") if isinstance(told, dict) else told
    found = cast(list[Any], items) if isinstance(items, list) else []
    return [cast(Json, one) for one in found if isinstance(one, dict)]
