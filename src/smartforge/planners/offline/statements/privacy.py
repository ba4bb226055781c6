"""Restrictions of reading in whatever words: `nobody else sees mine`, `what they entered`.

Errs on the strict side: a clause that keeps something from other people is never read as less.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from smartforge.contract import Action
from smartforge.contract.names import singular, snake
from smartforge.contract.reserved import word_set
from smartforge.planners.offline import nounphrases
from smartforge.planners.offline.statements.actors import Actor, actor_at, phrase_at
from smartforge.planners.offline.statements.statement import Statement
from smartforge.planners.offline.statements.vocabulary import people
from smartforge.planners.offline.tokens import Token, said
from smartforge.planners.offline.vocabulary import words

_READING = frozenset[Action](("list", "read"))
_SEEING = word_set(
    """
    see sees seeing seen view views viewing viewed read reads reading look access accesses
    accessing accessible accessed visible readable viewable find open browse list get gets
    retrieve fetch show shows showing shown share shared sharing shares leak leaks expose exposed
    available know inspect return returns
    """
)
_ALONE = word_set("only just solely exclusively alone strictly nothing except merely")
_NOT = word_set(
    """
    not never no nobody noone none cannot can't mustn't shouldn't isn't aren't don't doesn't won't
    without neither couldn't cant dont nor
    """
)
_OTHERS = word_set("other others another else somebody someone anybody anyone everybody everyone")
_OWN = word_set("own mine themselves himself herself myself themself ours yours theirs")
_THEIRS = word_set("their his her my your")
_MINE = word_set("mine my i me")
_SUBJECTS = word_set("they he she i we you user users person people")
_KEPT = word_set(
    "private personal confidential secret hidden isolated separate separated invisible"
)
_APART = word_set(
    """
    isolated isolation separate separated segregated strictly private silo siloed scoped filter
    filtered limited restricted
    """
)
_CALLING = word_set("current authenticated requesting calling caller logged logged-in signed-in")
_PUBLIC = word_set(
    "public publicly strangers outsiders anonymous anyone anybody everyone everybody"
)
_BEING = word_set("is are be being stay stays remain remains kept keep keeps")
_HAVING = word_set("has have gets get keeps keep owns own maintains maintain")
_TO = word_set("to for from per by between of among")
_CUTS = word_set("; . : ( ) but while where whereas because so if when unless — -")
_GENERIC = word_set(
    """
    data stuff thing content entry item record information info detail row one account eye
    everything anything way list collection access rest world
    """
)
_ALL = word_set("all every everything any each")
_RIGHTS = word_set("edit delete update change modify remove")


def closed_reading(tokens: Sequence[Token]) -> Iterator[Statement]:
    """One statement for every clause that lets people read their own alone."""
    for begin, end in _clauses(tokens):
        clause = tokens[begin:end]
        if not _is_closed(clause) or _is_of_tenants(clause):
            continue
        if begin and tokens[0].low in ("unless", "except"):
            begin = 0
        actor = _actor(clause)
        objects = _objects(clause)
        one = Statement(
            actor,
            _READING,
            objects,
            begin,
            end,
            own=True,
            only=True,
            modal=True,
            closed=True,
            points=not objects and bool(_lows(clause) & {"it", "them", "these", "those"}),
            words=said(tokens[begin:end]),
        )
        yield one


def not_public(tokens: Sequence[Token]) -> Iterator[Statement]:
    """`secrets are not shown to the public`: only whoever is logged in may read them."""
    for begin, end in _clauses(tokens):
        clause = tokens[begin:end]
        lows = [token.low for token in clause]
        not_ = next((at for at, low in enumerate(lows) if low in _NOT), None)
        if not_ is None or not _PUBLIC & set(lows[not_ + 1 :]):
            continue
        seen = any(low in _SEEING | {"public", "publicly"} for low in lows[not_ + 1 :])
        if seen and not {"but", "until", "unless"} & set(lows):
            words_ = said(clause)
            yield Statement(
                Actor("user"), _READING, _objects(clause), begin, end, only=True, modal=True,
                words=words_,
            )  # fmt: skip


def _clauses(tokens: Sequence[Token]) -> Iterator[tuple[int, int]]:
    begin = 0
    for at in range(len(tokens) + 1):
        cut = at == len(tokens) or (tokens[at].low in _CUTS and not tokens[at].literal)
        joins = not cut and tokens[at].low in (",", "and") and at + 1 < len(tokens)
        if joins:
            low = tokens[at + 1].low
            found = actor_at(tokens, at + 1)
            fresh = found is not None and found[0].kind != "owner"
            cut = tokens[at].low == "," or (
                fresh and not _goes_on(tokens, found[1] if found else 0)
            )
            cut = cut or low in ("only", "nobody", "no")
        if cut:
            if at > begin:
                yield begin, at
            begin = at + 1


def _goes_on(tokens: Sequence[Token], at: int) -> bool:
    """Whether people are only named together with others: `their authors and admins`."""
    return at >= len(tokens) or tokens[at].low in (",", "and", ".", "alone", "only")


def _lows(tokens: Sequence[Token]) -> set[str]:
    return {token.low.removesuffix("'s").removesuffix("'") for token in tokens}


# ---- what restricts ----------------------------------------------------------------------------


def _is_closed(tokens: Sequence[Token]) -> bool:
    return (
        _is_exclusive(tokens)
        or _is_kept_from_others(tokens)
        or _is_private(tokens)
        or _is_apart(tokens)
        or _is_for_owners(tokens)
    )


def _is_exclusive(tokens: Sequence[Token]) -> bool:
    """`only see what they entered`, `visible to them alone`, `only for me`."""
    lows = [token.low for token in tokens]
    alone = next((at for at, low in enumerate(lows) if low in _ALONE), None)
    if alone is None:
        return False
    seeing = [at for at, low in enumerate(lows) if low in _SEEING]
    if not seeing:
        return bool({"me", "myself", "eyes"} & set(lows)) and not _RIGHTS & set(lows)
    last = seeing[-1]
    if any(low in _ALL for low in lows[last + 1 : last + 3]):
        return False
    if _CALLING & set(lows[last + 1 :]) and {"of", "by", "to", "from"} & set(lows[last + 1 :]):
        return True
    if _OWN & set(lows) or _who_made(lows) or {"them", "him", "i", "me"} & set(lows):
        return True
    if any(singular(snake(low)) in people().owners | people().participants for low in lows):
        return True
    if "sender" in lows or "senders" in lows:
        return True
    near = range(alone + 1, min(len(lows), alone + 4))
    return any(lows[at] in _THEIRS and not _is_actor_before(tokens, alone, at) for at in near)


def _is_actor_before(tokens: Sequence[Token], begin: int, end: int) -> bool:
    """`only admins see their`: what is limited is who may, and not what."""
    return any(
        token.word and singular(snake(token.text)) in people().ranks for token in tokens[begin:end]
    )


def _who_made(lows: Sequence[str]) -> bool:
    """`what they entered`, `recordings I uploaded`, `whoever wrote them`."""
    for at, low in enumerate(lows[:-1]):
        pronoun = low in _SUBJECTS or low in ("who", "whoever", "whomever")
        following = lows[at + 1]
        regular = following.endswith("ed") and following not in ("need", "feed", "logged", "signed")
        if pronoun and (following in people().making or regular):
            return True
        if pronoun and following in ("have", "has", "had") and at + 2 < len(lows):
            return True
    return False


def _is_kept_from_others(tokens: Sequence[Token]) -> bool:
    """`can't access each other's ideas`, `not shared between users`, `never visible to others`."""
    lows = [token.low for token in tokens]
    bare = [low.removesuffix("'s") for low in lows]
    not_ = next((at for at, low in enumerate(lows) if low in _NOT), None)
    if not_ is None:
        return False
    seeing = next((at for at in range(not_ + 1, len(lows)) if lows[at] in _SEEING), None)
    if seeing is None:
        return False
    if lows[seeing] in ("share", "shared", "sharing", "shares"):
        return True
    people_after = [_person(low) for low in bare[seeing + 1 :] if _person(low)]
    twice = any(_person(low) in people_after for low in bare[:not_] if _person(low))
    others = twice or any(low in _OTHERS - _PUBLIC for low in bare)
    others = others or any(low in _OTHERS for low in bare[not_ + 2 :] if low != lows[seeing])
    if not others:
        return bool({"mine", "my"} & set(lows[seeing:]))
    sees_all = any(low in _RIGHTS for low in lows[not_ + 1 : seeing])
    return not (sees_all and lows[seeing - 1] not in ("or", "and", "nor", ","))


def _person(low: str) -> str:
    """The singular of a word for people; empty for other words."""
    one = singular(snake(low))
    return one if one in people().ranks or one in people().user else ""


def _is_private(tokens: Sequence[Token]) -> bool:
    """`private to each user`, `kept secret from others`, `has a private list of plants`."""
    lows = [token.low for token in tokens]
    for at, low in enumerate(lows):
        if low == "keep" and lows[-2:-1] == ["to"] and lows[-1] in _OWN:
            return True
        if low not in _KEPT or tokens[at].literal:
            continue
        if at and lows[at - 1] == "strictly" and at + 1 == len(lows):
            return True
        following = lows[at + 1 : at + 2]
        if following and following[0] in _TO and _is_person(tokens, at + 2):
            return True
        being = any(one in _BEING for one in lows[max(0, at - 3) : at])
        alone = being and low in ("private", "confidential", "secret", "personal")
        if alone and not following and not {"not", "or", "public"} & set(lows[:at]):
            return True
        named = {"each", "every", "everyone", "everybody", "user", "users", "people"} & set(
            lows[:at]
        )
        has = any(one in _HAVING for one in lows[:at])
        if named and has and low in ("private", "personal", "secret", "separate"):
            phrase, _ = phrase_at(tokens, at + 1)
            if phrase:
                return True
    return False


def _is_person(tokens: Sequence[Token], at: int) -> bool:
    while at < len(tokens) and tokens[at].low in (
        words().determiners | _THEIRS | {"each", "every", "all", "other", "single", "own"}
    ):
        if tokens[at].low in ("other", "others"):
            return True
        at += 1
    if at >= len(tokens):
        return False
    low = tokens[at].low.removesuffix("'s")
    one = singular(snake(low)) or low
    known = people().user | people().owners | {"me", "account", "myself", "individual"}
    if one in people().tenants:
        return False
    return low in _OTHERS | {"whoever"} or one in known or one in people().ranks


def _is_apart(tokens: Sequence[Token]) -> bool:
    """`data is isolated per user`, `strictly per user`; not `one vote per user`."""
    lows = [token.low for token in tokens]
    scoped = {"scoped", "filter", "filtered", "limited", "restricted"} & set(lows)
    if scoped and _CALLING & set(lows) and {"user", "account", "caller"} & set(lows):
        return True
    if "silo" in lows and {"user", "account"} & set(lows):
        return True
    if not (_APART & set(lows)) - scoped or any(token.number for token in tokens):
        return False
    persons = word_set("user users account accounts person people owner owners")
    for at, low in enumerate(lows[:-1]):
        if (
            low in ("per", "by", "between", "for", "each", "every", "of")
            and lows[at + 1] in persons
        ):
            return True
    return False


def _is_for_owners(tokens: Sequence[Token]) -> bool:
    """`visible to their creator`: and so to nobody else."""
    lows = [token.low for token in tokens]
    for at, low in enumerate(lows[:-2]):
        if low not in ("visible", "accessible", "readable", "shown") or lows[at + 1] not in (
            "to",
            "for",
            "by",
        ):
            continue
        if _NOT & set(lows[:at]):
            continue
        rest = [singular(snake(one)) for one in lows[at + 2 : at + 5]]
        if any(one in people().owners for one in rest):
            return True
    return False


def _is_of_tenants(tokens: Sequence[Token]) -> bool:
    """`companies only see their own data`, `each sees its own pupils` is said of tenants."""
    lows = [token.low for token in tokens]
    if ("its", "own") in pairwise(lows):
        return True
    return any(
        token.word and singular(snake(token.text.removesuffix("'s"))) in people().tenants
        for token in tokens
    )


# ---- whom and what it is about -----------------------------------------------------------------


def _actor(tokens: Sequence[Token]) -> Actor:
    """A role that the clause begins with, the owner that it names, or whoever logs in."""
    for at, token in enumerate(tokens):
        one = singular(snake(token.text)) if token.word else ""
        if one in people().owners and token.low not in ("own", "owns"):
            return Actor("owner", one)
        if one in people().ranks and one not in people().user and at < 3:
            return Actor("role", one)
    return Actor("user")


def _objects(tokens: Sequence[Token]) -> list[str]:
    """The nouns for what is read: people, verbs and general words are none."""
    found: list[str] = []
    at = 0
    while at < len(tokens):
        if not _may_begin(tokens, at):
            at += 1
            continue
        phrase, end = phrase_at(tokens, at)
        phrase = [token for token in phrase if token.low not in _KEPT]
        name = singular(snake(" ".join(token.text for token in phrase))) if phrase else ""
        subject = not at or all(one.low in words().determiners for one in tokens[:at])
        sees = subject and not _is_seen(tokens, end)
        if name and not sees and not _is_general(name):
            found.append(name)
        at = max(end, at + 1)
    return list(dict.fromkeys(found))


def _is_seen(tokens: Sequence[Token], at: int) -> bool:
    """Whether what stands before is seen, and does not see: `are visible`."""
    for place in range(at, len(tokens)):
        low = tokens[place].low
        if low in _BEING or low in ("aren't", "isn't", "can't", "cannot", "won't"):
            return tokens[place + 1 : place + 2] == [] or tokens[place + 1].low != "able"
    return False


def _may_begin(tokens: Sequence[Token], at: int) -> bool:
    """Whether a noun for something kept may begin here: as the subject, after a verb or `own`."""
    token = tokens[at]
    low = token.low
    one = singular(snake(token.text)) if token.word else ""
    aside = low in _SEEING | _ALONE | _NOT | _OTHERS | _OWN | _THEIRS | _KEPT | _BEING | _HAVING
    if one in people().participants or one == "sender":
        return False
    if (
        aside
        or low in _PUBLIC
        or one in people().ranks
        or one in people().user
        or one in people().owners
    ):
        return False
    if low.endswith("'s") or low in people().making or not nounphrases.is_nounlike(token):
        return False
    before = tokens[at - 1].low if at else ""
    opens = all(t.low in words().determiners or t.low.endswith("'s") for t in tokens[:at])
    placed = word_set("own their his her my your only just of the a an ' and or")
    return opens or before in placed | _SEEING | _KEPT or before.endswith("'s")


def _is_general(name: str) -> bool:
    last = name.rpartition("_")[2]
    known = last in people().ranks or last in people().user or last in people().owners
    return known or last in _GENERIC or len(last) < 2
