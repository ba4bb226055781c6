"""What keeps generated APIs running, and what it promises to the doors before them."""

from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

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
