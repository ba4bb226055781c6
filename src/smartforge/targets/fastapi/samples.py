"""Values for the contract tests: what a field takes, what it takes just so, what it refuses."""

from collections.abc import Callable, Iterator
from decimal import Decimal as Exact
from typing import TypeVar

from smartforge.contract import (
    Boolean,
    Choice,
    Date,
    Decimal,
    Email,
    Field,
    Integer,
    Kind,
    Text,
    TextList,
    Timestamp,
    Url,
)
from smartforge.contract.kinds import MAX_DIGITS, MAX_EMAIL_LENGTH, MAX_ITEM_LENGTH, MAX_URL_LENGTH
from smartforge.contract.names import spaced

Sample = str | int | float | bool | list[str]
Labelled = tuple[str, object]
T = TypeVar("T", bound=Sample)

# Where a face is one code point, two UTF-16 units and four bytes, length is counted right or not.
_FACE = "\N{GRINNING FACE}"


def three(field: Field) -> tuple[Sample, Sample, Sample]:
    """Three values of the field, as JSON, not in order; distinct where the kind allows it."""
    match field.kind:
        case Text() as kind:
            return _by_letter(lambda letter: _text(field, kind, letter))
        case Integer() as kind:
            least = min(max(kind.minimum, 1), kind.maximum)
            return _by_rank(lambda rank: min(least + rank, kind.maximum))
        case Decimal() as kind:
            return _by_rank(lambda rank: number(_decimal(kind, rank)))
        case Boolean():
            return (True, False, True)
        case Date():
            return _by_rank(lambda rank: f"2026-05-0{rank + 1}")
        case Timestamp():
            return _by_rank(lambda rank: f"2026-05-0{rank + 1}T09:30:00Z")
        case Email():
            return _by_letter(lambda letter: f"{letter.lower()}@example.com")
        case Url():
            return _by_letter(lambda letter: f"https://example.com/{letter.lower()}")
        case Choice() as kind:
            return _by_rank(lambda rank: kind.values[rank % len(kind.values)])
        case TextList() as kind:
            return (["one"], ["two", "three"][: kind.max_items], [])


def accepted(kind: Kind) -> Iterator[Labelled]:
    """Values at the edges, each of which is answered just as it was sent."""
    match kind:
        case Text():
            yield "shortest", "x" * kind.min_length
            yield "longest", "x" * kind.max_length
            yield "longest, outside the basic plane", _FACE * kind.max_length
        case Integer():
            yield "minimum", kind.minimum
            yield "maximum", kind.maximum
        case Decimal():
            yield "minimum", number(Exact(kind.minimum))
            yield "maximum", number(Exact(kind.maximum))
        case Boolean():
            yield "false", False
        case Date():
            yield "first day", "0001-01-01"
            yield "last day", "9999-12-31"
        case Timestamp():
            yield "parts of a second", "2026-05-01T09:30:00.250000Z"
        case Email():
            yield "with a tag", "first.last+tag@mail.example.com"
        case Url():
            start = "https://example.com/"
            yield "longest", start + "x" * (MAX_URL_LENGTH - len(start))
        case Choice():
            yield "last", kind.values[-1]
        case TextList():
            yield "empty", []
            yield "fullest", ["x" * MAX_ITEM_LENGTH] * kind.max_items


def refused(kind: Kind) -> Iterator[Labelled]:
    """Values that are answered with 422; null is not among them."""
    match kind:
        case Text():
            yield "a number", 5
            yield "too long", "x" * (kind.max_length + 1)
            if kind.min_length:
                yield "too short", "x" * (kind.min_length - 1)
            yield "NUL", "\0" * max(kind.min_length, 1)
        case Integer():
            yield "a text", "5"
            yield "a fraction", 1.5
            yield "true", True
            yield "too small", kind.minimum - 1
            yield "too large", kind.maximum + 1
            yield "huge", 10**40
        case Decimal():
            yield from _refused_decimals(kind)
        case Boolean():
            yield "a text", "true"
            yield "a number", 1
        case Date():
            yield "a number", 20260501
            yield "no such day", "2026-02-30"
            yield "with a time", "2026-05-01T00:00:00Z"
        case Timestamp():
            yield "a number", 1_777_629_600
            yield "no offset", "2026-05-01T09:30:00"
            yield "no such hour", "2026-05-01T25:00:00Z"
            yield "before the first year", "0001-01-01T00:00:00+01:00"
        case Email():
            yield "a number", 5
            yield "no address", "nobody"
            yield "too long", "x@" + "example." * ((MAX_EMAIL_LENGTH + 1) // 8) + "com"
        case Url():
            yield "a number", 5
            yield "another scheme", "ftp://example.com/"
            yield "relative", "/just/a/path"
            start = "https://example.com/"
            yield "too long", start + "x" * (MAX_URL_LENGTH + 1 - len(start))
        case Choice():
            yield "a number", 5
            yield "no choice", max(kind.values, key=len) + " not"
        case TextList():
            yield "a text", "one"
            yield "a number in it", [5]
            yield "an empty text in it", [""]
            yield "too long a text in it", ["x" * (MAX_ITEM_LENGTH + 1)]
            yield "NUL in it", ["\0"]
            yield "too many", ["x"] * (kind.max_items + 1)


def number(value: Exact) -> int | float:
    """A decimal as the JSON number that stands for it."""
    return int(value) if value == value.to_integral_value() else float(value)


def _refused_decimals(kind: Decimal) -> Iterator[Labelled]:
    step = Exact(1).scaleb(-kind.places)
    yield "a text", "1.5"
    yield "true", True
    yield "too small", number(Exact(kind.minimum) - step)
    yield "too large", number(Exact(kind.maximum) + step)
    finer = _decimal(kind, 0) + step / 10
    if len(finer.as_tuple().digits) <= MAX_DIGITS and finer < Exact(kind.maximum):
        yield "too many places", number(finer)


def _decimal(kind: Decimal, rank: int) -> Exact:
    """One of three values in order, as near to 1 as the bounds allow."""
    step = Exact(1).scaleb(-kind.places)
    least = min(max(Exact(kind.minimum), Exact(1)), Exact(kind.maximum))
    return min(least + rank * step, Exact(kind.maximum))


def _text(field: Field, kind: Text, letter: str) -> str:
    words = f"{spaced(field.name).capitalize()} {letter}"
    if kind.min_length <= len(words) <= kind.max_length:
        return words
    return letter * max(kind.min_length, 1)


def _by_rank(value: Callable[[int], T]) -> tuple[T, T, T]:
    return (value(1), value(2), value(0))


def _by_letter(value: Callable[[str], T]) -> tuple[T, T, T]:
    return (value("B"), value("C"), value("A"))
