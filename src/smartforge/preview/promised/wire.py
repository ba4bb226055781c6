"""A request and its answer as plain values, and the problems that generated APIs answer with."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl

import msgspec

JSON, PROBLEM = "application/json", "application/problem+json"

Place = tuple[str | int, ...]
Fault = tuple[Place, str]


class Asked(msgspec.Struct, frozen=True):
    """A request. `path` is below the prefix and not decoded, header names are lower case, `url` is
    where the API is served, without a final slash."""

    method: str
    path: str
    query: str = ""
    headers: Mapping[str, str] = {}
    body: bytes = b""
    url: str = ""

    def queried(self) -> dict[str, str]:
        """The query; of two values of one name the last."""
        return dict(parse_qsl(self.query, keep_blank_values=True))


class Told(msgspec.Struct, frozen=True):
    """An answer."""

    status: int
    headers: Sequence[tuple[str, str]] = ()
    body: bytes = b""


class Wrong(Exception):
    """The request is refused; `told` is the answer."""

    def __init__(self, told: Told) -> None:
        super().__init__(told.status)
        self.told = told


def said(status: int, value: Any, headers: Sequence[tuple[str, str]] = ()) -> Told:
    """A JSON answer."""
    return Told(status, [("content-type", JSON), *headers], msgspec.json.encode(value))


def problem(
    status: int,
    detail: str,
    headers: Sequence[tuple[str, str]] = (),
    faults: Sequence[Fault] = (),
) -> Wrong:
    """As RFC 9457, and docs/explain/generated-api.md, say it."""
    told: dict[str, Any] = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
    }
    if faults:
        told["errors"] = [{"location": place, "message": words} for place, words in faults]
    return Wrong(Told(status, [("content-type", PROBLEM), *headers], msgspec.json.encode(told)))


def invalid(*faults: Fault) -> Wrong:
    return problem(422, "The request is not valid.", faults=faults[:100])


def unauthorized() -> Wrong:
    return problem(401, "Log in first: the token is missing or not valid.", [BEARER])


def forbidden() -> Wrong:
    return problem(403, "This is not allowed.")


def not_found() -> Wrong:
    return problem(404, "There is nothing here.")


BEARER = ("www-authenticate", "Bearer")
