"""A number that is the product of others of the same row."""

from decimal import Decimal

from smartforge.checks.ruling.court import Court
from smartforge.checks.ruling.figures import exact, same
from smartforge.checks.ruling.found import Found
from smartforge.checks.surface import Json
from smartforge.contract import Product

# With places behind the point, whose product has more of them.
FRACTION = 1.25


async def trial(court: Court, found: Found) -> None:
    rule = found.read(Product)
    properties = court.creating(found.collection).properties
    values: Json = {}
    for at, name in enumerate(rule.factors):
        schema = properties.get(name, {})
        start = max(schema.get("minimum", 2), 2 + at)
        if schema.get("type") == "number" and schema.get("maximum", 9) > start + FRACTION:
            start += FRACTION
        values[name] = min(start, schema.get("maximum", start))
    await _one(court, found, rule, values)
    for name in rule.factors:
        if name in properties and properties[name].get("nullable"):
            await _one(court, found, rule, values | {name: None})
            return


async def _one(court: Court, found: Found, rule: Product, values: Json) -> None:
    draft = await court.draft(found.collection, **values)
    answer = await court.send(draft)
    if answer.status == 422:
        # Its numbers may have fewer places.
        whole = {name: one and int(one) for name, one in values.items()}
        draft = await court.draft(found.collection, **whole)
    row = await court.made(draft)
    factors = [exact(row.shown.get(name)) for name in rule.factors]
    wanted: Decimal | None = Decimal(1)
    for one in factors:
        wanted = None if one is None or wanted is None else wanted * one
    answers = [(draft, row.shown)]
    reading = court.promised.reading(found.collection)
    if reading is not None:
        again = court.at(reading, row, await court.able(reading, row, draft.actor))
        answers.append((again, await court.shown(found.collection, row, draft.actor)))
    for asked, shown in answers:
        if not same(shown.get(found.name), wanted):
            said = f"answered {found.name} {shown.get(found.name)}, not {wanted}"
            court.failed(f"for {values}", asked, await court.send(asked), said)
            return
