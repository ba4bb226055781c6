"""What is to go: fields, resources, relations, rules, operations."""

import msgspec

from smartforge.contract import Contract, Field, Reference, References, Resource
from smartforge.contract.names import quoted, singular, snake, spaced
from smartforge.contract.soundness.places import Place
from smartforge.planners.offline.draft import a, listing
from smartforge.planners.offline.followup.names import (
    bare,
    field_in,
    fields_said,
    is_accounts,
    listed,
    resource_in,
    resources_said,
    unrepeated,
)
from smartforge.planners.offline.followup.phrases import Slots
from smartforge.planners.offline.followup.rewriting import (
    with_resource,
    without_field,
    without_figure,
    without_resource,
)
from smartforge.planners.offline.followup.state import Done, Impossible, Scene, Unknown

_OPERATIONS = ("transitions", "marks", "reports", "computed")


def remove(scene: Scene, slots: Slots) -> Done | None:
    """`remove tags`, `drop the price from books`, `remove the reviews`."""
    what = slots["what"].low
    thing = slots["thing"].low if "thing" in slots else ""
    if not thing:
        things = [resource_in(scene.contract, part) for part in listed(what)]
        if things and all(things) and not _is_field_rather(scene, what):
            return _without_resources(scene, [one for one in things if one])
        mixed = _mixed(scene, listed(what))
        if mixed is not None:
            return mixed
    elif bare(thing) and set(bare(thing)) <= {"api", "everything", "project", "app"}:
        return remove(scene, {"what": slots["what"]})
    return _without_named(scene, what, thing)


def _mixed(scene: Scene, parts: list[str]) -> Done | None:
    """`remove tags and reviews`, where one is a field and the other a resource."""
    if len(parts) < 2 or not any(resource_in(scene.contract, part) for part in parts):
        return None
    contract = scene.contract
    told: list[str] = []
    settled: list[tuple[str, str]] = []
    for part in parts:
        here = msgspec.structs.replace(scene, contract=contract)
        resource = resource_in(contract, part)
        done = _without_resources(here, [resource]) if resource else _without_named(here, part, "")
        contract = done.contract
        told += done.told
        settled += done.settled
    return Done(contract, tuple(told), settled=tuple(settled))


def _is_field_rather(scene: Scene, what: str) -> bool:
    """Whether the resource last spoken of has a plain field of that very name."""
    name = snake(" ".join(bare(what)))
    homes = [one for one in scene.contract.resources if one.name == scene.subject]
    return any(field.name == name for home in homes for field in home.fields)


def _without_named(scene: Scene, what: str, thing: str) -> Done:
    """Without fields; where none is called so, without what else is called so."""
    try:
        found = fields_said(scene, what, thing)
    except Unknown:
        made = _without_operations(scene, what, thing)
        if made is not None:
            return made
        raise
    return _without_fields(scene, unrepeated(found))


def _without_fields(scene: Scene, found: list[tuple[Resource, Field]]) -> Done:
    contract = scene.contract
    told: list[str] = []
    for home, field in found:
        check_field(contract, contract.resource(home.name), field)
        before = contract
        contract = without_field(contract, home.name, field.name)
        lost = _lost(before, contract, field.name)
        linked = isinstance(field.kind, Reference | References)
        what = "The reference" if linked else spaced(field.name).capitalize()
        of = f" ({field.name})" if linked else ""
        told.append(
            f"{what}{of} of {spaced(home.plural)} is removed with its values; clients that use it "
            f"break.{lost}"
        )
    home = found[-1][0]
    settled = tuple((f"{one.name}.{field.name}", "gone") for one, field in found)
    return Done(contract, tuple(told), subject=home.name, settled=settled)


def check_field(contract: Contract, home: Resource, field: Field) -> None:
    """Raises Unknown where a resource cannot be without a field."""
    name = quoted(spaced(field.name))
    accounts = contract.accounts
    if (
        accounts
        and is_accounts(contract, home)
        and field.name in (*accounts.login, accounts.tenant)
    ):
        raise Impossible(
            f"accounts need {name}, by which they log in.",
            'To have no accounts, say "remove login".',
        )
    if len(home.fields) == 1:
        raise Impossible(
            f"{name} is the only field of {spaced(home.plural)}.",
            f'To have them gone, say "remove the {spaced(home.plural)}".',
        )
    if field.name == home.owner and _needs_owner(home):
        raise Impossible(
            f"{name} says whose {spaced(home.plural)} are, and who may do what depends on it.",
            f'Say who may use them first, such as "make {spaced(home.plural)} public".',
        )
    for other in home.fields:
        if getattr(other.kind, "source", "") == field.name:
            raise Impossible(
                f"{quoted(other.name)} is made from {name}.", f"Remove {quoted(other.name)} first."
            )


def _needs_owner(home: Resource) -> bool:
    accesses = [home.access.of(action) for action in home.actions]
    accesses += [one.access for one in (*home.transitions, *home.marks, *home.reports)]
    return any(one.who == "owner" for one in accesses)


def _lost(before: Contract, after: Contract, name: str) -> str:
    """What else went, in a sentence; empty where that is nothing."""
    gone: list[str] = []
    for old in before.resources:
        new = next((one for one in after.resources if one.name == old.name), None)
        if new is None:
            continue
        for kind in _OPERATIONS:
            there = {one.name for one in getattr(new, kind)}
            gone += [one.name for one in getattr(old, kind) if one.name not in there]
        count = len(old.rules) - len(new.rules)
        gone += [f"{count} rule{'s' if count > 1 else ''} of {spaced(old.plural)}"] if count else []
    return f" With it goes what needs it: {listing(gone)}." if gone else ""


