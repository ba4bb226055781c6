"""An OpenAPI document as a plain surface: what clients can see, in one way of writing it.

References are resolved, names of components, titles, descriptions, examples and every order
that means nothing are gone. Equal promises give equal surfaces. The document is untrusted:
depth and size are bounded, and a part of the wrong shape counts as absent.
"""

import json
from typing import Any, cast

import msgspec

Json = dict[str, Any]

MOST_NODES = 200_000
MOST_DEPTH = 64

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
# Said to people, not to programs; or where things stand, which resolving has answered.
SILENT = frozenset(
    {
        *("title", "description", "summary", "example", "examples", "externalDocs", "xml"),
        *("deprecated", "discriminator", "$comment", "$id", "$schema", "$defs", "$anchor"),
    }
)
# What JSON Schema implies when it is left out.
IMPLIED: Json = {
    "minLength": 0,
    "minItems": 0,
    "minProperties": 0,
    "uniqueItems": False,
    "readOnly": False,
    "writeOnly": False,
    "additionalProperties": {},
    "required": [],
    "properties": {},
    "default": None,
    "items": {},
}
ONE_SCHEMA = frozenset(
    {
        *("items", "additionalProperties", "not", "contains", "propertyNames", "if", "then"),
        *("else", "unevaluatedProperties", "unevaluatedItems"),
    }
)
NAMED_SCHEMAS = frozenset({"properties", "patternProperties", "dependentSchemas"})
SCHEMA_LISTS = frozenset({"allOf", "anyOf", "oneOf"})


class TooComplex(Exception):
    """The document goes beyond the bounds on depth and size."""


class Body(msgspec.Struct, frozen=True):
    """What a request carries: a schema for each content type."""

    required: bool
    content: dict[str, Json]


class Parameter(msgspec.Struct, frozen=True):
    required: bool
    schema: Json


class Response(msgspec.Struct, frozen=True):
    """What an answer carries; header names are lower case."""

    content: dict[str, Json]
    headers: dict[str, Parameter]


class Operation(msgspec.Struct, frozen=True):
    """One method of one path. Parameters are keyed by place and name, `query limit`."""

    operation_id: str | None
    tags: list[str]
    parameters: dict[str, Parameter]
    body: Body | None
    responses: dict[str, Response]
    security: list[str]


def surface(document: Json) -> dict[str, Operation]:
    """All operations by `METHOD path`. Raises TooComplex."""
    return _Reader(document).operations()


def _object(value: object) -> Json:
    return cast(Json, value) if isinstance(value, dict) else {}


def _list(value: object) -> list[Any]:
    return cast(list[Any], value) if isinstance(value, list) else []


def _order(value: object) -> str:
    return json.dumps(value, sort_keys=True, default=str)


