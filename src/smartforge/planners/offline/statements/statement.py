"""One sentence about who may do what, taken apart."""

from collections.abc import Sequence

import msgspec

from smartforge.contract import Action
from smartforge.contract.names import singular, snake
from smartforge.contract.reserved import word_set
from smartforge.planners.offline import nounphrases
from smartforge.planners.offline.statements.actors import (
    MODALS,
    PRONOUNS,
    Actor,
    actor_at,
    phrase_at,
)
from smartforge.planners.offline.statements.vocabulary import act_of, actions_of, people
from smartforge.planners.offline.tokens import Token, said
from smartforge.planners.offline.vocabulary import words

_NOT = word_set("not cannot can't never mustn't shouldn't don't doesn't won't")
_JOINING = word_set(", and or / & then also")
_SIGNING = word_set("can register sign up signup log in login into , and then to")
_OWN = word_set("own")
_THEIRS = word_set("their his her its my your")
_CHANGING = word_set("change modify alter")
_LETTING = word_set("can may should must")
_ANY = word_set("everything anything all data")
_ENDS = word_set("; : ( ) . but while where whereas because if when unless until with so — -")
_AFTER = word_set("on to for in at of into about from under by within")
_STATING = word_set("only has have can is are must should belong belongs contain contains with")
_ONCE = word_set("once twice too as well each other one another freely anytime directly")


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
        while place < len(tokens) and tokens[place].low in _JOINING | {"can", "may"}:
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
    while who.place < len(tokens) and tokens[who.place].low in MODALS | _NOT | {"only"}:
        low = tokens[who.place].low
        who.limited = who.limited or low == "only"
        who.modal = who.modal or low in MODALS
        who.refused = who.refused or low in _NOT
        who.place += 1
    return who


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
    if len(lows) > 1 and lows[0] in _THEIRS and lows[1] == "own":
        phrase, end = phrase_at(tokens, at + 2)
        objects = [nounphrases.noun_of(phrase)] if phrase else list(before.objects)
        said_ = said(tokens[begin:end])
        return Statement(actor, before.actions, objects, begin, end, own=True, words=said_)
    return None


def _group(
    tokens: Sequence[Token], at: int, actor: Actor, before: Statement | None
) -> Statement | None:
    """Verbs that belong together and their objects."""
    if _no_verb(tokens, at) or _signs_up(tokens, at):
        return None
    actions: set[Action] = set()
    joins = ""
    acts: list[str] = []
    place = last = at
    while place < len(tokens) and not joins:
        found = _actions_at(tokens, place, at, actor)
        act = _act_at(tokens, place, at, actor)
        if not found and not act:
            break
        acts += [act] if act else []
        joins = people().joins[tokens[place].low] if _joins(tokens, place, at) else ""
        actions |= found
        place += 1
        last = place
        while place < len(tokens) and tokens[place].low in _JOINING | {"to"}:
            place += 1
    if not actions and not acts:
        return None
    end, objects, own, every = _objects(tokens, last)
    if joins and objects and (objects[0] in people().occasions or _with_somebody(tokens, end)):
        joins = ""  # who books an appointment makes that and no booking of it
    if not objects and before is not None and not every and _points_back(tokens, last):
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
        points=not objects and _points_at(tokens, last),
    )


def _with_somebody(tokens: Sequence[Token], at: int) -> bool:
    """`book lessons with an instructor`: what is booked with somebody is made by that."""
    lows = [token.low for token in tokens[at : at + 3]]
    return lows[:1] == ["with"] and len(lows) == 3 and lows[2] in people().ranks


def _actions_at(tokens: Sequence[Token], place: int, at: int, actor: Actor) -> frozenset[Action]:
    """What the verb at `place` allows, in a group of verbs that begins at `at`; else nothing."""
    low = tokens[place].low
    following = tokens[place + 1].low if place + 1 < len(tokens) else ""
    if _joins(tokens, place, at):
        return frozenset(("create",))
    found = actions_of(low)
    if found:
        if place > at and _is_object(tokens, place):
            return frozenset()
        if low in ("list", "lists") and actor.kind == "role" and place == at:
            states = not at or tokens[at - 1].low not in MODALS
            return frozenset(("create",)) if states else found  # agents list properties
        if low in ("write", "writes") and not _has_object(tokens, place):
            return frozenset(("create", "update", "delete"))
        return found
    does = low == "do" and following in _ANY
    rules = low in ("have", "has", "get") and following in ("full", "complete", "access")
    rights = low in ("full", "complete") and following in ("access", "control", "rights")
    return actions_of("manage") if does or rules or rights or low == "access" else frozenset()


