"""The rules of a resource: their fields are there and can be compared, counted or adjusted."""

from collections.abc import Iterator
from decimal import Decimal as Exact

from smartforge.contract.fields import (
    Choice,
    Date,
    Decimal,
    Field,
    Integer,
    Reference,
    Time,
    Timestamp,
)
from smartforge.contract.kinds import as_decimal
from smartforge.contract.names import quoted
from smartforge.contract.rules import (
    Adjusts,
    AtMost,
    Different,
    NoOverlap,
    OneOpen,
    Ordered,
    Rule,
    UniqueTogether,
)
from smartforge.contract.soundness.places import MANIFOLD, MOMENTS, NUMBERS, Place, twice

MAX_COUNT = 1_000_000


def rule_problems(place: Place) -> Iterator[str]:
    for rule in place.resource.rules:
        yield from _rule_problems(place, rule)


def _rule_problems(place: Place, rule: Rule) -> Iterator[str]:
    match rule:
        case UniqueTogether():
            here = f"{place.here}, unique together"
            if len(rule.fields) < 2:
                yield f"{here}: name at least two fields, or make the one unique"
            yield from _scalar_problems(here, place, rule.fields)
        case Ordered():
            yield from _ordered_problems(f"{place.here}, order of two fields", place, rule)
        case Different():
            yield from _different_problems(f"{place.here}, two that differ", place, rule)
        case NoOverlap():
            yield from _overlap_problems(f"{place.here}, no overlap", place, rule)
        case OneOpen():
            here = f"{place.here}, at most one open"
            if not rule.fields:
                yield f"{here}: name the fields in which rows are equal"
            yield from _scalar_problems(here, place, rule.fields)
            yield from _status_problems(here, place, rule.status, rule.open)
        case AtMost():
            yield from _at_most_problems(f"{place.here}, at most so many", place, rule)
        case Adjusts():
            yield from _adjusts_problems(f"{place.here}, adjusting", place, rule)


def _scalar_problems(here: str, place: Place, names: tuple[str, ...]) -> Iterator[str]:
    """What keeps rows from being compared in the fields `names`."""
    for name in dict.fromkeys(names):
        field = place.field(name)
        if field is None:
            yield f"{here}: {quoted(name)} is no field"
        elif isinstance(field.kind, MANIFOLD):
            yield f"{here}: {quoted(name)} holds several values, so it is never equal"
    for name in twice(names):
        yield f"{here}: {quoted(name)} is named twice"


def _at_most_problems(here: str, place: Place, rule: AtMost) -> Iterator[str]:
    if not 1 <= rule.count <= MAX_COUNT:
        yield f"{here}: {rule.count} is not between 1 and {MAX_COUNT}"
    if not rule.fields:
        yield f"{here}: name the fields in which rows are equal"
    yield from _scalar_problems(here, place, rule.fields)
    if rule.status or rule.open:
        yield from _status_problems(here, place, rule.status, rule.open)


def _status_problems(here: str, place: Place, name: str, values: tuple[str, ...]) -> Iterator[str]:
    kind = place.kind(name)
    if not isinstance(kind, Choice):
        yield f"{here}: the status {quoted(name)} is no choice field"
        return
    if not values:
        yield f"{here}: name the values of {quoted(name)} that count"
    for value in dict.fromkeys(values):
        if value not in kind.values:
            yield f"{here}: {quoted(value)} is no value of {quoted(name)}"


def _ordered_problems(here: str, place: Place, rule: Ordered) -> Iterator[str]:
    fields = [place.field(rule.earlier), place.field(rule.later)]
    for name, field in zip((rule.earlier, rule.later), fields, strict=True):
        if field is None:
            yield f"{here}: {quoted(name)} is no field"
    families = {_family(field) for field in fields if field}
    if rule.earlier == rule.later:
        yield f"{here}: {quoted(rule.earlier)} cannot be greater than itself"
    elif len(families) > 1 or "" in families:
        both = f"{quoted(rule.earlier)} and {quoted(rule.later)}"
        yield f"{here}: {both} are neither two numbers, two dates, two times nor two timestamps"


def _different_problems(here: str, place: Place, rule: Different) -> Iterator[str]:
    targets: set[str] = set()
    for name in (rule.first, rule.second):
        kind = place.kind(name)
        if isinstance(kind, Reference):
            targets.add(kind.resource)
        else:
            yield f"{here}: {quoted(name)} is no reference field"
    both = f"{quoted(rule.first)} and {quoted(rule.second)}"
    if rule.first == rule.second:
        yield f"{here}: {quoted(rule.first)} cannot differ from itself"
    elif len(targets) > 1:
        yield f"{here}: {both} point to different resources, so they never name the same row"


