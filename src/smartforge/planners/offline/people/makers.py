"""Who makes a row is its owner: `members can comment on recipes` names no second member."""

import msgspec

from smartforge.contract import Reference, Resource
from smartforge.contract.names import words
from smartforge.planners.offline.sketch import Sketch

_MAY = frozenset({"can", "could", "may", "might", "able", "allowed"})


def drop_makers(sketch: Sketch) -> None:
    """Leave out references to an account that only repeat who the owner is.

    Clients would write them, and could name anybody.
    """
    accounts = sketch.contract.accounts
    if accounts is None:
        return
    for resource in sketch.contract.resources:
        if resource.owner not in ("", "id"):
            repeated = _repeated(sketch, resource, accounts.resource)
            if repeated:
                sketch.put(_without(resource, repeated))


def _repeated(sketch: Sketch, resource: Resource, account: str) -> frozenset[str]:
    return frozenset(
        field.name
        for field in resource.fields
        if isinstance(field.kind, Reference)
        and field.kind.resource == account
        and field.name != resource.owner
        and field.on_creation
        and _MAY & set(words(sketch.linked.get((resource.name, field.name), "")))
    )


def _without(resource: Resource, names: frozenset[str]) -> Resource:
    return msgspec.structs.replace(
        resource,
        fields=tuple(one for one in resource.fields if one.name not in names),
        filters=tuple(one for one in resource.filters if one not in names),
        sortable=tuple(one for one in resource.sortable if one not in names),
    )
