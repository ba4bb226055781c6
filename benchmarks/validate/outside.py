"""The project without a sandbox: uvicorn, as anybody starts it."""

import asyncio
import os
import socket
import sys
import tempfile
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from smartforge.checks.base import ENVIRONMENT
from smartforge.targets.fastapi import FastAPITarget

APPLICATION = "app.main:app"
SECRET = {"SECRET_KEY": "k" * 32}


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


@asynccontextmanager
async def served(folder: Path, listener: socket.socket, *options: str) -> AsyncGenerator[None]:
    """uvicorn starts on a socket that listens already; gone afterwards, with its database."""
    with tempfile.TemporaryDirectory() as name:
        server = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "uvicorn", APPLICATION, "--fd", str(listener.fileno())),
            *(*options, "--no-access-log", "--log-level", "warning"),
            cwd=folder,
            env=environment(folder, Path(name) / "app.db"),
            pass_fds=[listener.fileno()],
            stderr=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
        )
        try:
            yield
        finally:
            server.kill()
            await server.wait()
