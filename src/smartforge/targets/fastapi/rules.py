"""Rules about rows as the templates lay them out: what is compared, what is locked."""

from decimal import Decimal as Exact
from typing import cast

import msgspec

from smartforge.contract import (
    Adjusts,
    AtMost,
    Contract,
    Decimal,
    Different,
    Integer,
    NoOverlap,
    Ordered,
    Reference,
    Resource,
    Rule,
    Transition,
)
from smartforge.contract.names import spaced
from smartforge.targets.fastapi.columns import Names, named
from smartforge.targets.fastapi.literals import python
from smartforge.targets.fastapi.naming import ResourceNames
from smartforge.targets.fastapi.scopes import lacks_role, scope


class OrderView(msgspec.Struct, frozen=True):
    """`broken` is an expression that is true where `field` is not what it `must` be."""

    broken: str
    field: str
    must: str


class OverlapView(msgspec.Struct, frozen=True):
    """`counts` is true of a row that can stand in another's way, empty where each can.

    The row `locked` with the id `lock_id` lets only one request at a time look; without one the
    whole table does. `conditions` are those of another row that is in the way.
    """

    counts: str
    locked: str
    lock_id: str
    optional: bool
    conditions: tuple[str, ...]
    words: str


class QuotaView(msgspec.Struct, frozen=True):
    """At most `count` rows; `counts`, `locked`, `lock_id` and `optional` as of an overlap.

    `conditions` are those of another row that counts; `since` is what a moment is replaced by to
    give the beginning of the period, empty without one.
    """

    count: int
    counts: str
    locked: str
    lock_id: str
    optional: bool
    conditions: tuple[str, ...]
    since: str
    words: str


class AdjustView(msgspec.Struct, frozen=True):
    """`amount` is added to `column` of the `row` whose id is `reference`, where the column holds
    something between `least` and `most`. `many` are such rows in words."""

    row: str
    column: str
    reference: str
    optional: bool
    amount: str
    least: str
    most: str
    words: str
    many: str
    change_type: str


class OwnView(msgspec.Struct, frozen=True):
    """A row that nobody else may take from: the `row` whose id is `reference`, which is its
    `owner`'s. `when` is true where it is taken from, empty where it always is; `unless` is true of
    a caller who has none of the roles that may take from every row, empty without such roles."""

    row: str
    owner: str
    reference: str
    when: str
    unless: str
    words: str


class RulesView(msgspec.Struct, frozen=True):
    """The rules that the database does not keep by itself.

    `adjusts` are those of each resource whose rows are changed, always in the same order of the
    resources. `owned` are the rows that only their owners take from. `breaking` are the
    transitions that can make rows overlap, or be too many.
    """

    orders: tuple[OrderView, ...]
    overlaps: tuple[OverlapView, ...]
    adjusts: tuple[tuple[AdjustView, ...], ...]
    quotas: tuple[QuotaView, ...]
    owned: tuple[OwnView, ...]
    breaking: frozenset[str]

    @property
    def any(self) -> bool:
        return bool(self.orders or self.locking)

    @property
    def locking(self) -> tuple[OverlapView | QuotaView, ...]:
        """Those that look at other rows, one request at a time."""
        return (*self.overlaps, *self.quotas)


def rules_view(contract: Contract, resource: Resource, names: Names) -> RulesView:
    own = names[resource.name]
    rules = _looked_at(resource)
    adjusting = [one for one in rules if isinstance(one, Adjusts)]
    return RulesView(
        orders=tuple(
            _order(resource, one, own)
            if isinstance(one, Ordered)
            else _different(resource, one, own)
            for one in rules
            if isinstance(one, Ordered | Different)
        ),
        overlaps=tuple(
            _overlap(resource, one, own, names) for one in rules if isinstance(one, NoOverlap)
        ),
        adjusts=_adjusts(contract, resource, adjusting, names),
        quotas=tuple(_quota(resource, one, own, names) for one in rules if isinstance(one, AtMost)),
        owned=tuple(_owned(contract, resource, one, names) for one in adjusting if one.own),
        breaking=frozenset(
            move.name for move in resource.transitions for rule in rules if _breaks(move, rule)
        ),
    )


