"""What two OpenAPI documents say, line by line, and which lines break clients of the older one.

Nothing of the product's own comparison is used here, since that is what is looked at.
"""

import re
from collections.abc import Iterator
from typing import Any, cast

Json = dict[str, Any]
Facts = dict[str, Json]

_METHODS = ("get", "post", "put", "patch", "delete")
_BOUNDS = ("type", "format", "enum", "pattern", "minLength", "maxLength", "minimum", "maximum",
           "default", "minItems", "maxItems", "const")  # fmt: skip
_DEEPEST = 6


def facts(document: Json) -> Facts:
    """`POST /books` there is; `POST /books <price` it takes; `POST /books >price` it answers;
    `GET /books ?sort` a parameter; `POST /books @` who may; `POST /books 409` how it refuses.
    """
    found: Facts = {}
    for path, item in document["paths"].items():
        for method in _METHODS:
            if method in item:
                line = f"{method.upper()} {re.sub(r'{[^}]*}', '{}', path)}"
                found[line] = {}
                found.update(_operation(document, item[method], line))
    return found


def _operation(document: Json, operation: Json, line: str) -> Iterator[tuple[str, Json]]:
    if operation.get("security"):
        yield f"{line} @", dict(operation.get("x-access") or {})
    more = {name: told for name, told in operation.items() if name.startswith("x-")}
    more.pop("x-access", None)
    for name, told in more.items():
        yield f"{line} {name}", {"told": told}
    for one in cast(list[Json], operation.get("parameters", [])):
        if one["in"] != "path":
            bounds = _bounds(document, one["schema"])
            yield f"{line} ?{one['name']}", {**bounds, "needed": bool(one.get("required"))}
    for content in operation.get("requestBody", {}).get("content", {}).values():
        yield from _properties(document, content.get("schema", {}), f"{line} <")
    for status, answer in operation["responses"].items():
        if status >= "400":
            yield f"{line} {status}", {}
            continue
        for content in answer.get("content", {}).values():
            yield from _properties(document, content.get("schema", {}), f"{line} >")


def _properties(
    document: Json, schema: Json, line: str, depth: int = 0
) -> Iterator[tuple[str, Json]]:
    schema = _plain(document, schema)
    if depth > _DEEPEST:
        return
    if "items" in schema:
        yield from _properties(document, schema["items"], line, depth + 1)
    for name, one in schema.get("properties", {}).items():
        here = f"{line}{name}"
        needed = name in schema.get("required", ())
        yield here, {**_bounds(document, one), "needed": needed}
        yield from _properties(document, one, f"{here}.", depth + 1)


def _plain(document: Json, schema: Json) -> Json:
    """The schema itself, without the reference to it and without the word that it may be null."""
    if "$ref" in schema:
        named = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
        return _plain(document, named)
    choices = [one for one in schema.get("anyOf", ()) if one.get("type") != "null"]
    return _plain(document, choices[0]) if len(choices) == 1 else schema


def _bounds(document: Json, schema: Json) -> Json:
    own = _plain(document, schema)
    found = {name: own[name] for name in _BOUNDS if name in own}
    if "default" in schema:
        found["default"] = schema["default"]
    return {**found, "null": any(one.get("type") == "null" for one in schema.get("anyOf", ()))}


def other(old: Facts, new: Facts) -> set[str]:
    """The lines that are new, gone or say something else."""
    return {line for line in old.keys() | new.keys() if old.get(line) != new.get(line)}


def breaking(old: Facts, new: Facts) -> Iterator[tuple[str, str]]:
    """Each line that lets clients of the old document down, with why."""
    for line in sorted(other(old, new)):
        method, path, *rest = line.split(" ", 2)
        if not rest:
            if line not in new:
                yield line, "is gone"
        elif f"{method} {path}" in old and f"{method} {path}" in new:
            why = _of_line(rest[0], old.get(line), new.get(line))
            if why:
                yield line, why


def _of_line(rest: str, was: Json | None, now: Json | None) -> str:
    if rest == "@":
        return _of_access(was, now)
    if rest[0] in "<?":
        if was is None:
            return "must be sent" if now and now["needed"] else ""
        return _narrower(was, now) if now else "is not taken any more"
    if rest[0] == ">":
        if was is None:
            return ""
        return _wider(was, now) if now else "is not answered any more"
    if rest in ("401", "403") or rest.startswith("x-"):
        return ""
    return "" if was is not None else "is a new refusal"


def _of_access(was: Json | None, now: Json | None) -> str:
    if now is None:
        return ""
    if was is None:
        return "needs a login"
    narrow = was.get("who") == "user" and now.get("who") in ("owner", "role")
    lost = set(was.get("roles", ())) - set(now.get("roles", ())) if now.get("who") != "user" else ()
    return "is for fewer" if narrow or lost or was.get("who") == "owner" != now["who"] else ""


def _narrower(was: Json, now: Json) -> str:
    """Whether something that was taken is not, or something must be sent."""
    if now["needed"] and not was["needed"]:
        return "must be sent"
    if was["null"] and not now["null"]:
        return "may be null no more"
    if was.get("type") != now.get("type") or was.get("format") != now.get("format"):
        wider = (was.get("type"), now.get("type")) == ("integer", "number")
        return "" if wider else "is of another type"
    if "enum" in now and ("enum" not in was or set(was["enum"]) - set(now["enum"])):
        return "takes fewer values"
    if now.get("pattern") not in (None, was.get("pattern")):
        return "takes another pattern"
    for name in ("minLength", "minimum", "minItems"):
        if name in now and now[name] > was.get(name, float("-inf")):
            return "takes less at the lower end"
    for name in ("maxLength", "maximum", "maxItems"):
        if name in now and now[name] < was.get(name, float("inf")):
            return "takes less at the upper end"
    return ""


def _wider(was: Json, now: Json) -> str:
    """Whether something may be answered that was not."""
    if was["needed"] and not now["needed"]:
        return "may be missing"
    if now["null"] and not was["null"]:
        return "may be null"
    if was.get("type") != now.get("type") or was.get("format") != now.get("format"):
        return "is of another type"
    if "enum" in was and set(now.get("enum", ())) - set(was["enum"]):
        return "may be another value"
    return ""
