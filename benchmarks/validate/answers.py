"""From nothing, or from a spare, to the first answer of a project."""

import asyncio
import os
import socket
import sys
import tempfile
import time
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import httpx

from benchmarks.programs import ProgramError
from smartforge.checks.base import ENVIRONMENT
from smartforge.sandbox.base import Limits, Program, Sandbox, Warm
from smartforge.sandbox.bubblewrap import Bubblewrap
from smartforge.sandbox.spares import Spares
from smartforge.targets.fastapi import FastAPITarget

APPLICATION = "app.main:app"
SECRET = {"SECRET_KEY": "k" * 32}
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


def environment(folder: Path, database: Path) -> Mapping[str, str]:
    """What the project's programs get outside of the sandbox."""
    return {
        **ENVIRONMENT,
        **SECRET,
        "PATH": os.defpath,
        "LANG": "C.UTF-8",
        "DATABASE_URL": f"sqlite:///{database}",
        "PYTHONPATH": f"{FastAPITarget().dependencies()}:{folder}",
        "PYTHONDONTWRITEBYTECODE": "1",
    }


async def bare(folder: Path) -> float:
    """uvicorn as anybody starts it, on a socket that listens already, as inside."""
    with tempfile.TemporaryDirectory() as name, socket.socket(socket.AF_UNIX) as listener:
        place = Path(name) / "app.sock"
        listener.bind(str(place))
        listener.listen(128)
        fd = str(listener.fileno())
        command = (sys.executable, "-m", "uvicorn", APPLICATION, "--fd", fd, "--loop", "asyncio")
        began = time.perf_counter()
        server = await asyncio.create_subprocess_exec(
            *(*command, "--http", "h11", "--no-access-log", "--log-level", "warning"),
            cwd=folder,
            env=environment(folder, Path(name) / "app.db"),
            pass_fds=[listener.fileno()],
            stderr=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
        )
        try:
            return await _answered(place, began)
        finally:
            server.kill()
            await server.wait()
