"""Sentences about access that begin with what is done: `reading is public`, `X are private`."""

from collections.abc import Iterator, Sequence

from smartforge.contract import Action
from smartforge.contract.names import singular, snake
from smartforge.contract.reserved import word_set
from smartforge.planners.offline import nounphrases
from smartforge.planners.offline.statements.actors import Actor, actor_at, phrase_at
from smartforge.planners.offline.statements.privacy import closed_reading, not_public
from smartforge.planners.offline.statements.statement import Statement, statements
from smartforge.planners.offline.statements.vocabulary import act_of, actions_of
from smartforge.planners.offline.tokens import Token, said

_OPEN = word_set("public open free anonymous unauthenticated unprotected")
_CLOSED = word_set("private protected restricted personal confidential")
_NEEDING = word_set("need needs require requires required must should have has demand demands")
_LOGIN = word_set(
    """
    login logged log-in auth authentication authenticated account token jwt signed registered bearer
    logging log authorization
    """
)
_BEING = word_set("is are be stays remain remains")
_MAY_BE = word_set("be only can may must should are is")
_HAVING = word_set("has have owns own gets keep keeps manages manage stores store maintain")
_ENDS = word_set("; . but while where whereas because :")
READING = frozenset[Action](("list", "read"))
_WRITING = frozenset[Action](("create", "update", "delete"))
_EVERY = READING | _WRITING
_PAST = ("ed", "en", "id", "nt")
_ANY_WRITES = word_set("write writes writing change changes changing modifying mutations mutation")


def all_statements(tokens: Sequence[Token], known: frozenset[str] = frozenset()) -> list[Statement]:
    """Every statement of a sentence, of whatever form, in order; `known` are further roles."""
    active = statements(tokens, known)
    taken = {at for one in active for at in range(one.begin, one.end)}
    found = list(active)
    for begin, end in _clauses(tokens):
        free = not any(at in taken for at in range(begin, end))
        for one in _forms(tokens[begin:end], free):
            one.begin, one.end = begin + one.begin, begin + one.end
            overlap = any(one.begin < other.end and other.begin < one.end for other in found)
            stronger = [o for o in found if one.begin < o.end and o.begin < one.end]
            if overlap and not all(o.begin >= one.begin and o.end <= one.end for o in stronger):
                continue
            found = [o for o in found if o not in stronger] + [one]
    return sorted(_with_closed(tokens, found), key=lambda one: one.begin)


def _with_closed(tokens: Sequence[Token], found: list[Statement]) -> list[Statement]:
    """`found` with what restricts reading, which stands where nothing as strict was read."""
    for one in closed_reading(tokens):
        over = [o for o in found if o.begin < one.end and one.begin < o.end]
        as_strict = [o for o in over if o.actions & READING and _is_strict(o)]
        if as_strict:
            for other in as_strict:
                other.closed = other.own or other.actor.kind == "owner"
            continue
        gone = [o for o in over if o.actions <= READING or o.begin >= one.begin]
        found = [o for o in found if o not in gone] + [one]
    for one in not_public(tokens):
        over = [o for o in found if o.begin < one.end and one.begin < o.end]
        if all(o.refused or o.actor.kind == "anyone" for o in over):
            found = [o for o in found if o not in over] + [one]
    return found


def _is_strict(one: Statement) -> bool:
    """Whether a statement lets nobody read but owners, or the roles that it names."""
    if one.refused or one.actor.kind in ("anyone", "nobody"):
        return False
    return one.own or one.actor.kind == "owner" or (one.only and one.actor.kind == "role")


def _clauses(tokens: Sequence[Token]) -> Iterator[tuple[int, int]]:
    cuts = [
        at
        for at, token in enumerate(tokens)
        if token.low in _ENDS
        or (token.low in (",", "and") and tokens[at + 1 : at + 2] and _begins(tokens, at + 1))
    ]
    yield from zip([0, *(cut + 1 for cut in cuts)], [*cuts, len(tokens)], strict=True)


def _begins(tokens: Sequence[Token], at: int) -> bool:
    """Whether a new clause begins after a comma: `you need ...`, `writing requires ...`."""
    lows = [token.low for token in tokens[at : at + 4]]
    if lows[0] == "only":
        return True
    if lows[0] in ("you", "everything", "all", "login", "we", "the", "one") and not (
        lows[0] in ("all", "the") and not {"need", "needs", "require", "requires"} & {*lows}
    ):
        return True
    verb = lows[0].endswith("ing") and (actions_of(lows[0]) or lows[0] in _ANY_WRITES)
    return bool(verb) and bool({"is", "are", "needs", "need", "requires", "require"} & {*lows[1:]})


