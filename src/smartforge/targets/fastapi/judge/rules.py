"""The rules of a resource in its tests: bodies that keep them by a hair, and that break them."""

import datetime
from collections.abc import Iterator
from typing import Any

import msgspec

from smartforge.contract import (
    Adjusts,
    AtMost,
    Choice,
    Date,
    Decimal,
    Different,
    Integer,
    NoOverlap,
    OneOpen,
    Ordered,
    Reference,
    Resource,
    UniqueTogether,
)
from smartforge.contract.names import spaced
from smartforge.targets.fastapi import samples
from smartforge.targets.fastapi.judge.bodies import Source, ladder
from smartforge.targets.fastapi.judge.callers import may
from smartforge.targets.fastapi.judge.flows import Flow, State, flows
from smartforge.targets.fastapi.judge.subject import Subject

_DAY = datetime.date(2026, 8, 1)
_MOST_RACES = 12
_MOST_ROWS = 20

Body = dict[str, object]


def together(subject: Subject) -> Iterator[dict[str, Any]]:
    resource = subject.resource
    for rule in resource.rules:
        if isinstance(rule, UniqueTogether):
            sent = [name for name in rule.fields if name in subject.bodies.rows[0]]
            patched = [name for name in sent if resource.field(name).on_update]
            whole = set(rule.fields) <= {*sent, resource.owner, resource.tenant}
            # A change of some fields breaks the rule where all others are the same already.
            same_rest = set(sent) - set(sent[:1]) <= set(patched)
            if sent and whole:
                yield {
                    "fields": rule.fields,
                    "sent": sent,
                    "owned": len(sent) < len(rule.fields),
                    "patched": patched if subject.by["update"] and same_rest and patched else [],
                }


def ordered(subject: Subject) -> Iterator[dict[str, Any]]:
    resource = subject.resource
    for rule in resource.rules:
        if isinstance(rule, Ordered):
            first = subject.bodies.rows[0]
            if rule.earlier not in first or rule.later not in first:
                continue
            same, other = {rule.later: first[rule.earlier]}, {rule.earlier: first[rule.later]}
            changes = (other, same) if rule.equal else (same, other)
            patches = [
                change
                for change in changes
                if all(resource.field(name).on_update for name in change)
            ]
            yield {
                "earlier": rule.earlier,
                "later": rule.later,
                "patches": patches if subject.by["update"] else [],
                "equal": rule.equal and _alone(resource, rule),
                "not_less": rule.equal,
                "raises": not patches or rule.earlier in patches[0],
            }


def _alone(resource: Resource, rule: Ordered) -> bool:
    """Whether no other rule says how large the two values of the rule are."""
    ends = {rule.earlier, rule.later}
    pairs = [pair for pair in ladder(resource) if ends & set(pair)]
    return pairs == [(rule.earlier, rule.later)]


def different(subject: Subject) -> Iterator[dict[str, Any]]:
    for rule in subject.resource.rules:
        if isinstance(rule, Different):
            first = subject.bodies.rows[0]
            if first.get(rule.first) is None or first.get(rule.second) is None:
                continue
            updates = subject.by["update"] and subject.resource.field(rule.second).on_update
            yield {"first": rule.first, "second": rule.second, "patched": bool(updates)}


class Overlap(msgspec.Struct, frozen=True):
    """One rule against overlaps, on a scale of days: a row from 2 to 4 stands there first."""

    start: str
    end: str
    dates: bool
    within: list[str]
    patched: Body
    shifted: Body
    suffix: str
    freed: list[str]
    movers: str
    bring: str

    def times(self, start: int, end: int) -> Body:
        return {self.start: self._moment(start), self.end: self._moment(end)}

    @property
    def clashes(self) -> list[Body]:
        """The same time, its beginning, its end, inside, around."""
        whole = [self.times(2, 4), self.times(1, 3), self.times(3, 5), self.times(1, 5)]
        return whole if self.dates else [*whole, self.times(2, 3)]

    def _moment(self, day: int) -> str:
        date = (_DAY + datetime.timedelta(days=day)).isoformat()
        return date if self.dates else f"{date}T10:00:00Z"


def overlaps(subject: Subject) -> Iterator[Overlap]:
    resource = subject.resource
    found = [rule for rule in resource.rules if isinstance(rule, NoOverlap)]
    for place, rule in enumerate(found):
        within = [name for name in rule.within if name in subject.bodies.rows[0]]
        if rule.start not in subject.bodies.rows[0] or rule.end not in subject.bodies.rows[0]:
            continue
        flow = _flow(subject, rule.status)
        overlap = Overlap(
            rule.start,
            rule.end,
            isinstance(resource.field(rule.start).kind, Date),
            within,
            patched={},
            shifted={},
            suffix=f"_{place + 1}" if len(found) > 1 else "",
            freed=_way_to(flow, rule.ended),
            movers=flow.movers if flow else "",
            bring=flow.bring if flow else "",
        )
        both = all(resource.field(name).on_update for name in (rule.start, rule.end))
        if both and subject.by["update"]:
            overlap = msgspec.structs.replace(
                overlap, patched=overlap.times(3, 4), shifted=overlap.times(1, 2)
            )
        yield overlap


