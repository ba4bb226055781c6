"""Who may see and change the accounts themselves."""

import msgspec

from smartforge.contract import Access, Action, Permissions, Reference
from smartforge.contract.names import quoted
from smartforge.planners.offline.draft import listing
from smartforge.planners.offline.people.roles import role_of
from smartforge.planners.offline.people.scene import Scene, many

_OPEN_SIGNS = frozenset(["profile", "profiles", "follow", "follows", "unfollow", "followers"])


def set_account_access(scene: Scene) -> None:
    """Everybody has their own account; lists are for whom the prompt says, else the last role."""
    resource = scene.sketch.contract.resource(scene.account)
    last = scene.last
    own = Access("owner", last)
    access: dict[Action, Access] = {
        "list": Access("role", last) if last else Access("user"),
        "create": Access("role", last) if last else Access("user"),
        "read": own,
        "update": own,
        "delete": own,
    }
    shown = _is_shown(scene)
    if shown:
        access["list"] = access["read"] = Access("user")
    creates = bool(scene.tenant)
    quotes: list[str] = []
    for said in scene.said:
        one = said.one
        if resource.name not in said.names or one.actor.kind == "nobody" or one.refused:
            continue
        quotes.append(quoted(one.words))
        for action in one.actions:
            access[action] = _granted(
                scene, one.actor.kind, one.actor.name, one.own, one.only, action
            )
        creates = creates or ("create" in one.actions and one.actor.kind == "role")
    actions: list[Action] = ["read", "update", "delete"]
    listed = any(resource.name in one.names and "list" in one.one.actions for one in scene.said)
    if last or shown or (listed and access["list"].who == "user"):
        actions.insert(0, "list")
    if creates and last:
        actions.insert(1, "create")
    scene.sketch.put(
        msgspec.structs.replace(
            resource, access=Permissions(**access), actions=tuple(actions), owner="id"
        )
    )
    _note(scene, quotes, tuple(actions), access)


def _granted(scene: Scene, kind: str, name: str, own: bool, only: bool, action: Action) -> Access:
    if action == "create" and scene.roles:
        return Access("role", scene.last)  # whoever makes accounts gives them their roles
    if kind == "anyone":  # accounts hold addresses
        return Access("user") if action in ("list", "read") else Access("owner", scene.last)
    if kind == "role" and name != scene.account and not own:
        role = role_of(name)
        roles = tuple(one for one in scene.roles if one == role or one in scene.last)
        if action in ("read", "update") or (action == "delete" and not only):
            return Access("owner", roles)
        return Access("role", roles)
    if kind == "user" and not own and action in ("list", "read"):
        return Access("user")
    return Access("owner", scene.last)


def _is_shown(scene: Scene) -> bool:
    """Whether accounts are looked at by others: profiles, follows, references besides owners."""
    lows = {token.low for one in scene.sketch.sentences for token in one.tokens}
    if lows & _OPEN_SIGNS:
        return True
    return any(
        isinstance(field.kind, Reference)
        and field.kind.resource == scene.account
        and field.written != "never"
        for resource in scene.sketch.contract.resources
        for field in resource.fields
    )


def _note(
    scene: Scene, quotes: list[str], actions: tuple[Action, ...], access: dict[Action, Access]
) -> None:
    told: list[str] = []
    for action in actions:
        one = access[action]
        who = {
            "anyone": "anyone",
            "user": "whoever is logged in",
            "owner": " or ".join(["the account's owner", *one.roles]),
            "role": listing(one.roles),
        }[one.who]
        told.append(f"{action} by {who}")
    words = ", ".join(dict.fromkeys(quotes)) if quotes else "Assumed"
    scene.sketch.note(f"{words}: with {many(scene.account)}, {', '.join(told)}.")
