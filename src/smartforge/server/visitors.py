"""Who comes by a link: below `/shared/SECRET/` the project is there to be read, and nothing else.

    /shared/SECRET                          the page, live
    /shared/SECRET/replay                   its past
    /shared/SECRET/api/share                which project it is, and until when
    /shared/SECRET/api/projects/ID/...      what reads that project, as without the link
    /shared/SECRET/api/stream...            its stream

What is asked below the link is judged by the link alone, whatever else the browser may do here.
An open stream ends when its link does.
"""

import contextlib
import html
import re
from urllib.parse import parse_qs, quote

import anyio
from starlette.responses import HTMLResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from smartforge.errors import DatabaseUnusable, SmartForgeError
from smartforge.log.base import Share
from smartforge.server import answers, links, problems
from smartforge.server.links import PREFIX, Links
from smartforge.server.page import VISITOR
from smartforge.server.problems import UnknownShare, problem
from smartforge.server.routes.live import places_of
from smartforge.server.site import Site

LOOK_SECONDS = 5.0
"""How often an open stream is looked at, whether its link is still good."""

PAGES = frozenset({"", "/", "/replay", "/replay/"})
STREAM = "/api/stream"
READ = re.compile(
    r"/api/(?:projects/([^/]+)(?:/(?:events|files|files/.+|blobs/[^/]+|diff|export\.zip))?"
    r"|stream/([^/]+)(?:/ws)?)"
)
HEADERS = {"X-Robots-Tag": "noindex, nofollow"}

REFUSED = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>{title} · Smart Forge</title>
<style>
  body {{ font: 1.1rem/1.6 system-ui, sans-serif; margin: 15vh auto;
         max-width: 34rem; padding: 0 1rem; color-scheme: light dark }}
</style>
<h1>{title}</h1>
<p>{hint}</p>
</html>
"""


class VisitorGate:
    """ASGI middleware before the rooms."""

    def __init__(self, rooms: ASGIApp, site: Site) -> None:
        self._rooms = rooms
        self._site = site
        self._links = Links(site.log)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket") or not scope["path"].startswith(PREFIX):
            await self._rooms(scope, receive, send)
            return
        secret, slash, rest = scope["path"].removeprefix(PREFIX).partition("/")
        place = slash + rest
        try:
            share = await self._links.opened(secret)
            await self._site.head(share.project_id)
            answer = self._refusal(scope, place, share) or self._about(place, share)
        except SmartForgeError as error:
            refused = _said(error) if place in PAGES else problems.answer(error)
            await _answer(refused, scope, receive, send)
            return
        if answer is not None:
            await _answer(answer, scope, receive, send)
        else:
            await self._pass(_as_room(scope, place), share, receive, send)

    def _refusal(self, scope: Scope, place: str, share: Share) -> Response | None:
        """Raises UnknownShare for what the link does not lead to."""
        if scope["type"] == "http" and scope["method"] not in ("GET", "HEAD"):
            told = problem(
                405,
                "read_only",
                "By this link the project can be looked at, not changed.",
                "Ask who gave it to you to change something.",
            )
            return problems.response(told, {"Allow": "GET, HEAD"})
        if place in PAGES or place == "/api/share":
            return None
        if place == STREAM:
            asked = set(
                places_of(parse_qs(scope["query_string"].decode("latin-1")).get("at", [""])[0])
            )
        else:
            match = READ.fullmatch(place)
            asked = {str(match[1] or match[2])} if match else set[str]()
        if asked != {share.project_id}:
            raise UnknownShare(
                "This link leads to one project, and to nothing else.",
                "Below it, /api/share tells which one.",
            )
        return None

    def _about(self, place: str, share: Share) -> Response | None:
        if place != "/api/share":
            return None
        return answers.json({"projectId": share.project_id, "expiresAt": share.expires})

    async def _pass(self, scope: Scope, share: Share, receive: Receive, send: Send) -> None:
        """Let it into the rooms; what goes on for long ends with the link."""
        ending = _Ending(scope, send)
        if not scope["path"].startswith(STREAM):
            await self._rooms(scope, receive, ending.send)
            return
        async with anyio.create_task_group() as group:
            group.start_soon(self._cancel_when_over, share, group.cancel_scope)
            await self._rooms(scope, receive, ending.send)
            group.cancel_scope.cancel()
        await ending.end()

    async def _cancel_when_over(self, share: Share, scope: anyio.CancelScope) -> None:
        while True:
            await anyio.sleep(min(LOOK_SECONDS, links.seconds_left(share)))
            try:
                if not await self._links.is_good(share):
                    break
            except DatabaseUnusable:  # Asked again; until then the link's own end holds.
                if links.is_over(share):
                    break
        scope.cancel()


class _Ending:
    """Sends an answer, and its end where the one who answers was stopped before."""

    def __init__(self, scope: Scope, send: Send) -> None:
        self._socket = scope["type"] == "websocket"
        self._send = send
        self._on = False

    async def send(self, message: Message) -> None:
        kind = message["type"]
        if kind == "http.response.start":
            headers = [(name.lower().encode(), value.encode()) for name, value in HEADERS.items()]
            message = {**message, "headers": [*message.get("headers", ()), *headers]}
        self._on = kind in ("http.response.start", "websocket.accept", "websocket.send") or bool(
            message.get("more_body")
        )
        await self._send(message)

    async def end(self) -> None:
        if not self._on:
            return
        self._on = False
        last: Message = {"type": "http.response.body", "body": b"", "more_body": False}
        with contextlib.suppress(OSError):  # The visitor has gone.
            await self._send({"type": "websocket.close", "code": 1008} if self._socket else last)


def _as_room(scope: Scope, place: str) -> Scope:
    """The scope of the same request without the link, from a visitor.

    Nothing below ASGI goes with it: a stream that the server keeps by itself could not be ended.
    """
    path = place if place not in PAGES else "/replay/shared"
    return {
        **scope,
        "path": path,
        "raw_path": quote(path).encode(),
        "extensions": {VISITOR: {}, **_plain(scope)},
    }


def _plain(scope: Scope) -> dict[str, object]:
    found: dict[str, object] = scope.get("extensions") or {}
    return {name: found[name] for name in found if not name.startswith("smartforge.")}


def _said(error: SmartForgeError) -> Response:
    """For people, as a page."""
    told = problems.of(error)
    title, hint = html.escape(told.detail), html.escape(told.hint)
    return HTMLResponse(REFUSED.format(title=title, hint=hint), told.status, HEADERS)


async def _answer(answer: Response, scope: Scope, receive: Receive, send: Send) -> None:
    denial = "websocket.http.response" in (scope.get("extensions") or {})
    if scope["type"] == "websocket" and not denial:
        await send({"type": "websocket.close", "code": 1008})
    else:
        await answer(scope, receive, send)
