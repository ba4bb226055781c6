"""What tables and columns are called from one version of a contract to the next."""

from collections.abc import Iterator

import msgspec

from smartforge.contract import Contract, Resource
from smartforge.contract.carrying import field_pairs, pairs
from smartforge.targets.fastapi import naming
from smartforge.targets.fastapi.columns import LinkView, Names, TableView, table_view
from smartforge.targets.fastapi.modelled import Table


class Named(msgspec.Struct, frozen=True):
    """New names: of tables by their old ones, of columns by their old ones and the new table."""

    tables: dict[str, str]
    columns: dict[str, dict[str, str]]

    def backwards(self) -> "Named":
        before = {now: was for was, now in self.tables.items()}
        columns = {
            before.get(table, table): {now: was for was, now in named.items()}
            for table, named in self.columns.items()
        }
        return Named(before, columns)


class _Sides(msgspec.Struct, frozen=True):
    """Both contracts, and what their resources are called in the code."""

    old: Contract
    new: Contract
    old_names: Names
    new_names: Names

    def tables(self, was: Resource, now: Resource) -> tuple[TableView, TableView]:
        return (
            table_view(self.old, was, self.old_names),
            table_view(self.new, now, self.new_names),
        )


def named(
    old: Contract, new: Contract, before: tuple[Table, ...], after: tuple[Table, ...]
) -> Named:
    """What is called otherwise in `after` than in `before`."""
    sides = _Sides(old, new, naming.resource_names(old), naming.resource_names(new))
    tables: dict[str, str] = {}
    columns: dict[str, dict[str, str]] = {}
    for was, now in pairs(old, new):
        table = sides.new_names[now.name].table
        tables[sides.old_names[was.name].table] = table
        columns[table] = {
            naming.column(one): naming.column(other)
            for one, other in field_pairs(was, now, old, new)
        }
        for one, other in _links(was, now, sides):
            tables[one.table] = other.table
            columns[other.table] = {one.own: other.own, one.other: other.other}
        tables |= _alike(was, now, tables, (before, after))
    there = {one.name for one in before}, {one.name for one in after}
    return Named(
        {a: b for a, b in tables.items() if a != b and a in there[0] and b in there[1]},
        {
            table: changed
            for table, every in columns.items()
            if table in there[1] and (changed := {a: b for a, b in every.items() if a != b})
        },
    )


def _links(was: Resource, now: Resource, sides: _Sides) -> Iterator[tuple[LinkView, LinkView]]:
    """The tables of pairs of both: of lists of references by their fields, of marks by name."""
    one, other = sides.tables(was, now)
    fields = {
        naming.attribute(a): naming.attribute(b)
        for a, b in field_pairs(was, now, sides.old, sides.new)
    }
    known = {link.field: link for link in other.links}
    for link in one.links:
        if fields.get(link.field) in known:
            yield link, known[fields[link.field]]
    for mark, link in one.marks.items():
        if mark in other.marks:
            yield link, other.marks[mark]


def _alike(
    was: Resource, now: Resource, known: dict[str, str], both: tuple[tuple[Table, ...], ...]
) -> dict[str, str]:
    """Further tables of a renamed resource, which have its name in theirs."""
    before, after = ({one.name for one in tables} for tables in both)
    found: dict[str, str] = {}
    for table in sorted(before - after - set(known)):
        for word, other in ((was.plural, now.plural), (was.name, now.name)):
            name = table.replace(word, other)
            if word != other and name in after - before - set(known.values()):
                found.setdefault(table, name)
    return found
