"""What is done to rows: `approve`, `mark it as paid`, `send it back`."""

from collections.abc import Sequence

import msgspec

from smartforge.planners.offline.statements.duties.verbs import leads_to
from smartforge.planners.offline.statements.duties.words import (
    MARKS,
    PRONOUNS,
    STOPS,
    WHEN,
    duty_words,
)
from smartforge.planners.offline.tokens import Token
from smartforge.planners.offline.verbs import verb_to, verbs

_INTO = ("in", "into", "on", "out", "off", "up", "back")


class Deed(msgspec.Struct, frozen=True):
    verb: str
    target: str
    either: bool
    end: int


def deed_at(tokens: Sequence[Token], at: int) -> Deed | None:
    """One verb that moves or makes something, with the state that it names itself."""
    if at >= len(tokens):
        return None
    low = tokens[at].low
    following = [token.low for token in tokens[at + 1 : at + 7]]
    if low in ("log", "logs", "sign", "signs") and following[:1] and following[0] in _INTO:
        return None  # It is done to nothing that is kept.
    if low in MARKS:
        return _marked(tokens, at)
    if low in ("send", "sends", "give", "gives") and "back" in following[:2]:
        return Deed("send back", "back", False, at + 2 + following.index("back"))
    for_review = "review" in following[:5] and "for" in following[:4]
    if low in ("submit", "submits", "send", "sends") and for_review:
        return Deed("submit_for_review", "in review", False, at + 2 + following.index("review"))
    verb, target = leads_to(low)
    if not verb or (not target and verb not in duty_words().making):
        return None
    return Deed(verb, target, False, at + 1)


def _marked(tokens: Sequence[Token], at: int) -> Deed | None:
    """`mark it as paid`, `moves the request to in review`."""
    for place in range(at + 1, min(at + 7, len(tokens))):
        if tokens[place].low in ("as", "to", "into"):
            return as_state(tokens, place)
        if tokens[place].low in STOPS:
            return None
    return None


def as_state(tokens: Sequence[Token], at: int) -> Deed | None:
    """`as in progress`: the state that stands after a small word."""
    end = at + 1
    kept: list[str] = []
    while end < len(tokens) and len(kept) < 3 and tokens[end].word:
        low = tokens[end].low
        if kept and low in WHEN | STOPS | PRONOUNS and kept[-1] not in ("in", "on"):
            break
        kept.append(low)
        end += 1
        if low.endswith("ed") or low in verbs().states:
            break
    target = " ".join(kept)
    return Deed(verb_to(target), target, False, end) if target else None
