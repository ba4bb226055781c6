"""A sandbox for projects of our own: a child of the one process that has imported their packages.

It confines nothing; it is there because starting it costs a tenth of the real one.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from smartforge.errors import SandboxUnavailable
from smartforge.sandbox.base import Ended, Level, Program


class Started:
    """A project that the starter serves."""

    def __init__(self, folder: Path) -> None:
        self.socket = folder / "api.sock"

    async def ended(self) -> Ended:
        """It does not end by itself; where it cannot start, nobody listens on its socket."""
        return await asyncio.get_running_loop().create_future()

    def running(self) -> bool:
        return True


class StarterSandbox:
    """Implements `Sandbox.serve` by a starter (see tests/behaviour/starter.py).

    `racing`, a request is interrupted between any two of its steps, so that a race is seen.
    """

    def __init__(self, ask: Callable[..., str], *, racing: bool) -> None:
        self._ask = ask
        self._racing = racing

    async def probe(self) -> Level:
        return Level("full", "It confines nothing.")

    async def run(self, program: Program) -> Ended:
        raise SandboxUnavailable("Nothing is run here but what is served.", "")

    @asynccontextmanager
    async def serve(self, program: Program, application: str) -> AsyncGenerator[Started]:
        folder = program.folder
        for left in folder.glob("api.*"):
            left.unlink()
        environment = {
            **program.environment,
            "DATABASE_URL": f"sqlite:///{folder}/api.db",
            **({"SWITCH_SECONDS": "0.00001"} if self._racing else {}),
        }
        process = await asyncio.to_thread(self._ask, "start", str(folder), environment)
        try:
            yield Started(folder)
        finally:
            await asyncio.to_thread(self._ask, "stop", int(process))
