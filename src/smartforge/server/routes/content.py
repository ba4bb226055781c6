"""Routes of what a project holds: files, content by its hash, a zip of all, what has changed."""

import hashlib
import re
from typing import Annotated

from anyio import to_thread
from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from smartforge.contract import Contract, reading
from smartforge.contract.diff import diff
from smartforge.errors import Conflict, UnknownBlob, UnknownVersion
from smartforge.export.differences import differences
from smartforge.export.zip import archive
from smartforge.log import large
from smartforge.server import answers
from smartforge.server.problems import FileChanged, FileTooLarge, RequestInvalid, UnknownFile
from smartforge.server.site import WORK, Site
from smartforge.snapshot import FileState, Snapshot

SHA256 = re.compile(r"[0-9a-f]{64}")
TEXT = "text/plain; charset=utf-8"
BINARY = "application/octet-stream"
MOST = 999_999_999
EDIT_LIMIT = 512 * 1024
FOR_EVER = "private, max-age=31536000, immutable"

VersionName = Annotated[
    str | None, Query(description="a number, or `work` for the files as they are now")
]


class ContentRoutes:
    """What is asked for is named by the log, never by a path on a disk."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def router(self) -> APIRouter:
        router = APIRouter(
            prefix="/api/projects/{project_id}", tags=["content"], responses=answers.PROBLEMS
        )
        for path, endpoint in (
            ("/files", self.list_files),
            ("/files/{path:path}", self.get_file),
            ("/blobs/{sha256}", self.get_blob),
            ("/export.zip", self.export_zip),
            ("/diff", self.get_diff),
        ):
            router.add_api_route(path, endpoint, methods=["GET"], response_model=None)
        router.add_api_route(
            "/files/{path:path}",
            self.put_file,
            methods=["PUT"],
            status_code=202,
            response_model=None,
            openapi_extra={"requestBody": {"required": True, "content": {"text/plain": {}}}},
        )
        return router

    async def list_files(self, project_id: str, version: VersionName = None) -> Response:
        """The files of a version: without `version` the latest complete one, else `work`."""
        state = await self._site.asked(project_id, version)
        named = WORK if version == WORK else state.version
        return answers.json({"version": named, "files": _without_text(_shown(state, version))})

    async def get_file(
        self, request: Request, project_id: str, path: str, version: VersionName = None
    ) -> Response:
        """One file's bytes."""
        state = await self._site.asked(project_id, version)
        file = next((each for each in _shown(state, version) if each.path == path), None)
        if file is None:
            raise UnknownFile("There is no file of that name.", "GET .../files lists the names.")
        media, kind = (BINARY, "attachment") if file.binary else (TEXT, "inline")
        headers = {
            "Content-Type": media,
            "Content-Disposition": answers.disposition(kind, path.rpartition("/")[2]),
            "Cache-Control": "no-cache",
        }
        if file.sha256 is not None:
            body = await self._site.log.get(file.sha256)
            return answers.content(request, body, file.sha256, headers)
        if not isinstance(file.text, str):
            raise UnknownFile("Nothing of that file is written yet.", "Ask again a little later.")
        return Response(file.text.encode(), headers=headers | {"Cache-Control": "no-store"})

    async def put_file(
        self, request: Request, project_id: str, path: str, version: VersionName = None
    ) -> Response:
        """Edit a file by hand: its new text makes a new version, after its checks.

        The body is the whole text, in UTF-8, at most 512 KiB. With `version` the edit is refused
        (409) where that is not the latest any more, with `If-Match` (412) where the file is not
        the one that was looked at. 409 while a run is on or queued. 200 where it is so already.
        """
        state = await self._site.asked(project_id, None)
        latest = state.version or 0
        if version not in (None, str(latest)):
            raise Conflict(
                f"Your edit is of version {version}, but the latest is {latest}.",
                "Look at the file as it is in the latest version, and edit that.",
            )
        known = next((each for each in _shown(state, None) if each.path == path), None)
        if known is None:
            raise UnknownFile(
                f"Version {latest} has no file of that name, and an edit makes no new one.",
                "GET .../files lists the names; say in the chat what else is wanted.",
            )
        tag = request.headers.get("if-match", "*").strip()
        if tag not in ("*", f'"{known.sha256}"'):
            raise FileChanged(
                "The file is not what it was when you looked at it.",
                "GET it again, and make your edit in that text.",
            )
        if known.binary:
            raise RequestInvalid("The file is not text.", "Edit a file that is.")
        body = await request.body()
        _check_text(body)
        answer = {"projectId": project_id, "path": path, "version": latest}
        sha256 = hashlib.sha256(body).hexdigest()
        if sha256 == known.sha256:
            return answers.json({**answer, "sha256": sha256})
        user = self._site.user(request)
        await self._site.engine.edit_file(project_id, path, body, latest, user)
        return answers.json({**answer, "sha256": sha256}, 202)

    async def get_blob(self, request: Request, project_id: str, sha256: str) -> Response:
        """Content that an event of this project names by its SHA-256; it never changes."""
        folded = await self._site.folded(project_id)
        if not SHA256.fullmatch(sha256) or sha256 not in folded.blobs:
            raise UnknownBlob(
                "No event of this project names content with that hash.",
                "Take the hash from `sha256` or `ref` in its events.",
            )
        headers = {"Content-Type": BINARY, "Cache-Control": FOR_EVER}
        return answers.content(request, await self._site.log.get(sha256), sha256, headers)

    async def export_zip(self, project_id: str, version: VersionName = None) -> Response:
        """A complete version as a zip file: the same version, the same bytes."""
        if version == WORK:
            raise RequestInvalid("Only complete versions can be exported.", "Leave out `version`.")
        try:
            state = await self._site.asked(project_id, version)
        except UnknownVersion as error:
            if version is not None:
                raise
            raise Conflict(
                error.what, "Wait until a run is complete, or see why none was."
            ) from None
        body = await archive(_shown(state, version), self._site.log)
        name = f"{_slug(state.title)}-v{state.version}.zip"
        headers = {
            "Content-Type": "application/zip",
            "Content-Disposition": answers.disposition("attachment", name),
        }
        return Response(body, headers=headers)

    async def get_diff(
        self,
        project_id: str,
        before: Annotated[
            int | None, Query(alias="from", ge=1, le=MOST, description="default: the one before")
        ] = None,
        after: Annotated[
            int | None, Query(alias="to", ge=1, le=MOST, description="default: the latest")
        ] = None,
    ) -> Response:
        """What two versions differ in: unified diffs of the files, and the contract in words."""
        known = [each.version for each in (await self._site.folded(project_id)).snapshot.versions]
        if not known:
            raise Conflict(
                "The project has no complete version yet, so there is nothing to compare.",
                "Wait until a run is complete, or see why none was.",
            )
        new = await self._site.version(project_id, max(known) if after is None else after)
        if before is None:
            before = max((one for one in known if one < (new.version or 0)), default=None)
        if before is None:
            raise Conflict(
                f"Version {new.version} is the first; there is none before it.",
                "Send a follow-up, then compare; or name two versions with `from` and `to`.",
            )
        old = await self._site.version(project_id, before)
        files = await to_thread.run_sync(
            differences, await self._contents(old), await self._contents(new)
        )
        contract = diff(await self._contract(old), await self._contract(new))
        found = {"from": old.version, "to": new.version, "files": files, "contract": contract}
        return answers.json(found)

    async def _contents(self, state: Snapshot) -> dict[str, bytes]:
        files = {each.path: each.sha256 for each in state.files if each.sha256 is not None}
        return {path: await self._site.log.get(sha256) for path, sha256 in files.items()}

    async def _contract(self, state: Snapshot) -> Contract:
        return reading.from_json(await large.whole(state.contract or {}, self._site.log))


def _check_text(body: bytes) -> None:
    """Raises FileTooLarge, and RequestInvalid for what is no text."""
    if len(body) > EDIT_LIMIT:
        raise FileTooLarge(
            f"The text has {len(body):,} bytes; a file that is edited may have {EDIT_LIMIT:,}.",
            "Split the file, or take the project away and go on there.",
        )
    try:
        text = body.decode()
    except UnicodeDecodeError as error:
        raise RequestInvalid(
            f"The text is not UTF-8: byte {error.start + 1} fits no character.",
            "Save the file as UTF-8, and send it again.",
        ) from None
    if "\x00" in text:
        raise RequestInvalid("The text holds the NUL character.", "Take it out.")


def _shown(state: Snapshot, version: str | None) -> list[FileState]:
    """A version consists of its whole files; the work also of those begun or planned."""
    return [each for each in state.files if version == WORK or each.sha256 is not None]


def _without_text(files: list[FileState]) -> list[dict[str, object]]:
    return [
        {
            "path": each.path,
            "state": each.state,
            "author": each.author,
            "attempt": each.attempt,
            "size": each.size,
            "sha256": each.sha256,
            "binary": each.binary,
        }
        for each in files
    ]


def _slug(title: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")[:60] or "api"
