"""A server in a process of its own: each request for a change is a run of 400 chunks, one by one.

    python -m tests.acceptance.durable_process TOKEN

Prints its URL once it listens. `project1` is finished and renamed, and longer than one answer.
"""

import asyncio
import contextlib
import sys
from collections.abc import AsyncGenerator

import uvloop

from smartforge import events
from smartforge.log.memory import MemoryLog
from smartforge.server.build import build
from smartforge.server.options import DoorOptions, ServerOptions
from smartforge.server.serve import serve
from tests.unit.server.rig import FakeEngine, Project, new_project

CHUNKS = 400
PAUSE = 0.003


async def write_runs(project: Project) -> None:
    """Write a run for each request, for ever."""
    while True:
        last = (await project.log.head(project.id)).last
        if not await project.log.wait({project.id: last}, timeout=60):
            continue
        for at in range(CHUNKS):
            await project.add(events.CodeChunk(path="a.py", attempt=1, at=at, text="☃"))
            await asyncio.sleep(PAUSE)
        await project.complete()


@contextlib.asynccontextmanager
async def writing(project: Project) -> AsyncGenerator[None]:
    runs = asyncio.create_task(write_runs(project))
    try:
        yield
    finally:
        runs.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await runs


async def main(token: str) -> None:
    log = MemoryLog()
    project = await new_project(log)
    await project.make({"app/main.py": "prînt('☃')\n" * 1200})
    await log.append(project.id, [events.TitleChanged(title="Todos")], run=None)
    app = build(log, FakeEngine(log), ServerOptions(door=DoorOptions(token=token)))
    async with writing(project):
        await serve(app, host="127.0.0.1", port=0, ready=lambda url: print(url, flush=True))


if __name__ == "__main__":
    uvloop.run(main(sys.argv[1]))
