"""Orders about what the same prompt said before: leave out a field, make one optional."""

from collections.abc import Sequence

from smartforge.contract.names import singular, snake
from smartforge.planners.offline import nounphrases
from smartforge.planners.offline.bounds import read_bounds
from smartforge.planners.offline.clauses import Walk
from smartforge.planners.offline.draft import Draft, Remark
from smartforge.planners.offline.items import split_items
from smartforge.planners.offline.tokens import Token, said


def edited(draft: Draft, tokens: Sequence[Token]) -> bool:
    """Whether `tokens` are such an order; then the draft follows it."""
    lows = [token.low for token in tokens]
    if not lows:
        return False
    if lows[0] in ("remove", "drop", "delete"):
        return "from" in lows and _fields_removed(draft, tokens, lows.index("from"))
    if lows[0] == "make" and len(lows) > 2:
        if lows[-1] in ("optional", "required"):
            return _field_required(draft, tokens)
        return _field_bounded(draft, tokens)
    if lows[0] in ("add", "give", "include") and len(lows) > 3:
        return _fields_added(draft, tokens)
    return False


def _fields_added(draft: Draft, tokens: Sequence[Token]) -> bool:
    """`add a due date and a priority to todos`."""
    at = max((place for place, one in enumerate(tokens) if one.low in ("to", "for")), default=0)
    phrase, rest = nounphrases.leading(tokens[at + 1 :])
    first, _ = nounphrases.leading(tokens[1:at])
    if at < 2 or rest or not nounphrases.is_thing(phrase) or nounphrases.is_children(first):
        return False
    thing = draft.find(singular(snake(" ".join(token.text for token in phrase))))
    if thing is None and nounphrases.is_common(phrase) and nounphrases.is_field(first):
        thing = draft.declare(phrase, "strong")
    if thing is None:
        return False
    listed = thing.listed
    Walk(draft).fields(thing, tokens[1:at])
    thing.listed = listed
    return True


def _fields_removed(draft: Draft, tokens: Sequence[Token], at: int) -> bool:
    """`remove the description from todos`."""
    phrase, _ = nounphrases.leading(tokens[at + 1 :])
    thing = draft.find(nounphrases.noun_of(phrase)) if phrase else None
    if thing is None:
        return False
    for item in split_items(tokens[1:at]):
        field, _ = nounphrases.leading(item.tokens)
        name = snake(" ".join(one.text for one in field if one.low not in ("field", "fields")))
        thing.attributes.pop(name, None)
        thing.dropped.add(name)
    draft.effects += 1
    return True


def _field_bounded(draft: Draft, tokens: Sequence[Token]) -> bool:
    """`make the title at most 80 characters`."""
    phrase, rest = nounphrases.leading(tokens[1:])
    bounds = read_bounds(rest)
    if not phrase or not nounphrases.is_field(phrase) or not (bounds.length or bounds.numeric):
        return False
    name = snake(" ".join(one.text for one in phrase))
    draft.remarks.append(Remark(name, said(tokens), list(rest), [], ()))
    draft.effects += 1
    return True


def _field_required(draft: Draft, tokens: Sequence[Token]) -> bool:
    """`make the due date optional`."""
    for item in split_items(tokens[1:-1]):
        phrase, _ = nounphrases.leading(item.tokens)
        if phrase:
            name = snake(" ".join(one.text for one in phrase))
            draft.remarks.append(Remark(name, said(tokens), [tokens[-1]], [], ()))
    draft.effects += 1
    return True
