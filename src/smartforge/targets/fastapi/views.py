"""What the templates see of a contract: every choice is made here, they only lay it out."""

import json
import shlex
from collections.abc import Iterator

import msgspec

from smartforge.contract import Action, Contract, Field, Resource, Text, Timestamp
from smartforge.contract.names import spaced
from smartforge.targets.fastapi import kinds, naming, samples
from smartforge.targets.fastapi.literals import python

_BASE = "http://127.0.0.1:8001"
Body = dict[str, samples.Sample]


class FieldView(msgspec.Struct, frozen=True):
    """One field: its type in the schemas, and its lines in the bodies of the classes."""

    type: str
    own_type: str
    answer: str
    create: str
    update: str
    mapped: str


class ResourceView(msgspec.Struct, frozen=True):
    """One resource, as the templates see it.

    `rows` are three bodies of a request, `accepted` and `refused` single values by the name of
    the field. `by_id` are the operations on one row
    as (verb, method, further arguments), `paths` are (what, path, a method that it allows).
    """

    resource: Resource
    names: naming.ResourceNames
    one: str
    many: str
    path: str
    item_path: str
    actions: frozenset[Action]
    fields: tuple[FieldView, ...]
    sorts: str
    rows: tuple[Body, ...]
    required: tuple[str, ...]
    defaults: dict[str, object]
    accepted: dict[str, list[object]]
    refused: dict[str, list[object]]
    text: str
    surrogate: dict[str, str]
    time: str
    by_id: tuple[tuple[str, str, str], ...]
    paths: tuple[tuple[str, str, str], ...]
    curls: tuple[tuple[str, str], ...]

    @property
    def answers(self) -> bool:
        """Whether any operation answers with the resource itself."""
        return bool(self.actions & {"list", "create", "read", "update"})

    @property
    def item(self) -> bool:
        """Whether any operation is about one row."""
        return bool(self.actions & {"read", "update", "delete"})

    @property
    def writes(self) -> bool:
        """Whether any operation takes a body."""
        return bool(self.actions & {"create", "update"})

    @property
    def page_size(self) -> int:
        return min(2, self.resource.paging.max_limit)

    @property
    def sort_limit(self) -> int:
        return min(3, self.resource.paging.max_limit)


def resource_views(contract: Contract) -> tuple[ResourceView, ...]:
    names = naming.resource_names(contract)
    return tuple(_resource(resource, names[resource.name]) for resource in contract.resources)


def _resource(resource: Resource, names: naming.ResourceNames) -> ResourceView:
    aliases = naming.type_aliases(resource, names)
    rows = tuple(
        {field.name: samples.three(field)[rank] for field in resource.fields} for rank in range(3)
    )
    text = next((field for field in resource.fields if isinstance(field.kind, Text)), None)
    time = next((field for field in resource.fields if isinstance(field.kind, Timestamp)), None)
    return ResourceView(
        resource=resource,
        names=names,
        one=spaced(resource.name),
        many=spaced(resource.plural),
        path=resource.path,
        item_path=f"/{{{resource.name}_id}}",
        actions=frozenset(resource.actions),
        fields=tuple(_field(field, aliases[field.name]) for field in resource.fields),
        sorts=", ".join(f'"{name}", "-{name}"' for name in resource.sortable),
        rows=rows,
        required=tuple(field.name for field in resource.fields if field.required),
        defaults={
            field.name: kinds.answered_default(field)
            for field in resource.fields
            if not field.required
        },
        accepted={field.name: list(_accepted(field)) for field in resource.fields},
        refused={field.name: list(_refused(field)) for field in resource.fields},
        text=text.name if text else "",
        surrogate=_surrogate(text),
        time=time.name if time else "",
        by_id=tuple(_by_id(resource, rows[0])),
        paths=tuple(_allowed(resource)),
        curls=tuple(_curls(resource, rows)),
    )


# ---- the bodies of classes --------------------------------------------------------------------


