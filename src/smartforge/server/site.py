"""What the routes share: the log, the engine, folded states, and what the server was told."""

from typing import Protocol

from smartforge.engine.base import Engine
from smartforge.errors import UnknownProject
from smartforge.log.base import Blobs, Head, Projects, Reading
from smartforge.server.connection import Closing
from smartforge.server.options import ServerOptions
from smartforge.server.replays import Replays
from smartforge.server.states import Folded, States


class DoorLog(Reading, Blobs, Projects, Protocol):
    """What the server needs of a log. It never appends: that is the run's and the engine's."""


class Site:
    """Everything behind the door, made once and handed to each room of routes."""

    def __init__(self, log: DoorLog, engine: Engine, options: ServerOptions) -> None:
        self.log = log
        self.engine = engine
        self.options = options
        self.states = States(log, options.folded_projects)
        self.closing = Closing()
        self.replays = Replays()

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
