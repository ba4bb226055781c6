"""One column, property or key as an entry of a list of fields, and a table as such a list."""

import re
from collections.abc import Sequence
from typing import Any, cast

import msgspec

from smartforge.contract.names import singular, snake

# What every row has anyway.
GIVEN = frozenset({"id", "created_at", "createdat", "created", "_id"})

_DATE = re.compile(r"\d{4}-\d\d-\d\d\Z")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.\w+\Z")


class Column(msgspec.Struct, frozen=True):
    """A field: `about` says of it what the prompt would, such as `text` or `required`.

    `refers` names the thing whose rows it points at.
    """

    name: str
    about: tuple[str, ...] = ()
    refers: str = ""
    optional: bool = False


def listed(thing: str, columns: Sequence[Column], more: Sequence[str] = ()) -> str:
    """The heading, the fields and what belongs to what, each on a line of its own."""
    name = singular(snake(thing)).replace("_", " ")
    lines = ["", f"{name}:"]
    lines += [_entry(one) for one in columns if not one.refers]
    lines.append("")
    for one in columns:
        if one.refers:
            may = "may belong" if one.optional else "belongs"
            lines.append(f"A {name} {may} to one {singular(snake(one.refers)).replace('_', ' ')}.")
    return "\n".join([*lines, *more, ""])


def _entry(column: Column) -> str:
    """`- price: decimal, required`; values stand in brackets behind the name."""
    about = ", ".join(column.about)
    sign = " " if about.startswith("(") else ": " if about else ""
    return f"- {column.name}{sign}{about}"


def as_object(value: object) -> dict[str, Any]:
    """`value` where it is an object in JSON, else an empty one."""
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


def as_array(value: object) -> list[Any]:
    """`value` where it is an array in JSON, else an empty one."""
    return cast("list[Any]", value) if isinstance(value, list) else []


def kind_of(value: object) -> str:
    """What kind of field an example value stands for."""
    match value:
        case bool():
            return "boolean"
        case int():
            return "integer"
        case float():
            return "decimal"
        case str() if _DATE.match(value):
            return "date"
        case str() if _MOMENT.match(value):
            return "timestamp"
        case str() if _EMAIL.match(value):
            return "email"
        case str() if value.startswith(("http://", "https://")):
            return "url"
        case list():
            return "list of texts"
        case dict():
            return "json"
        case _:
            return "text"
