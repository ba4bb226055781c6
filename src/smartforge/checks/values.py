"""Values for a schema: good ones, the outermost good ones, and some that must be refused.

Schemas are those of `surface`: resolved, null told by `nullable`. Equal arguments give equal
values. `number` tells rows apart: values of different numbers differ where the schema allows it.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from smartforge.checks.surface import Json

FIRST_DAY = datetime(2031, 1, 6, 9, tzinfo=UTC)
# Days from one row to the next: within a row, later fields are later.
STRIDE = 40
PASSWORD = "Quiet-river-{number}-stone"
FORMATS = frozenset({"date", "date-time", "email", "uri", "time-local", "uuid"})
LETTERS = "abcdefghijklmnopqrstuvwxyz"
# The smallest picture: one pixel.
PICTURE = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00"
    b"\x1f\x15\xc4\x89\x00\x00\x00\nIDATx\x9cc\x00\x01\x00\x00\x05\x00\x01\r\n-\xb4\x00\x00\x00\x00"
    b"IEND\xaeB`\x82"
)


# One small file of each type; the bytes of no two are the same.
FILES: dict[str, bytes] = {
    "image/png": PICTURE,
    "image/jpeg": b"\xff\xd8\xff\xe0\x00\x10JFIF\x00",
    "image/gif": b"GIF89a\x01\x00\x01\x00",
    "image/webp": b"RIFF\x1a\x00\x00\x00WEBPVP8L",
    "image/svg+xml": b'<svg xmlns="http://www.w3.org/2000/svg"/>',
    "application/pdf": b"%PDF-1.7\n",
    "application/json": b'{"a": 1}',
    "application/zip": b"PK\x05\x06" + bytes(18),
    "application/xml": b"<a/>",
    "text/plain": b"Hello.\n",
    "text/csv": b"a,b\n1,2\n",
    "text/markdown": b"# Hello\n",
    "audio/mpeg": b"ID3\x04\x00\x00\x00\x00\x00\x00",
    "audio/wav": b"RIFF\x24\x00\x00\x00WAVEfmt ",
    "video/mp4": b"\x00\x00\x00\x18ftypmp42",
}


class CannotTell(Exception):
    """No value is known for this schema."""


def file_of(kind: str) -> bytes:
    """A small file of a media type."""
    # Types that nobody looks into are told from each other by their names.
    return FILES.get(kind, kind.encode())


class File(bytes):
    """Bytes that are sent as a file of the type `kind`, whatever they are."""

    kind: str

    def __new__(cls, content: bytes, kind: str) -> "File":
        made = super().__new__(cls, content)
        made.kind = kind
        return made


def type_of_file(content: bytes) -> str:
    """The type of a file that `file_of` gave, or that it says."""
    if isinstance(content, File):
        return content.kind
    for kind, one in FILES.items():
        if one == content:
            return kind
    return content.decode(errors="replace")


def good(schema: Json, name: str, number: int, place: int = 0, *, low: bool = False) -> Any:
    """A value that the schema allows. `place` is where the field stands among its fields; `low`
    asks for the smallest numbers. Raises CannotTell."""
    if "enum" in schema:
        return _chosen(schema)
    if "anyOf" in schema or "oneOf" in schema:
        inner = cast(list[Json], schema.get("anyOf") or schema.get("oneOf"))
        return good(inner[0], name, number, place, low=low)
    match schema.get("type"):
        case "string":
            return _text(schema, name, number, place)
        case "integer":
            return _whole(schema, number, low=low)
        case "number":
            return _whole(schema, number, low=low)
        case "boolean":
            return True
        case "array":
            items = cast(Json, schema.get("items", {}))
            return [good(items, name, number, place, low=low)]
        case "object":
            return {
                inner: good(one, inner, number, at, low=low)
                for at, (inner, one) in enumerate(
                    cast(dict[str, Json], schema.get("properties", {})).items()
                )
            }
        case _:
            raise CannotTell(name)


def _chosen(schema: Json) -> Any:
    values = cast(list[Any], schema["enum"])
    default = schema.get("default")
    if default in values:
        return default
    if not values:
        raise CannotTell("enum")
    return values[0]


def _text(schema: Json, name: str, number: int, place: int) -> str:
    moment = FIRST_DAY + timedelta(days=STRIDE * number + place)
    match schema.get("format"):
        case "date":
            return moment.date().isoformat()
        case "date-time":
            return moment.isoformat().replace("+00:00", "Z")
        case "email":
            return f"reader{number}@example.com"
        case "uri" | "url":
            return f"https://example.com/{name}/{number}"
        case "time-local":
            return f"{(number // 60) % 24:02}:{number % 60:02}:{place % 60:02}"
        case "uuid":
            return f"01890a5d-ac96-774b-bcce-{number:012x}"
        case None | "password":
            pass
        case _:
            raise CannotTell(name)
    if "pattern" in schema:
        return _alike(str(schema["pattern"]), name, number)
    words = PASSWORD.format(number=number) if name == "password" else f"{spoken(name)} {number}"
    return fitted(words, schema, number)


def _alike(pattern: str, name: str, number: int) -> str:
    """A text that matches, where it is a phone number or the like. Raises CannotTell."""
    for text in (f"+4930{1_000_000 + number}", f"{number:06}", f"x{number}"):
        if re.fullmatch(pattern, text):
            return text
    raise CannotTell(name)


def spoken(name: str) -> str:
    return name.replace("_", " ").capitalize()


def fitted(words: str, schema: Json, number: int) -> str:
    """The words, cut or filled to the allowed length; still different for each number."""
    least, most = int(schema.get("minLength", 0)), schema.get("maxLength")
    if most is not None and len(words) > most:
        words = f"{number:x}"[-most:].rjust(min(most, 6), "x") if most else ""
    return words.ljust(least, "x")


def _bounds(schema: Json) -> tuple[float, float]:
    least, most = schema.get("minimum"), schema.get("maximum")
    if least is None and schema.get("exclusiveMinimum") is not None:
        least = schema["exclusiveMinimum"] + 1
    if most is None and schema.get("exclusiveMaximum") is not None:
        most = schema["exclusiveMaximum"] - 1
    return (
        float("-inf") if least is None else least,
        float("inf") if most is None else most,
    )


def _whole(schema: Json, number: int, *, low: bool) -> Any:
    least, most = _bounds(schema)
    start = max(least, min(1, most))
    if low:
        return _plain(start)
    span = int(min(most - start, 1000)) + 1
    return _plain(start + number % span)


def _plain(value: float) -> Any:
    return int(value) if float(value).is_integer() else value


# ---- outermost and beyond ---------------------------------------------------------------------


def edges(schema: Json, name: str, number: int) -> tuple[Any, Any] | None:
    """The smallest and the largest value, where the schema has bounds that a row can be at."""
    if "enum" in schema or "format" in schema or "pattern" in schema or name == "password":
        return None
    match schema.get("type"):
        case "string" if "maxLength" in schema:
            least, most = int(schema.get("minLength", 0)), int(schema["maxLength"])
            return _letters(least, number), _letters(most, number)
        case "integer" | "number" if "minimum" in schema and "maximum" in schema:
            return schema["minimum"], schema["maximum"]
        case _:
            return None


def _letters(length: int, number: int) -> str:
    """So many letters; equal ones of different numbers differ where there is room."""
    end = f"{number}"
    if length <= len(end):
        return LETTERS[number % len(LETTERS)] * length
    return LETTERS[number % len(LETTERS)] * (length - len(end)) + end


def refused(schema: Json, *, form: bool = False) -> Iterator[tuple[str, Any]]:
    """What the schema forbids, each in words. In a form everything is text, so less is wrong."""
    kind = schema.get("type")
    if not form:
        yield "of another type", "x" if kind in ("object", "array") else {"another": "type"}
        if kind == "integer" and "enum" not in schema:
            yield "written as a text", str(schema.get("minimum", 1))
        if not schema.get("nullable"):
            yield "null", None
    elif kind in ("integer", "number", "boolean"):
        yield "of another type", "x"
    if "enum" in schema:
        if kind == "string":
            yield "none of its values", "no such value"
        return
    yield from _beyond(schema)


def _beyond(schema: Json) -> Iterator[tuple[str, Any]]:
    match schema.get("type"):
        case "string":
            if schema.get("format") in FORMATS:
                yield f"no {schema['format']}", "no such thing"
            elif "pattern" in schema and not re.search(str(schema["pattern"]), "no such thing"):
                yield "that does not match", "no such thing"
            if int(schema.get("minLength", 0)) > 0:
                yield "too short", "x" * (int(schema["minLength"]) - 1)
            if "maxLength" in schema and "format" not in schema:
                yield "too long", "x" * (int(schema["maxLength"]) + 1)
        case "integer" | "number":
            if "minimum" in schema:
                yield "too small", schema["minimum"] - 1
            if "maximum" in schema:
                yield "too large", schema["maximum"] + 1
        case "array":
            if "maxItems" in schema:
                items = cast(Json, schema.get("items", {}))
                many = int(schema["maxItems"]) + 1
                yield "too many", [good(items, "item", 1 + at) for at in range(many)]
        case _:
            return
