"""Routes about a project's running API: how it stands, a fresh start, its environment."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from smartforge.preview.base import Live
from smartforge.server import answers
from smartforge.server.options import DoorOptions
from smartforge.server.passes import SECONDS, added_to, passes_of


class Environment(BaseModel):
    """The variables of a preview, by name; these and no others."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    variables: Annotated[dict[str, str], Field(max_length=64)]


class PreviewRoutes:
    """Values that were set are never answered."""

    def __init__(self, previews: Live, door: DoorOptions) -> None:
        self._previews = previews
        self._origin = door.preview_origin or ""
        self._passes = passes_of(door)
        self._guarded = bool(door.token)

    def router(self) -> APIRouter:
        router = APIRouter(
            prefix="/api/projects/{project_id}/preview",
            tags=["preview"],
            responses=answers.PROBLEMS,
        )
        for path, endpoint, method, status in (
            ("", self.get_preview, "GET", 200),
            ("/openapi.json", self.get_document, "GET", 200),
            ("/reset", self.reset_preview, "POST", 200),
            ("/pass", self.give_pass, "POST", 200),
            ("/environment", self.get_environment, "GET", 200),
            ("/environment", self.set_environment, "PUT", 200),
        ):
            router.add_api_route(
                path, endpoint, methods=[method], status_code=status, response_model=None
            )
        return router

    async def get_preview(self, project_id: str) -> Response:
        """Who answers at `/preview/{projectId}/`, and the account that may do everything there."""
        return answers.json(await self._previews.shown(project_id))

    async def get_document(self, project_id: str) -> Response:
        """The OpenAPI document of what answers there, without waking it; 409 before the plan."""
        return answers.json(await self._previews.document(project_id))

    async def reset_preview(self, project_id: str) -> Response:
        """Forget all that was stored through the preview; it begins again with nothing."""
        await self._previews.reset(project_id)
        return answers.json(await self._previews.shown(project_id))

    async def give_pass(self, project_id: str) -> Response:
        """Where to open it, and what to show there: a pass in place of the token, for a minute.

        In `url` it stands already; in `pass` for the header `X-Smart-Forge-Token`. Null where the
        page's own cookie is enough. `guarded` says whether programs need a token.
        """
        url = self._origin + (await self._previews.shown(project_id)).url
        if self._passes is None:
            told = {"url": url, "pass": None, "seconds": None, "guarded": self._guarded}
            return answers.json(told)
        given = self._passes.new(project_id)
        url = added_to(url, given)
        return answers.json({"url": url, "pass": given, "seconds": SECONDS, "guarded": True})

    async def get_environment(self, project_id: str) -> Response:
        """The names of the variables that were set."""
        return answers.json({"names": (await self._previews.shown(project_id)).variables})

    async def set_environment(self, project_id: str, environment: Environment) -> Response:
        """Set these in place of all that were set; the API starts again with its data."""
        await self._previews.set_variables(project_id, environment.variables)
        return await self.get_environment(project_id)
