"""A server's projects, as a program sees them: start one, follow it, fetch its files."""

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from types import TracebackType
from typing import Any, Literal, overload
from urllib.parse import quote

import msgspec

from smartforge.client.connection import DEFAULT_SERVER, Connection, Json, place, quoted
from smartforge.client.following import Following
from smartforge.client.frames import CaughtUp, Received
from smartforge.client.search import Search, Sleep

SILENCE_SECONDS = 35.0
"""The server breaks its silence every 15 s; after twice that the connection is taken for dead."""
PATIENCE_SECONDS = 60.0
"""A server that cannot be had again for so long does not restart any more."""

VersionName = int | Literal["work"]


class ProjectFile(msgspec.Struct, frozen=True):
    """One file of a list. `size` is in bytes; `sha256` is None until the file is whole."""

    path: str
    state: Literal["planned", "writing", "complete", "partial"]
    author: str | None
    attempt: int
    size: int
    sha256: str | None
    binary: bool


class Client:
    """Talks to one server, from one event loop.

    Raises ServerUnreachable where no server answers, ServerRefused where it says no,
    UnknownProject for a project that there is not or no more, and SettingsInvalid for an
    address, a token or an id that makes no sense.

    `patience` is how many seconds `follow` seeks a server that it has lost, `silence` how many
    it waits for the next byte before the connection counts as lost. `sleep` waits between tries.
    """

    def __init__(
        self,
        server: str = DEFAULT_SERVER,
        token: str | None = None,
        *,
        patience: float = PATIENCE_SECONDS,
        silence: float = SILENCE_SECONDS,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self._connection = Connection(server, token, silence)
        self._patience, self._silence, self._sleep = patience, silence, sleep

    @property
    def server(self) -> str:
        """The server's address, without a slash at its end."""
        return self._connection.server

    async def __aenter__(self) -> "Client":
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._connection.close()

    async def create(
        self,
        prompt: str,
        *,
        ask: bool = False,
        approve: bool = False,
        offer: bool = False,
        **choice: str | None,
    ) -> Json:
        """Start a project; returns its snapshot. `choice`: target, model, planner, author.

        With `ask` its first run may wait with `questions`, for `answer`; with `approve` it waits
        with its plan, for `answer` as well; with `offer` it does so only with a plan by rules,
        where the model's is of no use.
        """
        body: Json = {"prompt": prompt} | {name: said for name, said in choice.items() if said}
        if ask:
            body["ask"] = True
        if approve:
            body["approve"] = True
        if offer:
            body["offer"] = True
        return await self._connection.json("POST", "/api/projects", json=body)

    async def projects(self, limit: int = 20) -> list[Json]:
        """The newest projects first."""
        answer = await self._connection.request("GET", "/api/projects", params={"limit": limit})
        return self._connection.read(answer.content, _Listing).projects

    async def snapshot(self, project_id: str) -> Json:
        """The project's state now."""
        return await self._connection.json("GET", place(project_id))

    async def say(
        self, project_id: str, prompt: str, *, approve: bool = False, offer: bool = False
    ) -> Json:
        """Send a follow-up; it is queued while a run is on. `approve` and `offer` are as in
        `create`."""
        path = f"{place(project_id)}/messages"
        body: Json = {"prompt": prompt}
        body |= {name: True for name, wanted in (("approve", approve), ("offer", offer)) if wanted}
        return await self._connection.json("POST", path, json=body)

    async def edit_message(self, project_id: str, message_id: str, prompt: str) -> None:
        """Change the words of a follow-up that waits.

        ServerRefused with status 409 once its run has begun, with 404 where there is none such.
        """
        path = _message(project_id, message_id)
        await self._connection.json("PATCH", path, json={"prompt": prompt})

    async def remove_message(self, project_id: str, message_id: str) -> None:
        """Take back a follow-up that waits; its run leaves the queue. Refused as an edit is."""
        await self._connection.request("DELETE", _message(project_id, message_id))

    async def cancel(self, project_id: str, run: str | None = None) -> None:
        """End the run that is on; repeating it does no harm.

        With `run`, only that one: ServerRefused with status 409 where another is on.
        """
        body = {"run": run} if run else {}
        await self._connection.json("POST", f"{place(project_id)}/cancel", json=body)

    async def retry(self, project_id: str) -> None:
        """Run the last failed, stopped or interrupted request again."""
        await self._connection.json("POST", f"{place(project_id)}/retry", json={})

    async def answer(self, project_id: str, answers: Mapping[str, str]) -> None:
        """Answer what a run asks, by the ids of the questions; the run goes on.

        A plan that waits takes `Approve`, `Reject`, or what is to be otherwise.
        ServerRefused with status 409 where no run waits for answers.
        """
        body = {"answers": dict(answers)}
        await self._connection.json("POST", f"{place(project_id)}/answers", json=body)

    async def edit(
        self, project_id: str, path: str, text: str, *, version: int | None = None
    ) -> None:
        """Replace a file by hand: a new version, after its checks.

        ServerRefused with status 409 while a run is on, or where `version` is not the latest.
        """
        where = f"{place(project_id)}/files/{_named(path)}"
        more = {} if version is None else {"params": {"version": version}}
        await self._connection.json("PUT", where, content=text.encode(), **more)

    async def check(self, project_id: str, checks: Sequence[str] = ()) -> None:
        """Run the checks of the latest version again, or those of these names; it stays.

        ServerRefused with status 409 while no version is complete.
        """
        body = {"checks": list(checks)}
        await self._connection.json("POST", f"{place(project_id)}/checks", json=body)

    async def restore(self, project_id: str, version: int) -> None:
        """Make a new version with exactly the files of this one; queued while a run is on.

        ServerRefused with status 404 for a version that there is not, with 409 while none is
        complete.
        """
        body = {"version": version}
        await self._connection.json("POST", f"{place(project_id)}/restore", json=body)

    async def share(self, project_id: str, seconds: int) -> Json:
        """Make a link by which others may look at the project, good for so many seconds.

        Its `url` holds a secret that is told this once; `id` ends it, `expiresAt` is in Unix
        milliseconds. ServerRefused with status 422 for a lifetime beyond a year.
        """
        body = {"expiresIn": seconds}
        return await self._connection.json("POST", f"{place(project_id)}/shares", json=body)

    async def end_share(self, project_id: str, share_id: str) -> None:
        """End a link now. ServerRefused with status 404 where there is none."""
        await self._connection.request(
            "DELETE", f"{place(project_id)}/shares/{quoted(share_id, 'link')}"
        )

    async def rename(self, project_id: str, title: str) -> Json:
        """Give the project another title; returns its snapshot."""
        return await self._connection.json("PATCH", place(project_id), json={"title": title})

    async def duplicate(self, project_id: str) -> Json:
        """Make a project out of this one's latest version; returns its snapshot."""
        return await self._connection.json("POST", f"{place(project_id)}/duplicate")

    async def delete(self, project_id: str) -> None:
        """Hide the project; `undelete` brings it back for a day. 409 while a run is on."""
        await self._connection.request("DELETE", place(project_id))

    async def undelete(self, project_id: str) -> Json:
        """Bring a deleted project back; returns its snapshot."""
        return await self._connection.json("POST", f"{place(project_id)}/undelete")

    async def diff(
        self, project_id: str, before: int | None = None, after: int | None = None
    ) -> Json:
        """What two versions differ in, as `GET .../diff` tells; by default the last two."""
        named = {"from": before, "to": after}
        params = {name: str(version) for name, version in named.items() if version is not None}
        answer = await self._connection.request("GET", f"{place(project_id)}/diff", params=params)
        return self._connection.read(answer.content, dict[str, Any])

    async def cluster(self) -> Json:
        """The nodes, the runs that are on, and those that wait, as `GET /api/cluster` tells."""
        return await self._connection.json("GET", "/api/cluster")

    async def files(self, project_id: str, version: VersionName | None = None) -> list[ProjectFile]:
        """The files of a version: the latest complete one, or `work`, as they are now."""
        params = _version(version)
        answer = await self._connection.request("GET", f"{place(project_id)}/files", params=params)
        return self._connection.read(answer.content, _Files).files

    async def file(self, project_id: str, path: str, version: VersionName | None = None) -> bytes:
        """One file's content; `path` is one that `files` names."""
        answer = await self._connection.request(
            "GET",
            f"{place(project_id)}/files/{_named(path)}",
            params=_version(version),
        )
        return answer.content

    async def export(self, project_id: str, version: int | None = None) -> bytes:
        """The project as a zip file."""
        answer = await self._connection.request(
            "GET", f"{place(project_id)}/export.zip", params=_version(version)
        )
        if answer.headers.get("content-type") != "application/zip":
            raise self._connection.stranger(answer.status_code)
        return answer.content

    @overload
    def follow(
        self,
        project_id: str,
        after: int = 0,
        *,
        live: bool = False,
        compact: Literal[False] = False,
    ) -> AsyncGenerator[Received, None]: ...

    @overload
    def follow(
        self, project_id: str, after: int = 0, *, live: bool = False, compact: bool
    ) -> AsyncGenerator[Received | CaughtUp, None]: ...

    def follow(
        self, project_id: str, after: int = 0, *, live: bool = False, compact: bool = False
    ) -> AsyncGenerator[Any, None]:
        """Every event with seq > `after`, in order, none twice and none left out.

        Ends when no run is on or queued; with `live`, goes on across runs until it is closed.
        With `compact`, who is far behind gets a `CaughtUp` in place of the events up to its
        seq, and `after` may lie beyond the last event: then that `CaughtUp` says `reset`.

        A lost connection is made again from the last event seen: after as long as the server
        asks for, else 1 s, doubling to 5 s. Leave it with `contextlib.aclosing`, so that its
        connection is closed at once.

        Raises, besides the class's own: CursorAhead where the log ends before `after` (without
        `compact`); ServerUnreachable where there is no server at first, or none again in time;
        ServerRefused where one leaves out events time and again, or asks for more patience.
        """
        following = Following(
            self._connection,
            Search(self._patience, self._sleep),
            project_id,
            after,
            live=live,
            compact=compact,
            silence=self._silence,
        )
        return following.events()


class _Listing(msgspec.Struct, frozen=True):
    projects: list[Json]


class _Files(msgspec.Struct, frozen=True):
    files: list[ProjectFile]


def _message(project_id: str, message_id: str) -> str:
    return f"{place(project_id)}/messages/{quoted(message_id, 'message')}"


def _version(version: VersionName | None) -> dict[str, str]:
    return {} if version is None else {"version": str(version)}


def _named(path: str) -> str:
    """A file's path within an address; dots would lead out of it."""
    return quote(path, errors="replace").replace(".", "%2E")
