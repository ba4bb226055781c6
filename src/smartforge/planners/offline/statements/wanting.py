"""Whether a prompt asks for accounts and tenants, and by which words."""

from collections.abc import Sequence

import msgspec

from smartforge.contract import Action
from smartforge.contract.names import identifier, singular, snake
from smartforge.contract.reserved import word_set
from smartforge.planners.offline import nounphrases
from smartforge.planners.offline.statements.actors import Actor
from smartforge.planners.offline.statements.duties import Duty
from smartforge.planners.offline.statements.forms import READING, all_statements
from smartforge.planners.offline.statements.keys import key_words, near
from smartforge.planners.offline.statements.statement import Statement
from smartforge.planners.offline.statements.tenancy import Tenancy, tenancies
from smartforge.planners.offline.statements.vocabulary import people
from smartforge.planners.offline.tokens import Sentence, Token, said
from smartforge.planners.offline.verbs import verbs

_SIGNS = word_set(
    """
    login logins signup sign-up jwt authentication authenticated authenticate auth
    logged-in password passwords rbac permissions register-and-login log-in sign-in signin
    access-control bearer multi-tenant multitenant multi-tenancy logout logouts log-out signout
    sign-out refresh-token refresh-tokens
    """
)
_PAIRS = {
    ("log", "in"),
    ("logs", "in"),
    ("logged", "in"),
    ("logging", "in"),
    ("sign", "up"),
    ("signs", "up"),
    ("signing", "up"),
    ("sign", "in"),
    ("signed", "in"),
    ("signed", "up"),
    ("log", "out"),
    ("logs", "out"),
    ("logging", "out"),
    ("sign", "out"),
    ("signs", "out"),
    ("refresh", "token"),
    ("refresh", "tokens"),
    ("token", "refresh"),
    ("token", "rotation"),
    ("user", "accounts"),
    ("user", "account"),
    ("an", "account"),
    ("access", "token"),
    ("access", "control"),
    ("admin", "only"),
    ("admins", "only"),
    ("per", "user"),
    ("multi", "tenant"),
    ("user", "roles"),
}
_BEFORE_SIGNING = word_set(
    """
    can may should must to and will be able also , : first sign up register log in create creates
    open opens make makes an
    """
)

_WRITING = frozenset[Action](("create", "update", "delete"))

# As much of a sentence as the base reading reads.
MAX_TOKENS = 1_500

_REFUSING = word_set("no without not don't skip needn't never")
_MARKING = word_set("like likes favorite favourite favorites favourites follow bookmark upvote")


class Sign(msgspec.Struct, frozen=True):
    """Words that ask for accounts, or refuse them: tokens `begin` until before `end`."""

    place: int
    begin: int
    end: int
    said: str
    refused: bool = False


class Wanted(msgspec.Struct, frozen=True):
    """What was found in all sentences. `statements` come with the place of their sentence."""

    signs: tuple[Sign, ...]
    statements: tuple[tuple[int, Statement], ...]
    tenancies: tuple[Tenancy, ...]
    roles: tuple[tuple[int, int, int, tuple[str, ...]], ...]

    @property
    def refused(self) -> Sign | None:
        """The first words that want no log-in, where nothing asks for one."""
        refusals = [one for one in self.signs if one.refused]
        return refusals[0] if refusals else None

    @property
    def accounts(self) -> bool:
        """Whether somebody must be able to log in."""
        if any(not one.refused for one in self.signs) or self.tenancies or self.roles:
            return True
        may = {one.actor.name for _, one in self.statements if _permits(one)}
        told = [one for _, one in self.statements]
        return len(may) > 1 or any(map(implies_accounts, told)) or _tells_apart(told)


def _permits(one: Statement) -> bool:
    """`doctors can edit prescriptions`: where another role may something else, they log in."""
    return one.modal and one.actor.kind == "role" and bool(one.actions or one.acts)


def _tells_apart(told: Sequence[Statement]) -> bool:
    """`anyone can look, curators can manage everything`: who may more than others logs in."""
    looks = any(one.actor.kind == "anyone" and one.actions <= READING for one in told)
    return looks and any(_permits(one) and one.actions >= _WRITING for one in told)


def implies_accounts(one: Statement) -> bool:
    """Whether a statement makes no sense without knowing who asks."""
    if one.actor.kind in ("anyone", "nobody"):
        return False
    if one.duty or one.own or one.actor.logged or (one.actor.kind == "owner" and one.modal):
        return True
    if one.modal and one.actor.name in people().always:
        return True
    role = one.modal and one.actor.kind == "role"
    if role and ((one.refused and one.actions) or verbs().decisions.intersection(one.acts)):
        return True  # nurses cannot delete patients, a manager can approve leave
    return one.only and one.actor.kind in ("role", "user")


