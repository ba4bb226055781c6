"""HTTP/1.1 and `text/event-stream` as a viewer reads them, byte by byte, forgiving nothing."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator
from typing import Self

import msgspec

from tests.chaos.stream.lines import connected


class Cut(Exception):
    """The connection ended in the middle of an answer."""


class Frame(msgspec.Struct, frozen=True):
    """One whole frame of a stream. `retry` is in milliseconds."""

    id: str | None
    data: bytes | None
    retry: int | None


class Frames:
    """Cuts a stream into frames (WHATWG HTML, section 9.2.6); the rest waits for more bytes."""

    def __init__(self) -> None:
        self._rest = bytearray()

    def feed(self, more: bytes) -> list[Frame]:
        """The frames that are now whole. Raises ValueError for what this server never sends."""
        self._rest += more
        *whole, rest = self._rest.split(b"\n\n")
        self._rest = rest
        return [_frame(bytes(each)) for each in whole]


def _frame(block: bytes) -> Frame:
    if b"\r" in block:
        raise ValueError(f"a line break where a browser sees one: {block!r}")
    fields: dict[bytes, bytes] = {}
    for line in block.split(b"\n"):
        name, _, value = line.partition(b": ")
        if name in fields or name not in (b"", b"id", b"data", b"retry"):
            raise ValueError(f"not a frame of ours: {block!r}")
        if name:
            fields[name] = value
    id_, retry = fields.get(b"id"), fields.get(b"retry")
    return Frame(
        id=None if id_ is None else id_.decode("ascii"),
        data=fields.get(b"data"),
        retry=None if retry is None else int(retry),
    )


class Exchange:
    """One request and its answer, on a connection of its own."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self.status = 0
        self.headers: dict[str, str] = {}
        self.whole = False

    @classmethod
    async def ask(cls, port: int, target: str, headers: dict[str, str], narrow: bool) -> Self:
        """Raises Cut where there is no whole head of an answer."""
        try:
            reader, writer = await connected(port, narrow=narrow)
        except OSError as error:
            raise Cut("not connected") from error
        exchange = cls(reader, writer)
        try:
            lines = [f"GET {target} HTTP/1.1", "Host: 127.0.0.1", "Connection: close"]
            lines += [f"{name}: {value}" for name, value in headers.items()]
            writer.write("\r\n".join([*lines, "", ""]).encode())
            await exchange._head()
        except BaseException:
            writer.close()
            raise
        return exchange

    async def close(self) -> None:
        self._writer.close()
        with contextlib.suppress(OSError):
            await self._writer.wait_closed()

    async def parts(self) -> AsyncGenerator[bytes, None]:
        """The body as it comes; `whole` is true after its proper end. Raises Cut."""
        if "content-length" in self.headers:
            yield await self._exactly(int(self.headers["content-length"]))
        elif self.headers.get("transfer-encoding") == "chunked":
            while size := int(await self._line(), 16):
                while size:
                    part = await self._some(min(size, 64 * 1024))
                    size -= len(part)
                    yield part
                await self._exactly(2)
            await self._exactly(2)
        self.whole = True

    async def _head(self) -> None:
        self.status = int((await self._line()).split()[1])
        while line := await self._line():
            name, _, value = line.partition(":")
            self.headers[name.lower()] = value.strip()

    async def _line(self) -> str:
        try:
            line = await self._reader.readuntil(b"\r\n")
        except (asyncio.IncompleteReadError, OSError) as error:
            raise Cut("in a line") from error
        return line[:-2].decode("ascii")

    async def _some(self, most: int) -> bytes:
        try:
            part = await self._reader.read(most)
        except OSError as error:
            raise Cut("in the body") from error
        if not part:
            raise Cut("in the body")
        return part

    async def _exactly(self, size: int) -> bytes:
        try:
            return await self._reader.readexactly(size)
        except (asyncio.IncompleteReadError, OSError) as error:
            raise Cut("in the body") from error
