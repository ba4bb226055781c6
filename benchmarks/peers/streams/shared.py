"""What the two Python peers share: uvicorn on uvloop, a queue per viewer, a publisher inside."""

import asyncio
import json
import socket
import time
from collections.abc import Mapping
from typing import Any

import uvicorn
import uvloop

from benchmarks.fanout.pace import obey, publish, say

PROJECT = "5dcfkX5hdLF8K1IAaI5zMi"
RUN = "g0MjUfYkI7nF"

Event = tuple[int, str]
"""An event's seq and its JSON, which is as long as one of the product's, and encoded once."""


class Channel:
    """One queue for each viewer; publishing puts the event into all of them."""

    def __init__(self) -> None:
        self.queues: set[asyncio.Queue[Event]] = set()
        self._last = 0

    async def publish(self, command: Any) -> Mapping[str, object]:
        await publish(command["events"], command["rate"], self._put)
        return {"cursors": {PROJECT: self._last}}

    async def _put(self, dues: list[int]) -> None:
        for due in dues:
            self._last += 1
            text = event(self._last, due)
            for queue in self.queues:
                queue.put_nowait((self._last, text))


def event(seq: int, due: int) -> str:
    fields = {
        "type": "code:chunk",
        "projectId": PROJECT,
        "seq": seq,
        "run": RUN,
        "ts": int(time.time() * 1000),
        "path": "main.py",
        "attempt": 1,
        "at": 0,
        "text": str(due),
    }
    return json.dumps(fields, separators=(",", ":"))


class _Server(uvicorn.Server):
    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        assert sockets
        say({"port": sockets[0].getsockname()[1], "cursors": {PROJECT: 0}})


async def _main(app: Any, channel: Channel) -> None:
    listening = socket.create_server(("127.0.0.1", 0), backlog=2048)
    server = _Server(uvicorn.Config(app, http="httptools", log_level="warning"))
    serving = asyncio.create_task(server.serve([listening]))
    await obey({"publish": channel.publish})
    server.should_exit = server.force_exit = True
    await serving


def run(app: Any, channel: Channel) -> None:
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_main(app, channel))
