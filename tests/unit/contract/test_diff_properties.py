"""Whatever an old client may send or expects that a new version denies is marked as breaking."""

from collections.abc import Iterator
from typing import Any, cast

import jsonschema_rs
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from smartforge.contract import (
    Access,
    Choice,
    Contract,
    Decimal,
    Field,
    Integer,
    Json,
    Resource,
    Text,
    validate,
)
from smartforge.contract.diff import diff
from smartforge.contract.openapi import openapi
from smartforge.errors import ContractInvalid
from tests.unit.contract.strategies import contracts, fields

Document = dict[str, Any]

_TEXTS = {
    "date": "2026-11-22",
    "date-time": "2026-11-22T09:30:00Z",
    "email": "ann@example.com",
    "uri": "https://example.com/",
    "time-local": "09:30:00",
    "uuid": "6f1c2b7e-3c1d-4f6a-9b57-0c1f4a2d8e90",
}
_LOOSE = ("minimum", "maximum", "minLength", "maxLength", "minItems", "maxItems", "uniqueItems")


@st.composite
def edited(draw: st.DrawFn) -> tuple[Contract, Contract]:
    old = draw(contracts())
    at = draw(st.integers(0, len(old.resources) - 1))
    # One thing alone, so that nothing else can be what is marked.
    edit = draw(_edited(old.resources[at]))
    new = replace(old, resources=(*old.resources[:at], edit, *old.resources[at + 1 :]))
    try:
        validate(new)
    except ContractInvalid:
        assume(False)
    return old, new


@st.composite
def _edited(draw: st.DrawFn, resource: Resource) -> Resource:
    way = draw(st.sampled_from(["field", "field", "field", "add", "remove", "access", "same"]))
    at = draw(st.integers(0, max(0, len(resource.fields) - 1)))
    found = list(resource.fields)
    match way:
        case "field":
            found[at] = draw(_changed(found[at]))
        case "add":
            found.append(draw(fields("zz")))
        case "remove" if len(found) > 1:
            del found[at]
        case "access":
            who = draw(st.sampled_from([Access(), Access("user")]))
            rights = replace(resource.access, read=who, list=who)
            return replace(resource, access=rights, actions=resource.actions[:-1] or ("list",))
        case _:
            pass
    return replace(resource, fields=tuple(found))


@st.composite
def _changed(draw: st.DrawFn, field: Field) -> Field:
    kind = field.kind
    match draw(st.integers(0, 3)):
        case 0:
            return replace(field, required=not field.required, default=None)
        case 1 if isinstance(kind, Text):
            return replace(field, kind=Text(kind.min_length, max(1, kind.min_length)))
        case 1 if isinstance(kind, Integer):
            return replace(field, kind=Integer(kind.maximum, kind.maximum), default=None)
        case 1 if isinstance(kind, Choice):
            return replace(field, kind=Choice((*kind.values[1:], "zz")), default=None)
        case 2:
            return replace(field, kind=Json() if isinstance(kind, Text) else Text(), default=None)
        case 3 if isinstance(kind, Integer):
            return replace(field, kind=Decimal(str(kind.minimum), str(kind.maximum), 0))
        case _:
            return replace(field, written=draw(st.sampled_from(["always", "never"])))


@given(edited())
@settings(max_examples=12, deadline=None)
def test_what_is_denied_is_marked(pair: tuple[Contract, Contract]) -> None:
    old, new = pair
    denied = list(_denied(openapi(old), openapi(new)))

    assert not denied or diff(old, new).breaking, denied


def _denied(old: Document, new: Document) -> Iterator[str]:
    """By hand: requests of the old document that the new one does not take, and lost promises."""
    for path, item in old["paths"].items():
        for method, before in item.items():
            after = new["paths"].get(path, {}).get(method)
            if after is None:
                yield f"{method} {path}"
                continue
            if "security" in after and "security" not in before:
                yield f"{method} {path} needs a token"
            names = {one["name"] for one in after.get("parameters", [])}
            yield from (
                f"{method} {path} {one['name']}"
                for one in before.get("parameters", [])
                if one["name"] not in names
            )
            for schema, other in _both(before, after, "requestBody"):
                for value in _samples(old, schema):
                    if not _valid(new, other, value):
                        yield f"{method} {path} refuses {value}"
            for schema, other in _both(before, after, "answer"):
                for value in _samples(new, other):
                    if not _valid(_loose(old), _loose(schema), value):
                        yield f"{method} {path} answers {value}"


def _both(before: Document, after: Document, place: str) -> Iterator[tuple[Document, Document]]:
    one, other = (_content(operation, place) for operation in (before, after))
    for form, content in one.items():
        if "schema" in content:
            yield content["schema"], other.get(form, {}).get("schema", {"not": {}})


def _content(operation: Document, place: str) -> Document:
    if place == "requestBody":
        return operation.get(place, {}).get("content", {})
    found: Document = {}
    for status, answer in operation["responses"].items():
        if status < "300":
            found |= answer.get("content", {})
    return found


def _valid(document: Document, schema: Document, value: object) -> bool:
    whole = {"components": document["components"], "allOf": [schema]}
    return jsonschema_rs.Draft202012Validator(whole).is_valid(value)


def _loose(node: Any) -> Any:
    """Without what clients need not know of an answer: bounds, and that there is nothing else."""
    if isinstance(node, list):
        return [_loose(one) for one in cast(list[Any], node)]
    if not isinstance(node, dict):
        return node
    return {
        name: _loose(one)
        for name, one in cast(Document, node).items()
        if name not in _LOOSE and not (name == "additionalProperties" and one is False)
    }


# ---- values by a schema -----------------------------------------------------------------------


def _samples(document: Document, schema: Document) -> Iterator[Any]:
    """The least and the most that the schema takes; with every property, and with few."""
    if "not" in schema:
        return
    for most in (False, True):
        for every in (False, True):
            yield _sample(document, schema, most, every)


def _sample(document: Document, schema: Document, most: bool, every: bool) -> Any:
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return _sample(document, document["components"]["schemas"][name], most, every)
    if "anyOf" in schema:
        return _sample(document, schema["anyOf"][-1 if most else 0], most, every)
    if "enum" in schema:
        return schema["enum"][-1 if most else 0]
    match schema.get("type"):
        case "object":
            wanted = schema.get("required", [])
            known = schema.get("properties", {})
            chosen = [name for name in known if every or name in wanted] or list(known)[:1]
            return {name: _sample(document, known[name], most, every) for name in chosen}
        case "array":
            return [_sample(document, schema["items"], most, every)] if every else []
        case "string":
            length = schema.get("maxLength" if most else "minLength", 1)
            if "\\+" in schema.get("pattern", ""):
                return "+4930123456"
            return _TEXTS.get(schema.get("format", ""), "x" * length)
        case "null":
            return None
        case "boolean":
            return most
        case _:
            return schema.get("maximum" if most else "minimum", 0)
