"""At most one row with the same fields is open."""

from smartforge.checks.ruling.court import Court
from smartforge.checks.ruling.found import Found, Undecided
from smartforge.checks.ruling.states import lead
from smartforge.checks.ruling.unique_together import in_a_crowd
from smartforge.contract import OneOpen


async def trial(court: Court, found: Found) -> None:
    rule = found.read(OneOpen)
    state = {rule.status: rule.open[0]} if rule.open else {}
    first = await court.draft(found.collection, **state)
    row = await court.made(first)
    if row.shown.get(rule.status) not in rule.open:
        raise Undecided("a new row is not open")
    same = {name: row.shown[name] for name in rule.fields if name in row.shown} | state
    if None in same.values():
        raise Undecided("no row with a value in each could be made")
    again = await court.draft(found.collection, **same)
    await court.expect(f"while another is {row.shown[rule.status]}", again, {409})
    for name in rule.fields:
        rest = {key: value for key, value in same.items() if key != name}
        other = await court.draft(found.collection, **rest)
        if name in (other.body or {}) and (other.body or {})[name] != same.get(name):
            await court.allowed(found, f"for another {name}", other)
    await in_a_crowd(court, found, (*rule.fields, rule.status), state)
    closed = next(
        (
            one.hint["target"]
            for one in court.moves(found.collection, rule.status)
            if one.hint.get("target") not in rule.open
        ),
        None,
    )
    if closed is None:
        return
    await lead(court, found.collection, rule.status, row, first.actor, closed)
    later = await court.draft(found.collection, **same)
    if await court.allowed(found, f"where the other is {closed}", later) is None:
        return
    for move in court.moves(found.collection, rule.status):
        sources = move.hint.get("sources")
        if move.endpoint and move.hint.get("target") in rule.open:
            if sources and closed not in sources:
                continue
            actor = await court.able(move.endpoint, row, first.actor)
            back = court.at(move.endpoint, row, actor)
            await court.expect("while another is open meanwhile", back, {409})
