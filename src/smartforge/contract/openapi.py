"""A contract as an OpenAPI 3.1 document.

The rules are those of docs/explain/generated-api.md. Shapes are kept as plain as a natural
implementation would serve them: a nullable field is `anyOf` with null, a decimal a number with
bounds, and nothing says what JSON Schema implies anyway.
"""

from typing import Any

from smartforge.contract.fields import (
    Boolean,
    Choice,
    Date,
    Decimal,
    Email,
    Field,
    Integer,
    Kind,
    Text,
    TextList,
    Timestamp,
    Url,
)
from smartforge.contract.kinds import MAX_EMAIL_LENGTH, MAX_ITEM_LENGTH, MAX_URL_LENGTH, as_decimal
from smartforge.contract.names import class_name, spaced
from smartforge.contract.resources import Action, Contract, Resource

Json = dict[str, Any]

MAX_ID = 2_147_483_647
MAX_OFFSET = 1_000_000_000


def openapi(contract: Contract) -> Json:
    """The document that a project made from `contract` serves.

    `contract` is sound (see `soundness.validate`). Equal contracts give equal documents, keys in
    the same order. The values are fresh and may be changed by the caller.
    """
    info: Json = {"title": contract.title, "version": contract.version}
    if contract.description:
        info["description"] = contract.description
    paths: Json = {"/health": {"get": _health()}}
    schemas = _shared_schemas()
    for resource in contract.resources:
        paths |= _paths(resource)
        schemas |= _schemas(resource)
    return {
        "openapi": "3.1.0",
        "info": info,
        "tags": [_tag(resource) for resource in contract.resources],
        "paths": paths,
        "components": {"schemas": schemas},
    }


def field_schema(kind: Kind) -> Json:
    """The JSON Schema of the values of `kind`, null not among them."""
    match kind:
        case Text():
            return {"type": "string", "minLength": kind.min_length, "maxLength": kind.max_length}
        case Integer():
            return {"type": "integer", "minimum": kind.minimum, "maximum": kind.maximum}
        case Decimal():
            return {
                "type": "number",
                "minimum": number(kind.minimum),
                "maximum": number(kind.maximum),
            }
        case Boolean():
            return {"type": "boolean"}
        case Date():
            return {"type": "string", "format": "date"}
        case Timestamp():
            return {"type": "string", "format": "date-time"}
        case Email():
            return {"type": "string", "format": "email", "maxLength": MAX_EMAIL_LENGTH}
        case Url():
            return {"type": "string", "format": "uri", "maxLength": MAX_URL_LENGTH}
        case Choice():
            return {"type": "string", "enum": list(kind.values)}
        case TextList():
            item = {"type": "string", "minLength": 1, "maxLength": MAX_ITEM_LENGTH}
            return {"type": "array", "items": item, "maxItems": kind.max_items}


def number(value: str | int | float) -> int | float:
    """A decimal as the JSON number that stands for it: whole ones without a point."""
    exact = as_decimal(value)
    if exact is None:
        raise ValueError(f"not a plain decimal number: {value!r}")
    return int(exact) if exact == exact.to_integral_value() else float(exact)


def _tag(resource: Resource) -> Json:
    tag = {"name": spaced(resource.plural)}
    return tag | {"description": resource.description} if resource.description else tag


def _ref(name: str) -> Json:
    return {"$ref": f"#/components/schemas/{name}"}


def _object(properties: Json, required: list[str]) -> Json:
    schema: Json = {"type": "object", "properties": properties}
    if required:
        schema["required"] = required
    schema["additionalProperties"] = False
    return schema


# ---- schemas ----------------------------------------------------------------------------------


def _shared_schemas() -> Json:
    location = {"type": "array", "items": {"anyOf": [{"type": "string"}, {"type": "integer"}]}}
    return {
        "Health": _object({"status": {"type": "string", "enum": ["ok"]}}, ["status"]),
        "Problem": _object(
            {
                "type": {"type": "string"},
                "title": {"type": "string"},
                "status": {"type": "integer"},
                "detail": {"type": "string"},
                "errors": {"type": "array", "items": _ref("ProblemError")},
            },
            ["type", "title", "status", "detail"],
        ),
        "ProblemError": _object(
            {"location": location, "message": {"type": "string"}}, ["location", "message"]
        ),
    }


def _schemas(resource: Resource) -> Json:
    name = class_name(resource.name)
    schemas: Json = {}
    if set(resource.actions) - {"delete"}:
        schemas[name] = _answer(resource)
    if "create" in resource.actions:
        schemas[f"{name}Create"] = _create(resource)
    if "update" in resource.actions:
        schemas[f"{name}Update"] = _update(resource)
    if "list" in resource.actions:
        schemas[f"{name}Page"] = _page(resource)
    return schemas


def _property(field: Field) -> Json:
    schema = field_schema(field.kind)
    if field.nullable:
        nullable: Json = {"anyOf": [schema, {"type": "null"}]}
        schema = nullable
    if field.description:
        schema["description"] = field.description
    return schema


