"""Fields of a plan as those of a contract, and back."""

import json
from collections.abc import Iterator
from typing import Any, cast

from smartforge import contract
from smartforge.contract.kinds import MAX_DIGITS, MAX_PLACES
from smartforge.contract.names import quoted
from smartforge.planners.shape.models import FieldShape, TypeName
from smartforge.planners.shape.reading import plain
from smartforge.planners.shape.words import Problems, kept, named, number, places, prose, whole

_PLAIN: dict[TypeName, contract.Kind] = {
    "boolean": contract.Boolean(),
    "date": contract.Date(),
    "timestamp": contract.Timestamp(),
    "time": contract.Time(),
    "email": contract.Email(),
    "url": contract.Url(),
    "phone": contract.Phone(),
    "uuid": contract.Uuid(),
}
_MADE_BY_SERVER = (contract.Slug, contract.Code)


def drawn_field(shape: FieldShape, of: str, problems: Problems) -> contract.Field:
    here = f"field {quoted(shape.name)} of {of}"
    kind = _kind(shape, here, problems)
    default = _default(kind, shape.default, here, problems)
    if isinstance(kind, contract.References) and not shape.required and default is None:
        default = []
    made = isinstance(kind, _MADE_BY_SERVER)
    written = "never" if made else shape.written.strip().lower() or "always"
    if written not in ("always", "creation", "update", "never"):
        problems.append(f"{here}: {quoted(written)} is none of always, creation, update, never")
        written = "always"
    return contract.Field(
        name=named(shape.name, here, problems),
        kind=kind,
        required=made or (shape.required and default is None),
        default=default,
        description=prose(shape.description),
        unique=shape.unique and not made,
        written=written,
    )


def shown_field(field: contract.Field) -> FieldShape:
    least, most, kind = "", "", field.kind
    values: list[str] = []
    refers, deleted = "", ""
    match kind:
        case contract.Text():
            least, most = str(kind.min_length), str(kind.max_length)
        case contract.Integer():
            least, most = str(kind.minimum), str(kind.maximum)
        case contract.Decimal():
            least, most = kind.minimum, kind.maximum
        case contract.Choice():
            values = [*kind.values]
        case contract.TextList():
            most = str(kind.max_items)
        case contract.Reference():
            refers, deleted = kind.resource, kind.on_delete
        case contract.References():
            refers, most = kind.resource, str(kind.max_items)
        case contract.Slug():
            refers = kind.source
        case contract.Code():
            most = str(kind.length)
        case contract.Json():
            most = str(kind.max_bytes)
        case _:
            pass
    return FieldShape(
        name=field.name,
        type=cast(TypeName, str(kind.__struct_config__.tag)),
        required=field.required,
        unique=field.unique,
        min=least,
        max=most,
        choices=values,
        refers_to=refers,
        on_delete=deleted,
        written="" if field.written == "always" else field.written,
        default=str(plain(field.default)),
        description=field.description,
    )


def _kind(shape: FieldShape, here: str, problems: Problems) -> contract.Kind:
    match shape.type:
        case "text":
            least = whole(shape.min, 1, f"{here}: min", problems)
            most = whole(shape.max, max(200, least), f"{here}: max", problems)
            return contract.Text(least, most)
        case "integer":
            usual = contract.Integer()
            least = whole(shape.min, usual.minimum, f"{here}: min", problems)
            return contract.Integer(least, whole(shape.max, usual.maximum, here, problems))
        case "decimal":
            return _decimal(shape, here, problems)
        case "choice":
            return contract.Choice(tuple(value.strip() for value in shape.choices))
        case "text_list":
            return contract.TextList(whole(shape.max, 50, f"{here}: max", problems))
        case "reference":
            return _reference(shape, here, problems)
        case "references":
            most = whole(shape.max, 50, f"{here}: max", problems)
            return contract.References(_target(shape, "_ids", here, problems), most)
        case "slug":
            return contract.Slug(named(shape.refers_to or "title", here, problems))
        case "code":
            return contract.Code(whole(shape.max, 8, f"{here}: max", problems))
        case "json":
            return contract.Json(whole(shape.max, 65_536, f"{here}: max", problems))
        case _:
            return _PLAIN[shape.type]


def _reference(shape: FieldShape, here: str, problems: Problems) -> contract.Reference:
    target = _target(shape, "_id", here, problems)
    match shape.on_delete.strip().lower():
        case "cascade":
            return contract.Reference(target, "cascade")
        case "clear":
            return contract.Reference(target, "clear")
        case "" | "restrict":
            return contract.Reference(target)
        case other:
            problems.append(f"{here}: {quoted(other)} is none of cascade, restrict, clear")
            return contract.Reference(target)


def _target(shape: FieldShape, tail: str, here: str, problems: Problems) -> str:
    """The resource that is named, else the one after which the field is."""
    return kept(shape.refers_to or shape.name.removesuffix(tail), here, problems)


def _decimal(shape: FieldShape, here: str, problems: Problems) -> contract.Decimal:
    """Bounds as given; as many places as they or the default need, two at least."""
    given = [number(text) for text in (shape.min, shape.max, shape.default)]
    digits = min(MAX_PLACES, max(2, *(places(value) for value in given)))
    widest = "9" * min(10, MAX_DIGITS - digits) + "." + "9" * digits
    for text, value in zip((shape.min, shape.max), given, strict=False):
        if text.strip() and value is None:
            problems.append(f"{here}: {quoted(text)} is no number")
    return contract.Decimal(
        minimum=f"-{widest}" if given[0] is None else format(given[0], "f"),
        maximum=widest if given[1] is None else format(given[1], "f"),
        places=digits,
    )


def _default(
    kind: contract.Kind, text: str, here: str, problems: Problems
) -> str | int | bool | list[str] | None:
    if not text.strip():
        return None
    match kind:
        case contract.Boolean():
            said = {"true": True, "false": False}.get(text.strip().lower())
            if said is None:
                problems.append(f"{here}: the default {quoted(text)} is not true or false")
            return said
        case contract.Integer():
            return whole(text, 0, f"{here}: the default", problems)
        case contract.TextList():
            return [*_entries(text)]
        case contract.References():
            return []
        case contract.Text():
            return text
        case _:
            return text.strip()


def _entries(text: str) -> Iterator[str]:
    """The entries of a list written as JSON or with commas."""
    try:
        read: Any = json.loads(text)
    except ValueError:
        read = text.split(",")
    entries = cast(list[object], read) if isinstance(read, list) else [read]
    for entry in entries:
        if shown := str(plain(entry)).strip():
            yield shown
