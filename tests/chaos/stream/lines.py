"""A viewer's way to the nodes: a TCP proxy of its own, which cuts at random bytes."""

import asyncio
import contextlib
import random
import socket
import struct
from collections.abc import Callable
from typing import Literal

RESET = struct.pack("ii", 1, 0)
SMALL = 4096


Cut = Literal["end", "reset", "hang"]
CUTS: tuple[Cut, ...] = ("end", "end", "reset", "reset", "hang")

ACCEPTING_ROUNDS = 5
"""How often asyncio's loop turns at most from a connection's arrival to its first step here."""


class Carried:
    """One connection. `cut` says that it was ended here and not by the node.

    It is over for the viewer then; `hanging`, the node has not heard of that.
    """

    def __init__(self, node: int, near: asyncio.StreamWriter, far: asyncio.StreamWriter) -> None:
        self.node = node
        self.cut = False
        self.hanging = False
        self.released = asyncio.Event()
        self._near = near
        self._far = far

    def sever(self, how: Cut) -> None:
        """End both sides at once, or leave the node with a viewer that reads no more."""
        self.cut = True
        self.hanging = how == "hang"
        for each in (self._near,) if self.hanging else (self._near, self._far):
            if how == "reset":
                raw: socket.socket = each.get_extra_info("socket")
                with contextlib.suppress(OSError):
                    raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
            each.transport.abort()
        if not self.hanging:
            self.released.set()


class Line:
    """Listens on `port` for one viewer and carries each connection to a node.

    `choose` names the node and its port, or None while there is none to be had. While `rough`,
    most connections end after a number of bytes that chance decides.
    """

    def __init__(
        self, choose: Callable[[], tuple[int, int] | None], rng: random.Random, *, narrow: bool
    ) -> None:
        self._choose = choose
        self._rng = rng
        self._narrow = narrow
        self._open: set[Carried] = set()
        self._carrying: set[asyncio.Task[None]] = set()
        self.rough = True
        self.cuts = 0
        self.connections = 0
        self.latest: Carried | None = None
        self.port = 0
        self._server: asyncio.Server | None = None

    async def open(self) -> None:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        if self._server is None:
            return
        # What was accepted as the server closed would be forgotten, and its socket left open:
        # Python 3.11 refuses it by an assertion that nobody sees. The viewer has ended by now.
        for _ in range(ACCEPTING_ROUNDS):
            await asyncio.sleep(0)
        self._server.close()
        for _ in range(ACCEPTING_ROUNDS):  # `wait_closed` of Python 3.11 does not wait for these.
            await asyncio.sleep(0)
        while self._carrying:
            for each in tuple(self._open):
                each.sever("end")
            await asyncio.wait(self._carrying, timeout=0.1)
        await self._server.wait_closed()
        self._server = None

    def cut(self) -> None:
        """End what is open now."""
        for each in tuple(self._open):
            if not each.cut:
                self.cuts += 1
                each.sever(self._rng.choice(CUTS))

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        carrying = asyncio.current_task()
        assert carrying
        self._carrying.add(carrying)
        try:
            await self._carry(reader, writer)
        finally:
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()
            self._carrying.discard(carrying)  # last: whoever closes the line waits for these

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        chosen = self._choose()
        if chosen is None:
            writer.transport.abort()
            return
        node, port = chosen
        try:
            far = await connected(port, narrow=self._narrow)
        except OSError:
            writer.transport.abort()
            return
        self.connections += 1
        carried = self.latest = Carried(node, writer, far[1])
        self._open.add(carried)
        try:
            up = asyncio.create_task(_pump(reader, far[1], carried))
            await self._down(far[0], writer, carried)
            up.cancel()
            await asyncio.gather(up, return_exceptions=True)
            if carried.hanging:
                await carried.released.wait()
        finally:
            far[1].close()
            with contextlib.suppress(OSError):
                await far[1].wait_closed()
            self._open.discard(carried)

    def _budget(self) -> int | None:
        """Bytes after which to cut; as often among the first few hundred as anywhere later."""
        if self._rng.random() < 0.35:
            return None
        return int(2 ** self._rng.uniform(4, 19))

    async def _down(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, carried: Carried
    ) -> None:
        """From the node to the viewer, to the last byte of the budget."""
        if self._narrow:
            raw: socket.socket = writer.get_extra_info("socket")
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SMALL)
        writer.transport.set_write_buffer_limits(high=SMALL)
        left = self._budget()
        with contextlib.suppress(OSError):
            while part := await reader.read(SMALL if self._narrow else 2**16):
                if left is not None and self.rough:
                    part, over = part[:left], len(part) >= left
                    left -= len(part)
                    if over:
                        writer.write(part)
                        await writer.drain()
                        self.cuts += 1
                        carried.sever(self._rng.choice(CUTS))
                        return
                writer.write(part)
                await writer.drain()


async def connected(
    port: int, *, narrow: bool
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """A connection to loopback; a narrow one holds little of what is not read."""
    raw = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    raw.setblocking(False)
    try:
        if narrow:
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SMALL)
        await asyncio.get_running_loop().sock_connect(raw, ("127.0.0.1", port))
    except BaseException:
        raw.close()
        raise
    return await asyncio.open_connection(sock=raw, limit=SMALL if narrow else 2**16)


async def _pump(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, carried: Carried
) -> None:
    """From the viewer to the node; when the viewer goes, so does the connection."""
    with contextlib.suppress(OSError):
        while part := await reader.read(2**16):
            writer.write(part)
            await writer.drain()
    if not carried.hanging:
        writer.transport.abort()