def _act_at(tokens: Sequence[Token], place: int, at: int, actor: Actor) -> str:
    """The verb at `place` that changes a state, such as `approve`; empty for nouns and states."""
    low = tokens[place].low
    following = tokens[place + 1].low if place + 1 < len(tokens) else ""
    if actor.kind == "anyone" or low.endswith("ed") or following in ("up", "in"):
        return ""
    plain = at == 0 or tokens[at - 1].low != "the"
    if place > at:
        plain = tokens[place - 1].low in _JOINING
    asked = tokens[at - 1].low in MODALS | _NOT
    bare = actor.kind == "user" and not actions_of(low) and not asked
    return act_of(low) if plain and not bare else ""


def _joins(tokens: Sequence[Token], at: int, begin: int) -> bool:
    """Whether the verb makes something of its own here: `book classes`, `register for events`.

    The verbs begin at `begin`; right after one stands its object (`see reviews`) and no other.
    """
    low = tokens[at].low
    if at > begin and tokens[at - 1].low not in _JOINING | {"to"}:
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


_RARELY_VERBS = frozenset({"score", "grade", "sign"})


def _is_done_to(tokens: Sequence[Token], at: int) -> bool:
    """`judges score cakes`, `can sign a petition`: several do it, or somebody may, to a thing."""
    before = tokens[at - 1] if at else tokens[at]
    after = tokens[at + 1 : at + 2]
    several = before.low in MODALS | _JOINING or nounphrases.is_plural([before])
    if not after or not several:
        return False
    return after[0].low in words().determiners or (
        nounphrases.is_nounlike(after[0]) and nounphrases.is_plural(after)
    )


def _no_verb(tokens: Sequence[Token], at: int) -> bool:
    """`posts are`: a noun and no verb."""
    if tokens[at].low not in ("post", "posts", "list", "lists", "views", "reports", "answers"):
        return False
    following = tokens[at + 1].low if at + 1 < len(tokens) else ""
    return following in ("is", "are", "can", "must", "should", "have", "has")


def _signs_up(tokens: Sequence[Token], at: int) -> bool:
    """`register with an e-mail`, `log in`: nothing that makes an entry."""
    low = tokens[at].low
    following = tokens[at + 1].low if at + 1 < len(tokens) else ""
    bare = following in ("", "in", "with", "and", "by", ",", "using", "or", "first")
    opened = [token.low for token in tokens[at + 1 : at + 3]]
    if low in ("create", "creates", "make", "open", "opens", "have", "has", "get", "gets"):
        return opened[:1] in (["account"], ["accounts"]) or opened[1:] == ["account"]
    return low in ("log", "logs", "register", "registers", "sign", "signs") and bare


def _is_object(tokens: Sequence[Token], at: int) -> bool:
    """Whether a word that may be a verb is the object of one: `delete posts`."""
    low = tokens[at].low
    return low in ("posts", "reports", "logs", "requests", "lists", "views")


def _has_object(tokens: Sequence[Token], at: int) -> bool:
    return at + 1 < len(tokens) and nounphrases.is_nounlike(tokens[at + 1])


def _points_back(tokens: Sequence[Token], at: int) -> bool:
    if at < len(tokens) and tokens[at].low == "all":
        return at + 1 == len(tokens) or tokens[at + 1].low in _ENDS | {",", "and"}
    return at >= len(tokens) or tokens[at].low in PRONOUNS | _ENDS | {",", "and"}


def _points_at(tokens: Sequence[Token], at: int) -> bool:
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


def _objects(tokens: Sequence[Token], at: int) -> tuple[int, list[str], bool, bool]:
    """Where the objects of a verb end, which they are, whether their own, whether everything."""
    found = _Objects()
    place = end = at
    while place < len(tokens) and tokens[place].low not in _ENDS:
        if tokens[place].low in _JOINING:
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
    if low in _OWN or (low in _THEIRS and _may_be_own(tokens, place)):
        found.own = True
    elif low in _ANY:
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
    verb = after_list and bool(actions_of(low)) and not _is_object(tokens, place)
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
    while at < len(tokens) and tokens[at].low in _JOINING | {"can", "only"}:
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
    if does and window[1] in PRONOUNS | words().determiners | _ANY:
        return True  # programmers see them all
    verb = bool(actions_of(low)) or (low in people().joins and _joins(tokens, at, at))
    verb = verb or (bool(act_of(low)) and bool(set(window[:1]) & PRONOUNS))  # and close them
    return (verb and not _is_object(tokens, at)) or actor_at(tokens, at) is not None
