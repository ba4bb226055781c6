"""The door: decides for each request and WebSocket whether it may come in at all.

In this order: a well-formed head of a bearable size, a `Host` that is ours (against DNS
rebinding), an `Origin` that is ours or allowed (against other pages in the same browser), then
the token where one is set. Every answer, also of the rooms behind, gets the security headers.
"""

import re
from typing import Literal
from urllib.parse import quote, urlsplit

import msgspec
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from smartforge.server import hosts, passes, problems, tokens
from smartforge.server.options import DoorOptions
from smartforge.server.problems import problem

URL_LIMIT = 16 * 1024
HEAD_LIMIT = 64 * 1024
"""Bytes of the path with its query, and of all headers together."""

OPEN_PATHS = frozenset({"/healthz", "/readyz"})
SHARED = "/shared/"
"""Below it a link stands in the place of the token; `visitors` judges it."""

ASSETS = re.compile(r"/assets/[^/]+|/favicon\.svg")
"""The code of the page, which is the same for everybody and tells nothing; visitors need it."""

PAGE_PATH = re.compile(r"/|/cluster|/(?:projects|replay)/[^/]+")
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

CONTENT_SECURITY_POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; connect-src 'self'; worker-src 'self'; object-src 'none'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
SECURITY_HEADERS = {
    b"content-security-policy": CONTENT_SECURITY_POLICY.encode(),
    b"x-content-type-options": b"nosniff",
    b"referrer-policy": b"no-referrer",
    b"cross-origin-resource-policy": b"same-origin",
    b"cache-control": b"no-store",
}
"""Set where the answer has none of that name. No referrer: the first URL may hold the token."""

PREVIEW = "/preview/"
PREVIEW_HEADERS = {
    b"content-security-policy": b"sandbox",
    b"x-content-type-options": b"nosniff",
    b"referrer-policy": b"no-referrer",
    b"cross-origin-resource-policy": b"same-origin",
}
"""Likewise, for the answers of generated APIs and those in their place."""

EXPOSED = (
    "Location, ETag, Content-Disposition, Retry-After, "
    "Stream-Next-Offset, Stream-Cursor, Stream-Up-To-Date"
)
PREFLIGHT = {
    "Access-Control-Allow-Methods": "GET, HEAD, POST, PUT, PATCH, DELETE",
    "Access-Control-Allow-Headers": (
        "Authorization, Content-Type, Idempotency-Key, If-None-Match, Last-Event-ID, "
        "X-Smart-Forge-Token"
    ),
    "Access-Control-Max-Age": "600",
}


TO_PAGE = "Open the address that was printed at the start, or send Authorization: Bearer TOKEN."
TO_PREVIEWS = "Open the same path at the page's own host, or send X-Smart-Forge-Token: TOKEN."

PREVIEW_METHODS = "GET, HEAD, POST, PUT, PATCH, DELETE"
PREVIEW_MARK = "X-Smart-Forge-Preview"
"""Says of an answer who gave it."""


class Knock(msgspec.Struct, frozen=True):
    """What the door looks at. `local` is the address of ours at which the connection arrived."""

    method: str
    path: str
    query: str
    headers: tuple[tuple[str, str], ...]
    local: str | None = None
    scheme: str = "http"
    kind: Literal["http", "websocket"] = "http"

    def every(self, name: str) -> list[str]:
        return [value for key, value in self.headers if key == name]

    def only(self, name: str) -> str | None:
        """The header's value, None where it is missing, "" where it is given more than once."""
        values = self.every(name)
        return values[0] if len(values) == 1 else ("" if values else None)


