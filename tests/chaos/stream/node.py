"""Run by a trial: one node, which serves the door and appends what it is told.

    python -m tests.chaos.stream.node SPEC

Commands come on standard input, answers leave on standard output, each a line of JSON; the end
of standard input ends the node. An append is told only after it has returned.
"""

import asyncio
import contextlib
import os
import random
import sys
import time
from collections.abc import Coroutine
from pathlib import Path
from typing import Any, cast

import msgspec
import uvloop

from smartforge.engine.base import Engine
from smartforge.errors import DatabaseUnusable, Fenced, UnknownProject
from smartforge.log.base import Log
from smartforge.server import transport
from smartforge.server.build import build
from smartforge.server.options import ServerOptions
from smartforge.server.serve import serve
from tests.chaos.stream import faults
from tests.chaos.stream.script import PROJECTS, Batch, batches, created, said

PACE = 0.012
"""Seconds between two appends, at most."""

SOCKET_BYTES = 16 * 1024
"""What the kernel takes for a viewer: so little that one who reads slowly is soon waited for."""


class Spec(msgspec.Struct, frozen=True):
    """How a node is started. `database` is a path, or the URL of a PostgreSQL server.

    `mark` tells this start from all others, `first` is the very first. `fault` names a fault to
    plant.
    """

    seed: int
    database: str
    mark: str
    first: bool = True
    clock: int = 0
    fault: str = ""


class JumpingClock:
    """The machine's time, `jump` milliseconds off."""

    def __init__(self, jump: int) -> None:
        self.jump = jump

    def __call__(self) -> int:
        return time.time_ns() // 1_000_000 + self.jump


def open_log(database: str, clock: JumpingClock) -> Log:
    """The log in this database, not open yet."""
    if database.startswith("postgres"):
        from smartforge.log.postgres import PostgresLog

        return PostgresLog(database, clock=clock)
    from smartforge.log.sqlite import SQLiteLog

    return SQLiteLog(Path(database), clock)


def tell(*words: object) -> None:
    """One line; the pipe is read all the time, so this does not wait."""
    os.write(1, msgspec.json.encode(words) + b"\n")


class Node:
    """Does what the commands say, each in a task of its own."""

    def __init__(self, spec: Spec, log: Log, clock: JumpingClock) -> None:
        self._spec = spec
        self._log = log
        self._clock = clock
        self._rng = random.Random(f"{spec.seed} {spec.mark}")
        self._under_way: set[asyncio.Task[None]] = set()
        self.stop = asyncio.Event()

    async def obey(self, commands: asyncio.StreamReader) -> None:
        """Until they end."""
        while line := await commands.readline():
            match msgspec.json.decode(line):
                case ["clock", int(jump)]:
                    self._clock.jump = jump
                case ["create", str(project_id)]:
                    self._begin(self._create(project_id))
                case ["write", str(project_id), int(start), int(order)]:
                    self._begin(self._write(project_id, start, order))
                case ["say", str(project_id), str(key)]:
                    self._begin(self._append(project_id, said(key), key, None))
                case other:
                    raise ValueError(other)
        self.stop.set()

    async def close(self) -> None:
        """Stop appending, wherever that is."""
        for each in self._under_way:
            each.cancel()
        await asyncio.gather(*self._under_way, return_exceptions=True)

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._under_way.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._under_way.discard(task)
        if not task.cancelled() and (error := task.exception()):
            tell("failed", repr(error))

    async def _create(self, project_id: str) -> None:
        head = await self._log.create(project_id, [created(project_id)])
        tell("ack", project_id, "created", head.last)

    async def _write(self, project_id: str, start: int, order: int) -> None:
        """The project's script from a batch on, under an epoch of its own."""
        script = batches(self._spec.seed, project_id, self._spec.mark)
        epoch = await self._claim(project_id)
        try:
            for number in range(start, len(script)):
                await self._append(project_id, script[number], f"b{number}", epoch)
                await asyncio.sleep(self._rng.random() * PACE)
        except Fenced:
            tell("fenced", project_id, order)

    async def _claim(self, project_id: str) -> int:
        while True:
            try:
                return await self._log.claim(project_id)
            except DatabaseUnusable:
                await asyncio.sleep(PACE)

    async def _append(self, project_id: str, batch: Batch, key: str, epoch: int | None) -> None:
        """Again and again where the database is away: the key stores it once all the same."""
        while True:
            try:
                last = await self._log.append(
                    project_id, batch.facts, run=batch.run, epoch=epoch, key=key
                )
            except DatabaseUnusable:
                await asyncio.sleep(PACE)
            else:
                tell("ack", project_id, key, last)
                return


async def _tails(log: Log) -> dict[str, int]:
    tails: dict[str, int] = {}
    for project_id in PROJECTS:
        with contextlib.suppress(UnknownProject):
            tails[project_id] = (await log.head(project_id)).last
    return tails


async def _commands() -> asyncio.StreamReader:
    reader = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    return reader


async def main(spec: Spec) -> None:
    """Open, serve until told to stop, close: as the product does."""
    clock = JumpingClock(spec.clock)
    if not spec.first:
        faults.lose_tail(spec.database, spec.fault)
    log = faults.forgetting(open_log(spec.database, clock), spec.fault)
    await log.open()
    node = Node(spec, log, clock)
    obeying = asyncio.create_task(node.obey(await _commands()))
    try:
        tails = await _tails(log)
        # There are no runs here: what a run and its engine append, the commands append.
        server = build(log, cast(Engine, None), ServerOptions(heartbeat=1.0))
        transport.SEND_BUFFER = SOCKET_BYTES
        await serve(
            faults.planted(server, spec.fault),
            host="127.0.0.1",
            port=0,
            ready=lambda url: tell("ready", url, tails),
            stop=node.stop,
        )
    finally:
        obeying.cancel()
        await node.close()
        await log.close()


if __name__ == "__main__":
    uvloop.run(main(msgspec.json.decode(sys.argv[1], type=Spec)))
