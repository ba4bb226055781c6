"""Who may do what, as first prompts say it: `only admins can delete books`."""

import re
from collections.abc import Mapping, Sequence

import msgspec

from smartforge.contract import CRUD, Access, Action, Contract, Permissions, Resource
from smartforge.contract.names import singular, spaced
from smartforge.contract.reserved import word_set
from smartforge.planners.offline.draft import listing
from smartforge.planners.offline.followup.clauses import Clause
from smartforge.planners.offline.followup.names import (
    MAX_NAME_WORDS,
    PRONOUNS,
    is_accounts,
    listed,
    resource_in,
    resources_said,
    subject_of,
)
from smartforge.planners.offline.followup.people import with_accounts, with_owner, with_role
from smartforge.planners.offline.followup.phrases import Slots, worded
from smartforge.planners.offline.followup.rewriting import with_resource
from smartforge.planners.offline.followup.state import Done, Edit, Impossible, Scene, unknown
from smartforge.planners.offline.people.access import who_may
from smartforge.planners.offline.people.roles import role_of
from smartforge.planners.offline.prompt import Prompt
from smartforge.planners.offline.statements.statement import Statement
from smartforge.planners.offline.statements.vocabulary import actions_of, people
from smartforge.planners.offline.tokens import said, sentences

_FINDING = word_set("filter sort search order find look narrow upload download export")
_PAGES = word_set("per page")
_GENERIC = word_set("post content stuff entry item data thing record everything")


def permit(scene: Scene, clause: Clause) -> Done | None:
    """What a clause says about who may do what; None where it says nothing of the kind."""
    if _FINDING & set(clause.words.lows) or set(clause.words.lows) >= _PAGES:
        return None
    clause = _with_verb_named(scene, clause)
    stated = [_about_rows(scene, one) for _, one in Prompt((clause.sentence,)).wanted.statements]
    found = [one for one in stated if _counts(one)]
    if not found and {"own"} & set(clause.words.lows):
        raise Impossible(
            "it is not known whose rows these are: they belong to whoever is logged in.",
            f'Say it of users, such as "users can only edit their own {_some(scene)}".',
        )
    if not found:
        return None
    contract = scene.contract
    told: list[str] = []
    settled: list[tuple[str, str]] = []
    subject = scene.subject
    for one in found:
        here = msgspec.structs.replace(scene, contract=contract, subject=subject)
        for home in _things(here, one, clause):
            contract, words, keys = _apply(contract, contract.resource(home.name), one)
            told.append(words)
            settled += keys
            subject = home.name
    return Done(contract, tuple(dict.fromkeys(told)), subject, settled=tuple(settled))


def _with_verb_named(scene: Scene, clause: Clause) -> Clause:
    """`only members can create bookings` for `only members can book`."""
    clause = _able(clause)
    lows = clause.words.lows
    if len(lows) < 3 or actions_of(lows[-1]) or not _ABLE & set(lows[-3:-1]):
        return clause
    names = {lows[-1], f"{lows[-1]}ing", *_MADE_BY.get(lows[-1], ())}
    homes = [one for one in scene.contract.resources if one.name.rpartition("_")[2] in names]
    if len(homes) != 1:
        return clause
    before = clause.words.tokens[:-1]
    text = f"{said(before)} create {spaced(homes[0].plural)}."
    sentence = next(sentences(text))
    return Clause(worded(sentence.tokens), sentence, clause.text)


def _able(clause: Clause) -> Clause:
    """With `can` for `should be able to`."""
    low = clause.words.low
    match = re.search(r"\b(?:(?:should|must|shall) be|are|is) (?:able|allowed|permitted) to ", low)
    if match is None:
        return clause
    before, after = clause.words.cut(0, match.start()), clause.words.cut(match.end(), len(low))
    sentence = next(sentences(f"{before.text} can {after.text}."))
    return Clause(worded(sentence.tokens), sentence, clause.text)