def wanted(sentences: Sequence[Sentence], told: Sequence[Duty]) -> Wanted:
    """What `sentences` say about accounts, roles, tenants and who may do what.

    `told` are the duties of the same sentences.
    """
    signs: list[Sign] = []
    found: list[tuple[int, Statement]] = []
    roles: list[tuple[int, int, int, tuple[str, ...]]] = []
    for place, sentence in enumerate(sentences):
        tokens = sentence.tokens[:MAX_TOKENS]
        signs += _signs(place, tokens)
        roles += [(place, begin, end, names) for begin, end, names in said_roles(tokens)]
        found += [(place, one) for one in all_statements(tokens)]
    known = _new_roles(found)
    if known:
        found = [
            (place, one)
            for place, sentence in enumerate(sentences)
            for one in all_statements(sentence.tokens[:MAX_TOKENS], known)
        ]
    found = _with_duties(sentences, found, told)
    _open_to_guests(found, roles)
    _own_what_they_made(sentences, found)
    tenants = tenancies(sentences, MAX_TOKENS)
    for place, one in found:
        if any(_is_in_tenant(sentences[place].tokens, one, tenant.name) for tenant in tenants):
            one.own = one.closed = False
    return Wanted(tuple(signs), tuple(found), tuple(tenants), tuple(roles))


def _new_roles(found: Sequence[tuple[int, Statement]]) -> frozenset[str]:
    """The roles that only these sentences know: `only programmers may select films`."""
    named = {one.actor.name for _, one in found if one.actor.kind == "role"}
    return frozenset(named - people().ranks.keys())


def _with_duties(
    sentences: Sequence[Sentence], found: list[tuple[int, Statement]], told: Sequence[Duty]
) -> list[tuple[int, Statement]]:
    """`found` with who moves what on, which is read more closely than what else stands there."""
    read = [(one.place, _of_duty(sentences[one.place].tokens, one)) for one in told]
    kept = [
        (place, one)
        for place, one in found
        if not any(
            place == other and one.begin < duty.end and duty.begin < one.end for other, duty in read
        )
    ]
    return sorted([*kept, *read], key=lambda pair: (pair[0], pair[1].begin))


def _of_duty(tokens: Sequence[Token], one: Duty) -> Statement:
    """What a duty says about access."""
    return Statement(
        one.actor,
        frozenset[Action](() if one.target else ("create",)),
        [one.noun] if one.noun else [],
        one.begin,
        one.end,
        only=one.only,
        modal=True,
        words=said(tokens[one.begin : one.end]),
        points=not one.noun,
        acts=[identifier(one.verb)] if one.target else [],
        duty=True,
    )


def _open_to_guests(
    found: Sequence[tuple[int, Statement]], roles: Sequence[tuple[int, int, int, tuple[str, ...]]]
) -> None:
    """`guests can only browse`: whoever is not logged in, unless guests are a role that was listed
    or do more than look."""
    for name in ("guest", "visitor"):
        theirs = [one for _, one in found if one.actor.kind == "role" and one.actor.name == name]
        if any(name in names for *_, names in roles):
            continue
        if all(one.refused or (one.actions <= READING and not one.own) for one in theirs):
            for one in theirs:
                one.actor = Actor("anyone")


def _own_what_they_made(
    sentences: Sequence[Sentence], found: Sequence[tuple[int, Statement]]
) -> None:
    """`only the photographer can delete a photo`, where photographers upload them: its own."""
    made = {
        (one.actor.name, noun)
        for _, one in found
        if one.actor.kind == "role" and "create" in one.actions and not (one.only or one.refused)
        for noun in one.objects
    }
    for place, one in found:
        lows = [token.low for token in sentences[place].tokens[one.begin : one.end]]
        the = ["only", "the", one.actor.name] == lows[:3]
        if the and any((one.actor.name, noun) in made for noun in one.objects):
            one.actor = Actor("owner", one.actor.name)


def _is_in_tenant(tokens: Sequence[Token], one: Statement, tenant: str) -> bool:
    """`the shifts of their restaurant`: what is meant is everything there."""
    return any(
        tokens[at].word
        and singular(snake(tokens[at].text)) == tenant
        and tokens[at - 1].low in ("their", "own", "its", "same", "that")
        for at in range(max(1, one.begin), one.end)
    )


def _signs(place: int, tokens: Sequence[Token]) -> list[Sign]:
    found: list[Sign] = []
    lows = [token.low for token in tokens]
    for at, low in enumerate(lows):
        following = lows[at + 1] if at + 1 < len(lows) else ""
        width = 0
        keys = key_words(lows, at)
        if low.startswith("authenticat") and any(key_words(lows, one) for one in near(lows, at)):
            continue
        if keys:
            width = keys
        elif (low, following) in _PAIRS:
            width = 2
        elif low in ("account", "accounts") and at and _is_person(tokens[at - 1]):
            found.append(Sign(place, at - 1, at + 1, said(tokens[at - 1 : at + 1])))
        elif (
            (low in _SIGNS and not tokens[at].literal)
            or (low in ("register", "registers", "registration") and _is_sign_up(lows, at))
            or (low in _MARKING and at and lows[at - 1] in ("can", "and") and _by_users(lows, at))
        ):
            width = 1
        if width:
            refused = any(one in _REFUSING for one in lows[max(0, at - 4) : at]) and not any(
                one in ("until", "unless") for one in lows[max(0, at - 4) : at]
            )
            begin, end = max(0, at - 2), at + width
            found.append(Sign(place, at, end, said(tokens[begin : end + 2]), refused))
    return found


