"""Numbers of answers, compared as what they stand for."""

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

_PLACES = Decimal("0.01")


def exact(value: Any) -> Decimal | None:
    """The decimal that a JSON number was written as, None for what is none."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return Decimal(str(value))


def same(value: Any, wanted: Decimal | None) -> bool:
    return exact(value) == wanted


def average(values: list[Decimal]) -> Decimal | None:
    """Rounded half up to 2 places, None of nothing."""
    if not values:
        return None
    return (sum(values, Decimal(0)) / len(values)).quantize(_PLACES, ROUND_HALF_UP)
