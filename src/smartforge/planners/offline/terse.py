"""Prompts in telegram style: `kayaks name brand length price` names a thing and then its fields."""

from collections.abc import Sequence

from smartforge.contract.names import snake
from smartforge.planners.offline import nounphrases
from smartforge.planners.offline.items import split_items
from smartforge.planners.offline.parts import pieces
from smartforge.planners.offline.tokens import Token
from smartforge.planners.offline.vocabulary import attributes, words

MAX_WORDS = 40
MIN_FIELDS = 3

_JOINING = frozenset({",", "for", "of", "in", "and", "/", "&"})


def parted(tokens: Sequence[Token]) -> Sequence[Token]:
    """`tokens` with a colon between the thing and the fields that it is followed by.

    Unchanged where a sentence says anything else, or where it is not clear which words are fields.
    """
    if len(tokens) > MAX_WORDS or not all(_is_bare(token) for token in tokens):
        return tokens
    begin = next((at for at in range(1, len(tokens)) if _begins_field(tokens, at)), 0)
    left, fields = list(tokens[:begin]), tokens[begin:]
    while left and left[-1].low == ",":
        left.pop()
    if not left or not _names_thing(left) or not _are_fields(fields):
        return tokens
    return [*_for_what(left), _sign(":", fields[0]), *fields]


def names_fields(tokens: Sequence[Token]) -> bool:
    """`brand model year price`: a sentence that is nothing but names of fields, without commas."""
    cut = pieces(tokens)
    if len(cut) < MIN_FIELDS or len(tokens) > MAX_WORDS:
        return False
    return _known(cut) * 2 >= len(cut)


def _is_bare(token: Token) -> bool:
    low = token.low
    if token.literal or low in _JOINING or low in ("list", "lists"):
        return True
    acts = low in words().manage and low != "crud"
    return (
        token.word
        and not acts
        and low not in words().has
        and (low not in words().stops or low in ("need", "needed", "want", "please", "pls"))
    )


def _begins_field(tokens: Sequence[Token], at: int) -> bool:
    pair = snake(" ".join(one.text for one in tokens[at : at + 2]))
    if tokens[at - 1].low in ("for", "of", "in", "and"):
        return False
    return tokens[at].low in attributes().kinds or pair in attributes().compounds


def _names_thing(left: Sequence[Token]) -> bool:
    """Whether the words before the fields name one thing or a product, and no field."""
    if any(token.low in (",", "and", "/", "&") for token in left):
        return False
    if left[-1].low in words().products | {"crud"}:
        return len(left) > 1
    head = nounphrases.trailing(left)
    return nounphrases.is_thing(head) and not nounphrases.is_field(head)


def _are_fields(tokens: Sequence[Token]) -> bool:
    """Whether entries are names of fields: short, most of them known, few of them things."""
    items = split_items(tokens)
    if any(token.low in words().products | {"for"} for token in tokens):
        return False
    cut = [piece for item in items for piece in pieces(item.tokens)]
    if len(cut) < MIN_FIELDS or any(len(piece) > MIN_FIELDS for piece in cut):
        return False
    things = [one for one in cut if nounphrases.is_children(one)]
    return _known(cut) > 1 and _known(cut) * 3 >= len(cut) and len(things) * 2 <= len(cut)


def _known(cut: Sequence[Sequence[Token]]) -> int:
    return sum(nounphrases.is_field(piece) for piece in cut)


def _for_what(left: list[Token]) -> list[Token]:
    """`rest api kayak` as `rest api for kayak`."""
    place = next((at for at, one in enumerate(left) if one.low in words().products), -1)
    if 0 <= place < len(left) - 1 and left[place + 1].low not in ("for", "of"):
        return [*left[: place + 1], _sign("for", left[place + 1]), *left[place + 1 :]]
    return left


def _sign(text: str, near: Token) -> Token:
    return Token(text, text, near.start, near.start, word=text.isalpha())
