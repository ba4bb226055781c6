"""What a measured Python server does besides serving: obeys commands, publishes at a pace."""

import asyncio
import json
import sys
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

Put = Callable[[list[int]], Awaitable[None]]
"""Publishes one event for each moment, at once. A moment is when it was due, in nanoseconds of
the monotonic clock, which all processes of a machine share."""

Command = Callable[[Any], Awaitable[Mapping[str, object]]]


async def publish(events: int, rate: float, put: Put) -> None:
    """Publish at `rate` events a second; 0 publishes all of them at once.

    An event that is published late, because the server had no time, still carries the moment at
    which it was due: what viewers then wait is not left out.
    """
    start = time.monotonic_ns()
    if not rate:
        await put([start] * events)
        return
    for number in range(events):
        due = start + int(number * 1e9 / rate)
        await asyncio.sleep(max(0.0, (due - time.monotonic_ns()) / 1e9))
        await put([min(due, time.monotonic_ns())])


async def obey(commands: Mapping[str, Command]) -> None:
    """Answer the commands on standard input, each with a line, until it is closed.

    A command is `{"do": NAME, ...}`.
    """
    lines = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    while line := await lines.readline():
        command = json.loads(line)
        say(await commands[command["do"]](command))


def say(answer: Mapping[str, object]) -> None:
    print(json.dumps(answer), flush=True)
