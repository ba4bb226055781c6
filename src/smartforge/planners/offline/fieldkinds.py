"""The kind of a field: from its name, from type words and units, from values and bounds."""

from collections.abc import Sequence

from smartforge.contract import (
    Boolean,
    Choice,
    Date,
    Decimal,
    Email,
    Integer,
    Json,
    Kind,
    Text,
    TextList,
    Timestamp,
    Url,
)
from smartforge.contract.kinds import default_problem
from smartforge.contract.names import ascii_text, singular
from smartforge.contract.reserved import word_set
from smartforge.planners.offline.bounds import Bounds
from smartforge.planners.offline.tokens import Token
from smartforge.planners.offline.vocabulary import LONG_TEXT, attributes

# What begins a phrase such as `on display`, which is true or false.
STATE_WORDS = frozenset({"on", "in", "out", "for"})

_DONE = word_set(
    """
    built made written sent held born found won sold bought caught seen run spent left
    remaining
    """
)
_EXTREMES = frozenset({"max", "min", "maximum", "minimum"})
_TRUTHS = frozenset({"yes", "no", "true", "false"})
_NO_PARTICIPLE = frozenset({"speed", "feed", "bed", "seed", "breed", "need", "shed", "deed", "id"})


def kind_of_name(name: str) -> Kind | None:
    """What the name of a field tells about its kind; None for a name that tells nothing."""
    kinds = attributes().kinds
    if name in kinds:
        return kinds[name]
    parts = name.split("_")
    if parts[0] in ("is", "has", "can", "was", "should") and len(parts) > 1:
        return Boolean()
    if len(parts) > 1:
        return _kind_of_words(parts)
    return _stated(name)


def _kind_of_words(parts: Sequence[str]) -> Kind | None:
    """What a name of several words tells, by the words that stand in a telling place."""
    kinds, last = attributes().kinds, parts[-1]
    if parts[0] in STATE_WORDS:
        return Boolean()  # on display, for sale
    for place, part in enumerate(parts[1:-1], 1):
        if part in ("of", "per"):  # date of the fall, price per kg
            return kind_of_name("_".join(parts[:place]))
    measured = kinds.get(parts[-2])
    done = last in _DONE or isinstance(_stated(last), Boolean)
    if done and isinstance(measured, Integer | Decimal | Date):
        return measured  # calories burned, date applied, year built
    if last in ("at", "datetime"):
        return Timestamp()
    if last in ("on", "date", "from", "until", "since"):
        return kinds["date"]
    if last == "by" or (last == "site" and parts[-2] not in ("web", "home", "internet")):
        return kinds["name"]  # a launch site is a place
    if last == "id":
        return Text(1, 100)
    if last == "number" and parts[0] not in _EXTREMES | {"total"}:
        return kinds["reference_number"]
    if parts[0] in _EXTREMES | {"total", "number", "num"}:
        return kinds.get("_".join(parts[1:])) or kinds.get(last) or kinds["quantity"]
    if last in ("min", "max"):
        return kind_of_name("_".join(parts[:-1])) or kinds["quantity"]
    if len(last) > 1 and last not in kinds and last in attributes().units:
        return attributes().units[last]  # weight kg
    return _stated(last)


def _stated(word: str) -> Kind | None:
    found = attributes().kinds.get(word) or _by_ending(word)
    return found or (attributes().units.get(word) if len(word) > 3 else None)


def is_known(name: str) -> bool:
    """Whether `name` is a word that fields usually have."""
    return name in attributes().kinds or name in attributes().compounds


def unit_of(tail: Sequence[Token], inner: Sequence[Sequence[Token]]) -> str:
    """The unit of `in km`, `(km)` or `(in km)`; empty where none is named."""
    for tokens in (tail, *inner):
        lows = [token.low for token in tokens]
        if lows[:1] == ["in"] and lows[1:2] and lows[1] in attributes().units:
            return lows[1]
        if tokens is not tail and len(lows) == 1 and lows[0] in attributes().units:
            return lows[0]
    return ""


