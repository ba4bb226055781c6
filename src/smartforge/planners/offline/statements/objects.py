"""What the verbs of a statement are said of."""

from collections.abc import Sequence

import msgspec

from smartforge.contract.names import singular, snake
from smartforge.contract.reserved import word_set
from smartforge.planners.offline import nounphrases
from smartforge.planners.offline.statements.actors import PRONOUNS, actor_at, phrase_at
from smartforge.planners.offline.statements.doing import ANY, JOINING, is_object, makes
from smartforge.planners.offline.statements.vocabulary import act_of, actions_of, people
from smartforge.planners.offline.tokens import Token
from smartforge.planners.offline.vocabulary import words

_OWN = word_set("own")
THEIRS = word_set("their his her its my your")
_ENDS = word_set("; : ( ) . but while where whereas because if when unless until with so — -")
_AFTER = word_set("on to for in at of into about from under by within")
_STATING = word_set("only has have can is are must should belong belongs contain contains with")
_ONCE = word_set("once twice too as well each other one another freely anytime directly")


def points_back(tokens: Sequence[Token], at: int) -> bool:
    if at < len(tokens) and tokens[at].low == "all":
        return at + 1 == len(tokens) or tokens[at + 1].low in _ENDS | {",", "and"}
    return at >= len(tokens) or tokens[at].low in PRONOUNS | _ENDS | {",", "and"}


def points_at(tokens: Sequence[Token], at: int) -> bool:
    """`them`, `all of them`, `every one of these`."""
    lows = [token.low for token in tokens[at : at + 4]]
    if lows and lows[0] in ("all", "any", "every", "each", "both"):
        lows = [low for low in lows[1:] if low not in ("one", "of")]
    return bool(lows) and lows[0] in PRONOUNS


class _Objects(msgspec.Struct):
    """The objects of a verb while they are read; `aside`: a preposition came after the first."""

    names: list[str] = msgspec.field(default_factory=list[str])
    own: bool = False
    every: bool = False
    aside: bool = False


def objects_at(tokens: Sequence[Token], at: int) -> tuple[int, list[str], bool, bool]:
    """Where the objects of a verb end, which they are, whether their own, whether everything."""
    found = _Objects()
    place = end = at
    while place < len(tokens) and tokens[place].low not in _ENDS:
        if tokens[place].low in JOINING:
            if _breaks(tokens, place + 1):
                break
            place += 1
            continue
        past = _qualified(tokens, place, found) or _object(tokens, place, end, found)
        if not past:
            break
        place = end = past
    while end > at and tokens[end - 1].low in _AFTER:
        end -= 1
    return end, found.names, found.own, found.every


def _qualified(tokens: Sequence[Token], place: int, found: _Objects) -> int:
    """Where a word ends that only says whose or how many; 0 where there is none."""
    low = tokens[place].low
    if low in _OWN or (low in THEIRS and _may_be_own(tokens, place)):
        found.own = True
    elif low in ANY:
        found.every = found.every or low != "all"
    elif low in ("they", "he", "she") and _who_made_after(tokens, place):
        found.own = True
        return _past_making(tokens, place + 1)
    elif low in _AFTER:
        found.aside = found.aside or bool(found.names)
    elif low not in PRONOUNS | words().determiners | _ONCE | {"only", "access"}:
        return 0
    return place + 1


def _past_making(tokens: Sequence[Token], at: int) -> int:
    """Where `sent or received` ends."""
    making = people().making
    while at + 2 < len(tokens) and tokens[at + 1].low in ("or", "and"):
        if tokens[at + 2].low not in making:
            break
        at += 2
    return at + 1


def _object(tokens: Sequence[Token], place: int, end: int, found: _Objects) -> int:
    """Where a noun phrase ends that is an object; 0 where there is none."""
    low = tokens[place].low
    after_list = bool(found.names) and end < place and tokens[place - 1].low in ("and", ",")
    verb = after_list and bool(actions_of(low)) and not is_object(tokens, place)
    if verb or not nounphrases.is_nounlike(tokens[place]):
        return 0
    phrase, past = phrase_at(tokens, place)
    phrase = [one for one in phrase if one.low not in _ONCE] or phrase
    if not phrase:
        return 0
    if not found.aside:
        found.names.append(singular(snake(" ".join(token.text for token in phrase))))
    return past


def _may_be_own(tokens: Sequence[Token], at: int) -> bool:
    """`their tasks` is what they own; `its comments` is not."""
    return tokens[at].low in ("their", "his", "her", "my", "your")


def _who_made_after(tokens: Sequence[Token], at: int) -> bool:
    return at + 1 < len(tokens) and tokens[at + 1].low in people().making


def _breaks(tokens: Sequence[Token], at: int) -> bool:
    """Whether something new begins after a comma or "and": another verb or other people."""
    if at >= len(tokens):
        return True
    while at < len(tokens) and tokens[at].low in JOINING | {"can", "only"}:
        at += 1
    if at >= len(tokens):
        return True
    low = tokens[at].low
    if tokens[at - 1].low == "only":
        return True
    window = [token.low for token in tokens[at + 1 : at + 3]]
    if not actions_of(low) and set(window[:1]) & _STATING:
        return True
    does = len(window) == 2 and bool(actions_of(window[0])) and nounphrases.is_plural([tokens[at]])
    if does and window[1] in PRONOUNS | words().determiners | ANY:
        return True  # programmers see them all
    verb = bool(actions_of(low)) or (low in people().joins and makes(tokens, at, at))
    verb = verb or (bool(act_of(low)) and bool(set(window[:1]) & PRONOUNS))  # and close them
    return (verb and not is_object(tokens, at)) or actor_at(tokens, at) is not None
