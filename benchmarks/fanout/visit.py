"""One visit to one server: started afresh, watched by many viewers at several paces, ended."""

import asyncio
import sys
import tempfile
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec

from benchmarks.fanout.servers import TOKEN, Server
from benchmarks.programs import Program, ProgramError, cores, cpu, own_memory, running

WARM_VIEWERS = 10
WARM_EVENTS = 10
WARM_RATE = 20.0
SETTLE = 0.3
"""Seconds between the heads of all answers and the first event, which no peer would send again."""

GRACE = 5.0
"""Seconds that a program has to answer what it should answer at once."""


class Pace(msgspec.Struct, frozen=True):
    """How many events, how many a second (0: all at once), and the seconds to wait for them."""

    name: str
    events: int
    rate: float
    bound: float


class Measured(msgspec.Struct, frozen=True):
    """One pace, with every delivery counted and checked.

    CPU in seconds per 100,000 deliveries, `share` of one core; latencies in milliseconds.
    """

    cpu: float
    client: float
    share: float
    took: float
    p50: float
    p99: float


class Overloaded(msgspec.Struct, frozen=True):
    """Not every delivery was made before time was up: there is no number."""

    deliveries: int
    expected: int
    bound: float


class Visit:
    """A server with its viewers. The seqs that they have seen go on from pace to pace."""

    def __init__(self, server: Server, program: Program, crowd: Program) -> None:
        self._server = server
        self._program = program
        self._crowd = crowd
        self._cursors: dict[str, int] = program.ready["cursors"]

    async def connect(self, viewers: int) -> None:
        """Raises ProgramError where not every viewer gets its stream, and every event in it."""
        await self._gather(WARM_VIEWERS)
        await self._crowd.ask({"do": "leave"}, GRACE)
        self._before = own_memory(self._program.pid)
        self._viewers = viewers
        await self._gather(viewers)

    async def _gather(self, viewers: int) -> None:
        port = self._program.ready["port"]
        command = {
            "do": "connect",
            "port": port,
            "count": viewers,
            "request": self._server.request(port, self._cursors),
            "cursors": self._cursors,
            "numbered": self._server.numbered,
        }
        answer = await self._crowd.ask(command, 60.0)
        if answer["viewers"] != viewers:
            raise ProgramError(f"{answer['viewers']} of {viewers} streams: {answer['faults']}")
        await asyncio.sleep(SETTLE)
        if isinstance(await self.measure(Pace("warm", WARM_EVENTS, WARM_RATE, 20.0)), Overloaded):
            raise ProgramError("events to warm up with did not reach every viewer")

    async def measure(self, pace: Pace) -> Measured | Overloaded:
        """Raises ProgramError for an event that is missing, out of order or misnumbered."""
        await self._crowd.ask({"do": "watch", "events": pace.events, "seconds": pace.bound}, GRACE)
        before = cpu(self._program.pid)
        seconds = pace.bound + GRACE
        publish = {"do": "publish", "events": pace.events, "rate": pace.rate}
        published = asyncio.create_task(self._program.ask(publish, seconds))
        seen = await self._crowd.answer(seconds)
        if seen["deliveries"] < seen["expected"]:
            published.cancel()
        else:
            self._cursors = (await published)["cursors"]
        return _measured(seen, cpu(self._program.pid) - before, pace)

    def grown(self) -> float:
        """Kilobytes a viewer by which the server's memory has grown since it had none."""
        return (own_memory(self._program.pid) - self._before) / self._viewers


def _measured(seen: dict[str, Any], seconds: float, pace: Pace) -> Measured | Overloaded:
    if seen["faults"]:
        raise ProgramError(f"pace {pace.name}: {'; '.join(seen['faults'])}")
    deliveries, expected = seen["deliveries"], seen["expected"]
    if deliveries < expected:
        return Overloaded(deliveries, expected, pace.bound)
    if deliveries > expected:
        raise ProgramError(f"pace {pace.name}: {deliveries} deliveries, {expected} were due")
    return Measured(
        cpu=seconds / deliveries * 100_000,
        client=seen["cpu"] / deliveries * 100_000,
        share=seconds / max(seen["took"], 0.001),
        took=seen["took"],
        p50=seen["p50"],
        p99=seen["p99"],
    )


@asynccontextmanager
async def visiting(server: Server, viewers: int) -> AsyncGenerator[Visit, None]:
    """The server, started, with that many viewers. Raises ProgramError where that fails."""
    theirs, clients = cores()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        variables = {"SMARTFORGE_TOKEN": TOKEN}
        command = server.command(folder)
        reader = (sys.executable, "-m", "benchmarks.fanout.viewers")
        quiet = folder / "viewers"
        quiet.mkdir()
        async with (
            running(command, folder, core=theirs, variables=variables) as program,
            running(reader, quiet, core=clients, variables={}) as crowd,
        ):
            visit = Visit(server, program, crowd)
            await visit.connect(viewers)
            yield visit
