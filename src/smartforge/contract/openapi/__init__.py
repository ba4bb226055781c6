"""A contract as an OpenAPI 3.1 document.

The rules are those of docs/explain/generated-api.md. Shapes are kept as plain as a natural
implementation would serve them: a nullable field is `anyOf` with null, a decimal a number with
bounds, and nothing says what JSON Schema implies anyway.
"""

from typing import Any, cast

from smartforge.contract.names import spaced
from smartforge.contract.openapi.hints import limit_hints
from smartforge.contract.openapi.paths import path_items
from smartforge.contract.openapi.resources import component_schemas
from smartforge.contract.openapi.schemas import field_schema, number
from smartforge.contract.operations import operations
from smartforge.contract.resources import Contract

__all__ = ["field_schema", "number", "openapi"]

Json = dict[str, Any]

_REFERENCE = "#/components/schemas/"


def openapi(contract: Contract) -> Json:
    """The document that a project made from `contract` serves.

    `contract` is sound (see `soundness.validate`). Equal contracts give equal documents, keys in
    the same order. The values are fresh and may be changed by the caller.
    """
    info: Json = {"title": contract.title, "version": contract.version}
    if contract.description:
        info["description"] = contract.description
    paths = path_items(contract)
    components: Json = {"schemas": _used(component_schemas(contract), paths)}
    if contract.accounts:
        bearer = {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
        components["securitySchemes"] = {"bearerAuth": bearer}
        if contract.accounts.api_keys:
            key = {"type": "apiKey", "in": "header", "name": "X-API-Key"}
            components["securitySchemes"]["apiKeyAuth"] = key
    document: Json = limit_hints(contract) | {
        "openapi": "3.1.0",
        "info": info,
        "tags": _tags(contract),
        "paths": paths,
        "components": components,
    }
    return document | ({"x-cors": list(contract.cors)} if contract.cors else {})


def _tags(contract: Contract) -> list[Json]:
    tags: list[Json] = [{"name": "auth"}] if contract.accounts else []
    used = {operation.resource for operation in operations(contract)}
    for resource in contract.resources:
        if resource.name in used:
            tag: Json = {"name": spaced(resource.plural)}
            tags.append(
                tag | {"description": resource.description} if resource.description else tag
            )
    if contract.recipes:
        tags.append({"name": "computations"})
    if any(custom.made and not custom.resource for custom in contract.customs):
        tags.append({"name": "operations"})
    return tags


def _used(schemas: Json, paths: Json) -> Json:
    """Those to which something in `paths` leads, in the order of `schemas`."""
    found = set[str]()
    waiting: list[object] = [paths]
    while waiting:
        node = waiting.pop()
        if isinstance(node, list):
            waiting += cast(list[object], node)
        elif isinstance(node, dict):
            inner = cast(Json, node)
            waiting += inner.values()
            target = inner.get("$ref")
            name = target.removeprefix(_REFERENCE) if isinstance(target, str) else ""
            if name in schemas and name not in found:
                found.add(name)
                waiting.append(schemas[name])
    return {name: schema for name, schema in schemas.items() if name in found}