def _readonly(tokens: Sequence[Token]) -> Iterator[Statement]:
    """`read-only for guests`: they may look."""
    for at in range(len(tokens) - 2):
        if tokens[at].low == "readonly" and tokens[at + 1].low == "for":
            found = actor_at(tokens, at + 2)
            if found is not None:
                actor, end = found
                actor = Actor("anyone") if actor.name in ("guest", "visitor") else actor
                words = said(tokens[at:end])
                yield Statement(actor, READING, [], at, end, modal=True, words=words)


def _forms(tokens: Sequence[Token], free: bool) -> Iterator[Statement]:
    yield from _readonly(tokens)
    yield from _needs_login(tokens)
    yield from _passive(tokens)
    yield from _own(tokens)
    if free:
        yield from _being(tokens)


# ---- "you need to be logged in to change anything" ---------------------------------------------


def _is_login(lows: Sequence[str], at: int) -> bool:
    """`an account`, `be registered`: and not `registered users`, nor changes that are `logged`."""
    if lows[at] == "logged" and lows[at + 1 : at + 2] not in (["in"], ["on"], ["-"]):
        return False
    if lows[at] in ("registered", "authenticated", "signed", "logged"):
        return at > 0 and lows[at - 1] in ("be", "being", "is", "are")
    return lows[at] in _LOGIN


def _needs_login(tokens: Sequence[Token]) -> Iterator[Statement]:
    lows = [token.low for token in tokens]
    need = next((at for at, low in enumerate(lows) if low in _NEEDING), None)
    login = next((at for at in range(len(lows)) if _is_login(lows, at)), None)
    if need is None or login is None or "not" in lows or "no" in lows[:login]:
        return
    if abs(login - need) > 6:
        return
    actions: set[Action] = set()
    objects: list[str] = []
    for at, low in enumerate(lows):
        if at == login or (low == "log" and lows[at + 1 : at + 2] == ["in"]):
            continue
        verb = actions_of(low)
        if low in _ANY_WRITES:
            verb = _WRITING if not (low.startswith("chang") and actions) else actions_of(low)
        if low in ("register", "make") or not verb:
            continue
        if low in ("posts", "lists", "logs", "reports", "requests"):
            continue
        actions |= verb
        phrase, _ = phrase_at(tokens, at + 1)
        if phrase and not actions_of(phrase[0].low):
            objects.append(singular(snake(" ".join(one.text for one in phrase))))
    everything = any(low in ("anything", "everything", "else") for low in lows)
    if not actions and everything:
        actions |= _EVERY
    if not actions:
        if lows[0] not in ("all", "everything", "every"):
            return
        actions |= _EVERY
    if "change" in lows and everything:
        actions |= _WRITING
    named = actor_at(tokens, login - 1) if login else None
    role = named[0] if named and named[0].kind == "role" else Actor("user")
    yield Statement(
        role,
        frozenset(actions),
        objects,
        0,
        len(tokens),
        only=True,
        every=everything,
        modal=True,
        words=said(tokens),
    )


# ---- "posts can only be edited by their author" ------------------------------------------------


def _passive(tokens: Sequence[Token]) -> Iterator[Statement]:
    lows = [token.low for token in tokens]
    before: list[str] = []
    for at, low in enumerate(lows):
        actors, end = _actors(tokens, at + 1) if low == "by" and at > 1 else ([], at)
        actions, back = _done(lows, at)
        acts = [verb for one in lows[max(0, back) : at] if (verb := act_of(one))]
        if not actors or not (actions or acts):
            continue
        by_roles = actions == frozenset[Action](("create",)) and all(
            one.kind == "role" for one in actors
        )
        stated = by_roles and bool({"is", "are"} & {*lows[back + 1 : at]})
        if not stated and "be" not in lows[: at + 1]:
            continue
        phrase = nounphrases.trailing(tokens[: back + 1])
        objects = [singular(snake(" ".join(one.text for one in phrase)))] if phrase else []
        objects = objects or before
        before = objects
        begin = max(0, back + 1 - len(phrase))
        for one in actors:
            yield Statement(
                one,
                actions,
                objects,
                begin,
                end,
                only="only" in lows[:end],
                modal=True,
                acts=acts,
                words=said(tokens[begin:end]),
            )


def _done(lows: Sequence[str], at: int) -> tuple[frozenset[Action], int]:
    """`edited or deleted only` before `by`: what is done, and where the words before it end."""
    back = at - 1
    while back >= 0 and lows[back] in ("only", "just"):
        back -= 1
    actions: frozenset[Action] = frozenset()
    while back >= 0 and (
        lows[back] in (",", "and", "or")
        or ((actions_of(lows[back]) or act_of(lows[back])) and lows[back].endswith(_PAST))
        or (lows[back] == "read" and back == at - 1)
    ):
        actions |= actions_of(lows[back])
        back -= 1
    while back >= 0 and lows[back] in _MAY_BE:
        back -= 1
    return actions, back


