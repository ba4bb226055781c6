"""Errors as `application/problem+json` (RFC 9457), and the one table of their statuses."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, cast

import msgspec
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from smartforge import errors

MEDIA_TYPE = "application/problem+json"


class Fault(msgspec.Struct, frozen=True):
    """One thing that is wrong in a request: where it stands, and what is wrong with it."""

    location: tuple[str | int, ...]
    message: str


class Problem(msgspec.Struct, frozen=True, omit_defaults=True):
    """One error on the wire. `code` is a stable word for programs, `hint` what to do next."""

    title: str
    status: int
    detail: str
    code: str
    hint: str = ""
    errors: tuple[Fault, ...] = ()


class CursorInvalid(errors.SmartForgeError):
    """A cursor in a request is no seq."""

    code = "cursor_invalid"


class RequestInvalid(errors.SmartForgeError):
    """A value in a request makes no sense; said where the framework cannot."""

    code = "request_invalid"


class UnknownFile(errors.SmartForgeError):
    """The version has no such file, or nothing of it was written yet."""

    code = "unknown_file"


class TooManyViewers(errors.SmartForgeError):
    """The project or the server has no place for one more viewer; `retry_after` is in seconds."""

    code = "too_many_viewers"

    def __init__(self, what: str, hint: str = "", *, retry_after: int) -> None:
        super().__init__(what, hint)
        self.retry_after = retry_after


class TooManyFromAddress(TooManyViewers):
    """One address has as many viewers as it may have."""

    code = "too_many_viewers_from_address"


class FileChanged(errors.SmartForgeError):
    """The file is not the one that the request is about (RFC 9110, section 13.1.1)."""

    code = "file_changed"


class FileTooLarge(errors.SmartForgeError):
    """A file that is edited by hand has a limit."""

    code = "file_too_large"


class UnknownShare(errors.SmartForgeError):
    """There is no link with this secret, or it does not lead there."""

    code = "unknown_share"


class ShareOver(errors.SmartForgeError):
    """The link was good once: it has expired, or was ended."""

    code = "share_over"


STATUSES: dict[type[errors.SmartForgeError], int] = {
    errors.SmartForgeError: 500,
    errors.ContractInvalid: 422,
    errors.PromptUnclear: 422,
    errors.DayClosed: 429,
    errors.ModelFailed: 502,
    errors.SandboxUnavailable: 503,
    errors.PreviewFailed: 502,
    errors.LogError: 500,
    errors.Fenced: 409,
    errors.UnknownProject: 404,
    errors.UnknownBlob: 404,
    errors.UnknownMessage: 404,
    errors.UnknownVersion: 404,
    errors.DatabaseUnusable: 503,
    errors.Conflict: 409,
    errors.SettingsInvalid: 422,
    errors.TargetUnprepared: 503,
    CursorInvalid: 400,
    RequestInvalid: 422,
    UnknownFile: 404,
    FileChanged: 412,
    FileTooLarge: 413,
    UnknownShare: 404,
    ShareOver: 410,
    TooManyViewers: 503,
    TooManyFromAddress: 429,
}
"""The nearest class in an error's ancestry decides."""

SAID: dict[int, tuple[str, str]] = {
    400: ("The request cannot be read.", "Send one JSON value, encoded as UTF-8."),
    404: ("There is nothing at this address.", "GET /openapi.json lists what there is."),
    405: ("This address does not take this method.", "The header Allow lists those it takes."),
    413: (
        "The body is too large.",
        "Send less: a prompt may have 20,000 characters, a file 512 KiB.",
    ),
}
"""What is said about refusals that the framework makes; detail and hint by status."""


def problem(status: int, code: str, detail: str, hint: str = "") -> Problem:
    """A problem with the title that belongs to its status."""
    return Problem(HTTPStatus(status).phrase, status, detail, code, hint)


def of(error: errors.SmartForgeError) -> Problem:
    """The problem that tells this error."""
    status = next(STATUSES[each] for each in type(error).__mro__ if each in STATUSES)
    return problem(status, error.code, error.what, error.hint)


def response(told: Problem, headers: Mapping[str, str] | None = None) -> Response:
    """The problem as an answer."""
    body = msgspec.json.encode({"type": "about:blank"} | msgspec.to_builtins(told))
    return Response(body, told.status, headers, MEDIA_TYPE)


def answer(error: errors.SmartForgeError) -> Response:
    """The answer that tells this error, with `Retry-After` where it says when to come back."""
    late = isinstance(error, TooManyViewers | errors.DayClosed)
    later = {"Retry-After": str(error.retry_after)} if late else None
    return response(of(error), later)


def tell_problems(app: FastAPI) -> None:
    """Make every error of this application a problem; unforeseen ones reach the server's log."""
    app.add_exception_handler(errors.SmartForgeError, _foreseen)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _refused)
    app.add_exception_handler(Exception, _unforeseen)


async def _foreseen(request: Request, error: Exception) -> Response:
    return answer(cast(errors.SmartForgeError, error))


async def _refused(request: Request, error: Exception) -> Response:
    refusal = cast(HTTPException, error)
    detail, hint = SAID.get(refusal.status_code, (refusal.detail, ""))
    code = HTTPStatus(refusal.status_code).name.lower()
    return response(problem(refusal.status_code, code, detail, hint), refusal.headers)


async def _unforeseen(request: Request, error: Exception) -> Response:
    said = problem(
        500, "internal", "The server met a fault of its own.", "Its log says more; try again."
    )
    return response(said)


async def _invalid(request: Request, error: Exception) -> Response:
    found = cast("Sequence[dict[str, Any]]", cast(RequestValidationError, error).errors())
    if _is_other_media(request, found):
        said = problem(
            415,
            "media_type",
            "The body is not said to be JSON.",
            "Send it with Content-Type: application/json.",
        )
        return response(said)
    faults = tuple(_fault(each) for each in found)
    detail = "; ".join(f"{'.'.join(map(str, each.location))}: {each.message}" for each in faults)
    told = msgspec.structs.replace(problem(422, "request_invalid", detail), errors=faults)
    return response(told)


def _fault(found: dict[str, Any]) -> Fault:
    """Says what is wrong without repeating the input: it may be large, or no valid Unicode."""
    location: tuple[str | int, ...] = tuple(
        part.encode(errors="replace").decode()[:100] if isinstance(part, str) else part
        for part in found["loc"]
    )
    return Fault(location, str(found["msg"]).removeprefix("Value error, "))


def _is_other_media(request: Request, found: Sequence[dict[str, Any]]) -> bool:
    media = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    is_json = media == "application/json" or media.endswith("+json")
    return not is_json and any(
        each["loc"] == ("body",) and each["type"] != "missing" for each in found
    )