class _Reader:
    """Reads one document; counts what it has looked at."""

    def __init__(self, document: Json) -> None:
        self._document = document
        self._left = MOST_NODES

    def operations(self) -> dict[str, Operation]:
        found: dict[str, Operation] = {}
        for path, item in _object(self._document.get("paths")).items():
            item = self._resolved(item)
            for method in METHODS:
                if method in item:
                    found[f"{method.upper()} {path}"] = self._operation(item, item[method])
        return found

    def _operation(self, item: Json, raw: object) -> Operation:
        operation = _object(raw)
        parameters: dict[str, Parameter] = {}
        for listed in (item.get("parameters"), operation.get("parameters")):
            for one in map(self._resolved, _list(listed)):
                place = str(one.get("in"))
                name = str(one.get("name"))
                key = f"{place} {name.lower() if place == 'header' else name}"
                parameters[key] = self._parameter(one, always=place == "path")
        identity = operation.get("operationId")
        responses = _object(operation.get("responses")).items()
        return Operation(
            operation_id=identity if isinstance(identity, str) else None,
            tags=sorted(map(str, _list(operation.get("tags")))),
            parameters=parameters,
            body=self._body(operation.get("requestBody")),
            responses={str(status).upper(): self._response(one) for status, one in responses},
            security=self._security(operation),
        )

    def _parameter(self, raw: Json, *, always: bool = False) -> Parameter:
        schema: object = raw.get("schema")
        if schema is None:
            nothing: Json = {}
            inner = next(iter(self._content(raw).values()), nothing)
            return Parameter(always or raw.get("required") is True, inner)
        return Parameter(always or raw.get("required") is True, self.schema(schema))

    def _body(self, raw: object) -> Body | None:
        body = self._resolved(raw)
        if not body:
            return None
        return Body(body.get("required") is True, self._content(body))

    def _response(self, raw: object) -> Response:
        response = self._resolved(raw)
        headers = _object(response.get("headers"))
        return Response(
            content=self._content(response),
            headers={
                str(name).lower(): self._parameter(self._resolved(one))
                for name, one in headers.items()
            },
        )

    def _content(self, holder: Json) -> dict[str, Json]:
        return {
            str(kind).partition(";")[0].strip().lower(): self.schema(
                _object(media).get("schema", {})
            )
            for kind, media in _object(holder.get("content")).items()
        }

    def _security(self, operation: Json) -> list[str]:
        """The ways to be let in; each spelled out, since the names of schemes mean nothing."""
        required = operation.get("security", self._document.get("security"))
        components = _object(self._document.get("components"))
        schemes = _object(components.get("securitySchemes"))
        ways: list[str] = []
        for way in map(_object, _list(required)):
            spelled = [
                [self._plain(schemes.get(name), 0), sorted(map(str, _list(scopes)))]
                for name, scopes in way.items()
            ]
            ways.append(_order(sorted(spelled, key=_order)))
        return sorted(ways)

    def _resolved(self, raw: object) -> Json:
        """An object, its reference followed."""
        value = _object(raw)
        for _ in range(MOST_DEPTH):
            if "$ref" not in value:
                return value
            value = self._target(value["$ref"])
        raise TooComplex("references follow each other without end")

    def _target(self, reference: object) -> Json:
        """RFC 6901 within this document; anything else is absent."""
        if not isinstance(reference, str) or not reference.startswith("#/"):
            return {}
        value: object = self._document
        for part in reference[2:].split("/"):
            value = _object(value).get(part.replace("~1", "/").replace("~0", "~"))
        return _object(value)

    def _count(self, depth: int) -> None:
        self._left -= 1
        if self._left < 0 or depth > MOST_DEPTH:
            raise TooComplex("the document is too large or too deeply nested")

    def schema(self, raw: object, depth: int = 0, within: tuple[str, ...] = ()) -> Json:
        """The canonical form of a schema. A recursive one names how far up it begins again."""
        self._count(depth)
        if raw is False:
            return {"not": {}}
        schema = _object(raw)
        reference = schema.get("$ref")
        if reference is not None:
            beside = {key: value for key, value in schema.items() if key != "$ref"}
            beside = self.schema(beside, depth + 1, within)
            return self._referred(str(reference), depth, within) | beside
        found: Json = {}
        for key, value in schema.items():
            if key not in SILENT and not key.startswith("x-"):
                found[key] = self._keyword(key, value, depth + 1, within)
        return _canonical(found)

    def _referred(self, reference: str, depth: int, within: tuple[str, ...]) -> Json:
        if reference in within:
            return {"recursive": len(within) - within.index(reference)}
        return self.schema(self._target(reference), depth + 1, (*within, reference))

    def _keyword(self, key: str, value: object, depth: int, within: tuple[str, ...]) -> Any:
        if key in ONE_SCHEMA:
            return self.schema(value, depth, within)
        if key in NAMED_SCHEMAS:
            return {
                str(name): self.schema(one, depth, within) for name, one in _object(value).items()
            }
        if key in SCHEMA_LISTS or key == "prefixItems":
            return [self.schema(one, depth, within) for one in _list(value)]
        return self._plain(value, depth)

    def _plain(self, value: object, depth: int) -> Any:
        """Any JSON: whole numbers without a point, what is said to people left out of objects."""
        self._count(depth)
        if isinstance(value, float) and value.is_integer():
            return int(value)
        if isinstance(value, dict):
            return {
                str(key): self._plain(one, depth + 1)
                for key, one in cast(Json, value).items()
                if key not in {"description", "bearerFormat"}
            }
        if isinstance(value, list):
            return [self._plain(one, depth + 1) for one in cast(list[object], value)]
        return value


def _canonical(schema: Json) -> Json:
    """One way of writing: null apart, alternatives sorted, what is implied left out."""
    schema = _with_types(schema)
    for key in ("allOf", "anyOf", "oneOf"):
        if key in schema:
            schema = _with_alternatives(schema, key)
    if "const" in schema:
        schema["enum"] = [schema.pop("const")]
    if isinstance(schema.get("enum"), list):
        schema = _with_values(schema)
    if "required" in schema:
        schema["required"] = sorted({str(name) for name in _list(schema["required"])})
    return {
        key: value
        for key, value in schema.items()
        if key not in IMPLIED or value != IMPLIED[key] or type(value) is not type(IMPLIED[key])
    }


def _with_types(schema: Json) -> Json:
    types = schema.get("type")
    nullable = schema.pop("nullable", False) is True
    if isinstance(types, list):
        names = sorted(map(str, cast(list[object], types)))
        nullable = nullable or "null" in names
        names = [name for name in names if name != "null"]
        schema["type"] = names[0] if len(names) == 1 else names
    if nullable:
        schema["nullable"] = True
    return schema


def _with_alternatives(schema: Json, key: str) -> Json:
    alternatives: list[Json] = schema.pop(key)
    if key != "allOf":
        others = [one for one in alternatives if one != {"type": "null"}]
        if len(others) != len(alternatives):
            schema["nullable"] = True
        alternatives = others
    if len(alternatives) == 1:
        return alternatives[0] | schema
    schema[key] = sorted(alternatives, key=_order)
    return schema


def _with_values(schema: Json) -> Json:
    values: list[Any] = schema["enum"]
    if None in values:
        schema["nullable"] = True
        values = [value for value in values if value is not None]
    if "type" not in schema and values and all(isinstance(value, str) for value in values):
        schema["type"] = "string"
    schema["enum"] = sorted(values, key=_order)
    return schema
