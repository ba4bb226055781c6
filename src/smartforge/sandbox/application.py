"""An application that is served in a sandbox, as whoever asked for it sees it."""

import asyncio
from pathlib import Path

from smartforge.errors import SandboxUnavailable
from smartforge.sandbox.base import Ended
from smartforge.sandbox.confined import Confined
from smartforge.sandbox.diagnosis import diagnose


class Application:
    """Implements `Served`."""

    def __init__(self, place: Path, confined: Confined) -> None:
        self.socket = place
        self._confined = confined

    async def ended(self) -> Ended:
        """See `Served.ended`. Raises SandboxUnavailable when it was never started."""
        return await end_of(self._confined)

    def running(self) -> bool:
        return self._confined.running()


async def end_of(confined: Confined) -> Ended:
    """Wait for the end. Raises SandboxUnavailable when the program was never started."""
    ended = await confined.ended()
    if confined.started or ended.exit_code <= 0:
        return ended
    level = await asyncio.to_thread(diagnose, ended.stderr)
    raise SandboxUnavailable(level.detail, level.cure)
