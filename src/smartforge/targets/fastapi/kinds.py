"""How each kind of field is written: its type on the wire, its column, its defaults."""

import datetime
from decimal import Decimal as Exact

from smartforge.contract import (
    Boolean,
    Choice,
    Code,
    Date,
    Decimal,
    Email,
    Field,
    Integer,
    Json,
    Kind,
    Phone,
    Reference,
    References,
    Slug,
    Text,
    TextList,
    Time,
    Timestamp,
    Url,
    Uuid,
)
from smartforge.contract.kinds import (
    MAX_EMAIL_LENGTH,
    MAX_ITEM_LENGTH,
    MAX_SLUG_LENGTH,
    MAX_URL_LENGTH,
)
from smartforge.contract.written import E164
from smartforge.targets.fastapi.literals import python, string
from smartforge.targets.fastapi.samples import number

_SHARED: dict[type[Kind], str] = {
    Boolean: "StrictBool",
    Date: "CalendarDate",
    Email: "EmailAddress",
    Phone: "PhoneNumber",
    Reference: "RowId",
    Slug: "SlugText",
    Time: "TimeOfDay",
    Timestamp: "UtcTime",
    Url: "WebAddress",
    Uuid: "UuidText",
}


MADE_BY_SERVER = (Slug, Code)
ITEM_TYPE = f"Annotated[StorableText, Field(min_length=1, max_length={MAX_ITEM_LENGTH})]"


def shared_type(field: Field) -> str:
    """The type of the field that all schemas share; empty where the field needs its own."""
    return "" if field.description else _SHARED.get(type(field.kind), "")


def own_type(field: Field) -> str:
    """The definition of the field's own type, for the answers as well as for the requests."""
    shown = f"description={python(field.description)}" if field.description else ""
    match field.kind:
        case Text() as kind:
            bounds = _arguments(f"min_length={kind.min_length}", f"max_length={kind.max_length}")
            return f"Annotated[StorableText, Field({_arguments(bounds, shown)})]"
        case Integer() as kind:
            bounds = f"ge={kind.minimum}, le={kind.maximum}"
            return f"Annotated[StrictInt, Field({_arguments(bounds, shown)}), WHOLE]"
        case Decimal() as kind:
            bounds = f'Number("{kind.minimum}", "{kind.maximum}", places={kind.places})'
            return f"Annotated[Decimal, {bounds}{_described(shown)}]"
        case Choice() as kind:
            plain = f"Literal[{', '.join(map(string, kind.values))}]"
            if len(kind.values) == 1:
                schema = python({"type": "string", "enum": list(kind.values)})
                return f"Annotated[{plain}, WithJsonSchema({schema}){_described(shown)}]"
            return f"Annotated[{plain}{_described(shown)}]" if shown else plain
        case TextList() as kind:
            bounds = f"max_length={kind.max_items}"
            return f"Annotated[list[{ITEM_TYPE}], Field({_arguments(bounds, shown)})]"
        case References() as kind:
            bounds = f"max_length={kind.max_items}"
            return f"Annotated[RowIds, Field({_arguments(bounds, shown)})]"
        case Code() as kind:
            bounds = f"min_length={kind.length}, max_length={kind.length}"
            return f"Annotated[str, Field({_arguments(bounds, shown)})]"
        case Json() as kind:
            return f"Annotated[dict[str, Any], json_within({kind.max_bytes}){_described(shown)}]"
        case _ as kind:
            return f"Annotated[{_SHARED[type(kind)]}{_described(shown)}]"


def column_type(kind: Kind) -> tuple[str, str]:
    """The attribute's Python type in a model, and the type of its column."""
    match kind:
        case Text():
            return "str", f"String({kind.max_length})"
        case Email():
            return "str", f"String({MAX_EMAIL_LENGTH})"
        case Url():
            return "str", f"String({MAX_URL_LENGTH})"
        case Choice():
            return "str", f"String({max(map(len, kind.values))})"
        case Integer():
            return "int", ""
        case Decimal():
            return "Decimal", f"ExactNumeric({_precision(kind)}, {kind.places})"
        case Boolean():
            return "bool", ""
        case Date():
            return "datetime.date", ""
        case Timestamp():
            return "datetime.datetime", "UtcDateTime"
        case Time():
            return "datetime.time", ""
        case Phone():
            return "str", f"String({E164})"
        case Uuid():
            return "str", "String(36)"
        case TextList():
            return "list[str]", "JSON(none_as_null=True)"
        case Json():
            return "dict[str, Any]", "JSON(none_as_null=True)"
        case Slug():
            return "str", f"String({MAX_SLUG_LENGTH})"
        case Code():
            return "str", f"String({kind.length})"
        case Reference() | References():
            return "int", ""


def from_text(kind: Kind) -> str:
    """The validator that reads a value of the kind from the text of a query or a form.

    Empty where the text is the value.
    """
    match kind:
        case Integer() | Reference():
            return "DIGITS"
        case Decimal():
            return "NUMERAL"
        case Boolean():
            return "TRUTH"
        case Json():
            return "OBJECT"
        case _:
            return ""


def default(field: Field) -> tuple[str, str]:
    """The field's default as a Python expression, and as JSON where it does not show itself.

    Both are empty for a required field; the second is mostly empty.
    """
    if field.required:
        return "", ""
    if field.default is None:
        return "None", ""
    match field.kind:
        case Decimal():
            exact = Exact(str(field.default))
            return f'Decimal("{exact}")', python(number(exact))
        case Date():
            day = datetime.date.fromisoformat(str(field.default))
            return f"datetime.date({day.year}, {day.month}, {day.day})", ""
        case Time():
            hour, minute, second = map(int, str(field.default).split(":"))
            return f"datetime.time({hour}, {minute}{f', {second}' if second else ''})", ""
        case Timestamp():
            text = str(field.default)
            moment = datetime.datetime.fromisoformat(text).astimezone(datetime.UTC)
            shown = moment.isoformat().replace("+00:00", "Z")
            return _moment(moment), "" if shown == text else python(text)
        case _:
            return python(field.default), ""


def given(field: Field, renamed: str) -> str:
    """What stands behind the type of a field that is sent: its default and its alias."""
    value, shown = default(field)
    extra = f'json_schema_extra={{"default": {shown}}}' if shown else ""
    if renamed or extra or value.startswith("["):
        value = value and f"default={value}"
        return f" = Field({_arguments(value, renamed, extra)})"
    return value and f" = {value}"


def answered_default(field: Field) -> object:
    """What is answered for the field where it was left out on creation."""
    if isinstance(field.kind, Decimal) and field.default is not None:
        return number(Exact(str(field.default)))
    if isinstance(field.kind, Timestamp) and field.default is not None:
        moment = datetime.datetime.fromisoformat(str(field.default)).astimezone(datetime.UTC)
        return moment.isoformat().replace("+00:00", "Z")
    return field.default


def _moment(moment: datetime.datetime) -> str:
    """A Python expression for a moment in UTC."""
    parts = [moment.year, moment.month, moment.day, moment.hour, moment.minute]
    parts += [moment.second] if moment.second or moment.microsecond else []
    parts += [moment.microsecond] if moment.microsecond else []
    return f"datetime.datetime({', '.join(map(str, parts))}, tzinfo=datetime.UTC)"


def _precision(kind: Decimal) -> int:
    whole = max(len(str(abs(int(Exact(bound))))) for bound in (kind.minimum, kind.maximum))
    return whole + kind.places


def _arguments(*parts: str) -> str:
    return ", ".join(part for part in parts if part)


def _described(shown: str) -> str:
    return f", Field({shown})" if shown else ""
