"""The page: the files that the build of `web/` leaves in the static folder."""

import mimetypes
import re
from pathlib import Path

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.staticfiles import StaticFiles

from smartforge.server.users import Users

VISITOR = "smartforge.visitor"
"""The key of a scope's extensions for who came by a link."""

TOP_FILE = re.compile(r"[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)+")
FOR_EVER = "public, max-age=31536000, immutable"
"""For assets, whose names hold a hash of their content."""

NOT_BUILT = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Smart Forge: the page is not built</title>
<style>
  body { font: 1.1rem/1.6 system-ui, sans-serif; margin: 15vh auto;
         max-width: 34rem; padding: 0 1rem; color-scheme: light dark }
</style>
<h1>The page is not built</h1>
<p>The server runs, but its page is missing. Build it with <code>make setup</code> in the folder of
Smart Forge, then reload.</p>
<p>Everything else works: <code>smartforge new</code>, <code>smartforge watch</code>, and the API
that <a href="/openapi.json">/openapi.json</a> describes.</p>
</html>
"""


class PageRoutes:
    """Serves the built page, and says so where it is missing. Its first visit makes a user."""

    def __init__(self, static: Path, users: Users) -> None:
        self._users = users
        self._files = StaticFiles(directory=static, check_dir=False)
        if not mimetypes.inited:
            mimetypes.init()  # Reads files; the first request is no time for it.

    def router(self) -> APIRouter:
        router = APIRouter(include_in_schema=False)
        for path, endpoint in (
            ("/", self.get_page),
            ("/cluster", self.get_page),
            ("/settings", self.get_page),
            ("/projects/{project_id}", self.get_page),
            ("/replay/{project_id}", self.get_page),
            ("/assets/{path:path}", self.get_asset),
            ("/{name}", self.get_top_file),
        ):
            router.add_api_route(path, endpoint, methods=["GET", "HEAD"], response_model=None)
        return router

    async def get_page(self, request: Request) -> Response:
        """The same for all pages; visitors by a link are no users."""
        try:
            response = await self._file(request, "index.html", "no-cache")
        except HTTPException:
            return HTMLResponse(NOT_BUILT, 503)
        if VISITOR in request.scope["extensions"]:
            return response
        shown, secure = request.headers.getlist("cookie"), request.url.scheme == "https"
        if (cookie := self._users.introduce(shown, secure=secure)) is not None:
            response.headers["Set-Cookie"] = cookie
            response.headers["Cache-Control"] = "private, no-cache"  # One user's alone.
        return response

    async def get_asset(self, request: Request, path: str) -> Response:
        return await self._file(request, f"assets/{path}", FOR_EVER)

    async def get_top_file(self, request: Request, name: str) -> Response:
        if not TOP_FILE.fullmatch(name):
            raise HTTPException(404)
        return await self._file(request, name, "no-cache")

    async def _file(self, request: Request, path: str, caching: str) -> Response:
        """A file of the build; whatever else is asked for is 404. Never leaves the folder."""
        response = await self._files.get_response(path, request.scope)
        response.headers["Cache-Control"] = caching
        return response
