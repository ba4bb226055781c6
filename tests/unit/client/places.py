"""Servers for a client: ours, which comes and goes, and scripted ones that speak as they like."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from smartforge.client import CaughtUp, Client, Received
from smartforge.log.memory import MemoryLog
from smartforge.server.build import build
from smartforge.server.options import ServerOptions
from smartforge.server.serve import serve
from tests.unit.server.rig import FakeEngine

SILENCE = b"\x00silence"
END = b'data: {"type":"end"}\n\n'


class Naps:
    """Waits that take no time, remembered in seconds."""

    def __init__(self) -> None:
        self.taken: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.taken.append(seconds)
        await asyncio.sleep(0.001)


class Place:
    """A loopback port and a log; the server there may be stopped and started again."""

    def __init__(self) -> None:
        self.log = MemoryLog()
        self.engine = FakeEngine(self.log)
        self._port = 0
        self._stop = asyncio.Event()
        self._running: asyncio.Task[None] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    def client(self, *, patience: float = 20.0) -> Client:
        return Client(self.url, patience=patience, sleep=Naps())

    async def start(self) -> None:
        self._stop = asyncio.Event()
        url: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._running = asyncio.create_task(
            serve(
                build(self.log, self.engine, ServerOptions()),
                host="127.0.0.1",
                port=self._port,
                ready=url.set_result,
                stop=self._stop,
            )
        )
        self._port = int((await url).rstrip("/").rpartition(":")[2])

    async def stop(self) -> None:
        if self._running is not None:
            self._stop.set()
            await self._running
            self._running = None

    async def restore(self, log: MemoryLog) -> None:
        """Start again on another log, as from a copy."""
        await self.stop()
        self.log, self.engine = log, FakeEngine(log)
        await self.start()


class Scripted:
    """A server that answers each request with the next of its answers, the last one for ever.

    `asked` are the heads of the requests. Where an answer ends, so does its connection; with
    `SILENCE` at the answer's end, only after the client has gone.
    """

    def __init__(self, answers: tuple[bytes, ...]) -> None:
        self.asked: list[bytes] = []
        self.url = ""
        self._left = list(answers)

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.asked.append(await reader.readuntil(b"\r\n\r\n"))
        said = self._left.pop(0) if len(self._left) > 1 else self._left[0]
        writer.write(said.removesuffix(SILENCE))
        await writer.drain()
        if said.endswith(SILENCE):
            await reader.read()
        writer.close()

    def cursors(self) -> list[str]:
        """The `Last-Event-ID` of each request, empty where there was none."""
        found: list[str] = []
        for head in self.asked:
            lines = head.decode().lower().split("\r\n")
            named = [line.partition(": ")[2] for line in lines if line.startswith("last-event-id")]
            found.append("".join(named))
        return found


@asynccontextmanager
async def saying(*answers: bytes) -> AsyncGenerator[Scripted, None]:
    scripted = Scripted(answers)
    async with await asyncio.start_server(scripted.answer, "127.0.0.1", 0) as server:
        scripted.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        yield scripted


def http(
    body: bytes, media: str = "application/json", status: str = "200 OK", more: str = ""
) -> bytes:
    head = f"HTTP/1.1 {status}\r\nContent-Type: {media}\r\n{more}Connection: close\r\n\r\n"
    return head.encode() + body


def sse(body: bytes) -> bytes:
    return http(body, "text/event-stream")


def chunked(body: bytes) -> bytes:
    """The stream as our server sends it: one chunk a frame."""
    frames = [frame + b"\n\n" for frame in body.split(b"\n\n")[:-1]]
    parts = b"".join(b"%x\r\n%b\r\n" % (len(frame), frame) for frame in frames)
    more = "Transfer-Encoding: chunked\r\n"
    return http(parts + b"0\r\n\r\n", "text/event-stream", more=more)


def chunk(seq: int, text: str = "x") -> bytes:
    data = (
        b'{"type":"code:chunk","projectId":"p","seq":%d,"run":"r","ts":1,'
        b'"path":"a","attempt":1,"at":0,"text":"%b"}' % (seq, text.encode())
    )
    return b"id: %d\ndata: %b\n\n" % (seq, data)


async def followed(
    client: Client, project_id: str, after: int = 0, *, live: bool = False
) -> list[Received]:
    return [event async for event in client.follow(project_id, after, live=live)]


async def compacted(client: Client, project_id: str, after: int = 0) -> list[Received | CaughtUp]:
    return [event async for event in client.follow(project_id, after, compact=True)]


def seqs(events: list[Received] | list[Received | CaughtUp]) -> list[int]:
    return [event.seq for event in events]
