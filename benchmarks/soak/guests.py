"""Viewers that come, read for a while, and leave in every way in which clients leave."""

import asyncio
import random
import socket
import struct
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress

from benchmarks.fanout.servers import TOKEN
from benchmarks.soak.reader import Reader

ADDRESSES = 250
READ = 64 * 1024
MEAN_SECONDS = 3.0
LONGEST_SECONDS = 15.0
NEVER_SECONDS = 40.0
SMALL_BUFFER = 4096
TCP_REPAIR = 19
"""Linux: a connection that is closed in this state vanishes without a word to its peer."""

LINGER_RESET = struct.pack("ii", 1, 0)

WAYS = {
    "closes": 35,
    "resets": 20,
    "vanishes": 15,
    "stops sending": 10,
    "leaves before the answer": 10,
    "sends half a request": 5,
    "never reads": 5,
}
"""How a viewer leaves, and how many of a hundred leave so."""


class Guests:
    """All viewers together: what they did, and what they saw."""

    def __init__(self, port: int, projects: Sequence[str], long: str, seed: int) -> None:
        self._port = port
        self._projects = list(projects)
        self._long = long
        self._random = random.Random(seed)
        self._seen = dict.fromkeys(projects, 0)
        self.ways: Counter[str] = Counter()
        self.statuses: Counter[int] = Counter()
        self.faults: list[str] = []
        self.resumed = 0
        self.events = 0
        self.cut = 0
        self.ended = 0

    async def visit(self, way: str | None = None) -> None:
        """One viewer, from its connection to its end. Never raises for what the server does."""
        way = way or self._random.choices(list(WAYS), list(WAYS.values()))[0]
        if way == "vanishes" and not can_vanish():
            way = "resets"
        self.ways[way] += 1
        with socket.socket() as connection:
            try:
                await self._visit(way, connection)
            except OSError:
                self.cut += 1

    async def _visit(self, way: str, connection: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        if way == "never reads":
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SMALL_BUFFER)
        connection.setblocking(False)
        connection.bind((f"127.0.0.{2 + self._random.randrange(ADDRESSES)}", 0))
        await loop.sock_connect(connection, ("127.0.0.1", self._port))
        reader = Reader(self._chosen())
        request = self._request(way, reader.cursors)
        await loop.sock_sendall(connection, request)
        if way == "never reads":
            await asyncio.sleep(self._random.uniform(0, NEVER_SECONDS))
        elif way not in ("leaves before the answer", "sends half a request"):
            await self._stay(way, reader, connection)
            self._note(reader)
        if way in ("resets", "never reads"):
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_RESET)
        elif way == "vanishes":
            connection.setsockopt(socket.IPPROTO_TCP, TCP_REPAIR, 1)

    async def _stay(self, way: str, reader: Reader, connection: socket.socket) -> None:
        seconds = min(self._random.expovariate(1 / MEAN_SECONDS), LONGEST_SECONDS)
        # One read for the whole stay: what a cancelled one has taken from the socket is lost.
        reading = asyncio.create_task(self._read(reader, connection))
        await asyncio.wait({reading}, timeout=seconds)
        if way == "stops sending":
            with suppress(OSError):  # The server may have ended it first.
                connection.shutdown(socket.SHUT_WR)
            await asyncio.wait({reading}, timeout=seconds)
        reading.cancel()
        [ended] = await asyncio.gather(reading, return_exceptions=True)
        if isinstance(ended, OSError):
            self.cut += 1
        elif isinstance(ended, Exception):
            raise ended

    async def _read(self, reader: Reader, connection: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        while not reader.ended and (data := await loop.sock_recv(connection, READ)):
            reader.feed(data)

    def _note(self, reader: Reader) -> None:
        self.statuses[reader.status] += 1
        self.events += reader.events
        self.ended += reader.ended
        self.faults += reader.faults
        for project, seq in reader.cursors.items():
            self._seen[project] = max(self._seen[project], seq)

    # ---- what is asked for ----------------------------------------------------------------------

    def _chosen(self) -> dict[str, int]:
        """One project, or now and then several, from the start or from where somebody left off."""
        several = self._random.random() < 0.2
        chosen = self._random.sample(self._projects, self._random.randint(2, 6) if several else 1)
        resumes = self._random.random() < 0.7
        self.resumed += resumes
        return {project: self._seen[project] if resumes else 0 for project in chosen}

    def _request(self, way: str, cursors: dict[str, int]) -> bytes:
        head = f"Host: 127.0.0.1:{self._port}\r\nAuthorization: Bearer {TOKEN}\r\n"
        if way == "never reads":
            path = f"/api/stream/{self._long}?compact=0"
        elif len(cursors) > 1:
            places = ",".join(f"{project}:{seq}" for project, seq in cursors.items())
            path = f"/api/stream?at={places}"
        else:
            [(project, seq)] = cursors.items()
            path = f"/api/stream/{project}?live={self._random.randint(0, 1)}"
            head += f"Last-Event-ID: {seq}\r\n"
        request = f"GET {path} HTTP/1.1\r\n{head}\r\n".encode()
        return request[: len(request) // 2] if way == "sends half a request" else request


def can_vanish() -> bool:
    """Whether this user may leave connections half-open; it takes CAP_NET_ADMIN."""
    with socket.socket() as probe:
        try:
            probe.setsockopt(socket.IPPROTO_TCP, TCP_REPAIR, 1)
        except OSError:
            return False
    return True