def _without_resources(scene: Scene, things: list[Resource]) -> Done:
    contract = scene.contract
    told: list[str] = []
    for thing in dict.fromkeys(one.name for one in things):
        resource = contract.resource(thing)
        check_resource(contract, resource)
        pointing = [
            f"{field.name} of {spaced(child.plural)}"
            for child, field in contract.pointing_at(thing)
            if child.name != thing
        ]
        before = contract
        contract = without_resource(contract, thing)
        also = f" With them go {listing(pointing)}." if pointing else ""
        told.append(
            f"{spaced(resource.plural).capitalize()} are removed with all their rows; clients "
            f"that use {resource.path} break.{also}{_lost(before, contract, thing)}"
        )
    settled = tuple((one.name, "gone") for one in things)
    return Done(contract, tuple(told), settled=settled)


def check_resource(contract: Contract, resource: Resource) -> None:
    """Raises Unknown where an API cannot be without a resource."""
    if len(contract.resources) == 1:
        raise Impossible(
            f"{spaced(resource.plural)} are all that this API keeps.",
            "Add what it should keep instead first.",
        )
    if is_accounts(contract, resource):
        raise Impossible(
            f"the rows of {spaced(resource.plural)} are the accounts.",
            'To have no accounts, say "remove login".',
        )
    if Place(contract, resource).holds_tenants:
        raise Impossible(
            f"every account belongs to one of the {spaced(resource.plural)}.",
            "Plan the API anew without them.",
        )
    for child, field in contract.pointing_at(resource.name):
        if child.name != resource.name and len(child.fields) == 1:
            raise Impossible(
                f"{a(spaced(child.name))} is nothing but a reference to {a(spaced(resource.name))} "
                f"({field.name}).",
                f"Remove the {spaced(child.plural)} too.",
            )


# ---- operations and rules -------------------------------------------------------------------


def remove_rule(scene: Scene, slots: Slots) -> Done | None:
    """`remove the publish action`, `drop the unique together rule from bookings`."""
    thing = slots["thing"].low if "thing" in slots else ""
    return _without_operations(scene, slots["rule"].low, thing)


def _without_operations(scene: Scene, what: str, thing: str) -> Done | None:
    """Without the operation, report, mark, computed field or rule of that name; None if none."""
    homes = list(scene.contract.resources)
    if thing:
        homes = resources_said(scene, thing)
    name = snake(" ".join(bare(what)))
    for home in homes:
        for kind in _OPERATIONS:
            entries = getattr(home, kind)
            gone = [one for one in entries if _is_called(home, one.name, name)]
            if gone:
                return _without_entries(scene, home, kind, [one.name for one in gone])
        gone_rules = [one for one in home.rules if _means(home, one, name)]
        if gone_rules:
            kept = tuple(one for one in home.rules if one not in gone_rules)
            made = msgspec.structs.replace(home, rules=kept)
            return _done(scene, made, [f"rule {spaced(_tag(one))}" for one in gone_rules])
    return None


def _without_entries(scene: Scene, home: Resource, kind: str, gone: list[str]) -> Done:
    """Without operations or figures of these names."""
    contract = scene.contract
    if kind == "computed":
        for name in gone:
            contract = without_figure(contract, home.name, name)
    else:
        counted = [one.name for one in home.computed if getattr(one.formula, "mark", "") in gone]
        for name in counted if kind == "marks" else ():
            contract = without_figure(contract, home.name, name)
        home = contract.resource(home.name)
        kept = tuple(one for one in getattr(home, kind) if one.name not in gone)
        contract = with_resource(contract, msgspec.structs.replace(home, **{kind: kept}))
    here = msgspec.structs.replace(scene, contract=contract)
    return _done(here, contract.resource(home.name), gone)


def _is_called(home: Resource, known: str, name: str) -> bool:
    own = {known, singular(known), known.removeprefix(f"{home.name}_")}
    return name in own or singular(name) in own


_ALSO_CALLED = {
    "no_overlap": ("overlap", "overlapping", "double_booking", "conflict"),
    "unique_together": ("unique", "uniqueness", "one_per", "duplicate", "combination"),
    "ordered": ("order", "date_order", "end_after_start"),
    "one_open": ("one_open", "only_one", "one_active"),
    "adjusts": ("stock", "balance", "adjustment", "stock_check"),
}


def _means(home: Resource, rule: msgspec.Struct, name: str) -> bool:
    """Whether a rule is meant by `name`: by its tag, or a word for it with its fields."""
    tag = _tag(rule)
    if name in (tag, *_ALSO_CALLED.get(tag, ())):
        return True
    words = set(name.split("_"))
    fields = {
        part
        for one in rule.__struct_fields__
        for value in _texts(getattr(rule, one))
        if field_in(home, value)
        for part in value.split("_")
    } - {"id"}
    called = {part for one in (tag, *_ALSO_CALLED.get(tag, ())) for part in one.split("_")}
    return bool(words & called) and words <= called | fields


def _texts(value: object) -> list[str]:
    if isinstance(value, str):
        return [value] if value else []
    return [str(one) for one in value] if isinstance(value, tuple) else []  # pyright: ignore


def _tag(rule: msgspec.Struct) -> str:
    return str(rule.__struct_config__.tag)


def _done(scene: Scene, made: Resource, names: list[str]) -> Done:
    told = f"{listing([spaced(one) for one in names])} of {spaced(made.plural)} is removed."
    settled = tuple((f"{made.name}.{one}", "gone") for one in names)
    contract = with_resource(scene.contract, made)
    return Done(contract, (told[:1].upper() + told[1:],), subject=made.name, settled=settled)
