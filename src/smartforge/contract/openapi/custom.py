"""The schemas of custom operations: what goes in and what comes out."""

from typing import Any

from smartforge.contract.custom import Custom
from smartforge.contract.fields import Reference
from smartforge.contract.names import class_name
from smartforge.contract.openapi.hints import sent_hints
from smartforge.contract.openapi.recipes import told_schema
from smartforge.contract.openapi.schemas import closed, creation_property, field_schema, ref
from smartforge.contract.resources import Contract

Json = dict[str, Any]


def custom_schemas(custom: Custom) -> tuple[str, str]:
    """The names of the schemas of the body and of the answer; empty where there is none.

    What shows one row is answered by that row's own schema.
    """
    name = class_name(custom.name)
    body = f"{name}Request" if custom.takes and custom.method == "POST" else ""
    return body, "" if custom.shows and not custom.many else f"{name}Answer"


def custom_components(contract: Contract, custom: Custom) -> Json:
    """The component schemas of one operation by their names."""
    request, answer = custom_schemas(custom)
    found: Json = {}
    if request:
        properties = {
            field.name: creation_property(field) | sent_hints(contract, field)
            for field in custom.takes
        }
        found[request] = closed(properties, [one.name for one in custom.takes if one.required])
    if answer and custom.shows:
        items: Json = {"type": "array", "items": ref(class_name(custom.shows))}
        found[answer] = closed({"items": items}, ["items"])
    elif answer:
        found[answer] = told_schema(custom.answers)
    return found


def custom_hints(custom: Custom) -> Json:
    """What stands on the operation: that a request which looks valid may be refused all the same,
    since no schema says what the operation does."""
    shown = {"description": custom.description} if custom.description else {}
    return shown | {"x-custom": True}


def custom_parameters(custom: Custom) -> list[Json]:
    """What a `GET` takes, in its query."""
    if custom.method != "GET":
        return []
    return [
        {
            "name": field.name,
            "in": "query",
            "required": field.required,
            "schema": field_schema(field.kind)
            | ({} if field.default is None else {"default": creation_property(field)["default"]}),
        }
        for field in custom.takes
    ]


def shown_body(custom: Custom) -> Json:
    """The body of the first example that succeeds and names no rows; empty where there is none."""
    references = any(isinstance(field.kind, Reference) for field in custom.takes)
    return {} if references else custom.sample
