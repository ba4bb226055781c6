"""Who needs to log in: for a resource, for all, for nothing at all."""

import msgspec

from smartforge.contract import (
    CRUD,
    Access,
    Action,
    Adjusts,
    Contract,
    Marked,
    Permissions,
    Resource,
)
from smartforge.contract.names import spaced
from smartforge.planners.offline.draft import listing
from smartforge.planners.offline.followup.names import bare, is_accounts, resources_said
from smartforge.planners.offline.followup.people import with_accounts
from smartforge.planners.offline.followup.phrases import Slots
from smartforge.planners.offline.followup.rewriting import with_resource
from smartforge.planners.offline.followup.state import Done, Impossible, Scene, Unknown
from smartforge.planners.offline.statements.vocabulary import actions_of

_BY_WORD: dict[str, frozenset[Action]] = {
    "writing": frozenset(("create", "update", "delete")),
    "write": frozenset(("create", "update", "delete")),
    "hide": frozenset(("list", "read")),
    "show": frozenset(("list", "read")),
    "use": frozenset(CRUD),
    "access": frozenset(CRUD),
}


def need_login(scene: Scene, slots: Slots) -> Done | None:
    """`make reviews need login`, `you must be logged in to create books`."""
    said = slots["thing"].low
    verb = slots["verb"].low if "verb" in slots else ""
    first, _, rest = said.partition(" ")
    actions = _BY_WORD.get(verb) or actions_of(verb) or frozenset(CRUD)
    if not verb and (actions_of(first) or first in _BY_WORD) and rest:
        try:
            things = resources_said(scene, rest)
            actions = _BY_WORD.get(first) or actions_of(first)
        except Unknown:
            things = resources_said(scene, said)
    elif set(bare(said)) <= {"api", "app", "everything", "all"}:
        things = _open(scene.contract)
    else:
        things = resources_said(scene, said)
    return _closed(scene, things, actions)


def need_login_all(scene: Scene, slots: Slots) -> Done | None:
    """`add login`, `everybody must log in`: for everything that is kept."""
    del slots
    return _closed(scene, _open(scene.contract), frozenset(CRUD))


def _open(contract: Contract) -> list[Resource]:
    return [one for one in contract.resources if not is_accounts(contract, one)]


def _closed(scene: Scene, things: list[Resource], actions: frozenset[Action]) -> Done:
    fresh = scene.contract.accounts is None
    contract = with_accounts(scene.contract)
    told: list[str] = []
    if fresh and contract.accounts:
        login = " or ".join(contract.accounts.login)
        people = spaced(contract.resource(contract.accounts.resource).plural)
        told.append(
            f"There are accounts now: {people} "
            f"register and log in with {login} and password, and get a bearer token."
        )
    settled: list[tuple[str, str]] = []
    for thing in things:
        if is_accounts(contract, thing):
            continue
        home = contract.resource(thing.name)
        access = {
            action: Access("user")
            if action in actions and not home.access.of(action).secured
            else home.access.of(action)
            for action in CRUD
        }
        made = msgspec.structs.replace(home, access=Permissions(**access))
        if actions == frozenset(CRUD):
            made = _operations(made, Access("anyone"), Access("user"))
        contract = with_resource(contract, made)
        named = [one for one in home.actions if one in actions]
        told.append(f"{spaced(home.plural).capitalize()} need a login now to {listing(named)}.")
        settled += [(f"{home.name} may {one}", "user") for one in named]
    subject = things[0].name if len(things) == 1 else ""
    return Done(contract, tuple(told), subject, settled=tuple(settled))


def _operations(home: Resource, old: Access, new: Access) -> Resource:
    """With `new` for the operations besides the standard ones that were for `old`."""
    return msgspec.structs.replace(
        home,
        transitions=tuple(
            msgspec.structs.replace(one, access=new) if one.access == old else one
            for one in home.transitions
        ),
        reports=tuple(
            msgspec.structs.replace(one, access=new) if one.access == old else one
            for one in home.reports
        ),
    )


