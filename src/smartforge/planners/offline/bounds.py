"""What a phrase says about the values of a field: limits, default, being optional."""

from collections.abc import Sequence

import msgspec

from smartforge.contract.kinds import (
    as_decimal,
)
from smartforge.contract.reserved import word_set
from smartforge.planners.offline.tokens import Token
from smartforge.planners.offline.vocabulary import words

_LENGTH_UNITS = word_set(
    """
    character characters char chars letter letters digit digits symbols long
    """
)
_AT_MOST = (
    ("at", "most"),
    ("up", "to"),
    ("no", "more", "than"),
    ("not", "more", "than"),
    ("no", "longer", "than"),
    ("not", "longer", "than"),
    ("no", "greater", "than"),
    ("not", "exceed"),
    ("maximum", "length", "of"),
    ("max", "length", "of"),
    ("maximum", "of"),
    ("max", "of"),
    ("maximum", "length"),
    ("max", "length"),
    ("out", "of"),
    ("maximum",),
    ("max",),
    ("<=",),
    ("≤",),
    ("less", "than", "or", "equal", "to"),
)
_AT_LEAST = (
    ("at", "least"),
    ("no", "less", "than"),
    ("not", "less", "than"),
    ("minimum", "length", "of"),
    ("min", "length", "of"),
    ("minimum", "of"),
    ("min", "of"),
    ("minimum", "length"),
    ("min", "length"),
    ("minimum",),
    ("min",),
    (">=",),
    ("≥",),
    ("greater", "than", "or", "equal", "to"),
)
_ABOVE = (
    ("after",),
    ("greater", "than"),
    ("more", "than"),
    ("above",),
    ("over",),
    ("larger", "than"),
    (">",),
)
_BELOW = (("before",), ("less", "than"), ("smaller", "than"), ("below",), ("under",), ("<",))
LIMITING = frozenset((*_AT_MOST, *_AT_LEAST))

_DEFAULT = word_set("default defaults defaulting defaulted initially =")
_FROM = (["at"], ["with"], ["as"], ["from"])
_BEFORE_DEFAULT = word_set("to is value of : = as be at with from")


class Bounds(msgspec.Struct):
    """What was found; None where nothing was said. `length` tells that characters are counted."""

    low: str | None = None
    high: str | None = None
    above: str | None = None
    below: str | None = None
    places: int | None = None
    length: bool = False
    required: bool | None = None
    unique: bool = False
    default: str | None = None

    @property
    def numeric(self) -> bool:
        ends = (self.low, self.high, self.above, self.below)
        return not self.length and any(end is not None for end in ends)


def read_bounds(tokens: Sequence[Token]) -> Bounds:
    """Everything that the words of `tokens` say about values; the others are passed by."""
    found = Bounds()
    lows = [token.low for token in tokens]
    place = 0
    while place < len(tokens):
        place += max(1, _read_one(found, tokens, lows, place))
    return found


def _read_one(found: Bounds, tokens: Sequence[Token], lows: Sequence[str], place: int) -> int:
    """Read what begins at `place`; how many tokens it took, 0 where nothing begins there."""
    for read in (_read_flag, _read_default, _read_limit, _read_range, _read_places):
        taken = read(found, tokens, lows, place)
        if taken:
            return taken
    return 0


def _read_flag(found: Bounds, tokens: Sequence[Token], lows: Sequence[str], place: int) -> int:
    low = lows[place]
    if low in ("not", "isn't", "aren't", "non") and place + 1 < len(lows):
        following = lows[place + 1]
        if following in words().required:
            found.required = False
            return 2
        if following in ("optional", "empty", "blank", "null"):
            found.required = True
            return 2
        if following == "negative":
            found.low = "0"
            return 2
    if low in words().optional or low == "?":
        found.required = False
    elif low in words().required:
        found.required = True
    elif low in ("non-negative", "nonnegative"):
        found.low = "0"
    elif low == "positive":
        found.above = "0"
    elif low in ("unique", "uniquely"):
        found.unique = True
    elif low in ("percent", "percentage", "%"):
        found.low, found.high = found.low or "0", found.high or "100"
    else:
        return 0
    return 1


