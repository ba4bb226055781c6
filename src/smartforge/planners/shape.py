"""The plan as a model writes it: flat, every value plain, and how it becomes a contract.

All members are strings, booleans and lists: small models and grammar-driven servers stumble over
`anyOf`, references and numbers that may be null. What a model writes instead (a number, null, a
word such as `string`) is read as what it means.
"""

import decimal
import json
from collections.abc import Iterator
from typing import Annotated, Any, Literal, cast

from pydantic import BaseModel, BeforeValidator, Field

from smartforge import contract
from smartforge.contract import names
from smartforge.contract.kinds import MAX_DIGITS, MAX_PLACES
from smartforge.contract.reserved import GIVEN_BY_SERVER
from smartforge.errors import ContractInvalid

TypeName = Literal[
    "text",
    "integer",
    "decimal",
    "boolean",
    "date",
    "timestamp",
    "email",
    "url",
    "choice",
    "text_list",
]

_SYNONYMS = {
    "string": "text",
    "str": "text",
    "int": "integer",
    "number": "decimal",
    "float": "decimal",
    "bool": "boolean",
    "datetime": "timestamp",
    "date-time": "timestamp",
    "uri": "url",
    "enum": "choice",
    "array": "text_list",
    "list": "text_list",
}


def _plain(value: object) -> object:
    """A scalar as the text that stands for it; null is empty, a list its JSON."""
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value)


def _type_name(value: object) -> object:
    if not isinstance(value, str):
        return value
    word = value.strip().lower()
    return _SYNONYMS.get(word, word)


def _listed(value: object) -> object:
    return [] if value is None else value


Plain = Annotated[str, BeforeValidator(_plain)]
Lines = Annotated[list[Plain], BeforeValidator(_listed)]


class FieldShape(BaseModel):
    """One field. An empty string means that nothing is said."""

    name: str
    type: Annotated[TypeName, BeforeValidator(_type_name)]
    required: bool = True
    min: Plain = Field("", description="least value of a number, or least length of a text")
    max: Plain = Field("", description="greatest value, length, or number of list entries")
    choices: Lines = Field([], description="the values of a choice")
    default: Plain = Field("", description="the value when it is left out")
    description: Plain = ""


class ResourceShape(BaseModel):
    """One kind of thing that the API keeps."""

    name: str = Field(description="singular")
    plural: Plain = ""
    description: Plain = ""
    fields: list[FieldShape]


class PlanShape(BaseModel):
    """What the API keeps, and what was and was not understood of the user's words."""

    title: str
    description: Plain = ""
    resources: list[ResourceShape]
    understood: Lines = []
    not_understood: Lines = []
    not_possible: Lines = []


def contract_of(shape: PlanShape) -> contract.Contract:
    """The sound contract that `shape` describes, its names brought into form.

    Raises ContractInvalid with every problem.
    """
    return contract.validate(drawn_of(shape))


def drawn_of(shape: PlanShape) -> contract.Contract:
    """The contract that `shape` describes, sound or not. Raises ContractInvalid for no names."""
    problems: list[str] = []
    resources = tuple(_resource(resource, problems) for resource in shape.resources)
    if problems:
        raise ContractInvalid(tuple(problems))
    return contract.Contract(
        title=_line(shape.title),
        description=_prose(shape.description),
        resources=resources,
    )


def shape_of(drawn: contract.Contract) -> PlanShape:
    """What of a contract a plan can say: its names, and the plain fields of its resources."""
    return PlanShape(
        title=drawn.title,
        description=drawn.description,
        resources=[
            ResourceShape(
                name=one.name,
                plural=one.plural,
                description=one.description,
                fields=[_field_shape(field) for field in one.fields],
            )
            for one in drawn.resources
        ],
    )


def _field_shape(field: contract.Field) -> FieldShape:
    least, most, kind = "", "", field.kind
    values: list[str] = []
    name: TypeName = "text"
    match kind:
        case contract.Text():
            least, most = str(kind.min_length), str(kind.max_length)
        case contract.Integer():
            name, least, most = "integer", str(kind.minimum), str(kind.maximum)
        case contract.Decimal():
            name, least, most = "decimal", kind.minimum, kind.maximum
        case contract.Choice():
            name, values = "choice", [*kind.values]
        case contract.TextList():
            name, most = "text_list", str(kind.max_items)
        case contract.Reference():
            name, least = "integer", "1"
        case contract.Boolean():
            name = "boolean"
        case contract.Date():
            name = "date"
        case contract.Timestamp():
            name = "timestamp"
        case contract.Email():
            name = "email"
        case contract.Url():
            name = "url"
        case _:
            pass
    return FieldShape(
        name=field.name,
        type=name,
        required=field.required,
        min=least,
        max=most,
        choices=values,
        default="" if field.default is None else str(_plain(field.default)),
        description=field.description,
    )


