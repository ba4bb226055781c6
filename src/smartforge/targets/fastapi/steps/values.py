"""What rows that are there hold in a column that is new, and what becomes of other types."""

import ast
import datetime
import re
from collections.abc import Mapping
from decimal import Decimal as Exact

import msgspec

from smartforge.contract import (
    Boolean,
    Choice,
    Code,
    Contract,
    Date,
    Decimal,
    Email,
    Field,
    Integer,
    Json,
    Phone,
    Slug,
    Text,
    TextList,
    Time,
    Timestamp,
    Url,
)
from smartforge.targets.fastapi import naming
from smartforge.targets.fastapi.modelled import Column

_NUMERIC = re.compile(r"sa\.Numeric\((\d+), (\d+)\)")
_STRING = re.compile(r"sa\.String\((\d+)\)")
_NOBODY = (
    "$argon2id$v=19$m=19456,t=2,p=1$bm8gc3VjaCBwYXNzd29yZA$"
    "lZ7PjQ4rH2pXb1yqk0c6dV9sT3mWnE8uGfAaRiOo5Yk"
)

_NO_PHONE = "+10000000000"
"""A phone number as it is written, and nobody's: no area is called 000."""


class Value(msgspec.Struct, frozen=True):
    """An SQL expression for both databases; `said` is what it is in words."""

    sqlite: str
    postgresql: str
    said: str


Fills = Mapping[tuple[str, str], Value]
"""By table and column."""


def fills(contract: Contract) -> dict[tuple[str, str], Value]:
    """The neutral value of every column of every resource, where its kind tells one.

    The default where there is one; else 0, an empty text, false, the first choice, now, or what
    comes nearest to that within the bounds of the field.
    """
    names = naming.resource_names(contract)
    found: dict[tuple[str, str], Value] = {}
    for resource in contract.resources:
        table = names[resource.name].table
        for field in resource.fields:
            if value := _neutral(field):
                found[table, naming.column(field)] = value
        if resource.stamped:
            found[table, "updated_at"] = _same("created_at", "when the row was made")
        accounts = contract.accounts
        if accounts and accounts.resource == resource.name:
            found[table, "password_hash"] = _same(_text(_NOBODY), "a password that nobody knows")
            if accounts.roles:
                found[table, "role"] = _quoted(accounts.roles[0])
    return found


def by_type(column: Column, shown: str) -> Value:
    """The value of a column that no field tells of: what models give to new rows, else empty."""
    default = column.options.get("default", "")
    try:
        given = ast.literal_eval(default) if default else None
    except ValueError:
        given = None
    if isinstance(given, bool):
        return _same(str(given).lower(), str(given).lower())
    if isinstance(given, int):
        return _same(str(given), str(given))
    if isinstance(given, str):
        return _quoted(given)
    for start, value in _EMPTY.items():
        if shown.startswith(start):
            return value
    return _quoted("")


def widened(was: str, now: str) -> bool:
    """Whether the database can take the one type for the other, rows as they are."""
    one, other = _NUMERIC.match(was), _NUMERIC.match(now)
    if one and other:
        return was != now and one[2] == other[2]
    return bool(_size(was)) and _size(was) < _size(now)


def converted(column: str, was: str, now: str) -> Value | None:
    """How a value of one type becomes one of another; None where none does."""
    if was == now:
        return None
    if _STRING.match(was) and _STRING.match(now):
        return _same(f"substr({column}, 1, {_size(now)})", "cut to its length")
    one, other = _NUMERIC.match(was), _NUMERIC.match(now)
    if one and other:
        by = int(other[2]) - int(one[2])
        return Value(_scaled(column, by), f"round({column}, {other[2]})", "the same number")
    if one:
        whole = f"round({column} / {10 ** int(one[2])}.0)"
        if now == "sa.Integer()":
            return Value(f"CAST({whole} AS INTEGER)", f"round({column})::integer", "rounded")
    if other and was == "sa.Integer()":
        return Value(_scaled(column, int(other[2])), column, "the same number")
    found = _CONVERTED.get((_base(was), _base(now)))
    if found is None:
        return None
    sqlite, postgresql, said = found
    return Value(sqlite.format(column), postgresql.format(column), said)


