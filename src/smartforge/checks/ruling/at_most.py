"""So many rows with the same values and no more: one after the other, and many at once."""

from typing import Any

from smartforge.checks.drafts import Actor, Draft, Row
from smartforge.checks.ruling.court import CROWD, Court
from smartforge.checks.ruling.found import Found, Undecided
from smartforge.contract import AtMost

# More rows than these are not made only to see that one more is refused.
MOST = 120
ROUNDS = 3
# So many of a crowd have room.
LEFT = 2


async def trial(court: Court, found: Found) -> None:
    rule = found.read(AtMost)
    if rule.count > MOST:
        raise Undecided(f"{rule.count} rows are more than the {MOST} that are made for a trial")
    await Quota(court, found, rule).all()


class Quota:
    """Rows that count together, each time for somebody and something new."""

    def __init__(self, court: Court, found: Found, rule: AtMost) -> None:
        self._court = court
        self._found = found
        self._rule = rule
        self._creating = court.creating(found.collection)
        written = self._creating.properties
        self._sent = [name for name in rule.fields if name in written]
        self._state: dict[str, Any] = {rule.status: rule.open[0]} if rule.status in written else {}
        self._number = 0

    async def all(self) -> None:
        first, values = await self._first()
        rows = [first]
        for _ in range(self._rule.count - 1):
            rows.append(
                await self._court.made(await self._next(values), "as long as there is room")
            )
        await self._court.expect("with one row too many", await self._next(values), {409})
        others = await self._first()
        await self._freed(rows, values)
        for _ in range(ROUNDS):
            await self._crowd(*others)
            others = await self._first()

    # ---- rows ---------------------------------------------------------------------------------

    async def _first(self) -> tuple[Row, tuple[Actor, dict[str, Any]]]:
        """A row of somebody and something new, and what those have in common that count with it."""
        draft = await self._court.draft_by(
            await self._somebody(), self._found.collection, **self._state
        )
        row = await self._court.made(draft, "for somebody or something else")
        values = {name: row.shown.get(name) for name in self._sent}
        if None in values.values():
            raise Undecided("no row with a value in each could be made")
        return row, (draft.actor, values)

    async def _somebody(self) -> Actor:
        """Where it matters who makes a row, an account that has made none."""
        maker, _ = await self._court.maker(self._found.collection)
        if len(self._sent) == len(self._rule.fields) and self._sent:
            return maker
        self._number += 1
        actor = await self._court.rows.accounts.user(f"user {self._number} of a quota")
        if actor is None or maker.account.get("role") != actor.account.get("role"):
            raise Undecided("no account could be made that has made no rows")
        return actor

    async def _next(self, same: tuple[Actor, dict[str, Any]]) -> Draft:
        actor, values = same
        return await self._court.draft_by(actor, self._found.collection, **values, **self._state)

    # ---- what leaves --------------------------------------------------------------------------

    async def _freed(self, rows: list[Row], same: tuple[Actor, dict[str, Any]]) -> None:
        """A row that no longer counts makes room for another."""
        if not self._rule.status or not await self._closed(rows[0], same[0]):
            return
        kinds = ("unique_together", "no_overlap", "one_open", "adjusts", "unique", "at_most")
        if len(self._court.rules_of(self._found.collection, *kinds)) > 1:
            return
        again = await self._next(same)
        await self._court.expect("after one no longer counts", again, self._creating.successes)
        await self._court.expect("with one too many again", await self._next(same), {409})

    async def _closed(self, row: Row, actor: Actor) -> bool:
        for move in self._court.rules_of(self._found.collection, "transition"):
            leaves = move.hint.get("field") == self._rule.status
            if move.endpoint is None or not leaves or move.hint.get("target") in self._rule.open:
                continue
            able = await self._court.able(move.endpoint, row, actor)
            answer = await self._court.send(self._court.at(move.endpoint, row, able))
            if answer.status in move.endpoint.successes:
                return True
        return False

    # ---- many at once -------------------------------------------------------------------------

    async def _crowd(self, first: Row, same: tuple[Actor, dict[str, Any]]) -> None:
        """Many at once, where there is room for few."""
        room = min(LEFT, self._rule.count - 1)
        for _ in range(self._rule.count - 1 - room):
            await self._court.made(await self._next(same), "as long as there is room")
        drafts = [await self._next(same) for _ in range(CROWD)]
        answers = await self._court.together(drafts)
        done = [one for one in answers if one.status in self._creating.successes]
        if len(done) != room:
            said = f"was done {len(done)} times, where there was room for {room}"
            self._court.failed("many times at once", drafts[0], answers[-1], said)
