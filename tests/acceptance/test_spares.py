"""A spare is a sandbox like every other: what it promises holds, and nothing of it is left."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from smartforge.checks.asking import Answer, ask
from smartforge.sandbox import staging, tree
from smartforge.sandbox.base import Ended, Limits, Served, Warm
from smartforge.sandbox.bubblewrap import Bubblewrap
from smartforge.sandbox.machine import unused_users
from smartforge.sandbox.probe import SET_BY_OTHERS
from smartforge.sandbox.recipe import FIXED_ENVIRONMENT
from smartforge.sandbox.spares import Spares
from tests import sandboxes

REHEARSAL = "import fastapi, uvicorn.protocols.http.h11_impl"
LIMITS = Limits(wall_seconds=30.0)

HELD = """
import os, resource
from pathlib import Path
from fastapi import FastAPI

app = FastAPI()

@app.get("/seen")
def seen() -> dict:
    return {
        "environment": dict(os.environ),
        "first": [str(path) for path in Path("/proc/1").iterdir()],
        "arguments": Path("/proc/self/cmdline").read_text(),
        "limits": {name: resource.getrlimit(getattr(resource, f"RLIMIT_{name}"))
                   for name in ("CPU", "DATA", "FSIZE", "NPROC", "NOFILE")},
        "descriptors": [os.readlink(f"/proc/self/fd/{fd}") for fd in os.listdir("/proc/self/fd")
                        if os.path.exists(f"/proc/self/fd/{fd}")],
        "files": sorted(str(path) for path in Path("/app").rglob("*")),
        "writable": os.access("/app", os.W_OK) or os.access("/app/app/main.py", os.W_OK),
    }
