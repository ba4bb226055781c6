"""Rows that share something never overlap in time; what has ended does not count."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

from smartforge.checks.drafts import Draft, Row
from smartforge.checks.ruling.court import Court
from smartforge.checks.ruling.found import Found, Undecided
from smartforge.checks.ruling.states import lead
from smartforge.checks.surface import Json
from smartforge.contract import NoOverlap

LONG = 4
# More than elsewhere: looking for an overlap and acting on it are close together.
MANY, OFTEN = 32, 4
CLASHES = (
    (0, LONG, "at the same time"),
    (1, LONG - 1, "within the time of another"),
    (-1, 1, "that reaches into the start of another"),
    (LONG - 1, LONG + 1, "that begins before the end of another"),
    (-1, LONG + 1, "around another"),
)
BESIDE = ((-LONG, 0, "that ends where another begins"), (LONG, LONG + 1, "right after another"))


async def trial(court: Court, found: Found) -> None:
    await Calendar(court, found, found.read(NoOverlap)).all()


class Calendar:
    """The rows that must not overlap."""

    def __init__(self, court: Court, found: Found, rule: NoOverlap) -> None:
        self._court = court
        self._found = found
        self._rule = rule
        self._creating = court.creating(found.collection)
        if not {rule.start, rule.end} <= set(self._creating.properties):
            raise Undecided("clients do not write both times on creation")

    async def all(self) -> None:
        first = await self._first()
        row = await self._court.made(first)
        same = self._shared(row.shown)
        if None in same.values():
            raise Undecided("no row with a value in each could be made")
        for start, end, words in CLASHES:
            clash = await self._new(first, start, end, same)
            await self._court.expect(f"for one {words}", clash, {409})
        for start, end, words in BESIDE:
            beside = await self._new(first, start, end, same)
            await self._court.allowed(self._found, f"for one {words}", beside)
        for name in self._rule.within:
            rest = {key: value for key, value in same.items() if key != name}
            other = await self._new(first, 0, LONG, rest)
            if name in (other.body or {}) and (other.body or {})[name] != same.get(name):
                case = f"for another {name} at the same time"
                await self._court.allowed(self._found, case, other)
        await self._by_update(first, same)
        await self._when_ended(first, row, same)
        await self._in_a_crowd()

    async def _by_update(self, first: Draft, same: Json) -> None:
        endpoint = self._court.updating(self._found.collection)
        times = {self._rule.start, self._rule.end}
        if endpoint is None or not times <= set(endpoint.properties):
            return
        draft = await self._new(first, 3 * LONG, 4 * LONG, same)
        row = await self._court.made(draft)
        actor = await self._court.able(endpoint, row, draft.actor)
        moved = self._court.at(endpoint, row, actor, self._times(first, 1, 4 * LONG))
        await self._court.expect("to move into the time of another", moved, {409})
        kept = self._court.at(endpoint, row, actor, self._times(first, 3 * LONG, 5 * LONG))
        await self._court.allowed(self._found, "to last longer, with nobody in the way", kept)

    async def _when_ended(self, first: Draft, row: Row, same: Json) -> None:
        court, rule = self._court, self._rule
        if not rule.status or not rule.ended:
            return
        try:
            field, ended = rule.status, rule.ended[0]
            await lead(court, self._found.collection, field, row, first.actor, ended)
        except Undecided:
            return
        again = await self._new(first, 0, LONG, same)
        if await court.allowed(self._found, f"at the time of one that is {ended}", again) is None:
            return
        for move in court.moves(self._found.collection, rule.status):
            target, sources = move.hint.get("target"), move.hint.get("sources")
            if target in rule.ended or (sources and ended not in sources) or not move.endpoint:
                continue
            actor = await court.able(move.endpoint, row, first.actor)
            back = court.at(move.endpoint, row, actor)
            await court.expect("where its time was taken meanwhile", back, {409})

    async def _in_a_crowd(self) -> None:
        for _ in range(OFTEN):
            first = await self._first()
            same = self._shared(first.body or {})
            written = [one for one in self._rule.within if one in self._creating.properties]
            if any(same.get(name) is None for name in written):
                raise Undecided("no further rows with a value in each could be made")
            # Each at another time, so that nothing but the overlap is in the way.
            drafts = [await self._new(first, at % LONG, LONG + at, same) for at in range(MANY)]
            answers = await self._court.together(drafts)
            done = sum(one.status in first.endpoint.successes for one in answers)
            if done != 1 and (done or not self._court.contested(self._found.collection)):
                said = f"was done {done} times, where all of them overlap"
                self._court.failed("many times at once", first, answers[0], said)
                return

    # ---- requests -----------------------------------------------------------------------------

    async def _first(self) -> Draft:
        draft = await self._court.draft(self._found.collection)
        return draft.with_body(**self._times(draft, 0, LONG))

    async def _new(self, first: Draft, start: int, end: int, same: Json) -> Draft:
        """One beside the first, by the same account."""
        draft = await self._court.draft(self._found.collection, **same)
        return draft.with_body(**self._times(first, start, end))

    def _shared(self, row: Json) -> Json:
        return {name: row[name] for name in self._rule.within if name in row}

    def _times(self, first: Draft, start: int, end: int) -> dict[str, Any]:
        """The times so many steps after the start of the first."""
        rule = self._rule
        after = _steps(self._creating.properties[rule.start], (first.body or {})[rule.start])
        return {rule.start: after(start), rule.end: after(end)}


def _steps(schema: Json, start: str) -> Callable[[int], str]:
    match schema.get("format"):
        case "date":
            day = date.fromisoformat(start)
            return lambda step: (day + timedelta(days=step)).isoformat()
        case "date-time":
            moment = datetime.fromisoformat(start)
            return lambda step: (moment + timedelta(minutes=30 * step)).isoformat()
        case _:
            raise Undecided("its times are neither dates nor moments")
