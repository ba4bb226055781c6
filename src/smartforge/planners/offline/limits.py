"""Bounds that were said, put on a kind; and the default that a kind can take."""

import decimal

from smartforge.contract import Boolean, Choice, Decimal, Integer, Kind, Text, TextList, Time
from smartforge.contract.fields import Default
from smartforge.contract.kinds import (
    MAX_INTEGER,
    MAX_LIST_ITEMS,
    MAX_PLACES,
    MAX_TEXT,
    MIN_INTEGER,
    as_decimal,
    default_problem,
)
from smartforge.contract.written import time_of_day
from smartforge.planners.offline.bounds import Bounds, whole


def apply(kind: Kind, bounds: Bounds) -> tuple[Kind, str]:
    """`kind` with the bounds, and a complaint where they make no sense for it (else empty)."""
    match kind:
        case Text():
            return _bounded_text(kind, bounds)
        case Integer() | Decimal():
            if bounds.length:
                return kind, ""
            return _bounded_number(kind, bounds)
        case TextList() if bounds.high is not None:
            most = whole(bounds.high)
            if most is not None and 1 <= most <= MAX_LIST_ITEMS:
                return TextList(most), ""
            return kind, f"at most {bounds.high} entries"
        case _:
            return kind, ""


def default_for(kind: Kind, said: str) -> Default:
    """The value of `kind` that `said` names; None where it names none."""
    low = said.strip().lower()
    value: Default = said
    if isinstance(kind, Boolean):
        truth = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}
        value = truth.get(low)
    elif isinstance(kind, Integer):
        value = whole(low)
    elif isinstance(kind, Time):
        value = time_of_day(low)
    elif isinstance(kind, Choice):
        value = next((choice for choice in kind.values if choice.lower() == low), None)
    if value is None or default_problem(kind, value):
        return None
    return value


def _bounded_text(kind: Text, bounds: Bounds) -> tuple[Kind, str]:
    low = whole(bounds.low) if bounds.low is not None else None
    high = whole(bounds.high) if bounds.high is not None else None
    least = kind.min_length if low is None else low
    most = max(kind.max_length, least) if high is None else high
    if not 0 <= least <= most <= MAX_TEXT or most < 1:
        if high is not None and 0 < high < least and low is None:
            return Text(high, high), ""
        return kind, f"{least} to {most} characters"
    return Text(least, most), ""


def _bounded_number(kind: Integer | Decimal, bounds: Bounds) -> tuple[Kind, str]:
    said = [as_decimal(end) for end in (bounds.low, bounds.high, bounds.above, bounds.below) if end]
    needed = max((_places(end) for end in said if end is not None), default=0)
    if isinstance(kind, Integer) and needed == 0:
        places, limit = 0, decimal.Decimal(MAX_INTEGER)
        ends = decimal.Decimal(kind.minimum), decimal.Decimal(kind.maximum)
    else:
        own = kind.places if isinstance(kind, Decimal) else 2
        places = max(own if bounds.places is None else bounds.places, needed)
        limit = decimal.Decimal("9999999999")
        ends = decimal.Decimal(kind.minimum), decimal.Decimal(kind.maximum)
        ends = _rounded(ends[0], places), _rounded(ends[1], places)
    low, high = _ends(ends, bounds, decimal.Decimal(1).scaleb(-places), limit)
    complaint = f"{_plain(low)} to {_plain(high)}"
    if low > high or max(abs(low), abs(high)) > limit + 1 or places > MAX_PLACES:
        return kind, complaint
    if places == 0 and isinstance(kind, Integer):
        return Integer(max(int(low), MIN_INTEGER), min(int(high), MAX_INTEGER)), ""
    return Decimal(_plain(low), _plain(high), places), ""


def _ends(
    ends: tuple[decimal.Decimal, decimal.Decimal],
    bounds: Bounds,
    step: decimal.Decimal,
    limit: decimal.Decimal,
) -> tuple[decimal.Decimal, decimal.Decimal]:
    """The range with what was said; an end that was not said gives way where it would cross."""
    low, high = ends
    least, most = _said(bounds.low, bounds.above, step), _said(bounds.high, bounds.below, -step)
    if least is not None:
        low, high = least, (high if least <= high else limit)
    if most is not None:
        high = most
        if least is None and low > most:
            low = -limit
    return low, high


def _said(closed: str | None, opened: str | None, step: decimal.Decimal) -> decimal.Decimal | None:
    if opened is not None:
        value = as_decimal(opened)
        return None if value is None else value + step
    return None if closed is None else as_decimal(closed)


def _places(value: decimal.Decimal) -> int:
    exponent = value.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def _rounded(value: decimal.Decimal, places: int) -> decimal.Decimal:
    return value.quantize(decimal.Decimal(1).scaleb(-places), decimal.ROUND_DOWN)


def _plain(value: decimal.Decimal) -> str:
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