def _resource(shape: ResourceShape, problems: list[str]) -> contract.Resource:
    here = f"resource {names.quoted(shape.name)}"
    name = names.singular(_name(shape.name, here, problems))
    plural = names.shorten(names.plural(name))
    if shape.plural.strip():
        plural = _name(shape.plural, here, problems)
    fields = tuple(
        _field(field, here, problems)
        for field in shape.fields
        if names.snake(field.name) not in GIVEN_BY_SERVER
    )
    sortable = tuple(one.name for one in fields if not isinstance(one.kind, contract.TextList))
    return contract.Resource(
        name=name,
        plural=plural,
        fields=fields,
        sortable=("id", "created_at", *sortable),
        description=_prose(shape.description),
    )


def _field(shape: FieldShape, resource: str, problems: list[str]) -> contract.Field:
    here = f"field {names.quoted(shape.name)} of {resource}"
    kind = _kind(shape, here, problems)
    default = _default(kind, shape.default, here, problems)
    return contract.Field(
        name=_name(shape.name, here, problems),
        kind=kind,
        required=shape.required and default is None,
        default=default,
        description=_prose(shape.description),
    )


def _name(text: str, here: str, problems: list[str]) -> str:
    try:
        return names.identifier(text)
    except ContractInvalid as error:
        problems += [f"{here}: {problem}" for problem in error.problems]
        return "unnamed"


def _kind(shape: FieldShape, here: str, problems: list[str]) -> contract.Kind:
    match shape.type:
        case "text":
            least = _whole(shape.min, 1, f"{here}: min", problems)
            most = _whole(shape.max, max(200, least), f"{here}: max", problems)
            return contract.Text(least, most)
        case "integer":
            plain = contract.Integer()
            least = _whole(shape.min, plain.minimum, f"{here}: min", problems)
            return contract.Integer(least, _whole(shape.max, plain.maximum, here, problems))
        case "decimal":
            return _decimal(shape, here, problems)
        case "choice":
            return contract.Choice(tuple(value.strip() for value in shape.choices))
        case "text_list":
            return contract.TextList(_whole(shape.max, 50, f"{here}: max", problems))
        case "boolean":
            return contract.Boolean()
        case "date":
            return contract.Date()
        case "timestamp":
            return contract.Timestamp()
        case "email":
            return contract.Email()
        case "url":
            return contract.Url()


def _whole(text: str, otherwise: int, here: str, problems: list[str]) -> int:
    value = _number(text)
    if value is None and not text.strip():
        return otherwise
    if value is None or value != value.to_integral_value() or abs(value) > 10**18:
        problems.append(f"{here}: {names.quoted(text)} is no whole number")
        return otherwise
    return int(value)


def _decimal(shape: FieldShape, here: str, problems: list[str]) -> contract.Decimal:
    """Bounds as given; as many places as they or the default need, two at least."""
    given = [_number(text) for text in (shape.min, shape.max, shape.default)]
    places = min(MAX_PLACES, max(2, *(_places(value) for value in given)))
    widest = "9" * min(10, MAX_DIGITS - places) + "." + "9" * places
    for text, value in zip((shape.min, shape.max), given, strict=False):
        if text.strip() and value is None:
            problems.append(f"{here}: {names.quoted(text)} is no number")
    return contract.Decimal(
        minimum=f"-{widest}" if given[0] is None else format(given[0], "f"),
        maximum=widest if given[1] is None else format(given[1], "f"),
        places=places,
    )


def _default(
    kind: contract.Kind, text: str, here: str, problems: list[str]
) -> str | int | bool | list[str] | None:
    if not text.strip():
        return None
    match kind:
        case contract.Boolean():
            said = {"true": True, "false": False}.get(text.strip().lower())
            if said is None:
                problems.append(f"{here}: the default {names.quoted(text)} is not true or false")
            return said
        case contract.Integer():
            return _whole(text, 0, f"{here}: the default", problems)
        case contract.TextList():
            return [*_entries(text)]
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
        if plain := str(_plain(entry)).strip():
            yield plain


def _number(text: str) -> decimal.Decimal | None:
    try:
        value = decimal.Decimal(text.strip())
    except decimal.InvalidOperation:
        return None
    return value if value.is_finite() and abs(value.adjusted()) < 30 else None


def _places(value: decimal.Decimal | None) -> int:
    exponent = value.normalize().as_tuple().exponent if value is not None else 0
    return max(0, -exponent) if isinstance(exponent, int) else 0


def _line(text: str) -> str:
    """`text` on one line of printable characters, at most 120."""
    line = " ".join("".join(one if one.isprintable() else " " for one in text).split())
    return line[:120].rstrip()


def _prose(text: str) -> str:
    """`text` without characters that cannot be printed, at most 2,000."""
    kept = "".join(one if one.isprintable() or one == "\n" else " " for one in text)
    return kept.strip()[:2_000].rstrip()