def _looked_at(resource: Resource) -> list[Rule]:
    """The rules that some operation could break."""
    written = {"create", "update"} & set(resource.actions)
    return [
        rule
        for rule in resource.rules
        if (written and not isinstance(rule, Adjusts))
        or ("create" in written and isinstance(rule, Adjusts))
        or any(_breaks(move, rule) for move in resource.transitions)
    ]


def _breaks(move: Transition, rule: Rule) -> bool:
    """Whether a row that kept the rule may not do so after the transition."""
    match rule:
        case NoOverlap():
            return _revives(move, rule)
        case AtMost() if move.field == rule.status and move.target in rule.open:
            return not move.sources or any(source not in rule.open for source in move.sources)
        case _:
            return False


def _revives(move: Transition, rule: NoOverlap) -> bool:
    """Whether a row that stood in nobody's way may do so after the transition."""
    if move.field != rule.status or move.target in rule.ended:
        return False
    return not move.sources or any(source in rule.ended for source in move.sources)


def _order(resource: Resource, rule: Ordered, own: ResourceNames) -> OrderView:
    names = (rule.earlier, rule.later)
    earlier, later = (f"{own.local}.{named(resource, name)}" for name in names)
    given = [
        f"{own.local}.{named(resource, name)} is not None"
        for name in names
        if resource.field(name).nullable
    ]
    broken = " and ".join([*given, f"{later} {'<' if rule.equal else '<='} {earlier}"])
    must = "equal to or greater than" if rule.equal else "greater than"
    return OrderView(broken, rule.later, f"{must} {rule.earlier}")


def _different(resource: Resource, rule: Different, own: ResourceNames) -> OrderView:
    first, second = (f"{own.local}.{named(resource, one)}" for one in (rule.first, rule.second))
    nullable = resource.field(rule.first).nullable and resource.field(rule.second).nullable
    given = [f"{second} is not None"] if nullable else []
    broken = " and ".join([*given, f"{second} == {first}"])
    return OrderView(broken, rule.second, f"different from {rule.first}")


def _overlap(resource: Resource, rule: NoOverlap, own: ResourceNames, names: Names) -> OverlapView:
    local, row = own.local, f"models.{own.row}"
    start, end = named(resource, rule.start), named(resource, rule.end)
    within = [named(resource, name) for name in rule.within]
    conditions = [f"{row}.id != {local}.id"]
    conditions += [f"{row}.{name} == {local}.{name}" for name in within]
    counts = [
        f"{local}.{named(resource, name)} is not None"
        for name in (*rule.within, rule.start, rule.end)
        if resource.field(name).nullable
    ]
    if rule.status and rule.ended:
        status, ended = named(resource, rule.status), ", ".join(map(python, rule.ended))
        conditions.append(f"{row}.{status}.not_in([{ended}])")
        counts.append(
            f"{local}.{status} not in {{{ended}}}"
            if len(rule.ended) > 1
            else f"{local}.{status} != {ended}"
        )
    conditions += [f"{row}.{start} < {local}.{end}", f"{row}.{end} > {local}.{start}"]
    locked, lock_id, optional = _lock(resource, rule.within, own, names)
    return OverlapView(
        counts=" and ".join(counts),
        locked=locked,
        lock_id=lock_id,
        optional=optional,
        conditions=tuple(conditions),
        words=" and ".join(spaced(name.removesuffix("_id")) for name in rule.within),
    )


_SINCE = {
    "": "",
    "day": "hour=0, minute=0, second=0, microsecond=0",
    "month": "day=1, hour=0, minute=0, second=0, microsecond=0",
}


