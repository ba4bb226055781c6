"""A sandbox that runs nothing: a unix socket behind which a function plays the application."""

import asyncio
import base64
import shutil
import socket
import tempfile
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

from starlette.types import ASGIApp, Message, Scope

from smartforge.sandbox.base import Ended, Level, Program, Served

Play = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]

UP = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}"
CRASH = 'Traceback (most recent call last):\n  File "/app/app/main.py", line 7\nValueError: no\n'


async def read_head(reader: asyncio.StreamReader) -> bytes:
    return await reader.readuntil(b"\r\n\r\n")


def saying(answer: bytes) -> Play:
    """An application that gives the same bytes to every request, then closes."""

    async def play(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_head(reader)
        writer.write(answer)

    return play


async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """An application that answers each request with its own head."""
    while True:
        head = await read_head(reader)
        length = next(
            (int(line[15:]) for line in head.lower().split(b"\r\n") if line[:15] == LENGTH), 0
        )
        body = await reader.readexactly(length)
        told = head + body
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n%b" % (len(told), told))


LENGTH = b"content-length:"


@asynccontextmanager
async def played(play: Play) -> AsyncGenerator[Path]:
    """The socket behind which it plays; connections are closed when it returns."""
    playing: set[asyncio.Task[None]] = set()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        this = asyncio.current_task()
        assert this is not None
        playing.add(this)
        try:
            await play(reader, writer)
        except (asyncio.CancelledError, asyncio.IncompleteReadError, ConnectionError):
            return
        finally:
            writer.close()

    # In a thread, since a server's loop may not be held up; awaited, whoever is cancelled.
    making = asyncio.ensure_future(asyncio.to_thread(_listening))
    try:
        folder, listener = await asyncio.shield(making)
        server = await asyncio.start_unix_server(connected, sock=listener)
        try:
            yield Path(folder) / SOCKET
        finally:
            server.close()
            for each in playing:
                each.cancel()
            await asyncio.gather(*playing, return_exceptions=True)
    finally:
        await asyncio.wait([making])
        folder, listener = making.result()
        listener.close()
        await asyncio.to_thread(shutil.rmtree, folder)


SOCKET = "app.sock"
CODE = b"what the sandbox compiled"


def _listening() -> tuple[str, socket.socket]:
    folder, listener = tempfile.mkdtemp(), socket.socket(socket.AF_UNIX)
    listener.bind(str(Path(folder) / SOCKET))
    return folder, listener


class FakeServed:
    """Implements `Served`; `end` is what a crash does."""

    def __init__(self, socket: Path) -> None:
        self.socket = socket
        self._ended: asyncio.Future[Ended] = asyncio.get_running_loop().create_future()

    def running(self) -> bool:
        return not self._ended.done()

    async def ended(self) -> Ended:
        return await asyncio.shield(self._ended)

    def end(self, stderr: str = CRASH) -> None:
        if self.running():
            self._ended.set_result(Ended(1, "", stderr, None, 1.0))


class FakeSandbox:
    """Implements `Sandbox`. Each start plays the next of `lives`, the last one again and again."""

    def __init__(self, *lives: Play) -> None:
        self._lives = lives
        self.programs: list[Program] = []
        self.served: list[FakeServed] = []
        self.compiled: list[Program] = []
        self.open = 0

    async def probe(self) -> Level:
        return Level("full", "nothing runs")

    async def run(self, program: Program) -> Ended:
        assert program.arguments[-1].startswith('"""Compiles'), "nothing else is run"
        self.compiled.append(program)
        return Ended(0, base64.b64encode(CODE).decode(), "", None, 0.1)

    def serve(self, program: Program, application: str) -> AbstractAsyncContextManager[Served]:
        assert application in ("app.main:app", "smartforge_entry:entry")
        return self._serve(program)

    @asynccontextmanager
    async def _serve(self, program: Program) -> AsyncGenerator[Served]:
        play = self._lives[min(len(self.served), len(self._lives) - 1)]
        self.programs.append(program)
        async with played(play) as place:
            served = FakeServed(place)
            self.served.append(served)
            self.open += 1
            try:
                yield served
            finally:
                self.open -= 1
                served.end("")


class Client:
    """Asks an ASGI application as a server would, and keeps what it sends."""

    def __init__(self, app: ASGIApp, scope: Scope, pieces: Iterator[bytes]) -> None:
        self._app = app
        self._scope = scope
        self._pieces = pieces
        self._left = asyncio.Event()
        self.heard = asyncio.Event()
        self.messages: list[Message] = []

    async def __call__(self) -> "Client":
        await self._app(self._scope, self._receive, self._send)
        return self

    def leave(self) -> None:
        self._left.set()

    @property
    def status(self) -> int:
        return self.messages[0]["status"]

    @property
    def headers(self) -> dict[bytes, bytes]:
        return dict(self.messages[0]["headers"])

    @property
    def body(self) -> bytes:
        return b"".join(message.get("body", b"") for message in self.messages[1:])

    @property
    def whole(self) -> bool:
        """Whether the answer came to its end."""
        return bool(self.messages) and not self.messages[-1].get("more_body", False)

    async def _receive(self) -> Message:
        if (piece := next(self._pieces, None)) is not None:
            return {"type": "http.request", "body": piece, "more_body": True}
        if not self._left.is_set() and self._pieces is not END:
            self._pieces = END
            return {"type": "http.request", "body": b"", "more_body": False}
        await self._left.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: Message) -> None:
        self.messages.append(message)
        self.heard.set()


END: Iterator[bytes] = iter(())


def client(
    app: ASGIApp,
    path: str = "/books",
    method: str = "GET",
    headers: dict[str, str] | None = None,
    body: Iterator[bytes] = END,
    **more: Any,
) -> Client:
    """A client with one request."""
    given = {"host": "127.0.0.1:8001"} | (headers or {})
    scope: Scope = {
        "type": "http",
        "method": method,
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": [(name.encode(), value.encode()) for name, value in given.items()],
        **more,
    }
    return Client(app, scope, body)
