"""A whole plan as a contract, and back."""

from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar

import msgspec

from smartforge import contract
from smartforge.contract.names import plural, quoted, shorten, snake
from smartforge.contract.reserved import ACCOUNT, GIVEN_BY_SERVER
from smartforge.errors import ContractInvalid
from smartforge.planners.shape import customs, rules
from smartforge.planners.shape.fields import drawn_field, shown_field
from smartforge.planners.shape.models import PlanShape, ResourceShape
from smartforge.planners.shape.words import (
    Problems,
    called,
    kept,
    line,
    listed,
    named,
    prose,
    said_of,
    who,
)

_MANIFOLD = (contract.TextList, contract.References, contract.Json)


class _About(Protocol):
    resource: str


Entry = TypeVar("Entry", bound=_About)
Made = TypeVar("Made")


def contract_of(shape: PlanShape) -> contract.Contract:
    """The sound contract that `shape` describes, its names brought into form.

    Raises ContractInvalid with every problem.
    """
    return contract.validate(drawn_of(shape))


def drawn_of(shape: PlanShape) -> contract.Contract:
    """The contract that `shape` describes, sound or not. Raises ContractInvalid with whatever
    cannot be read as what a contract holds."""
    problems: Problems = []
    roles = listed(shape.roles, "a role", problems)
    accounts = _accounts(shape, roles, problems)
    resources = tuple(_resource(one, shape, accounts, problems) for one in shape.resources)
    known = {one.name for one in resources}
    belonging = (*shape.rules, *shape.transitions, *shape.computed, *shape.reports)
    for one in belonging:
        if called(one.resource) not in known:
            problems.append(f"there is no resource {quoted(one.resource)}")
    members: dict[str, customs.Members] = {
        one.name: {
            **dict.fromkeys((each.name for each in one.computed), None),
            **{each.name: each.kind for each in one.fields},
        }
        for one in resources
    }
    made = tuple(customs.drawn_custom(one, roles, members, problems) for one in shape.operations)
    if problems:
        raise ContractInvalid(tuple(dict.fromkeys(problems)))
    return contract.Contract(
        title=line(shape.title),
        description=prose(shape.description),
        resources=resources,
        accounts=accounts,
        customs=made,
    )


def shape_of(drawn: contract.Contract) -> PlanShape:
    """What of a contract a plan can say; the rest is kept where a plan changes it."""
    accounts = drawn.accounts
    every = drawn.resources
    operations = [customs.shown_custom(one) for one in drawn.customs]
    return PlanShape(
        title=drawn.title,
        description=drawn.description,
        accounts=accounts.resource if accounts else "",
        login=[*accounts.login] if accounts else [],
        roles=[*accounts.roles] if accounts else [],
        resources=[_shown(one) for one in every],
        rules=[shape for one in every for shape in rules.shown_rules(one)],
        transitions=[shape for one in every for shape in rules.shown_transitions(one)],
        computed=[shape for one in every for shape in rules.shown_figures(one)],
        reports=[shape for one in every for shape in rules.shown_reports(one)],
        operations=operations,
    )


def _accounts(
    shape: PlanShape, roles: tuple[str, ...], problems: Problems
) -> contract.Accounts | None:
    if shape.accounts.strip().lower() in ("", "none", "no"):
        return None
    name = kept(shape.accounts, "the accounts", problems)
    login = listed(shape.login, "the login", problems) or ("email",)
    return contract.Accounts(name, login, roles)


def _nested_once(fields: Sequence[contract.Field]) -> tuple[contract.Field, ...]:
    """The fields, of which the first of several references to one resource lists the rows there:
    a plan says nothing of that, and one address can list one thing."""
    listed: set[str] = set()
    found: list[contract.Field] = []
    for field in fields:
        kind = field.kind
        if isinstance(kind, contract.Reference):
            kind = msgspec.structs.replace(kind, nested=kind.resource not in listed)
            listed.add(kind.resource)
        found.append(msgspec.structs.replace(field, kind=kind))
    return tuple(found)


