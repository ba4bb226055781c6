"""Bodies of requests for the tests: three of each resource that keep every rule of the contract."""

import builtins
import datetime
import keyword
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal as Exact
from typing import cast

import msgspec

from smartforge.contract import (
    Adjusts,
    AtMost,
    Choice,
    Contract,
    Date,
    Decimal,
    Different,
    Field,
    Integer,
    NoOverlap,
    OneOpen,
    Ordered,
    Reference,
    References,
    Resource,
    Time,
    Timestamp,
    UniqueTogether,
)
from smartforge.contract.names import shorten
from smartforge.contract.reserved import word_set
from smartforge.targets.fastapi import samples
from smartforge.targets.fastapi.judge.callers import Callers, points_to
from smartforge.targets.fastapi.literals import pair, python

# The three rows are in no order.
RANKS = (1, 2, 0)

_DAY = datetime.date(2026, 5, 1)
_LONG = 35  # code points of a name that many lines repeat
_TAKEN = word_set(
    """
    PATH add always_new average cache caller callers capfd caplog capsys client comparable datetime
    form get
    groups in_order json jwt made me monkeypatch os page path period promote pytest pytestconfig
    re reached recwarn register request response row rows running samples schema select send_file
    storage told total update upload wanted with_token within
    """
)
_ROOM = 20  # how far a number that other rows change is from its lowest


class Source(msgspec.Struct, frozen=True):
    """A Python expression that gives a value only when the tests run."""

    text: str


Body = Mapping[str, object]


def source(value: object) -> str:
    """The Python expression of a value, of a body, or of a list or tuple of them."""
    match value:
        case Source():
            return value.text
        case Mapping():
            pairs = cast("Mapping[str, object]", value).items()
            return "{" + ", ".join(pair(key, one, source) for key, one in pairs) + "}"
        case tuple():
            inner = ", ".join(map(source, cast("tuple[object, ...]", value)))
            return f"({inner},)" if len(value) == 1 else f"({inner})"  # pyright: ignore
        case list() if not _plain(cast("list[object]", value)):
            return "[" + ", ".join(map(source, cast("list[object]", value))) + "]"
        case _:
            return python(value)


def _plain(values: Sequence[object]) -> bool:
    """Whether the same value is repeated, which is written as a product."""
    return all(one == values[0] and isinstance(one, str | int) for one in values)


class Bodies(msgspec.Struct, frozen=True):
    """What the tests send to create rows of a resource.

    `parents` are the resources that the rows point to, `rows` three bodies.
    """

    parents: tuple[str, ...]
    rows: tuple[Body, Body, Body]


class Makeable:
    """The resources whose rows the tests can make, each with what its rows point to.

    Where two resources point to each other, the tests leave one of the two out.
    """

    def __init__(self, contract: Contract, callers: Callers) -> None:
        self.contract = contract
        self.callers = callers
        self.accounts = contract.accounts.resource if contract.accounts else ""
        self._needs: dict[str, set[str]] = {one.name: set() for one in contract.resources}
        self._fields: dict[str, set[str]] = {one.name: set() for one in contract.resources}
        for required in (True, False):
            for resource in contract.resources:
                for field in resource.fields:
                    if field.required == required:
                        self._add(resource, field)

    def __contains__(self, name: str) -> bool:
        """Whether rows can be made, with all that they must point to."""
        return self._can(name, frozenset())

    def used(self, resource: Resource, field: Field) -> bool:
        """Whether the rows of the tests hold something in this reference."""
        return field.name in self._fields[resource.name]

    def _add(self, resource: Resource, field: Field) -> None:
        parent = points_to(field)
        if not parent or not field.on_creation:
            return
        if parent == self.accounts:
            self._fields[resource.name].add(field.name)
        elif parent in self.callers.makers and resource.name not in self._behind(parent):
            self._needs[resource.name].add(parent)
            self._fields[resource.name].add(field.name)

    def _behind(self, name: str) -> set[str]:
        """The resource itself and all whose rows are needed for one of its own."""
        found, rest = {name}, [name]
        while rest:
            for one in self._needs[rest.pop()] - found:
                found.add(one)
                rest.append(one)
        return found

    def _can(self, name: str, seen: frozenset[str]) -> bool:
        if name not in self.callers.makers or name in seen or self._starves(name):
            return False
        resource = self.contract.resource(name)
        required = (one for one in resource.fields if one.required and one.on_creation)
        return all(
            self.used(resource, field) and self._reachable(points_to(field), seen | {name})
            for field in required
            if points_to(field)
        )

    def _starves(self, name: str) -> bool:
        """Whether rows can only take from a number that only other rows fill, or must not name
        whom the tests would name."""
        resource = self.contract.resource(name)
        for rule in resource.rules:
            if isinstance(rule, Different):
                ends = (rule.first, rule.second)
                if points_to(resource.field(rule.first)) == self.accounts:
                    return True
                if not all(resource.field(one).on_creation for one in ends):
                    return True
            if isinstance(rule, Adjusts) and rule.taking == ("",):
                field = self.contract.resource(_target(resource, rule)).field(rule.field)
                if not field.on_creation:
                    return True
        return False

    def _reachable(self, parent: str, seen: frozenset[str]) -> bool:
        return parent == self.accounts or self._can(parent, seen)