_ABLE = word_set("can may could must should to")
_MADE_BY = {
    "book": ("booking", "reservation", "appointment"),
    "reserve": ("booking", "reservation"),
    "buy": ("order", "purchase"),
    "rate": ("rating", "review"),
    "borrow": ("loan",),
    "rent": ("rental",),
    "pay": ("payment",),
    "reply": ("reply", "comment"),
}


def _some(scene: Scene) -> str:
    return spaced(next((one.plural for one in scene.contract.resources), "rows"))


def only_for(scene: Scene, slots: Slots) -> Done | None:
    """`restrict deleting of books to admins`, in the form in which it is usually said."""
    verbs = [one for part in listed(slots["verbs"].low) for one in [actions_of(part)] if one]
    thing = slots["thing"].low if "thing" in slots else "everything"
    if len(verbs) != len(listed(slots["verbs"].low)):
        return None
    acts = {"list": "read", "read": "read", "create": "create", "update": "edit"}
    names = dict.fromkeys(acts.get(act, act) for one in verbs for act in sorted(one))
    text = f"Only {slots['who'].text} can {' and '.join(names)} {thing}."
    sentence = next(sentences(text))
    return permit(scene, Clause(worded(sentence.tokens), sentence, text))


def owned(scene: Scene, slots: Slots) -> Done | None:
    """`notes belong to whoever wrote them`."""
    things = resources_said(scene, slots["thing"].low)
    return _only_own(scene, "edit and delete", listing([spaced(one.plural) for one in things]))


def owners_only(scene: Scene, slots: Slots) -> Done | None:
    """`only they can see them`, said of what belongs to somebody."""
    things = resources_said(scene, slots["thing"].low)
    if not all(one.owner for one in things):
        return None
    return _only_own(scene, slots["verbs"].low, listing([spaced(one.plural) for one in things]))


def _only_own(scene: Scene, verbs: str, things: str) -> Done | None:
    text = f"Users can only {verbs} their own {things}."
    sentence = next(sentences(text))
    return permit(scene, Clause(worded(sentence.tokens), sentence, text))


def _about_rows(scene: Scene, one: Statement) -> Statement:
    """`users can post reviews` is about the reviews where they are kept."""
    home = resource_in(scene.contract, spaced(one.joins)) if one.joins else None
    if home is None or one.objects or home.plural.replace("_", " ") not in one.words.lower():
        return one
    return msgspec.structs.replace(one, joins="", objects=[home.name])


def _counts(one: Statement) -> bool:
    if not one.actions or one.joins or one.acts:
        return False
    return one.actor.kind != "user" or one.modal or one.only or one.own or one.actor.logged


def _things(scene: Scene, one: Statement, clause: Clause) -> list[Resource]:
    """The resources that a statement is about. Raises Unknown where it names none that is."""
    contract = scene.contract
    open_ones = [each for each in contract.resources if not is_accounts(contract, each)]
    found: list[Resource] = []
    for noun in one.objects:
        home = resource_in(contract, spaced(noun))
        if home is not None:
            found.append(home)
        elif noun not in _GENERIC and noun not in people().always:
            raise unknown(spaced(noun), (each.name for each in contract.resources))
    if found:
        return found
    if one.points or (PRONOUNS - {"their", "its"}) & set(clause.words.lows[1:]):
        return [subject_of(scene, "it")]
    if one.actor.of and (home := resource_in(contract, one.actor.of)):
        return [home]
    # `make reviews need login, even for reading`: what else the clause names is what it is about.
    named = [each for each in open_ones if {each.name, each.plural} & _names(clause)]
    return named or open_ones


def _names(clause: Clause) -> set[str]:
    """All that the clause may name, words next to each other joined as names are."""
    lows = clause.words.lows
    return {
        "_".join(lows[at : at + n]) for at in range(len(lows)) for n in range(1, MAX_NAME_WORDS)
    }


