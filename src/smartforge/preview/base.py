"""What keeps generated APIs running, and what it promises to the doors before them."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Literal, Protocol

import msgspec
from starlette.types import Receive, Scope, Send


class Project(msgspec.Struct, frozen=True):
    """A generated project to serve: its folder, its packages, and all of its environment.

    The folder is only read, and only from within the sandbox; it must stay as long as the
    preview runs.
    """

    folder: Path
    dependencies: Path
    environment: Mapping[str, str] = {}


class Preview(Protocol):
    """One generated API, running in its sandbox; an ASGI application that passes requests on.

    Rows are kept until it stops. Where the API has ended by itself, the requests under way get a
    502 and the next one starts it again, with an empty database; if it does not come up then,
    every further request gets a 502 that says why.
    """

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None: ...

    def running(self) -> bool:
        """Whether requests are answered now, without a start before."""
        ...

    async def stop(self) -> None:
        """End the API, requests under way included; nothing of it is left. Stopping twice is
        fine."""
        ...


class Previews(Protocol):
    """At most one preview for each project."""

    async def start(self, key: str, project: Project) -> Preview:
        """Serve it in place of what ran under this key; returns once `GET /health` answers 200.

        Raises PreviewFailed with the cause, or SandboxUnavailable; then nothing runs there.
        """
        ...

    def running(self) -> Mapping[str, Preview]:
        """What was started and not stopped, by key."""
        ...

    async def stop(self, key: str) -> None:
        """Stop that one, if there is one."""
        ...

    async def close(self) -> None:
        """Stop all of them."""
        ...


State = Literal["contract", "starting", "live", "asleep", "failed"]
"""Who answers: the contract, or the API itself; `asleep` is one that the next request wakes."""


class Shown(msgspec.Struct, frozen=True, rename="camel"):
    """How the preview of a project stands. `detail` says why, where there is more to say.

    `admin` is the account that may do everything, for the project's owner alone; `variables` are
    the names of those that were set. `data_kept` is whether there are data from before.
    """

    state: State
    version: int | None
    url: str
    detail: str = ""
    admin: Mapping[str, str] | None = None
    variables: tuple[str, ...] = ()
    data_kept: bool = False


class Live(Protocol):
    """The APIs of all projects, as a server's door knows them: by project, never by address.

    Raises UnknownProject for those that there are not, or no longer.
    """

    def attach(self, tell: Callable[[str, bytes], None], watched: Callable[[str], bool]) -> None:
        """Where to send transient frames (project, JSON), and who is watched. Called once."""
        ...

    async def serve(self, project_id: str, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request or WebSocket; `root_path` is the prefix at which it is served."""
        ...

    async def shown(self, project_id: str) -> Shown:
        """How it stands. Starts nothing."""
        ...

    async def document(self, project_id: str) -> dict[str, Any]:
        """The OpenAPI document of what answers now. Starts nothing. Raises Conflict where there is
        no plan yet."""
        ...

    async def reset(self, project_id: str) -> None:
        """Forget all rows; the next request begins with an empty database."""
        ...

    async def set_variables(self, project_id: str, variables: Mapping[str, str]) -> None:
        """Set these in place of all that were set; the API starts anew. Raises SettingsInvalid."""
        ...

    def end(self) -> None:
        """Begin to end everything: streams too. Nothing is begun any more."""
        ...
