"""One entry of a list of fields as an attribute: its name, its kind, and what else was said."""

from collections.abc import Sequence

import msgspec

from smartforge.contract import (
    Boolean,
    Choice,
    Date,
    Decimal,
    Integer,
    Kind,
    Text,
    TextList,
    Timestamp,
)
from smartforge.contract.names import ascii_text, singular, snake
from smartforge.contract.reserved import word_set
from smartforge.planners.offline.bounds import Bounds, apply, read_bounds
from smartforge.planners.offline.items import Item, listed, slashed
from smartforge.planners.offline.tokens import Token
from smartforge.planners.offline.vocabulary import LONG_TEXT, attributes, words

MAX_NAME_WORDS = 4

# What ends the name in an entry; the rest of the entry says something about its values.
_TAIL = word_set(
    """
    : = - – — -> ? | / as is are was were which that who must should can cannot may might
    will has from between up at max maximum min minimum default defaults defaulting over
    under above below greater less more longer no not in with for on to by using e.g. like
    such limited one either exactly ranging required optional mandatory unique nullable <=
    >= < > ≤ ≥ positive non-negative since if when so where only initially exceed through
    than
    """
)
_NEVER_NAMED = word_set(
    """
    i you he she it we they me us him them what whatever how why get gets got let lets want wants
    give gives be been am do does did going would these those there someone something
    """
)
_EXTREMES = frozenset({"max", "min", "maximum", "minimum"})
_LIMITS = frozenset({"at", "up", "max", "maximum", "min", "between", "exactly", "length"})
_CONSTRAINTS = word_set(
    """
    optional required unique max min maximum minimum default defaults defaulting between at up
    nullable not positive non-negative <= >= < > ≤ ≥ exactly no from mandatory
    """
)
_LIST_OF = frozenset({"list", "lists", "array", "arrays", "set", "collection", "lots", "series"})
_COUNT_OF = frozenset({"number", "count", "amount", "quantity", "total"})
_TYPE_TAILS = word_set(
    """
    fields attributes properties string str integer int float boolean bool varchar flag field
    attribute property enum
    """
)
_NO_PARTICIPLE = frozenset({"speed", "feed", "bed", "seed", "breed", "need", "shed", "deed", "id"})


class Attribute(msgspec.Struct):
    """A field as it was asked for. `kind` is final; `required` is None where nothing was said."""

    name: str
    kind: Kind
    said: str
    required: bool | None = None
    default: str | None = None
    unique: bool = False
    complaint: str = ""
    typed: bool = False
    plural: bool = False


def read_attribute(item: Item) -> Attribute | None:
    """The attribute that `item` names; None where no name can be found in it."""
    if not item.tokens:
        return None
    name_tokens, tail = _name_and_tail(item.tokens)
    about = [*tail, *(token for inner in item.inner for token in inner)]
    bounds = read_bounds([*item.tokens[: len(item.tokens) - len(tail)], *about])
    listing, counting, name_tokens = _unwrapped(name_tokens)
    typed = _typed(tail, item.inner)
    name_tokens, typed = _without_type(name_tokens, typed)
    if item.lows[0] in ("whether", "if"):
        return _whether(item)
    if any(token.low in _NEVER_NAMED and not token.literal for token in name_tokens):
        return None
    name = snake(" ".join(token.text for token in name_tokens))
    if not name or not any(one.isalpha() for one in name):
        return None
    choices = item.choices or _choices(item, tail)
    kind, certain = _kind(name, typed, listing, counting, choices, bounds)
    kind, complaint = apply(kind, bounds)
    return Attribute(
        name=name,
        kind=kind,
        said=item.said,
        required=bounds.required,
        default=bounds.default,
        unique=bounds.unique,
        complaint=complaint,
        typed=certain,
        plural=singular(name) != name,
    )


def is_constraint(item: Item) -> bool:
    """Whether an entry only says something about the one before it (`optional`, `max 100`)."""
    if not item.tokens or item.tokens[0].literal or item.tokens[0].low not in _CONSTRAINTS:
        return False
    name, _ = _name_and_tail(item.tokens)
    return not name


def _whether(item: Item) -> Attribute | None:
    """`whether they are vegetarian`: true or false."""
    rest = item.tokens[1:]
    for place, token in enumerate(rest):
        if token.low in ("is", "are", "was", "were", "has", "have"):
            rest = rest[place + 1 :]
            break
    name = snake(" ".join(token.text for token in rest[:MAX_NAME_WORDS] if token.word))
    if not name:
        return None
    return Attribute(name, Boolean(), item.said, required=False, typed=True)