def _apply(
    contract: Contract, home: Resource, one: Statement
) -> tuple[Contract, str, list[tuple[str, str]]]:
    """The contract with one statement about one resource, and what to tell."""
    actions: list[Action] = [each for each in CRUD if each in one.actions]
    if one.actor.kind == "nobody" or (one.refused and one.actor.kind == "anyone"):
        return _without(contract, home, actions)
    owned = (one.own or one.actor.kind == "owner") and not is_accounts(contract, home)
    if owned:
        contract, home = with_owner(contract, home)
    role = role_of(singular(one.actor.name)) if one.actor.kind == "role" else ""
    if role and not owned:
        contract = with_role(contract, role)
    elif one.actor.kind == "user":
        contract = with_accounts(contract)
    home = contract.resource(home.name)
    access = {each: home.access.of(each) for each in CRUD}
    for action in actions:
        access[action] = _access(contract, home, action, one, role, owned)
    if role and one.limited and not owned:
        roles = contract.accounts.roles if contract.accounts else ()
        others: list[Action] = [
            each for each in CRUD if each in home.actions and each not in actions
        ]
        for action in others:
            access[action] = _refused(home, access[action], role, roles)
        actions += others
    if owned and access["create"].who == "anyone":
        access["create"] = Access("user")
    made = msgspec.structs.replace(home, access=Permissions(**access))
    told = "; ".join(
        f"{who_may(access[each])} may {each}" for each in actions if each in home.actions
    )
    key = [(f"{home.name} may {each}", who_may(access[each])) for each in actions]
    return (
        with_resource(contract, made),
        f"With {spaced(home.plural)}, {told or 'nothing changes'}.",
        key,
    )


def _access(
    contract: Contract, home: Resource, action: Action, one: Statement, role: str, owned: bool
) -> Access:
    roles = contract.accounts.roles if contract.accounts else ()
    now = home.access.of(action)
    if one.refused:
        return _refused(home, now, role, roles)
    if owned:
        if action == "create":
            return Access("user")
        if action in ("list", "read") and not (one.only or one.closed):
            return now
        return Access("owner", roles[-1:])
    if one.actor.kind == "anyone":
        return Access()
    if not role:
        return Access("user")
    if action in ("list", "read") and not one.only and now.who in ("anyone", "user"):
        return now  # who may look is not told to be the only one
    if not one.only and now.who in ("role", "owner"):
        allowed = {*now.roles, role}
        return Access(now.who, tuple(each for each in roles if each in allowed))
    if roles and role == roles[0]:
        return Access("user")
    return Access("role", (role,))


def _refused(home: Resource, now: Access, role: str, roles: Sequence[str]) -> Access:
    """Everybody but one role. Raises Unknown where there is nobody else."""
    rest = tuple(each for each in (now.roles or roles) if each != role)
    if not role or not rest:
        raise Impossible(
            f"it does not say who else may do that with {spaced(home.plural)}.",
            f'Say who may, such as "only admins can delete {spaced(home.plural)}".',
        )
    return Access("owner" if now.who == "owner" else "role", rest)


def _without(
    contract: Contract, home: Resource, actions: Sequence[Action]
) -> tuple[Contract, str, list[tuple[str, str]]]:
    kept = tuple(one for one in home.actions if one not in actions)
    if not kept:
        raise Impossible(f"nothing could be done with {spaced(home.plural)} any more.", "")
    gone = [one for one in home.actions if one not in kept]
    made = with_resource(contract, msgspec.structs.replace(home, actions=kept))
    told = f"{spaced(home.plural).capitalize()} no longer have {listing(gone)}."
    return made, told, [(f"{home.name} {one}", "False") for one in gone]


# Orders that are said of people, by the kind of their phrases.
BY_PEOPLE: Mapping[str, Edit] = {
    "only_for": only_for,
    "owned": owned,
    "owners_only": owners_only,
}
