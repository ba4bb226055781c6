"""Query and path parameters: pages, order, filters, ranges, search."""

from typing import Any

from smartforge.contract.fields import Date, References, TextList, Timestamp
from smartforge.contract.names import singular
from smartforge.contract.openapi.schemas import field_schema, identity, item_schema
from smartforge.contract.resources import Paging, Resource

Json = dict[str, Any]

MAX_OFFSET = 1_000_000_000
MAX_SEARCH = 100
MAX_CURSOR = 4_500


def path_parameter(name: str, schema: Json) -> Json:
    return {"name": name, "in": "path", "required": True, "schema": schema}


def id_parameter(resource: Resource) -> Json:
    return path_parameter(f"{resource.name}_id", identity())


def list_parameters(resource: Resource, without: str = "") -> list[Json]:
    """Those of a list; `without` names the field that the path has chosen already."""
    return [*_pages(resource), *narrowing(resource, without)]


def narrowing(resource: Resource, without: str = "") -> list[Json]:
    """Filters, ranges and `q`: what reports take as well."""
    schemas: Json = {}
    for name in resource.filters:
        if name != without:
            schemas |= filter_schema(resource, name)
    for name in resource.ranges:
        schemas |= range_schemas(resource, name)
    if resource.searched:
        schemas["q"] = {"type": "string", "minLength": 1, "maxLength": MAX_SEARCH}
    return _queries(schemas)


def filter_schema(resource: Resource, name: str) -> Json:
    """The query parameter of a filter, by its name: of a list, it is the singular."""
    kind = resource.field(name).kind
    if isinstance(kind, TextList | References):
        return {singular(name): item_schema(kind)}
    return {name: field_schema(kind)}


def range_schemas(resource: Resource, name: str) -> Json:
    """The two query parameters of a range, by their names."""
    kind = next((field.kind for field in resource.fields if field.name == name), Timestamp())
    ends = ("from", "to") if isinstance(kind, Date | Timestamp) else ("min", "max")
    return {f"{name}_{end}": field_schema(kind) for end in ends}


def cursor() -> Json:
    """What nobody makes up: texts of this format are those that the server answered."""
    return {"type": "string", "format": "cursor", "minLength": 1, "maxLength": MAX_CURSOR}


def page_parameters() -> list[Json]:
    """Those of a list that has one order only."""
    return _queries(_cuts(Paging()))


def _pages(resource: Resource) -> list[Json]:
    order = [name for field in resource.sortable for name in (field, f"-{field}")]
    sort: Json = {"type": "string", "enum": order, "default": resource.sorted_by}
    return _queries(_cuts(resource.paging) | {"sort": sort})


def _cuts(paging: Paging) -> Json:
    """How much of a list is wanted, and from where on."""
    limit: Json = {"type": "integer", "minimum": 1, "maximum": paging.max_limit}
    where: Json = {"offset": {"type": "integer", "minimum": 0, "maximum": MAX_OFFSET, "default": 0}}
    if paging.by_cursor:
        where = {"cursor": cursor()}
    return {"limit": limit | {"default": paging.default_limit}, **where}


def _queries(schemas: Json) -> list[Json]:
    return [
        {"name": name, "in": "query", "required": False, "schema": schema}
        for name, schema in schemas.items()
    ]
