"""Facts about a contract in short lines, and which of them do not hold.

A line is a verb and words; `a|b` means any of these names. `FACTS` lists what may be said:

    only book review            these resources and no others, the accounts aside
    field book.price decimal    a field and its kind, or computed
    link review book cascade    a reference, and what deleting does
    move order paid pending     a change of state, and from what
    access book.delete role admin staff
"""

from collections.abc import Callable, Iterator

from smartforge.contract import (
    Access,
    Adjusts,
    Aggregate,
    Choice,
    Contract,
    Decimal,
    Field,
    Integer,
    Marked,
    NoOverlap,
    OneOpen,
    Ordered,
    Product,
    Reference,
    References,
    Resource,
    Text,
    Transition,
    UniqueTogether,
)
from smartforge.contract.names import spaced


class Missing(Exception):
    """A fact that does not hold; the text says what there is instead."""


def wrong(contract: Contract, facts: str) -> list[str]:
    """The lines of `facts` that do not hold for `contract`, each with the reason."""
    lost: list[str] = []
    for line in facts.strip().splitlines():
        verb, *words = line.split()
        try:
            FACTS[verb](contract, words)
        except Missing as missing:
            lost.append(f"{line}: {missing}")
    return lost


# ---- finding -----------------------------------------------------------------------------------


def _resource(contract: Contract, names: str) -> Resource:
    for name in names.split("|"):
        for one in contract.resources:
            if one.name == name:
                return one
    for name in names.split("|"):
        for one in contract.resources:
            if one.name.endswith(f"_{name}"):
                return one  # a city tour is a tour
    raise Missing(f"resources are {', '.join(one.name for one in contract.resources)}")


def _field(contract: Contract, path: str) -> Field:
    resource, _, names = path.partition(".")
    found = _resource(contract, resource)
    for name in names.split("|"):
        for one in found.fields:
            if name in (one.name, one.name.removesuffix("_id")):
                return one
    raise Missing(f"fields are {', '.join(one.name for one in found.fields)}")


def _names(contract: Contract, resource: Resource, names: str) -> list[str]:
    """The fields of `resource` meant by a name, by that of another resource, or the owner."""
    given = names.split("|")
    return [
        one.name
        for one in resource.fields
        if one.name in given
        or one.name.removesuffix("_id") in given
        or (isinstance(one.kind, Reference | References) and _called(one.kind.resource, given))
        or (one.name == resource.owner and "owner" in given)
    ]


def _called(name: str, given: list[str]) -> bool:
    return any(name == one or name.endswith(f"_{one}") for one in given)


def _need(holds: object, otherwise: object) -> None:
    if not holds:
        raise Missing(str(otherwise))


def _states(words: str) -> tuple[str, ...]:
    return tuple(words.split("|"))


def _transitions(contract: Contract, resource: str, target: str) -> Iterator[Transition]:
    for one in _resource(contract, resource).transitions:
        if str(one.target).lower().replace(" ", "_") in _states(target):
            yield one


# ---- things and fields -------------------------------------------------------------------------


def _only(contract: Contract, words: list[str]) -> None:
    meant = {_resource(contract, one).name for one in words}
    account = {contract.accounts.resource} if contract.accounts else set[str]()
    found = {one.name for one in contract.resources}
    _need(found - account == meant - account, f"resources are {', '.join(sorted(found))}")


def _any_resource(contract: Contract, words: list[str]) -> None:
    _resource(contract, words[0])


def _any_field(contract: Contract, words: list[str]) -> None:
    path, kinds = words[0], words[1].split("|")
    resource, _, names = path.partition(".")
    computed = {one.name for one in _resource(contract, resource).computed}
    if "computed" in kinds and computed & set(names.split("|")):
        return
    kind = _tag(_field(contract, path))
    _need(kind in kinds, f"it is {kind}")


def _tag(field: Field) -> str:
    return str(type(field.kind).__struct_config__.tag)


def _optional(contract: Contract, words: list[str]) -> None:
    _need(not _field(contract, words[0]).required, "it is required")


def _required(contract: Contract, words: list[str]) -> None:
    _need(_field(contract, words[0]).required, "it is optional")


