"""Transitions: from where they lead to where, for whom."""

from collections.abc import Iterator

import msgspec

from smartforge.contract import (
    Access,
    Boolean,
    Contract,
    Field,
    Reference,
    Resource,
    Transition,
)
from smartforge.contract.names import spaced
from smartforge.contract.refusals import moved
from smartforge.targets.fastapi import naming
from smartforge.targets.fastapi.columns import Names, named
from smartforge.targets.fastapi.literals import python
from smartforge.targets.fastapi.scopes import Scope, has_role


class Move(msgspec.Struct, frozen=True):
    """A value to which an update may change a field, and the expression that says when."""

    value: str
    condition: str
    stamp: str = ""


def sources_lack(transition: Transition, value: str) -> str:
    """An expression that is true where the transition does not lead on from `value`."""
    sources = transition.sources
    if not sources or set(sources) == {True, False}:
        return ""
    if sources in ((True,), (False,)):
        return f"not {value}" if sources[0] else value
    if len(sources) == 1:
        return f"{value} != {python(sources[0])}"
    return f"{value} not in {{{', '.join(map(python, sources))}}}"


class Guard(msgspec.Struct, frozen=True):
    """An expression that is true where a transition may not be made yet, and what to say then."""

    lacks: str
    words: str


def guards_of(contract: Contract, resource: Resource, names: Names) -> dict[str, tuple[Guard, ...]]:
    """By the name of the transition."""
    return {
        move.name: tuple(_guards(contract, resource, move, names)) for move in resource.transitions
    }


def _guards(
    contract: Contract, resource: Resource, move: Transition, names: Names
) -> Iterator[Guard]:
    local = names[resource.name].local
    for name in move.requires:
        field = resource.field(name)
        value = f"{local}.{naming.attribute(field)}"
        is_boolean = isinstance(field.kind, Boolean)
        lacks = f"not {value}" if is_boolean else f"{value} is None"
        state = "is not true" if is_boolean else "is not given"
        yield Guard(lacks, f"This is not possible while the {spaced(name)} {state}.")
    for child, field in contract.pointing_at(resource.name):
        if child.name == move.having and isinstance(field.kind, Reference):
            column = f"models.{names[child.name].row}.{naming.attribute(field)}"
            row = f"models.{names[child.name].row}.id"
            lacks = f"db.scalar(select({row}).where({column} == {local}.id).limit(1)) is None"
            yield Guard(lacks, f"This is not possible without {spaced(child.plural)}.")


def moves_of(
    resource: Resource, of: Scope, local: str, *, known: bool
) -> dict[str, tuple[Move, ...]]:
    """For each choice field that updates and transitions change: where the latter lead."""
    changeable = [
        field
        for field in resource.fields
        if field.name in moved(resource) and field.on_update and not _is_boolean(resource, field)
    ]
    return {
        field.name: tuple(
            _move(resource, field, target, of, local, known)
            for target in dict.fromkeys(
                str(one.target) for one in resource.transitions if one.field == field.name
            )
        )
        for field in changeable
    }


def _is_boolean(resource: Resource, field: Field) -> bool:
    return any(
        isinstance(one.target, bool) for one in resource.transitions if one.field == field.name
    )


def _move(
    resource: Resource, field: Field, target: str, of: Scope, local: str, known: bool
) -> Move:
    ways = [one for one in resource.transitions if one.field == field.name and one.target == target]
    conditions = [_way(one, field, of, local, known) for one in ways]
    stamp = next((named(resource, one.stamp) for one in ways if one.stamp), "")
    always = any(not one for one in conditions)
    return Move(target, "True" if always else " or ".join(conditions), stamp)


def _way(transition: Transition, field: Field, of: Scope, local: str, known: bool) -> str:
    """When a transition is possible for the caller; empty for always."""
    sources = ", ".join(python(one) for one in transition.sources)
    value = f"{local}.{naming.attribute(field)}"
    if len(transition.sources) == 1:
        place = f"{value} == {sources}"
    else:
        place = f"{value} in {{{sources}}}" if sources else ""
    allowed = _allowed(transition.access, of, local, known)
    if place and allowed:
        return f"({place} and {allowed})"
    return place or allowed


def _allowed(access: Access, of: Scope, local: str, known: bool) -> str:
    if access.secured and not known:
        return "False"
    match access.who:
        case "role":
            return has_role(access.roles)
        case "owner":
            own = f"{local}.{of.owner} == caller.id"
            return f"({own} or {has_role(access.roles)})" if access.roles else own
        case _:
            return ""


def moves_differ(resource: Resource) -> bool:
    """Whether it depends on the caller which transitions there are."""
    changeable = {field.name for field in resource.fields if field.on_update}
    return any(
        one.access.who in ("role", "owner")
        for one in resource.transitions
        if one.field in changeable and not isinstance(one.target, bool)
    )
