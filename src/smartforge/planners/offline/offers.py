"""What an endpoint takes: `POST endpoint that takes event id, type and payload` names fields."""

from collections.abc import Sequence

from smartforge.contract.reserved import word_set
from smartforge.planners.offline.having import breaks_off, knows_fields
from smartforge.planners.offline.items import split_items
from smartforge.planners.offline.tokens import Token
from smartforge.planners.offline.vocabulary import words

MAX_WORDS = 4

_DOORS = word_set(
    "endpoint endpoints route post request requests webhook callback form payload body"
)
_TAKING = word_set("takes take accepts accept receives receive expects expect taking accepting")
_LINKING = word_set("that which it should must will can to")


def cut(tokens: Sequence[Token]) -> tuple[list[Token], list[Token]]:
    """`tokens` without the fields that an endpoint is said to take, and these."""
    lows = [token.low for token in tokens]
    for place, low in enumerate(lows):
        posted = low in ("with", "of") and place > 0 and tokens[place - 1].text == "POST"
        if not posted and (low not in _TAKING or not _is_door(lows[:place])):
            continue
        end = _end(tokens, place + 1)
        named = list(tokens[place + 1 : end])
        if named and knows_fields(named):
            return [*tokens[: place - 1 if posted else place + 1], *tokens[end:]], named
    return list(tokens), []


def _is_door(lows: Sequence[str]) -> bool:
    before = list(lows)
    while before and before[-1] in _LINKING:
        before.pop()
    return bool(before) and before[-1] in _DOORS


def _end(tokens: Sequence[Token], begin: int) -> int:
    """Where the list of fields that begins at `begin` ends."""
    end = begin
    for item in split_items(tokens[begin:]):
        first = item.tokens[0]
        verbs = words().manage | words().look if len(item.tokens) > 1 else frozenset[str]()
        acts = first.low in words().stops | verbs and not first.literal
        if acts or breaks_off(item) or len(item.tokens) > MAX_WORDS or item.separator == "clause":
            break
        last = item.tokens[-1]
        end = next(at for at in range(len(tokens)) if tokens[at] is last) + 1
        while end < len(tokens) and tokens[end].low == "(":
            end = next((at for at in range(end, len(tokens)) if tokens[at].low == ")"), end) + 1
    return end
