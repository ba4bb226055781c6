"""What rows of one resource mean for those of others: lists, sums, deletion, marks."""

from collections.abc import Iterator
from typing import Any

from smartforge.contract import (
    Adjusts,
    Aggregate,
    Marked,
    OneOpen,
    Reference,
    References,
    UniqueTogether,
)
from smartforge.contract.names import kebab
from smartforge.targets.fastapi.judge.bodies import Source
from smartforge.targets.fastapi.judge.callers import Caller, may
from smartforge.targets.fastapi.judge.subject import Subject


def nested(subject: Subject) -> Iterator[dict[str, str]]:
    """The lists of this resource under others."""
    for field, name in subject.filled:
        parent = subject.contract.resource(name)
        if isinstance(field.kind, Reference) and field.kind.nested and subject.by["list"]:
            yield {"field": field.name, "parent": name, "path": parent.path}


# ---- references -------------------------------------------------------------------------------


def pointers(subject: Subject, *, on_update: bool) -> list[tuple[str, Source]]:
    """The reference fields that such a request may hold, each with a value that names nothing."""
    found: list[tuple[str, Source]] = []
    for field, _ in subject.references:
        if field.on_update if on_update else field.on_creation:
            unknown = Source("UNKNOWN_ID")
            many = isinstance(field.kind, References)
            found.append((field.name, Source("[UNKNOWN_ID]") if many else unknown))
    return found


def hidden_parents(subject: Subject) -> Iterator[dict[str, str]]:
    """References to rows that exist, but that the caller may not read."""
    for field, name in subject.references:
        if not field.on_creation or name not in subject.bodies.parents:
            continue
        parent = subject.subject(name)
        stranger = _unknown_to(subject, parent)
        if parent.is_account or stranger is None or not parent.makes:
            continue
        if set(parent.parents) and stranger.stranger:
            continue
        many = isinstance(field.kind, References)
        body = f"{parent.new}[0]" if parent.new else ""
        yield {
            "field": field.name,
            "args": subject.args("create", "new", stranger.fixture, parent.new),
            "theirs": parent.add(body, caller=stranger.fixture) + '["id"]',
            "value": "[theirs]" if many else "theirs",
        }


def _unknown_to(subject: Subject, parent: Subject) -> Caller | None:
    """Who can make rows of `parent` that the maker of the subject's own may not read.

    Nobody where creation is open: nobody is known there who could be kept from anything.
    """
    if not subject.resource.access.create.secured:
        return None
    stranger, other = subject.callers.stranger, subject.callers.other
    resource = parent.resource
    if stranger and resource.tenant and may(resource.access.create, stranger, own=True):
        return stranger
    hidden = not may(resource.access.read, subject.maker, own=False)
    able = other is not None and may(resource.access.create, other, own=True)
    # The other one could not refer to what the first one owns, either.
    return other if resource.owner and hidden and able and not parent.parents else None


def links(subject: Subject) -> Iterator[dict[str, str]]:
    for field, name in subject.references:
        if not isinstance(field.kind, References) or name not in subject.bodies.parents:
            continue
        if field.on_creation and field.kind.max_items >= 3 and name != subject.makeable.accounts:
            yield {"field": field.name, "parent": subject.fixture_for(name)}


def own_links(subject: Subject) -> Iterator[dict[str, Any]]:
    """References of a resource to itself."""
    for field, name in subject.references:
        if name == subject.resource.name and field.on_creation and not subject.is_account:
            yield {"field": field.name, "many": isinstance(field.kind, References)}


# ---- computed fields --------------------------------------------------------------------------


def aggregates(subject: Subject) -> Iterator[dict[str, Any]]:
    """For each reference, what the row it names tells of the rows that name it."""
    for field, name in subject.filled:
        parent = subject.subject(name)
        checks = list(_checks(subject, parent, field.name))
        if not checks or parent.is_account or not parent.by["read"]:
            continue
        makers = _makers(subject, field.name)
        reader, deleter = parent.by["read"], subject.by["delete"]
        if len(makers) > 1 and not all(_can_refer(subject, parent, one) for one in makers):
            makers = makers[:1]
        own = len(makers) == 1 or subject.resource.access.delete.who != "owner"
        row = f'body | {{"{field.name}": parent["id"]}}'
        yield {
            "parent_plural": parent.resource.plural,
            "suffix": f"_by_{field.name}" if len(subject.filled) > 1 else "",
            "fixture": parent.made,
            "path": parent.path,
            "args": subject.args(
                "create",
                *makers,
                reader,
                *([deleter] if deleter and own else []),
                "new",
                parent.made,
            ),
            "makers": makers
            if len(makers) > 1
            else [subject.by["create"]] * _rows(subject, field.name),
            "add": subject.add(row, "PATH", "caller"),
            "reader": reader,
            "deleter": deleter if own else "",
            "checks": checks,
        }


def _rows(subject: Subject, by: str) -> int:
    """How many rows of one caller may name the same row."""
    return 1 if _alone(subject, by, owners=False) else 3


