"""No two rows hold the same values in all of the fields."""

from collections.abc import Sequence
from typing import Any

from smartforge.checks.drafts import Draft
from smartforge.checks.ruling.court import CROWD, ROUNDS, Court
from smartforge.checks.ruling.found import Found, Undecided
from smartforge.checks.surface import Json
from smartforge.contract import UniqueTogether


async def trial(court: Court, found: Found) -> None:
    rule = found.read(UniqueTogether)
    await stand_alone(court, found, rule.fields)


async def stand_alone(court: Court, found: Found, fields: Sequence[str]) -> None:
    """Of rows with equal `fields` there is one, however they come about."""
    first = await court.draft(found.collection)
    row = await court.made(first)
    same = _values(row.shown, fields)
    if None in same.values():
        raise Undecided("no row with a value in each could be made")
    again = await court.draft(found.collection, **same)
    await court.expect(f"for the same {' and '.join(fields)} twice", again, {409})
    for name in fields if len(fields) > 1 else ():
        rest = {key: value for key, value in same.items() if key != name}
        other = await court.draft(found.collection, **rest)
        if name in (other.body or {}) and (other.body or {})[name] != same[name]:
            await court.allowed(found, f"for another {name} beside the same others", other)
    await _by_update(court, found, same)
    await in_a_crowd(court, found, fields)


async def _by_update(court: Court, found: Found, same: Json) -> None:
    endpoint = court.updating(found.collection)
    if endpoint is None or not set(same) <= set(endpoint.properties):
        return
    row, maker = await court.row(found.collection)
    actor = await court.able(endpoint, row, maker)
    case = f"to become the same in {' and '.join(same)}"
    await court.expect(case, court.at(endpoint, row, actor, same), {409})


async def in_a_crowd(
    court: Court, found: Found, fields: Sequence[str], values: Json | None = None
) -> None:
    """Of many that are made at once with equal `fields` one is; `values` are those of all."""
    for _ in range(ROUNDS):
        base = await court.draft(found.collection, **(values or {}))
        same = _values(base.body or {}, fields)
        written = [name for name in fields if name in base.endpoint.properties]
        if any(same.get(name) is None for name in written):
            raise Undecided("no further rows with a value in each could be made")
        crowd: list[Draft] = [await court.draft(found.collection, **same) for _ in range(CROWD - 1)]
        answers = await court.together([base, *crowd])
        done = [one for one in answers if one.status in base.endpoint.successes]
        odd = next((one for one in answers if one not in done and one.status != 409), None)
        if odd is not None and odd.status < 500:
            court.failed("many times at once", base, odd, f"answered {odd.status}, not 409")
        if len(done) != 1 and (done or not court.contested(found.collection)):
            said = f"was done {len(done)} times with the same {' and '.join(fields)}"
            court.failed("many times at once", base, (done or answers)[-1], said)
            return


def _values(row: Json, fields: Sequence[str]) -> dict[str, Any]:
    return {name: row[name] for name in fields if name in row}
