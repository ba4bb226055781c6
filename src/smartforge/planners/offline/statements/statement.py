"""One sentence about who may do what, taken apart."""

from collections.abc import Sequence

import msgspec

from smartforge.contract import Action
from smartforge.contract.names import singular, snake
from smartforge.contract.reserved import word_set
from smartforge.planners.offline import nounphrases
from smartforge.planners.offline.statements.actors import (
    MODALS,
    Actor,
    actor_at,
    phrase_at,
)
from smartforge.planners.offline.statements.doing import (
    JOINING,
    NOT,
    act_at,
    actions_at,
    makes,
    no_verb,
    signs_up,
    with_somebody,
)
from smartforge.planners.offline.statements.objects import (
    THEIRS,
    objects_at,
    points_at,
    points_back,
)
from smartforge.planners.offline.statements.vocabulary import actions_of, people
from smartforge.planners.offline.tokens import Token, said

_SIGNING = word_set("can register sign up signup log in login into , and then to")
_CHANGING = word_set("change modify alter")
_LETTING = word_set("can may should must")


class Statement(msgspec.Struct):
    """That `actor` may (`refused`: may not) do `actions` with `objects`.

    `objects` are nouns in the singular; empty where none is named, or only a pronoun
    (`points`); `every` tells that everything is meant. `own`: with their own entries alone;
    `only`: and nobody else; `limited`: and nothing else; `closed`: that others may not read them
    is said. `joins`: what the verb itself makes (`comment` on posts). `acts` are the verbs that
    change a state (`approve`). `words` are those from `begin` until before `end`. `duty`: it is
    part of who moves rows on from state to state, so that nobody else does unless it is the
    administrator.
    """

    actor: Actor
    actions: frozenset[Action]
    objects: list[str]
    begin: int
    end: int
    own: bool = False
    only: bool = False
    refused: bool = False
    every: bool = False
    modal: bool = False
    joins: str = ""
    words: str = ""
    points: bool = False
    closed: bool = False
    limited: bool = False
    acts: list[str] = msgspec.field(default_factory=list[str])
    duty: bool = False


def statements(tokens: Sequence[Token], known: frozenset[str] = frozenset()) -> list[Statement]:
    """Every statement of the active form in a sentence, in order; they do not overlap.

    `known` are roles of this prompt that are none elsewhere.
    """
    found: list[Statement] = []
    at = 0
    while at < len(tokens):
        one = _statement(tokens, at, found[-1] if found else None, known)
        if one is None:
            at += 1
        else:
            found += one
            at = max(one[-1].end, at + 1)
    return found


class _Who(msgspec.Struct):
    """The actors of a clause and how they are spoken of; the verbs follow at `place`.

    `limited`: what they may is limited (`can only ...`). `alone`: `nobody else`, so that it is
    about the owner.
    """

    actors: list[Actor]
    begin: int
    place: int
    only: bool
    alone: bool
    modal: bool = False
    refused: bool = False
    limited: bool = False


def _statement(
    tokens: Sequence[Token], at: int, before: Statement | None, known: frozenset[str]
) -> list[Statement] | None:
    """The statements that begin with the actor at `at`: one for every group of verbs."""
    who = _who(tokens, at, before, known)
    if who is None:
        return None
    first = who.place
    actor = who.actors[0]
    groups: list[Statement] = []
    begin = who.begin
    place = who.place
    while place < len(tokens):
        group = _group(tokens, place, actor, groups[-1] if groups else before)
        if group is None:
            break
        _attribute(group, who, tokens, begin)
        actor, begin, place = group.actor, group.end, group.end
        groups.append(group)
        while place < len(tokens) and tokens[place].low in JOINING | {"can", "may"}:
            place += 1
        if actor_at(tokens, place):
            break
    if not groups and before is not None and (who.limited or who.modal or first > at + 1):
        short = _elided(tokens, first, actor, before, begin)
        groups = [short] if short else []
    shared = [one for one in groups if one.actor == actor]
    for other in who.actors[1:]:
        groups += [msgspec.structs.replace(one, actor=other) for one in shared]
    return groups or None


def _who(
    tokens: Sequence[Token], at: int, before: Statement | None, known: frozenset[str]
) -> _Who | None:
    """The actors that begin at `at`, with the words between them and what they do."""
    found = actor_at(tokens, at) or _only(tokens, at) or _their_own(tokens, at, before)
    found = found or _known(tokens, at, known)
    if found is None:
        return None
    actor, place = found
    alone = actor.kind == "nobody" and place < len(tokens) and tokens[place].low == "else"
    if alone:
        actor, place = Actor("user"), place + 1
    if actor.kind == "nobody" and _is_of_state(tokens, place):
        return None
    place = _past_signing(tokens, place)
    actors = [actor]
    while place + 1 < len(tokens) and tokens[place].low in ("and", "or", "&", "/"):
        more = actor_at(tokens, place + 1)
        if more is None:
            break
        actors.append(more[0])
        place = more[1]
    only = any(token.low in ("only", "just") for token in tokens[max(0, at - 1) : place])
    begin = at - 1 if at and tokens[at - 1].low in ("only", "just") else at
    none = any(token.low == "no" for token in tokens[at:place]) and actor.kind != "nobody"
    who = _Who(actors, begin, place, only, alone, refused=none)
    while who.place < len(tokens) and tokens[who.place].low in MODALS | NOT | {"only"}:
        low = tokens[who.place].low
        who.limited = who.limited or low == "only"
        who.modal = who.modal or low in MODALS
        who.refused = who.refused or low in NOT
        who.place += 1
    return who


