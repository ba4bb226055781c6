"""What a proxy answers in place of the API, as problems (RFC 9457)."""

from http import HTTPStatus

import msgspec
from starlette.types import Message, Scope, Send


class Refused(Exception):
    """The request is not passed on, or has no answer; told to the client as a problem."""

    def __init__(
        self, status: int, code: str, detail: str, hint: str = "", *, later: int | None = None
    ) -> None:
        """`later` is how many seconds to wait before asking again."""
        super().__init__(detail)
        self.later = later
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


def full(limit: int, of: str) -> Refused:
    """More requests at once than there may be."""
    detail = f"{limit} requests to {of} are under way already."
    return Refused(429, "preview_full", detail, "Wait for some of them to end.", later=1)


def crowded(awake: int) -> Refused:
    """More previews awake than there may be, all of them in use."""
    hint = "Close a page that watches one, or set SMARTFORGE_PREVIEWS."
    detail = f"{awake} APIs run already, and each is in use or watched."
    return Refused(503, "previews_full", detail, hint, later=5)


def unplanned(active: bool) -> Refused:
    """There is no contract yet; `active` says that a run is on."""
    detail = "The project has no plan yet, so there is no API to ask."
    if active:
        return Refused(503, "preview_unplanned", detail, "Its run is on; try again.", later=1)
    hint = "Its run ended before the plan was ready: retry it, or send a follow-up."
    return Refused(409, "preview_unplanned", detail, hint)


def unknown(detail: str) -> Refused:
    return Refused(404, "unknown_project", detail, "GET /api/projects lists those there are.")


def stopping() -> Refused:
    return Refused(503, "preview_stopped", "The server stops.", "Try again shortly.", later=2)


async def refuse(scope: Scope, send: Send, refused: Refused) -> None:
    """Tell it, to a WebSocket as well as it can be told."""
    if scope["type"] == "http":
        await answer(send, refused)
    elif "websocket.http.response" in scope.get("extensions", {}):
        await answer(_denying(send), refused)
    else:
        await send({"type": "websocket.close", "code": 1008, "reason": refused.code})


def _denying(send: Send) -> Send:
    async def denial(message: Message) -> None:
        await send({**message, "type": f"websocket.{message['type']}"})

    return denial


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
    if refused.later is not None:
        headers.append((b"retry-after", str(refused.later).encode()))
    await send({"type": "http.response.start", "status": refused.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