def _is_person(token: Token) -> bool:
    """`staff` of `staff accounts`."""
    return token.word and singular(snake(token.text)) in people().ranks


def _is_sign_up(lows: Sequence[str], at: int) -> bool:
    """`users register with e-mail`: and not for an event."""
    following = lows[at + 1] if at + 1 < len(lows) else ""
    before = lows[at - 1] if at else ""
    if lows[at] == "registration":
        return before in ("user", "with", "account") or bool({"login", "auth"} & {*lows})
    people_before = singular(snake(before)) in people().user | people().ranks.keys()
    people_before = people_before or before in ("can", "to", "must", ":", ",") or not at
    return people_before and following in ("", "with", "and", "by", ",", "using", "then", "first")


def _by_users(lows: Sequence[str], at: int) -> bool:
    return any(low in ("user", "users", "people") for low in lows[:at])


def said_roles(tokens: Sequence[Token]) -> list[tuple[int, int, tuple[str, ...]]]:
    """`roles admin / editor / viewer`, `admin and user roles`: from, until, and the names."""
    lows = [token.low for token in tokens]
    found: list[tuple[int, int, tuple[str, ...]]] = []
    for at, low in enumerate(lows):
        if low not in ("role", "roles"):
            continue
        names, end = _names(tokens, at + 1)
        begin = at
        if len(names) < 2:
            names, begin = _names_before(tokens, at)
            end = at + 1
        if len(names) < 2:
            names, begin, end = _names_in_brackets(tokens, at)
        if len(names) > 1:
            found.append((begin, end, tuple(names)))
    return found


def _names(tokens: Sequence[Token], at: int) -> tuple[list[str], int]:
    names: list[str] = []
    end = at
    while at < len(tokens):
        low = tokens[at].low
        if low in (
            ",",
            "/",
            "|",
            "and",
            "or",
            ":",
            "(",
            "the",
            "a",
            "an",
            "are",
            "like",
            "of",
            "&",
            "-",
            "namely",
            "is",
            "either",
        ):
            at += 1
            continue
        following = tokens[at + 1].low if at + 1 < len(tokens) else ""
        if not nounphrases.is_nounlike(tokens[at]) or following in ("can", "may", "are", "is"):
            break
        name = singular(snake(tokens[at].text)) or low
        if names and name not in people().ranks and not _listed(tokens, at):
            break
        if names and not _listed(tokens, at) and names[-1] not in people().ranks:
            names[-1] = f"{names[-1]}_{name}"  # section leader
        else:
            names.append(name)
        at += 1
        end = at
    if at < len(tokens) and tokens[at].low == ")":
        end = at + 1
    return list(dict.fromkeys(names)), end


def _listed(tokens: Sequence[Token], at: int) -> bool:
    return at > 0 and tokens[at - 1].low in (",", "/", "|", "and", "or", "&")


def _names_in_brackets(tokens: Sequence[Token], at: int) -> tuple[list[str], int, int]:
    """`choose their role at sign up (admin or user)`."""
    for place in range(at + 1, min(at + 7, len(tokens))):
        if tokens[place].low == "(":
            names, end = _names(tokens, place + 1)
            known = all(name in people().ranks for name in names)
            return (names if known else []), place, end
    return [], at, at + 1


def _names_before(tokens: Sequence[Token], at: int) -> tuple[list[str], int]:
    """`an admin and a customer role`, `admin/user roles`."""
    names: list[str] = []
    begin = at
    back = at - 1
    while back >= 0:
        low = tokens[back].low
        name = singular(snake(tokens[back].text)) if tokens[back].word else ""
        if name in people().ranks:
            names.insert(0, name)
            begin = back
        elif low not in (",", "/", "|", "and", "or", "a", "an", "&", "the"):
            break
        back -= 1
    return names, begin


def who_signs(sentence: Sentence, at: int) -> str:
    """`customer` of `customers can register`; empty where no such people stand before a token."""
    tokens = sentence.tokens
    if tokens[at + 1 : at + 2] and tokens[at + 1].low in ("account", "accounts"):
        at += tokens[at].low not in _BEFORE_SIGNING
    while at > 0 and tokens[at - 1].low in _BEFORE_SIGNING:
        at -= 1
    name = singular(snake(tokens[at - 1].text)) if at else ""
    known = name in people().ranks and name not in people().always | {"tenant"}
    return name if known else ""