def _unique(contract: Contract, words: list[str]) -> None:
    _need(_field(contract, words[0]).unique, "it is not unique")


def _longest(contract: Contract, words: list[str]) -> None:
    kind = _field(contract, words[0]).kind
    _need(isinstance(kind, Text) and kind.max_length == int(words[1]), kind)


def _values(contract: Contract, words: list[str]) -> None:
    kind = _field(contract, words[0]).kind
    values = {_snake(one) for one in kind.values} if isinstance(kind, Choice) else set[str]()
    _need(values == set(words[1:]), kind)


def _snake(value: str) -> str:
    return value.lower().replace(" ", "_")


def _bounds(contract: Contract, words: list[str]) -> None:
    kind = _field(contract, words[0]).kind
    match kind:
        case Integer() | Decimal():
            found = (kind.minimum, kind.maximum)
        case Text():
            found = (kind.min_length, kind.max_length)
        case _:
            raise Missing(str(kind))
    pairs = zip(words[1:], found, strict=True)
    _need(all(wanted in ("-", str(one)) for wanted, one in pairs), kind)


def _positive(contract: Contract, words: list[str]) -> None:
    kind = _field(contract, words[0]).kind
    _need(isinstance(kind, Integer | Decimal) and float(kind.minimum) > 0, kind)


# ---- relations and rules -----------------------------------------------------------------------


def _link(contract: Contract, words: list[str]) -> None:
    child = _resource(contract, words[0])
    parent = _resource(contract, words[1]).name
    kinds = [one.kind for one in child.fields]
    found = [one for one in kinds if isinstance(one, Reference) and one.resource == parent]
    _need(found, f"{child.name} has no reference to {parent}")
    _need(len(words) < 3 or found[0].on_delete in words[2:], f"on delete: {found[0].on_delete}")


def _many(contract: Contract, words: list[str]) -> None:
    left, right = (_resource(contract, one) for one in words)
    for one, other in ((left, right), (right, left)):
        for field in one.fields:
            if isinstance(field.kind, References) and field.kind.resource == other.name:
                return
    for one in contract.resources:
        ends = {one.kind.resource for one in one.fields if isinstance(one.kind, Reference)}
        if {left.name, right.name} <= ends and one not in (left, right):
            return
    raise Missing(f"{left.name} and {right.name} are not many to many")


def _together(contract: Contract, words: list[str]) -> None:
    one = _resource(contract, words[0])
    wanted = [_names(contract, one, word) for word in words[1:]]
    for rule in one.rules:
        fields = set(rule.fields) if isinstance(rule, UniqueTogether) else set[str]()
        if len(fields) == len(wanted) and all(fields & set(names) for names in wanted):
            return
    raise Missing(f"rules are {one.rules}")


def _one_per(contract: Contract, words: list[str]) -> None:
    """One row for each owner and other row, however far away that one is."""
    one = _resource(contract, words[0])
    for rule in one.rules:
        fields = set(rule.fields) if isinstance(rule, UniqueTogether) else set[str]()
        if one.owner in fields and fields & set(_names(contract, one, words[1])):
            return
    raise Missing(f"rules are {one.rules}")


def _no_overlap(contract: Contract, words: list[str]) -> None:
    one = _resource(contract, words[0])
    names = _names(contract, one, words[1])
    found = [rule for rule in one.rules if isinstance(rule, NoOverlap)]
    _need(any(set(rule.within) & set(names) for rule in found), f"rules are {one.rules}")


def _one_open(contract: Contract, words: list[str]) -> None:
    one = _resource(contract, words[0])
    names = _names(contract, one, words[1])
    found = [rule for rule in one.rules if isinstance(rule, OneOpen)]
    _need(any(set(rule.fields) & set(names) for rule in found), f"rules are {one.rules}")


def _ordered(contract: Contract, words: list[str]) -> None:
    one = _resource(contract, words[0])
    for rule in one.rules:
        match rule:
            case Ordered(earlier, later) | NoOverlap(earlier, later):
                equal = isinstance(rule, Ordered) and rule.equal
                told = words[3:] in ([], ["equal"] if equal else ["strict"])
                if told and earlier.startswith(words[1]) and later.startswith(words[2]):
                    return
            case _:
                pass
    raise Missing(f"rules are {one.rules}")


