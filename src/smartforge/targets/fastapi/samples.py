"""Values for the contract tests: what a field takes, what it takes just so, what it refuses."""

from collections.abc import Callable, Iterator
from decimal import Decimal as Exact
from typing import TypeVar

from smartforge.contract import (
    Boolean,
    Choice,
    Code,
    Date,
    Decimal,
    Email,
    Field,
    Integer,
    Json,
    Kind,
    Phone,
    Reference,
    References,
    Slug,
    Text,
    TextList,
    Time,
    Timestamp,
    Url,
    Uuid,
)
from smartforge.contract.kinds import MAX_DIGITS, MAX_EMAIL_LENGTH, MAX_ITEM_LENGTH, MAX_URL_LENGTH
from smartforge.contract.names import spaced

Sample = str | int | float | bool | list[str] | list[int] | dict[str, object]
T = TypeVar("T", bound=Sample)

MAX_ID = 2_147_483_647

# Where a face is one code point, two UTF-16 units and four bytes, length is counted right or not.
_FACE = "\N{GRINNING FACE}"
_DEEP, _TOO_DEEP = 15, 30  # levels of an object and the lists in it


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
        case Time():
            return _by_rank(lambda rank: f"09:3{rank}:00")
        case Phone():
            return _by_rank(lambda rank: f"+49301234{rank}")
        case Uuid():
            return _by_rank(lambda rank: f"01890a5d-ac96-774b-bcce-b302099a805{rank}")
        case Email():
            return _by_letter(lambda letter: f"{letter.lower()}@example.com")
        case Url():
            return _by_letter(lambda letter: f"https://example.com/{letter.lower()}")
        case Choice() as kind:
            return _by_rank(lambda rank: kind.values[rank % len(kind.values)])
        case TextList() as kind:
            return (["one"], ["two", "three"][: kind.max_items], [])
        case Json():
            return _by_letter(lambda letter: {"name": letter, "sizes": [1, 2.5, None]})
        case Reference():
            return (1, 1, 1)
        case References():
            return ([1], [1], [1])
        case Slug() | Code():
            return _by_letter(str.lower)


def accepted(kind: Kind) -> Iterator[object]:
    """Values at the edges, each of which is answered just as it was sent."""
    match kind:
        case Text():
            yield "x" * kind.min_length
            yield _FACE * kind.max_length
        case Integer():
            yield kind.minimum
            yield kind.maximum
        case Decimal():
            yield number(Exact(kind.minimum))
            yield number(Exact(kind.maximum))
        case Boolean():
            yield False
        case Date():
            yield "0001-01-01"
            yield "9999-12-31"
        case Timestamp():
            yield "2026-05-01T09:30:00.250000Z"
        case Time():
            yield "00:00:00"
            yield "23:59:59"
        case Phone():
            yield "+1234567"
            yield "+123456789012345"
        case Uuid():
            yield "00000000-0000-0000-0000-000000000000"
            yield "ffffffff-ffff-ffff-ffff-ffffffffffff"
        case Email():
            yield "first.last+tag@mail.example.com"
        case Url():
            start = "https://example.com/"
            yield start + "x" * (MAX_URL_LENGTH - len(start))
        case Choice():
            yield kind.values[-1]
        case TextList():
            yield []
            yield ["x" * MAX_ITEM_LENGTH] * kind.max_items
        case Json():
            yield {}
            yield _nested(_DEEP)
        case References():
            yield []
        case Reference() | Slug() | Code():
            pass


