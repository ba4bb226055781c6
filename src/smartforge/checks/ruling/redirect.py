"""A code leads on to the address of its row, and every visit counts."""

from smartforge.checks.drafts import Draft
from smartforge.checks.ruling.court import CROWD, ROUNDS, Court
from smartforge.checks.ruling.found import Found
from smartforge.contract import Redirect


async def trial(court: Court, found: Found) -> None:
    rule = found.read(Redirect)
    assert found.endpoint is not None
    made = await court.draft(found.collection)
    row = await court.made(made)
    place = found.endpoint.places[-1]
    visit = Draft(found.endpoint, made.actor, {place: row.shown.get(rule.code)}, before=row.before)
    answer = await court.expect("for a code that is there", visit, {307})
    if answer is None:
        return
    if answer.headers.get("location") != row.shown.get(rule.to):
        said = f"led to {answer.headers.get('location')}, not {row.shown.get(rule.to)}"
        court.failed("for a code that is there", visit, answer, said)
    if not rule.visits:
        return
    visits = row.shown.get(rule.visits, 0) + 1
    for _ in range(ROUNDS):
        answers = await court.together([visit] * CROWD)
        visits += CROWD
        shown = await court.shown(found.collection, row, made.actor)
        if shown.get(rule.visits) != visits:
            said = f"counted {shown.get(rule.visits)} visits, not {visits}"
            court.failed("many times at once", visit, answers[-1], said)
            return