def _answer(resource: Resource) -> Json:
    properties: Json = {"id": _id_schema()}
    properties |= {field.name: _property(field) for field in resource.fields}
    properties["created_at"] = {"type": "string", "format": "date-time"}
    return _object(properties, list(properties))


def _create(resource: Resource) -> Json:
    properties: Json = {}
    for field in resource.fields:
        schema = _property(field)
        if field.default is not None:
            schema["default"] = _default(field)
        properties[field.name] = schema
    return _object(properties, [field.name for field in resource.fields if field.required])


def _update(resource: Resource) -> Json:
    schema = _object({field.name: _property(field) for field in resource.fields}, [])
    return schema | {"minProperties": 1}


def _page(resource: Resource) -> Json:
    properties: Json = {
        "items": {"type": "array", "items": _ref(class_name(resource.name))},
        "total": {"type": "integer", "minimum": 0},
        "limit": {"type": "integer", "minimum": 1, "maximum": resource.paging.max_limit},
        "offset": {"type": "integer", "minimum": 0, "maximum": MAX_OFFSET},
    }
    return _object(properties, list(properties))


def _default(field: Field) -> object:
    if isinstance(field.kind, Decimal) and isinstance(field.default, str | int | float):
        return number(field.default)
    return list(field.default) if isinstance(field.default, list) else field.default


def _id_schema() -> Json:
    return {"type": "integer", "minimum": 1, "maximum": MAX_ID}


# ---- paths and operations ---------------------------------------------------------------------


def _paths(resource: Resource) -> Json:
    collection = _operations(resource, (("list", "get"), ("create", "post")))
    item = _operations(resource, (("read", "get"), ("update", "patch"), ("delete", "delete")))
    paths: Json = {}
    if collection:
        paths[resource.path] = collection
    if item:
        paths[f"{resource.path}/{{{resource.name}_id}}"] = item
    return paths


def _operations(resource: Resource, methods: tuple[tuple[Action, str], ...]) -> Json:
    return {
        method: _operation(resource, action)
        for action, method in methods
        if action in resource.actions
    }


def _operation(resource: Resource, action: Action) -> Json:
    one, many = resource.name, resource.plural
    name = class_name(one)
    match action:
        case "list":
            operation = _named(resource, f"list_{many}", f"List {spaced(many)}")
            operation["parameters"] = _list_parameters(resource)
            answers = {"200": _json("A page of them", f"{name}Page")}
        case "create":
            operation = _named(resource, f"create_{one}", f"Create {spaced(one)}")
            operation["requestBody"] = _body(f"{name}Create")
            answers = {"201": _json("Created", name) | {"headers": _location()}}
        case "read":
            operation = _named(resource, f"get_{one}", f"Get {spaced(one)}")
            operation["parameters"] = [_id_parameter(resource)]
            answers = {"200": _json("Found", name), "404": _problem("No such id")}
        case "update":
            operation = _named(resource, f"update_{one}", f"Update {spaced(one)}")
            operation["parameters"] = [_id_parameter(resource)]
            operation["requestBody"] = _body(f"{name}Update")
            answers = {"200": _json("Updated", name), "404": _problem("No such id")}
        case "delete":
            operation = _named(resource, f"delete_{one}", f"Delete {spaced(one)}")
            operation["parameters"] = [_id_parameter(resource)]
            answers = {"204": {"description": "Deleted"}, "404": _problem("No such id")}
    operation["responses"] = {**answers, "422": _problem("The request is not valid")}
    return operation


def _named(resource: Resource, operation_id: str, summary: str) -> Json:
    return {"tags": [spaced(resource.plural)], "summary": summary, "operationId": operation_id}


def _health() -> Json:
    return {
        "summary": "Say that the API is up",
        "operationId": "health",
        "responses": {"200": _json("Up", "Health")},
    }


def _location() -> Json:
    header: Json = {"description": "The path of what was created", "required": True}
    return {"Location": header | {"schema": {"type": "string"}}}


def _json(description: str, schema: str) -> Json:
    return {"description": description, "content": {"application/json": {"schema": _ref(schema)}}}


def _problem(description: str) -> Json:
    content = {"application/problem+json": {"schema": _ref("Problem")}}
    return {"description": description, "content": content}


def _body(schema: str) -> Json:
    return {"required": True, "content": {"application/json": {"schema": _ref(schema)}}}


def _id_parameter(resource: Resource) -> Json:
    return {
        "name": f"{resource.name}_id",
        "in": "path",
        "required": True,
        "schema": _id_schema(),
    }


def _list_parameters(resource: Resource) -> list[Json]:
    paging = resource.paging
    order = [name for field in resource.sortable for name in (field, f"-{field}")]
    schemas: Json = {
        "limit": {
            "type": "integer",
            "minimum": 1,
            "maximum": paging.max_limit,
            "default": paging.default_limit,
        },
        "offset": {"type": "integer", "minimum": 0, "maximum": MAX_OFFSET, "default": 0},
        "sort": {"type": "string", "enum": order, "default": "id"},
    }
    return [
        {"name": name, "in": "query", "required": False, "schema": schema}
        for name, schema in schemas.items()
    ]
