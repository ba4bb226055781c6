"""Which roles there are, the least first."""

from smartforge.contract import Boolean, Choice
from smartforge.contract.names import identifier, quoted
from smartforge.planners.offline.draft import a, listing
from smartforge.planners.offline.people.scene import Scene
from smartforge.planners.offline.statements.vocabulary import people

_POWERFUL = ("admin", "superadmin", "owner", "manager", "director", "principal", "supervisor")
_DECIDING = {"approve", "accept", "award", "grant", "confirm"}
_SAME = {"administrator": "admin", "superuser": "admin"}


def find_roles(scene: Scene) -> None:
    """Set the roles of `scene`: those that were listed, and those of whom something is said."""
    ranks = people().ranks
    listed = [name for _, _, _, names in scene.wanted.roles for name in names]
    listed += _in_fields(scene)
    acting = [
        one.actor.name
        for _, one in scene.wanted.statements
        if one.actor.kind == "role" and one.actor.name != scene.account
    ]
    names = list(dict.fromkeys(_SAME.get(name, name) for name in [*listed, *acting]))
    names = [name for name in names if name not in (scene.tenant,)]
    if not names:
        if scene.tenant:
            scene.roles = ("member", "admin")
        return
    middle = ranks["user"]
    asking = set[str]() if listed else _asking(scene)
    names.sort(key=lambda name: (name not in asking, ranks.get(name, ranks["staff"])))
    told = any(one.duty for _, one in scene.wanted.statements)
    plain = any(
        one.actor.kind == "user" and not (told and one.only)  # nobody else
        for _, one in scene.wanted.statements
    )
    plain = plain or scene.account != "user" or _none_begins(scene)
    if not listed and ranks.get(names[0], ranks["staff"]) > middle and (plain or len(names) == 1):
        names.insert(0, scene.account)
    elif len(names) == 1 and names[0] not in _POWERFUL:
        pass
    elif len(names) == 1:
        names.insert(0, scene.account)
    if names[-1] not in _POWERFUL:
        names.append("admin")
    scene.roles = tuple(names)
    least, most = names[0], names[-1]
    said = f"{quoted(listing(listed))}: " if listed else ""
    scene.sketch.note(
        f"{said}the roles are {listing(names)}. A new account is {a(least)}; "
        f"only {a(most)} gives other roles, and nobody chooses one at sign-up."
    )


def _none_begins(scene: Scene) -> bool:
    """Whether every role that moves rows on is above those who make them: nobody signs up as it."""
    told = [one for _, one in scene.wanted.statements if one.duty]
    return bool(told) and not any(
        one.actor.kind == "role" and "create" in one.actions for one in told
    )


def _asking(scene: Scene) -> set[str]:
    """Plain people who make what others approve: they come first, lest whoever signs up approves.

    Where only the least of all approve, it is no decision about others.
    """
    ranks = people().ranks
    told = [one for _, one in scene.wanted.statements if one.duty and one.actor.kind == "role"]
    approving = {one.actor.name for one in told if _DECIDING & set(one.acts)}
    above = any(ranks.get(name, ranks["staff"]) > ranks["user"] for name in approving)
    making = {one.actor.name for one in told if "create" in one.actions} - approving
    plain = {
        name
        for name in making
        if ranks.get(name.rpartition("_")[2], ranks["staff"]) <= ranks["staff"]
    }
    return plain if above else set()


def _in_fields(scene: Scene) -> list[str]:
    """Roles that fields of the accounts tell: `role (admin, member)`, `is_admin`."""
    known = next((r for r in scene.sketch.contract.resources if r.name == scene.account), None)
    found: list[str] = []
    for field in known.fields if known else ():
        if field.name in ("role", "user_role") and isinstance(field.kind, Choice):
            found += [identifier(value) for value in field.kind.values]
        elif field.name in ("is_admin", "admin", "is_superuser") and isinstance(
            field.kind, Boolean
        ):
            found += ["user", "admin"]
    return found


def role_of(name: str) -> str:
    """The role that a word stands for."""
    return _SAME.get(name, name)
