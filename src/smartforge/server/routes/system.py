"""Routes about the server itself: is it there, is it ready, what is set."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from smartforge.errors import Conflict, SmartForgeError
from smartforge.server import answers, problems
from smartforge.server.problems import problem
from smartforge.server.site import Site

AskModels = Callable[[], Awaitable[Sequence[object]]]
"""Asks every model that is set once, and returns what came of it, as JSON."""


class SystemRoutes:
    """Health is open to everybody, so it says nothing but yes or no."""

    def __init__(self, site: Site, ask_models: AskModels | None = None) -> None:
        self._site = site
        self._ask_models = ask_models
        self._asking = asyncio.Lock()

    def router(self) -> APIRouter:
        router = APIRouter(tags=["server"], responses=answers.PROBLEMS)
        for path, endpoint in (
            ("/healthz", self.is_alive),
            ("/readyz", self.is_ready),
            ("/api/settings", self.get_settings),
        ):
            router.add_api_route(path, endpoint, methods=["GET"], response_model=None)
        router.add_api_route(
            "/api/settings/test", self.test_settings, methods=["POST"], response_model=None
        )
        return router

    async def is_alive(self) -> Response:
        """The process answers."""
        return answers.json({"status": "ok"})

    async def is_ready(self) -> Response:
        """The log answers, and the server is not about to stop."""
        try:
            await self._site.log.projects(1)
            ready = not self._site.closing.closed
        except SmartForgeError:
            ready = False
        if ready:
            return answers.json({"status": "ready"})
        said = problem(503, "not_ready", "The server is not ready.", "Try again in a second.")
        return problems.response(said, {"Retry-After": "1"})

    async def get_settings(self, request: Request) -> Response:
        """What is set; no secret is among it. `today` is what the model calls of who asks have
        used since the day began, in UTC, and when it ends."""
        today = await self._site.engine.today(self._site.user(request))
        return answers.json({**self._site.options.settings, "today": today})

    async def test_settings(self) -> Response:
        """Ask every model that is set once: what was asked, the answer, times and tokens; or the
        provider's own error, without secrets, and what to do.

        It costs a few tokens of each, so there is one such test at a time: 409 while one is on.
        """
        if self._asking.locked():
            raise Conflict("The models are being asked already.", "Wait until they have answered.")
        async with self._asking:
            found = await self._ask_models() if self._ask_models else ()
            return answers.json({"models": found})
