"""Lists go on where a page ended, whatever comes and goes meanwhile; no cursor can be made up."""

from typing import Any, cast

from smartforge.checks.drafts import Actor, Draft, Row
from smartforge.checks.endpoints import Endpoint
from smartforge.checks.ruling.court import Court
from smartforge.checks.ruling.found import Found, Undecided
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
        sort, limit = parameters.get("sort"), parameters.get("limit")
        self._most: int = limit.schema.get("maximum", 100) if limit else 100
        self.orders = cast(list[str], sort.schema.get("enum", []) if sort else [])[:MOST_ORDERS]
        self._actor: Actor
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
        self._actor = await court.able(self._endpoint, self._own[0], maker)

    async def to_the_end(self, order: str) -> None:
        """Page by page the list tells the rows that it tells at once, in the same order."""
        whole = await self._page(("sort", order), ("limit", self._most))
        wanted = _ids(whole)
        if len(wanted) < self._most and whole.get("next_cursor") is not None:
            await self._wrong("answered a next_cursor behind the last row", ("sort", order))
        size = 1 if len(wanted) <= MOST_PAGES else 2
        page = await self._page(("sort", order), ("limit", size))
        ids = _ids(page)
        for _ in range(MOST_PAGES):
            following = page.get("next_cursor")
            if not isinstance(following, str):
                break
            page = await self._page(("sort", order), ("limit", size), ("cursor", following))
            ids += _ids(page)
        told = wanted if page.get("next_cursor") is None else wanted[: len(ids)]
        if ids != told:
            said = f"answered the rows {ids[:8]} page by page, not {told[:8]}"
            await self._wrong(said, ("sort", order), ("limit", size))

    async def through_changes(self) -> None:
        """Behind a page come the rows that did before, though one of it goes and one comes."""
        order = "-id" if "-id" in self.orders else next(iter(self.orders), "")
        wanted = _ids(await self._page(("sort", order), ("limit", self._most)))
        first = await self._page(("sort", order), ("limit", 2))
        following = first.get("next_cursor")
        if not isinstance(following, str):
            return
        await self._taken_away(_ids(first)[-1:])
        await self._court.many(self._collection, [{}])
        query = (("sort", order), ("limit", self._most), ("cursor", following))
        ids, right = _ids(await self._page(*query)), wanted[2:]
        if ids[: len(right)] != right[: len(ids)] or len(ids) < len(right) < self._most - 2:
            said = f"answered the rows {ids[:8]} after rows came and went, not {right[:8]}"
            await self._wrong(said, *query)

    async def _taken_away(self, ids: list[Any]) -> None:
        deleting = self._court.deleting(self._collection)
        row = next((one for one in self._own if one.id in ids), None)
        if deleting is not None and row is not None:
            await self._court.act(deleting, row, self._actor)

    async def made_up(self) -> None:
        """What no page told is refused at its place, and what one told for another order too."""
        one = next(iter(self.orders), "")
        other = one.removeprefix("-") if one.startswith("-") else f"-{one}"
        page = await self._page(("sort", one), ("limit", 1))
        following = page.get("next_cursor")
        cases = [("with a cursor that is none", one, "no-such-cursor")]
        if isinstance(following, str):
            cases.append(("with half a cursor", one, following[: len(following) // 2]))
            if other in self.orders:
                cases.append(("with a cursor of another order", other, following))
        for case, order, cursor in cases:
            draft = self._asking(("sort", order), ("cursor", cursor))
            answer = await self._court.expect(case, draft, {422})
            told = answer.json() if answer else None
            errors: Any = cast(Json, told).get("errors") if isinstance(told, dict) else []
            if answer and PLACE not in [one.get("location") for one in errors or ()]:
                self._court.failed(case, draft, answer, f"did not say that {PLACE} is wrong")

    async def _page(self, *query: tuple[str, Any]) -> Json:
        draft = self._asking(*query)
        answer = await self._court.expect("for what is there", draft, {200})
        told = answer.json() if answer else None
        if not isinstance(told, dict):
            raise Undecided("the list was not answered")
        return cast(Json, told)

    def _asking(self, *query: tuple[str, Any]) -> Draft:
        known = self._endpoint.parameters("query")
        asked = tuple((name, value) for name, value in query if name in known)
        return Draft(self._endpoint, self._actor, query=asked, before=self._actor.before)

    async def _wrong(self, said: str, *query: tuple[str, Any]) -> None:
        draft = self._asking(*query)
        self._court.failed("for what is there", draft, await self._court.send(draft), said)


def _ids(page: Json) -> list[Any]:
    items: object = page.get("items")
    return [one.get("id") for one in cast(list[Json], items)] if isinstance(items, list) else []