def _actors(tokens: Sequence[Token], at: int) -> tuple[list[Actor], int]:
    """`their author or an admin`."""
    found = actor_at(tokens, at)
    actors: list[Actor] = []
    end = at
    while found is not None:
        actors.append(found[0])
        end = found[1]
        joined = end + 1 < len(tokens) and tokens[end].low in ("and", "or", ",")
        found = actor_at(tokens, end + 1) if joined else None
    return actors, end


# ---- "each user has their own todos" -----------------------------------------------------------


def _own(tokens: Sequence[Token]) -> Iterator[Statement]:
    """Somebody has their own entries; of tenants the same is said elsewhere."""
    lows = [token.low for token in tokens]
    for at in range(len(lows)):
        found = actor_at(tokens, at) if not at or lows[at - 1] not in ("a", "an", "the") else None
        if found is None or found[0].kind not in ("user", "role"):
            continue
        place = found[1]
        while place < len(lows) and lows[place] in ("should", "can", "must", "will", "only"):
            place += 1
        if place + 2 < len(lows) and tokens[place].word:
            theirs = lows[place + 1] in ("their", "his", "her", "its")
            if not (theirs and lows[place + 2] == "own"):
                continue
            if lows[place] not in _HAVING and not lows[at].startswith(("each", "every")):
                continue
            objects: list[str] = []
            end = place + 3
            while end < len(lows):
                phrase, past = phrase_at(tokens, end)
                if not phrase:
                    break
                objects.append(singular(snake(" ".join(one.text for one in phrase))))
                end = past
                if lows[end : end + 1] not in ([","], ["and"]):
                    break
                end += 1
            yield Statement(
                found[0],
                _EVERY,
                objects,
                at,
                end,
                own=True,
                only=True,
                modal=True,
                words=said(tokens[at:end]),
            )
            return


# ---- "reading is public", "notes are private" --------------------------------------------------


def _being(tokens: Sequence[Token]) -> Iterator[Statement]:
    lows = [token.low for token in tokens]
    at = next((at for at, low in enumerate(lows) if low in _BEING), None)
    place = _first(lows, _OPEN | _CLOSED | {"admin-only", "admins-only"})
    if at is None and place is not None and place == 0 and len(lows) > 1:
        yield from _adjective(tokens)
        return
    if at is None or at == 0:
        return
    actions: set[Action] = set()
    objects: list[str] = []
    for token in tokens[:at]:
        verb = actions_of(token.low)
        if token.low in ("access", "only"):
            continue
        if token.low in _ANY_WRITES:
            actions |= _WRITING
        elif verb and (token.low.endswith("ing") or token.low in ("read", "write")):
            actions |= verb
        elif nounphrases.is_nounlike(token) and nounphrases.is_thing([token]):
            objects.append(singular(snake(token.text)))
    rest = lows[at + 1 :]
    actor: Actor | None = None
    own = False
    if rest and (rest[0] in _OPEN or rest[:2] == ["publicly", "readable"]) and "not" not in rest:
        actor = Actor("anyone")
        actions = actions or set(READING)
        if rest[:2] == ["open", "to"] or rest[:2] == ["open", "for"]:
            named = actor_at(tokens, at + 3)
            actor = named[0] if named else actor
    elif rest and rest[0] in ("private", "personal", "confidential"):
        actor, own, actions = Actor("user"), True, actions or set(_EVERY)
    else:
        named = _limited_to(tokens, at + 1)
        if named is not None and (actions or objects):
            actor, actions = named, actions or set(_EVERY)
    if actor is not None and (objects or actions):
        only = actor.kind != "anyone"
        yield Statement(
            actor,
            frozenset(actions),
            objects,
            0,
            len(tokens),
            own=own,
            only=only,
            modal=True,
            words=said(tokens),
        )


def _limited_to(tokens: Sequence[Token], at: int) -> Actor | None:
    """`for admins only`, `restricted to staff`, `only for logged in users`, `admin only`."""
    lows = [token.low for token in tokens]
    limiting = word_set("for to only limited restricted reserved available allowed visible open by")
    place = at
    while place < len(tokens) and lows[place] in limiting:
        place += 1
    strict = word_set("only limited restricted reserved allowed visible available")
    if not (strict & {*lows[at:]}):
        return None
    found = actor_at(tokens, place)
    return found[0] if found else None


def _adjective(tokens: Sequence[Token]) -> Iterator[Statement]:
    """`public read access`, `private notes`."""
    lows = [token.low for token in tokens]
    if lows[0] in _OPEN and set(lows) & {"read", "reading", "browsing", "access", "reads"}:
        yield Statement(
            Actor("anyone"), READING, [], 0, len(tokens), modal=True, words=said(tokens)
        )


def _first(lows: Sequence[str], wanted: frozenset[str]) -> int | None:
    return next((at for at, low in enumerate(lows) if low in wanted), None)
