"""A check's evidence as lines for a terminal."""

from collections.abc import Iterator, Mapping
from typing import cast

MOST_LINES = 60
LONGEST = 2000


def lines_of(evidence: Mapping[str, object]) -> list[str]:
    """One line for each value, named; lists and objects are indented below their name.

    The command that reproduces a failure comes first, empty values are left out, and the end of
    what is long is cut with a word about that.
    """
    lines = list(_named(evidence))
    if len(lines) <= MOST_LINES:
        return lines
    more = len(lines) - MOST_LINES
    return [*lines[:MOST_LINES], f"... and {more:,} lines more; --json shows all of it"]


def _named(values: Mapping[str, object]) -> Iterator[str]:
    for name in sorted(values, key=lambda name: name != "curl"):
        value = values[name]
        if value is None or value == "" or value == [] or value == {}:
            continue
        below = list(_below(value))
        if len(below) == 1 and not isinstance(value, list | dict):
            yield f"{name}: {below[0]}"
        else:
            yield f"{name}:"
            yield from (f"  {line}" for line in below)


def _below(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        yield from _named(cast("dict[str, object]", value))
    elif isinstance(value, list | tuple):
        for each in cast("list[object]", value):
            first, *rest = list(_below(each)) or ["-"]
            yield f"- {first}"
            yield from (f"  {line}" for line in rest)
    else:
        text = str(value).lower() if isinstance(value, bool) else str(value)
        yield from (line[:LONGEST] for line in text.strip("\n").split("\n"))
