"""What people do to things, where nobody logs in: `members book classes` makes bookings."""

from smartforge.planners.offline import nounphrases
from smartforge.planners.offline.links.scales import tell_scale
from smartforge.planners.offline.sketch import Claims
from smartforge.planners.offline.statements.vocabulary import people
from smartforge.planners.offline.tokens import Sentence
from smartforge.planners.offline.vocabulary import nouns

_ONE = frozenset(["one", "a", "an", "exactly", "each"])


def claim(claims: Claims) -> None:
    """Keep what comes of such a verb as a thing, with those who do it and what they do it to."""
    _hide_deleting(claims)
    _name_linked(claims)
    found = claims.prompt.wanted
    if found.accounts:
        return
    for place, one in found.statements:
        actor = one.actor.name if one.actor.kind in ("role", "owner") else ""
        if one.joins and one.objects:
            claims.hide(place, one.begin, one.end)
            if actor and actor not in people().always:
                claims.name(place, one.begin, actor)
            for noun in one.objects:
                claims.name(place, one.begin, noun)
            claims.name(place, one.begin, one.joins)
            tell_scale(claims, place, one)
        elif "create" in one.actions and not one.modal and actor and actor in nouns().fields:
            for noun in one.objects:
                if noun in nouns().fields:
                    claims.hide(place, one.begin, one.end)
                    claims.name(place, one.begin, actor)
                    claims.name(place, one.begin, noun)


def _hide_deleting(claims: Claims) -> None:
    """`a vehicle with trips cannot be deleted` says nothing about which operations there are."""
    for place, sentence in enumerate(claims.sentences):
        lows = {token.low for token in sentence.tokens}
        conditional = {"with", "while", "if", "has", "have", "unless", "until", "when"} & lows
        refused = {"cannot", "can't", "not", "never"} & lows
        if conditional and refused and {"deleted", "removed", "delete", "remove"} & lows:
            begin = _clause_begin(sentence)
            claims.hide(place, begin)


def _clause_begin(sentence: Sentence) -> int:
    """Where the clause about deleting begins: after the last semicolon or "but" before it."""
    begin = 0
    for at, token in enumerate(sentence.tokens):
        if token.low in ("deleted", "removed", "delete", "remove"):
            break
        if token.low in (";", "but"):
            begin = at + 1
    return begin


def _name_linked(claims: Claims) -> None:
    """`a tasting is for one wine and one taster`: what is said to be for things is one too."""
    for place, sentence in enumerate(claims.sentences):
        lows = [token.low for token in sentence.tokens[:6]]
        if lows[:1] not in (["a"], ["an"], ["each"], ["every"]) or len(lows) < 6:
            continue
        if lows[2] != "is" or lows[3] not in ("for", "of", "about") or lows[4] not in _ONE:
            continue
        noun = sentence.tokens[1:2]
        if nounphrases.is_thing(noun) and not nounphrases.is_field(noun):
            claims.name(place, 0, nounphrases.noun_of(noun))
