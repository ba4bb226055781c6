"""`smartforge serve` as the nodes of a cluster, on one PostgreSQL that writes to the disk.

Each is a process with a TMPDIR of its own, which can be killed and started again.
"""

import asyncio
import os
import signal
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

from tests import postgres

from benchmarks.programs import ProgramError
from benchmarks.serving import Product, serving


class Node:
    """One place for a node, which is there after `start`, until `kill` or `stop`."""

    def __init__(
        self, folder: Path, variables: Mapping[str, str], program: Sequence[str] | None
    ) -> None:
        self._folder = folder
        self._variables = variables
        self._program = program
        self._life = AsyncExitStack()
        self._product: Product | None = None

    @property
    def product(self) -> Product:
        """The server as it is now; it has another address whenever it is started again."""
        if self._product is None:
            raise ProgramError("a node is asked that is not there")
        return self._product

    async def start(self) -> None:
        """Raises ProgramError where it does not become ready."""
        self._product = await self._life.enter_async_context(
            serving(self._folder, self._variables, program=self._program)
        )

    def kill(self) -> None:
        """`kill -9`, at once; `stop` has to follow."""
        os.kill(self.product.pid, signal.SIGKILL)

    async def stop(self) -> None:
        """Until it has ended."""
        self._product = None
        await self._life.aclose()


class Cluster:
    """The nodes, and the database that they share."""

    def __init__(self, nodes: Sequence[Node], server: postgres.Server, database: str) -> None:
        self.nodes = nodes
        self._server = server
        self._database = database

    async def shown(self, by: int = 0) -> Mapping[str, Any]:
        """What a node says of the cluster."""
        answer = await self.nodes[by].product.http.get("/api/cluster")
        answer.raise_for_status()
        return answer.json()

    def place(self, shown: Mapping[str, Any], node: str) -> int:
        """Which of the nodes it is that is shown under this id."""
        (name,) = [each["name"] for each in shown["nodes"] if each["id"] == node]
        pid = int(name.rpartition(":")[2])
        (place,) = [at for at, each in enumerate(self.nodes) if each.product.pid == pid]
        return place

    def backends(self) -> list[int]:
        """The processes of PostgreSQL that serve the connections of the nodes."""
        query = f"SELECT pid FROM pg_stat_activity WHERE datname = '{self._database}'"
        return [int(str(pid)) for (pid,) in self._server.execute(query)]

    @property
    def version(self) -> str:
        """PostgreSQL's."""
        [(version,)] = self._server.execute("SHOW server_version")
        return str(version)


@asynccontextmanager
async def cluster(
    count: int, folder: Path, variables: Mapping[str, str], *, program: Sequence[str] | None = None
) -> AsyncGenerator[Cluster, None]:
    """As many nodes on an empty database, until the block ends; `program` runs in each."""
    with postgres.running(durable=True) as server:
        database = server.new_database()
        nodes: list[Node] = []
        for number in range(count):
            own = folder / f"node-{number}"
            own.mkdir()
            set_ = {"SMARTFORGE_DATABASE_URL": server.url(database), "TMPDIR": str(own)}
            nodes.append(Node(own, {**variables, **set_}, program))
        try:
            starts = await asyncio.gather(*(node.start() for node in nodes), return_exceptions=True)
            if failed := next((each for each in starts if each is not None), None):
                raise failed
            yield Cluster(nodes, server, database)
        finally:
            await asyncio.gather(*(node.stop() for node in nodes))