def typed_as(tail: Sequence[Token], inner: Sequence[Sequence[Token]]) -> Kind | None:
    """The kind that words such as `string` or `list of strings` after the name tell."""
    for tokens in (*inner, tail):
        lows = [token.low for token in tokens]
        if "list" in lows or "array" in lows:
            return TextList()
        for place, low in enumerate(lows):
            if low == "long" and "text" in lows[place + 1 : place + 2]:
                return LONG_TEXT
            if low == "whole" and "number" in lows[place + 1 : place + 2]:
                return Integer()
            if place > 0 and lows[place - 1] == ":" and place == len(tokens) - 1:
                shown = _kind_of_example(tokens[place])
                if shown is not None:
                    return shown
            kind = attributes().types.get(low)
            if kind is not None and not _only_unit(tokens, place):
                return kind
    return None


def _kind_of_example(token: Token) -> Kind | None:
    """The kind of a value that was given instead of a type, as in an example in JSON."""
    if token.low in _TRUTHS:
        return Boolean()
    if token.number:
        return Decimal() if "." in token.low else Integer()
    if not token.literal:
        return None
    examples: tuple[Kind, ...] = (Date(), Timestamp(), Email(), Url())
    return next((one for one in examples if not default_problem(one, token.text)), Text(1, 200))


def _only_unit(tokens: Sequence[Token], place: int) -> bool:
    """Whether a type word is part of a limit ("at most 3 words") and names no type."""
    return place > 0 and tokens[place - 1].number


def kind_of(
    name: str,
    typed: Kind | None,
    listing: bool,
    counting: bool,
    choices: tuple[str, ...],
    bounds: Bounds,
    unit: str = "",
) -> tuple[Kind, bool]:
    """The kind, and whether it is more than a guess."""
    if choices:
        return _choice(choices), True
    if listing:
        return TextList(), True
    if counting:
        return attributes().kinds["quantity"], True
    known = kind_of_name(name) or attributes().units.get(name)
    if unit and not isinstance(known, Integer | Decimal):
        known = attributes().units[unit]
    if typed is not None:
        return _agreed(typed, known), True
    if known is not None and not (bounds.numeric and isinstance(known, Boolean | Json)):
        if bounds.numeric and name.rpartition("_")[2] == "rating" and not _fraction(bounds):
            return Integer(0, 10), True
        if bounds.numeric and isinstance(known, Text) and bounds.low is not None:
            return Integer(), True
        return known, True
    if bounds.default is not None and bounds.default.lower() in _TRUTHS:
        return Boolean(), True
    if bounds.numeric:
        fraction = _fraction(bounds) or bounds.places
        count = bounds.low is None and bounds.above is None and bounds.high is not None
        least = 0 if count and not (bounds.high or "").startswith("-") else Integer().minimum
        return (Decimal() if fraction else Integer(least)), True
    if singular(name) != name and not bounds.length:
        return TextList(), False
    return Text(1, 200), False


def _agreed(typed: Kind, known: Kind | None) -> Kind:
    """The stated kind, with the bounds that the name suggests where they are of that kind."""
    if known is not None and type(known) is type(typed):
        return LONG_TEXT if typed is LONG_TEXT else known
    if isinstance(typed, Decimal) and isinstance(known, Integer):
        return known
    return typed


def _choice(values: tuple[str, ...]) -> Kind:
    low = [ascii_text(value).lower() for value in values]
    truths = ({"yes", "no"}, {"true", "false"}, {"on", "off"})
    if len(values) == 2 and (set(low) in truths or low[1] == f"not {low[0]}"):
        return Boolean()
    return Choice(tuple(value[:100].strip() for value in values[:100]))


def _fraction(bounds: Bounds) -> bool:
    return any("." in end for end in (bounds.low, bounds.high, bounds.above, bounds.below) if end)


def _by_ending(word: str) -> Kind | None:
    if word.endswith("ed") and len(word) > 4 and word not in _NO_PARTICIPLE:
        return Boolean()
    return None
