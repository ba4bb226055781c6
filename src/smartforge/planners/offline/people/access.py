"""From what was said about who may do what to the permissions of every resource."""

import msgspec

from smartforge.contract import Access, Action, NotMade, Permissions, Reference, Resource
from smartforge.contract.names import identifier, quoted
from smartforge.planners.offline.draft import listing
from smartforge.planners.offline.people.owners import is_private, whole_of
from smartforge.planners.offline.people.roles import role_of
from smartforge.planners.offline.people.scene import Said, Scene, many
from smartforge.planners.offline.statements.statement import Statement
from smartforge.planners.offline.statements.vocabulary import people

_ACTIONS: tuple[Action, ...] = ("list", "create", "read", "update", "delete")


# Roles that only look, where nothing else is said of them.
_LOOKING = ("viewer", "reader", "guest", "visitor", "subscriber")


# Of which other action a role is taken where nothing is said of one.
_NEAR: dict[Action, tuple[Action, ...]] = {
    "create": ("update",),
    "update": ("create",),
    "delete": ("update", "create"),
}


class _Grants(msgspec.Struct):
    """Who was said to have one action, and which roles were said not to."""

    anyone: bool = False
    user: bool = False
    owner: bool = False
    only: bool = False
    closed: bool = False
    refused: bool = False
    roles: list[str] = msgspec.field(default_factory=list[str])
    barred: list[str] = msgspec.field(default_factory=list[str])

    def __bool__(self) -> bool:
        return self.anyone or self.user or self.owner or bool(self.roles)


def set_access(scene: Scene) -> None:
    """Say for every resource who may do what, and tell the user."""
    for resource in scene.resources():
        granted = _all_grants(scene, resource)
        access = {action: _access(scene, resource, action, granted) for action in _ACTIONS}
        forbidden = {action for action, one in granted.items() if one.refused and not one}
        actions = tuple(one for one in resource.actions if one not in forbidden)
        _note_contradictions(scene, resource)
        _note_shared(scene, resource)
        made = msgspec.structs.replace(
            resource, access=Permissions(**access), actions=actions or resource.actions
        )
        scene.sketch.put(made)
        _note(scene, made)


# ---- what was said -----------------------------------------------------------------------------


def _all_grants(scene: Scene, resource: Resource) -> dict[Action, _Grants]:
    return {action: _grants(scene, resource, action) for action in _ACTIONS}


def _grants(scene: Scene, resource: Resource, action: Action) -> _Grants:
    """What was said about one action; what names the resource counts more than what does not."""
    about = [
        one
        for one in scene.about(resource)
        if action in one.one.actions and one not in scene.unmade
    ]
    special = _Grants()
    general = _Grants()
    for said in about:
        _grant(scene, special if resource.name in said.names else general, said, action)
    above = [role for role in general.roles if role in scene.last]
    if action in ("list", "read") and not (general.only or general.owner):
        general.roles = []  # who may do everything keeps nobody else from looking
    if not special and not special.refused:
        return general
    special.barred += general.barred
    if not special.anyone and (special.closed or not special.only):
        special.roles += above if special.closed else [r for r in general.roles if r in above]
    return special


def _grant(scene: Scene, grants: _Grants, said: Said, action: Action) -> None:
    one = said.one
    actor = one.actor
    if one.refused or actor.kind == "nobody":
        _refuse(scene, grants, said)
        return
    grants.closed = grants.closed or (one.closed and action in ("list", "read"))
    if actor.kind == "anyone":
        grants.anyone = True
    elif one.own and not one.closed and _leads(scene, one) and action not in ("update", "delete"):
        grants.roles += [role_of(actor.name)] if action == "create" else []
    elif actor.kind == "owner" or one.own:
        grants.owner = True
        grants.only = grants.only or one.only
    elif actor.kind == "user" or actor.name == scene.account:
        grants.user = True
    else:
        grants.roles.append(role_of(actor.name))
        grants.only = grants.only or one.only


def _leads(scene: Scene, one: Statement) -> bool:
    """`organizers manage their own events`, which are there for the others to see."""
    least = (scene.account, *scene.roles[:1])
    return one.actor.kind == "role" and one.actor.name not in least and "update" in one.actions


