"""Puts the server together: routes, problems, limits and the door around them all."""

from fastapi import FastAPI
from starlette.types import ASGIApp, Receive, Scope, Send

from smartforge import __version__
from smartforge.engine.base import Engine
from smartforge.log.states import States
from smartforge.preview.base import Live
from smartforge.server.door import Door
from smartforge.server.durable import DurableRoutes
from smartforge.server.metrics import Metrics
from smartforge.server.options import ServerOptions
from smartforge.server.page import PageRoutes
from smartforge.server.previews import PreviewGate
from smartforge.server.problems import SAID, problem, response, tell_problems
from smartforge.server.routes.cluster import ClusterRoutes
from smartforge.server.routes.content import ContentRoutes
from smartforge.server.routes.live import LiveRoutes
from smartforge.server.routes.metrics import MetricsRoutes
from smartforge.server.routes.previews import PreviewRoutes
from smartforge.server.routes.projects import ProjectRoutes
from smartforge.server.routes.provenance import LineParts, ProvenanceRoutes
from smartforge.server.routes.shares import ShareRoutes
from smartforge.server.routes.system import AskModels, SystemRoutes
from smartforge.server.site import DoorLog, Site
from smartforge.server.viewing import PLAIN_SEND
from smartforge.server.visitors import VisitorGate


class Server:
    """The whole server as one ASGI application, and the way to end its open streams."""

    def __init__(self, app: ASGIApp, site: Site, previews: Live | None = None) -> None:
        self._app = app
        self._site = site
        self._previews = previews

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope.setdefault("extensions", {})[PLAIN_SEND] = send
        await self._app(scope, receive, send)

    def end_streams(self) -> None:
        """Bid every viewer farewell; they come back by themselves, with their cursor."""
        self._site.closing.close()
        self._site.hub.close()
        if self._previews is not None:
            self._previews.end()


class BodyLimit:
    """Refuses a body that is announced as too large, before any of it is read.

    One that is not announced is counted by the framework while it is read.
    """

    def __init__(self, app: ASGIApp, limit: int) -> None:
        self._app = app
        self._limit = limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers: dict[bytes, bytes] = dict(scope.get("headers", ()))
        announced = headers.get(b"content-length", b"0")
        if announced.isdigit() and int(announced[:20]) > self._limit:
            told = problem(413, "content_too_large", *SAID[413])
            await response(told, {"Connection": "close"})(scope, receive, send)
        else:
            await self._app(scope, receive, send)


def build(
    log: DoorLog,
    engine: Engine,
    options: ServerOptions,
    states: States | None = None,
    metrics: Metrics | None = None,
    line_parts: LineParts | None = None,
    previews: Live | None = None,
    ask_models: AskModels | None = None,
) -> Server:
    """The server over an open log and an open engine; it closes neither.

    `states` are those that it shares with others, who close them; else it has some of its own.
    `metrics` get the stream's figures, beside what others count in them. With `line_parts` it can
    say where the lines of a project come from, with `previews` serve what was made.
    """
    site = Site(log, engine, options, states)
    metrics = metrics or Metrics(__version__)
    metrics.watch(site.hub)
    app = FastAPI(
        title="Smart Forge",
        version=__version__,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        max_body_size=options.body_limit,
    )
    for room in (
        ProjectRoutes(site),
        ContentRoutes(site),
        LiveRoutes(site),
        ShareRoutes(site),
        DurableRoutes(site),
        SystemRoutes(site, ask_models),
        ClusterRoutes(site),
        MetricsRoutes(metrics),
    ):
        app.include_router(room.router())
    if line_parts is not None:
        app.include_router(ProvenanceRoutes(site, line_parts).router())
    if previews is not None:
        app.include_router(PreviewRoutes(previews, options.door).router())
    app.include_router(PageRoutes(options.static, site.users).router())
    tell_problems(app)
    rooms: ASGIApp = BodyLimit(app, options.body_limit)
    if previews is not None:
        previews.attach(site.hub.tell, site.hub.is_watched)
        rooms = PreviewGate(rooms, previews, options.door)
    rooms = VisitorGate(rooms, site)
    return Server(Door(rooms, options.door), site, previews)
