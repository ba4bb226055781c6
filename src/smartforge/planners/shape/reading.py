"""What a model writes beside what it was asked for, read as what it plainly means.

A schema is a wish to many endpoints. Null, names in camel case, a number for its text, JSON in a
text, one entry in place of a list of one, and the words of other type systems mean one thing
only, so nobody is asked again for them. What could mean two things is left to be refused.
"""

import json
import re
from collections.abc import Collection, Mapping
from typing import Any, cast

from pydantic import BeforeValidator

from smartforge.contract.names import snake

TYPES = {
    "string": "text",
    "str": "text",
    "char": "text",
    "varchar": "text",
    "markdown": "text",
    "int": "integer",
    "long": "integer",
    "bigint": "integer",
    "number": "decimal",
    "float": "decimal",
    "double": "decimal",
    "numeric": "decimal",
    "money": "decimal",
    "bool": "boolean",
    "datetime": "timestamp",
    "uri": "url",
    "enum": "choice",
    "array": "text_list",
    "list": "text_list",
    "text_array": "text_list",
    "string_list": "text_list",
    "string_array": "text_list",
    "object": "json",
    "dict": "json",
    "map": "json",
    "ref": "reference",
    "foreign_key": "reference",
}
MEMBERS = {
    "string": "text",
    "str": "text",
    "date": "text",
    "time": "text",
    "datetime": "text",
    "timestamp": "text",
    "email": "text",
    "url": "text",
    "uri": "text",
    "uuid": "text",
    "choice": "text",
    "enum": "text",
    "int": "integer",
    "long": "integer",
    "decimal": "number",
    "float": "number",
    "double": "number",
    "numeric": "number",
    "money": "number",
    "bool": "truth",
    "boolean": "truth",
    "array": "texts",
    "list": "texts",
    "text_list": "texts",
    "text_array": "texts",
    "string_list": "texts",
    "string_array": "texts",
    **{f"{one}_list": "integers" for one in ("int", "integer", "long")},
    **{f"{one}_list": "numbers" for one in ("number", "float", "decimal", "double", "numeric")},
    **{f"{one}_list": "truths" for one in ("bool", "boolean")},
    **{f"{one}_list": "texts" for one in ("str", "date", "datetime", "time", "timestamp", "url")},
    "count_list": "counts",
    "objects": "rows",
    "object_list": "rows",
    "object_array": "rows",
    "row": "rows",
}
_MANY = re.compile(r"(?:list|array)\s*(?:of\s+|[\[<(]\s*)(\w+)[\]>)]?|(\w+)\s*\[\]")
_SINGULAR = {
    "texts": "text",
    "strings": "string",
    "dict": "object",
    "integers": "integer",
    "numbers": "number",
    "floats": "float",
    "booleans": "boolean",
}

FIELD_NAMES = {
    "minimum": "min",
    "maximum": "max",
    "min_length": "min",
    "max_length": "max",
    "min_items": "min",
    "max_items": "max",
    "enum": "choices",
    "references": "refers_to",
}
OPERATION_NAMES = {
    "parameters": "takes",
    "inputs": "takes",
    "returns": "answers",
    "outputs": "answers",
    "http_method": "method",
}
EXAMPLE_NAMES = {
    "input": "body",
    "request": "body",
    "output": "answer",
    "response": "answer",
    "expected": "answer",
    "status_code": "status",
}
"""Words of other formats for what the shapes hold."""


def plainly(value: object, members: Collection[str], also: Mapping[str, str]) -> object:
    """An object without what is null, its members called as they are where they are only spelled
    otherwise, or have the name that `also` knows; what else it holds is nothing that was asked
    for."""
    if not isinstance(value, dict):
        return value
    given = {name: one for name, one in cast("dict[str, Any]", value).items() if one is not None}
    called = {name: name if name in members else snake(name) for name in given}
    found = {
        called[name]: one
        for name, one in given.items()
        if called[name] in members and (called[name] == name or called[name] not in given)
    }
    others = {also[called[name]]: one for name, one in given.items() if called[name] in also}
    return others | found


def itemized(value: object) -> object:
    """What JSON Schema says of a list with `items`, as a list of those."""
    if not isinstance(value, dict):
        return value
    entries = cast("dict[str, Any]", value)
    items = entries.get("items")
    of = cast("dict[str, Any]", items).get("type") if isinstance(items, dict) else items
    if entries.get("type") not in ("array", "list") or not isinstance(of, str):
        return entries
    return entries | {"type": f"array of {of}"}


def plain(value: object) -> object:
    """A scalar as the text that stands for it; null is empty, all else its JSON."""
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def known(words: Mapping[str, str]) -> BeforeValidator:
    """One of a few words, however it is spelled."""

    def read(value: object) -> object:
        if not isinstance(value, str):
            return value
        word = value.strip().lower()
        if found := _MANY.fullmatch(word):
            of = found[1] or found[2]
            word = f"{_SINGULAR.get(of, of)}_list"
        word = word.replace("-", "_").replace(" ", "_")
        word = {"date_time": "datetime"}.get(word, word)
        return words.get(word, word)

    return BeforeValidator(read)


def listed(value: object) -> list[object]:
    """A list: nothing is an empty one, JSON text is what it holds, one entry a list of it."""
    if isinstance(value, str):
        if not value.strip():
            return []
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            return [value]
    if value is None:
        return []
    return cast("list[object]", value) if isinstance(value, list) else [value]


def names(value: object) -> list[object]:
    """The same of names, which may also stand between commas."""
    if isinstance(value, str) and not value.lstrip().startswith("["):
        return [one.strip() for one in re.split(r"[,;\n]", value) if one.strip()]
    return listed(value)


def named(value: object) -> list[object]:
    """The same of what has names: one object may hold them as the names of its members."""
    if not isinstance(value, dict):
        return listed(value)
    entries = cast("dict[str, object]", value)
    if "name" in entries or not all(isinstance(one, dict | str) for one in entries.values()):
        return [entries]
    return [
        {
            "name": name,
            **(cast("dict[str, object]", said) if isinstance(said, dict) else {"type": said}),
        }
        for name, said in entries.items()
    ]