def _family(field: Field) -> str:
    """What a value can be compared with; empty for kinds that have no order."""
    match field.kind:
        case Integer() | Decimal():
            return "number"
        case Date():
            return "date"
        case Timestamp():
            return "timestamp"
        case Time():
            return "time"
        case _:
            return ""


def _overlap_problems(here: str, place: Place, rule: NoOverlap) -> Iterator[str]:
    ends = [place.field(rule.start), place.field(rule.end)]
    for name, field in zip((rule.start, rule.end), ends, strict=True):
        if field is None or not isinstance(field.kind, MOMENTS):
            yield f"{here}: {quoted(name)} is no date or timestamp field"
        elif field.nullable:
            yield f"{here}: {quoted(name)} may be null, so it cannot bound a time"
    if len({type(field.kind) for field in ends if field}) > 1 or rule.start == rule.end:
        both = f"{quoted(rule.start)} and {quoted(rule.end)}"
        yield f"{here}: {both} must be two dates or two timestamps"
    if not rule.within:
        yield f"{here}: name the fields in which rows are equal"
    yield from _scalar_problems(here, place, rule.within)
    if rule.status or rule.ended:
        yield from _status_problems(here, place, rule.status, rule.ended)


def _adjusts_problems(here: str, place: Place, rule: Adjusts) -> Iterator[str]:
    for action in ("update", "delete"):
        if action in place.resource.actions:
            yield f"{here}: rows are neither updated nor deleted, so {quoted(action)} cannot be"
    reference = place.field(rule.reference)
    amount = place.field(rule.amount)
    if reference is None or not isinstance(reference.kind, Reference):
        yield f"{here}: {quoted(rule.reference)} is no reference field"
    elif not reference.required:
        yield f"{here}: {quoted(rule.reference)} must be required"
    else:
        yield from _adjusted_problems(here, place.of(reference.kind.resource), rule, amount)
    if amount is None or not isinstance(amount.kind, NUMBERS):
        yield f"{here}: the amount {quoted(rule.amount)} is no number field"
    elif amount.nullable or not _positive(amount):
        yield f"{here}: the amount {quoted(rule.amount)} must be given and more than 0"
    yield from _direction_problems(here, place, rule)
    if rule.own:
        yield from _own_problems(here, place, rule)


def _own_problems(here: str, place: Place, rule: Adjusts) -> Iterator[str]:
    kind = place.kind(rule.reference)
    target = place.of(kind.resource) if isinstance(kind, Reference) else None
    if not rule.takes:
        yield f"{here}: it never takes anything, so {quoted('own')} means nothing"
    if target and not target.resource.owner:
        yield (
            f"{here}: only owners may take from {target.here}, but no field says who owns a row "
            f"of it"
        )
    if "create" in place.resource.actions and not place.resource.access.create.secured:
        yield (
            f"{here}: only owners may take from {quoted(rule.reference)}, so creation cannot be "
            "open to anyone"
        )


def _adjusted_problems(
    here: str, target: Place | None, rule: Adjusts, amount: Field | None
) -> Iterator[str]:
    if target is None:
        return
    field = target.field(rule.field)
    if field is None or not isinstance(field.kind, NUMBERS):
        yield f"{here}: {quoted(rule.field)} of {target.here} is no number field"
    elif field.nullable:
        yield f"{here}: {quoted(rule.field)} of {target.here} may be null"
    elif amount and _places(amount) > _places(field):
        yield (
            f"{here}: {quoted(rule.field)} of {target.here} has fewer decimal places than "
            f"{quoted(rule.amount)}"
        )


def _positive(field: Field) -> bool:
    kind = field.kind
    if isinstance(kind, Integer):
        return kind.minimum >= 1
    least = as_decimal(kind.minimum) if isinstance(kind, Decimal) else None
    return least is not None and least > Exact(0)


def _places(field: Field) -> int:
    return field.kind.places if isinstance(field.kind, Decimal) else 0


def _direction_problems(here: str, place: Place, rule: Adjusts) -> Iterator[str]:
    if rule.direction:
        yield from _status_problems(here, place, rule.direction, rule.taking)
        field = place.field(rule.direction)
        if field and field.nullable:
            yield f"{here}: the direction {quoted(rule.direction)} may be null"
    elif rule.taking not in ((), ("",)):
        yield f"{here}: without a direction, {quoted(', '.join(rule.taking))} means nothing"