class Door:
    """ASGI middleware around everything that the server answers."""

    def __init__(self, app: ASGIApp, options: DoorOptions) -> None:
        self._app = app
        self._token = options.token or None
        self._hosts = {hosts.plain(name) for name in (options.host, *options.allowed_hosts)}
        self._origins = {origin.lower() for origin in options.allowed_origins}
        self._preview_origin = options.preview_origin
        self._page_headers = _page_headers(options.preview_origin)
        self._passes = passes.passes_of(options)
        if options.preview_origin:
            self._hosts.add(hosts.plain(urlsplit(options.preview_origin).hostname or ""))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        knock = knock_of(scope)
        if scope["type"] == "http":
            send = _with_headers(send, self._added(knock))
        answer = self.judge(knock)
        if answer is None:
            await self._app(scope, receive, send)
        elif scope["type"] == "websocket" and "websocket.http.response" not in scope.get(
            "extensions", {}
        ):
            await send({"type": "websocket.close", "code": 1008})
        else:
            await answer(scope, receive, send)

    def judge(self, knock: Knock) -> Response | None:
        """What to answer instead of letting the request in; None lets it in."""
        if len(knock.path) + len(knock.query) > URL_LIMIT:
            return _refuse(414, "url_too_long", "The address is too long.")
        if sum(len(name) + len(value) for name, value in knock.headers) > HEAD_LIMIT:
            return _refuse(431, "headers_too_large", "The headers are too large.")
        refusal = self._judge_host(knock) or self._judge_origin(knock)
        if refusal is not None:
            return refusal
        if self._is_allowed_origin(knock) and _is_preflight(knock):
            return Response(status_code=204, headers=_preflight(knock))
        return self._judge_token(knock)

    def _judge_host(self, knock: Knock) -> Response | None:
        host = knock.only("host")
        name = hosts.name_in(host) if host else None
        if name is None:
            return _refuse(400, "host_malformed", "The request needs exactly one sound Host.")
        local = hosts.plain(knock.local) if knock.local else None
        if hosts.is_loopback(name) or name in self._hosts or name == local:
            return None
        return _refuse(
            421,
            "host_foreign",
            "This server does not answer to that name.",
            "If the name is yours, add it to SMARTFORGE_ALLOWED_HOSTS and start again.",
        )

    def _judge_origin(self, knock: Knock) -> Response | None:
        """RFC 6454: browsers say with `Origin` which page asks; other clients leave it out."""
        if self._is_allowed_origin(knock):
            return None
        origin = knock.only("origin")
        if origin is not None and not hosts.same_origin(origin, knock.only("host") or ""):
            return _refuse(
                403,
                "origin_foreign",
                "A page of another site may not use this server.",
                "If the page is yours, add its origin to SMARTFORGE_ALLOWED_ORIGINS.",
            )
        changes = knock.method not in SAFE_METHODS or knock.kind == "websocket"
        if changes and knock.only("sec-fetch-site") in ("cross-site", ""):
            return _refuse(403, "cross_site", "Another site may not change anything here.")
        return None

    def _judge_token(self, knock: Knock) -> Response | None:
        if self._token is None or knock.path in OPEN_PATHS:
            return None
        if knock.path.startswith(SHARED):
            return None
        is_page = knock.kind == "http" and knock.method in ("GET", "HEAD")
        if is_page and ASSETS.fullmatch(knock.path):
            return None
        if is_page and PAGE_PATH.fullmatch(knock.path):
            given, rest = tokens.in_query(knock.query)
            if given is not None:
                return self._introduce(knock, given, rest)
        if self._knows(knock, self._token):
            return None
        at_previews = self._preview_origin is not None and knock.path.startswith(PREVIEW)
        return _unauthorized(TO_PREVIEWS if at_previews else TO_PAGE)

    def _introduce(self, knock: Knock, given: str, rest: str) -> Response:
        """Swap the token in the address for a cookie, so that no history keeps it."""
        assert self._token is not None
        if not tokens.equal(given, self._token):
            return _unauthorized(TO_PAGE)
        clean = quote(knock.path) + (f"?{rest}" if rest else "")
        cookie = tokens.set_cookie(self._token, secure=knock.scheme == "https")
        return RedirectResponse(clean, 303, {"Set-Cookie": cookie})

    def _knows(self, knock: Knock, token: str) -> bool:
        if knock.path.startswith(PREVIEW):
            given = knock.every(tokens.PREVIEW_HEADER)
            if self._has_pass(knock, given):
                return True
        else:
            given = [tokens.bearer(value) or "" for value in knock.every("authorization")]
        if any(tokens.equal(each, token) for each in given):
            return True
        return tokens.is_known(knock.every("cookie"), token)

    def _has_pass(self, knock: Knock, given: list[str]) -> bool:
        """Whether it comes with a pass for that preview, or with what one was swapped for."""
        if self._passes is None:
            return False
        project_id = knock.path.removeprefix(PREVIEW).partition("/")[0]
        shown, _ = passes.taken_from(knock.query)
        if any(self._passes.is_good(each, project_id) for each in (*given, shown or "")):
            return True
        return self._passes.knows(knock.every("cookie"), project_id)

    def _is_allowed_origin(self, knock: Knock) -> bool:
        origin = (knock.only("origin") or "").lower()
        return origin in self._origins or self._is_of_page(origin, knock.only("host") or "")

    def _is_of_page(self, origin: str, host: str) -> bool:
        """Whether it is our own page that asks previews at an origin of their own."""
        previews = self._preview_origin
        if previews is None or not origin or not hosts.same_origin(previews, host):
            return False
        there, here = urlsplit(previews.lower()), urlsplit(origin)
        name = hosts.name_in(here.netloc)
        is_ours = name is not None and (hosts.is_loopback(name) or name in self._hosts)
        port = here.netloc.removeprefix(here.hostname or "")
        alike = port == there.netloc.removeprefix(there.hostname or "")
        return is_ours and alike and here.scheme == there.scheme and not here.path

    def _added(self, knock: Knock) -> dict[bytes, bytes]:
        is_preview = knock.path.startswith(PREVIEW)
        always = PREVIEW_HEADERS if is_preview else self._page_headers
        if not self._origins and not (is_preview and self._preview_origin):
            return always
        if not self._is_allowed_origin(knock):
            return always | {b"vary": b"Origin"}
        exposed = f"{EXPOSED}, WWW-Authenticate, {PREVIEW_MARK}" if is_preview else EXPOSED
        return always | {
            b"vary": b"Origin",
            b"access-control-allow-origin": (knock.only("origin") or "").encode("latin-1"),
            b"access-control-expose-headers": exposed.encode(),
        }