def _refuse(scene: Scene, grants: _Grants, said: Said) -> None:
    """`viewers cannot edit`: everybody else may, where there are others."""
    actor = said.one.actor
    if actor.kind in ("nobody",) or (actor.kind in ("user", "anyone") and not scene.roles):
        grants.refused = True
    elif actor.kind == "anyone":
        grants.user = True
    elif actor.kind == "user":
        grants.roles += scene.last
    elif actor.kind == "role":
        barred = role_of(actor.name)
        grants.roles += [role for role in scene.roles if role != barred]
        grants.barred.append(barred)


# ---- what follows ------------------------------------------------------------------------------


def _access(
    scene: Scene, resource: Resource, action: Action, granted: dict[Action, _Grants]
) -> Access:
    grants = granted[action]
    owned = bool(resource.owner)
    if grants.closed and owned:
        return Access("owner", _ranked(scene, grants.roles))
    if grants.anyone and (action in ("list", "read", "create") or not _is_limited(grants)):
        return Access("user" if owned and action == "create" else "anyone")
    if grants.owner and owned and action != "create":
        return Access("owner", _ranked(scene, grants.roles))
    if not grants:
        return _usual(scene, resource, action, granted)
    if action in ("update", "delete") and owned:
        apart = action == "delete" and granted["update"].owner and not grants.owner
        alone = (grants.only or apart) and bool(grants.roles) and not grants.user
        return _roles(scene, grants) if alone else Access("owner", _ranked(scene, grants.roles))
    if grants.user or (grants.owner and not grants.roles):
        return Access("user")
    if owned and action in ("list", "read") and is_private(scene, resource):
        return Access("owner", _ranked(scene, grants.roles))
    if grants.owner and action == "create":
        return Access("user")
    return _roles(scene, grants)


def _is_limited(grants: _Grants) -> bool:
    """Whether something said about changes is closer than that anyone may make them."""
    return grants.owner or grants.user or bool(grants.roles)


def _usual(
    scene: Scene, resource: Resource, action: Action, granted: dict[Action, _Grants]
) -> Access:
    """Who may where nothing is said: whoever is logged in, and with owned rows their owners."""
    if action in ("list", "read"):
        if any(resource.name in one.names for one in scene.unmade):
            return _roles(scene, granted["create"])
        other = granted["read" if action == "list" else "list"]
        if other:
            return _access(scene, resource, "read" if action == "list" else "list", granted)
        private = is_private(scene, resource) or _all_own(granted)
        if resource.owner and private:
            return Access("owner", _above(scene, resource, granted))
        return _with_whole(scene, resource, action) or Access("user")
    if action in ("update", "delete") and resource.owner:
        return Access("owner", scene.last)
    if action == "create" and resource.owner:
        return Access("user")
    for near in _NEAR[action]:
        if granted[near].roles and not granted[near].user and near != action:
            return _roles(scene, granted[near])
    whole = whole_of(scene, resource)
    if whole is not None and whole.name not in (one.name for one in scene.stack):
        scene.stack.append(resource)
        limited = _access(scene, whole, action, _all_grants(scene, whole))
        scene.stack.pop()
        if limited.who == "role":
            return limited
    if scene.roles and scene.roles[0] in _LOOKING:
        return Access("role", scene.roles[1:])
    return Access("user")


def _with_whole(scene: Scene, resource: Resource, action: Action) -> Access | None:
    """Parts are read by everybody who may read the whole, if that is anyone."""
    for field in resource.fields:
        kind = field.kind
        whole = isinstance(kind, Reference) and kind.on_delete == "cascade" and field.required
        if not isinstance(kind, Reference) or not whole or kind.resource == scene.account:
            continue
        parent = scene.sketch.contract.resource(kind.resource)
        if parent.name not in (resource.name, scene.tenant):
            granted = _all_grants(scene, parent)
            if granted["read"].anyone or granted["list"].anyone:
                return Access("anyone")
            return None
    return None


