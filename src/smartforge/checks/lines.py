"""Connections to an application: each for one request after the other, as long as it stays open.

HTTP/1.1 over a unix socket, and no more of it than judges need: no cookies, no redirects, nothing
is decompressed. A whole client takes as long for a request as the application does.
"""

import asyncio
from pathlib import Path

import h11
import httpx

Told = tuple[int, list[tuple[str, str]], bytes]

PIECE = 65_536
MOST_HEAD = 100 * 1024


class Broken(Exception):
    """A connection ended before the whole answer was there, or the answer was none."""


class TooLarge(Broken):
    """The answer goes on beyond the limit, or is compressed."""


class Line:
    """One connection, opened when it is first written to."""

    def __init__(self, socket: Path, most_bytes: int) -> None:
        self._socket = socket
        self._most_bytes = most_bytes
        self._wire = h11.Connection(h11.CLIENT, max_incomplete_event_size=MOST_HEAD)
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None

    async def write(self, request: httpx.Request, *, but: int = 0) -> bytes:
        """Write all of it but for so many bytes, which are returned.

        Raises OSError, and h11.ProtocolError where it is nothing that can be sent.
        """
        head = h11.Request(
            method=request.method, target=request.url.raw_path, headers=request.headers.raw
        )
        events = (head, h11.Data(data=await request.aread()), h11.EndOfMessage())
        text = b"".join(self._wire.send(event) or b"" for event in events)
        if self._writer is None:
            self._reader, self._writer = await asyncio.open_unix_connection(str(self._socket))
        cut = len(text) - but
        self._writer.write(text[:cut])
        await self._writer.drain()
        return text[cut:]

    def end(self, rest: bytes) -> None:
        assert self._writer is not None
        self._writer.write(rest)

    async def answer(self) -> Told:
        """Header names are lower case.

        Raises Broken, OSError, and h11.ProtocolError where it is no HTTP.
        """
        assert self._reader is not None
        status, headers, body = 0, list[tuple[str, str]](), bytearray()
        while True:
            event = self._wire.next_event()
            if event is h11.NEED_DATA:
                self._wire.receive_data(await self._reader.read(PIECE))
            elif isinstance(event, h11.Response):
                status = event.status_code
                headers = [
                    (name.decode("latin-1"), value.decode("latin-1"))
                    for name, value in event.headers
                ]
            elif isinstance(event, h11.Data):
                body += event.data
                if len(body) > self._most_bytes:
                    raise TooLarge(f"it has more than {self._most_bytes} bytes")
            elif isinstance(event, h11.EndOfMessage):
                return status, headers, bytes(body)
            elif isinstance(event, h11.ConnectionClosed) or event is h11.PAUSED:
                raise Broken("the connection was closed")

    def goes_on(self) -> bool:
        """Whether it can be written to again, after a whole answer."""
        more, ended = self._wire.trailing_data
        done = self._wire.our_state is h11.DONE and self._wire.their_state is h11.DONE
        if not done or more or ended:
            return False
        self._wire.start_next_cycle()
        return True

    def stands(self) -> bool:
        """Whether the other end has not closed it meanwhile."""
        return self._reader is not None and not self._reader.at_eof()

    def close(self) -> None:
        if self._writer is not None:
            self._writer.close()


class Lines:
    """As many connections as are asked at once; whoever makes it must `close` it."""

    def __init__(self, socket: Path, most_bytes: int) -> None:
        self._socket = socket
        self._most_bytes = most_bytes
        self._idle: list[Line] = []

    async def ask(self, request: httpx.Request) -> Told:
        """Status, headers and body of the answer. Raises Broken."""
        line = self._line()
        again = False
        try:
            await line.write(request)
            told = await line.answer()
            again = line.goes_on()
        except (OSError, h11.ProtocolError) as error:
            raise Broken(f"{type(error).__name__}: {error}") from None
        finally:
            # Also where somebody stops waiting in the middle of it.
            if again:
                self._idle.append(line)
            else:
                line.close()
        return told

    def _line(self) -> Line:
        while self._idle:
            line = self._idle.pop()
            if line.stands():
                return line
            line.close()
        return Line(self._socket, self._most_bytes)

    def close(self) -> None:
        for line in self._idle:
            line.close()