def _adjusts(contract: Contract, words: list[str]) -> None:
    parent = _resource(contract, words[0])
    for one in contract.resources:
        for rule in one.rules:
            if isinstance(rule, Adjusts):
                kind = one.field(rule.reference).kind
                if isinstance(kind, Reference) and kind.resource == parent.name:
                    return
    raise Missing(f"nothing adjusts {parent.name}")


def _computed(contract: Contract, words: list[str]) -> None:
    one, function = _resource(contract, words[0]), words[1]
    for computed in one.computed:
        match computed.formula:
            case Aggregate(name, resource) if name == function:
                if len(words) < 3 or resource == _resource(contract, words[2]).name:
                    return
            case Product() if function == "product":
                return
            case Marked() if function == "marked":
                return
            case _:
                pass
    raise Missing(f"computed are {one.computed}")


# ---- what can be done --------------------------------------------------------------------------


def _actions(contract: Contract, words: list[str]) -> None:
    found = _resource(contract, words[0]).actions
    _need(set(found) == set(words[1:]), f"actions are {', '.join(found)}")


def _move(contract: Contract, words: list[str]) -> None:
    found = list(_transitions(contract, words[0], words[1]))
    _need(found, f"moves are {_resource(contract, words[0]).transitions}")
    sources = {_snake(str(source)) for one in found for source in one.sources}
    for word in words[2:]:
        _need(sources & set(_states(word)), f"from {sources}")
    _need(len(sources) <= len(words[2:]) or len(words) < 3, f"from {sources}")


def _moved_by(contract: Contract, words: list[str]) -> None:
    found = list(_transitions(contract, words[0], words[1]))
    _need(found, f"moves are {_resource(contract, words[0]).transitions}")
    _need(all(words[2] in one.access.roles for one in found), [one.access for one in found])


def _mark(contract: Contract, words: list[str]) -> None:
    marks = _resource(contract, words[0]).marks
    _need(any(one.name in words[1].split("|") for one in marks), f"marks are {marks}")


def _report(contract: Contract, words: list[str]) -> None:
    one = _resource(contract, words[0])
    for report in one.reports:
        group = report.period if words[1] in ("day", "week", "month") else report.group
        group = group.removesuffix("_id")
        if group == words[1] and (words[2:] == [] or report.field in words[2].split("|")):
            return
    raise Missing(f"reports are {one.reports}")


def _filter(contract: Contract, words: list[str]) -> None:
    one = _resource(contract, words[0])
    _need(set(one.filters) & set(words[1].split("|")), f"filters are {one.filters}")


def _ranged(contract: Contract, words: list[str]) -> None:
    one = _resource(contract, words[0])
    _need(set(one.ranges) & set(words[1].split("|")), f"ranges are {one.ranges}")


def _search(contract: Contract, words: list[str]) -> None:
    resource, _, names = words[0].partition(".")
    one = _resource(contract, resource)
    _need(set(one.searched) & set(names.split("|")), f"searched are {one.searched}")


def _sorted(contract: Contract, words: list[str]) -> None:
    found = _resource(contract, words[0]).sorted_by
    _need(found.startswith(words[1]) and found != "id", f"sorted by {found}")


def _sortable(contract: Contract, words: list[str]) -> None:
    one = _resource(contract, words[0])
    _need(set(one.sortable) & set(words[1].split("|")), f"sortable are {one.sortable}")


def _paging(contract: Contract, words: list[str]) -> None:
    paging = _resource(contract, words[0]).paging
    _need(paging.default_limit == int(words[1]), paging)


def _upload(contract: Contract, words: list[str]) -> None:
    upload = _resource(contract, words[0]).upload
    _need(upload and set(upload.types) == set(words[1:]), upload)


def _redirect(contract: Contract, words: list[str]) -> None:
    redirect = _resource(contract, words[0]).redirect
    _need(redirect and redirect.visits, redirect)


