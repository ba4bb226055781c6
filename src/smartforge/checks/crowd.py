"""Requests that reach an application at the same moment.

Each is written but for its last byte; when all are, the last bytes follow in one go. So the
application has all of them before it can answer any, however busy this machine is.
"""

import asyncio
from collections.abc import Sequence
from pathlib import Path

import h11
import httpx

Told = tuple[int, list[tuple[str, str]], bytes]

PIECE = 65_536


class Broken(Exception):
    """A connection ended before the whole answer was there, or the answer was none."""


class _Exchange:
    """One request on a connection of its own."""

    def __init__(self, request: httpx.Request, most_bytes: int) -> None:
        self._request = request
        self._most_bytes = most_bytes
        self._wire = h11.Connection(h11.CLIENT)
        self._last = b""
        self._reader: asyncio.StreamReader
        self._writer: asyncio.StreamWriter

    async def begin(self, socket: Path) -> None:
        """Connect, and write all but the last byte."""
        self._reader, self._writer = await asyncio.open_unix_connection(str(socket))
        body = await self._request.aread()
        head = h11.Request(
            method=self._request.method,
            target=self._request.url.raw_path,
            headers=self._request.headers.raw,
        )
        events = (head, h11.Data(data=body), h11.EndOfMessage())
        text = b"".join(self._wire.send(event) or b"" for event in events)
        self._last = text[-1:]
        self._writer.write(text[:-1])
        await self._writer.drain()

    def end(self) -> None:
        self._writer.write(self._last)

    async def answer(self) -> Told:
        """Raises Broken."""
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
                    raise Broken(f"it has more than {self._most_bytes} bytes")
            elif isinstance(event, h11.EndOfMessage):
                return status, headers, bytes(body)
            elif isinstance(event, h11.ConnectionClosed):
                raise Broken("the connection was closed")

    def close(self) -> None:
        writer = getattr(self, "_writer", None)
        if writer is not None:
            writer.close()


async def at_once(socket: Path, requests: Sequence[httpx.Request], most_bytes: int) -> list[Told]:
    """Status, headers and body of each answer, in the order of the requests. Raises Broken."""
    exchanges = [_Exchange(request, most_bytes) for request in requests]
    try:
        for one in exchanges:
            await one.begin(socket)
        for one in exchanges:
            one.end()
        return [await one.answer() for one in exchanges]
    except (OSError, h11.RemoteProtocolError) as error:
        raise Broken(str(error)) from None
    finally:
        for one in exchanges:
            one.close()
