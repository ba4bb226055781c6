"""Computations come out as they do by hand, and what has no result is refused."""

from collections.abc import Iterator
from typing import Any, cast

import msgspec

from smartforge.checks.drafts import NOBODY, Actor, Draft
from smartforge.checks.ruling import facts
from smartforge.checks.ruling.court import Court
from smartforge.checks.ruling.found import Found, Undecided
from smartforge.checks.surface import Json


class Hint(msgspec.Struct, frozen=True):
    """Which computation it is."""

    type: str


async def trial(court: Court, found: Found) -> None:
    """Asks for every fact that is known of the computation."""
    kind = found.read(Hint).type
    endpoint = found.endpoint
    if endpoint is None or kind not in facts.FACTS:
        raise Undecided(f"nothing is known here of what {kind} computes")
    actor = await _caller(court, found)
    for body, expected in facts.FACTS[kind]:
        draft = Draft(endpoint, actor, body=body)
        answer = await court.expect("for what a hand has worked out", draft, {200})
        told = answer.json() if answer else None
        if answer is None or not isinstance(told, dict):
            continue
        for name in _wrong(expected, cast(Json, told)):
            said = f"answered {name} {cast(Json, told).get(name)!r}, not {expected[name]!r}"
            court.failed("for what a hand has worked out", draft, answer, said)
    for body in facts.REFUSED.get(kind, ()):
        await court.expect("for what has no result", Draft(endpoint, actor, body=body), {422})
    if kind in facts.DRAWN:
        await _drawn(court, Draft(endpoint, actor, body=facts.DRAWN[kind]))


async def _caller(court: Court, found: Found) -> Actor:
    if found.endpoint is None or not found.endpoint.secured:
        return NOBODY
    async for one in court.rows.accounts.candidates(found.endpoint):
        return one
    raise Undecided("nobody could be found who may ask")


async def _drawn(court: Court, draft: Draft) -> None:
    """What is drawn by lot is hardly ever the same twice."""
    told: list[Any] = []
    for _ in range(2):
        answer = await court.expect("for what is drawn by lot", draft, {200})
        if answer is None:
            return
        told.append(answer.json())
    if told[0] == told[1]:
        again = await court.send(draft)
        court.failed("for what is drawn by lot", draft, again, "answered the same twice")


def _wrong(expected: Json, told: Json) -> Iterator[str]:
    """The members that are answered otherwise."""
    for name, value in expected.items():
        if name not in told or not _same(value, told[name]):
            yield name


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, int | float) and isinstance(other, int | float):
        return abs(one - other) <= 1e-9 * max(1, abs(one))
    return one == other
