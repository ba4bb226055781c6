"""What is asked for by the name of the product: `todo API`, `a backend for my gym`."""

from collections.abc import Sequence

from smartforge.planners.offline import nounphrases
from smartforge.planners.offline.cues import product_at
from smartforge.planners.offline.draft import Draft, Product
from smartforge.planners.offline.tokens import Token, said
from smartforge.planners.offline.vocabulary import words

_NO_TITLE = frozenset({"collection", "collections", "list", "lists", "set"})
_VENTURES = frozenset(
    {"hobby", "business", "company", "place", "startup", "project", "group", "firm"}
)
_PLACES = frozenset({"school", "work", "fun"})
_ENDPOINTS = frozenset({"endpoint", "endpoints"})


def read_product(draft: Draft, tokens: Sequence[Token]) -> Product | None:
    """`a todo list API for my gym`: what is asked for, by its name or by what it is for."""
    at = product_at(tokens)
    if at is None:
        return None
    head = nounphrases.trailing(tokens[:at])
    named = [token for token in head if token.low not in words().containers or token.literal]
    if tokens[min(at, len(tokens) - 1)].low in _ENDPOINTS:
        named = []
    found = _named(draft, head, named)
    if at + 2 < len(tokens) and tokens[at + 1].low in ("called", "named"):
        draft.title = said(nounphrases.leading(tokens[at + 2 :])[0])
    return (
        found if found.subject and _is_owner(tokens, at) else _made_for(draft, tokens, at) or found
    )


def _is_owner(tokens: Sequence[Token], at: int) -> bool:
    """`a recipe app for my grandmother`: whose it is, where the product has a name already."""
    lows = [token.low for token in tokens[at + 1 : at + 3]]
    phrase, _ = nounphrases.leading(tokens[at + 2 :])
    return lows[:1] == ["for"] and lows[1:] != [] and not nounphrases.is_plural(phrase)


def _named(draft: Draft, head: Sequence[Token], named: Sequence[Token]) -> Product:
    empty = words().adjectives | _NO_TITLE
    if any(token.low not in empty for token in head) and not draft.title:
        draft.title = said(head)
    if not named or (named[-1].low in words().not_things and not named[-1].literal):
        return Product("open")
    domain = nounphrases.domain_of(named[-1:])
    return Product("open", draft.declare(named, "domain" if domain else "weak"))


def _made_for(draft: Draft, tokens: Sequence[Token], at: int) -> Product | None:
    """What the product at `at` is for: `for my gym`, `of recipes`."""
    for place in range(max(0, at - 1), len(tokens)):
        near = place <= at + 1 and tokens[place].low in ("about", "of", "around")
        if near or tokens[place].low == "for":
            return _purpose(draft, nounphrases.leading(tokens[place + 1 :])[0])
        if tokens[place].low in ("that", "which", "who"):
            return None
    return None


def _purpose(draft: Draft, phrase: list[Token]) -> Product | None:
    trade = nounphrases.domain_of(phrase[-2:-1]) and not nounphrases.is_common(phrase[-1:])
    if trade and phrase[-1].low in _VENTURES:
        phrase = phrase[:-1]  # my beekeeping hobby
    domain = nounphrases.domain_of(phrase[-1:])
    if not nounphrases.is_thing(phrase) or phrase[-1].low in _PLACES:
        return Product("open", draft.declare(phrase[-1:], "domain")) if domain else None
    if not draft.title:
        draft.title = said(phrase)
    many = nounphrases.is_plural(phrase) or nounphrases.is_mass(phrase)
    if domain and not nounphrases.is_plural(phrase):
        return Product("open", draft.declare(phrase[-1:], "domain"))
    if many:
        return Product("things", draft.declare(phrase, "strong"))
    return Product("open", draft.declare(phrase, "weak"))
