"""A number worked out over the rows that belong to a row."""

from decimal import Decimal

from smartforge.checks.drafts import Actor, Row
from smartforge.checks.ruling.court import Court
from smartforge.checks.ruling.figures import average, exact, same
from smartforge.checks.ruling.found import Found, Undecided
from smartforge.checks.surface import Json
from smartforge.contract import Aggregate

# Whose average, of nine or seventeen eighths, tells rounding half up from any other.
STEPS = (0, 0, 0, 0, 1, 0, 0, 0)


async def trial(court: Court, found: Found) -> None:
    rule = found.read(Aggregate)
    children = f"/{found.hint.get('collection', '')}"
    endpoint = court.creating(children)
    if rule.by not in endpoint.properties:
        raise Undecided(f"clients do not write {rule.by}")
    parent = await court.draft(found.collection)
    row = await court.made(parent)
    await _is(court, found, rule, row, parent.actor, [])
    values = _values(endpoint.properties.get(rule.field, {}), rule)
    rows = await court.many(children, [{rule.by: row.id, **one} for one in values])
    if not rows:
        raise Undecided(f"no row of {children} could be made")
    await court.many(children, [{}])
    await _is(court, found, rule, row, parent.actor, rows)
    deleting = court.deleting(children)
    if deleting is None:
        return
    maker, _ = await court.maker(children)
    answer = await court.act(deleting, rows[-1], maker)
    if answer.status == 204:
        await _is(court, found, rule, row, parent.actor, rows[:-1])


def _values(schema: Json, rule: Aggregate) -> list[Json]:
    """What the field holds in each of the rows that belong to it."""
    if not rule.field or schema.get("type") not in ("integer", "number"):
        return [{}, {}, {}]
    least, most = schema.get("minimum", 1), schema.get("maximum", 1000)
    start = max(least, min(1, most - 1))
    steps = STEPS if rule.function == "average" else (1, 0, 1)
    return [{rule.field: min(start + step, most)} for step in steps]


async def _is(
    court: Court, found: Found, rule: Aggregate, row: Row, actor: Actor, rows: list[Row]
) -> None:
    wanted = _worked_out(rule, rows)
    shown = await court.shown(found.collection, row, actor)
    if same(shown.get(found.name), wanted):
        return
    reading = court.promised.reading(found.collection)
    assert reading is not None
    draft = court.at(reading, row, await court.able(reading, row, actor))
    answer = await court.send(draft)
    told = f"answered {found.name} {shown.get(found.name)}, not {wanted}"
    court.failed(f"with {len(rows)} rows that belong to it", draft, answer, told)


def _worked_out(rule: Aggregate, rows: list[Row]) -> Decimal | None:
    if rule.function == "count":
        return Decimal(len(rows))
    values = [value for one in rows if (value := exact(one.shown.get(rule.field))) is not None]
    match rule.function:
        case "sum":
            return sum(values, Decimal(0))
        case "average":
            return average(values)
        case "minimum":
            return min(values, default=None)
        case "maximum":
            return max(values, default=None)
