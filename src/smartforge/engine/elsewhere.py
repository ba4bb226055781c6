"""The engine of a server that only shows: another one on the same database executes the runs."""

from typing import NoReturn

from smartforge.engine.base import NewProject
from smartforge.errors import Conflict


class Elsewhere:
    """Refuses every command with Conflict, and says where to turn."""

    async def open(self) -> None:
        """Nothing is taken up: what is on is on elsewhere."""

    async def close(self) -> None:
        """Nothing to stop."""

    async def start(self, new: NewProject) -> str:
        _refuse()

    async def message(self, project_id: str, prompt: str) -> str:
        _refuse()

    async def edit(self, project_id: str, message_id: str, prompt: str) -> None:
        _refuse()

    async def remove(self, project_id: str, message_id: str) -> None:
        _refuse()

    async def retry(self, project_id: str) -> None:
        _refuse()

    async def cancel(self, project_id: str, run: str | None = None) -> None:
        _refuse()


def _refuse() -> NoReturn:
    raise Conflict(
        "This server only shows projects: another one on the same database executes their runs.",
        "Send the command to the server that was started first.",
    )
