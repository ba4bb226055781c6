"""A TCP proxy that cuts connections, as the networks between a viewer and a server do."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager, suppress
from urllib.parse import urlsplit

from tests.wire_http import reset

BLOCK = 4096


class Cutting:
    """Passes everything on, but cuts who follows a stream after so many bytes.

    Each connection with a request for a stream takes the next of `cuts`, as long as there are
    any: it is ended after so many bytes of what the server says, in turn by a plain end and by
    a reset. `taken` counts them.
    """

    def __init__(self, server: str, cuts: Sequence[int]) -> None:
        parts = urlsplit(server)
        assert parts.hostname
        assert parts.port
        self._place = (parts.hostname, parts.port)
        self._cuts = tuple(cuts)
        self._open: set[asyncio.Task[None]] = set()
        self.taken = 0
        self.url = ""

    async def pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, until either side ends it or it is cut."""
        behind, server = await asyncio.open_connection(*self._place)
        left = asyncio.get_running_loop().create_future()
        up = asyncio.create_task(self._up(reader, server, left))
        try:
            with suppress(OSError):
                await self._down(behind, writer, left)
        finally:
            up.cancel()
            for each in (server, writer):
                each.transport.abort() if each is server else each.close()

    async def _up(
        self,
        reader: asyncio.StreamReader,
        server: asyncio.StreamWriter,
        left: "asyncio.Future[int]",
    ) -> None:
        with suppress(OSError):
            while said := await reader.read(BLOCK):
                if b"/api/stream/" in said and not left.done() and self.taken < len(self._cuts):
                    left.set_result(self._cuts[self.taken])
                    self.taken += 1
                server.write(said)
                await server.drain()
        server.close()

    async def _down(
        self,
        behind: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        left: "asyncio.Future[int]",
    ) -> None:
        passed = 0
        while said := await behind.read(BLOCK):
            if left.done():
                rest = left.result() - passed
                writer.write(said[:rest])
                passed += len(said)
                if len(said) >= rest:
                    with suppress(OSError):
                        await writer.drain()
                    if self.taken % 2:
                        reset(writer)
                    return
            else:
                writer.write(said)
            await writer.drain()


@asynccontextmanager
async def cutting(server: str, cuts: Sequence[int]) -> AsyncGenerator[Cutting, None]:
    """A proxy before this server, on a free port of loopback."""
    proxy = Cutting(server, cuts)
    async with await asyncio.start_server(proxy.pass_on, "127.0.0.1", 0) as listening:
        proxy.url = f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}"
        yield proxy
