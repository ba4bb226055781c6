"""A report counts and adds up the rows of each group."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, cast

import msgspec

from smartforge.checks.drafts import Actor, Row
from smartforge.checks.ruling.court import Court
from smartforge.checks.ruling.figures import exact
from smartforge.checks.ruling.found import Found, Undecided
from smartforge.checks.ruling.pages import Pages, rows_of
from smartforge.checks.surface import Json
from smartforge.contract import Report

ROWS = 3


class Sum(msgspec.Struct):
    """What is told of one group."""

    count: int = 0
    total: Decimal = Decimal(0)


async def trial(court: Court, found: Found) -> None:
    """What new rows add to the groups is what they hold; groups are in order."""
    await Sums(court, found, found.read(Report)).all()


class Sums:
    """One report, before and after some rows are made."""

    def __init__(self, court: Court, found: Found, rule: Report) -> None:
        self._court = court
        self._found = found
        self._rule = rule
        self._parents: dict[tuple[str, Any], Json] = {}

    async def all(self) -> None:
        court, collection = self._court, self._found.collection
        assert self._found.endpoint is not None
        maker, _ = await court.maker(collection)
        actor = await court.able(self._found.endpoint, Row({}), maker)
        pages = Pages(court, self._found.endpoint, actor)
        before = self._groups(rows_of(await pages.page()))
        rows = await court.many(collection, list(self._values()))
        if not rows:
            raise Undecided("no rows could be made")
        wanted = before
        for row in rows:
            await self._add(wanted, row.shown, maker)
        await self._compare(pages, rows_of(await pages.page()), wanted)

    def _values(self) -> Iterator[Json]:
        """Rows in different groups where a choice makes them, one of them twice."""
        properties = self._court.creating(self._found.collection).properties
        names = [self._rule.status, *(one.path for one in self._rule.groups)]
        for at in (0, 1, 1):
            values: Json = {}
            for name in names:
                choices = cast(list[Any], properties.get(name, {}).get("enum", []))
                if choices:
                    values[name] = choices[at % len(choices)]
            if self._rule.status in values and at == 0:
                values[self._rule.status] = self._rule.among[0]
            number = properties.get(self._rule.field, {})
            if number.get("type") in ("integer", "number"):
                # Unlike what other numbers hold.
                value = max(number.get("minimum", 0), 7 + 6 * at)
                values[self._rule.field] = min(value, number.get("maximum", value))
            yield values

    async def _add(self, groups: dict[tuple[Any, ...], Sum], row: Json, actor: Actor) -> None:
        rule = self._rule
        if rule.status:
            state = await self._at(row, rule.status, actor)
            if state not in rule.among:
                return
        key: list[Any] = []
        for group in rule.groups:
            key.append(_in_period(await self._at(row, group.path, actor), group.period))
        held = groups.setdefault(tuple(key), Sum())
        held.count += 1
        if rule.field:
            held.total += exact(await self._at(row, rule.field, actor)) or Decimal(0)

    async def _at(self, row: Json, path: str, actor: Actor) -> Any:
        """The value at the end of the path."""
        collection = self._found.collection
        *references, last = path.split(".")
        for name in references:
            target = next(
                (
                    one.hint.get("collection")
                    for one in self._court.rules_of(collection, "on_delete")
                    if one.name == name
                ),
                None,
            )
            if row.get(name) is None:
                return None
            collection = f"/{target}"
            key = (collection, row[name])
            if key not in self._parents:
                parent = Row({"id": row[name]})
                self._parents[key] = await self._court.shown(collection, parent, actor)
            row = self._parents[key]
        return row.get(last)

    def _groups(self, items: list[Json]) -> dict[tuple[Any, ...], Sum]:
        return {
            self._key(one): Sum(one.get("count", 0), exact(one.get("total")) or Decimal(0))
            for one in items
        }

    def _key(self, item: Json) -> tuple[Any, ...]:
        return tuple(item.get(one.name) for one in self._rule.groups)

    async def _compare(
        self, pages: Pages, items: list[Json], wanted: dict[tuple[Any, ...], Sum]
    ) -> None:
        told = self._groups(items)
        if not self._rule.groups:
            wanted = {(): wanted.get((), Sum())}
        for key, one in wanted.items():
            found = told.get(key)
            if self._rule.top and found is None:
                continue
            if found is None or found.count != one.count:
                count = found.count if found else "nothing"
                await pages.wrong(f"answered {count} for {list(key)}, not {one.count}")
                return
            if self._rule.field and found.total != one.total:
                said = f"answered a total of {found.total} for {list(key)}, not {one.total}"
                await pages.wrong(said)
                return
        keys = [self._key(one) for one in items]
        if len(keys) != len(set(map(str, keys))):
            await pages.wrong("answered a group twice")
        if self._rule.top:
            await self._topmost(pages, items)
        elif not _ascending(keys):
            await pages.wrong(f"answered the groups in the order {keys[:6]}")

    async def _topmost(self, pages: Pages, items: list[Json]) -> None:
        by = "total" if self._rule.field else "count"
        figures = [exact(one.get(by)) or Decimal(0) for one in items]
        if len(items) > self._rule.top or figures != sorted(figures, reverse=True):
            said = f"answered {len(items)} groups in the order {figures[:6]} of {by}"
            await pages.wrong(said)


def _in_period(value: Any, period: str) -> Any:
    """The period as a report writes it, the value itself without one; moments count in UTC."""
    if value is None or not period:
        return value
    text = str(value)
    day = (
        datetime.fromisoformat(text).astimezone(UTC).date()
        if "T" in text
        else date.fromisoformat(text)
    )
    match period:
        case "day":
            return day.isoformat()
        case "week":
            year, week, _ = day.isocalendar()
            return f"{year}-W{week:02}"
        case "month":
            return f"{day:%Y-%m}"
        case "quarter":
            return f"{day.year}-Q{(day.month + 2) // 3}"
        case "year":
            return f"{day.year}"
        case _:
            raise Undecided(f"the period {period} is not known here")


def _ascending(keys: list[tuple[Any, ...]]) -> bool:
    """Nothing comes last; texts may be in the order of any alphabet."""
    for fold in (str, str.casefold):
        ranked = [
            [(one is None, fold(one) if isinstance(one, str) else one or 0) for one in key]
            for key in keys
        ]
        if ranked == sorted(ranked):
            return True
    return False
