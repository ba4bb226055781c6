"""What the history of rows tells of them, and which rows a deletion touches besides its own."""

from collections.abc import Iterator

import msgspec

from smartforge.contract import Contract, Field, Reference, References, Resource
from smartforge.contract.hiding import cleared, falling
from smartforge.targets.fastapi import naming
from smartforge.targets.fastapi.columns import LinkView, Names, TableView


class Trail(msgspec.Struct, frozen=True):
    """One resource as entries tell of it, and what deleting its rows does to others with a history.

    `columns` are attributes, each with the name that clients know, `links` tables of pairs.
    `falling` are classes whose rows are deleted along, each with the attribute that refers here,
    `cleared` those that let go, and `linked` those that hold many, with what holds them.
    """

    kept: bool = False
    columns: tuple[tuple[str, str], ...] = ()
    links: tuple[LinkView, ...] = ()
    falling: tuple[tuple[str, str], ...] = ()
    cleared: tuple[tuple[str, str], ...] = ()
    linked: tuple[tuple[str, str], ...] = ()

    @property
    def touched(self) -> bool:
        """Whether deleting a row leaves entries, about it or about others."""
        return self.kept or bool(self.falling or self.cleared or self.linked)


def trail(contract: Contract, resource: Resource, table: TableView, names: Names) -> Trail:
    touching = _touching(contract)
    name = resource.name
    if name not in touching:
        return Trail()
    kept = resource.history
    fallen = ((one, field) for one, field in falling(contract, name) if one.name in touching)
    let_go = ((one, field) for one, field in cleared(contract, name) if one.history)
    return Trail(
        kept=kept,
        columns=tuple(_columns(contract, resource)) if kept else (),
        links=table.links if kept else (),
        falling=tuple((names[one.name].row, naming.attribute(field)) for one, field in fallen),
        cleared=tuple((names[one.name].row, naming.attribute(field)) for one, field in let_go),
        linked=tuple(
            (names[one.name].row, naming.link(one, field)) for one, field in _linked(contract, name)
        ),
    )


def _touching(contract: Contract) -> frozenset[str]:
    """The resources of which deleting a row leaves an entry somewhere."""
    found = [one.name for one in contract.resources if one.history]
    for one in contract.resources:
        changed = any(other.history for other, _ in cleared(contract, one.name))
        if (changed or any(_linked(contract, one.name))) and one.name not in found:
            found.append(one.name)
    for name in found:  # grows while it is read
        found += [one for one in _above(contract, name) if one not in found]
    return frozenset(found)


def _above(contract: Contract, name: str) -> Iterator[str]:
    """The resources whose rows take those of that name along when they are deleted."""
    for field in contract.resource(name).fields:
        if isinstance(field.kind, Reference) and field.kind.on_delete == "cascade":
            yield field.kind.resource


def _linked(contract: Contract, name: str) -> Iterator[tuple[Resource, Field]]:
    for other, field in contract.pointing_at(name):
        if other.history and isinstance(field.kind, References):
            yield other, field


def _columns(contract: Contract, resource: Resource) -> Iterator[tuple[str, str]]:
    """What entries tell of a row: what clients know of it, but neither secrets nor figures."""
    for field in resource.fields:
        if not isinstance(field.kind, References):
            yield naming.attribute(field), field.name
    accounts = contract.accounts
    given: tuple[str, ...] = ()
    if accounts and accounts.resource == resource.name and accounts.roles:
        given = ("role",)
    if resource.upload:
        given = (*given, "filename", "content_type", "size")
    yield from zip(given, given, strict=True)
