"""Lists tell pages, order, filters, ranges and search as the document says."""

import itertools
from collections.abc import Sequence
from typing import Any, cast

from smartforge.checks.endpoints import Endpoint
from smartforge.checks.ruling.court import Court
from smartforge.checks.ruling.figures import exact
from smartforge.checks.ruling.found import Found, Undecided
from smartforge.checks.ruling.pages import Pages, ids_of, most_rows, rows_of
from smartforge.checks.surface import Json

ROWS = 3
# An id that no row has.
FAR = 2_147_483_647


async def trial(court: Court, found: Found) -> None:
    assert found.endpoint is not None
    listing = Listing(court, found, found.endpoint)
    await listing.begin()
    if listing.counted:
        await listing.pages()
    await listing.order()
    await listing.filters()
    await listing.ranges()
    await listing.search()


class Listing:
    """One list, with a few rows of one's own in it."""

    def __init__(self, court: Court, found: Found, endpoint: Endpoint) -> None:
        self._court = court
        self._found = found
        self._endpoint = endpoint
        # Where pages lead on by cursors (see `cursors`), they tell no total.
        self.counted = "cursor" not in endpoint.parameters("query")
        self._most = most_rows(endpoint)
        self._own: list[Json] = []
        self._pages: Pages
        self._all: list[Json] = []

    async def begin(self) -> None:
        """Rows that differ where they may, and what the list tells of all."""
        court, collection = self._court, self._found.collection
        properties = court.creating(collection).properties
        choices = {
            name: cast(list[Any], schema["enum"])
            for name, schema in properties.items()
            if "enum" in schema
        }
        values: list[Json] = [
            {name: of[at % len(of)] for name, of in choices.items()} for at in range(ROWS)
        ]
        plain: list[Json] = [{} for _ in range(ROWS)]
        rows = await court.many(collection, values) or await court.many(collection, plain)
        if not rows:
            raise Undecided("no rows could be made")
        maker, _ = await court.maker(collection)
        actor = await court.able(self._endpoint, rows[0], maker)
        self._pages = Pages(court, self._endpoint, actor)
        answer = await self._pages.page(("sort", "-id"), ("limit", self._most))
        self._all = rows_of(answer)
        known = {one.get("id") for one in self._all}
        self._own = [one.shown for one in rows if one.id in known]
        total = answer.get("total")
        if self.counted and total != len(self._all) and (total is None or total <= self._most):
            await self._pages.wrong(f"answered a total of {total} with {len(self._all)} rows")

    @property
    def _whole(self) -> bool:
        """Whether all rows were told at once."""
        return len(self._all) < self._most

    async def pages(self) -> None:
        """Each row is on one page, and pages tell what they are."""
        names = [one.get("id") for one in self._all][:ROWS]
        seen: list[Any] = []
        for offset in range(len(names)):
            query = (("sort", "-id"), ("limit", 1), ("offset", offset))
            page = await self._pages.page(*query)
            rows = ids_of(page)
            seen += rows
            told = (page.get("limit"), page.get("offset"), len(rows))
            if told != (1, offset, 1):
                said = f"answered limit, offset and rows {told}, not (1, {offset}, 1)"
                await self._pages.wrong(said, *query)
                return
            if self._whole and page.get("total") != len(self._all):
                said = f"answered a total of {page.get('total')}, not {len(self._all)}"
                await self._pages.wrong(said, *query)
                return
        if seen != names:
            await self._pages.wrong(
                f"answered the rows {seen} page by page, not {names}", ("limit", 1)
            )

    async def order(self) -> None:
        sort = self._endpoint.parameters("query").get("sort")
        for way in cast(list[str], sort.schema.get("enum", []) if sort else []):
            items = rows_of(await self._pages.page(("sort", way), ("limit", self._most)))
            name, down = way.lstrip("-"), way.startswith("-")
            keys = [one.get(name) for one in items]
            if not _ordered([one for one in keys if one is not None], down):
                await self._pages.wrong(f"answered {name} in the order {keys[:6]}", ("sort", way))

    async def filters(self) -> None:
        for parameter, name in _named(self._found.hint.get("x-filters")):
            row = next((one for one in self._own if one.get(name) not in (None, [])), None)
            if row is None:
                continue
            held: object = row[name]
            value = cast(list[Any], held)[0] if isinstance(held, list) else held
            wanted = [one for one in self._all if _holds(one.get(name), value)]
            await self._narrowed(wanted, (parameter, value))
            if len(wanted) == len(self._all):
                await self._left_out(parameter, name, value)

    async def _left_out(self, parameter: str, name: str, value: Any) -> None:
        """Where every row holds the same, what none of them holds narrows the list to nothing."""
        asked = self._endpoint.parameters("query").get(parameter)
        other = _another(asked.schema, value) if asked else None
        if other is None:
            return
        query = ((parameter, other), ("limit", self._most))
        draft = self._pages.asking(*query)
        answer = await self._court.send(draft)
        told = answer.json()
        shown = rows_of(cast(Json, told)) if isinstance(told, dict) else []
        odd = [one for one in shown if not _holds(one.get(name), other)]
        if answer.status == 200 and odd:
            said = f"answered a row whose {name} is {odd[0].get(name)} for {parameter} {other}"
            await self._pages.wrong(said, *query)

    async def ranges(self) -> None:
        for parameter, name in _named(self._found.hint.get("x-ranges")):
            row = next((one for one in self._own if one.get(name) is not None), None)
            if row is None:
                continue
            bound, least = row[name], parameter.endswith(("_min", "_from"))
            wanted = [one for one in self._all if _within(one.get(name), bound, least=least)]
            await self._narrowed(wanted, (parameter, bound))

    async def search(self) -> None:
        searched: object = self._found.hint.get("x-searched")
        names = cast(list[str], searched) if isinstance(searched, list) else []
        for name in names:
            row = next((one for one in self._own if one.get(name)), None)
            # From the second letter on, so that finding words by their start alone is noticed.
            part = str(row[name])[1:100].strip() if row else ""
            if not part:
                continue
            wanted = [
                one
                for one in self._all
                if any(part.casefold() in str(one.get(each) or "").casefold() for each in names)
            ]
            await self._narrowed(wanted, ("q", part.swapcase()))

    # ---- what is told -------------------------------------------------------------------------

    async def _narrowed(self, wanted: Sequence[Json], narrowing: tuple[str, Any]) -> None:
        """The list tells these rows alone, and their number."""
        query = (narrowing, ("sort", "-id"), ("limit", self._most))
        page = await self._pages.page(*query)
        ids = ids_of(page)
        right = [one.get("id") for one in wanted]
        if (ids != right and self._whole) or not set(right) <= set(ids):
            await self._pages.wrong(f"answered the rows {ids[:8]}, not {right[:8]}", *query)
        elif self.counted and self._whole and page.get("total") != len(right):
            said = f"answered a total of {page.get('total')}, not {len(right)}"
            await self._pages.wrong(said, *query)


