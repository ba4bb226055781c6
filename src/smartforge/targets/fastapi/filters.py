"""How requests narrow lists: the parameters of a query, and the conditions that they stand for."""

from collections.abc import Iterator

import msgspec

from smartforge.contract import (
    Contract,
    Date,
    Field,
    References,
    Resource,
    TextList,
    Timestamp,
)
from smartforge.contract.names import singular
from smartforge.contract.operations import nested_lists
from smartforge.targets.fastapi import kinds, naming
from smartforge.targets.fastapi.columns import Names, TableView


class FilterView(msgspec.Struct, frozen=True):
    """One parameter of a query: its attribute, its line in a class or a signature, and the
    condition, in which `{value}` stands for what was sent. `field` is what it narrows by."""

    attribute: str
    line: str
    condition: str
    field: str


class FiltersView(msgspec.Struct, frozen=True):
    """All that lists of a resource can be narrowed by.

    `shared` stand in a class of their own, `chosen` in the signatures, since lists below another
    resource leave one of them out: their path says it already.
    """

    shared: tuple[FilterView, ...]
    chosen: tuple[FilterView, ...]

    def besides(self, field: str) -> tuple[FilterView, ...]:
        """Those in the signature of the list whose path chooses `field`."""
        return tuple(one for one in self.chosen if one.field != field)


def filters_view(
    contract: Contract,
    resource: Resource,
    types: dict[str, str],
    table: TableView,
    names: Names,
) -> FiltersView:
    """`types` are the types of the fields, as a module that imports `schemas` writes them."""
    row = names[resource.name].row
    via = {
        field
        for parent in contract.resources
        for child, field in nested_lists(contract, parent)
        if child == resource
    }
    shared = [
        _filter(resource.field(name), types, table, row)
        for name in resource.filters
        if name not in via
    ]
    for name in resource.ranges:
        shared += _range(resource, name, types, row)
    if resource.searched:
        shared.append(_search(resource, row))
    chosen = [_chosen(resource.field(name), row) for name in resource.filters if name in via]
    return FiltersView(tuple(shared), tuple(chosen))


def _chosen(field: Field, row: str) -> FilterView:
    condition = f"models.{row}.{naming.attribute(field)} == {{value}}"
    return _parameter(field.name, "RowFilter", condition, field.name, local=True)


def _filter(field: Field, types: dict[str, str], table: TableView, row: str) -> FilterView:
    kind = field.kind
    column = f"models.{row}.{naming.attribute(field)}"
    match kind:
        case TextList():
            name = singular(field.name)
            return _parameter(name, kinds.ITEM_TYPE, f"holds({column}, {{value}})", field.name)
        case References():
            link = next(one for one in table.links if one.field == naming.attribute(field))
            condition = f"models.{row}.{link.attribute}.any(id={{value}})"
            return _parameter(singular(field.name), _read("RowId", "DIGITS"), condition, field.name)
        case _:
            condition = f"{column} == {{value}}"
            type_name = _read(types[field.name], kinds.from_text(kind))
            return _parameter(field.name, type_name, condition, field.name)


def _range(resource: Resource, name: str, types: dict[str, str], row: str) -> Iterator[FilterView]:
    field = next((one for one in resource.fields if one.name == name), None)
    kind = field.kind if field else Timestamp()
    column = f"models.{row}.{naming.attribute(field) if field else name}"
    type_name = _read(types.get(name, "UtcTime"), kinds.from_text(kind))
    ends = ("from", "to") if isinstance(kind, Date | Timestamp) else ("min", "max")
    for end, operator in zip(ends, (">=", "<="), strict=True):
        yield _parameter(f"{name}_{end}", type_name, f"{column} {operator} {{value}}", name)


def _search(resource: Resource, row: str) -> FilterView:
    columns = [f"models.{row}.{naming.attribute(resource.field(one))}" for one in resource.searched]
    found = [f"{column}.icontains({{value}}, autoescape=True)" for column in columns]
    condition = f"or_({', '.join(found)})" if len(found) > 1 else found[0]
    return _parameter("q", "Search", condition, "")


def _read(type_name: str, validator: str) -> str:
    return f"Annotated[{type_name}, {validator}]" if validator else type_name


def _parameter(
    name: str, type_name: str, condition: str, field: str, *, local: bool = False
) -> FilterView:
    attribute = naming.parameter(name, local=local)
    if attribute != name:
        line = f'{attribute}: Annotated[{type_name} | None, Query(alias="{name}")] = None'
    elif type_name.startswith("list["):
        line = f"{attribute}: Annotated[{type_name} | None, Query()] = None"
    else:
        line = f"{attribute}: {type_name} | None = None"
    return FilterView(attribute, line, condition, field)
