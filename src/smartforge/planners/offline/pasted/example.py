"""A row in JSON as the fields that it shows."""

import json
import re
from typing import Any

from smartforge.contract.names import singular, snake
from smartforge.planners.offline.pasted.column import (
    GIVEN,
    Column,
    as_array,
    as_object,
    kind_of,
    listed,
)

_SHOWING = (
    r"(?: (?:json|object|row|record|entry|body|example|sample|document|looks like(?: this)?|as json"
    r"|payload))"
)
_NAME = re.compile(
    rf"(?:(?P<name>[A-Za-z][A-Za-z_]*){_SHOWING}+|(?:^|\b(?:an?|the|each|one) )"
    rf"(?P<said>[A-Za-z][A-Za-z_]*){_SHOWING}*)"
    r"\s*(?:\bis|\bwould be|[:=-])\s*(?:```(?:json)?\s*)?\Z",
    re.IGNORECASE | re.MULTILINE,
)
_EMPTY = frozenset(
    {"this", "like", "example", "json", "follows", "body", "it", "e", "g", "be", "is"}
)
MIN_KEYS = 2

# What no person pastes; a prompt full of brackets is read quickly by it.
MAX_EXAMPLES = 20


def told(text: str) -> str:
    """`text` with every example of a row that it holds as a list of fields."""
    at = tried = 0
    while (begin := _opening(text, at)) >= 0 and tried < MAX_EXAMPLES:
        tried += 1
        try:
            value, end = json.JSONDecoder().raw_decode(text, begin)
        except (ValueError, RecursionError):
            at = begin + 1
            continue
        found = _read(text[:begin], value)
        if not found:
            at = begin + 1
            continue
        before, lines = found
        after = re.sub(r"\A\s*```", "", text[end:])
        text = f"{before}\n{lines}\n"
        at = len(text)
        text += after
    return text


def _opening(text: str, at: int) -> int:
    match = re.compile(r"[{\[](?=\s*[\"{])").search(text, at)
    return match.start() if match else -1


def _read(before: str, value: object) -> tuple[str, str] | None:
    """The text without the words that announce the example, and the list of its fields."""
    named = as_object(_first(value))
    if named and all(_is_rows(one) for one in named.values()):
        lists = [_fields(name, as_object(_first(one))) for name, one in named.items()]
        return before, "\n".join(lists)
    announced = _NAME.search(before)
    name = (announced["name"] or announced["said"]) if announced else ""
    if len(named) < MIN_KEYS or not name or name.lower() in _EMPTY:
        return None
    start = announced.start() if announced else len(before)
    return before[:start], _fields(name, named)


def _is_rows(value: object) -> bool:
    return bool(as_object(_first(value)))


def _first(value: object) -> object:
    """The first row of several, or the one that there is."""
    return next(iter(as_array(value)), value)


def _fields(thing: str, row: dict[str, Any]) -> str:
    """The fields of a row; rows in it are things of their own that belong to it."""
    columns: list[Column] = []
    inner: list[str] = []
    name = singular(snake(thing))
    for key, value in row.items():
        one = snake(key)
        if one in GIVEN:
            continue
        if as_array(value) and _is_rows(value):
            child = singular(one)
            inner.append(_fields(child, as_object(_first(value))))
            inner.append(f"A {child.replace('_', ' ')} belongs to one {name.replace('_', ' ')}.")
        elif value is None:
            columns.append(Column(one, ("text", "optional")))
        else:
            columns.append(Column(one, (kind_of(value),)))
    return "\n".join([listed(name, columns), *inner])