def refused(kind: Kind) -> Iterator[object]:
    """Values that are answered with 422; null is not among them."""
    match kind:
        case Text():
            yield 5
            yield "x" * (kind.max_length + 1)
            if kind.min_length:
                yield "x" * (kind.min_length - 1)
            yield "\0" * max(kind.min_length, 1)
        case Integer():
            yield "5"
            yield 1.5
            yield True
            yield kind.minimum - 1
            yield kind.maximum + 1
            yield 10**40
        case Decimal():
            yield from _refused_decimals(kind)
        case Boolean():
            yield from ("true", 1)
        case Date():
            yield from (20260501, "2026-02-30", "2026-05-01T00:00:00Z")
        case Timestamp():
            yield 1_777_629_600
            yield "2026-05-01 09:30"
            yield "2026-05-01T25:00:00Z"
            yield "0001-01-01T00:00:00+01:00"
        case Time() | Phone() | Uuid():
            yield from _refused_written(kind)
        case Email():
            yield 5
            yield "nobody"
            yield "x@" + "example." * (MAX_EMAIL_LENGTH // 8 + 1) + "com"
        case Url():
            yield 5
            yield "ftp://example.com/"
            yield "/just/a/path"
            start = "https://example.com/"
            yield start + "x" * (MAX_URL_LENGTH + 1 - len(start))
        case Choice():
            yield 5
            yield max(kind.values, key=len) + " not"
        case TextList() | Json() | References():
            yield from _refused_many(kind)
        case Reference():
            yield from ("1", True, 1.5, 0, MAX_ID + 1)
        case Slug() | Code():
            pass


def _refused_written(kind: Time | Phone | Uuid) -> Iterator[object]:
    """The same for kinds of text that are written in one way."""
    yield 5
    yield ""
    match kind:
        case Time():
            yield from ("24:00", "9:30", "09:60", "09:30:00Z", "09:30:00.5", "09:30\n", "0930")
        case Phone():
            yield from (
                "030 123456",
                "+0301234567",
                "+123456",
                "+1234567890123456",
                "+49 30/123456",
            )
            yield "+49" + "-" * 40 + "30123456"
        case Uuid():
            yield "01890a5dac96774bbcceb302099a8057"
            yield "{01890a5d-ac96-774b-bcce-b302099a8057}"
            yield "01890a5d-ac96-774b-bcce-b302099a805g"


def _refused_many(kind: TextList | Json | References) -> Iterator[object]:
    """The same for kinds that hold several values."""
    match kind:
        case TextList():
            yield "one"
            yield [5]
            yield [""]
            yield ["x" * (MAX_ITEM_LENGTH + 1)]
            yield ["\0"]
            yield ["x"] * (kind.max_items + 1)
        case Json():
            yield []
            yield "{}"
            yield {"name": "\0"}
            yield {"name": "x" * kind.max_bytes}
            yield _nested(_TOO_DEEP)
        case References():
            yield 1
            yield ["1"]
            yield [0]
            if kind.max_items > 1:
                yield [1, 1]
            yield list(range(1, kind.max_items + 2))


def _nested(levels: int) -> dict[str, object]:
    """An object that holds a list in a list in a list..."""
    inner: list[object] = []
    for _ in range(levels - 2):
        inner = [inner]
    return {"in": inner}


def number(value: Exact) -> int | float:
    """A decimal as the JSON number that stands for it."""
    return int(value) if value == value.to_integral_value() else float(value)


def _refused_decimals(kind: Decimal) -> Iterator[object]:
    step = Exact(1).scaleb(-kind.places)
    yield "1.5"
    yield True
    yield number(Exact(kind.minimum) - step)
    yield number(Exact(kind.maximum) + step)
    finer = _decimal(kind, 0) + step / 10
    if len(finer.as_tuple().digits) <= MAX_DIGITS and finer < Exact(kind.maximum):
        yield number(finer)


def _decimal(kind: Decimal, rank: int) -> Exact:
    """One of three values in order, as near to 1 as the bounds allow."""
    step = Exact(1).scaleb(-kind.places)
    least = min(max(Exact(kind.minimum), Exact(1)), Exact(kind.maximum))
    return min(least + rank * step, Exact(kind.maximum))


def _text(field: Field, kind: Text, letter: str) -> str:
    name = spaced(field.name).capitalize()
    # A long one would not fit on a line, beside the name itself.
    words = f"{name if len(name) <= 24 else name[:10].strip()} {letter}"
    if kind.min_length <= len(words) <= kind.max_length:
        return words
    return letter * max(kind.min_length, 1)


def _by_rank(value: Callable[[int], T]) -> tuple[T, T, T]:
    return (value(1), value(2), value(0))


def _by_letter(value: Callable[[str], T]) -> tuple[T, T, T]:
    return (value("B"), value("C"), value("A"))
