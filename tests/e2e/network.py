"""The network between a browser and a server, in the hands of a test: it cuts, stalls and lies."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from enum import Enum
from urllib.parse import urlsplit

from tests.wire_http import reset

BLOCK = 4096
PATIENCE = 20
BAD_GATEWAY = (
    b"HTTP/1.1 502 Bad Gateway\r\nContent-Type: text/html\r\nContent-Length: 21\r\n"
    b"Connection: close\r\n\r\n<h1>502 Bad GW</h1>\r\n"
)


class Weather(Enum):
    """What happens to what is on its way, and to whoever comes."""

    FINE = "everything passes"
    STALLED = "connections stay open and nothing passes"
    SLOW = "little passes at a time"
    HELD_BACK = "answers pass, but not what streams say"
    BAD_GATEWAY = "requests are answered with 502, streams end"
    OFFLINE = "connections are reset"


class Network:
    """Passes everything on to the server, as the weather lets it.

    `streams` is how many streams of events are open, `most` how many there ever were at once and
    `opened` how many were asked for. What is stalled or held back is not lost.
    """

    def __init__(self, server: str) -> None:
        parts = urlsplit(server)
        assert parts.hostname
        assert parts.port
        self._place = (parts.hostname, parts.port)
        self._writers: dict[asyncio.StreamWriter, bool] = {}
        self._changed = asyncio.Condition()
        self._weather = Weather.FINE
        self.most = self.opened = 0
        self.url = ""

    @property
    def streams(self) -> int:
        return sum(self._writers.values())

    async def turn(self, weather: Weather) -> None:
        """Have another weather from now on."""
        async with self._changed:
            self._weather = weather
            self._changed.notify_all()
        if weather in (Weather.OFFLINE, Weather.BAD_GATEWAY):
            self.cut()

    def cut(self) -> None:
        """Break every connection; whoever comes after that is let in."""
        for writer in tuple(self._writers):
            reset(writer)

    async def until(self, *, streams: int, opened: int = 0) -> None:
        """Wait until so many streams are open, and at least so many were asked for."""
        async with asyncio.timeout(PATIENCE), self._changed:
            await self._changed.wait_for(lambda: self.streams == streams and self.opened >= opened)

    async def pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, until either side ends it."""
        if self._weather is Weather.OFFLINE:
            reset(writer)
            return
        self._writers[writer] = False
        behind, server = await asyncio.open_connection(*self._place)
        ways = [
            asyncio.create_task(self._up(reader, server, writer)),
            asyncio.create_task(self._down(behind, writer)),
        ]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)
            server.transport.abort()
            writer.close()
            del self._writers[writer]
            await self._tell()

    async def _up(
        self,
        reader: asyncio.StreamReader,
        server: asyncio.StreamWriter,
        writer: asyncio.StreamWriter,
    ) -> None:
        with suppress(OSError):
            while said := await reader.read(BLOCK):
                await self._gate(Weather.STALLED)
                if self._weather is Weather.BAD_GATEWAY:
                    writer.write(BAD_GATEWAY)
                    await writer.drain()
                    return
                await self._note(writer, streaming=b"GET /api/stream?" in said)
                server.write(said)
                await server.drain()

    async def _down(self, behind: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while said := await behind.read(BLOCK):
                await self._gate(Weather.STALLED)
                if self._writers[writer]:
                    await self._gate(Weather.HELD_BACK)
                writer.write(said)
                await writer.drain()
                if self._weather is Weather.SLOW:
                    await asyncio.sleep(len(said) / 40_000)

    async def _gate(self, closed: Weather) -> None:
        async with self._changed:
            await self._changed.wait_for(lambda: self._weather is not closed)

    async def _note(self, writer: asyncio.StreamWriter, *, streaming: bool) -> None:
        """A connection asks for a stream, or is used again for something else."""
        self._writers[writer] = streaming
        self.opened += streaming
        self.most = max(self.most, self.streams)
        await self._tell()

    async def _tell(self) -> None:
        async with self._changed:
            self._changed.notify_all()


@asynccontextmanager
async def network(server: str) -> AsyncGenerator[Network, None]:
    """A network before this server, on a free port of loopback."""
    made = Network(server)
    async with await asyncio.start_server(made.pass_on, "127.0.0.1", 0) as listening:
        made.url = f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}"
        yield made
        made.cut()
