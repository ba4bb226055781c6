"""What model calls took, summed exactly: prices are decimals, never binary fractions."""

import re

from smartforge.events import Usage
from smartforge.snapshot.state import UsageTotal

DECIMAL = re.compile(r"(-?)([0-9]*)(?:\.([0-9]*))?(?:[eE]([+-]?[0-9]{1,3}))?", re.ASCII)
MAX_SCALE = 100


def add(total: UsageTotal, call: Usage) -> UsageTotal:
    """The total with one more call."""
    return UsageTotal(
        input_tokens=total.input_tokens + call.input_tokens,
        cached_input_tokens=total.cached_input_tokens + call.cached_input_tokens,
        output_tokens=total.output_tokens + call.output_tokens,
        cost=add_costs(total.cost, call.cost),
        estimated=total.estimated or call.estimated,
    )


def add_costs(one: str | None, other: str | None) -> str | None:
    """The exact sum of two decimal strings, with the places of the longer; None is unknown.

    Exponents are understood (`1.5E-7`) and never written. What is no decimal, or has more than
    100 places, is unknown too.
    """
    first, second = _scaled(one), _scaled(other)
    if first is None or second is None:
        return None
    scale = max(first[1], second[1])
    units = sum(units * 10 ** (scale - places) for units, places in (first, second))
    digits = str(abs(units)).rjust(scale + 1, "0")
    whole, fraction = digits[: len(digits) - scale], digits[len(digits) - scale :]
    return ("-" if units < 0 else "") + whole + ("." + fraction if fraction else "")


def _scaled(cost: str | None) -> tuple[int, int] | None:
    """The number as units of 10 to the minus places."""
    match = DECIMAL.fullmatch(cost) if cost is not None and len(cost) <= MAX_SCALE else None
    if match is None or not (match[2] or match[3]):
        return None
    fraction = match[3] or ""
    units, places = int(match[2] + fraction), len(fraction) - int(match[4] or 0)
    if abs(places) > MAX_SCALE:
        return None
    if places < 0:
        units, places = units * 10**-places, 0
    return (-units if match[1] else units), places