def opens(subject: Subject) -> Iterator[dict[str, Any]]:
    resource = subject.resource
    found = [rule for rule in resource.rules if isinstance(rule, OneOpen)]
    for place, rule in enumerate(found):
        sent = [name for name in rule.fields if name in subject.bodies.rows[0]]
        flow = _flow(subject, rule.status)
        initial = flow.initial if flow else _initial(subject, rule.status)
        kind = resource.field(rule.status).kind
        values = kind.values if isinstance(kind, Choice) else ()
        closed = tuple(value for value in values if value not in rule.open)
        opening = [] if initial in rule.open else _way_to(flow, rule.open)
        if not sent or (initial not in rule.open and not opening):
            continue
        closing = _way_to(flow, closed) if initial in rule.open else []
        yield {
            "words": "_or_".join(_name(value) for value in rule.open),
            "suffix": f"_{place + 1}" if len(found) > 1 else "",
            "sent": sent,
            "opening": opening,
            "closing": closing,
            "movers": flow.movers if flow else "",
            "bring": flow.bring if flow else "",
            "needs": [flow.movers] if flow and (opening or closing) else [],
        }


def quotas(subject: Subject) -> Iterator[dict[str, Any]]:
    """Quotas that rows which are all the same come to."""
    resource = subject.resource
    found = [rule for rule in resource.rules if isinstance(rule, AtMost)]
    others = [rule for rule in resource.rules if not isinstance(rule, AtMost | Ordered)]
    unique = any(field.unique for field in resource.fields)
    if len(found) != 1 or others or unique or resource.idempotent:
        return
    (rule,) = found
    flow = _flow(subject, rule.status) if rule.status else None
    counts = not rule.status or _initial(subject, rule.status) in rule.open
    given = {*subject.bodies.rows[0], resource.owner, resource.tenant}
    if not counts or rule.count > _MOST_ROWS or not set(rule.fields) <= given:
        return
    closed = [value for value in _values(subject, rule.status) if value not in rule.open]
    yield {
        "count": rule.count,
        "words": "_and_".join(name.removesuffix("_id") for name in rule.fields),
        "closing": _way_to(flow, tuple(closed)),
        "movers": flow.movers if flow else "",
        "bring": flow.bring if flow else "",
        "needs": [flow.movers] if flow and _way_to(flow, tuple(closed)) else [],
    }


def _values(subject: Subject, name: str) -> tuple[str, ...]:
    kind = subject.resource.field(name).kind if name else None
    return kind.values if isinstance(kind, Choice) else ()


def adjusts(subject: Subject) -> Iterator[dict[str, Any]]:
    resource = subject.resource
    found = [rule for rule in resource.rules if isinstance(rule, Adjusts)]
    for place, rule in enumerate(found):
        kind = resource.field(rule.reference).kind
        if not isinstance(kind, Reference) or kind.resource not in subject.bodies.parents:
            continue
        parent = subject.subject(kind.resource)
        reader = parent.by["read"]
        bounds = parent.resource.field(rule.field).kind
        if not reader or not isinstance(bounds, Integer | Decimal):
            continue
        row = _named_row(subject, rule.reference)
        quoted = row.replace('"', "'")
        now = f'get({reader}, f"{parent.path}/{{{quoted}[\'id\']}}")["{rule.field}"]'
        always, amount = rule.taking == ("",), resource.field(rule.amount).kind
        adding, taking = _directions(subject, rule)
        changes = [(change | {rule.amount: 1}, 1) for change in adding]
        changes += [(change | {rule.amount: 1}, -1) for change in taking]
        yield {
            "field": rule.field,
            "parent": parent.resource.name,
            "suffix": f"_{place + 1}" if len(found) > 1 else "",
            "args": subject.args("create", reader, "new", parent.made),
            "before": f'{row}["{rule.field}"]',
            "now": now,
            "moved": f'before + sign * made["{rule.amount}"]',
            "changes": changes,
            "excess": _excess(rule, bounds, amount, adding, taking),
            "race": _race(subject, parent, rule, taking) if taking or always else None,
            "amount": _race_amount(parent, rule),
        }