def _field(field: Field, alias: str) -> FieldView:
    shared = kinds.shared_type(field)
    type_name = shared or alias
    attribute = naming.attribute(field)
    annotation = f"{attribute}: {type_name}" + (" | None" if field.nullable else "")
    renamed = "" if attribute == field.name else f'alias="{field.name}"'
    return FieldView(
        type=type_name,
        own_type="" if shared else kinds.own_type(field),
        answer=annotation + (f" = Field(serialization_{renamed})" if renamed else ""),
        create=annotation + _creation(field, renamed),
        update=f"{_renamed(annotation, renamed)} = NOT_SENT",
        mapped=_mapped(field, attribute),
    )


def _renamed(annotation: str, renamed: str) -> str:
    attribute, _, type_name = annotation.partition(": ")
    return f"{attribute}: Annotated[{type_name}, Field({renamed})]" if renamed else annotation


def _creation(field: Field, renamed: str) -> str:
    default, shown = kinds.default(field)
    extra = f'json_schema_extra={{"default": {shown}}}' if shown else ""
    if renamed or extra or default.startswith("["):
        default = default and f"default={default}"
        return f" = Field({_joined(default, renamed, extra)})"
    return default and f" = {default}"


def _mapped(field: Field, attribute: str) -> str:
    python_type, column_type = kinds.column_type(field.kind)
    optional = " | None" if field.nullable else ""
    column = naming.column(field)
    name = "" if column == attribute else f'"{column}"'
    key = "" if column == field.name else f'key="{field.name}"'
    arguments = _joined(name, column_type, key)
    annotation = f"{attribute}: Mapped[{python_type}{optional}]"
    return f"{annotation} = mapped_column({arguments})" if arguments else annotation


def _joined(*parts: str) -> str:
    return ", ".join(part for part in parts if part)


# ---- the tests --------------------------------------------------------------------------------


def _accepted(field: Field) -> Iterator[object]:
    yield from samples.accepted(field.kind)
    if field.nullable:
        yield None


def _refused(field: Field) -> Iterator[object]:
    yield from samples.refused(field.kind)
    if not field.nullable:
        yield None


def _surrogate(field: Field | None) -> dict[str, str]:
    if field is None or not isinstance(field.kind, Text):
        return {}
    return {field.name: "\ud800" * max(field.kind.min_length, 1)}


def _by_id(resource: Resource, row: Body) -> Iterator[tuple[str, str, str]]:
    first = resource.fields[0].name
    if "read" in resource.actions:
        yield "get", "get", ""
    if "update" in resource.actions:
        yield "update", "patch", f", json={python({first: row[first]})}"
    if "delete" in resource.actions:
        yield "delete", "delete", ""


def _allowed(resource: Resource) -> Iterator[tuple[str, str, str]]:
    for what, path, methods in (
        ("the_collection", "PATH", {"list": "GET", "create": "POST"}),
        ("a_single_one", 'f"{PATH}/1"', {"read": "GET", "update": "PATCH", "delete": "DELETE"}),
    ):
        allowed = [method for action, method in methods.items() if action in resource.actions]
        if allowed:
            yield what, path, allowed[0]


# ---- the README -------------------------------------------------------------------------------


def _curls(resource: Resource, rows: tuple[Body, ...]) -> Iterator[tuple[str, str]]:
    """Every operation as a comment and a line for the shell."""
    collection, one = _BASE + resource.path, f"{_BASE}{resource.path}/1"
    first = resource.fields[0].name
    if "list" in resource.actions:
        yield f"List {spaced(resource.plural)}", f"curl '{collection}?limit=10&sort=-id'"
    if "create" in resource.actions:
        yield f"Create {spaced(resource.name)}", f"curl {collection} {_json(rows[0])}"
    if "read" in resource.actions:
        yield f"Get {spaced(resource.name)}", f"curl {one}"
    if "update" in resource.actions:
        change = _json({first: rows[1][first]})
        yield f"Update {spaced(resource.name)}", f"curl -X PATCH {one} {change}"
    if "delete" in resource.actions:
        yield f"Delete {spaced(resource.name)}", f"curl -X DELETE {one}"


def _json(body: Body) -> str:
    content = json.dumps(body, ensure_ascii=False)
    return f"-H 'Content-Type: application/json' -d {shlex.quote(content)}"
