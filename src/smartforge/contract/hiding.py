"""Which rows may be hidden: those that are deleted softly, and what goes along with them."""

from collections.abc import Iterator

from smartforge.contract.fields import Field, Reference
from smartforge.contract.resources import Contract, Resource


def hidden(contract: Contract) -> frozenset[str]:
    """The resources of which rows can be there and not be seen."""
    found = [one.name for one in contract.resources if one.soft_delete]
    for name in found:  # grows while it is read
        found += [one.name for one, _ in falling(contract, name) if one.name not in found]
    return frozenset(found)


def falling(contract: Contract, name: str) -> Iterator[tuple[Resource, Field]]:
    """What is deleted along with a row of that resource, by which reference."""
    yield from _by(contract, name, "cascade")


def holding(contract: Contract, name: str) -> Iterator[tuple[Resource, Field]]:
    """What keeps a row of that resource from being deleted, by which reference."""
    yield from _by(contract, name, "restrict")


def cleared(contract: Contract, name: str) -> Iterator[tuple[Resource, Field]]:
    """What lets go of a row of that resource that is deleted, by which reference."""
    yield from _by(contract, name, "clear")


def hanging(contract: Contract, resource: Resource) -> Iterator[tuple[Field, str]]:
    """The references of the resource to rows that may be hidden, and of which resource."""
    found = hidden(contract)
    for field in resource.fields:
        if isinstance(field.kind, Reference) and field.kind.resource in found:
            yield field, field.kind.resource


def _by(contract: Contract, name: str, on_delete: str) -> Iterator[tuple[Resource, Field]]:
    for other, field in contract.pointing_at(name):
        if isinstance(field.kind, Reference) and field.kind.on_delete == on_delete:
            yield other, field
