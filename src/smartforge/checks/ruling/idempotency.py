"""What is sent again with its key is done once, however often and by however many at once."""

from collections.abc import Sequence
from typing import Any, cast

import msgspec

from smartforge.checks.asking import Answer
from smartforge.checks.drafts import Draft, Row
from smartforge.checks.ruling.court import CROWD, ROUNDS, Court
from smartforge.checks.ruling.found import Found, Undecided
from smartforge.checks.surface import Json

_MARK = "idempotent-replayed"
_LONGEST = 255


async def trial(court: Court, found: Found) -> None:
    await Keys(court, found).all()


class Keys:
    """Creations of one collection, each with a key that no other trial uses."""

    def __init__(self, court: Court, found: Found) -> None:
        self._court = court
        self._found = found

    async def all(self) -> None:
        first = await self._draft("first")
        row = await self._court.made(first)
        await self._again(first, row)
        await self._other(first)
        await self._refused()
        if self._found.hint.get("required") is True:
            without = msgspec.structs.replace(await self._draft("unsent"), key=None)
            await self._court.expect("without its Idempotency-Key", without, {400})
        too_long = await self._draft("k" * _LONGEST + "k")
        await self._court.expect("with a key that is too long", too_long, {422})
        for turn in range(ROUNDS):
            await self._crowd(await self._draft(f"crowd {turn}"))

    async def _draft(self, key: str, **values: Any) -> Draft:
        """A creation unlike all before, with this key."""
        draft = await self._court.draft(self._found.collection, **values)
        return msgspec.structs.replace(draft, key=key)

    async def _again(self, first: Draft, row: Row) -> None:
        answer = await self._court.expect("sent again with its key", first, {201})
        if answer is None:
            return
        if answer.json() != row.shown:
            self._court.failed("sent again with its key", first, answer, "answered another row")
        if _MARK not in answer.headers:
            said = "does not say that it was answered before"
            self._court.failed("sent again with its key", first, answer, said)

    async def _other(self, first: Draft) -> None:
        """Another request with the key is refused, but not that of somebody else."""
        other = await self._draft(first.key or "")
        if other.body == first.body:
            return
        await self._court.expect("with the key of another request", other, {422})
        if first.endpoint.access.who not in ("user", "owner"):
            return
        for actor in (await self._court.others())[:1]:
            theirs = await self._court.draft_by(actor, self._found.collection)
            theirs = msgspec.structs.replace(theirs, key=first.key)
            await self._court.made(theirs, "with a key that somebody else has used")

    async def _refused(self) -> None:
        """What was refused has not used up its key."""
        there = await self._draft("refused")
        unique = sorted(there.endpoint.unique & (there.body or {}).keys())
        if not unique:
            return
        row = await self._court.made(msgspec.structs.replace(there, key="taken"))
        wrong = await self._draft("refused", **{unique[0]: row.shown.get(unique[0])})
        answer = await self._court.send(wrong)
        if answer.status in (409, 422):
            await self._court.made(await self._draft("refused"), "with the key of what was refused")

    async def _crowd(self, draft: Draft) -> None:
        answers = await self._court.together([draft] * CROWD)
        odd = next((one for one in answers if one.status not in (201, 409)), None)
        if odd is not None:
            if odd.status < 500:
                self._court.failed("many times at once", draft, odd, f"answered {odd.status}")
            return
        made = _rows(answers)
        new = sum(one.status == 201 and _MARK not in one.headers for one in answers)
        if not made and self._court.contested(self._found.collection):
            raise Undecided("another rule may be in the way")
        if len(made) != 1 or new != 1:
            said = f"made {new} rows and answered {len(made)}, not one"
            self._court.failed("many times at once", draft, answers[-1], said)


def _rows(answers: Sequence[Answer]) -> set[Any]:
    """The ids of the rows that were answered."""
    told = [one.json() for one in answers if one.status == 201]
    return {cast(Json, one).get("id") for one in told if isinstance(one, dict)}
