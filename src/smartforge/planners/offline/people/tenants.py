"""Tenants: companies, teams or workspaces whose data nobody else sees."""

import msgspec

from smartforge.contract import Access, Field, Permissions, Reference, Resource, Text
from smartforge.contract.names import plural, quoted, spaced
from smartforge.planners.offline.links.link import with_field
from smartforge.planners.offline.people.register import as_optional
from smartforge.planners.offline.people.scene import Scene


def find_tenant(scene: Scene) -> None:
    """Set what the tenants are called, where there are any, and the roles in them."""
    if not scene.wanted.tenancies:
        return
    scene.tenant = scene.wanted.tenancies[0].name


def set_tenants(scene: Scene) -> None:
    """Let every row belong to a tenant; accounts too."""
    if not scene.tenant:
        return
    sketch, name = scene.sketch, scene.tenant
    field = Field(f"{name}_id", Reference(name, "cascade", nested=False), written="never")
    sketch.put(_tenant(scene))
    for resource in [one for one in sketch.contract.resources if one.name != name]:
        owned = with_field(resource, field, (name, f"{name}_name"))
        sketch.put(msgspec.structs.replace(owned, tenant=field.name))
    accounts = sketch.contract.accounts
    if accounts is not None:
        accounts = msgspec.structs.replace(accounts, tenant=field.name)
        sketch.contract = msgspec.structs.replace(sketch.contract, accounts=accounts)
    words = ", ".join(dict.fromkeys(quoted(one.said) for one in scene.wanted.tenancies))
    one, more = spaced(name), spaced(plural(name))
    sketch.note(
        f"{words}: whoever registers makes a new {one} ({name}_name) and is its "
        f"{scene.roles[-1]}, who makes the accounts of the others; all data of other {more} is "
        "not there for them."
    )


def _tenant(scene: Scene) -> Resource:
    known = next((r for r in scene.sketch.contract.resources if r.name == scene.tenant), None)
    resource = known or Resource(scene.tenant, plural(scene.tenant), ())
    others = [as_optional(field) for field in resource.fields if field.name != "name"]
    others = [msgspec.structs.replace(field, unique=False) for field in others]
    last = Access("role", scene.last)
    user = Access("user")
    sortable = tuple(dict.fromkeys(("id", "created_at", "name", *resource.sortable)))
    return msgspec.structs.replace(
        resource,
        fields=(Field("name", Text(1, 200)), *others),
        actions=("list", "read", "update"),
        access=Permissions(list=user, read=user, create=last, update=last, delete=last),
        sortable=sortable,
    )
