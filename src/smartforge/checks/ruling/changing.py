"""A value of a row that can be changed to another one and back."""

from smartforge.checks.drafts import Row
from smartforge.checks.endpoints import Endpoint
from smartforge.checks.ruling.court import Court
from smartforge.checks.ruling.found import Undecided
from smartforge.checks.surface import Json

_BARRING = ("unique", "unique_together", "no_overlap", "one_open", "ordered", "transition")


async def back_and_forth(court: Court, updating: Endpoint, row: Row) -> tuple[Json, Json]:
    """Two changes of one value, each of which undoes the other. Raises Undecided without any."""
    collection = updating.collection
    for _ in range(3):
        other = await court.draft(collection)
        for name, value in (other.body or {}).items():
            barred = any(name in str(rule.hint) for rule in court.rules_of(collection, *_BARRING))
            plain = isinstance(value, str | int | float) and name in updating.properties
            if plain and not barred and row.shown.get(name) not in (value, None):
                return {name: value}, {name: row.shown[name]}
    raise Undecided("no value was found that can be changed back and forth")
