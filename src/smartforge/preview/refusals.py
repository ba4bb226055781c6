"""What a proxy answers in place of the API, as problems (RFC 9457)."""

from http import HTTPStatus

import msgspec
from starlette.types import Send


class Refused(Exception):
    """The request is not passed on, or has no answer; told to the client as a problem."""

    def __init__(self, status: int, code: str, detail: str, hint: str = "") -> None:
        super().__init__(detail)
        self.status = status
        self.code = code
        self.detail = detail
        self.hint = hint


def gone(detail: str, hint: str = "The next request starts it again.") -> Refused:
    """The API has ended, or spoke no HTTP."""
    return Refused(502, "preview_gone", detail, hint)


def slow(seconds: float) -> Refused:
    detail = f"The application gave no answer within {seconds:g} s."
    return Refused(
        504, "preview_slow", detail, "Ask for less at once, or look for an endless loop."
    )


def too_large(limit: int) -> Refused:
    detail = f"The body is larger than {limit // 1024 // 1024} MiB."
    return Refused(413, "content_too_large", detail, "Previews take no larger ones; send less.")


def malformed() -> Refused:
    return Refused(400, "http_malformed", "The headers of the request are not as HTTP wants them.")


def busy(connections: int) -> Refused:
    detail = f"All {connections} connections to the application are in use."
    return Refused(503, "preview_busy", detail, "Close some of the streams that are open.")


async def answer(send: Send, refused: Refused) -> None:
    """Send the problem. The connection is closed: an unread body may be in the way."""
    body = msgspec.json.encode(
        {
            "type": "about:blank",
            "title": HTTPStatus(refused.status).phrase,
            "status": refused.status,
            "detail": refused.detail,
            "code": refused.code,
            "hint": refused.hint,
        }
    )
    headers = [
        (b"content-type", b"application/problem+json"),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", b"no-store"),
        (b"connection", b"close"),
    ]
    await send({"type": "http.response.start", "status": refused.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