def _is_of_state(tokens: Sequence[Token], place: int) -> bool:
    """`nobody can reply to a locked thread`: a condition, and not what nobody may ever do."""
    lows = [token.low for token in tokens[place : place + 6]]
    if lows[:1] != ["can"] or not {"to", "on", "in", "for"} & set(lows[2:3]):
        return False
    rest = [low for low in lows[3:] if low not in ("a", "an", "the", "any")]
    return len(rest) > 1 and (rest[0].endswith("ed") or rest[0] in ("full", "hidden", "frozen"))


def _attribute(group: Statement, who: _Who, tokens: Sequence[Token], begin: int) -> None:
    """Complete a group of verbs by those whom it is about."""
    group.begin = begin
    group.words = said(tokens[begin : group.end])
    group.modal = who.modal
    group.only = who.only or who.alone
    group.refused = who.refused and not who.alone
    group.limited = who.limited
    group.own = group.own or who.alone
    actor = group.actor
    if group.own and actor.kind == "role" and actor.name in people().owners:
        group.actor = Actor("owner", actor.name)


def _only(tokens: Sequence[Token], at: int) -> tuple[Actor, int] | None:
    """`only dentists can ...`: whoever they are, it is a role."""
    if tokens[at].low != "only" or at + 2 >= len(tokens):
        return None
    noun, modal = tokens[at + 1], tokens[at + 2].low
    name = singular(snake(noun.text)) if noun.word else ""
    does = bool(actions_of(modal)) and not modal.endswith(("ing", "ed"))
    if (modal in _LETTING or does) and name and name != noun.low:
        return Actor("role", name), at + 2
    return None


def _known(tokens: Sequence[Token], at: int, known: frozenset[str]) -> tuple[Actor, int] | None:
    """`programmers` where another sentence says what only they may."""
    name = singular(snake(tokens[at].text)) if known and tokens[at].word else ""
    return (Actor("role", name), at + 1) if name in known and name != tokens[at].low else None


def _their_own(
    tokens: Sequence[Token], at: int, before: Statement | None
) -> tuple[Actor, int] | None:
    """`pilots only their own`, after what others may do: whoever they are, it is a role."""
    lows = [token.low for token in tokens[at + 1 : at + 4]]
    name = singular(snake(tokens[at].text)) if tokens[at].word else ""
    if before is None or lows != ["only", "their", "own"] or not name or name == tokens[at].low:
        return None
    return Actor("role", name), at + 1


def _past_signing(tokens: Sequence[Token], at: int) -> int:
    """Where `register and log in,` ends, if something that is done follows it."""
    place = at
    while place < len(tokens) and tokens[place].low in _SIGNING:
        place += 1
    later = place < len(tokens) and bool(actions_of(tokens[place].low))
    return place if later and place > at + 1 else at


def _elided(
    tokens: Sequence[Token], at: int, actor: Actor, before: Statement, begin: int
) -> Statement | None:
    """`customers only their own` after `agents can see all tickets`."""
    lows = [token.low for token in tokens[at : at + 3]]
    if len(lows) > 1 and lows[0] in THEIRS and lows[1] == "own":
        phrase, end = phrase_at(tokens, at + 2)
        objects = [nounphrases.noun_of(phrase)] if phrase else list(before.objects)
        said_ = said(tokens[begin:end])
        return Statement(actor, before.actions, objects, begin, end, own=True, words=said_)
    return None


def _group(
    tokens: Sequence[Token], at: int, actor: Actor, before: Statement | None
) -> Statement | None:
    """Verbs that belong together and their objects."""
    if no_verb(tokens, at) or signs_up(tokens, at):
        return None
    actions: set[Action] = set()
    joins = ""
    acts: list[str] = []
    place = last = at
    while place < len(tokens) and not joins:
        found = actions_at(tokens, place, at, actor)
        act = act_at(tokens, place, at, actor)
        if not found and not act:
            break
        acts += [act] if act else []
        joins = people().joins[tokens[place].low] if makes(tokens, place, at) else ""
        actions |= found
        place += 1
        last = place
        while place < len(tokens) and tokens[place].low in JOINING | {"to"}:
            place += 1
    if not actions and not acts:
        return None
    end, objects, own, every = objects_at(tokens, last)
    if joins and objects and (objects[0] in people().occasions or with_somebody(tokens, end)):
        joins = ""  # who books an appointment makes that and no booking of it
    if not objects and before is not None and not every and points_back(tokens, last):
        objects = list(before.objects)
    if every and tokens[last - 1].low in _CHANGING:
        actions |= {"create", "update", "delete"}
    if own and actor.kind == "anyone":
        actor = Actor("user")  # everyone sees only their own
    own = own and actor.kind != "nobody"
    return Statement(
        actor,
        frozenset(actions),
        objects,
        at,
        end,
        own=own,
        every=every,
        joins=joins,
        acts=acts,
        words=said(tokens[at:end]),
        points=not objects and points_at(tokens, last),
    )