def _page_headers(previews: str | None) -> dict[bytes, bytes]:
    """The page asks previews, also where they have an origin of their own."""
    if not previews:
        return SECURITY_HEADERS
    ours = "connect-src 'self'"
    policy = CONTENT_SECURITY_POLICY.replace(ours, f"{ours} {previews}")
    return SECURITY_HEADERS | {b"content-security-policy": policy.encode("latin-1")}


def knock_of(scope: Scope) -> Knock:
    """What the door looks at in an ASGI scope."""
    server = scope.get("server")
    return Knock(
        method=scope.get("method", "GET"),
        path=scope["path"],
        query=scope.get("query_string", b"").decode("latin-1"),
        headers=tuple(
            (name.decode("latin-1").lower(), value.decode("latin-1"))
            for name, value in scope["headers"]
        ),
        local=server[0] if server else None,
        scheme=scope.get("scheme", "http").replace("ws", "http"),
        kind=scope["type"],
    )


def _refuse(status: int, code: str, detail: str, hint: str = "") -> Response:
    return problems.response(problem(status, code, detail, hint))


def _unauthorized(hint: str) -> Response:
    detail = "This server needs its token, and the request has none that is right."
    told = problem(401, "token_needed", detail, hint)
    return problems.response(told, {"WWW-Authenticate": "Bearer"})


def _preflight(knock: Knock) -> dict[str, str]:
    """A generated API may take any method and any header."""
    if not knock.path.startswith(PREVIEW):
        return PREFLIGHT
    wanted = knock.only("access-control-request-headers") or ""
    headers = {"Access-Control-Allow-Headers": wanted} if wanted.isprintable() else {}
    return PREFLIGHT | {"Access-Control-Allow-Methods": PREVIEW_METHODS} | headers


def _is_preflight(knock: Knock) -> bool:
    asked = knock.only("access-control-request-method")
    return knock.kind == "http" and knock.method == "OPTIONS" and asked is not None


def _with_headers(send: Send, added: dict[bytes, bytes]) -> Send:
    async def send_with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers: list[tuple[bytes, bytes]] = list(message.get("headers", ()))
            present = {name.lower() for name, _ in headers}
            headers += [pair for pair in added.items() if pair[0] not in present]
            message = {**message, "headers": headers}
        await send(message)

    return send_with_headers