def owned(subject: Subject) -> Iterator[dict[str, Any]]:
    """Another account takes from the rows that the usual one made."""
    other = subject.callers.other
    if other is None or not may(subject.resource.access.create, other, own=True):
        return
    found = [rule for rule in subject.resource.rules if isinstance(rule, Adjusts)]
    for place, rule in enumerate(found):
        kind = subject.resource.field(rule.reference).kind
        if not rule.own or not isinstance(kind, Reference):
            continue
        if kind.resource not in subject.bodies.parents:
            continue
        parent = subject.subject(kind.resource)
        reader = parent.by["read"]
        seen = all(
            may(subject.contract.resource(name).access.read, other, own=False)
            for name in subject.bodies.parents
        )
        if not reader or not seen or other.role in parent.resource.overseers:
            continue
        row = _named_row(subject, rule.reference)
        quoted = row.replace('"', "'")
        _, taking = _directions(subject, rule)
        yield {
            "parent": parent.resource.name,
            "suffix": f"_{place + 1}" if len(found) > 1 else "",
            "args": subject.args("create", other.fixture, reader, "new", parent.made),
            "other": other.fixture,
            "change": (taking[0] if taking else {}) | {rule.amount: 1},
            "before": f'{row}["{rule.field}"]',
            "now": f'get({reader}, f"{parent.path}/{{{quoted}[\'id\']}}")["{rule.field}"]',
        }


def _named_row(subject: Subject, reference: str) -> str:
    """The row that the first body names in this reference."""
    pointer = subject.bodies.rows[0][reference]
    assert isinstance(pointer, Source), "references name rows of fixtures"
    return pointer.text.removesuffix('["id"]')


def _directions(subject: Subject, rule: Adjusts) -> tuple[list[Body], list[Body]]:
    """Changes of a body that add, and those that take."""
    if not rule.direction:
        return ([], [{}]) if rule.taking == ("",) else ([{}], [])
    kind = subject.resource.field(rule.direction).kind
    values = kind.values if isinstance(kind, Choice) else ()
    adding: list[Body] = [{rule.direction: one} for one in values if one not in rule.taking]
    taking: list[Body] = [{rule.direction: one} for one in values if one in rule.taking]
    return adding, taking


def _excess(
    rule: Adjusts, bounds: Integer | Decimal, amount: object, adding: list[Body], taking: list[Body]
) -> Source | None:
    """Changes that would go beyond the bounds by one, as a list; None where none can be sent."""
    if not isinstance(amount, Integer | Decimal):
        return None
    most = samples.number(samples.Exact(amount.maximum))
    low, high = (samples.number(samples.Exact(one)) for one in (bounds.minimum, bounds.maximum))
    name = rule.amount
    parts: list[str] = []
    if most > 1_000 or most >= high - low:
        parts += [
            _dict(change, name, f"before - {low} + 1" if low else "before + 1") for change in taking
        ]
        if most >= high:
            parts += [_dict(change, name, f"{high} - before + 1") for change in adding]
    return Source(f"({', '.join(parts)},)") if parts else None


def _dict(change: Body, name: str, amount: str) -> str:
    pairs = [f'"{key}": "{value}"' for key, value in change.items()]
    return "{" + ", ".join([*pairs, f'"{name}": {amount}']) + "}"


def _race_amount(parent: Subject, rule: Adjusts) -> int:
    """So much at once that a few requests use up what there is."""
    stock = parent.bodies.rows[0].get(rule.field)
    return max(1, int(stock) // 4) if isinstance(stock, int | float) else 1


def _race(
    subject: Subject, parent: Subject, rule: Adjusts, taking: list[Body]
) -> dict[str, object] | None:
    stock = parent.bodies.rows[0].get(rule.field)
    amount = _race_amount(parent, rule)
    kind = subject.resource.field(rule.amount).kind
    unique = (
        any(field.unique for field in subject.resource.fields) or len(subject.resource.rules) > 1
    )
    low = getattr(parent.resource.field(rule.field).kind, "minimum", None)
    if not isinstance(stock, int) or not isinstance(kind, Integer) or unique or low != 0:
        return None
    if not kind.minimum <= amount <= kind.maximum or stock // amount > _MOST_RACES:
        return None
    return {**(taking[0] if taking else {}), rule.amount: amount}


def _flow(subject: Subject, field: str) -> Flow | None:
    return next((flow for flow in flows(subject) if flow.field == field), None)


def _initial(subject: Subject, name: str) -> object:
    return subject.bodies.rows[0].get(name, subject.resource.field(name).default)


def _way_to(flow: Flow | None, wanted: tuple[State, ...]) -> list[str]:
    """The shortest moves from a new row to one of the states; empty where there are none."""
    if flow is None:
        return []
    ways = [flow.reached[state] for state in wanted if flow.reached.get(state)]
    return min(ways, key=len) if ways else []


def _name(value: str) -> str:
    return "_".join("".join(c if c.isalnum() else " " for c in spaced(value).lower()).split())