def public(scene: Scene, slots: Slots) -> Done | None:
    """`make reviews public`, `books don't need login anymore`."""
    verb = slots["verb"].low if "verb" in slots else ""
    said = slots["thing"].low
    if set(bare(said)) <= {"api", "app", "everything", "all"}:
        return open_all(scene, slots)
    actions = actions_of(verb.partition(" ")[0]) or _BY_WORD.get(verb) or frozenset(CRUD)
    return _opened(scene, resources_said(scene, said), actions)


def open_all(scene: Scene, slots: Slots) -> Done | None:
    """`make it all public`."""
    del slots
    return _opened(scene, _open(scene.contract), frozenset(CRUD))


def _opened(scene: Scene, things: list[Resource], actions: frozenset[Action]) -> Done:
    contract = scene.contract
    told: list[str] = []
    settled: list[tuple[str, str]] = []
    for thing in things:
        home = contract.resource(thing.name)
        if is_accounts(contract, home):
            raise Impossible(
                f"{spaced(home.plural)} are the accounts, which nobody else may use.",
                'To have no accounts, say "remove login".',
            )
        # Whose a row is, is known from who makes it: so that stays for whoever is logged in.
        spends = any(isinstance(rule, Adjusts) and rule.own for rule in home.rules)
        able = actions & ({"list", "read"} if home.owner or spends else set(CRUD))
        if not able:
            raise Impossible(
                f"{spaced(home.plural)} belong to whoever makes them, so only reading can be "
                "open to everybody.",
                f'Say "everyone can read {spaced(home.plural)}".',
            )
        access = {one: Access() if one in able else home.access.of(one) for one in CRUD}
        contract = with_resource(
            contract, msgspec.structs.replace(home, access=Permissions(**access))
        )
        named = [one for one in home.actions if one in able]
        kept = " Changing them stays with their owners." if able != actions else ""
        told.append(f"Anyone may {listing(named)} {spaced(home.plural)} now, without login.{kept}")
        settled += [(f"{home.name} may {one}", "anyone") for one in named]
    subject = things[0].name if len(things) == 1 else ""
    return Done(contract, tuple(told), subject, settled=tuple(settled))


def no_accounts(scene: Scene, slots: Slots) -> Done | None:
    """`remove login`: no accounts, and everybody may do everything."""
    del slots
    accounts = scene.contract.accounts
    if accounts is None:
        raise Impossible("there is no login that could be removed: everything is open.", "")
    if accounts.tenant:
        raise Impossible(
            "rows belong to tenants, and only a login says to which.", "Plan the API anew."
        )
    made = msgspec.structs.replace(
        scene.contract,
        accounts=None,
        resources=tuple(_of_nobody(one) for one in scene.contract.resources),
    )
    told = (
        "There are no accounts any more, and everybody may do everything; passwords are gone, and "
        "clients that log in break."
    )
    return Done(made, (told,), settled=(("accounts", "gone"),))


def _of_nobody(home: Resource) -> Resource:
    """A resource that nobody owns: who made a row becomes a field like others."""
    counted = {one.name for one in home.computed if isinstance(one.formula, Marked)}
    fields = tuple(
        msgspec.structs.replace(one, written="always") if one.name == home.owner else one
        for one in home.fields
    )
    return _operations_open(
        msgspec.structs.replace(
            home,
            fields=fields,
            owner="",
            access=Permissions(),
            marks=(),
            computed=tuple(one for one in home.computed if one.name not in counted),
            sortable=tuple(one for one in home.sortable if one not in counted),
            sorted_by="id" if home.sorted_by.removeprefix("-") in counted else home.sorted_by,
        )
    )


def _operations_open(home: Resource) -> Resource:
    return msgspec.structs.replace(
        home,
        transitions=tuple(
            msgspec.structs.replace(one, access=Access()) for one in home.transitions
        ),
        reports=tuple(msgspec.structs.replace(one, access=Access()) for one in home.reports),
    )
