"""One field is greater than another, or the same where that is allowed, where both are given."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

from smartforge.checks.ruling.court import Court
from smartforge.checks.ruling.found import Found, Undecided
from smartforge.checks.surface import Json
from smartforge.contract import Ordered


async def trial(court: Court, found: Found) -> None:
    rule = found.read(Ordered)
    properties = court.creating(found.collection).properties
    earlier, later = rule.earlier, rule.later
    if earlier not in properties or later not in properties:
        raise Undecided("clients do not write both on creation")
    base = (await court.draft(found.collection)).body or {}
    start = base.get(earlier, 1)
    beyond = _steps(properties[earlier], start)
    least = 0 if rule.equal else 1
    wrong = ((0, "the same"), (-1, "smaller"))
    for step, words in wrong[1 - least :]:
        try:
            value = beyond(step)
        except OverflowError:
            continue
        draft = await court.draft(found.collection, **{earlier: start, later: value})
        if not _fits(properties[later], value):
            continue
        await court.expect(f"for a {later} that is {words} as {earlier}", draft, {422})
    draft = await court.draft(found.collection, **{earlier: start, later: beyond(least)})
    told = "that is the same as" if rule.equal else "just greater than"
    row = await court.allowed(found, f"for a {later} {told} {earlier}", draft)
    updating = court.updating(found.collection)
    if row is None or updating is None:
        return
    actor = await court.able(updating, row, draft.actor)
    for name, value in ((later, beyond(least - 1)), (earlier, beyond(1))):
        if name in updating.properties and _fits(properties[name], value):
            change = court.at(updating, row, actor, {name: value})
            await court.expect(
                f"to make {later} {'less' if rule.equal else 'no greater'} than {earlier}",
                change,
                {422},
            )


def _steps(schema: Json, start: Any) -> Callable[[int], Any]:
    """What is so many steps after the start, as it is written."""
    if isinstance(start, int | float):
        return lambda step: start + step
    match schema.get("format"):
        case "date":
            day = date.fromisoformat(start)
            return lambda step: (day + timedelta(days=step)).isoformat()
        case "date-time":
            moment = datetime.fromisoformat(start)
            return lambda step: (moment + timedelta(seconds=step)).isoformat()
        case _:
            raise Undecided("its values are neither numbers nor times")


def _fits(schema: Json, value: Any) -> bool:
    if not isinstance(value, int | float):
        return True
    return schema.get("minimum", value) <= value <= schema.get("maximum", value)
