"""What stands behind a verb: the thing that is moved, and the condition for it."""

import functools
from collections.abc import Sequence

from smartforge.contract.names import singular, snake
from smartforge.planners.offline.statements.duties.words import PRONOUNS, STOPS, WHEN, duty_words
from smartforge.planners.offline.tokens import Token
from smartforge.planners.offline.verbs import verbs
from smartforge.planners.offline.vocabulary import nouns, words


def object_at(tokens: Sequence[Token], at: int) -> tuple[str, str, int]:
    """What is moved, the state that stands before it, and where both end.

    A state alone is no thing (`publish drafts`) but where it is a common thing too: `reviews`.
    """
    end = at
    kept: list[str] = []
    while end < len(tokens) and len(kept) < 5:
        low = tokens[end].low
        if low in ("that", "which") and _is_told(tokens, end + 1):
            break
        if low in PRONOUNS:
            return "", "", end + 1
        if low in STOPS | WHEN or not tokens[end].word:
            break
        kept.append(low)
        end += 1
    kept = [low for low in kept if low not in words().determiners | {"own", "still", "back"}]
    source = kept[0] if len(kept) > 1 and kept[0] in _states() else ""
    kept = kept[1:] if source else kept
    noun = singular(snake(" ".join(kept))) if kept else ""
    counted = bool(kept) and (kept[-1] != noun or tokens[at].low in ("a", "an"))
    thing = noun not in _states() or (counted and noun in nouns().fields)
    return (noun if thing else ""), source, end


@functools.cache
def _states() -> frozenset[str]:
    return frozenset(verbs().states) | {*duty_words().states.values(), "pending", "draft", "new"}


def _is_told(tokens: Sequence[Token], at: int) -> bool:
    """Whether `that` begins what a thing is: `a document that is in review`."""
    return at < len(tokens) and tokens[at].low in ("is", "are", "has", "have", "was", "were")


def condition_at(tokens: Sequence[Token], at: int) -> tuple[str, str, int]:
    """`as long as it is pending`: the word that begins it, what it says, where it ends."""
    lows = [token.low for token in tokens[at : at + 3]]
    if lows[:1] == ["only"]:
        at, lows = at + 1, [token.low for token in tokens[at + 1 : at + 4]]
    if lows and lows[0] in ("that", "which") and _is_told(tokens, at + 1):
        lows[0] = "while"
    if not lows or lows[0] not in WHEN or (lows[0] == "as" and lows != ["as", "long", "as"]):
        return "", "", at
    begin = at + (3 if lows[0] == "as" else 1)
    end = begin
    while end < len(tokens) and tokens[end].low not in (",", ";", ".", ":", "(", ")", "but"):
        end += 1
    rest = " ".join(token.low for token in tokens[begin:end])
    return ("while" if lows[0] == "as" else lows[0]), rest, end
