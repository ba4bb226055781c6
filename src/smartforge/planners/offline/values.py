"""The values of a choice that stand beside the name of a field."""

from collections.abc import Sequence

from smartforge.planners.offline.fieldkinds import typed_as
from smartforge.planners.offline.items import Item, listed, slashed
from smartforge.planners.offline.tokens import Token
from smartforge.planners.offline.vocabulary import attributes, words


def named_values(item: Item, tail: Sequence[Token]) -> tuple[str, ...]:
    """Values in parentheses or after a colon: `(open, closed)`, `: low | medium | high`."""
    if item.tokens[0].literal and tail and tail[0].low == ":":
        return slashed(tail[1:])
    for inner in item.inner:
        if inner and inner[0].low in ("e.g.", "i.e.", "etc.", "like", "such", "for", "in"):
            continue
        found = tuple(value for value in listed(inner) if not _says_bounds(value))
        whole = sum(value.lower().split()[0] not in _DEFAULTS for value in listed(inner))
        ranges = sum(_is_range(value) for value in found)
        if len(found) - (ranges == 1) > 1 and len(found) == whole and not typed_as(inner, ()):
            return found
    arrows = _from_arrows(item.tokens)
    if arrows:
        return arrows
    if tail and tail[0].low in (":", "=", "|", "/", "-"):
        return slashed(tail[1:])
    return ()


# In parentheses after the values: `(low, normal, high, defaults to normal)`.
_DEFAULTS = ("default", "defaults", "defaulting")


def _from_arrows(tokens: Sequence[Token]) -> tuple[str, ...]:
    lows = [token.low for token in tokens]
    return listed(tokens[1:]) if "->" in lows[2:] else ()


def _says_bounds(value: str) -> bool:
    low = value.lower()
    first = low.split()[0]
    return (
        first in words().required
        or first in words().optional - {"maybe"}
        or first
        in (
            "unique",
            "max",
            "min",
            "default",
            "defaults",
            "defaulting",
            "maximum",
            "minimum",
            "at",
            "between",
        )
        or low.startswith("up to")
        or first in attributes().types
        or first in ("not", "non-empty", "nullable", "list", "array", "positive", "from")
    )


def _is_range(value: str) -> bool:
    return value[0].isdigit() and "-" in value
