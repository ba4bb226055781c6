"""A row that changes a number of the row it belongs to, which never leaves its bounds."""

from typing import Any

from smartforge.checks.asking import Answer
from smartforge.checks.drafts import Actor, Draft, Row
from smartforge.checks.ruling.court import CROWD, ROUNDS, Court
from smartforge.checks.ruling.found import Found, Undecided
from smartforge.contract import Adjusts

# So much is there when many take one at once.
LEFT = 3
# So much is there, or has room, where another rule gives or takes as well.
AMPLE = 1000


async def trial(court: Court, found: Found) -> None:
    rule = found.read(Adjusts)
    await Stock(court, found, rule).all()


class Stock:
    """The rows that change the number, and the row whose number it is."""

    def __init__(self, court: Court, found: Found, rule: Adjusts) -> None:
        self._court = court
        self._found = found
        self._rule = rule
        self._creating = court.creating(found.collection)
        target = self._creating.references.get(rule.reference)
        if target is None:
            raise Undecided(f"the document does not say where {rule.reference} points")
        self._target: str = target
        column = court.property(target, rule.field)
        self._least, self._most = column.get("minimum"), column.get("maximum")
        amount = self._creating.properties.get(rule.amount, {})
        self._largest: float = amount.get("maximum", 1)
        self._apart: dict[str, int] = {}
        # Who takes, where that is by accounts from themselves; else whoever makes the rows.
        self._mover: Actor | None = None
        rules = court.rules_of(found.collection, "adjusts")
        self._owned = any(one.read(Adjusts).own for one in rules)
        self._directions: list[Any] = self._creating.properties.get(rule.direction, {}).get(
            "enum", [""]
        )

    async def all(self) -> None:
        taking = next((one for one in self._directions if one in self._rule.taking), None)
        adding = next((one for one in self._directions if one not in self._rule.taking), None)
        if adding is not None:
            await self._adds(adding)
        if taking is not None:
            await self._takes(taking, adding)
        if taking is not None and self._rule.own:
            await self._spares(taking, adding)

    async def _adds(self, direction: str) -> None:
        stock, actor = await self._stock(None)
        before = await self._number(stock, actor)
        await self._court.made(await self._moving(stock, direction, 2), "to add 2")
        await self._is(stock, actor, before + 2, await self._moving(stock, direction, 2))
        if self._most is None:
            return
        room = self._most - before - 2
        if room + 1 <= self._largest:
            beyond = await self._moving(stock, direction, room + 1)
            await self._court.expect("to add more than there is room for", beyond, {409})
            await self._is(stock, actor, before + 2, beyond)
            if room >= 1:
                exact = await self._moving(stock, direction, room)
                await self._court.allowed(self._found, "to add all there is room for", exact)
        if room >= CROWD:
            for _ in range(ROUNDS):
                await self._crowd(direction, 1, None, CROWD)

    async def _takes(self, direction: str, adding: str | None) -> None:
        stock, actor = await self._stock(adding)
        before = await self._number(stock, actor)
        floor = self._least if self._least is not None else 0
        have = before - floor
        if have < LEFT:
            raise Undecided(f"no row with a {self._rule.field} to take from could be made")
        if have + 1 <= self._largest:
            beyond = await self._moving(stock, direction, have + 1)
            await self._court.expect("to take more than is there", beyond, {409})
            await self._is(stock, actor, before, beyond)
        one = await self._moving(stock, direction, 1)
        await self._court.made(one, "to take 1")
        await self._is(stock, actor, before - 1, one)
        for _ in range(ROUNDS):
            await self._crowd(direction, -1, adding, int(min(LEFT, have)))

    async def _spares(self, direction: str, adding: str | None) -> None:
        """Nobody takes from what is somebody else's, not even for what is their own."""
        stock, actor = await self._stock(adding)
        before = await self._number(stock, actor)
        intruder = await self._intruder(actor)
        values: dict[str, Any] = {self._rule.reference: stock.id, self._rule.amount: 1}
        if self._rule.direction:
            values[self._rule.direction] = direction
        theft = await self._court.draft_by(intruder, self._found.collection, **values)
        statuses = {403} if await self._reads(intruder, stock) else {422}
        await self._court.expect("to take from what is somebody else's", theft, statuses)
        await self._is(stock, actor, before, theft)

    async def _intruder(self, owner: Actor) -> Actor:
        """Somebody else who may make the rows, without a role that may take from every row."""
        updating = self._court.updating(self._target)
        overseers = updating.access.roles if updating else ()
        accounts, access = self._court.rows.accounts, self._creating.access
        known = [await accounts.ordinary(), await accounts.user(), *await self._court.others()]
        if access.who == "role":
            known += [await accounts.holder(role) for role in access.roles]
        for one in known:
            role = one.account.get("role") if one else None
            able = access.who != "role" or role in access.roles
            if one and one.name != owner.name and able and role not in overseers:
                return one
        raise Undecided("nobody else could be found who may make such rows")

    async def _reads(self, intruder: Actor, stock: Row) -> bool:
        reading = self._court.promised.reading(self._target)
        if reading is None:
            raise Undecided(f"no row of {self._target} can be read")
        answer = await self._court.send(self._court.at(reading, stock, intruder))
        return answer.status == 200

    async def _crowd(self, direction: str, sign: int, adding: str | None, able: int) -> None:
        """Many at once, of whom only `able` can be served."""
        stock, actor = await self._stock(adding, exactly=LEFT if sign < 0 else None)
        before = await self._number(stock, actor)
        if sign < 0:
            able = int(before - (self._least or 0))
            if not 0 < able < CROWD:
                return
        drafts = [await self._moving(stock, direction, 1) for _ in range(CROWD)]
        answers = await self._court.together(drafts)
        done = [one for one in answers if one.status in self._creating.successes]
        odd = [one for one in answers if one not in done and one.status != 409]
        if odd and odd[0].status < 500:
            self._say(drafts[0], odd[0], f"answered {odd[0].status}")
        fewer = len(done) < able and self._court.contested(self._found.collection)
        if len(done) != able and not fewer:
            said = f"was done {len(done)} times, where there was enough for {able}"
            self._say(drafts[0], answers[-1], said)
        await self._is(stock, actor, before + sign * len(done), drafts[0])

    def _say(self, draft: Draft, answer: Answer, said: str) -> None:
        self._court.failed("many times at once", draft, answer, said)

    # ---- the row whose number it is -----------------------------------------------------------

    async def _stock(self, adding: str | None, exactly: int | None = None) -> tuple[Row, Actor]:
        """A new one, with something there to take where that can be."""
        if self._rule.own and self._target == self._court.promised.accounts:
            row, self._mover = await self._court.row(self._target)
            return row, self._mover
        wanted = (self._least or 0) + (exactly or 10)
        if self._most is not None:
            wanted = min(wanted, self._most)
        draft = await self._new(self._target, {self._rule.field: wanted})
        row = await self._court.made(draft)
        if adding is not None and row.shown.get(self._rule.field, 0) < wanted:
            filling = await self._moving(row, adding, wanted - row.shown[self._rule.field])
            await self._court.made(filling, "to add some")
        return row, draft.actor

    async def _new(self, target: str, values: dict[str, Any]) -> Draft:
        """A row to give to or to take from; where that is for its owner, of who does so."""
        if not self._owned:
            return await self._court.draft(target, **values)
        return await self._court.draft_by(await self._owner(target), target, **values)

    async def _owner(self, target: str) -> Actor:
        """Who makes rows of the target and may take from them."""
        maker, _ = await self._court.maker(self._found.collection)
        roles = self._court.creating(target).access.roles
        if not roles or maker.account.get("role") in roles:
            return maker
        owner, _ = await self._court.maker(target)
        roles = self._creating.access.roles
        if roles and owner.account.get("role") not in roles:
            raise Undecided(f"nobody could be found who makes rows of {target} and takes from them")
        return owner

    async def _moving(self, stock: Row, direction: str, amount: float) -> Draft:
        values: dict[str, Any] = {self._rule.reference: stock.id, self._rule.amount: amount}
        values |= await self._others()
        if self._rule.direction:
            values[self._rule.direction] = direction
        if not self._owned:
            return await self._court.draft(self._found.collection, **values)
        mover = self._mover or await self._owner(self._target)
        return await self._court.draft_by(mover, self._found.collection, **values)

    async def _others(self) -> dict[str, int]:
        """Rows with room for what other rules about the same amount give and take there."""
        for found in self._court.rules_of(self._found.collection, "adjusts"):
            other = found.read(Adjusts)
            target = self._creating.references.get(other.reference)
            if other.reference in (self._rule.reference, *self._apart) or target is None:
                continue
            if other.own and target == self._court.promised.accounts:
                mover, _ = await self._court.maker(self._found.collection)
                self._apart[other.reference] = mover.account["id"]
                continue
            most = self._court.property(target, other.field).get("maximum", AMPLE)
            wanted = min(AMPLE, most // 2)
            row = await self._court.made(await self._new(target, {other.field: wanted}))
            if other.taking and row.shown.get(other.field, 0) < wanted:
                raise Undecided(f"no row with a {other.field} to take from could be made")
            self._apart[other.reference] = row.id
        return self._apart

    async def _number(self, stock: Row, actor: Actor) -> float:
        shown = await self._court.shown(self._target, stock, actor)
        value = shown.get(self._rule.field)
        if not isinstance(value, int | float):
            raise Undecided(f"{self._rule.field} is not answered as a number")
        return value

    async def _is(self, stock: Row, actor: Actor, wanted: float, after: Draft) -> None:
        """The number is what it must be after that request."""
        value = await self._number(stock, actor)
        if abs(value - wanted) > 1e-9:
            endpoint = self._court.promised.reading(self._target)
            assert endpoint is not None
            reading = self._court.at(endpoint, stock, after.actor)
            answer = await self._court.send(reading)
            said = f"answered {self._rule.field} {value}, not {wanted}"
            self._court.failed("after what changed it", reading, answer, said)