def _quota(resource: Resource, rule: AtMost, own: ResourceNames, names: Names) -> QuotaView:
    local, row = own.local, f"models.{own.row}"
    fields = [named(resource, name) for name in rule.fields]
    conditions = [f"{row}.id != {local}.id"]
    conditions += [f"{row}.{name} == {local}.{name}" for name in fields]
    counts = [
        f"{local}.{named(resource, name)} is not None"
        for name in rule.fields
        if resource.field(name).nullable
    ]
    if rule.status:
        status, values = named(resource, rule.status), ", ".join(map(python, rule.open))
        single = len(rule.open) == 1
        conditions.append(
            f"{row}.{status} == {values}" if single else f"{row}.{status}.in_([{values}])"
        )
        counts.append(
            f"{local}.{status} == {values}" if single else f"{local}.{status} in {{{values}}}"
        )
    if rule.period:
        conditions.append(f"{row}.created_at >= since")
    locked, lock_id, optional = _lock(resource, rule.fields, own, names)
    return QuotaView(
        count=rule.count,
        counts=" and ".join(counts),
        locked=locked,
        lock_id=lock_id,
        optional=optional,
        conditions=tuple(conditions),
        since=_SINCE[rule.period],
        words=" and ".join(spaced(name.removesuffix("_id")) for name in rule.fields),
    )


def _lock(
    resource: Resource, within: tuple[str, ...], own: ResourceNames, names: Names
) -> tuple[str, str, bool]:
    for name in within:
        field = resource.field(name)
        if isinstance(field.kind, Reference):
            locked = f"models.{names[field.kind.resource].row}"
            return locked, f"{own.local}.{named(resource, name)}", field.nullable
    return f"models.{own.row}", "", False


def _adjusts(
    contract: Contract, resource: Resource, rules: list[Adjusts], names: Names
) -> tuple[tuple[AdjustView, ...], ...]:
    """By the rows that they change, so that no two requests wait for each other's locks."""
    own = names[resource.name]
    found: dict[str, list[AdjustView]] = {}
    for rule in rules:
        view = _adjust(contract, resource, rule, own, names)
        found.setdefault(view.row, []).append(view)
    return tuple(tuple(found[row]) for row in sorted(found))


def _adjust(
    contract: Contract, resource: Resource, rule: Adjusts, own: ResourceNames, names: Names
) -> AdjustView:
    reference = resource.field(rule.reference)
    target = _target(contract, resource, rule)
    field = target.field(rule.field)
    kind = cast(Integer | Decimal, field.kind)
    exact = isinstance(kind, Decimal)
    amount = f"{own.local}.{named(resource, rule.amount)}"
    if exact and isinstance(resource.field(rule.amount).kind, Integer):
        amount = f"Decimal({amount})"
    return AdjustView(
        row=f"models.{names[target.name].row}",
        column=named(target, rule.field),
        reference=f"{own.local}.{named(resource, rule.reference)}",
        optional=reference.nullable,
        amount=_signed(resource, rule, amount, own.local),
        least=_less(kind, kind.minimum),
        most=_less(kind, kind.maximum),
        words=spaced(rule.field),
        many=spaced(target.plural),
        change_type="Decimal" if exact else "int",
    )


def _less(kind: Integer | Decimal, bound: int | str) -> str:
    """The bound less the change: what may be there before."""
    if not Exact(bound):
        return "-change"
    return f'Decimal("{bound}") - change' if isinstance(kind, Decimal) else f"{bound:_} - change"


def _signed(resource: Resource, rule: Adjusts, amount: str, local: str) -> str:
    if not rule.direction:
        return f"-{amount}" if rule.taking == ("",) else amount
    return f"-{amount} if {_takes(resource, rule, local)} else {amount}"


def _takes(resource: Resource, rule: Adjusts, local: str) -> str:
    """Whether a row takes, by its direction; empty where there is none."""
    if not rule.direction:
        return ""
    direction = f"{local}.{named(resource, rule.direction)}"
    taking = ", ".join(map(python, rule.taking))
    return f"{direction} == {taking}" if len(rule.taking) == 1 else f"{direction} in {{{taking}}}"


def _owned(contract: Contract, resource: Resource, rule: Adjusts, names: Names) -> OwnView:
    target = _target(contract, resource, rule)
    local = names[resource.name].local
    return OwnView(
        row=f"models.{names[target.name].row}",
        owner=scope(contract, target, names).owner,
        reference=f"{local}.{named(resource, rule.reference)}",
        when=_takes(resource, rule, local),
        unless=lacks_role(target.overseers),
        words=spaced(target.name),
    )


def _target(contract: Contract, resource: Resource, rule: Adjusts) -> Resource:
    return contract.resource(cast(Reference, resource.field(rule.reference).kind).resource)