def _read_default(found: Bounds, tokens: Sequence[Token], lows: Sequence[str], place: int) -> int:
    starts = lows[place] in ("starting", "starts") and lows[place + 1 : place + 2] in _FROM
    if not (starts or lows[place] in _DEFAULT):
        return 0
    at = place + 1
    while at < len(lows) and lows[at] in _BEFORE_DEFAULT:
        at += 1
    if at >= len(lows):
        if place > 0 and (tokens[place - 1].word or tokens[place - 1].number):
            back = 2 if lows[place - 1] == "by" and place > 1 else 1
            found.default = tokens[place - back].text
        return 1
    sign = "-" if lows[at] == "-" and at + 1 < len(lows) else ""
    found.default = sign + tokens[at + len(sign)].text
    return at + len(sign) + 1 - place


def _read_limit(found: Bounds, tokens: Sequence[Token], lows: Sequence[str], place: int) -> int:
    for phrases, name in (
        (_AT_MOST, "high"),
        (_AT_LEAST, "low"),
        (_ABOVE, "above"),
        (_BELOW, "below"),
    ):
        for phrase in phrases:
            if tuple(lows[place : place + len(phrase)]) != phrase:
                continue
            at = place + len(phrase)
            while at < len(lows) and lows[at] in (":", "=", "of", "is", "a"):
                at += 1
            value, taken = _number(tokens, lows, at)
            if value is None:
                continue
            setattr(found, name, value)
            return at + taken + _unit(found, lows, at + taken) - place
    if lows[place] in ("exactly", "precisely"):
        value, taken = _number(tokens, lows, place + 1)
        if value is not None:
            found.low = found.high = value
            return 1 + taken + _unit(found, lows, place + 1 + taken)
    return 0


def _read_range(found: Bounds, tokens: Sequence[Token], lows: Sequence[str], place: int) -> int:
    at = place + (lows[place] in ("from", "between"))
    low, first = _number(tokens, lows, at)
    if low is None:
        return 0
    at += first
    if at < len(lows) and lows[at] in ("-", "–", "—", "to", "and", "..", "...", "…", "through"):
        high, second = _number(tokens, lows, at + 1)
        if high is not None:
            found.low, found.high = low, high
            at += 1 + second
            return at + _unit(found, lows, at) - place
    unit = _unit(found, lows, at)
    if unit and lows[at] in _LENGTH_UNITS and found.high is None:
        found.high = low
        return at + unit - place
    return 0


def _read_places(found: Bounds, tokens: Sequence[Token], lows: Sequence[str], place: int) -> int:
    value, taken = _number(tokens, lows, place)
    at = place + taken
    if value is None or at >= len(lows):
        return 0
    if lows[at] in ("decimals", "decimal"):
        places = whole(value)
        if places is not None and 0 <= places <= 6:
            found.places = places
        return taken + 1
    return 0


def _number(tokens: Sequence[Token], lows: Sequence[str], at: int) -> tuple[str | None, int]:
    """The number at `at` as a decimal string, and how many tokens it takes."""
    if at >= len(lows):
        return None, 0
    if lows[at] == "-" and at + 1 < len(lows) and tokens[at + 1].number:
        return f"-{lows[at + 1]}", 2
    if tokens[at].number:
        if (
            at + 2 < len(lows)
            and lows[at + 1] == ","
            and tokens[at + 2].number
            and len(lows[at + 2]) == 3
            and tokens[at + 2].start == tokens[at + 1].end
        ):
            return lows[at] + lows[at + 2], 3
        return lows[at], 1
    spelled = words().numbers.get(lows[at])
    return (None, 0) if spelled is None else (str(spelled), 1)


def _unit(found: Bounds, lows: Sequence[str], at: int) -> int:
    if at < len(lows) and lows[at] in _LENGTH_UNITS:
        found.length = True
        return 1
    return 0


def whole(said: str | None) -> int | None:
    """The whole number that `said` is; None where it is none."""
    value = as_decimal(said) if said is not None else None
    if value is None or value != value.to_integral_value():
        return None
    return int(value)
