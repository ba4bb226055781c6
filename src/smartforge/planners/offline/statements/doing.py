"""Which word of a statement is a verb, and what it allows."""

from collections.abc import Sequence

from smartforge.contract import Action
from smartforge.contract.reserved import word_set
from smartforge.planners.offline import nounphrases
from smartforge.planners.offline.statements.actors import MODALS, Actor
from smartforge.planners.offline.statements.vocabulary import act_of, actions_of, people
from smartforge.planners.offline.tokens import Token
from smartforge.planners.offline.vocabulary import words

NOT = word_set("not cannot can't never mustn't shouldn't don't doesn't won't")
JOINING = word_set(", and or / & then also")
ANY = word_set("everything anything all data")

_RARELY_VERBS = frozenset({"score", "grade", "sign"})


def with_somebody(tokens: Sequence[Token], at: int) -> bool:
    """`book lessons with an instructor`: what is booked with somebody is made by that."""
    lows = [token.low for token in tokens[at : at + 3]]
    return lows[:1] == ["with"] and len(lows) == 3 and lows[2] in people().ranks


def actions_at(tokens: Sequence[Token], place: int, at: int, actor: Actor) -> frozenset[Action]:
    """What the verb at `place` allows, in a group of verbs that begins at `at`; else nothing."""
    low = tokens[place].low
    following = tokens[place + 1].low if place + 1 < len(tokens) else ""
    if makes(tokens, place, at):
        return frozenset(("create",))
    found = actions_of(low)
    if found:
        if place > at and is_object(tokens, place):
            return frozenset()
        if low in ("list", "lists") and actor.kind == "role" and place == at:
            states = not at or tokens[at - 1].low not in MODALS
            return frozenset(("create",)) if states else found  # agents list properties
        if low in ("write", "writes") and not _has_object(tokens, place):
            return frozenset(("create", "update", "delete"))
        return found
    does = low == "do" and following in ANY
    rules = low in ("have", "has", "get") and following in ("full", "complete", "access")
    rights = low in ("full", "complete") and following in ("access", "control", "rights")
    return actions_of("manage") if does or rules or rights or low == "access" else frozenset()


def act_at(tokens: Sequence[Token], place: int, at: int, actor: Actor) -> str:
    """The verb at `place` that changes a state, such as `approve`; empty for nouns and states."""
    low = tokens[place].low
    following = tokens[place + 1].low if place + 1 < len(tokens) else ""
    if actor.kind == "anyone" or low.endswith("ed") or following in ("up", "in"):
        return ""
    plain = at == 0 or tokens[at - 1].low != "the"
    if place > at:
        plain = tokens[place - 1].low in JOINING
    asked = tokens[at - 1].low in MODALS | NOT
    bare = actor.kind == "user" and not actions_of(low) and not asked
    return act_of(low) if plain and not bare else ""


def makes(tokens: Sequence[Token], at: int, begin: int) -> bool:
    """Whether the verb makes something of its own here: `book classes`, `register for events`.

    The verbs begin at `begin`; right after one stands its object (`see reviews`) and no other.
    """
    low = tokens[at].low
    if at > begin and tokens[at - 1].low not in JOINING | {"to"}:
        return False
    following = tokens[at + 1].low if at + 1 < len(tokens) else ""
    if low not in people().joins:
        return False
    if low in ("register", "registers"):
        return following == "for"
    if low.rstrip("s") in _RARELY_VERBS and not _is_done_to(tokens, at):
        return False
    if following in ("", ",", "and", "or", ".") and at and tokens[at - 1].low in ("or", "and", "a"):
        return False
    if low in ("answer", "answers", "reply", "review", "reviews", "rate", "rates", "comment"):
        return True
    return bool(following) and following not in (",", "and", "or")


def _is_done_to(tokens: Sequence[Token], at: int) -> bool:
    """`judges score cakes`, `can sign a petition`: several do it, or somebody may, to a thing."""
    before = tokens[at - 1] if at else tokens[at]
    after = tokens[at + 1 : at + 2]
    several = before.low in MODALS | JOINING or nounphrases.is_plural([before])
    if not after or not several:
        return False
    return after[0].low in words().determiners or (
        nounphrases.is_nounlike(after[0]) and nounphrases.is_plural(after)
    )


def no_verb(tokens: Sequence[Token], at: int) -> bool:
    """`posts are`: a noun and no verb."""
    if tokens[at].low not in ("post", "posts", "list", "lists", "views", "reports", "answers"):
        return False
    following = tokens[at + 1].low if at + 1 < len(tokens) else ""
    return following in ("is", "are", "can", "must", "should", "have", "has")


def signs_up(tokens: Sequence[Token], at: int) -> bool:
    """`register with an e-mail`, `log in`: nothing that makes an entry."""
    low = tokens[at].low
    following = tokens[at + 1].low if at + 1 < len(tokens) else ""
    bare = following in ("", "in", "with", "and", "by", ",", "using", "or", "first")
    opened = [token.low for token in tokens[at + 1 : at + 3]]
    if low in ("create", "creates", "make", "open", "opens", "have", "has", "get", "gets"):
        return opened[:1] in (["account"], ["accounts"]) or opened[1:] == ["account"]
    return low in ("log", "logs", "register", "registers", "sign", "signs") and bare


def is_object(tokens: Sequence[Token], at: int) -> bool:
    """Whether a word that may be a verb is the object of one: `delete posts`."""
    low = tokens[at].low
    return low in ("posts", "reports", "logs", "requests", "lists", "views")


def _has_object(tokens: Sequence[Token], at: int) -> bool:
    return at + 1 < len(tokens) and nounphrases.is_nounlike(tokens[at + 1])
