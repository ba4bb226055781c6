"""Nothing is left of what ran in a sandbox, however it ended."""

import asyncio
import os
import sys
from pathlib import Path

import pytest

from smartforge.sandbox.base import Sandbox
from tests import leftovers
from tests.contract.boxes import client, files, mounts, processes_with, python, until
from tests.sandboxes import program

CLONE = Path(__file__).resolve().parents[2]


async def test_a_cancelled_run_leaves_no_process_and_no_folder(
    sandbox: Sandbox, folder: Path, temporary: Path
) -> None:
    marker = f"marker-{os.urandom(6).hex()}"
    code = f"""
import os, signal, sys, time
marker = {marker!r}
signal.signal(signal.SIGTERM, signal.SIG_IGN)
if os.fork() == 0:
    os.setsid()
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    if os.fork():
        os._exit(0)
time.sleep(600)
"""
    before = mounts()
    running = asyncio.create_task(python(sandbox, folder, code, wall_seconds=100))
    await until(lambda: len(processes_with(marker)) >= 3)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert processes_with(marker) == []
    assert files(temporary) == []
    assert mounts() == before


async def test_a_daemon_ends_with_its_program(sandbox: Sandbox, folder: Path) -> None:
    marker = f"marker-{os.urandom(6).hex()}"
    code = f"""
import os, time
marker = {marker!r}
if os.fork() == 0:
    os.setsid()
    os.closerange(0, 3)
    time.sleep(600)
"""
    assert (await python(sandbox, folder, code)).exit_code == 0
    assert processes_with(marker) == []


async def test_many_in_a_row_leave_nothing_at_all(
    sandbox: Sandbox, folder: Path, temporary: Path
) -> None:
    marker = f"marker-{os.urandom(6).hex()}"
    # What a first start makes and keeps, such as a thread, is not left by a sandbox.
    await python(sandbox, folder, "pass")
    before = leftovers.look(marker)
    for number in range(10):
        await python(sandbox, folder, f"marker = {marker!r}")
        async with sandbox.serve(program(folder), "app.main:app") as served:
            if number % 5 == 0:
                async with client(served.socket) as http:
                    assert (await http.get("/health")).status_code == 200
    assert leftovers.look(marker) == before


async def test_a_killed_host_takes_its_sandboxes_along(sandbox: Sandbox, folder: Path) -> None:
    marker = f"marker-{os.urandom(6).hex()}"
    code = f"""
import asyncio, pathlib
from smartforge.sandbox.bubblewrap import Bubblewrap
from tests.sandboxes import program
inner = "import time\\nmarker = {marker!r}\\ntime.sleep(600)"
asyncio.run(Bubblewrap().run(program(pathlib.Path({str(folder)!r}), "-c", inner)))
"""
    environment = {**os.environ, "PYTHONPATH": f"{CLONE / 'src'}:{CLONE}"}
    host = await asyncio.create_subprocess_exec(sys.executable, "-c", code, env=environment)

    def inside() -> list[str]:
        return [line for line in processes_with(marker) if "import asyncio" not in line]

    await until(lambda: len(inside()) >= 2)
    host.kill()
    await host.wait()
    await until(lambda: inside() == [])
