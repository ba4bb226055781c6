"""The same tools as somebody would run them by hand, without a sandbox."""

import asyncio
import socket
import sys
import tempfile
import time
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import msgspec

from benchmarks.programs import ProgramError
from benchmarks.validate import outside
from benchmarks.validate.answers import WAIT_SECONDS
from smartforge.checks.fuzz import BOUNDS
from smartforge.checks.lint import OPTIONS
from smartforge.checks.outside.fuzz_requests import ANSWER_SECONDS

ACCOUNT = {"email": "hand@example.com", "password": "correct horse battery staple"}
BIN = Path(sys.executable).parent


class ByHand(msgspec.Struct, frozen=True):
    """Seconds of ruff, pytest and schemathesis."""

    in_turn: float
    at_once: float


async def run(folder: Path) -> ByHand:
    began = time.perf_counter()
    for tool in (_ruff, _pytest, _schemathesis):
        await tool(folder)
    in_turn = time.perf_counter() - began
    began = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        for tool in (_ruff, _pytest, _schemathesis):
            group.create_task(tool(folder))
    return ByHand(in_turn, time.perf_counter() - began)


async def _ruff(folder: Path) -> None:
    for name, options in OPTIONS.items():
        wanted = [option for option in options if option != "--exit-zero"]
        wanted += ["--check"] if name == "format" else []
        await _tool(folder, {}, BIN / "ruff", name, *wanted, folder)


async def _pytest(folder: Path) -> None:
    with tempfile.TemporaryDirectory() as name:
        told = outside.environment(folder, Path(name) / "app.db")
        await _tool(folder, told, sys.executable, "-m", "pytest", "-q", *_UNKEPT, "tests")


async def _schemathesis(folder: Path) -> None:
    phases = msgspec.convert(BOUNDS["phases"], list[str])
    kinds = msgspec.convert(BOUNDS["checks"], list[str])
    async with _served(folder) as (url, token):
        await _tool(
            folder,
            {},
            *(BIN / "schemathesis", "run", folder / "openapi.yaml", "--url", url),
            *("--phases", ",".join(phases), "--checks", ",".join(kinds), "--mode", "all"),
            *(
                "--max-examples",
                str(BOUNDS["examples"]),
                "--seed",
                str(BOUNDS["seed"]),
                "--generation-deterministic",
            ),
            *("--no-shrink", "--continue-on-failure"),
            *("--suppress-health-check", "all", "--request-timeout", str(ANSWER_SECONDS)),
            *("--header", f"Authorization: Bearer {token}", "--no-color"),
            # It may end its own login, whereupon nothing conforms any more: status 1.
            worst=1,
        )


_UNKEPT = ("-p", "no:cacheprovider")


async def _tool(
    folder: Path, told: Mapping[str, str], *command: str | Path, worst: int = 0
) -> None:
    with tempfile.TemporaryFile() as said:
        process = await asyncio.create_subprocess_exec(
            *map(str, command),
            cwd=folder,
            env={"LANG": "C.UTF-8", **told},
            stdout=said,
            stderr=said,
        )
        if not 0 <= await process.wait() <= worst:
            said.seek(0)
            raise ProgramError(f"{command[0]}: {said.read()[-800:].decode(errors='replace')}")


@asynccontextmanager
async def _served(folder: Path) -> AsyncGenerator[tuple[str, str]]:
    """The project on loopback, and the token of an account there."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        async with (
            outside.served(folder, listener),
            httpx.AsyncClient(base_url=url, timeout=WAIT_SECONDS) as http,
        ):
            (await http.post("/auth/register", json=ACCOUNT)).raise_for_status()
            answer = await http.post("/auth/login", json=ACCOUNT)
            yield url, answer.raise_for_status().json()["access_token"]