def _makers(subject: Subject, by: str) -> list[str]:
    """Who makes the rows: several, where everybody may have only one."""
    other = subject.callers.other
    if not _alone(subject, by, owners=True) or other is None:
        return [subject.by["create"]]
    others = [other, *subject.callers.users]
    able = [one for one in others if may(subject.resource.access.create, one, own=True)]
    found = [subject.by["create"], *(one.fixture for one in able)]
    return list(dict.fromkeys(found))[:3]


def _alone(subject: Subject, by: str, *, owners: bool) -> bool:
    """Whether a rule lets only one row name the same row (of each owner)."""
    owner = subject.resource.owner
    for rule in subject.resource.rules:
        fields = rule.fields if isinstance(rule, UniqueTogether | OneOpen) else ()
        rest = set(fields) - {by}
        if by in fields and (owner in rest if owners else rest <= {owner}):
            return True
    field = subject.resource.field(by)
    return field.unique and not owners


def _can_refer(subject: Subject, parent: Subject, fixture: str) -> bool:
    caller = next(one for one in subject.everybody if one.fixture == fixture)
    return all(
        subject.subject(name).is_account
        or subject.subject(name).allows(subject.contract.resource(name).access.read, caller)
        for name in subject.bodies.parents
    ) and parent.allows(parent.resource.access.read, caller)


def _checks(subject: Subject, parent: Subject, by: str) -> Iterator[dict[str, str]]:
    for one in parent.resource.computed:
        formula = one.formula
        if not isinstance(formula, Aggregate):
            continue
        if formula.resource == subject.resource.name and formula.by == by:
            values = f'[row["{formula.field}"] for row in made]'
            expected = {
                "count": "len(made)",
                "sum": f"total({values})",
                "average": f"average({values})",
                "minimum": f"min({values})",
                "maximum": f"max({values})",
            }[formula.function]
            nothing = formula.function in ("average", "minimum", "maximum")
            after = f"({expected} if made else None)" if nothing else expected
            yield {"name": one.name, "expected": expected, "after": after}


# ---- deletion ---------------------------------------------------------------------------------


def falls(subject: Subject) -> Iterator[dict[str, Any]]:
    """What becomes of a row when one that it points to is deleted.

    `freed`: once the row is gone nothing keeps that other one, so that it can go too.
    """
    if any(isinstance(rule, Adjusts) for rule in subject.resource.rules):
        return
    for field, name in subject.references:
        if name not in subject.bodies.parents or name == subject.makeable.accounts:
            continue
        parent = subject.subject(name)
        deleter = parent.by["delete"]
        many = isinstance(field.kind, References)
        verb = "drops_the_link" if many else _VERBS[_on_delete(field.kind)]
        if (
            not deleter
            or not field.on_creation
            or (not subject.by["read"] and verb != "is_refused")
        ):
            continue
        held = _held_elsewhere(subject, name)
        if verb != "is_refused" and held:
            continue
        yield {
            "parent": f"the_{field.name.removesuffix('_id')}"
            if not many
            else f"one_of_{field.name}",
            "field": field.name,
            "verb": verb,
            "freed": not held,
            "path": parent.path,
            "at": "[0]" if many else "",
            "deleter": deleter,
            "args": subject.args("create", "read", "delete", deleter, "new"),
        }


_VERBS = {"cascade": "deletes_it_too", "restrict": "is_refused", "clear": "clears_it"}


def _on_delete(kind: object) -> str:
    return kind.on_delete if isinstance(kind, Reference) else "clear"


def _held_elsewhere(subject: Subject, name: str) -> bool:
    """Whether other rows that this one points to would be deleted along, or keep it."""
    return any(
        parent != name and name in _ancestors(subject, parent) for _, parent in subject.filled
    )


def _ancestors(subject: Subject, name: str) -> set[str]:
    """Whose rows the rows of this resource point to in the tests, at any distance."""
    found: set[str] = set()
    rest = [name]
    while rest:
        one = subject.subject(rest.pop())
        if one.makes:
            new = set(one.bodies.parents) - found
            found |= new
            rest += new
    return found


# ---- marks ------------------------------------------------------------------------------------


def marks(subject: Subject) -> Iterator[dict[str, Any]]:
    for mark in subject.resource.marks:
        caller = subject.caller(mark.access)
        if caller is None or not caller.account:
            continue
        name = caller.fixture
        steps = [(name, "POST", 1), (name, "POST", 1)]
        other = subject.callers.other
        if (
            other
            and subject.allows(mark.access, other)
            and subject.allows(subject.resource.access.read, other)
        ):
            steps += [(other.fixture, "POST", 2), (other.fixture, "DELETE", 1)]
        steps += [(name, "DELETE", 0), (name, "DELETE", 0)]
        fields = [
            one.name
            for one in subject.resource.computed
            if isinstance(one.formula, Marked) and one.formula.mark == mark.name
        ]
        lines = ", ".join(f'({who}, "{method}", {count})' for who, method, count in steps)
        yield {
            "name": mark.name,
            "path": kebab(mark.name),
            "caller": name,
            "args": subject.args("create", *(who for who, _, _ in steps), "new"),
            "steps": f"({lines})",
            "fields": fields,
        }
