"""One reference to be made, and how it becomes a field."""

from collections.abc import Sequence
from typing import Literal

import msgspec

from smartforge.contract import Contract, Field, Reference, References, Resource, Text, TextList

MAX_SHARED = 50


class Link(msgspec.Struct):
    """That `child` refers to `parent` through the field `name`, to many of them if `shared`.

    `deletion` is what was said about deleting the parent. `said` is empty for what is assumed.
    """

    child: str
    parent: str
    name: str = ""
    shared: bool = False
    required: bool = True
    nested: bool = True
    deletion: Literal["", "cascade", "restrict", "clear"] = ""
    part: bool = False
    said: str = ""

    @property
    def field_name(self) -> str:
        return f"{self.name or self.parent}_{'ids' if self.shared else 'id'}"


def field_of(link: Link) -> Field:
    """The field that holds a reference."""
    if link.shared:
        kind = References(link.parent, MAX_SHARED)
        return Field(link.field_name, kind, required=False, default=[])
    if not link.required:
        deletion = link.deletion or "clear"
    else:
        deletion = link.deletion or ("cascade" if link.part else "restrict")
    return Field(
        link.field_name,
        Reference(link.parent, deletion, link.nested),
        required=link.required,
    )


def with_field(resource: Resource, field: Field, gone: Sequence[str]) -> Resource:
    """`resource` with `field` in the place of the first of the texts `gone`, else as the last."""
    fields: list[Field] = []
    for one in resource.fields:
        if one.name == field.name or (one.name in gone and isinstance(one.kind, Text | TextList)):
            if field not in fields:
                fields.append(field)
        else:
            fields.append(one)
    if field not in fields:
        fields.append(field)
    names = {one.name for one in fields} | {"id", "created_at", "updated_at"}
    keep = [one for one in resource.sortable if one in names]
    return msgspec.structs.replace(resource, fields=tuple(fields), sortable=tuple(keep))


def references_of(contract: Contract) -> list[tuple[str, str, Field]]:
    """Child, parent and field of every reference to one row."""
    return [
        (resource.name, field.kind.resource, field)
        for resource in contract.resources
        for field in resource.fields
        if isinstance(field.kind, Reference)
    ]
