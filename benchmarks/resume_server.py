"""The product's own server over a log that was written before, for viewers who come back.

    python -m benchmarks.resume_server FOLDER

Put together as `smartforge serve` does it: the log in FOLDER is the real one, the door asks for
the token in SMARTFORGE_TOKEN, limits and options are the default ones. Standard input may ask it
to append one event to a project, and how far the project's checkpoint is.
"""

import asyncio
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import uvloop

from benchmarks.fanout.pace import obey, say
from smartforge import events
from smartforge.app.product import Product, product
from smartforge.app.serving import shown
from smartforge.server.build import build
from smartforge.server.options import DoorOptions, ServerOptions
from smartforge.server.serve import serve
from smartforge.settings import SERVE_PACE, Options, read


class Commands:
    """What standard input may ask for."""

    def __init__(self, made: Product) -> None:
        self._log = made.log

    async def append(self, command: Any) -> Mapping[str, object]:
        said = events.TitleChanged(title="Still there")
        return {"seq": await self._log.append(command["project"], [said], run=None)}

    async def kept(self, command: Any) -> Mapping[str, object]:
        checkpoint = await self._log.checkpoint(command["project"])
        return {"seq": checkpoint.seq if checkpoint else 0}


async def main(folder: Path) -> None:
    settings = read(Options(data=folder, port=0), default_pace=SERVE_PACE)
    async with product(settings, durable=True) as made:
        listening: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        stop = asyncio.Event()
        async with asyncio.TaskGroup() as group:
            group.create_task(_serve(made, listening, stop))
            url = await listening
            commands = Commands(made)
            say({"url": url, "pid": os.getpid()})
            await obey({"append": commands.append, "kept": commands.kept})
            stop.set()


async def _serve(made: Product, listening: asyncio.Future[str], stop: asyncio.Event) -> None:
    settings = made.forge.settings
    door = DoorOptions(host=settings.host, token=settings.token)
    options = ServerOptions(door=door, settings=shown(settings))
    application = build(made.log, made.engine, options, made.states)
    await serve(application, host=settings.host, port=0, ready=listening.set_result, stop=stop)


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main(Path(sys.argv[1])))