def _named(value: object) -> list[tuple[str, str]]:
    return list(cast(dict[str, str], value).items()) if isinstance(value, dict) else []


def _another(schema: Json, value: Any) -> Any:
    """A value that a parameter takes, besides this one; None where none is known."""
    if "enum" in schema:
        return next((one for one in cast(list[Any], schema["enum"]) if one != value), None)
    match schema.get("type"):
        case "boolean":
            return not value
        case "integer":
            most = schema.get("maximum", FAR)
            return most if most != value else None
        case _:
            return None


def _holds(held: object, value: object) -> bool:
    return value in cast(list[Any], held) if isinstance(held, list) else held == value


def _within(held: Any, bound: Any, *, least: bool) -> bool:
    one, other = exact(held), exact(bound)
    if one is not None and other is not None:
        return one >= other if least else one <= other
    if isinstance(held, str) and isinstance(bound, str):
        # Dates and moments in UTC, as answers write them, sort as their texts do.
        return held >= bound if least else held <= bound
    return False


def _ordered(keys: list[Any], down: bool) -> bool:
    """Texts may be in the order of any alphabet: case may count or not."""
    ways = [keys]
    if keys and all(isinstance(one, str) for one in keys):
        ways.append([str(one).casefold() for one in keys])
    return any(
        all((a >= b) if down else (a <= b) for a, b in itertools.pairwise(way)) for way in ways
    )
