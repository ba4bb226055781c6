"""What the tests of one resource send and expect, field by field."""

from collections.abc import Iterator
from typing import Any

from smartforge.contract import (
    Code,
    Decimal,
    Field,
    Integer,
    Json,
    Product,
    Reference,
    References,
    Slug,
    Text,
    TextList,
    Timestamp,
)
from smartforge.contract.names import singular
from smartforge.contract.operations import operations
from smartforge.targets.fastapi import kinds, samples
from smartforge.targets.fastapi.judge.bodies import RANKS, Body, Source, ladder, ruled, value
from smartforge.targets.fastapi.judge.callers import points_to
from smartforge.targets.fastapi.judge.subject import Subject
from smartforge.targets.fastapi.literals import python

_EDGES = 3


def given(subject: Subject) -> dict[str, object]:
    """What a new row holds besides what was sent: values, and expressions for what is not known."""
    resource = subject.resource
    found: dict[str, object] = {}
    for field in resource.fields:
        if field.on_creation:
            continue
        if field.name == resource.owner:
            found[field.name] = Source(f'me({subject.by["create"]})["id"]')
        elif field.name == resource.tenant or isinstance(field.kind, Slug | Code):
            found[field.name] = Source(f"made[{python(field.name)}]")
        else:
            found[field.name] = kinds.answered_default(field)
    for one in resource.computed:
        found[one.name] = _initial(subject, one.name)
    always = ["id", "created_at", *(["updated_at"] if resource.stamped else [])]
    always += [resource.self_url] if resource.self_url else []
    return found | {name: Source(f"made[{python(name)}]") for name in always}


def _initial(subject: Subject, name: str) -> object:
    formula = next(one.formula for one in subject.resource.computed if one.name == name)
    if isinstance(formula, Product):
        return Source(f"made[{python(name)}]")
    function = getattr(formula, "function", "count")
    return {"count": 0, "sum": 0}.get(function)


def follows(subject: Subject) -> list[str]:
    """What may change along with an update of other fields."""
    products = [one.name for one in subject.resource.computed if isinstance(one.formula, Product)]
    return products + (["updated_at"] if subject.resource.stamped else [])


def edges(subject: Subject) -> list[Body]:
    """Bodies that hold a value at the edge in every field that no rule is about."""
    free = {field.name: list(_accepted(field)) for field in _free(subject)}
    found: list[Body] = []
    for place in range(min(_EDGES, max((len(one) for one in free.values()), default=0))):
        found.append(
            {
                name: values[place % len(values)]
                for name, values in free.items()
                if place < len(values) or not _is_unique(subject, name)
            }
        )
    return [body for body in found if body]


def _free(subject: Subject) -> Iterator[Field]:
    bound = ruled(subject.resource)
    for field in subject.resource.fields:
        if field.on_creation and field.name not in bound and any(_accepted(field)):
            yield field


def _is_unique(subject: Subject, name: str) -> bool:
    field = subject.field(name)
    return field is not None and field.unique


def _accepted(field: Field) -> Iterator[object]:
    if not points_to(field):
        yield from samples.accepted(field.kind)
    elif isinstance(field.kind, References):
        yield []
    if field.nullable:
        yield None


def refused(subject: Subject, names: list[str]) -> dict[str, list[object]]:
    """Single values that are no value of the field, by its name."""
    found: dict[str, list[object]] = {}
    for name in names:
        field = subject.resource.field(name)
        found[name] = [*samples.refused(field.kind), *([] if field.nullable else [None])]
    return found


def changes(subject: Subject) -> list[Body]:
    """Updates that keep every rule, from the first row to the second; fields of a rule together."""
    resource, contract = subject.resource, subject.contract
    moved = {transition.field for transition in resource.transitions}
    second: Body = subject.bodies.rows[1]
    single: list[Body] = []
    together: dict[str, object] = {}
    tied = {name for pair in ladder(resource) for name in pair} | {
        name for name in ruled(resource) if name not in moved
    }
    for field in resource.fields:
        if not field.on_update or field.name in moved:
            continue
        if field.name in second:
            found = second[field.name]
        elif points_to(field):
            continue
        else:
            found = value(contract, resource, field, RANKS[1])
        if field.name in tied:
            together[field.name] = found
        else:
            single.append({field.name: found})
    return single + ([together] if together else [])


def parents_of(subject: Subject, found: list[Body]) -> tuple[str, ...]:
    """The fixtures that changes need besides the bodies of rows."""
    if any(isinstance(one, Source) for change in found for one in change.values()):
        return subject.parents
    return ()


def unwritten(subject: Subject, *, on_creation: bool) -> list[str]:
    """Fields that such a request must not hold."""
    found = ["id", "created_at", "no_such_field"]
    for field in subject.resource.fields:
        if not (field.on_creation if on_creation else field.on_update):
            found.append(field.name)
    found += [one.name for one in subject.resource.computed]
    found += [subject.resource.self_url] if subject.resource.self_url else []
    if subject.is_account:
        found += ["password", "role"]
    return found + (["updated_at"] if subject.resource.stamped else [])


