"""Whether a request is what the OpenAPI document asks for, and where it is not."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from email import message_from_bytes
from typing import Any, cast

import jsonschema_rs

from smartforge.contract.kinds import storable
from smartforge.contract.written import TIME
from smartforge.preview.promised.wire import Asked, Fault, Place, invalid

Json = dict[str, Any]

NUMBER = re.compile(r"-?(?:0|[1-9][0-9]{0,20})(?:\.[0-9]{1,20})?")
DEEPEST = 40


class Form(dict[str, Any]):
    """The fields of an upload; its file under `file`."""


class UploadedFile(bytes):
    """What was uploaded, with its name and type."""

    name: str = ""
    kind: str = ""


class Validation:
    """Validates requests of one operation. Compiles each schema once."""

    def __init__(self, document: Json, operation: Json) -> None:
        self._components: Json = document.get("components", {})
        self._parameters = [
            (str(one["in"]), str(one["name"]), one, self._compiled(one["schema"]))
            for one in cast("list[Json]", operation.get("parameters", []))
            if one.get("in") in ("path", "query")
        ]
        content: Json = operation.get("requestBody", {}).get("content", {})
        self.is_form = "multipart/form-data" in content
        found = next(iter(content.values()), None)
        self.schema: Json | None = self.resolved(found["schema"]) if found else None
        self._body = self._compiled(found["schema"]) if found and not self.is_form else None

    def parameters(self, path: Mapping[str, str], asked: Asked) -> dict[str, Any]:
        """The values of path and query, defaults included. Raises Wrong (422)."""
        queried = asked.queried()
        values: dict[str, Any] = {}
        faults: list[Fault] = []
        for place, name, one, valid in self._parameters:
            given = (path if place == "path" else queried).get(name)
            if given is None:
                if one.get("required"):
                    faults.append(((place, name), "Field required"))
                elif "default" in one["schema"]:
                    values[name] = one["schema"]["default"]
                continue
            values[name] = value = _read(given, self.resolved(one["schema"]))
            faults += _faults(valid, value, (place, name))
        if faults:
            raise invalid(*faults)
        return values

    def body(self, asked: Asked) -> Any:
        """The body, None where the operation takes none. Raises Wrong (422)."""
        if self.schema is None:
            return None
        if self.is_form:
            return self._form(asked)
        if not asked.body:
            raise invalid((("body",), "Field required"))
        kind = asked.headers.get("content-type", "application/json").partition(";")[0].strip()
        try:
            value = json.loads(asked.body.decode(), parse_constant=_no_constant)
        except (ValueError, RecursionError):
            raise invalid((("body",), "must be JSON in UTF-8")) from None
        if kind != "application/json" and not kind.endswith("+json"):
            raise invalid((("body",), "Input should be a valid dictionary"))
        if not _is_bearable(value):
            raise invalid((("body",), "is nested too deep, or holds text that cannot be kept"))
        if self._body is not None and (faults := list(_faults(self._body, value, ("body",)))):
            raise invalid(*faults)
        return value

    def _form(self, asked: Asked) -> Form:
        kind = asked.headers.get("content-type", "")
        whole = message_from_bytes(f"Content-Type: {kind}\r\n\r\n".encode() + asked.body)
        form = Form()
        for part in cast("list[Any]", whole.get_payload()) if whole.is_multipart() else []:
            name = part.get_param("name", header="content-disposition")
            content = cast(bytes, part.get_payload(decode=True) or b"")
            if part.get_filename():
                file = UploadedFile(content)
                file.name, file.kind = str(part.get_filename()), part.get_content_type()
                form[str(name)] = file
            elif name is not None:
                form[str(name)] = content.decode(errors="replace")
        missing = [one for one in (self.schema or {}).get("required", []) if one not in form]
        if missing:
            raise invalid(*((("body", one), "Field required") for one in missing))
        return form

    def resolved(self, schema: Json) -> Json:
        """The schema behind a reference to a component."""
        name = str(schema.get("$ref", "")).rpartition("/")[2]
        return self._components["schemas"][name] if name else schema

    def _compiled(self, schema: Json) -> jsonschema_rs.Draft202012Validator:
        whole = schema | {"components": self._components}
        return jsonschema_rs.Draft202012Validator(whole, formats=FORMATS, validate_formats=True)


def _read(text: str, schema: Json) -> Any:
    """What the text of a parameter stands for; the text itself where it stands for nothing."""
    match schema.get("type"):
        case "integer" | "number" if NUMBER.fullmatch(text):
            value = float(text)
            return int(text) if "." not in text else int(value) if value.is_integer() else value
        case "boolean":
            low = text.lower()
            return low in TRUE if low in TRUE or low in FALSE else text
        case _:
            return text


TRUE, FALSE = ("true", "1", "yes", "on", "t", "y"), ("false", "0", "no", "off", "f", "n")


def _faults(valid: jsonschema_rs.Draft202012Validator, value: Any, place: Place) -> Iterator[Fault]:
    for error in valid.iter_errors(value):
        where = (*place, *error.instance_path)
        match error.kind.name:
            case "required":
                yield (*where, str(error.kind.as_dict()["property"])), "Field required"
            case "additionalProperties":
                for name in error.kind.as_dict()["unexpected"]:
                    yield (*where, str(name)), "Extra inputs are not permitted"
            case _:
                yield where, error.message[:300]


def _is_local_time(text: str) -> bool:
    return re.fullmatch(TIME, text) is not None


def _is_moment(text: str) -> bool:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return "T" in text.upper() or " " in text


def _is_bearable(value: Any, depth: int = 0) -> bool:
    if depth > DEEPEST:
        return False
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, dict):
        inner = cast("dict[str, Any]", value)
        return all(storable(key) and _is_bearable(one, depth + 1) for key, one in inner.items())
    if isinstance(value, list):
        return all(_is_bearable(one, depth + 1) for one in cast("list[Any]", value))
    return True


def _no_constant(name: str) -> Any:
    raise ValueError(name)


FORMATS: dict[str, Callable[[str], bool]] = {
    "date-time": _is_moment,
    "time-local": _is_local_time,
}
