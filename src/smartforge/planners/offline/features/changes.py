"""Resources with a little more than before: the small steps that readers are made of."""

from collections.abc import Iterable

import msgspec

from smartforge.contract import Computed, Field, Reference, Resource, Rule, Timestamp
from smartforge.contract.fields import Boolean, Choice, Kind, OnDelete
from smartforge.contract.names import identifier
from smartforge.contract.reserved import FIELDS, GIVEN_BY_SERVER
from smartforge.planners.offline.sketch import Sketch


def having(resource: Resource, field: Field) -> Resource:
    """With `field`, in place of the one of its name or as the last."""
    names = [one.name for one in resource.fields]
    fields = tuple(field if one.name == field.name else one for one in resource.fields)
    if field.name not in names:
        fields = (*fields, field)
    return msgspec.structs.replace(resource, fields=fields)


def without(resource: Resource, name: str) -> Resource:
    """Without the field `name` and all lists of fields that hold it."""
    return msgspec.structs.replace(
        resource,
        fields=tuple(one for one in resource.fields if one.name != name),
        sortable=tuple(one for one in resource.sortable if one != name),
        filters=tuple(one for one in resource.filters if one != name),
        ranges=tuple(one for one in resource.ranges if one != name),
        searched=tuple(one for one in resource.searched if one != name),
    )


def added(values: tuple[str, ...], more: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*values, *more)))


def sortable(resource: Resource, *names: str) -> Resource:
    return msgspec.structs.replace(resource, sortable=added(resource.sortable, names))


def ruled(resource: Resource, rule: Rule) -> Resource:
    """With `rule`, once."""
    if rule in resource.rules:
        return resource
    return msgspec.structs.replace(resource, rules=(*resource.rules, rule))


def computing(resource: Resource, computed: Computed) -> Resource:
    """With a computed field, in place of a plain one of its name."""
    rest = tuple(one for one in resource.computed if one.name != computed.name)
    bare = without(resource, computed.name) if len(resource.fields) > 1 else resource
    if any(one.name == computed.name for one in bare.fields):
        return resource
    return msgspec.structs.replace(bare, computed=(*rest, computed))


def stamp(name: str) -> Field:
    """A moment that the server alone sets."""
    return Field(name, Timestamp(), required=False, written="never")


def free_name(resource: Resource, name: str) -> str:
    """`name`, or with an ending that keeps it from what is taken in `resource`."""
    name = identifier(name)
    if name in FIELDS or name in GIVEN_BY_SERVER:
        return f"{name}_value"
    return name


def reference_name(parent: Resource) -> str:
    return identifier(f"{parent.name}_id")


def belonging(parent: Resource, on_delete: OnDelete = "cascade") -> Field:
    """The field by which a row belongs to one of `parent`, for good."""
    return Field(reference_name(parent), Reference(parent.name, on_delete), written="creation")


def has_name(sketch: Sketch, name: str) -> bool:
    return any(one.name == name for one in sketch.contract.resources)


def is_state(kind: Kind) -> bool:
    return isinstance(kind, Boolean | Choice)
