"""What the routes share: the log, the engine, folded states, and what the server was told."""

import re
from collections.abc import Collection
from typing import Protocol

from starlette.requests import Request
from starlette.types import Scope

from smartforge.engine.base import Engine
from smartforge.errors import UnknownProject, UnknownVersion
from smartforge.log.base import Blobs, Checkpoints, Head, Projects, Reading, Shares
from smartforge.log.folded import Folded
from smartforge.log.states import States
from smartforge.server.connection import Closing, while_connected
from smartforge.server.options import ServerOptions
from smartforge.server.problems import RequestInvalid
from smartforge.server.replays import Replays
from smartforge.server.seats import Places, Seat, Seats
from smartforge.server.stream import Figures, Hub, Rules
from smartforge.server.users import Users
from smartforge.snapshot import Snapshot

WORK = "work"
"""What the files as they are now are called, where a version is asked for."""


class DoorLog(Reading, Blobs, Projects, Checkpoints, Shares, Protocol):
    """What the server needs of a log. It never appends: that is the run's and the engine's."""


class Site:
    """Everything behind the door, made once and handed to each room of routes."""

    def __init__(
        self,
        log: DoorLog,
        engine: Engine,
        options: ServerOptions,
        states: States | None = None,
    ) -> None:
        self.log = log
        self.engine = engine
        self.options = options
        self.states = States(log, options.folded_projects) if states is None else states
        self.closing = Closing()
        self.replays = Replays()
        self.users = Users(options.door)
        self.seats = Seats(
            Places(options.viewers, options.viewers_per_project, options.viewers_per_address)
        )
        rules = Rules(
            tick=options.tick,
            heartbeat=options.heartbeat,
            patience=options.patience,
            unheard=options.unheard,
            linger=options.linger,
        )
        self.hub = Hub(log, self.states, rules, Figures(refused=self.seats.refused))

    def user(self, request: Request) -> str:
        """Who asks, for limits and turns."""
        return self.users.named(request.headers.getlist("cookie"))

    def seat(self, scope: Scope, project_ids: Collection[str]) -> Seat:
        """A place for the one who asks, as a viewer of these projects, until its `leave`.

        Raises TooManyViewers and TooManyFromAddress.
        """
        client = scope.get("client")
        return self.seats.take(client[0] if client else "", project_ids)

    async def wait(self, request: Request, project_id: str, cursor: int, timeout: float) -> None:
        """Hold the request until the project has an event beyond the cursor, or `timeout` s.

        Who waits takes a seat like any viewer; the wait ends when the client or the server goes.
        """
        seat = self.seat(request.scope, (project_id,))
        try:
            async with while_connected(request.receive):
                await self.closing.wait(self.log, {project_id: cursor}, timeout)
        finally:
            seat.leave()

    async def head(self, project_id: str) -> Head:
        """Where the project stands. Raises UnknownProject for a deleted one too."""
        head = await self.log.head(project_id)
        if head.deleted:
            raise UnknownProject(
                f"The project {project_id!r} was deleted.",
                "GET /api/projects lists those there are.",
            )
        return head

    async def folded(self, project_id: str) -> Folded:
        """The project's state up to now. Raises UnknownProject for a deleted one too."""
        await self.head(project_id)
        return await self.states.current(project_id)

    async def asked(self, project_id: str, version: str | None) -> Snapshot:
        """The state with the files of the version that a request names: a number, or `work` for
        the files as they are now; without a name the latest complete one.

        Raises UnknownProject, UnknownVersion, RequestInvalid for what is neither.
        """
        now = (await self.folded(project_id)).snapshot
        if version == WORK:
            return now
        if version is not None:
            if not re.fullmatch(r"[0-9]{1,9}", version):
                raise RequestInvalid(
                    "`version` is neither a number nor `work`.", "Send ?version=1, for example."
                )
            return await self.version(project_id, int(version))
        if now.version is None:
            raise UnknownVersion(
                "The project has no complete version yet.",
                "Ask with ?version=work for its files as they are now.",
            )
        return await self.version(project_id, now.version)

    async def version(self, project_id: str, version: int) -> Snapshot:
        """The project as it was when this version was complete.

        Raises UnknownProject, UnknownVersion.
        """
        found = await self.states.version(project_id, version)
        if found is None:
            now = (await self.states.current(project_id)).snapshot
            known = ", ".join(str(each.version) for each in now.versions) or "none"
            raise UnknownVersion(
                f"The project has no version {version}.", f"Complete versions: {known}."
            )
        return found