def kind_of_name(name: str) -> Kind | None:
    """What the name of a field tells about its kind; None for a name that tells nothing."""
    kinds = attributes().kinds
    if name in kinds:
        return kinds[name]
    parts = name.split("_")
    if parts[0] in ("is", "has", "can", "was", "should") and len(parts) > 1:
        return Boolean()
    last = parts[-1]
    if len(parts) > 1:
        measured = kinds.get(parts[-2])
        if isinstance(_stated(last), Boolean) and isinstance(measured, Integer | Decimal | Date):
            return measured  # calories burned, date applied
        if last in ("at", "datetime"):
            return Timestamp()
        if last in ("on", "date"):
            return kinds["date"]
        if last == "by":
            return kinds["name"]
        if last == "id":
            return Text(1, 100)
        if last == "number" and parts[0] not in ("total", "max", "min"):
            return kinds["phone_number"]
        if parts[0] in ("max", "min", "maximum", "minimum", "total", "number", "num"):
            return kinds.get("_".join(parts[1:])) or kinds.get(last) or kinds["quantity"]
    return _stated(last)


def _stated(word: str) -> Kind | None:
    return attributes().kinds.get(word) or _by_ending(word)


def is_known(name: str) -> bool:
    """Whether `name` is a word that fields usually have."""
    return name in attributes().kinds or name in attributes().compounds


def pieces(tokens: Sequence[Token]) -> list[list[Token]]:
    """`title year genre` as three names: cut where every word is known as a field of its own.

    `tokens` as one piece where they are fewer than three words or one of them is not known.
    """
    lows = [token.low for token in tokens]
    if len(lows) < 3 or not all(token.word for token in tokens):
        return [list(tokens)]
    cut: list[list[Token]] = []
    place = 0
    while place < len(lows):
        pair = "_".join(lows[place : place + 2])
        if place + 1 < len(lows) and (pair in attributes().compounds):
            cut.append(list(tokens[place : place + 2]))
        elif lows[place] in attributes().kinds:
            cut.append([tokens[place]])
        else:
            return [list(tokens)]
        place += len(cut[-1])
    return cut


def _name_and_tail(tokens: Sequence[Token]) -> tuple[list[Token], list[Token]]:
    """The tokens of the name, and those after it that speak about its values."""
    begin = 0
    while begin < len(tokens) and _skippable(tokens[begin], tokens[begin + 1 : begin + 2]):
        begin += 1
    end = begin
    while end < len(tokens) and (tokens[end].literal or not _ends_name(tokens, begin, end)):
        end += 1
    name = [token for token in tokens[begin:end] if token.word or token.number]
    if len(name) > MAX_NAME_WORDS:
        name = _core(name)
    return name, list(tokens[end:])


def _skippable(token: Token, following: Sequence[Token]) -> bool:
    """Whether a word before the name is no part of it; an adjective alone is the name."""
    if token.literal:
        return False
    low = token.low
    return (
        low in words().determiners
        or (low in words().adjectives and _is_name(following) and not _is_pair(token, following))
        or (low in words().numbers and _is_name(following))
        or low in words().optional
        or low in words().required
        or low in ("unique", "and", "valid", "non-empty", "positive", "has", "have", "with")
        or not (token.word or token.number)
    )


def _is_pair(token: Token, following: Sequence[Token]) -> bool:
    """`full name` is one name, although `full` is an adjective."""
    return any(is_known(f"{token.low}_{one.low}") for one in following[:1])


def _is_name(tokens: Sequence[Token]) -> bool:
    return any(token.word and token.low not in _TAIL for token in tokens)


def _ends_name(tokens: Sequence[Token], begin: int, at: int) -> bool:
    token = tokens[at]
    if token.low in ("at", "on", "by") and at == len(tokens) - 1 and at > begin:
        return False  # published at, due on, written by
    if at == begin and token.low in _EXTREMES and at + 1 < len(tokens):
        return not is_known(tokens[at + 1].low)  # a max capacity
    if token.low in _TAIL:
        return True
    if token.number and at > begin:
        return True
    if token.low == "of" and at + 1 < len(tokens):
        following = tokens[at + 1]
        return following.number or following.low in _LIMITS
    return not (token.word or token.number)


