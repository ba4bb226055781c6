"""A user marks a row once, however often that is asked, and takes it back."""

from smartforge.checks.drafts import Actor, Row
from smartforge.checks.endpoints import Endpoint
from smartforge.checks.ruling.court import CROWD, Court
from smartforge.checks.ruling.found import Found, Undecided


async def trial(court: Court, found: Found) -> None:
    """That both may be repeated."""
    assert found.endpoint is not None
    row, actor = await _row(court, found.collection, found.endpoint)
    setting = court.at(found.endpoint, row, actor)
    for _ in range(2):
        await court.expect("again", setting, {200})
    for answer in await court.together([setting] * CROWD):
        if answer.status not in (200, 500):
            court.failed("many times at once", setting, answer, f"answered {answer.status}")
            break
    taking = court.promised.get("DELETE", found.endpoint.path)
    if taking is not None:
        for _ in range(2):
            await court.expect("again", court.at(taking, row, actor), {200})


async def counted(court: Court, found: Found) -> None:
    """That a row tells how many users have marked it."""
    marks = court.rules_of(found.collection, "mark")
    setting = next((one for one in marks if one.hint["name"] == found.hint.get("mark")), None)
    if setting is None or setting.endpoint is None:
        raise Undecided("nothing marks a row")
    row, actor = await _row(court, found.collection, setting.endpoint)
    taking = court.promised.get("DELETE", setting.endpoint.path)
    other = next(iter(await court.others()), None)
    await _counts(court, found, row, actor, 0)
    draft = court.at(setting.endpoint, row, actor)
    await court.together([draft] * CROWD)
    await _counts(court, found, row, actor, 1)
    many = 1
    if other is not None:
        answer = await court.send(court.at(setting.endpoint, row, other))
        many += answer.status == 200
        await _counts(court, found, row, actor, many)
    if taking is not None:
        for _ in range(2):
            await court.send(court.at(taking, row, actor))
        await _counts(court, found, row, actor, many - 1)


async def _row(court: Court, collection: str, endpoint: Endpoint) -> tuple[Row, Actor]:
    draft = await court.draft(collection)
    row = await court.made(draft)
    return row, await court.able(endpoint, row, draft.actor)


async def _counts(court: Court, found: Found, row: Row, actor: Actor, wanted: int) -> None:
    shown = await court.shown(found.collection, row, actor)
    if shown.get(found.name) == wanted:
        return
    reading = court.promised.reading(found.collection)
    assert reading is not None
    draft = court.at(reading, row, await court.able(reading, row, actor))
    said = f"answered {found.name} {shown.get(found.name)}, not {wanted}"
    court.failed("after it was marked", draft, await court.send(draft), said)
