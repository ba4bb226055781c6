"""One entry of a list of fields as an attribute: its name, its kind, and what else was said."""

from collections.abc import Sequence

import msgspec

from smartforge.contract import Boolean, Decimal, Integer, Kind
from smartforge.contract.names import singular, snake
from smartforge.contract.reserved import word_set
from smartforge.planners.offline.bounds import LIMITING, read_bounds
from smartforge.planners.offline.fieldkinds import (
    STATE_WORDS,
    is_known,
    kind_of,
    typed_as,
    unit_of,
)
from smartforge.planners.offline.items import Item
from smartforge.planners.offline.limits import apply
from smartforge.planners.offline.tokens import Token
from smartforge.planners.offline.values import named_values
from smartforge.planners.offline.vocabulary import attributes, words

MAX_NAME_WORDS = 4

# What ends the name in an entry; the rest of the entry says something about its values.
_TAIL = word_set(
    """
    : = - – — -> ? | / as is are was were which that who must should can cannot may might
    will has from between up at max maximum min minimum default defaults defaulting over
    under above below greater less more longer no not in with for on to by using e.g. like
    such limited one either exactly ranging required optional mandatory unique nullable <=
    >= < > ≤ ≥ positive non-negative since if when so where only initially exceed through
    than starting starts
    """
)
_NEVER_NAMED = word_set(
    """
    i you he she it we they me us him them what whatever how why get gets got let lets want wants
    give gives be been am do does did going would these those there someone something
    """
)
_PRONOUNS = word_set("it it's its they they're he he's she she's we i you")
_COUNTING = tuple(Token(low, low, 0, 0, word=True) for low in ("number", "of"))
_STOCK = Integer(0, 1_000_000)
_BY = Token("by", "by", 0, 0, word=True)
_UNITS = word_set("characters chars letters digits symbols words items entries decimals places")
_LAST = frozenset({"at", "on", "by", "from", "until", "since"})
_EXTREMES = frozenset({"max", "min", "maximum", "minimum"})
_LIMITS = frozenset({"at", "up", "max", "maximum", "min", "between", "exactly", "length"})
_CONSTRAINTS = word_set(
    """
    optional required unique max min maximum minimum default defaults defaulting between at up
    greater larger higher bigger more less smaller lower over above below under
    nullable not positive non-negative <= >= < > ≤ ≥ exactly no from mandatory
    """
)
_COMPARING = word_set("greater larger higher bigger more less smaller lower over above below under")
_LIST_OF = frozenset({"list", "lists", "array", "arrays", "set", "collection", "lots", "series"})
_COUNT_OF = frozenset({"number", "count", "amount", "quantity", "total"})
_TYPE_TAILS = word_set(
    """
    fields attributes properties string str integer int float boolean bool varchar flag field
    attribute property enum
    """
)


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
    unit: str = ""


def read_attribute(item: Item) -> Attribute | None:
    """The attribute that `item` names; None where no name can be found in it."""
    if not item.tokens:
        return None
    if item.lows[:2] == ["how", "many"]:
        item = Item([*_COUNTING, *item.tokens[2:]], item.inner, item.separator, item.choices)
    if item.lows[0] == "who" and len(item.tokens) == 3 and item.lows[2] in _PRONOUNS:
        item = Item([item.tokens[1], _BY], item.inner, item.separator, item.choices)
    item = _counted_last(item)
    if item.lows[-2:] == ["or", "not"]:
        return _whether(Item([item.tokens[0], *item.tokens[:-2]], item.inner))
    name_tokens, tail = _name_and_tail(item.tokens)
    about = [*tail, *(token for inner in item.inner for token in inner)]
    bounds = read_bounds([*item.tokens[: len(item.tokens) - len(tail)], *about])
    listing, counting, name_tokens = _unwrapped(name_tokens)
    listing = listing or (item.tokens[0].literal and item.lows[1:] == [":"])
    typed = typed_as(tail, item.inner)
    name_tokens, typed = _without_type(name_tokens, typed)
    counted = len(name_tokens) == 1 and not is_known(name_tokens[0].low)
    counted = counted and name_tokens[0].low not in attributes().units
    if counted and [one.low for one in tail[:2]] == ["in", "stock"] and not (typed or item.choices):
        name_tokens, typed, listing = [*name_tokens, *tail[:2]], _STOCK, False
    if item.lows[0] in ("whether", "if"):
        return _whether(item)
    if any(token.low in _NEVER_NAMED and not token.literal for token in name_tokens):
        return None
    name = snake(" ".join(token.text for token in name_tokens))
    if not name or not any(one.isalpha() for one in name):
        return None
    choices = item.choices or named_values(item, tail)
    unit = unit_of(tail, item.inner)
    kind, certain = kind_of(name, typed, listing, counting, choices, bounds, unit)
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
        unit=unit if isinstance(kind, Integer | Decimal) else "",
    )


def _counted_last(item: Item) -> Item:
    """`a maximum of 20 volunteers` as `volunteers maximum 20`."""
    begin = int(item.lows[0] in words().determiners)
    at = next((at for at, one in enumerate(item.tokens[:5]) if one.number), 0)
    phrase = tuple(item.lows[begin:at])
    counted = item.tokens[at + 1 :]
    if phrase not in LIMITING or not counted or singular(counted[-1].low) == counted[-1].low:
        return item
    if counted[0].low in _UNITS or any(one.low in _TAIL for one in counted):
        return item
    tokens = [*counted, *item.tokens[begin : at + 1]]
    return Item(tokens, item.inner, item.separator, item.choices)