def _all_own(granted: dict[Action, _Grants]) -> bool:
    """Whether every write that was spoken of is for owners: `users manage their own notes`."""
    writes = [granted[one] for one in ("update", "delete") if granted[one]]
    return bool(writes) and all(one.owner for one in writes) and bool(granted["create"].owner)


def _above(scene: Scene, resource: Resource, granted: dict[Action, _Grants]) -> tuple[str, ...]:
    """The roles that may see every row: those that may change every row, and the last."""
    roles = [role for one in granted.values() if not one.only for role in one.roles]
    roles += [
        role_of(said.one.actor.name)
        for said in scene.about(resource)
        if said.one.acts and said.one.actor.kind == "role" and not said.one.refused
    ]
    least = scene.roles[:1]
    return _ranked(scene, [role for role in [*roles, *scene.last] if role not in least])


def _roles(scene: Scene, grants: _Grants) -> Access:
    """For roles: the last one may too unless only the others were said to; all is everybody."""
    roles = _ranked(scene, [*grants.roles, *(() if grants.only else scene.last)])
    if grants.barred:
        return Access("role", tuple(role for role in roles if role not in grants.barred))
    if set(roles) == set(scene.roles) or (scene.roles[0] in grants.roles and not grants.only):
        return Access("user")
    return Access("role", roles)


def _ranked(scene: Scene, roles: list[str]) -> tuple[str, ...]:
    return tuple(role for role in scene.roles if role in roles)


# ---- notes -------------------------------------------------------------------------------------

_WORDS: dict[Action, str] = {
    "list": "list",
    "create": "create",
    "read": "read",
    "update": "update",
    "delete": "delete",
}


def _note(scene: Scene, resource: Resource) -> None:
    """One sentence on who may do what, after the words that say so."""
    quotes = list(dict.fromkeys(quoted(one.one.words) for one in scene.about(resource)))
    by_access: dict[str, list[str]] = {}
    for action in resource.actions:
        by_access.setdefault(who_may(resource.access.of(action)), []).append(_WORDS[action])
    told = "; ".join(f"{who} may {listing(actions)}" for who, actions in by_access.items())
    words = f"{', '.join(quotes[:3])}" if quotes else "Assumed, since nothing is said about access"
    scene.sketch.note(f"{words}: with {many(resource.name)}, {told}.")


def who_may(access: Access) -> str:
    """An access in words: `only the owner or admin`."""
    also = f" or {listing(access.roles)}" if access.roles else ""
    match access.who:
        case "anyone":
            return "anyone"
        case "user":
            return "whoever is logged in"
        case "owner":
            return f"only the owner{also}"
        case "role":
            return f"only {listing(access.roles)}"


def _note_contradictions(scene: Scene, resource: Resource) -> None:
    for said in scene.about(resource):
        asked = said.one.actions - frozenset(resource.actions) - {"list", "read"}
        silent = said.one.refused or said.one.actor.kind in ("nobody", "anyone")
        if said.general or silent or not asked or not set(said.one.actions) - {"create"}:
            continue
        if asked & {"update", "delete", "create"} and set(resource.actions) <= {"list", "read"}:
            scene.sketch.note(
                f"{quoted(said.one.words)} contradicts that the API only reads: the safer reading "
                f"counts, so {many(resource.name)} can only be read."
            )


def _note_shared(scene: Scene, resource: Resource) -> None:
    """What is both for its owner alone and for others is for its owner; that is said."""
    closed = [one for one in scene.about(resource) if one.one.closed]
    if not closed or not resource.owner:
        return
    opened = [
        one
        for one in scene.about(resource)
        if one.one.actor.kind == "anyone" and one.one.actions & {"list", "read"}
        and not one.one.refused
    ]  # fmt: skip
    shared = people().participants | {"unless", "except"}
    others = [one for one in closed if shared & set(one.one.words.lower().split())]
    quotes = [quoted(one.one.words, 80) for one in (*opened, *others)]
    if quotes:
        scene.sketch.not_made.append(
            NotMade(
                identifier(f"share_{resource.plural}"),
                f"let others see some {many(resource.name)} ({', '.join(quotes[:3])}): rows are "
                "for their owners alone here, which is the safer reading",
            )
        )