def _scaled(column: str, by: int) -> str:
    if by >= 0:
        return f"{column} * {10**by}" if by else column
    return f"CAST(round({column} / {10**-by}.0) AS INTEGER)"


def _base(shown: str) -> str:
    return shown.removeprefix("sa.").partition("(")[0]


def _size(shown: str) -> int:
    found = _STRING.match(shown)
    return int(found[1]) if found else 0


# For both databases, and in words.
_CONVERTED: dict[tuple[str, str], tuple[str, str, str]] = {
    ("Integer", "String"): ("CAST({} AS TEXT)", "{}::varchar", "its digits"),
    ("String", "Integer"): ("CAST({} AS INTEGER)", "{}::integer", "its number"),
    ("Date", "DateTime"): (
        "{} || ' 00:00:00.000000'",
        "{}::timestamp AT TIME ZONE 'UTC'",
        "midnight in UTC",
    ),
    ("DateTime", "Date"): (
        "substr({}, 1, 10)",
        "({} AT TIME ZONE 'UTC')::date",
        "its day in UTC",
    ),
}


# ---- neutral values ---------------------------------------------------------------------------


def _neutral(field: Field) -> Value | None:
    kind, given = field.kind, field.default
    match kind:
        case Boolean():
            word = "true" if given else "false"
            return _same(word, word)
        case Integer():
            number = given if isinstance(given, int) else max(kind.minimum, min(0, kind.maximum))
            return _same(str(number), str(number))
        case Decimal():
            return _exact(kind, given)
        case Choice():
            return _quoted(str(given) if given else kind.values[0])
        case Text():
            return _quoted("-" * kind.min_length if given is None else str(given))
        case Email():
            return _quoted(str(given or "unknown@example.com"))
        case Url():
            return _quoted(str(given or "https://example.com/"))
        case Phone():
            return _quoted(str(given or _NO_PHONE))
        case Time():
            moment = datetime.time.fromisoformat(str(given or "00:00:00"))
            return _quoted(moment.strftime("%H:%M:%S.%f"))
        case Date():
            return _quoted(str(given)) if given else _same("CURRENT_DATE", "today")
        case Timestamp():
            return _moment(str(given)) if given else _same("CURRENT_TIMESTAMP", "now")
        case TextList():
            return _quoted(msgspec.json.encode(given or []).decode())
        case Json():
            return _quoted("{}")
        case Slug():
            return _same("'row-' || id", "row- and its id")
        case Code():
            return _random(kind.length)
        case _:
            return None


def _exact(kind: Decimal, given: object) -> Value:
    number = max(Exact(kind.minimum), min(Exact(0), Exact(kind.maximum)))
    if given is not None:
        number = Exact(str(given))
    return Value(str(int(number.scaleb(kind.places))), str(number), str(number))


def _moment(text: str) -> Value:
    moment = datetime.datetime.fromisoformat(text).astimezone(datetime.UTC)
    sqlite = moment.strftime("%Y-%m-%d %H:%M:%S.%f")
    return Value(_text(sqlite), _text(f"{sqlite}+00"), text)


def _random(length: int) -> Value:
    rounds = -(-length // 32)
    unguessable = " || ".join(["replace(gen_random_uuid()::text, '-', '')"] * rounds)
    return Value(
        f"substr(lower(hex(randomblob({length}))), 1, {length})",
        f"substr({unguessable}, 1, {length})",
        "letters and digits at random",
    )


def _same(expression: str, said: str) -> Value:
    return Value(expression, expression, said)


def _quoted(text: str) -> Value:
    return _same(_text(text), text if text.isprintable() and text else "an empty text")


def _text(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


_EMPTY = {
    "sa.Integer": _same("0", "0"),
    "sa.BigInteger": _same("0", "0"),
    "sa.Float": _same("0", "0"),
    "sa.Numeric": _same("0", "0"),
    "sa.Boolean": _same("false", "false"),
    "sa.Date(": _same("CURRENT_DATE", "today"),
    "sa.DateTime": _same("CURRENT_TIMESTAMP", "now"),
    "sa.JSON": _quoted("{}"),
    "sa.Uuid": Value("lower(hex(randomblob(16)))", "gen_random_uuid()", "at random"),
    "sa.LargeBinary": Value("x''", "''::bytea", "nothing"),
}