def _core(name: list[Token]) -> list[Token]:
    """The last words of a long phrase that are known as a field, else its last words."""
    for length in (2, 1):
        if is_known("_".join(token.low for token in name[-length:])):
            return name[-length:]
    return name[-MAX_NAME_WORDS:]


def _unwrapped(name: list[Token]) -> tuple[bool, bool, list[Token]]:
    """Whether it is a list of something or a number of something, and the something."""
    lows = [token.low for token in name]
    if len(lows) > 2 and lows[1] == "of":
        inner = [token for token in name[2:] if not _skippable(token, name[-1:])]
        if inner and lows[0] in _LIST_OF:
            return True, False, inner
        if inner and lows[0] in _COUNT_OF:
            plural = singular(snake(inner[-1].text)) != snake(inner[-1].text)
            return False, plural, inner if plural else name
    kept = [token for token in name if token.low not in ("the", "a", "an") or token.literal]
    return False, False, kept


def _typed(tail: Sequence[Token], inner: Sequence[Sequence[Token]]) -> Kind | None:
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
            if tokens[place].literal and place > 0 and lows[place - 1] == ":":
                return Text(1, 200)
            kind = attributes().types.get(low)
            if kind is not None and not _only_unit(tokens, place):
                return kind
    return None


def _only_unit(tokens: Sequence[Token], place: int) -> bool:
    """Whether a type word is part of a limit ("at most 3 words") and names no type."""
    return place > 0 and tokens[place - 1].number


def _without_type(name: list[Token], typed: Kind | None) -> tuple[list[Token], Kind | None]:
    """Take a type word off the end of the name (`title string`, `done flag`)."""
    if len(name) > 1 and name[-1].low in _TYPE_TAILS and not name[-1].literal:
        kind = attributes().types.get(name[-1].low)
        rest = name[:-1]
        if len(rest) > 1 and rest[-1].low in attributes().types and kind is None:
            return rest[:-1], typed or attributes().types[rest[-1].low]
        return rest, typed or kind
    return name, typed


def _choices(item: Item, tail: Sequence[Token]) -> tuple[str, ...]:
    """Values in parentheses or after a colon: `(open, closed)`, `: low | medium | high`."""
    for inner in item.inner:
        if inner and inner[0].low in ("e.g.", "i.e.", "etc.", "like", "such", "for", "in"):
            continue
        found = tuple(value for value in listed(inner) if not _says_bounds(value))
        whole = len(listed(inner))
        if len(found) > 1 and len(found) == whole and not _typed(inner, ()):
            return found
    arrows = _from_arrows(item.tokens)
    if arrows:
        return arrows
    if tail and tail[0].low in (":", "=", "|", "/", "-"):
        return slashed(tail[1:])
    return ()


def _from_arrows(tokens: Sequence[Token]) -> tuple[str, ...]:
    lows = [token.low for token in tokens]
    return listed(tokens[1:]) if "->" in lows[2:] else ()


def _says_bounds(value: str) -> bool:
    low = value.lower()
    first = low.split()[0]
    return (
        first in words().required
        or first in words().optional
        or first in ("unique", "max", "min", "default", "maximum", "minimum", "at", "up", "between")
        or first in attributes().types
        or first in ("not", "non-empty", "nullable", "list", "array", "positive", "from")
        or (first[0].isdigit() and "-" in low)
    )


def _kind(
    name: str,
    typed: Kind | None,
    listing: bool,
    counting: bool,
    choices: tuple[str, ...],
    bounds: Bounds,
) -> tuple[Kind, bool]:
    """The kind, and whether it is more than a guess."""
    if choices:
        return _choice(choices), True
    if listing:
        return TextList(), True
    if counting:
        return attributes().kinds["quantity"], True
    known = kind_of_name(name)
    if typed is not None:
        return _agreed(typed, known), True
    if known is not None and not (bounds.numeric and isinstance(known, Boolean)):
        if bounds.numeric and name.rpartition("_")[2] == "rating" and not _fraction(bounds):
            return Integer(0, 10), True
        if bounds.numeric and isinstance(known, Text) and bounds.low is not None:
            return Integer(), True
        return known, True
    if bounds.numeric:
        fraction = _fraction(bounds) or bounds.places
        return (Decimal() if fraction else Integer()), True
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