def _resource(
    shape: ResourceShape,
    whole: PlanShape,
    accounts: contract.Accounts | None,
    problems: Problems,
) -> contract.Resource:
    here = f"resource {quoted(shape.name)}"
    name = kept(shape.name, here, problems)
    many = named(shape.plural, here, problems) if shape.plural.strip() else shorten(plural(name))
    own = accounts is not None and accounts.resource == name
    roles = accounts.roles if accounts else ()
    given = GIVEN_BY_SERVER | (ACCOUNT if own else frozenset[str]())
    given |= {"role"} if own and roles else frozenset[str]()
    fields = tuple(
        drawn_field(field, here, problems)
        for field in shape.fields
        if snake(field.name) not in given
    )
    owner = shape.owner.strip() and ("id" if own else named(shape.owner, here, problems))
    sortable = listed(shape.sort, here, problems) or (
        "id",
        "created_at",
        *(one.name for one in fields if not isinstance(one.kind, _MANIFOLD)),
    )
    by = {"list": shape.list_by, "create": shape.create_by, "read": shape.read_by}
    by |= {"update": shape.update_by, "delete": shape.delete_by}
    left = {word.strip().lower() for word in shape.not_possible}
    return contract.Resource(
        name=name,
        plural=many,
        fields=_nested_once(_owned(fields, owner, accounts)),
        actions=tuple(action for action in contract.CRUD if action not in left),
        sortable=sortable,
        description=prose(shape.description),
        filters=listed(shape.filters, here, problems),
        ranges=listed(shape.ranges, here, problems),
        searched=listed(shape.search, here, problems),
        access=contract.Permissions(**{action: who(text, roles) for action, text in by.items()}),
        owner=owner,
        soft_delete=shape.soft_delete,
        computed=_of(shape, whole.computed, lambda one: rules.drawn_figure(one, problems)),
        rules=_of(shape, whole.rules, lambda one: rules.drawn_rule(one, problems)),
        transitions=_of(
            shape, whole.transitions, lambda one: rules.drawn_transition(one, roles, problems)
        ),
        reports=_of(shape, whole.reports, lambda one: rules.drawn_report(one, roles, problems)),
    )


def _of(
    shape: ResourceShape, entries: Sequence[Entry], drawn: Callable[[Entry], Made | None]
) -> tuple[Made, ...]:
    """What the entries that are about this resource say."""
    found = (drawn(one) for one in entries if called(one.resource) == called(shape.name))
    return tuple(one for one in found if one is not None)


def _owned(
    fields: tuple[contract.Field, ...], owner: str, accounts: contract.Accounts | None
) -> tuple[contract.Field, ...]:
    """The fields, among which the owner's is what an owner's has to be: set by the server."""
    if not owner or owner == "id" or accounts is None:
        return fields
    known = next((one for one in fields if one.name == owner), None)
    if known is None:
        kind = contract.Reference(accounts.resource, "cascade")
        return (contract.Field(owner, kind, written="never"), *fields)
    kind = known.kind
    if not isinstance(kind, contract.Reference):
        kind = contract.Reference(accounts.resource, "cascade")
    mine = msgspec.structs.replace(known, kind=kind, written="never", unique=False)
    return tuple(mine if one is known else one for one in fields)


def _shown(one: contract.Resource) -> ResourceShape:
    access = one.access
    return ResourceShape(
        name=one.name,
        plural=one.plural,
        description=one.description,
        fields=[shown_field(field) for field in one.fields],
        owner=one.owner,
        list_by=said_of(access.list),
        create_by=said_of(access.create),
        read_by=said_of(access.read),
        update_by=said_of(access.update),
        delete_by=said_of(access.delete),
        not_possible=[action for action in contract.CRUD if action not in one.actions],
        filters=[*one.filters],
        ranges=[*one.ranges],
        search=[*one.searched],
        sort=[*one.sortable],
        soft_delete=one.soft_delete,
    )
