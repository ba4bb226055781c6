"""What belongs to something private is private too: the items of an order, the tasks of a list."""

import msgspec

from smartforge.contract import Access, Action, Field, Permissions, Reference, Resource
from smartforge.contract.names import spaced
from smartforge.planners.offline.draft import a
from smartforge.planners.offline.links.link import with_field
from smartforge.planners.offline.people.owners import whole_of
from smartforge.planners.offline.people.scene import Scene, many

_ACTIONS: tuple[Action, ...] = ("list", "create", "read", "update", "delete")


def keep_parts_private(scene: Scene) -> None:
    """Give an owner to every resource that must belong to a row which only its owner may read.

    Runs after the permissions are set; what the prompt says about such a resource itself stays.
    """
    changed = True
    while changed:
        changed = False
        for resource in scene.resources():
            whole = _whole(scene, resource)
            if whole is not None and not _is_closed(resource, whole):
                _close(scene, resource, whole)
                changed = True


def _whole(scene: Scene, resource: Resource) -> Resource | None:
    """The private resource that rows must belong to, if any."""
    if any(resource.name in said.names for said in scene.said):
        return None
    for field in resource.fields:
        kind = field.kind
        if isinstance(kind, Reference) and field.required and field.written != "never":
            parent = scene.sketch.contract.resource(kind.resource)
            if parent.name in (scene.account, resource.name):
                continue
            piece = whole_of(scene, resource)
            owned = piece is not None and piece.name == parent.name
            owned = owned and parent.access.update.who == "owner"
            if parent.access.read.who == "owner" or owned:
                return parent
    return None


def _is_closed(resource: Resource, whole: Resource) -> bool:
    if whole.access.read.who == "owner" and resource.access.read.who not in ("owner", "role"):
        return False
    return bool(resource.owner) and resource.access.update.who == "owner"


def _close(scene: Scene, resource: Resource, whole: Resource) -> None:
    name = resource.owner or whole.owner
    field = Field(name, Reference(scene.account, "cascade", nested=False), written="never")
    if not resource.owner:
        resource = with_field(resource, field, ())
    access: dict[Action, Access] = {one: whole.access.of(one) for one in _ACTIONS}
    writes = whole.access.update if whole.access.update.who == "owner" else whole.access.read
    access["create"] = Access("user")
    access["update"] = access["delete"] = writes
    scene.within[resource.name] = whole.name
    scene.sketch.put(msgspec.structs.replace(resource, owner=name, access=Permissions(**access)))
    parent = spaced(whole.name)
    does = "sees" if whole.access.read.who == "owner" else "changes"
    scene.sketch.note(
        f"Assumed: {many(resource.name)} belong to {a(parent)}, which only its owner {does}, so "
        f"the same holds for each of them ({name}, set by the server)."
    )
