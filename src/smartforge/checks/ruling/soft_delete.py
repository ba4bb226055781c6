"""Deleted rows are not there until they are restored; of many restorations one is done."""

from typing import Any, cast

from smartforge.checks.drafts import Draft, Row
from smartforge.checks.endpoints import Endpoint
from smartforge.checks.ruling.court import CROWD, ROUNDS, Court
from smartforge.checks.ruling.found import Found, Undecided
from smartforge.checks.surface import Json


async def trial(court: Court, found: Found) -> None:
    restoring, deleting = found.endpoint, court.deleting(found.collection)
    if restoring is None or deleting is None:
        raise Undecided(f"nothing deletes a row of {found.collection}")
    await Trash(court, found, deleting, restoring).all()


class Trash:
    """One row that is deleted and restored."""

    def __init__(self, court: Court, found: Found, deleting: Endpoint, restoring: Endpoint) -> None:
        self._court = court
        self._found = found
        self._deleting = deleting
        self._restoring = restoring

    async def all(self) -> None:
        draft = await self._court.draft(self._found.collection)
        row = await self._court.made(draft)
        actor = await self._court.able(self._deleting, row, draft.actor)
        delete = self._court.at(self._deleting, row, actor)
        restore = self._court.at(self._restoring, row, actor)
        await self._court.expect("of a row that is not deleted", restore, {404})
        if await self._court.expect("of a row that is there", delete, {204}) is None:
            return
        await self._gone(draft, row)
        await self._court.expect("of a row that is deleted already", delete, {404})
        await self._taken(draft, row)
        done = await self._court.expect("of a row that is deleted", restore, {200})
        if done is None:
            return
        if done.json() != row.shown:
            self._court.failed("of a row that is deleted", restore, done, "answered another row")
        await self._court.expect("of a row that is restored already", restore, {404})
        await self._back(draft, row)
        await self._crowd(delete, restore)

    async def _gone(self, draft: Draft, row: Row) -> None:
        for one in await self._seeing(draft, row):
            await self._court.expect("of a row that is deleted", one, {404})
        for one in await self._listing(draft):
            answer = await self._court.expect("after a row was deleted", one, {200})
            if answer and row.id in _ids(answer.json()):
                self._court.failed("after a row was deleted", one, answer, "answered that row")

    async def _back(self, draft: Draft, row: Row) -> None:
        for one in await self._seeing(draft, row):
            await self._court.expect("of a row that is restored", one, {200})

    async def _seeing(self, draft: Draft, row: Row) -> list[Draft]:
        reading = self._court.promised.reading(self._found.collection)
        if reading is None:
            return []
        return [self._court.at(reading, row, await self._court.able(reading, row, draft.actor))]

    async def _listing(self, draft: Draft) -> list[Draft]:
        listing = self._court.promised.get("GET", self._found.collection)
        if listing is None or listing.places:
            return []
        query = tuple(
            (name, wanted)
            for name, wanted in (("limit", 100), ("sort", "-id"))
            if wanted == 100 or wanted in listing.parameters("query")[name].schema.get("enum", ())
        )
        actor = await self._court.able(listing, Row({}, ()), draft.actor)
        return [Draft(listing, actor, {}, query=query)]

    async def _taken(self, draft: Draft, row: Row) -> None:
        """What only one row may hold stays with the one that is deleted."""
        for name in sorted(self._court.creating(self._found.collection).unique):
            value = row.shown.get(name)
            if value is not None and name in draft.endpoint.properties:
                again = await self._court.draft_by(
                    draft.actor, self._found.collection, **{name: value}
                )
                await self._court.expect(f"with the {name} of a deleted row", again, {409})

    async def _crowd(self, delete: Draft, restore: Draft) -> None:
        for draft, status in ((delete, 204), (restore, 200)) * ROUNDS:
            answers = await self._court.together([draft] * CROWD)
            done = [one for one in answers if one.status == status]
            if len(done) != 1:
                said = f"was done {len(done)} times"
                self._court.failed("many times at once", draft, answers[-1], said)
                return


def _ids(page: Any) -> list[Any]:
    """The ids of the rows of a page."""
    items: object = cast(Json, page).get("items") if isinstance(page, dict) else page
    rows = cast(list[Any], items) if isinstance(items, list) else []
    return [cast(Json, row).get("id") for row in rows if isinstance(row, dict)]
