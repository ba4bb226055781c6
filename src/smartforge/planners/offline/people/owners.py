"""Whose the rows are: the reference to the accounts that the server sets."""

import msgspec

from smartforge.contract import Field, Reference, Resource
from smartforge.contract.names import quoted, spaced
from smartforge.planners.offline.links.link import with_field
from smartforge.planners.offline.people.scene import Said, Scene, many
from smartforge.planners.offline.spending import is_spent
from smartforge.planners.offline.statements.vocabulary import people

# Texts and references that say who made a row.
_MADE_BY = ("author", "owner", "creator", "user", "poster", "reporter", "sender", "uploader")
_ASSUMED = "that is usual, since the prompt does not say it"


def set_owners(scene: Scene) -> None:
    """Give every resource that belongs to people its owner."""
    for resource in scene.resources():
        name, why = _owner(scene, resource)
        if name:
            owned = _owned(scene, resource, name)
            scene.sketch.put(owned)
            scene.sketch.note(
                f"{why}: every {spaced(resource.name)} belongs to the {spaced(scene.account)} who "
                f"made it ({owned.owner}, set by the server)."
            )


def is_private(scene: Scene, resource: Resource) -> bool:
    """Whether rows are for their owners' eyes where nothing is said about reading."""
    if _is_among(resource.name, people().transactional):
        return True
    return _is_among(resource.name, people().personal) and not scene.tenant


def _owner(scene: Scene, resource: Resource) -> tuple[str, str]:
    """What the owner of a resource is called, and why there is one; empty: rows are nobody's."""
    owning = [one for one in scene.about(resource) if _owns(one)]
    owning = [one for one in owning if not _is_made_by_others(scene, resource, one)]
    if _is_kept_for_all(scene, resource):
        owning = [one for one in owning if not one.general]
    owning.sort(key=lambda one: one.general)
    held = _held(scene, resource)
    for said in owning:
        actor = said.one.actor
        if actor.name in ("owner", "creator") and held and _refers(scene, resource, held):
            return held, quoted(said.one.words)  # `belongs to its member; only the owner ...`
        if actor.kind == "owner" and actor.name != "user" and not _is_other(scene, actor.name):
            return actor.name, quoted(said.one.words)
    if owning:
        return held or _by_role(scene, owning), quoted(owning[0].one.words)
    if held and any(_refers(scene, resource, one) for one in _names(scene)):
        return held, f'"{held}"'
    return (
        (held or scene.account, _reason(scene, resource)) if _usual(scene, resource) else ("", "")
    )


def _owns(said: Said) -> bool:
    return said.one.own or said.one.actor.kind == "owner"


def _is_kept_for_all(scene: Scene, resource: Resource) -> bool:
    """Whether those who make such rows are more than those who log in: `admins add products`."""
    makers = {
        one.one.actor.name
        for one in scene.about(resource)
        if resource.name in one.names and one.one.actions & {"create", "update"}
        and one.one.actor.kind == "role" and not one.one.own
    }  # fmt: skip
    return bool(makers) and not makers & {scene.account, *scene.roles[:1]}


def _is_made_by_others(scene: Scene, resource: Resource, said: Said) -> bool:
    """`students see their own grades`, which teachers add: the owner would be the wrong one."""
    actor = said.one.actor
    makers = {
        one.one.actor.name
        for one in scene.about(resource)
        if "create" in one.one.actions and not one.one.own and not one.general
    }
    roles = {name for name in makers if name in scene.roles}
    if actor.kind != "role" or not roles or roles != makers or actor.name in roles:
        return False
    if said not in scene.unmade:
        scene.unmade.append(said)
    return True


def _names(scene: Scene) -> tuple[str, ...]:
    return (*_MADE_BY, scene.account)


def _held(scene: Scene, resource: Resource) -> str:
    """The field of a resource that says who made it."""
    fields = {field.name for field in resource.fields}
    for name in _names(scene):
        if _refers(scene, resource, name):
            return name
        authored = _is_among(resource.name, people().authored | people().transactional)
        if name in fields and (authored or name in ("owner", "creator", "user", "reporter")):
            return name
    return ""


def _refers(scene: Scene, resource: Resource, name: str) -> bool:
    """Whether a resource has a reference to the accounts of that name."""
    return any(
        field.name == f"{name}_id"
        and isinstance(field.kind, Reference)
        and field.kind.resource == scene.account
        for field in resource.fields
    )


def _is_other(scene: Scene, name: str) -> bool:
    """Whether a word for the owner is the name of another resource than the accounts."""
    return any(one.name == name != scene.account for one in scene.sketch.contract.resources)


def _by_role(scene: Scene, owning: list[Said]) -> str:
    """`organizer`, where organizers alone have their own; else after the accounts."""
    names = {one.one.actor.name for one in owning if one.one.actor.kind == "role"}
    others = [one for one in owning if one.one.actor.kind != "role"]
    if len(names) == 1 and not others:
        name = names.pop()
        if not _is_other(scene, name):
            return name
    return scene.account


def _usual(scene: Scene, resource: Resource) -> bool:
    """Whether such things usually belong to somebody, and nothing said speaks against it."""
    least = (scene.account, *scene.roles[:1])
    creating = [
        one.one
        for one in scene.about(resource)
        if "create" in one.one.actions and not one.general and one.one.actor.kind != "owner"
    ]
    by_rank = [one for one in creating if one.actor.kind == "role" and one.actor.name in scene.last]
    if any(one.duty and one.actor.kind == "role" for one in creating):
        return True
    if any(one.actor.kind == "anyone" for one in creating) or (creating and creating == by_rank):
        return False
    if _is_component(scene, resource):
        return False
    if is_spent(scene.sketch.contract, resource):
        acting = [
            one for one in creating if one.actor.kind == "role" and one.actor.name not in least
        ]
        return not (scene.tenant or acting)
    if _is_among(resource.name, people().authored):
        return not any(
            one.one.actor.kind == "role" and "update" in one.one.actions and not one.general
            for one in scene.about(resource)
        )
    if _is_among(resource.name, people().personal):
        return not (scene.tenant or scene.roles)
    made = [one for one in creating if one.actor.kind == "user" or one.actor.name in least]
    return bool(made) and _is_among(resource.name, people().transactional)


def _is_component(scene: Scene, resource: Resource) -> bool:
    """Whether rows are pieces of something else, and not what somebody says about it."""
    return whole_of(scene, resource) is not None


def whole_of(scene: Scene, resource: Resource) -> Resource | None:
    """What the rows of a resource are pieces of, if anything; a comment is no piece of a post."""
    if _is_among(resource.name, people().reactions):
        return None
    for field in resource.fields:
        kind = field.kind
        if not isinstance(kind, Reference) or kind.on_delete != "cascade" or not field.required:
            continue
        if kind.resource not in (scene.account, scene.tenant, resource.name):
            return scene.sketch.contract.resource(kind.resource)
    return None


def _reason(scene: Scene, resource: Resource) -> str:
    return f"Assumed for {many(resource.name)}, {_ASSUMED}"


def _is_among(name: str, names: frozenset[str]) -> bool:
    return name in names or name.rpartition("_")[2] in names


def _owned(scene: Scene, resource: Resource, name: str) -> Resource:
    """`resource` with its owner; a reference to the same person that clients would set goes."""
    kind = Reference(scene.account, "cascade", nested=False)
    field = Field(f"{name}_id", kind, written="never")
    gone = (name, f"{name}_name", f"{name}_id")
    owned = with_field(resource, field, gone)
    return msgspec.structs.replace(owned, owner=field.name)
