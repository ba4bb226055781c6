"""A server in a process of its own: a log in memory, and one project whose run never ends.

    python -m tests.acceptance.server_process [TOKEN]

Prints its URL once it listens.
"""

import sys

import uvloop

from smartforge.log.memory import MemoryLog
from smartforge.server.build import build
from smartforge.server.options import DoorOptions, ServerOptions
from smartforge.server.serve import serve
from tests.unit.server.rig import FakeEngine, new_project


async def main(token: str | None) -> None:
    log = MemoryLog()
    project = await new_project(log)
    await project.begin()
    await project.chunks(4000, "x" * 5000)
    app = build(log, FakeEngine(log), ServerOptions(door=DoorOptions(token=token)))
    await serve(app, host="127.0.0.1", port=0, ready=lambda url: print(url, flush=True))


if __name__ == "__main__":
    uvloop.run(main(sys.argv[1] if len(sys.argv) > 1 else None))
