"""Many rows in one request: all are made, or none, and what is wrong is told by its place."""

from typing import Any, cast

from smartforge.checks.asking import Answer
from smartforge.checks.clearing import ids_of
from smartforge.checks.drafts import Draft, Way
from smartforge.checks.endpoints import Promised
from smartforge.checks.judging import Judge
from smartforge.checks.rows import Rows
from smartforge.checks.surface import Json

NEWEST = 50


async def all_or_none(judge: Judge, rows: Rows, promised: Promised, done: Draft) -> None:
    """A good row before a bad one is not made either. May raise NoAnswer."""
    draft = await rows.draft(done.endpoint, done.actor, Way(apart=True))
    alone = promised.alone(done.endpoint)
    if draft is None or draft.body is None or alone is None or not alone.required:
        return
    name = alone.required[0]
    first, second = cast(list[Json], draft.body["items"])
    bad = {key: value for key, value in second.items() if key != name}
    case = f"with a good row and one without {name}"
    known = await _newest(rows, promised, done)
    wrong = draft.with_body(items=[first, bad])
    answer = await judge.expect(case, wrong, {422})
    if answer is None:
        return
    place = ["body", "items", 1, name]
    if place not in _places(answer):
        judge.failed(case, wrong, answer, f"did not say that {place} is what is wrong")
    more = await _newest(rows, promised, done) - known
    if more:
        judge.failed(case, wrong, answer, f"made {len(more)} rows all the same")


async def _newest(rows: Rows, promised: Promised, done: Draft) -> set[Any]:
    """The ids that were given last, as far as the list tells."""
    listing = promised.get("GET", done.endpoint.path.removesuffix("/bulk") or "/")
    if listing is None:
        return set()
    wanted = {"sort": "-id", "limit": NEWEST}
    query = tuple((k, v) for k, v in wanted.items() if k in listing.parameters("query"))
    asked = Draft(listing, done.actor, query=query)
    return set(ids_of(await rows.talk.send(asked.request())))


def _places(answer: Answer) -> list[Any]:
    told = answer.json()
    errors: Any = cast(Json, told).get("errors", []) if isinstance(told, dict) else []
    return [cast(Json, one).get("location") for one in errors if isinstance(one, dict)]


def same_rows(draft: Draft, answer: Answer) -> list[tuple[Json, Json]] | None:
    """What was sent and what was answered for it, pair by pair; None where the number differs."""
    told = answer.json()
    shown: Any = cast(Json, told).get("items") if isinstance(told, dict) else None
    sent = cast(list[Json], (draft.body or {}).get("items", []))
    if not isinstance(shown, list) or len(cast(list[Any], shown)) != len(sent):
        return None
    return list(zip(sent, cast(list[Json], shown), strict=True))
