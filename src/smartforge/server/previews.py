"""The way to the generated APIs: `/preview/{projectId}/...`, or an origin of their own.

In front of everything that the door lets in, since neither the routes of the page nor their limits
on bodies are about what a generated API takes.
"""

import re
from urllib.parse import quote

from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from smartforge.preview.base import Live
from smartforge.server import hosts, problems, tokens
from smartforge.server.options import DoorOptions
from smartforge.server.passes import Passes, added_to, passes_of, taken_from
from smartforge.server.problems import problem

PATH = re.compile(r"/preview/(?P<project>[^/]+)(?:/.*)?", re.DOTALL)


class PreviewGate:
    """Leads requests to previews or to `app`: by their path, and by their host where previews
    have an `origin` of their own."""

    def __init__(self, app: ASGIApp, previews: Live, door: DoorOptions) -> None:
        self._app = app
        self._previews = previews
        self._origin = door.preview_origin
        self._token = door.token
        self._passes = passes_of(door)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        match = PATH.fullmatch(scope["path"])
        if self._origin is not None:
            is_there = hosts.same_origin(self._origin, _host(scope))
            if is_there and match is None:
                await _refuse(scope, receive, send, "This host serves previews alone.")
                return
            if match is not None and not is_there:
                await self._lead_there(self._origin, match["project"], scope, receive, send)
                return
        if match is None:
            await self._app(scope, receive, send)
            return
        project_id = match["project"]
        prefix = f"/preview/{project_id}"
        if self._passes is not None:
            query: bytes = scope.get("query_string", b"")
            given, rest = taken_from(query.decode("latin-1"))
            if given is not None:
                scope = {**scope, "query_string": rest.encode("latin-1")}
                if _is_page(scope):
                    await self._swap(self._passes, given, project_id, scope, receive, send)
                    return
        await self._previews.serve(project_id, {**scope, "root_path": prefix}, receive, send)

    async def _lead_there(
        self, origin: str, project_id: str, scope: Scope, receive: Receive, send: Send
    ) -> None:
        """With a pass for a browser, which has nothing else that it could show there."""
        if scope["type"] == "websocket":
            await _refuse(scope, receive, send, f"Previews are at {origin}.")
            return
        target = origin + _target(scope)
        given = self._token and tokens.is_known(_every(scope, b"cookie"), self._token)
        if given and self._passes is not None and _is_page(scope):
            target = added_to(target, self._passes.new(project_id))
        await RedirectResponse(target, 307)(scope, receive, send)

    @staticmethod
    async def _swap(
        passes: Passes, given: str, project_id: str, scope: Scope, receive: Receive, send: Send
    ) -> None:
        """Let the browser keep a cookie, so that no history keeps the pass."""
        headers: dict[str, str] = {}
        if passes.is_good(given, project_id):
            path = f"/preview/{quote(project_id)}"
            secure = scope.get("scheme") == "https"
            headers["Set-Cookie"] = passes.set_cookie(project_id, path, secure=secure)
        await RedirectResponse(_target(scope), 303, headers)(scope, receive, send)


def _is_page(scope: Scope) -> bool:
    """Whether it may be what somebody looks at."""
    return scope["type"] == "http" and scope["method"] in ("GET", "HEAD")


def _target(scope: Scope) -> str:
    """Path and query, as they were asked for."""
    path: bytes = scope.get("raw_path") or quote(scope["path"]).encode()
    query: bytes = scope.get("query_string", b"")
    return path.decode("latin-1") + (f"?{query.decode('latin-1')}" if query else "")


def _every(scope: Scope, name: bytes) -> list[str]:
    return [value.decode("latin-1") for found, value in scope["headers"] if found == name]


def _host(scope: Scope) -> str:
    return next(iter(_every(scope, b"host")), "")


async def _refuse(scope: Scope, receive: Receive, send: Send, detail: str) -> None:
    answer = problems.response(problem(404, "not_found", detail, "See SMARTFORGE_PREVIEW_ORIGIN."))
    extensions = scope.get("extensions", {})
    if scope["type"] == "websocket" and "websocket.http.response" not in extensions:
        await send({"type": "websocket.close", "code": 1008})
    else:
        await answer(scope, receive, send)
