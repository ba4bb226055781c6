"""Lists go on where a page ended, whatever comes and goes meanwhile; no cursor can be made up."""

from typing import Any, cast

from smartforge.checks.drafts import Row
from smartforge.checks.endpoints import Endpoint
from smartforge.checks.ruling.court import Court
from smartforge.checks.ruling.found import Found, Undecided
from smartforge.checks.ruling.pages import Pages, ids_of, most_rows
from smartforge.checks.surface import Json

ROWS = 4
MOST_PAGES = 12
MOST_ORDERS = 12
PLACE = ["query", "cursor"]


async def trial(court: Court, found: Found) -> None:
    assert found.endpoint is not None
    reading = Reading(court, found, found.endpoint)
    await reading.begin()
    for order in reading.orders:
        await reading.to_the_end(order)
    await reading.through_changes()
    await reading.made_up()


class Reading:
    """One list, with a few rows of one's own in it."""

    def __init__(self, court: Court, found: Found, endpoint: Endpoint) -> None:
        self._court = court
        self._collection = found.collection
        self._endpoint = endpoint
        parameters = endpoint.parameters("query")
        sort = parameters.get("sort")
        self._most = most_rows(endpoint)
        self.orders = cast(list[str], sort.schema.get("enum", []) if sort else [])[:MOST_ORDERS]
        self._pages: Pages
        self._own: list[Row] = []

    async def begin(self) -> None:
        """Rows that have all their values, and some that leave out what they may."""
        court = self._court
        properties = court.creating(self._collection).properties
        optional: Json = {name: None for name, one in properties.items() if one.get("nullable")}
        values: list[Json] = [optional if at % 2 else {} for at in range(ROWS)]
        self._own = await court.many(self._collection, values)
        if len(self._own) < ROWS:
            plain: list[Json] = [{} for _ in range(ROWS - len(self._own))]
            self._own += await court.many(self._collection, plain)
        if len(self._own) < 2:
            raise Undecided("no rows could be made")
        maker, _ = await court.maker(self._collection)
        actor = await court.able(self._endpoint, self._own[0], maker)
        self._pages = Pages(court, self._endpoint, actor)

    async def to_the_end(self, order: str) -> None:
        """Page by page the list tells the rows that it tells at once, in the same order."""
        whole = await self._pages.page(("sort", order), ("limit", self._most))
        wanted = ids_of(whole)
        if len(wanted) < self._most and whole.get("next_cursor") is not None:
            await self._pages.wrong("answered a next_cursor behind the last row", ("sort", order))
        size = 1 if len(wanted) <= MOST_PAGES else 2
        page = await self._pages.page(("sort", order), ("limit", size))
        ids = ids_of(page)
        for _ in range(MOST_PAGES):
            following = page.get("next_cursor")
            if not isinstance(following, str):
                break
            page = await self._pages.page(("sort", order), ("limit", size), ("cursor", following))
            ids += ids_of(page)
        told = wanted if page.get("next_cursor") is None else wanted[: len(ids)]
        if ids != told:
            said = f"answered the rows {ids[:8]} page by page, not {told[:8]}"
            await self._pages.wrong(said, ("sort", order), ("limit", size))

    async def through_changes(self) -> None:
        """Behind a page come the rows that did before, though one of it goes and one comes."""
        order = "-id" if "-id" in self.orders else next(iter(self.orders), "")
        wanted = ids_of(await self._pages.page(("sort", order), ("limit", self._most)))
        first = await self._pages.page(("sort", order), ("limit", 2))
        following = first.get("next_cursor")
        if not isinstance(following, str):
            return
        await self._taken_away(ids_of(first)[-1:])
        await self._court.many(self._collection, [{}])
        query = (("sort", order), ("limit", self._most), ("cursor", following))
        ids, right = ids_of(await self._pages.page(*query)), wanted[2:]
        if ids[: len(right)] != right[: len(ids)] or len(ids) < len(right) < self._most - 2:
            said = f"answered the rows {ids[:8]} after rows came and went, not {right[:8]}"
            await self._pages.wrong(said, *query)

    async def _taken_away(self, ids: list[Any]) -> None:
        deleting = self._court.deleting(self._collection)
        row = next((one for one in self._own if one.id in ids), None)
        if deleting is not None and row is not None:
            await self._court.act(deleting, row, self._pages.actor)

    async def made_up(self) -> None:
        """What no page told is refused at its place, and what one told for another order too."""
        one = next(iter(self.orders), "")
        other = one.removeprefix("-") if one.startswith("-") else f"-{one}"
        page = await self._pages.page(("sort", one), ("limit", 1))
        following = page.get("next_cursor")
        cases = [("with a cursor that is none", one, "no-such-cursor")]
        if isinstance(following, str):
            cases.append(("with half a cursor", one, following[: len(following) // 2]))
            if other in self.orders:
                cases.append(("with a cursor of another order", other, following))
        for case, order, cursor in cases:
            draft = self._pages.asking(("sort", order), ("cursor", cursor))
            answer = await self._court.expect(case, draft, {422})
            told = answer.json() if answer else None
            errors: Any = cast(Json, told).get("errors") if isinstance(told, dict) else []
            if answer and PLACE not in [one.get("location") for one in errors or ()]:
                self._court.failed(case, draft, answer, f"did not say that {PLACE} is wrong")
