"""The people that a sentence names: everybody, whoever is logged in, owners, roles."""

from collections.abc import Sequence
from typing import Literal

import msgspec

from smartforge.contract.names import singular, snake
from smartforge.contract.reserved import word_set
from smartforge.planners.offline import nounphrases
from smartforge.planners.offline.statements.vocabulary import actions_of, people
from smartforge.planners.offline.tokens import Token
from smartforge.planners.offline.vocabulary import words

MAX_BEFORE = 8
MAX_PHRASE = 40

_PLAIN = word_set("normal regular ordinary other individual")
MODALS = word_set(
    """
    can may should must could will be able to is are allowed permitted also still then just get
    gets want wants need needs have has able shall might always
    """
)
_BODIES = word_set("board committee council jury crew commission panel")
_OF_ROLE = word_set("users user role roles member members")
PRONOUNS = word_set("it them these those this that one ones")

Kind = Literal["anyone", "user", "owner", "role", "nobody"]


class Actor(msgspec.Struct, frozen=True):
    """Who: `name` is the role, or the word for the owner of an entry of the kind `of`.

    `logged`: they were said to be logged in.
    """

    kind: Kind
    name: str = ""
    of: str = ""
    logged: bool = False


class _Opening(msgspec.Struct, frozen=True):
    """What stands before the noun for people, which is at `place`."""

    place: int
    logged: bool
    unlogged: bool
    of: str


def actor_at(tokens: Sequence[Token], at: int) -> tuple[Actor, int] | None:
    """The people that are named from `at` on, and where their words end."""
    if [token.low for token in tokens[at : at + 2]] == ["no", "one"]:
        return Actor("nobody"), at + 2
    opening = _opening(tokens, at)
    place = opening.place
    if place >= min(len(tokens), at + MAX_BEFORE) or tokens[place].literal:
        return None
    low, end = tokens[place].low, place + 1
    if low in people().nobody:
        return Actor("nobody"), end
    if opening.unlogged:
        return Actor("anyone"), end + (singular(snake(low)) in people().user)
    if low == "public" and (end >= len(tokens) or tokens[end].low not in MODALS | {"access"}):
        return None
    if low in people().anyone and not opening.logged:
        lows = [token.low for token in tokens[end : end + 4]]
        if lows[:1] == ["with"] or lows[:2] == ["logged", "in"] or "account" in lows:
            return Actor("user"), _after_account(tokens, end)
        return Actor("anyone"), end
    return _somebody(tokens, at, opening)


def _opening(tokens: Sequence[Token], at: int) -> _Opening:
    """`any logged in`, `the comment's`: the words before the noun."""
    lists = people()
    place = at
    logged = unlogged = False
    of = ""
    while place < min(len(tokens), at + MAX_BEFORE):
        low = tokens[place].low
        pair = (low, tokens[place + 1].low) if place + 1 < len(tokens) else ("", "")
        if pair in (("logged", "in"), ("signed", "in"), ("signed", "up")):
            logged, place = True, place + 2
        elif low in lists.logged:
            logged, place = True, place + 1
        elif low in lists.unlogged:
            unlogged, place = True, place + 1
        elif low in words().determiners | _PLAIN:
            place += 1
        elif tokens[place].text.endswith(("'s", "s'", "’s")) and place + 1 < len(tokens):
            of, place = singular(snake(tokens[place].text)), place + 1
        else:
            break
    return _Opening(place, logged, unlogged, of)


def _somebody(tokens: Sequence[Token], at: int, opening: _Opening) -> tuple[Actor, int] | None:
    """Whoever is logged in, the owner of something, or a role."""
    lists, place, of = people(), opening.place, opening.of
    pair = [one.low for one in tokens[place : place + 2]]
    if pair[0] in _BODIES and pair[1:] in (["member"], ["members"]):
        return Actor("role", f"{pair[0]}_member"), place + 2
    low, end = tokens[place].low, place + 1
    one = singular(snake(low)) or low
    noun = nounphrases.is_nounlike(tokens[place])
    making = _who_made(tokens, end)
    if low in lists.user or (opening.logged and not noun):
        if making:
            return Actor("owner", "user", of), making
        return Actor("user", logged=opening.logged), _after_logged(tokens, end)
    if place > at and noun and making:
        made = tokens[making - 1]
        named = nounphrases.is_nounlike(made) and made.low not in PRONOUNS
        whose = nounphrases.noun_of([made]) if named else ""
        return Actor("owner", one, of or whose), making
    if one in lists.participants:
        return Actor("owner", "user"), end
    if one in lists.owners and (at != place or of) and not _is_many(low):
        end, of = _of_what(tokens, end, of)
        return Actor("owner", one, of), end
    if one == "parent" and end < len(tokens) and nounphrases.is_nounlike(tokens[end]):
        return None  # a parent comment
    if one in lists.ranks:
        named = end < len(tokens) and tokens[end].low in _OF_ROLE
        return Actor("role", one), end + named
    if opening.logged:
        many = noun and not actions_of(low)
        return Actor("user", logged=True), end if many else place
    return None


def phrase_at(tokens: Sequence[Token], at: int) -> tuple[list[Token], int]:
    """The noun phrase that begins at a token, and where it ends."""
    window = tokens[at : at + MAX_PHRASE]
    phrase, rest = nounphrases.leading(window)
    return phrase, at + len(window) - len(rest)


def _is_many(low: str) -> bool:
    return singular(low) != low


def _after_account(tokens: Sequence[Token], end: int) -> int:
    """`with an account`, `logged in` after `anyone`."""
    while end < len(tokens) and tokens[end].low in word_set(
        "with an a account login token who is logged in valid"
    ):
        end += 1
    return end


def _after_logged(tokens: Sequence[Token], end: int) -> int:
    lows = [token.low for token in tokens[end : end + 5]]
    for phrase in (
        ["who", "are", "logged", "in"],
        ["who", "is", "logged", "in"],
        ["that", "are", "logged", "in"],
        ["with", "an", "account"],
        ["with", "a", "token"],
    ):
        if lows[: len(phrase)] == phrase:
            return end + len(phrase)
    return end


def _who_made(tokens: Sequence[Token], at: int) -> int:
    """Where `who created it` ends after `user`; 0 where it does not say so."""
    lows = [token.low for token in tokens[at : at + 5]]
    if lows[:1] in (["who"], ["that"]) and lows[1:2] and lows[1] in people().making:
        end = at + 2
        while end < len(tokens) and (
            tokens[end].low in PRONOUNS | words().determiners
            or (end == at + 3 and nounphrases.is_nounlike(tokens[end]))
        ):
            end += 1
        return end
    return 0


def _of_what(tokens: Sequence[Token], at: int, of: str) -> tuple[int, str]:
    """`the author of a post`."""
    if at < len(tokens) and tokens[at].low == "of":
        phrase, end = phrase_at(tokens, at + 1)
        if phrase:
            return end, nounphrases.noun_of(phrase)
    return at, of
