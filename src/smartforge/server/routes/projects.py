"""Routes of projects and their runs: commands go to the engine, questions to the log."""

from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from smartforge.engine.base import NewProject
from smartforge.errors import Conflict
from smartforge.log.base import Head
from smartforge.server import answers
from smartforge.server.problems import RequestInvalid
from smartforge.server.routes.bodies import (
    AnswersBody,
    CancelBody,
    ChecksBody,
    EditBody,
    Key,
    MessageBody,
    NewProjectBody,
    NoBody,
    RestoreBody,
    TitleBody,
)
from smartforge.server.site import Site

PAGE_LIMIT = 100


class Listed(msgspec.Struct, frozen=True, rename="camel"):
    """A project in the list; `createdAt` is Unix milliseconds."""

    id: str
    title: str
    status: str
    seq: int
    queued: int
    created_at: int


class ProjectRoutes:
    """Commands go to the engine, questions to the log."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def router(self) -> APIRouter:
        router = APIRouter(prefix="/api/projects", tags=["projects"], responses=answers.PROBLEMS)
        for path, endpoint, method, status in (
            ("", self.create_project, "POST", 201),
            ("", self.list_projects, "GET", 200),
            ("/{project_id}", self.get_project, "GET", 200),
            ("/{project_id}", self.rename_project, "PATCH", 200),
            ("/{project_id}", self.delete_project, "DELETE", 204),
            ("/{project_id}/undelete", self.undelete_project, "POST", 200),
            ("/{project_id}/duplicate", self.duplicate_project, "POST", 201),
            ("/{project_id}/messages", self.send_message, "POST", 202),
            ("/{project_id}/messages/{message_id}", self.edit_message, "PATCH", 200),
            ("/{project_id}/messages/{message_id}", self.remove_message, "DELETE", 204),
            ("/{project_id}/retry", self.retry_run, "POST", 202),
            ("/{project_id}/answers", self.answer_questions, "POST", 202),
            ("/{project_id}/restore", self.restore_version, "POST", 202),
            ("/{project_id}/checks", self.run_checks, "POST", 202),
            ("/{project_id}/cancel", self.cancel_run, "POST", 202),
        ):
            router.add_api_route(
                path, endpoint, methods=[method], status_code=status, response_model=None
            )
        return router

    async def create_project(
        self, request: Request, body: NewProjectBody, key: Key = None
    ) -> Response:
        """Start a project; answers with its snapshot once its first run is queued."""
        new = NewProject(
            body.prompt,
            body.target,
            body.model,
            body.planner,
            body.author,
            self._site.user(request),
            body.ask,
            body.approve,
            body.offer,
        )

        async def start() -> str:
            return await self._site.engine.start(new)

        project_id = await self._once(request, key, start)
        return await self._created(project_id)

    async def list_projects(
        self,
        limit: Annotated[int, Query(ge=1, description="lowered to 100")] = 20,
        after: Annotated[str | None, Query(description="the last id of the page before")] = None,
    ) -> Response:
        """Projects, newest first. `next` is what `after` takes for the next page, or null."""
        limit = min(limit, PAGE_LIMIT)
        heads = await self._site.log.projects(limit + 1, after)
        page = heads[:limit]
        more = page[-1].project_id if len(heads) > limit else None
        return answers.json({"projects": [_listed(head) for head in page], "next": more})

    async def get_project(self, project_id: str) -> Response:
        """The snapshot."""
        return answers.raw_json((await self._site.folded(project_id)).json)

    async def rename_project(self, project_id: str, body: TitleBody) -> Response:
        """Give the project another title; the API itself keeps its own."""
        await self._site.head(project_id)
        await self._site.engine.rename(project_id, body.title)
        return await self.get_project(project_id)

    async def delete_project(self, project_id: str) -> Response:
        """Hide the project; it can be brought back for a day. 409 while a run is on or waits."""
        await self._site.head(project_id)
        await self._site.engine.delete(project_id)
        return Response(status_code=204)

    async def undelete_project(self, project_id: str) -> Response:
        """Bring a project back; 409 where it was not deleted."""
        await self._site.engine.undelete(project_id)
        return await self.get_project(project_id)

    async def duplicate_project(
        self, request: Request, project_id: str, key: Key = None
    ) -> Response:
        """Make a new project with the contract and files of this one's latest version."""

        async def duplicate() -> str:
            await self._site.head(project_id)
            return await self._site.engine.duplicate(project_id)

        return await self._created(await self._once(request, key, duplicate))

    async def send_message(
        self, request: Request, project_id: str, body: MessageBody, key: Key = None
    ) -> Response:
        """Ask for a change; queued while a run is on."""

        async def send() -> str:
            _check_start(body.from_)
            await self._check_base(project_id, body.base_version)
            user = self._site.user(request)
            return await self._site.engine.message(
                project_id, body.prompt, user, approve=body.approve, offer=body.offer
            )

        message_id = await self._once(request, key, send)
        return answers.json({"messageId": message_id}, 202)

    async def edit_message(self, project_id: str, message_id: str, body: EditBody) -> Response:
        """Change the words of a follow-up that waits; 409 once its run has begun."""
        await self._site.head(project_id)
        await self._site.engine.edit(project_id, message_id, body.prompt)
        return answers.json({"messageId": message_id})

    async def remove_message(self, project_id: str, message_id: str) -> Response:
        """Take a follow-up back, and its run out of the queue; 409 once its run has begun."""
        await self._site.head(project_id)
        await self._site.engine.remove(project_id, message_id)
        return Response(status_code=204)

    async def retry_run(
        self, request: Request, project_id: str, body: NoBody | None = None, key: Key = None
    ) -> Response:
        """Run the last failed, cancelled or interrupted request again."""

        async def retry() -> str:
            await self._site.head(project_id)
            await self._site.engine.retry(project_id, self._site.user(request))
            return project_id

        await self._once(request, key, retry)
        return answers.json({"projectId": project_id}, 202)

    async def answer_questions(
        self, request: Request, project_id: str, body: AnswersBody, key: Key = None
    ) -> Response:
        """Answer what a run asks, so that it goes on; 409 where none waits for answers.

        A run that waits with its plan asks one question, about that. `Approve` lets it go on,
        `Reject` ends it, other words change the plan. Approving it twice is approving it once;
        409 where it was changed meanwhile.
        """

        async def answer() -> str:
            await self._site.head(project_id)
            user = self._site.user(request)
            await self._site.engine.answer(project_id, body.answers, user)
            return project_id

        await self._once(request, key, answer)
        return answers.json({"projectId": project_id}, 202)

    async def restore_version(
        self, request: Request, project_id: str, body: RestoreBody, key: Key = None
    ) -> Response:
        """Make a new version with exactly the files of an old one; queued while a run is on."""

        async def restore() -> str:
            await self._site.head(project_id)
            await self._site.engine.restore(project_id, body.version, self._site.user(request))
            return project_id

        await self._once(request, key, restore)
        return answers.json({"projectId": project_id, "version": body.version}, 202)

    async def run_checks(
        self, request: Request, project_id: str, body: ChecksBody | None = None, key: Key = None
    ) -> Response:
        """Run the checks of the latest version again, all or those that are named.

        A run of its own, queued while another is on; it plans and writes nothing and makes no
        version. 409 while no version is complete.
        """

        async def check() -> str:
            await self._site.head(project_id)
            names = body.checks if body else ()
            await self._site.engine.check(project_id, names, self._site.user(request))
            return project_id

        await self._once(request, key, check)
        return answers.json({"projectId": project_id}, 202)

    async def cancel_run(
        self, request: Request, project_id: str, body: CancelBody | None = None, key: Key = None
    ) -> Response:
        """End the active run; without one nothing happens, so repeating it is harmless."""

        async def cancel() -> str:
            await self._site.head(project_id)
            await self._site.engine.cancel(project_id, body.run if body else None)
            return project_id

        await self._once(request, key, cancel)
        return answers.json({"projectId": project_id}, 202)

    async def _once(self, request: Request, key: str | None, act: Any) -> str:
        return await self._site.replays.once(key, request.url.path, await request.body(), act)

    async def _created(self, project_id: str) -> Response:
        folded = await self._site.states.current(project_id)
        location = {"Location": f"/api/projects/{project_id}"}
        return answers.raw_json(folded.json, 201, location)

    async def _check_base(self, project_id: str, base_version: int | None) -> None:
        snapshot = (await self._site.folded(project_id)).snapshot
        if base_version is not None and base_version != snapshot.version:
            raise Conflict(
                f"The change is meant for version {base_version}, "
                f"but the latest is {snapshot.version or 'none yet'}.",
                "Look at the latest version, and send the message again without baseVersion.",
            )


def _check_start(start: str) -> None:
    if start == "work":
        raise RequestInvalid(
            "A follow-up starts from the latest complete version; what a failed run has left is"
            " no sound place to start from.",
            "Leave out `from`. GET .../files?version=work shows what was left.",
        )


def _listed(head: Head) -> Listed:
    return Listed(head.project_id, head.title, head.status, head.last, head.queued, head.created)
