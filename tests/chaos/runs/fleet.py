"""The servers of a trial together: any that is up may be asked, and any may be disturbed."""

import asyncio
import contextlib
import random
from pathlib import Path

import psycopg
from msgspec.structs import replace

from tests.chaos.runs.databases import Database
from tests.chaos.runs.node import Spec
from tests.chaos.runs.plan import ASKING, Disturbance, Plan
from tests.chaos.runs.server import Server

GIVEN_UP_SECONDS = 15.0
LOOK_SECONDS = 0.1


class Fleet:
    """The nodes of the plan on one database. What chance decides here hangs on the plan's seed."""

    def __init__(
        self, plan: Plan, spec: Spec, database: Database, model: str, folder: Path, temporary: Path
    ) -> None:
        self._rng = random.Random(f"{plan.seed} fleet")
        self._database = database
        self._is_door = asyncio.Event()
        self._is_node = asyncio.Event()
        self._asked: Server | None = None
        self.servers = [
            Server(
                number,
                replace(spec, role=role),
                database,
                model,
                folder,
                temporary,
                self._changed,
            )
            for number, role in enumerate(plan.nodes)
        ]

    @property
    def nodes(self) -> dict[str, str]:
        """What the cluster calls whom we call so, of all that there ever were."""
        return {name: node for each in self.servers for name, node in each.nodes.items()}

    @property
    def said(self) -> str:
        """What they wrote to standard error."""
        return "\n".join(f"--- {each.name}\n{each.said[-4000:]}" for each in self.servers)

    async def start(self) -> None:
        """Start all of them at once. Raises ServerFailed."""
        await asyncio.gather(*(each.start() for each in self.servers))
        await asyncio.to_thread(self._database.watch)

    async def port(self, *, asking: bool = False) -> int:
        """Where one of those that are up can be asked; waits until there is one.

        `asking`: it is going to be sent a command.
        """
        while True:
            await self._is_door.wait()
            server = self._rng.choice([each for each in self.servers if each.port is not None])
            if asking:
                self._asked = server
            assert server.port is not None
            return server.port

    async def victim(self, what: Disturbance) -> Server:
        """Which of those that are up it is to befall; waits until there is one."""
        await self._is_node.wait()
        up = [each for each in self.servers if each.is_up]
        if what.aimed and what.when in ASKING:
            meant = [each for each in up if each is self._asked]
        elif what.aimed:
            executes = await asyncio.to_thread(self._database.nodes)
            meant = [each for each in up if executes.get(each.node)]
        else:
            meant = up
        return self._rng.choice(meant or up)

    async def given_up(self, server: Server) -> None:
        """Wait until the others have given it up, or until it is clear that nobody does."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(GIVEN_UP_SECONDS):
                node, there = server.node, True
                while there:
                    await asyncio.sleep(LOOK_SECONDS)
                    with contextlib.suppress(psycopg.OperationalError):  # It may be away.
                        there = node in await asyncio.to_thread(self._database.nodes)

    async def stop(self) -> list[tuple[int, list[str]]]:
        """SIGTERM to all; the exit status of each, and the processes that did not go with it."""
        return await asyncio.gather(*(each.stop() for each in self.servers))

    async def close(self) -> None:
        """Leave nothing running, whatever happened."""
        await asyncio.gather(*(each.close() for each in self.servers))

    def _changed(self) -> None:
        for event, there in (
            (self._is_door, any(each.port is not None for each in self.servers)),
            (self._is_node, any(each.is_up for each in self.servers)),
        ):
            event.set() if there else event.clear()