def surrogate(subject: Subject) -> dict[str, str]:
    """A text that UTF-8 cannot hold, for a field that clients write."""
    for field in subject.resource.fields:
        if isinstance(field.kind, Text) and field.on_creation:
            return {field.name: "\ud800" * max(field.kind.min_length, 1)}
    return {}


def time(subject: Subject) -> str:
    """A timestamp that no rule is about; empty where there is none."""
    bound = ruled(subject.resource)
    for field in subject.resource.fields:
        free = field.on_creation and field.name not in bound
        if isinstance(field.kind, Timestamp) and free:
            return field.name
    return ""


def by_id(subject: Subject) -> Iterator[tuple[str, str, str, str]]:
    """The operations on one row: verb, method, caller, further arguments."""
    change = next((one for one in changes(subject) if not parents_of(subject, [one])), None)
    for action, verb, method in (
        ("read", "get", "get"),
        ("update", "update", "patch"),
        ("delete", "delete", "delete"),
    ):
        caller = subject.by[action]
        if caller and (action != "update" or change):
            yield verb, method, caller, f", json={python(change)}" if action == "update" else ""


def allowed(subject: Subject) -> Iterator[tuple[str, str, str]]:
    """Paths, each with a method that it allows, where it does not allow PUT."""
    paths = {operation.path for operation in operations(subject.contract)}
    methods = {operation.path: operation.method for operation in operations(subject.contract)}
    resource = subject.resource
    for what, path, test in (
        ("the_collection", resource.collection_path, "PATH"),
        ("a_single_one", resource.item_path, 'f"{PATH}/1"'),
    ):
        if path in paths:
            yield what, test, methods[path]


def products(subject: Subject) -> Iterator[dict[str, str]]:
    for one in subject.resource.computed:
        if isinstance(one.formula, Product):
            factors = (f'Decimal(str(made["{name}"]))' for name in one.formula.factors)
            yield {"name": one.name, "expected": " * ".join(factors)}


def slugs(subject: Subject) -> dict[str, str]:
    """Each slug, and the text that it is made of."""
    found: dict[str, str] = {}
    for field in subject.resource.fields:
        if isinstance(field.kind, Slug):
            text = subject.resource.field(field.kind.source)
            wide = (
                isinstance(text.kind, Text) and text.kind.min_length <= 16 <= text.kind.max_length
            )
            if wide and text.on_creation and not text.unique:
                found[field.name] = text.name
    return found


def codes(subject: Subject) -> dict[str, int]:
    return {
        field.name: field.kind.length
        for field in subject.resource.fields
        if isinstance(field.kind, Code)
    }


# ---- lists ------------------------------------------------------------------------------------


def filters(subject: Subject) -> Iterator[dict[str, Any]]:
    """Each filter: the parameter, values to ask for, and which rows hold one of them."""
    for name in subject.resource.filters:
        field = subject.field(name)
        if field is None or not _filled(subject, field):
            continue
        parameter = parameter_of(field)
        kind = field.kind
        many = isinstance(kind, TextList | References)
        first = Source(f"made[0][{python(name)}]" + ("[0]" if many else ""))
        values: list[object] = [first, *_absent(subject, field)]
        holds = f"value in (row[{python(name)}] or [])" if many else f"row[{python(name)}] == value"
        yield {"parameter": parameter, "sought": values, "holds": holds, "words": name}


def parameter_of(field: Field) -> str:
    """The filter's name on the wire: of what holds several values, the singular."""
    return singular(field.name) if isinstance(field.kind, TextList | References) else field.name


def _filled(subject: Subject, field: Field) -> bool:
    if field.name in subject.bodies.rows[0]:
        return subject.bodies.rows[0][field.name] is not None
    return field.name in (subject.resource.owner,) or field.default is not None


def _absent(subject: Subject, field: Field) -> list[object]:
    """A value that no row of the tests holds, where one can be told."""
    used = [row.get(field.name, field.default) for row in subject.bodies.rows]
    kind = field.kind
    if isinstance(kind, Reference | References | Json):
        return []
    for one in (*samples.accepted(kind), *getattr(kind, "values", ())):
        plain = isinstance(one, str | int | float) and one not in used
        if plain and one not in ("",) and (not isinstance(one, str) or len(one) <= 200):
            return [one]
    return []


def wrong_filters(subject: Subject) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for name in subject.resource.filters:
        field = subject.field(name)
        if field and not isinstance(field.kind, Text | TextList | Slug | Code):
            found.append((parameter_of(field), "x" * 101))
    return found


def ranges(subject: Subject) -> list[tuple[str, str, str]]:
    """The fields that can be narrowed, each with its two parameters."""
    found: list[tuple[str, str, str]] = []
    for name in subject.resource.ranges:
        field = subject.field(name)
        if field is None or field.name in subject.bodies.rows[0]:
            numeric = field is not None and isinstance(field.kind, Integer | Decimal)
            least, most = ("min", "max") if numeric else ("from", "to")
            found.append((name, f"{name}_{least}", f"{name}_{most}"))
    return found


def searched(subject: Subject) -> list[str]:
    """The searched fields of which the rows of the tests hold something to look for."""
    return [
        name
        for name in subject.resource.searched
        if isinstance(subject.bodies.rows[0].get(name), str)
    ]
