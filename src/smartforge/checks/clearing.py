"""Deleting a whole collection at once: everything of one's own goes, nothing of anybody else's."""

from typing import Any, cast

import msgspec

from smartforge.checks.asking import Answer
from smartforge.checks.drafts import Actor, Draft
from smartforge.checks.endpoints import Endpoint, Promised
from smartforge.checks.judging import Judge
from smartforge.checks.rows import Rows
from smartforge.checks.surface import Json


async def all_gone(judge: Judge, rows: Rows, promised: Promised, cleared: Draft) -> None:
    """After a row was made and everything deleted, the list holds nothing. May raise NoAnswer."""
    endpoint = cleared.endpoint
    listing = promised.get("GET", endpoint.path)
    row = await rows.make(endpoint.path, cleared.actor)
    if listing is None or row is None:
        return
    again = msgspec.structs.replace(cleared, before=(*cleared.before, *row.before))
    answer = await rows.talk.send(again.request())
    if answer.status == 409 and endpoint.answers(409):
        return
    if not judge.weigh("for what is valid", again, answer, endpoint.successes):
        return
    left = await judge.expect("after all were deleted", again.at(listing), {200})
    if left and row.id in ids_of(left):
        said = f"answered the row {row.id}, which was deleted"
        judge.failed("after all were deleted", again.at(listing), left, said)


async def others_left(
    judge: Judge, rows: Rows, promised: Promised, endpoint: Endpoint, owner: Actor, other: Actor
) -> None:
    """What another account deletes takes nothing of the owner's along. May raise NoAnswer."""
    reading = promised.reading(endpoint.path)
    row = await rows.make(endpoint.path, owner)
    if reading is None or row is None:
        return
    draft = Draft(endpoint, other, before=(*owner.before, *row.before)).by(other)
    await rows.talk.send(draft.request())
    case = "after another account deleted all of its own"
    shown = draft.at(reading).placed(**{reading.places[-1]: row.id}).by(owner)
    await judge.expect(case, shown, {200})


def clears(endpoint: Endpoint) -> bool:
    """Whether it deletes a whole collection."""
    return endpoint.method == "DELETE" and not endpoint.places


def ids_of(answer: Answer) -> list[Any]:
    """The ids in a list, whether it is a page or a plain array."""
    told = answer.json()
    items: object = cast(Json, told).get("items") if isinstance(told, dict) else told
    found = cast(list[Any], items) if isinstance(items, list) else []
    return [cast(Json, row).get("id") for row in found if isinstance(row, dict)]
