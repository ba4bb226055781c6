"""Rows in a certain state: by their creation, or by the transitions that lead there."""

from collections.abc import Iterator
from typing import Any, cast

from smartforge.checks.drafts import Actor, Row
from smartforge.checks.ruling.court import Court
from smartforge.checks.ruling.found import Found, Undecided
from smartforge.checks.surface import Json


def values_of(court: Court, collection: str, field: str) -> list[Any]:
    """All values that the field may hold."""
    schema = court.property(collection, field)
    if schema.get("type") == "boolean":
        return [True, False]
    return cast(list[Any], schema.get("enum", []))


async def row_in(
    court: Court, collection: str, field: str, state: object, **values: Any
) -> tuple[Row, Actor]:
    """A new row whose field holds that. Raises Undecided where no way leads there."""
    settable = field in court.creating(collection).properties
    draft = await court.draft(collection, **({field: state} if settable else {}), **values)
    answer = await court.send(draft)
    shown = answer.json()
    if answer.status not in draft.endpoint.successes or not isinstance(shown, dict):
        raise Undecided(f"no row of {collection} could be made: {answer.status}")
    row = Row(cast(Json, shown), draft.lines())
    await lead(court, collection, field, row, draft.actor, state)
    return row, draft.actor


async def lead(
    court: Court, collection: str, field: str, row: Row, actor: Actor, state: object
) -> None:
    """Take the row to that state by transitions. Raises Undecided."""
    now = row.shown.get(field)
    if now == state:
        return
    for move in _way(court.moves(collection, field), now, state):
        assert move.endpoint is not None
        answer = await court.act(move.endpoint, row, actor)
        if answer.status != 200:
            raise Undecided(f"{move.words} was refused: {answer.status}")


def _way(moves: list[Found], start: object, end: object) -> list[Found]:
    """The shortest way from one state to the other."""
    ways: dict[object, list[Found]] = {start: []}
    waiting = [start]
    for state in waiting:  # grows while it is read
        for move, target in _from(moves, state):
            if target not in ways:
                ways[target] = [*ways[state], move]
                waiting.append(target)
    if end not in ways:
        raise Undecided(f"no row can be made that is {end}")
    return ways[end]


def _from(moves: list[Found], state: object) -> Iterator[tuple[Found, object]]:
    for move in moves:
        sources = move.hint.get("sources")
        if not sources or state in sources:
            yield move, move.hint.get("target")
