"""Whose balances are spent: nobody takes from the money or the points of somebody else."""

import msgspec

from smartforge.contract import Adjusts, Contract, Decimal, Reference, Resource
from smartforge.contract.names import spaced
from smartforge.contract.reserved import word_set
from smartforge.planners.offline.draft import a, listing
from smartforge.planners.offline.sketch import Sketch

# What people own of what is counted; stock is there to be taken by others.
_BALANCES = word_set(
    """
    balance balances credit credits funds money cash savings points coins tokens miles stars karma
    """
)


def settle_spending(sketch: Sketch) -> None:
    """Let only owners take from what is theirs, and tell the user.

    Rows that hold nothing but what others change are not updated themselves.
    """
    for resource in sketch.contract.resources:
        made = _guarded(sketch.contract, resource, _adjusting(resource))
        for told in _told(sketch.contract, resource, made):
            sketch.note(f"Assumed: {told}")
        if "update" in made.actions and _is_only_adjusted(sketch.contract, made):
            actions = tuple(one for one in made.actions if one != "update")
            made = msgspec.structs.replace(made, actions=actions)
            rows = spaced(made.plural)
            sketch.note(f"Nothing of {rows} could be updated, so they have no update.")
        sketch.put(made)


def kept(base: Contract, contract: Contract) -> tuple[Contract, tuple[str, ...]]:
    """What a follow-up made of `base`, with rules for owners that go with who owns what now, and
    what to tell of it.

    Rules that are new, or of rows that are owned or made by others than before, are as after a
    first prompt. All others stay as they are.
    """
    told: list[str] = []
    for resource in contract.resources:
        once = _without_doubles(resource)
        fresh = [one for one in _adjusting(once) if not _is_settled(base, contract, once, one)]
        made = _guarded(contract, once, fresh)
        told += [f"{one[:1].upper()}{one[1:]}" for one in _told(contract, resource, made)]
        contract = msgspec.structs.replace(
            contract,
            resources=tuple(made if one is resource else one for one in contract.resources),
        )
    return contract, tuple(told)


def is_spent(contract: Contract, resource: Resource) -> bool:
    """Whether rows of others take from the money or the points that those of `resource` hold."""
    return any(
        rule.takes
        and _target(contract, one, rule) == resource
        and _is_balance(resource, rule.field)
        for one in contract.resources
        for rule in _adjusting(one)
    )


def _is_only_adjusted(contract: Contract, resource: Resource) -> bool:
    """Whether clients may change no field of the rows, since rows of others change their number."""
    adjusted = any(
        _target(contract, one, rule) == resource
        for one in contract.resources
        for rule in _adjusting(one)
    )
    return adjusted and not any(field.on_update for field in resource.fields)


def _adjusting(resource: Resource) -> list[Adjusts]:
    return [rule for rule in resource.rules if isinstance(rule, Adjusts)]


def _target(contract: Contract, resource: Resource, rule: Adjusts) -> Resource | None:
    """The resource whose number the rule changes; None where it is not there."""
    kind = next((one.kind for one in resource.fields if one.name == rule.reference), None)
    name = kind.resource if isinstance(kind, Reference) else ""
    return next((one for one in contract.resources if one.name == name), None)


# ---- which are for owners ----------------------------------------------------------------------


def _guarded(contract: Contract, resource: Resource, among: list[Adjusts]) -> Resource:
    """`resource` with those of the rules `among` its own for owners that should be, and no other
    of these."""
    rules = tuple(
        msgspec.structs.replace(rule, own=_is_for_owners(contract, resource, rule))
        if isinstance(rule, Adjusts) and rule in among
        else rule
        for rule in resource.rules
    )
    return msgspec.structs.replace(resource, rules=rules)


def _is_for_owners(contract: Contract, resource: Resource, rule: Adjusts) -> bool:
    """Whether people take from what is theirs, rather than buy it, or act for others."""
    target = _target(contract, resource, rule)
    if not rule.takes or target is None or not target.owner:
        return False
    if not resource.access.create.secured or _is_by_staff(contract, resource):
        return False
    if "create" in target.actions and _is_by_staff(contract, target):
        return False
    others = [one for one in _adjusting(resource) if one.reference != rule.reference]
    moves = any(_target(contract, resource, one) == target for one in others)
    return moves or _is_balance(target, rule.field)


def _is_by_staff(contract: Contract, resource: Resource) -> bool:
    """Whether rows are made for people by those with a role above theirs."""
    ordinary = set(contract.accounts.roles[:1] if contract.accounts else ())
    create = resource.access.create
    return create.who == "role" and not ordinary <= set(create.roles)


def _is_balance(resource: Resource, name: str) -> bool:
    if name == "amount":
        return any(one.name == name and isinstance(one.kind, Decimal) for one in resource.fields)
    return name.rpartition("_")[2] in _BALANCES


# ---- later ------------------------------------------------------------------------------------


def _is_settled(base: Contract, contract: Contract, resource: Resource, rule: Adjusts) -> bool:
    """Whether the rule was there before, and the same people owned and made the rows of it."""
    target = _target(contract, resource, rule)
    before, was = _before(base, resource), _before(base, target) if target else None
    if before is None or was is None or target is None:
        return False
    there = [(one.direction, one.taking, one.own) for one in _adjusting(before)]
    same = _is_by_staff(base, before) == _is_by_staff(contract, resource)
    owned = bool(was.owner) == bool(target.owner)
    return (rule.direction, rule.taking, rule.own) in there and same and owned


def _before(base: Contract, resource: Resource) -> Resource | None:
    name = resource.was or resource.name
    return next((one for one in base.resources if one.name == name), None)


def _without_doubles(resource: Resource) -> Resource:
    """`resource` without rules that are there for owners too, as a second reading makes them."""
    strict = [one for one in _adjusting(resource) if one.own]
    loose = [msgspec.structs.replace(one, own=False) for one in strict]
    rules = tuple(one for one in resource.rules if one not in loose)
    return msgspec.structs.replace(resource, rules=rules)


def _told(contract: Contract, was: Resource, now: Resource) -> list[str]:
    """Of each rule that is another now, from whose rows it takes."""
    told: list[str] = []
    for rule in _adjusting(now):
        target = _target(contract, now, rule)
        if rule in was.rules or target is None:
            continue
        number = f"the {spaced(rule.field)} of {a(spaced(target.name))}"
        also = f", but for {listing(target.overseers)}" if target.overseers else ""
        mine = f"only where it belongs to whoever makes them (403){also}"
        whose = mine if rule.own else "whosever it is"
        told.append(f"{spaced(now.plural)} take from {number} {whose}.")
    return told
