"""The people that a duty names: `only managers or finance`, `whoever submitted it`."""

from collections.abc import Sequence

from smartforge.contract.names import identifier, singular, snake
from smartforge.contract.reserved import word_set
from smartforge.planners.offline import nounphrases
from smartforge.planners.offline.statements.actors import Actor
from smartforge.planners.offline.statements.duties.verbs import forms, leads_to
from smartforge.planners.offline.statements.duties.words import (
    MARKS,
    MODALS,
    NOT,
    ONLY,
    PRONOUNS,
    STOPS,
    duty_words,
)
from smartforge.planners.offline.statements.vocabulary import people
from smartforge.planners.offline.tokens import Token
from smartforge.planners.offline.verbs import verbs
from smartforge.planners.offline.vocabulary import nouns, words

_ABLE = word_set("can may must should will could shall")
_BEGINS = word_set("start starts begin begins")
_SUFFIXES = ("er", "or", "ist", "ant", "ee", "ian")


def actors_at(tokens: Sequence[Token], at: int, strong: bool = False) -> tuple[list[Actor], int]:
    """The people that are named from `at` on, and where their words end; none where none are."""
    found: list[Actor] = []
    place = at
    while place < len(tokens):
        if tokens[place].low in ONLY:
            strong, place = True, place + 1
        if _limits(tokens, place):
            break
        one, end = _actor(tokens, place, strong)
        if one is None:
            break
        found.append(one)
        at = place = end
        if place < len(tokens) and tokens[place].low in ("or", "and", "/", "&", ","):
            place += 1
            while place < len(tokens) and tokens[place].low in ("or", "and"):
                place += 1
            continue
        break
    return found, at


def _limits(tokens: Sequence[Token], at: int) -> bool:
    """Whether an `only` before `at` limits a deed: `members can only review books`."""
    if at < 2 or at >= len(tokens) or tokens[at - 1].low not in ONLY:
        return False
    before = tokens[at - 2]
    does = tokens[at].low in forms() and (before.low == "to" or nounphrases.is_nounlike(before))
    return before.low in _ABLE or does


def _actor(tokens: Sequence[Token], at: int, strong: bool) -> tuple[Actor | None, int]:
    while at < len(tokens) and tokens[at].low in words().determiners | duty_words().plain:
        at += 1
    if at < len(tokens) and tokens[at].low == "whoever":
        end = _made_it(tokens, at)
        return (Actor("owner", "user"), end) if end else (None, at)
    for width in (1, 2, 3):
        phrase = tokens[at : at + width]
        if len(phrase) < width or not all(one.word for one in phrase):
            break
        end = at + width
        name = _person(phrase, tokens, end, strong)
        if name:
            made = _made_it(tokens, end)
            if made:
                return Actor("owner", name), made
            return Actor("owner" if _is_owner(name) else "role", name), end
    return None, at


def _is_owner(name: str) -> bool:
    return name in people().owners | duty_words().requesters | {"organizer", "organiser", "author"}


def _person(phrase: Sequence[Token], tokens: Sequence[Token], end: int, strong: bool) -> str:
    """The name of the people that a phrase means; empty where it means none."""
    low = phrase[-1].low
    one = singular(snake(low)) or low
    following = _following(tokens, end)
    if following in _BEGINS and _following(tokens, end + 1) in ("as", "in", "out", "with", "at"):
        return ""  # a request starts as sent
    if one in verbs().states and one not in people().ranks:
        return ""  # only one approved request
    if following not in MODALS | {"or", "and"} and _following(tokens, end + 1) in _ABLE:
        return ""  # only draft invoices can
    if one in ("team", "department", "staff", "user") and len(phrase) == 2:
        low = phrase[0].low
        one = low if low in duty_words().departments else singular(snake(low)) or low
        return one if one in people().ranks or one in duty_words().departments else ""
    if following in ("team", "department", "staff", "users", "user"):
        return ""
    if any(token.low in MODALS | STOPS | PRONOUNS | NOT for token in phrase):
        return ""
    titled = phrase[-1].text.isupper() and 2 <= len(low) <= 4
    known = titled or one in people().ranks or low in duty_words().departments or _is_owner(one)
    acting = following in MODALS or bool(leads_to(following)[0]) or following in ("or", "and", "/")
    many = low != one and forms().get(following) in (following, None)
    likely = many or (one.endswith(_SUFFIXES) and following in ("can", "may"))
    likely = likely or _is_led(phrase, tokens, end)
    likely = likely and one not in nouns().fields
    if one in people().user:
        return one if _made_it(tokens, end) else ""
    if not known and not (acting and (likely or (strong and one not in people().anyone))):
        return ""
    if low in duty_words().departments:
        return low
    return identifier(" ".join([*(token.low for token in phrase[:-1]), one]))


def _following(tokens: Sequence[Token], at: int) -> str:
    """What people do or may do behind their name, past `only`; empty at the end."""
    at += at < len(tokens) and tokens[at].low in ONLY
    return tokens[at].low if at < len(tokens) else ""


def _is_led(phrase: Sequence[Token], tokens: Sequence[Token], end: int) -> bool:
    """`the registrar marks it`: a noun after its article that does something to something."""
    at = end - len(phrase) - 1
    low = _following(tokens, end)
    does = low in MARKS or forms().get(low, low) != low
    return at >= 0 and tokens[at].low in ("the", "a", "an") and len(phrase) == 1 and does


def _made_it(tokens: Sequence[Token], at: int) -> int:
    """Where `who submitted it` ends; 0 where that is not said."""
    lows = [token.low for token in tokens[at : at + 6]]
    if lows[:1] not in (["who"], ["that"], ["whoever"]) or len(lows) < 2:
        return 0
    made = people().making | {"requested", "filed", "drafted", "raised", "proposed", "applied"}
    if lows[1] not in made:
        return 0
    end = at + 2
    while end < min(len(tokens), at + 5) and (
        tokens[end].low in PRONOUNS | words().determiners
        or (end == at + 3 and nounphrases.is_nounlike(tokens[end]))
    ):
        end += 1
    return end
