"""The rows that a promised API seems to have: a bounded number of them, in memory alone."""

import base64
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, cast

import msgspec

from smartforge.contract import Contract
from smartforge.contract.fields import References, TextList
from smartforge.contract.resources import Resource

Row = dict[str, Any]

MOST_ROWS = 1000
MOST_BYTES = 2 * 1024 * 1024


class Rows:
    """All rows of one API by resource and id. Where there would be too many, the oldest of the
    resource that takes most go: accounts stay while others are filled."""

    def __init__(self) -> None:
        self._rows: dict[tuple[str, int], Row] = {}
        self._sizes: dict[tuple[str, int], int] = {}
        self._changes: Counter[tuple[str, int]] = Counter()
        self._ids: Counter[str] = Counter()
        self._held: Counter[str] = Counter()

    def __len__(self) -> int:
        return len(self._rows)

    def next_id(self, resource: str) -> int:
        self._ids[resource] += 1
        return self._ids[resource]

    def put(self, resource: str, row: Row) -> Row:
        """Keep a row, a new one or a changed one, under its id."""
        key = resource, row["id"]
        size = len(msgspec.json.encode(row))
        self._held[resource] += size - self._sizes.get(key, 0)
        self._rows[key], self._sizes[key] = row, size
        self._changes[key] += 1
        while len(self._rows) > MOST_ROWS or self._held.total() > MOST_BYTES:
            fullest = self._held.most_common(1)[0][0]
            self.remove(*next(each for each in self._rows if each[0] == fullest))
        return row

    def get(self, resource: str, row_id: int) -> Row | None:
        return self._rows.get((resource, row_id))

    def remove(self, resource: str, row_id: int) -> None:
        key = resource, row_id
        self._held[resource] -= self._sizes.pop(key, 0)
        self._rows.pop(key, None)
        self._changes.pop(key, None)

    def of(self, resource: str) -> Iterator[Row]:
        """By ascending id."""
        found = [row for (name, _), row in self._rows.items() if name == resource]
        yield from sorted(found, key=lambda row: row["id"])

    def tag(self, resource: str, row_id: int) -> str:
        """An `ETag` that changes with the row."""
        return f'"{row_id}-{self._changes[resource, row_id]}"'

    def taken(self, resource: Resource, row: Row) -> str:
        """The first unique field of which another row holds the same value, else ""."""
        for field in resource.fields:
            value = row.get(field.name)
            if field.unique and value is not None:
                for other in self.of(resource.name):
                    if other["id"] != row["id"] and other.get(field.name) == value:
                        return field.name
        return ""

    def bound_by(self, contract: Contract, resource: str, row_id: int) -> bool:
        """Whether a row that must not lose it refers to this one."""
        return any(
            _action(field.kind) == "restrict"
            for child, field in contract.pointing_at(resource)
            for row in self.of(child.name)
            if row.get(field.name) == row_id
        )

    def drop(self, contract: Contract, resource: str, row_id: int) -> None:
        """Remove a row with all that goes along with it."""
        self.remove(resource, row_id)
        for child, field in contract.pointing_at(resource):
            for row in list(self.of(child.name)):
                value = row.get(field.name)
                if isinstance(field.kind, References) and isinstance(value, list):
                    left = [one for one in cast("list[Any]", value) if one != row_id]
                    self.put(child.name, row | {field.name: left})
                elif value == row_id and _action(field.kind) == "cascade":
                    self.drop(contract, child.name, row["id"])
                elif value == row_id:
                    self.put(child.name, row | {field.name: None})


def _action(kind: object) -> str:
    return str(getattr(kind, "on_delete", "clear"))


def narrowed(resource: Resource, rows: list[Row], asked: Mapping[str, Any]) -> list[Row]:
    """The rows that filters, ranges and `q` leave."""
    for name in resource.filters:
        kind = resource.field(name).kind
        listed = isinstance(kind, TextList | References)
        value = asked.get(_singular(name, kind) if listed else name)
        if value is not None:
            rows = [
                row
                for row in rows
                if (value in (row.get(name) or []) if listed else row.get(name) == value)
            ]
    for name in resource.ranges:
        for ending in ENDINGS:
            if (bound := asked.get(f"{name}{ending}")) is not None:
                up = ending in ("_min", "_from")
                rows = [row for row in rows if _within(row.get(name), bound, up=up)]
    if resource.searched and (words := asked.get("q")):
        low = str(words).casefold()
        rows = [
            row
            for row in rows
            if any(low in str(row.get(name) or "").casefold() for name in resource.searched)
        ]
    return rows


ENDINGS = ("_min", "_max", "_from", "_to")


def _within(value: Any, bound: Any, *, up: bool) -> bool:
    """Whether the value is there and on this side of the bound; dates compare as their texts."""
    if value is None or isinstance(value, str) != isinstance(bound, str):
        return False
    return value >= bound if up else value <= bound


def _singular(name: str, kind: object) -> str:
    if name.endswith("_ids"):
        return name[:-1]
    return name[:-3] + "y" if name.endswith("ies") else name.removesuffix("s")


def _order(value: Any) -> Any:
    return str(value) if isinstance(value, str) else value


def ordered(rows: list[Row], by: str) -> list[Row]:
    """By a field, nulls last; ties by ascending id."""
    name, down = by.removeprefix("-"), by.startswith("-")
    there = [row for row in rows if row.get(name) is not None]
    there.sort(key=lambda row: row["id"])
    there.sort(key=lambda row: _order(row[name]), reverse=down)
    return there + [row for row in rows if row.get(name) is None]


def page(resource: Resource, rows: list[Row], asked: Mapping[str, Any]) -> tuple[Any, int]:
    """A page as it is answered, and how many rows there are in all."""
    paging = resource.paging
    rows = ordered(narrowed(resource, rows, asked), str(asked.get("sort", resource.sorted_by)))
    limit = int(asked.get("limit", paging.default_limit))
    if paging.by_cursor:
        start = _start(asked.get("cursor"))
        more = start + limit < len(rows)
        items = rows[start : start + limit]
        following = base64.urlsafe_b64encode(str(start + limit).encode()).decode() if more else None
        return {"items": items, "next_cursor": following, "limit": limit}, len(rows)
    offset = int(asked.get("offset", 0))
    items = rows[offset : offset + limit]
    if paging.bare:
        return items, len(rows)
    return {"items": items, "total": len(rows), "limit": limit, "offset": offset}, len(rows)


def _start(cursor: object) -> int:
    try:
        return int(base64.urlsafe_b64decode(str(cursor or "MA==")))
    except ValueError:
        return 0


def now() -> str:
    return in_utc(datetime.now(UTC))


def in_utc(moment: datetime) -> str:
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return aware.astimezone(UTC).isoformat().replace("+00:00", "Z")
