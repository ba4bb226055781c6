"""A small OpenAPI document as the things that its schemas describe."""

import json
import re
from typing import Any

from smartforge.contract.names import singular, snake
from smartforge.planners.offline.pasted.column import (
    GIVEN,
    Column,
    as_array,
    as_object,
    listed,
)

_ASIDE = re.compile(
    r"(?:create|update|patch|input|request|response|list|page|error|problem|detail|base|in|out"
    r"|read|payload|dto)\Z",
    re.IGNORECASE,
)
_FORMATS = {
    "date": "date",
    "date-time": "timestamp",
    "email": "email",
    "uri": "url",
    "url": "url",
}
_TYPES = {
    "integer": "integer",
    "number": "decimal",
    "boolean": "boolean",
    "array": "list of texts",
    "object": "json",
}


def told(text: str) -> str:
    """`text` with the document in it as lists of fields; as it was where there is none."""
    begin = text.find("{")
    if begin < 0 or not re.search(r'"(?:openapi|swagger)"\s*:', text):
        return text
    try:
        value, end = json.JSONDecoder().raw_decode(text, begin)
    except (ValueError, RecursionError):
        return text
    document = as_object(value)
    schemas = as_object(as_object(document.get("components")).get("schemas"))
    schemas = schemas or as_object(document.get("definitions"))
    things = {name: as_object(one) for name, one in schemas.items()}
    things = {name: one for name, one in things.items() if _is_thing(name, one, schemas)}
    lists = [_fields(name, one) for name, one in things.items()]
    return "\n".join([text[:begin], *lists, text[end:]]) if lists else text


def _is_thing(name: str, schema: dict[str, Any], schemas: dict[str, Any]) -> bool:
    """Whether a schema is what is kept, and neither what is sent of it nor a page of it."""
    bare = _ASIDE.sub("", name)
    return (
        bool(as_object(schema.get("properties")))
        and bool(bare)
        and (bare == name or bare not in schemas)
    )


def _fields(name: str, schema: dict[str, Any]) -> str:
    required = as_array(schema.get("required"))
    columns: list[Column] = []
    for key, said in as_object(schema["properties"]).items():
        one = as_object(said)
        field = snake(key)
        if field in GIVEN:
            continue
        optional = key not in required
        refers = str(one.get("$ref", "")).rpartition("/")[2]
        if refers:
            columns.append(Column(field, (), singular(snake(refers)), optional))
        else:
            about = [*_about(one), "optional" if optional else "required"]
            columns.append(Column(field, tuple(about), "", optional))
    return listed(name, columns)


def _about(schema: dict[str, Any]) -> list[str]:
    if values := as_array(schema.get("enum")):
        return [f"({', '.join(map(str, values))})"]
    kind = _TYPES.get(str(schema.get("type")), "text")
    kind = _FORMATS.get(str(schema.get("format")), kind)
    said = [kind]
    said += [f"at most {schema['maxLength']} characters"] if "maxLength" in schema else []
    said += [f"at least {schema['minimum']}"] if "minimum" in schema else []
    said += [f"at most {schema['maximum']}"] if "maximum" in schema else []
    return said
