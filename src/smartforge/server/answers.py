"""Answers in JSON, content with its validators, and how the routes describe themselves."""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import msgspec
from starlette.requests import Request
from starlette.responses import Response

PROBLEM_SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["type", "title", "status", "detail", "code"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "what happened, and why"},
        "code": {"type": "string", "description": "a stable word for programs"},
        "hint": {"type": "string", "description": "what to do next"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["location", "message"],
                "properties": {
                    "location": {"type": "array", "items": {"type": ["string", "integer"]}},
                    "message": {"type": "string"},
                },
            },
        },
    },
}
PROBLEMS: dict[int | str, dict[str, Any]] = {
    "default": {
        "description": "A problem, as in RFC 9457",
        "content": {"application/problem+json": {"schema": PROBLEM_SCHEMA}},
    }
}
"""What every route may answer besides its success."""


def json(value: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """Structs and plain values as JSON."""
    return raw_json(msgspec.json.encode(value), status, headers)


def raw_json(body: bytes, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """Bytes that are JSON already."""
    return Response(body, status, headers, "application/json")


def content(request: Request, body: bytes, tag: str, headers: Mapping[str, str]) -> Response:
    """Bytes with a strong validator; 304 where the reader has them (RFC 9110, section 13.1.2)."""
    etag = f'"{tag}"'
    known = [part.strip().removeprefix("W/") for part in _if_none_match(request).split(",")]
    if etag in known or "*" in known:
        kept = {name: headers[name] for name in headers if name == "Cache-Control"}
        return Response(status_code=304, headers={**kept, "ETag": etag})
    return Response(body, headers={**headers, "ETag": etag})


def disposition(kind: str, name: str) -> str:
    """`Content-Disposition` with a name that may hold any character (RFC 6266, appendix D)."""
    plain = re.sub(r"[^A-Za-z0-9._ -]", "_", name) or "file"
    return f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


def _if_none_match(request: Request) -> str:
    return request.headers.get("if-none-match", "")
