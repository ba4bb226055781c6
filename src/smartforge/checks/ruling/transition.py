"""A state changes along its transitions alone, and only once where many ask for it."""

from datetime import UTC, datetime, timedelta

from smartforge.checks.drafts import Actor, Row
from smartforge.checks.ruling.court import CROWD, ROUNDS, Court
from smartforge.checks.ruling.found import Found, Undecided
from smartforge.checks.ruling.states import row_in, values_of
from smartforge.contract import Transition

MOST_STATES = 6
# How far the moment of a stamp may be from ours.
APART = timedelta(minutes=5)


async def trial(court: Court, found: Found) -> None:
    move = found.read(Transition)
    proven = False
    for state in values_of(court, found.collection, move.field)[:MOST_STATES]:
        try:
            row, actor = await row_in(court, found.collection, move.field, state)
        except Undecided:
            continue
        if not move.sources or state in move.sources:
            await _moves(court, found, move, row, actor)
            if not proven and move.sources and move.target not in move.sources:
                await _once(court, found, move, state)
            proven = True
        else:
            await _refuses(court, found, move, row, actor, state)
    if not proven:
        raise Undecided("no row could be brought to where it begins")


async def _moves(court: Court, found: Found, move: Transition, row: Row, actor: Actor) -> None:
    assert found.endpoint is not None
    able = await court.able(found.endpoint, row, actor)
    draft = court.at(found.endpoint, row, able)
    answer = await court.send(draft)
    told = answer.json()
    if answer.status != 200 or not isinstance(told, dict):
        if answer.status != 409 or not court.guarded(found.collection):
            said = f"answered {answer.status}, not 200"
            court.failed(f"where {move.field} is as it demands", draft, answer, said)
        return
    shown = await court.shown(found.collection, row, actor)
    if shown.get(move.field) != move.target:
        said = f"left {move.field} at {shown.get(move.field)}, not {move.target}"
        court.failed("where that is possible", draft, answer, said)
    if move.stamp and not _is_now(shown.get(move.stamp)):
        said = f"left {move.stamp} at {shown.get(move.stamp)}, which is not now"
        court.failed("where that is possible", draft, answer, said)


async def _refuses(
    court: Court, found: Found, move: Transition, row: Row, actor: Actor, state: object
) -> None:
    assert found.endpoint is not None
    able = await court.able(found.endpoint, row, actor)
    draft = court.at(found.endpoint, row, able)
    case = f"where {move.field} is {state}"
    answer = await court.expect(case, draft, {409})
    shown = await court.shown(found.collection, row, actor)
    if answer and shown.get(move.field) != state:
        said = f"refused, and changed {move.field} to {shown.get(move.field)}"
        court.failed(case, draft, answer, said)
    updating = court.updating(found.collection)
    if updating is None or move.field not in updating.properties or state == move.target:
        return
    others = [one.hint for one in court.moves(found.collection, move.field)]
    leads = [one for one in others if one.get("target") == move.target]
    if any(not one.get("sources") or state in one["sources"] for one in leads):
        return
    body = {move.field: move.target}
    changing = court.at(updating, row, await court.able(updating, row, actor), body)
    await court.expect(f"to set {move.field} to {move.target} from {state}", changing, {409})


async def _once(court: Court, found: Found, move: Transition, state: object) -> None:
    assert found.endpoint is not None
    for _ in range(ROUNDS):
        row, actor = await row_in(court, found.collection, move.field, state)
        draft = court.at(found.endpoint, row, await court.able(found.endpoint, row, actor))
        answers = await court.together([draft] * CROWD)
        done = sum(one.status == 200 for one in answers)
        if done != 1:
            said = f"was done {done} times, where it is possible once"
            court.failed("many times at once", draft, answers[0], said)
            return


def _is_now(value: object) -> bool:
    try:
        moment = datetime.fromisoformat(str(value))
    except ValueError:
        return False
    return moment.tzinfo is not None and abs(moment - datetime.now(UTC)) < APART
