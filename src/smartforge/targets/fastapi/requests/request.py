"""One request, and how it stands in a file that editors send from."""

import json
from collections.abc import Mapping

import msgspec

from smartforge.contract import Upload

_BOUNDARY = "the-next-part"
_SUFFIXES = {"image/png": "png", "image/jpeg": "jpg", "image/gif": "gif", "image/webp": "webp"}
_WRITTEN = {"application/pdf": "%PDF-1.7", "text/plain": "Hello."}


class Known(msgspec.Struct, frozen=True):
    """A value in a body that is no more than a variable; `text` stands there as it is."""

    text: str


class Request(msgspec.Struct, frozen=True):
    """One request. `name` is what its answer is known by, `token` whose answer holds the token.

    `notes` are lines of comment for those who send it, `headers` and `body` stand as they are.
    """

    title: str
    method: str
    path: str
    name: str = ""
    token: str = ""
    notes: tuple[str, ...] = ()
    headers: tuple[str, ...] = ()
    body: str = ""


def answered(name: str, field: str = "id") -> str:
    """The variable for a field of the answer to the request of that name."""
    return f"{{{{{name}.response.body.{field}}}}}"


def with_json(request: Request, body: Mapping[str, object]) -> Request:
    """The request with this body, where it has anything in it."""
    if not body:
        return request
    fields = ",\n".join(f"  {json.dumps(name)}: {_json(value)}" for name, value in body.items())
    headers = (*request.headers, "Content-Type: application/json")
    return msgspec.structs.replace(request, headers=headers, body=f"{{\n{fields}\n}}")


def with_file(request: Request, upload: Upload, fields: Mapping[str, object]) -> Request:
    """The request as a form of these fields and a file, which has to lie beside where it is
    none that can be written down.
    """
    kind = next((one for one in upload.types if one in _WRITTEN), "")
    kind = kind or (upload.types or ("text/plain",))[0]
    beside = f"example.{_SUFFIXES.get(kind, 'bin')}"
    parts = [
        f'Content-Disposition: form-data; name="{name}"\n\n{_form(value)}'
        for name, value in fields.items()
    ]
    parts.append(
        f'Content-Disposition: form-data; name="file"; filename="{beside}"\n'
        f"Content-Type: {kind}\n\n{_WRITTEN.get(kind, f'< ./{beside}')}"
    )
    body = "".join(f"--{_BOUNDARY}\n{part}\n" for part in parts)
    headers = (f"Content-Type: multipart/form-data; boundary={_BOUNDARY}",)
    return msgspec.structs.replace(request, headers=headers, body=f"{body}--{_BOUNDARY}--")


def text(request: Request) -> str:
    """Its lines, with an empty one before."""
    lines = ["", f"### {request.title}"]
    lines += [f"# {note}" for note in request.notes]
    lines += [f"# @name {request.name}"] if request.name else []
    lines.append(f"{request.method} {{{{base}}}}{request.path}")
    if request.token:
        lines.append(f"Authorization: Bearer {answered(request.token, 'access_token')}")
    lines += request.headers
    lines += ["", request.body] if request.body else []
    return "\n".join(lines) + "\n"


def _json(value: object) -> str:
    if isinstance(value, Known):
        return value.text
    # What is in a sample is no variable, whatever it looks like.
    return json.dumps(value, ensure_ascii=False).replace("{{", "\\u007b{")


def _form(value: object) -> str:
    return value if isinstance(value, str) else _json(value)
