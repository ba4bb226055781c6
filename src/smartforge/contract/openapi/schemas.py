"""The JSON Schemas of single values: fields, ids, computed fields."""

from typing import Any

from smartforge.contract import written
from smartforge.contract.fields import (
    Boolean,
    Choice,
    Code,
    Date,
    Decimal,
    Email,
    Field,
    Integer,
    Kind,
    Phone,
    Reference,
    References,
    Slug,
    Text,
    TextList,
    Time,
    Timestamp,
    Url,
    Uuid,
)
from smartforge.contract.fields import Json as JsonObject
from smartforge.contract.kinds import (
    MAX_EMAIL_LENGTH,
    MAX_ITEM_LENGTH,
    MAX_SLUG_LENGTH,
    MAX_URL_LENGTH,
    as_decimal,
)
from smartforge.contract.resources import Contract, Resource
from smartforge.contract.rules import Aggregate, Computed, Marked, Product

Json = dict[str, Any]

MAX_ID = 2_147_483_647


def field_schema(kind: Kind) -> Json:
    """The JSON Schema of the values of `kind`, null not among them."""
    match kind:
        case Text():
            return {"type": "string", "minLength": kind.min_length, "maxLength": kind.max_length}
        case Integer():
            return {"type": "integer", "minimum": kind.minimum, "maximum": kind.maximum}
        case Decimal():
            bounds = {"minimum": number(kind.minimum), "maximum": number(kind.maximum)}
            return {"type": "number", **bounds}
        case Boolean():
            return {"type": "boolean"}
        case Date():
            return {"type": "string", "format": "date"}
        case Timestamp():
            return moment()
        case Time():
            # The format named `time` has an offset.
            return {"type": "string", "format": "time-local", "pattern": written.TIME}
        case Phone():
            return {"type": "string", "maxLength": written.MAX_PHONE, "pattern": written.PHONE}
        case Uuid():
            return {"type": "string", "format": "uuid", "pattern": written.UUID}
        case Email():
            return {"type": "string", "format": "email", "maxLength": MAX_EMAIL_LENGTH}
        case Url():
            return {"type": "string", "format": "uri", "maxLength": MAX_URL_LENGTH}
        case Choice():
            return {"type": "string", "enum": list(kind.values)}
        case TextList() | References():
            listed: Json = {"type": "array", "items": item_schema(kind), "maxItems": kind.max_items}
            return listed | {"uniqueItems": True} if isinstance(kind, References) else listed
        case Reference():
            return identity()
        case Slug():
            return {"type": "string", "minLength": 1, "maxLength": MAX_SLUG_LENGTH}
        case Code():
            return {"type": "string", "minLength": kind.length, "maxLength": kind.length}
        case JsonObject():
            return {"type": "object", "additionalProperties": True}


def item_schema(kind: TextList | References) -> Json:
    """The JSON Schema of one entry of a list."""
    if isinstance(kind, References):
        return identity()
    return {"type": "string", "minLength": 1, "maxLength": MAX_ITEM_LENGTH}


def number(value: str | int | float) -> int | float:
    """A decimal as the JSON number that stands for it: whole ones without a point."""
    exact = as_decimal(value)
    if exact is None:
        raise ValueError(f"not a plain decimal number: {value!r}")
    return int(exact) if exact == exact.to_integral_value() else float(exact)


def ref(name: str) -> Json:
    """What stands for the component schema of that name."""
    return {"$ref": f"#/components/schemas/{name}"}


def identity() -> Json:
    return {"type": "integer", "minimum": 1, "maximum": MAX_ID}


def moment() -> Json:
    return {"type": "string", "format": "date-time"}


def or_null(schema: Json) -> Json:
    return {"anyOf": [schema, {"type": "null"}]}


def closed(properties: Json, required: list[str]) -> Json:
    """An object of these properties and no others."""
    schema: Json = {"type": "object", "properties": properties}
    if required:
        schema["required"] = required
    schema["additionalProperties"] = False
    return schema


def field_property(field: Field) -> Json:
    """A field as it stands in an answer or an update."""
    schema = field_schema(field.kind)
    if field.nullable:
        schema = or_null(schema)
    if field.description:
        schema["description"] = field.description
    return schema


def creation_property(field: Field) -> Json:
    """A field as it stands in a creation: with its default."""
    schema = field_property(field)
    if field.default is not None:
        schema["default"] = _default(field)
    return schema


def _default(field: Field) -> object:
    if isinstance(field.kind, Decimal) and isinstance(field.default, str | int | float):
        return number(field.default)
    return list(field.default) if isinstance(field.default, list) else field.default


def computed_property(contract: Contract, computed: Computed) -> Json:
    """A computed field as it stands in an answer."""
    schema = _formula(contract, computed)
    return schema | {"description": computed.description} if computed.description else schema


def _formula(contract: Contract, computed: Computed) -> Json:
    formula = computed.formula
    match formula:
        case Marked():
            return count()
        case Product():
            return or_null({"type": "number"})
        case Aggregate(function="count"):
            return count()
        case Aggregate(function="average"):
            return or_null({"type": "number"})
        case Aggregate():
            schema = unbounded(contract.resource(formula.resource), formula.field)
            return schema if formula.function == "sum" else or_null(schema)


def count() -> Json:
    return {"type": "integer", "minimum": 0}


def unbounded(resource: Resource, name: str) -> Json:
    """Numbers of the kind of a number field, or of a computed product, without its bounds."""
    whole = any(field.name == name and isinstance(field.kind, Integer) for field in resource.fields)
    return {"type": "integer" if whole else "number"}
