"""The product's own server, which writes files into its log at a pace when it is told to.

    python -m benchmarks.page.server FOLDER HARNESS

Put together as `smartforge serve` does it. Below `/bench/` it also hands out the built files in
HARNESS, so that they stand at the same origin as the stream.
"""

import asyncio
import os
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import uvloop
from starlette.staticfiles import StaticFiles
from starlette.types import Receive, Scope, Send

from benchmarks.fanout.pace import obey, say
from benchmarks.page.projects import Pace, begin, history, stream, text_of
from smartforge.app.product import Product, product
from smartforge.app.serving import shown
from smartforge.server.build import build
from smartforge.server.options import DoorOptions, ServerOptions
from smartforge.server.serve import Serving, serve
from smartforge.settings import SERVE_PACE, Options, read


class WithHarness:
    """The product, and the harness beside it."""

    def __init__(self, inner: Serving, folder: Path) -> None:
        self._inner = inner
        self._files = StaticFiles(directory=folder, html=True)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"].startswith("/bench/"):
            await self._files({**scope, "path": scope["path"][len("/bench") :]}, receive, send)
            return
        await self._inner(scope, receive, send)

    def end_streams(self) -> None:
        self._inner.end_streams()


class Commands:
    """What standard input may ask for."""

    def __init__(self, made: Product) -> None:
        self._log = made.log

    async def begin(self, command: Any) -> Mapping[str, object]:
        """A project whose files are planned, and none of them begun."""
        await begin(self._log, command["project"], command["paths"])
        return {}

    async def history(self, command: Any) -> Mapping[str, object]:
        """A project with so many events; answers with how many there are."""
        return {"seq": await history(self._log, command["project"], command["events"])}

    async def stream(self, command: Any) -> Mapping[str, object]:
        """Write files at a pace; answers with when how many characters of each were stored."""
        pace = Pace(command["rate"], command["size"])
        began = time.monotonic()
        files = {path: text_of(path, lines) for path, lines in command["files"].items()}
        moments = await stream(self._log, command["project"], files, pace)
        return {"moments": moments, "seconds": time.monotonic() - began}


async def main(folder: Path, harness: Path) -> None:
    settings = read(Options(data=folder, port=0), default_pace=SERVE_PACE)
    async with product(settings, durable=True) as made:
        listening: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        stop = asyncio.Event()
        async with asyncio.TaskGroup() as group:
            group.create_task(_serve(made, harness, listening, stop))
            url = await listening
            commands = Commands(made)
            say({"url": url, "pid": os.getpid()})
            await obey(
                {"begin": commands.begin, "history": commands.history, "stream": commands.stream}
            )
            stop.set()


async def _serve(
    made: Product, harness: Path, listening: asyncio.Future[str], stop: asyncio.Event
) -> None:
    settings = made.forge.settings
    door = DoorOptions(host=settings.host, token=settings.token)
    options = ServerOptions(door=door, settings=shown(settings))
    application = WithHarness(build(made.log, made.engine, options, made.states), harness)
    await serve(application, host=settings.host, port=0, ready=listening.set_result, stop=stop)


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main(Path(sys.argv[1]), Path(sys.argv[2])))