def bodies(makeable: Makeable, resource: Resource) -> Bodies:
    sent = [field for field in resource.fields if field.on_creation]
    pointing = {
        field.name: points_to(field)
        for field in sent
        if makeable.used(resource, field)
        and (points_to(field) == makeable.accounts or points_to(field) in makeable)
    }
    lone = makeable.accounts and not _sees_accounts(makeable, resource)
    rows: list[Body] = []
    for place, rank in enumerate(RANKS):
        row: dict[str, object] = {}
        for field in sent:
            parent = pointing.get(field.name, "")
            if parent:
                # Two references to the same resource name different rows of it.
                earlier = list(pointing.values())[: list(pointing).index(field.name)]
                apart = (place + earlier.count(parent)) % len(RANKS)
                known = 1 if lone and parent == makeable.accounts else len(RANKS)
                row[field.name] = _pointer(makeable, field, apart % known, known)
            elif points_to(field):
                row[field.name] = field.default
            else:
                row[field.name] = value(makeable.contract, resource, field, rank)
        rows.append(row)
    return Bodies(tuple(dict.fromkeys(pointing.values())), (rows[0], rows[1], rows[2]))


def _sees_accounts(makeable: Makeable, resource: Resource) -> bool:
    """Whether the one who makes the rows may read the accounts of others."""
    read = makeable.contract.resource(makeable.accounts).access.read
    maker = makeable.callers.makers[resource.name]
    return read.who in ("anyone", "user") or maker.role in read.roles


def made_fixture(resource: Resource) -> str:
    """The name of the fixture that gives three rows of the resource."""
    return fixture(shorten(resource.plural, _LONG))


def fixture(name: str) -> str:
    """`name`, or with an underscore where tests or their tools know it already."""
    taken = name in _TAKEN or keyword.iskeyword(name) or hasattr(builtins, name)
    return f"{name}_" if taken or name.startswith("as_") else name


def _pointer(makeable: Makeable, field: Field, place: int, known: int) -> Source:
    """The id of the row at this place; for a list those of two rows at most, if so many are
    `known`, and none for the last place.
    """
    parent = points_to(field)
    rows = made_fixture(makeable.contract.resource(parent))
    if not isinstance(field.kind, References):
        return Source(f'{rows}[{place}]["id"]')
    places = range(place, min(known, 2))[: field.kind.max_items]
    if parent == makeable.accounts and len(places) > 1:
        # They are answered in ascending order, which is not the order of the accounts.
        return Source(f'sorted(row["id"] for row in {rows}[:{places.stop}])')
    return Source("[" + ", ".join(f'{rows}[{one}]["id"]' for one in places) + "]")


