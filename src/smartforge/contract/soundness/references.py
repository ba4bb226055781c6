"""References: what they point to, how deletion follows them, what can never be created."""

from collections.abc import Iterator

from smartforge.contract.fields import Field, Reference, References
from smartforge.contract.names import quoted
from smartforge.contract.resources import Contract, Resource
from smartforge.contract.soundness.places import Place


def reference_problems(place: Place) -> Iterator[str]:
    nested: dict[str, str] = {}
    for field in place.resource.fields:
        kind = field.kind
        if not isinstance(kind, Reference | References):
            continue
        here = f"field {quoted(field.name)} of {place.here}"
        if place.of(kind.resource) is None:
            yield f"{here}: it points to {quoted(kind.resource)}, which is no resource"
        if not isinstance(kind, Reference):
            continue
        if kind.on_delete == "clear" and not field.nullable:
            yield f"{here}: deletion would clear it, but it may not be null"
        if kind.nested and "list" in place.resource.actions:
            first = nested.setdefault(kind.resource, field.name)
            if first != field.name:
                yield _same_list(place, kind, first, field.name)


def _same_list(place: Place, kind: Reference, first: str, second: str) -> str:
    parent = place.of(kind.resource)
    path = f"{parent.resource.item_path if parent else ''}{place.resource.segment}"
    return (
        f"{place.here}: {quoted(first)} and {quoted(second)} would both be listed at "
        f"{quoted(path, 200)}; only one of them can be nested"
    )


def cycle_problems(contract: Contract) -> Iterator[str]:
    """Rows that each need another one first, in a circle: none of them could ever be made."""
    told = set[str]()
    for resource in contract.resources:
        if resource.name in told:
            continue
        cycle = _way(contract, resource)
        if cycle:
            told.update(cycle)
            around = " -> ".join(quoted(name) for name in cycle)
            yield (
                f"nothing can be created in the circle {around}, since each of these references "
                "is required; make one of them optional"
            )


def _way(contract: Contract, start: Resource) -> tuple[str, ...]:
    """The shortest way along required references from a resource back to it; empty if none."""
    ways: list[tuple[str, ...]] = [(start.name,)]
    seen = set[str]()
    while ways:
        way = ways.pop(0)
        for name in _needed(contract, way[-1]):
            if name == start.name:
                return (*way, name)
            if name not in seen:
                seen.add(name)
                ways.append((*way, name))
    return ()


def _needed(contract: Contract, name: str) -> Iterator[str]:
    for resource in contract.resources:
        if resource.name != name:
            continue
        place = Place(contract, resource)
        for field in resource.fields:
            if isinstance(field.kind, Reference) and field.required and not _made(place, field):
                yield field.kind.resource


def _made(place: Place, field: Field) -> bool:
    """Whether registration makes the row that the field points to."""
    accounts = place.contract.accounts
    return accounts is not None and place.holds_accounts and field.name == accounts.tenant
