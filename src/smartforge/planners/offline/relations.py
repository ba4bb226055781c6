"""What belongs to what: `comments on each post`, `each book belongs to an author`."""

from collections.abc import Sequence

from smartforge.contract.names import singular, snake
from smartforge.contract.reserved import word_set
from smartforge.planners.offline import nounphrases
from smartforge.planners.offline.draft import Draft, Thing
from smartforge.planners.offline.items import Item
from smartforge.planners.offline.tokens import Token

_RELATING = frozenset({"on", "for", "of", "per", "in", "to", "about"})
_STRICTLY = word_set("exactly only always just either")
_FREELY = word_set("optional optionally may can could might")
_POINTING = word_set("each one every it they of them may must can")
_MODALS = word_set("can may could might must should is are gets get")


def related(draft: Draft, phrase: list[Token], rest: Sequence[Token], item: Item) -> bool:
    """`comments on each post`: a thing that belongs to another."""
    if not nounphrases.is_plural(phrase) or not nounphrases.is_thing(phrase):
        return False
    if _parent_phrase(rest) is None and _known_parent(draft, rest) is None:
        return False
    child = draft.declare(phrase, "strong")
    if child is not None:
        relate(draft, child, rest, item)
    return child is not None


def relate(draft: Draft, child: Thing, rest: Sequence[Token], item: Item) -> None:
    """`leases of a plot to a gardener`: every parent that is known, one after the other."""
    while rest:
        parent = _parent_phrase(rest) or _known_parent(draft, rest)
        if parent is None:
            return
        known = draft.find(singular(snake(" ".join(token.text for token in parent))))
        if known is not None:
            draft.belongs(child, known, item.said)
        _, rest = nounphrases.leading(rest[1:])


def belongs(draft: Draft, item: Item, subject: Thing | None) -> bool:
    """Whether `item` says so in so many words: `each book belongs to an author`."""
    lows = item.lows
    for place, low in enumerate(lows[:-1]):
        if low in ("belong", "belongs", "belonging") and lows[place + 1] in ("to", "in"):
            left = [token for token in item.tokens[:place] if token.low not in _MODALS]
            phrase = nounphrases.trailing(left)
            child = draft.declare(phrase, "strong") if nounphrases.is_thing(phrase) else subject
            if child is None and {*lows[:place]} <= _POINTING:
                child = draft.last
            rest = [one for one in item.tokens[place + 2 :] if one.low not in _STRICTLY]
            other, _ = nounphrases.leading(rest)
            if child is None or not nounphrases.is_thing(other):
                return False
            parent = draft.declare(other, "strong")
            if parent is not None:
                inner = {token.low for one in item.inner for token in one}
                free = bool(_FREELY & ({*lows} | inner))
                draft.belongs(child, parent, item.said, required=False if free else None)
                draft.last = child
            return True
    return False


def _known_parent(draft: Draft, rest: Sequence[Token]) -> list[Token] | None:
    """`products of stalls`, where stalls were named before."""
    if len(rest) < 2 or rest[0].low not in ("of", "on", "for"):
        return None
    phrase, _ = nounphrases.leading(rest[1:])
    known = draft.things.get(nounphrases.noun_of(phrase))
    return phrase if known is not None and known.strength == "strong" else None


def _parent_phrase(rest: Sequence[Token]) -> list[Token] | None:
    """`on each post`: the thing after the preposition; None where it is something else."""
    if len(rest) < 2 or rest[0].low not in _RELATING:
        return None
    phrase, _ = nounphrases.leading(rest[1:])
    if nounphrases.is_thing(phrase) and (
        nounphrases.is_common(phrase) or rest[1].low in ("each", "every", "a", "an", "the")
    ):
        return phrase
    return None
