"""Routes of the links to a project: make one, list them, end one."""

from typing import Annotated
from urllib.parse import urlsplit

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel
from starlette.requests import Request
from starlette.responses import Response

from smartforge.log.base import Share
from smartforge.server import answers, hosts, links
from smartforge.server.links import PREFIX, Links
from smartforge.server.routes.bodies import Key
from smartforge.server.site import Site

WEEK = 7 * 24 * 3600
YEAR = 365 * 24 * 3600


class ShareBody(BaseModel):
    """For how many seconds the link is good."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True, alias_generator=to_camel)

    expires_in: Annotated[int, Field(strict=True, ge=1, le=YEAR)] = WEEK


class ShareRoutes:
    """A link's secret is told once, in the answer that makes it."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._links = Links(site.log)

    def router(self) -> APIRouter:
        router = APIRouter(
            prefix="/api/projects/{project_id}/shares", tags=["shares"], responses=answers.PROBLEMS
        )
        for path, endpoint, method, status in (
            ("", self.make_share, "POST", 201),
            ("", self.list_shares, "GET", 200),
            ("/{share_id}", self.end_share, "DELETE", 204),
        ):
            router.add_api_route(
                path, endpoint, methods=[method], status_code=status, response_model=None
            )
        return router

    async def make_share(
        self, request: Request, project_id: str, body: ShareBody | None = None, key: Key = None
    ) -> Response:
        """Make a link by which others may look at the project until it expires.

        Whoever has it reads the project, its past and its files, with tokens and costs, and
        changes nothing. `expiresIn` is in seconds: a week, if not said; at most a year.
        """
        seconds = (body or ShareBody()).expires_in

        async def make() -> str:
            await self._site.head(project_id)
            secret, share = await self._links.new(project_id, seconds)
            return f"{secret} {share.digest} {share.created} {share.expires}"

        made = await self._site.replays.once(key, request.url.path, await request.body(), make)
        secret, digest, created, expires = made.split()
        told = _told(Share(digest, project_id, int(created), int(expires)))
        path = PREFIX + secret
        return answers.json({**told, "url": _origin(request) + path, "path": path}, 201)

    async def list_shares(self, project_id: str) -> Response:
        """The project's links, newest first; those that have ended stay listed for a month."""
        await self._site.head(project_id)
        return answers.json({"shares": [_told(each) for each in await self._links.of(project_id)]})

    async def end_share(self, project_id: str, share_id: str) -> Response:
        """End a link now; who looks at the project by it is sent away within seconds."""
        await self._site.head(project_id)
        await self._links.end(project_id, share_id)
        return Response(status_code=204)


def _told(share: Share) -> dict[str, object]:
    return {
        "id": links.id_of(share),
        "createdAt": share.created,
        "expiresAt": share.expires,
        "revokedAt": share.revoked,
    }


def _origin(request: Request) -> str:
    """Where who asks finds this server; behind a proxy the browser knows best."""
    host = request.headers["host"]
    origin = request.headers.get("origin", "")
    if hosts.same_origin(origin, host):
        return f"{urlsplit(origin).scheme}://{host}"
    return f"{request.url.scheme}://{host}"