def value(contract: Contract, resource: Resource, field: Field, rank: int) -> object:
    """The field's value in the row of this rank; rows of all ranks stand side by side."""
    kind = field.kind
    if field.name in steady(resource) and isinstance(kind, Choice):
        return _steady(resource, field, kind)
    place, stride = _place(resource, field.name)
    if stride and isinstance(kind, Date | Timestamp):
        day = (_DAY + datetime.timedelta(days=rank * stride + place)).isoformat()
        return day if isinstance(kind, Date) else f"{day}T09:30:00Z"
    if stride and isinstance(kind, Time):
        return f"{9 + place:02}:{rank * 10:02}:00"
    if isinstance(kind, Integer | Decimal) and (
        stride or field.name in _adjusted(contract, resource)
    ):
        return _spread(kind, rank, place, stride)
    return samples.three(field)[RANKS.index(rank)]


def steady(resource: Resource) -> frozenset[str]:
    """The fields that say where a row stands: all new rows are alike in them."""
    names = {transition.field for transition in resource.transitions}
    for rule in resource.rules:
        match rule:
            case NoOverlap() | OneOpen() | AtMost():
                names.add(rule.status)
            case Adjusts():
                names.add(rule.direction)
            case _:
                pass
    return frozenset(names - {""})


def ruled(resource: Resource) -> frozenset[str]:
    """The fields that a rule is about, so that their values cannot be changed at will."""
    names: set[str] = set(steady(resource))
    for rule in resource.rules:
        match rule:
            case UniqueTogether():
                names.update(rule.fields)
            case Ordered():
                names.update((rule.earlier, rule.later))
            case NoOverlap():
                names.update((rule.start, rule.end, *rule.within))
            case OneOpen() | AtMost():
                names.update(rule.fields)
            case Different():
                names.update((rule.first, rule.second))
            case Adjusts():
                names.update((rule.reference, rule.amount))
    return frozenset(names)


def ladder(resource: Resource) -> Iterator[tuple[str, str]]:
    """Pairs of fields of which the second is always greater."""
    for rule in resource.rules:
        if isinstance(rule, Ordered):
            yield rule.earlier, rule.later
        elif isinstance(rule, NoOverlap):
            yield rule.start, rule.end


def _steady(resource: Resource, field: Field, kind: Choice) -> str:
    if isinstance(field.default, str):
        return field.default
    taking = {
        one
        for rule in resource.rules
        if isinstance(rule, Adjusts) and rule.direction == field.name
        for one in rule.taking
    }
    return next((one for one in kind.values if one not in taking), kind.values[0])


def _place(resource: Resource, name: str) -> tuple[int, int]:
    """How many fields come before this one in time, and how many rungs the ladder has."""
    pairs = list(ladder(resource))
    if not any(name in pair for pair in pairs):
        return 0, 0
    places: dict[str, int] = {}
    for _ in pairs:
        for earlier, later in pairs:
            low = places.setdefault(earlier, 0)
            places[later] = max(places.get(later, 0), low + 1)
    return places[name], max(places.values()) + 1


def _adjusted(contract: Contract, resource: Resource) -> set[str]:
    """The numbers of the resource that rows of others change."""
    found: set[str] = set()
    for other in contract.resources:
        for rule in other.rules:
            if isinstance(rule, Adjusts) and _target(other, rule) == resource.name:
                found.add(rule.field)
    return found


def _target(resource: Resource, rule: Adjusts) -> str:
    kind = resource.field(rule.reference).kind
    return kind.resource if isinstance(kind, Reference) else ""


def _spread(kind: Integer | Decimal, rank: int, place: int, stride: int) -> int | float:
    """A number with room below it and above, greater for a higher place."""
    low, high = Exact(kind.minimum), Exact(kind.maximum)
    start = min(max(low, Exact(0)), high)
    step = Exact(_ROOM) if high - start > _ROOM * (stride + 2) else (high - start) / (stride + 2)
    found = min(start + step.to_integral_value() * (place + 1) + rank, high)
    return samples.number(found)
