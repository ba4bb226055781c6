"""From nothing, or from a spare, to the first answer of a project."""

import socket
import tempfile
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx

from benchmarks.programs import ProgramError
from benchmarks.validate import outside
from benchmarks.validate.outside import APPLICATION, SECRET
from smartforge.checks.base import ENVIRONMENT
from smartforge.sandbox.base import Limits, Program, Sandbox, Warm
from smartforge.sandbox.bubblewrap import Bubblewrap
from smartforge.sandbox.spares import Spares
from smartforge.targets.fastapi import FastAPITarget

WAIT_SECONDS = 60.0


class Tried:
    """The sandbox of this machine, probed."""

    def __init__(self, cold: Bubblewrap, spares: Spares) -> None:
        self._cold = cold
        self._spares = spares

    async def cold(self, folder: Path) -> float:
        return await _until_answer(self._cold, folder)

    async def spare(self, folder: Path) -> float:
        """The spare is ready before the clock starts."""
        target = FastAPITarget()
        self._spares.expect(Warm(target.dependencies(), target.rehearsal()))
        if not await self._spares.settled():
            raise ProgramError("there is no spare")
        return await _until_answer(self._spares, folder)


@asynccontextmanager
async def sandbox() -> AsyncGenerator[Tried]:
    """Raises ProgramError where there is none here."""
    cold = Bubblewrap()
    level = await cold.probe()
    if level.level != "full":
        raise ProgramError(level.detail)
    spares = Spares(cold)
    try:
        yield Tried(cold, spares)
    finally:
        await spares.close()


async def _until_answer(made: Sandbox, folder: Path) -> float:
    program = Program((), folder, FastAPITarget().dependencies(), ENVIRONMENT | SECRET, Limits())
    began = time.perf_counter()
    async with made.serve(program, APPLICATION) as served:
        return await _answered(served.socket, began)


async def _answered(place: Path, began: float) -> float:
    transport = httpx.AsyncHTTPTransport(uds=str(place))
    async with httpx.AsyncClient(
        transport=transport, base_url="http://app", timeout=WAIT_SECONDS
    ) as http:
        (await http.get("/health")).raise_for_status()
        return time.perf_counter() - began


async def bare(folder: Path) -> float:
    """uvicorn on a socket that listens already, with the loop and the protocol used inside."""
    with tempfile.TemporaryDirectory() as name, socket.socket(socket.AF_UNIX) as listener:
        place = Path(name) / "app.sock"
        listener.bind(str(place))
        listener.listen(128)
        began = time.perf_counter()
        async with outside.served(folder, listener, "--loop", "asyncio", "--http", "h11"):
            return await _answered(place, began)