def is_constraint(item: Item) -> bool:
    """Whether an entry only says something about the one before it (`optional`, `max 100`)."""
    if not item.tokens or item.tokens[0].literal or item.tokens[0].low not in _CONSTRAINTS:
        return False
    name, tail = _name_and_tail(item.tokens)
    if item.lows[0] in _COMPARING and not any(one.number for one in item.tokens):
        return False
    counts = len(tail) > 2 and tail[-2].number and singular(snake(tail[-1].text)) != tail[-1].low
    return not name and not (counts and tail[-1].low not in _UNITS)


def _whether(item: Item) -> Attribute | None:
    """`whether they are vegetarian`, `if it's taken`: true or false."""
    rest = item.tokens[1:]
    while rest and rest[0].low in _PRONOUNS | words().determiners:
        rest = rest[1:]
    for place, token in enumerate(rest):
        if token.low in ("is", "are", "was", "were", "has", "have"):
            rest = rest[place + 1 :]
            break
    while len(rest) > 1 and rest[-1].low in _PRONOUNS | {"to", "already", "yet", "not"}:
        rest = rest[:-1]
    name = snake(" ".join(token.text for token in rest[:MAX_NAME_WORDS] if token.word))
    if not name:
        return None
    return Attribute(name, Boolean(), item.said, required=False, typed=True)


def _name_and_tail(tokens: Sequence[Token]) -> tuple[list[Token], list[Token]]:
    """The tokens of the name, and those after it that speak about its values."""
    begin = 0
    while begin < len(tokens) and _skippable(tokens[begin], tokens[begin + 1 : begin + 2]):
        begin += 1
    if _is_state(tokens[begin:]):
        return list(tokens[begin:]), []
    end = begin
    while end < len(tokens) and (tokens[end].literal or not _ends_name(tokens, begin, end)):
        end += 1
    name = [token for token in tokens[begin:end] if token.word or token.number]
    if len(name) > MAX_NAME_WORDS:
        name = _core(name)
    return name, list(tokens[end:])


def _is_type(token: Token) -> bool:
    return token.low in attributes().types or token.low in ("date", "time")


def _skippable(token: Token, following: Sequence[Token]) -> bool:
    """Whether a word before the name is no part of it; an adjective alone is the name."""
    if token.literal:
        return False
    low = token.low
    return (
        (low in words().determiners and not _is_pair(token, following))
        or (
            low in words().adjectives - words().qualifying
            and _is_name(following)
            and not _is_pair(token, following)
        )
        or (low in words().numbers and _is_name(following))
        or low in words().optional
        or low in words().required
        or (low == "valid" and not (following and following[0].low in _LAST))
        or low in ("unique", "and", "non-empty", "positive", "has", "have", "with")
        or not (token.word or token.number)
    )


def _is_state(tokens: Sequence[Token]) -> bool:
    """`on display`, `for sale`: a preposition and a bare word, which are true or not."""
    if len(tokens) != 2 or tokens[0].low not in STATE_WORDS or tokens[0].literal:
        return False
    last = tokens[1]
    return last.word and last.low not in words().stops | words().determiners | words().english


def _is_pair(token: Token, following: Sequence[Token]) -> bool:
    """`full name`, `working flag`: one name, although it begins with an adjective."""
    return any(
        is_known(f"{token.low}_{one.low}") or (one.low in _TYPE_TAILS and not one.literal)
        for one in following[:1]
    )


def _is_name(tokens: Sequence[Token]) -> bool:
    return any(token.word and token.low not in _TAIL for token in tokens)


def _ends_name(tokens: Sequence[Token], begin: int, at: int) -> bool:
    token = tokens[at]
    if token.low in _LAST and at > begin:
        return not all(_is_type(one) for one in tokens[at + 1 :])  # due on date, written by
    if token.low in _EXTREMES and at == len(tokens) - 1 and at > begin:
        return False  # salary max
    if token.low in ("starts", "starting") and at == begin:
        return False
    if at == begin and token.low in _EXTREMES and at + 1 < len(tokens):
        counted = any(one.number for one in tokens[at + 1 : at + 3])
        return (
            counted or tokens[at + 1].low in ("of", "length") or not tokens[at + 1].word
        )  # a max capacity
    if token.low in _PRONOUNS and at > begin:
        return True  # the year it was made
    if at > begin and token.low in ("after", "before", "out", "per"):
        return any(one.number for one in tokens[at + 1 : at + 3])
    if token.low in _TAIL or (at > begin and "/" in token.low):
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


def _without_type(name: list[Token], typed: Kind | None) -> tuple[list[Token], Kind | None]:
    """Take a type word off the end of the name (`title string`, `done flag`, `due on date`)."""
    if len(name) > 2 and name[-2].low in _LAST and _is_type(name[-1]):
        return name[:-1], typed or attributes().types.get(name[-1].low)
    if len(name) > 1 and name[-1].low in _TYPE_TAILS and not name[-1].literal:
        kind = attributes().types.get(name[-1].low)
        rest = name[:-1]
        if len(rest) > 1 and rest[-1].low in attributes().types and kind is None:
            return rest[:-1], typed or attributes().types[rest[-1].low]
        return rest, typed or kind
    return name, typed