"""


@pytest.fixture
async def spares() -> AsyncGenerator[Spares]:
    sandbox = Bubblewrap()
    await sandboxes.needed(sandbox)
    made = Spares(sandbox)
    try:
        yield made
    finally:
        await made.close()


async def _ready(spares: Spares, rehearsal: str = REHEARSAL) -> int:
    spares.expect(Warm(sandboxes.dependencies(), rehearsal))
    async with asyncio.timeout(60):
        return await spares.settled()


@asynccontextmanager
async def _served(
    spares: Spares, folder: Path, main: str, limits: Limits = LIMITS, **environment: str
) -> AsyncGenerator[Served]:
    assert await _ready(spares) == 1
    sandboxes.lay_out(folder, app__main_py=main)
    program = sandboxes.program(folder, limits=limits, environment=environment)
    async with spares.serve(program, "app.main:app") as served:
        assert await spares.settled() == 0
        yield served


async def _ended(spares: Spares, folder: Path, main: str, limits: Limits) -> Ended:
    async with _served(spares, folder, main, limits) as served:
        return await served.ended()


async def test_a_spare_sees_the_project_and_its_environment_and_nothing_else(
    spares: Spares, tmp_path: Path
) -> None:
    limits = Limits(wall_seconds=30, cpu_seconds=9, memory_bytes=300 << 20, processes=30)
    async with _served(spares, tmp_path, HELD, limits, SECRET_KEY="hush") as served:
        answer = await ask(served, "/seen", limits)
    assert isinstance(answer, Answer)
    seen = answer.json()
    assert seen["environment"]["SECRET_KEY"] == "hush"
    assert set(seen["environment"]) <= {"SECRET_KEY", *FIXED_ENVIRONMENT, *SET_BY_OTHERS}
    assert seen["first"] == []
    assert "hush" not in seen["arguments"]
    used, _ = seen["limits"].pop("CPU")
    assert 9 < used < 20
    same = {"DATA": 300 << 20, "FSIZE": limits.file_bytes, "NPROC": 30, "NOFILE": 512}
    assert seen["limits"] == {name: [value, value] for name, value in same.items()}
    assert "/app/app/main.py" in seen["files"]
    assert not seen["writable"]
    sockets = [name for name in seen["descriptors"] if name.startswith("socket:")]
    # The listener, this connection, and the two ends by which an event loop wakes itself.
    assert len(sockets) == 4, seen["descriptors"]
    assert not [name for name in seen["descriptors"] if "memfd" in name]


@pytest.mark.parametrize(
    ("main", "cause"),
    [
        ("while True: pass", "time"),
        ("import time; time.sleep(99)", "time"),
        ("while True: print('x' * 1000)", "output"),
        ("x = []\nwhile True: x.append(bytes(1 << 20))", None),
    ],
)
async def test_limits_count_from_the_adoption(
    spares: Spares, tmp_path: Path, main: str, cause: str | None
) -> None:
    ended = await _ended(spares, tmp_path, main, Limits(wall_seconds=2, memory_bytes=150 << 20))
    assert ended.cause == cause, ended
    if cause == "time":
        assert ended.seconds >= 2
    if cause is None:
        assert "MemoryError" in ended.stderr
        assert ended.exit_code == 3


async def test_a_project_that_cannot_be_copied_starts_without_the_spare(
    spares: Spares, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(staging, "MAX_COPIED_ENTRIES", 2)
    async with _served(spares, tmp_path, sandboxes.MAIN) as served:
        answer = await ask(served, "/health", LIMITS)
    assert isinstance(answer, Answer)
    assert answer.status == 200


async def test_without_a_rehearsal_that_works_everything_works(
    spares: Spares, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    assert await _ready(spares, "import no_such_package") == 0
    assert "no_such_package" in caplog.text
    folder = sandboxes.lay_out(tmp_path)
    async with spares.serve(sandboxes.program(folder, limits=LIMITS), "app.main:app") as served:
        answer = await ask(served, "/health", LIMITS)
    assert isinstance(answer, Answer)
    assert answer.status == 200


async def test_nothing_is_left_of_spares(spares: Spares, tmp_path: Path) -> None:
    before = set(tree.descendants(os.getpid()))
    assert await _ready(spares) == 1
    assert set(tree.descendants(os.getpid())) - before
    await spares.close()
    assert set(tree.descendants(os.getpid())) <= before
    async with _served(spares, tmp_path, sandboxes.MAIN) as served:
        assert served.running()
    assert set(tree.descendants(os.getpid())) <= before
    assert not await asyncio.to_thread(served.socket.parent.exists)


OWNER = """
import asyncio, sys
from smartforge.sandbox import tree
from smartforge.sandbox.base import Warm
from smartforge.sandbox.bubblewrap import Bubblewrap
from smartforge.sandbox.spares import Spares
from tests import sandboxes
import os

async def main():
    spares = Spares(Bubblewrap())
    spares.expect(Warm(sandboxes.dependencies(), "import json"))
    await spares.settled()
    print(*tree.descendants(os.getpid()), flush=True)
    await asyncio.sleep(99)

asyncio.run(main())
"""


async def test_spares_end_with_whoever_keeps_them(spares: Spares) -> None:
    command = (sys.executable, "-c", OWNER)
    owner = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    assert owner.stdout is not None
    pids = [int(pid) for pid in (await owner.stdout.readline()).split()]
    owner.send_signal(signal.SIGKILL)
    await owner.wait()
    assert len(pids) >= 2
    for pid in pids:
        await asyncio.to_thread(tree.wait_until_gone, pid, 20)
        assert not await asyncio.to_thread(_runs, pid)


def _runs(pid: int) -> bool:
    """Who is waited for by nobody is a zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def test_spares_of_an_ordinary_user_are_as_safe() -> None:
    if os.geteuid() != 0:
        pytest.skip("this whole suite has just run as one")
    ours = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-q", "-rs", __file__]
    chosen = "sees_the_project or nothing_is_left"
    ended = sandboxes.unprivileged([*ours, "-k", chosen], user=next(unused_users()))
    assert ended.returncode == 0, ended.stdout[-3000:] + ended.stderr[-3000:]
    assert "2 passed" in ended.stdout
