"""The way to the generated APIs: `/preview/{projectId}/...`, or an origin of their own.

In front of everything that the door lets in, since neither the routes of the page nor their limits
on bodies are about what a generated API takes.
"""

import re
from urllib.parse import quote

from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from smartforge.preview.base import Live
from smartforge.server import hosts, problems
from smartforge.server.problems import problem

PATH = re.compile(r"/preview/(?P<project>[^/]+)(?:/.*)?", re.DOTALL)


class PreviewGate:
    """Leads requests to previews or to `app`: by their path, and by their host where previews
    have an `origin` of their own."""

    def __init__(self, app: ASGIApp, previews: Live, origin: str | None) -> None:
        self._app = app
        self._previews = previews
        self._origin = origin

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
                await self._lead_there(self._origin, scope, receive, send)
                return
        if match is None:
            await self._app(scope, receive, send)
            return
        project_id = match["project"]
        below = {**scope, "root_path": f"/preview/{project_id}"}
        await self._previews.serve(project_id, below, receive, send)

    @staticmethod
    async def _lead_there(origin: str, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await _refuse(scope, receive, send, f"Previews are at {origin}.")
            return
        path: bytes = scope.get("raw_path") or quote(scope["path"]).encode()
        query: bytes = scope.get("query_string", b"")
        target = origin + path.decode("latin-1") + (f"?{query.decode('latin-1')}" if query else "")
        await RedirectResponse(target, 307)(scope, receive, send)


def _host(scope: Scope) -> str:
    return next(
        (value.decode("latin-1") for name, value in scope["headers"] if name == b"host"), ""
    )


async def _refuse(scope: Scope, receive: Receive, send: Send, detail: str) -> None:
    answer = problems.response(problem(404, "not_found", detail, "See SMARTFORGE_PREVIEW_ORIGIN."))
    extensions = scope.get("extensions", {})
    if scope["type"] == "websocket" and "websocket.http.response" not in extensions:
        await send({"type": "websocket.close", "code": 1008})
    else:
        await answer(scope, receive, send)