def _idempotent(contract: Contract, words: list[str]) -> None:
    found = _resource(contract, words[0]).idempotent
    _need(found in words[1].split("|"), found)


def _recipe(contract: Contract, words: list[str]) -> None:
    found = [one.name for one in contract.recipes]
    _need(any(words[0] in one for one in found), f"recipes are {found}")


# ---- who ---------------------------------------------------------------------------------------


def _accounts(contract: Contract, words: list[str]) -> None:
    _need(contract.accounts is not None, "no accounts")


def _no(contract: Contract, words: list[str]) -> None:
    _need(contract.accounts is None, contract.accounts)


def _roles(contract: Contract, words: list[str]) -> None:
    roles = contract.accounts.roles if contract.accounts else ()
    meant = [set(one.split("|")) for one in words]
    _need(all(one & set(roles) for one in meant), f"roles are {roles}")


def _tenant(contract: Contract, words: list[str]) -> None:
    _need(_resource(contract, words[0]).tenant, "it belongs to no tenant")


def _access(contract: Contract, words: list[str]) -> None:
    access = _who(contract, words[0], words[1])
    who = words[2]
    if who == "any":
        return
    roles = [set(one.split("|")) for one in words[3:]]
    found = set(access.roles)
    least = contract.accounts.roles[:1] if contract.accounts else ()
    fits = access.who == who or (who == "role" and access.who == "user" and words[3:4] == [*least])
    _need(fits and (access.who == "user" or all(found & one for one in roles)), access)
    # Other roles than those named may do it only where those stand above them all.
    _need(who != "role" or len(found) <= len(roles) + 1, access)


def _may(contract: Contract, words: list[str]) -> None:
    """A role may do it, perhaps with others."""
    access = _who(contract, words[0], words[1])
    _need(access.who in ("anyone", "user") or words[2] in access.roles, access)


def _not_by(contract: Contract, words: list[str]) -> None:
    """A role may not do it; where there is no such role, whoever has no account."""
    access = _who(contract, words[0], words[1])
    roles = contract.accounts.roles if contract.accounts else ()
    allowed = access.who == "anyone" or words[2] in access.roles
    allowed = allowed or (access.who == "user" and words[2] in roles)
    _need(not allowed, access)


def _who(contract: Contract, resource: str, action: str) -> Access:
    one = _resource(contract, resource)
    for name in ("list", "create", "read", "update", "delete"):
        if name == action:
            _need(name in one.actions, f"actions are {', '.join(one.actions)}")
            return one.access.of(name)
    raise Missing(f"no action {spaced(action)}")


def _related(contract: Contract, words: list[str]) -> None:
    """At least two resources, one of which refers to another."""
    kinds = [field.kind for one in contract.resources for field in one.fields]
    _need(len(contract.resources) >= 2, "there is one resource")
    _need(any(isinstance(one, Reference | References) for one in kinds), "nothing is related")


FACTS: dict[str, Callable[[Contract, list[str]], None]] = {
    "access": _access,
    "accounts": _accounts,
    "actions": _actions,
    "adjusts": _adjusts,
    "bounds": _bounds,
    "computed": _computed,
    "field": _any_field,
    "filter": _filter,
    "idempotent": _idempotent,
    "link": _link,
    "longest": _longest,
    "many": _many,
    "may": _may,
    "mark": _mark,
    "move": _move,
    "moved_by": _moved_by,
    "no": _no,
    "no_overlap": _no_overlap,
    "not_by": _not_by,
    "one_open": _one_open,
    "one_per": _one_per,
    "only": _only,
    "optional": _optional,
    "ordered": _ordered,
    "paging": _paging,
    "positive": _positive,
    "ranged": _ranged,
    "recipe": _recipe,
    "redirect": _redirect,
    "related": _related,
    "report": _report,
    "required": _required,
    "resource": _any_resource,
    "roles": _roles,
    "search": _search,
    "sortable": _sortable,
    "sorted": _sorted,
    "tenant": _tenant,
    "together": _together,
    "unique": _unique,
    "upload": _upload,
    "values": _values,
}
