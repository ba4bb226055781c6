"""What differs between the surface that is served and the one that was promised, in words."""

import json
from typing import Any, cast

from smartforge.checks.causes import clean
from smartforge.checks.surface import Body, Json, Operation, Parameter, Response

MOST = 500
# How the schema within is shown behind the label.
INNER = {"items": "[]", "additionalProperties": "{}"}


def differences(served: dict[str, Operation], promised: dict[str, Operation]) -> list[str]:
    """One readable line for each difference, promised order first; at most 500."""
    found: list[str] = []
    for key, operation in promised.items():
        if key not in served:
            found.append(f"{clean(key)}: missing")
        else:
            found += (f"{clean(key)}: {line}" for line in _operation(served[key], operation))
    found += (f"{clean(key)}: served, but not promised" for key in served if key not in promised)
    return found[:MOST]


def _operation(served: Operation, promised: Operation) -> list[str]:
    found = _value("operationId", served.operation_id, promised.operation_id)
    found += _value("tags", served.tags, promised.tags)
    if served.security != promised.security:
        found.append(f"security: is {_ways(served.security)}, promised {_ways(promised.security)}")
    found += _parameters("parameter", served.parameters, promised.parameters)
    found += _body(served.body, promised.body)
    for status in _keys(served.responses, promised.responses):
        label = f"answer {clean(status)}"
        found += _response(label, served.responses.get(status), promised.responses.get(status))
    return found


def _ways(ways: list[str]) -> str:
    return clean(" or ".join(ways), 200) or "open to all"


def _keys(served: dict[str, Any], promised: dict[str, Any]) -> list[str]:
    return [*promised, *(key for key in served if key not in promised)]


def _parameters(
    label: str, served: dict[str, Parameter], promised: dict[str, Parameter]
) -> list[str]:
    found: list[str] = []
    for key in _keys(served, promised):
        name = f"{label} {clean(key)}"
        one, other = served.get(key), promised.get(key)
        if one is None or other is None:
            found.append(_absent(name, one))
            continue
        found += _required(name, one.required, other.required)
        found += _schema(name, one.schema, other.schema)
    return found


def _absent(label: str, served: object) -> str:
    return f"{label}: missing" if served is None else f"{label}: served, but not promised"


def _required(label: str, served: bool, promised: bool) -> list[str]:
    if served == promised:
        return []
    words = {True: "required", False: "optional"}
    return [f"{label}: is {words[served]}, promised {words[promised]}"]


def _body(served: Body | None, promised: Body | None) -> list[str]:
    if served is None or promised is None:
        return [] if served is promised else [_absent("body", served)]
    found = _required("body", served.required, promised.required)
    return found + _content("body", served.content, promised.content)


def _response(label: str, served: Response | None, promised: Response | None) -> list[str]:
    if served is None or promised is None:
        return [_absent(label, served)]
    found = _content(label, served.content, promised.content)
    return found + _parameters(f"{label} header", served.headers, promised.headers)


def _content(label: str, served: dict[str, Json], promised: dict[str, Json]) -> list[str]:
    found: list[str] = []
    for kind in _keys(served, promised):
        name = f"{label} {clean(kind)}"
        if kind not in served or kind not in promised:
            found.append(_absent(name, served.get(kind)))
        else:
            found += _schema(name, served[kind], promised[kind])
    return found


def _schema(label: str, served: Json, promised: Json) -> list[str]:
    found: list[str] = []
    for key in _keys(served, promised):
        one: Any = served.get(key)
        other: Any = promised.get(key)
        if one == other and type(one) is type(other):
            continue
        if key in INNER and isinstance(one, dict) and isinstance(other, dict):
            found += _schema(label + INNER[key], cast(Json, one), cast(Json, other))
        elif key == "properties":
            found += _properties(label, served.get(key, {}), promised.get(key, {}))
        elif key == "required":
            found += _required_names(label, served.get(key, []), promised.get(key, []))
        elif key == "nullable":
            found.append(
                f"{label}: may be null, promised not"
                if one
                else f"{label}: may not be null, promised that it may"
            )
        else:
            found += _value(f"{label}: {clean(key)}", served.get(key), promised.get(key))
    return found


def _properties(label: str, served: dict[str, Json], promised: dict[str, Json]) -> list[str]:
    found: list[str] = []
    for name in _keys(served, promised):
        place = f"{label} .{clean(name)}" if " ." not in label else f"{label}.{clean(name)}"
        if name not in served or name not in promised:
            found.append(_absent(place, served.get(name)))
        else:
            found += _schema(place, served[name], promised[name])
    return found


def _required_names(label: str, served: list[str], promised: list[str]) -> list[str]:
    missing = [
        f"{label}: {clean(name)} is optional, promised required"
        for name in promised
        if name not in served
    ]
    return missing + [
        f"{label}: {clean(name)} is required, promised optional"
        for name in served
        if name not in promised
    ]


def _value(label: str, served: object, promised: object) -> list[str]:
    if served == promised and type(served) is type(promised):
        return []
    return [f"{label} is {_short(served)}, promised {_short(promised)}"]


def _short(value: object) -> str:
    if value is None:
        return "none"
    if isinstance(value, list) and all(isinstance(one, str) for one in cast(list[object], value)):
        return clean(", ".join(cast(list[str], value)), 120) or "none"
    return clean(json.dumps(value, sort_keys=True, default=str), 120)
