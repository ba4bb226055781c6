"""What becomes of a row when the one that it belongs to is deleted."""

from typing import cast

from smartforge.checks.drafts import Actor, Draft, Row, Way
from smartforge.checks.ruling.court import Court
from smartforge.checks.ruling.found import Found, Undecided
from smartforge.checks.surface import Json

# Nobody need be told whether a row of somebody else was ever there.
GONE = frozenset({403, 404})


async def trial(court: Court, found: Found) -> None:
    parents = f"/{found.hint.get('collection', '')}"
    deleting = court.deleting(parents)
    if deleting is None:
        return  # The other row stays for ever.
    above, actor = await court.row(parents)
    child = await _belonging(court, found, parents, above, actor)
    answer = await court.send(child)
    if answer.status == 409:
        # With the smallest numbers there may be enough of what it takes.
        child = await _belonging(court, found, parents, above, actor, Way(apart=True, low=True))
        answer = await court.send(child)
    shown = answer.json()
    if answer.status not in child.endpoint.successes or not isinstance(shown, dict):
        raise Undecided(f"no row of {found.collection} could be made: {answer.status}")
    row = Row(cast(Json, shown), child.lines())
    if row.shown.get(found.name) != above.id:
        raise Undecided(f"nobody can say what {found.name} holds")
    removal = court.at(deleting, above, await court.able(deleting, above, actor))
    match found.hint.get("action"):
        case "cascade":
            await court.expect("with rows that go along", removal, {204})
            await _is_gone(court, found, row, child, "answered a row of what was deleted")
        case "restrict":
            await court.expect("while a row holds on to it", removal, {409})
            await _stays(court, parents, above, actor)
            removing = court.deleting(found.collection)
            if removing is not None:
                answer = await court.act(removing, row, child.actor)
                if answer.status == 204:
                    await court.expect("when nothing holds on to it", removal, {204})
        case "clear":
            await court.expect("with rows that stay", removal, {204})
            shown = await _stays(court, found.collection, row, child.actor)
            if shown and shown.get(found.name) is not None:
                said = f"left {found.name} at {shown.get(found.name)}, which is no row"
                court.failed("with rows that stay", removal, await court.send(removal), said)
        case other:
            raise Undecided(f"{other} is not known here")


async def _belonging(
    court: Court, found: Found, parents: str, above: Row, actor: Actor, way: Way | None = None
) -> Draft:
    """What makes a row that belongs to the other: said by its maker, or made by that account."""
    if found.name in court.creating(found.collection).properties:
        maker, usual = await court.maker(found.collection)
        values = {found.name: above.id}
        return await court.draft_by(maker, found.collection, way or usual, **values)
    if parents != court.promised.accounts:
        raise Undecided(f"clients do not write {found.name}")
    return await court.draft_by(actor, found.collection)


async def _stays(court: Court, collection: str, row: Row, maker: Actor) -> Json:
    """The row as it is answered; that it is gone is written down."""
    reading = court.promised.reading(collection)
    if reading is None:
        return {}
    draft = court.at(reading, row, await court.able(reading, row, maker))
    answer = await court.send(draft)
    told = answer.json()
    if answer.status == 404:
        court.failed("for a row that stays", draft, answer, "answered 404")
    return cast(Json, told) if answer.status == 200 and isinstance(told, dict) else {}


async def _is_gone(court: Court, found: Found, row: Row, child: Draft, said: str) -> None:
    reading = court.promised.reading(found.collection)
    if reading is None:
        return
    # Its maker may be what was deleted.
    reader = next(iter(await court.others()), child.actor) if child.actor.token else child.actor
    draft = court.at(reading, row, await court.able(reading, row, reader))
    answer = await court.send(draft)
    if answer.status not in GONE:
        court.failed("after what it belonged to was deleted", draft, answer, said)
