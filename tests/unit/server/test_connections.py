"""What one client may cost below HTTP, and how many there may be; over real sockets."""

import asyncio
import socket
import subprocess
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import cast

import pytest
import websockets
from starlette.types import Receive, Scope, Send

from smartforge.server.protocol import Limits
from smartforge.server.serve import serve
from smartforge.server.transport import SEND_BUFFER, Connection, beneath, chunked
from tests.unit.server.rig import until

REQUEST = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"
OK = b"HTTP/1.1 200 OK\r\n"

Client = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Answering:
    """Answers 200 once its gate is open; remembers the connections below what it was asked."""

    def __init__(self) -> None:
        self.port = 0
        self.gate = asyncio.Event()
        self.asked: list[Connection] = []
        self.kept: list[Send] = []
        self.gone: list[Connection] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        found = beneath(scope)
        assert found is not None
        self.asked.append(found)
        if scope["type"] == "websocket":
            assert not found.keep(self.gate.set)
            await send({"type": "websocket.accept"})
            while (await receive())["type"] != "websocket.disconnect":
                pass
        elif scope["path"] == "/kept":
            await send({"type": "http.response.start", "status": 200, "headers": []})
            assert found.keep(lambda: self.gone.append(found))
            self.kept.append(send)
        elif scope["path"] == "/flood":
            await self._flood(found, send)
        else:
            await self.gate.wait()
            await send({"type": "http.response.start", "status": 200, "headers": []})
            await send({"type": "http.response.body", "body": b"inside"})

    async def _flood(self, below: Connection, send: Send) -> None:
        """Send until the kernel takes no more."""
        await send({"type": "http.response.start", "status": 200, "headers": []})
        while not below.buffered:
            await send({"type": "http.response.body", "body": b"x" * 65_536, "more_body": True})
        await self.gate.wait()

    def end_streams(self) -> None:
        self.gate.set()


@asynccontextmanager
async def answering(limits: Limits) -> AsyncGenerator[Answering, None]:
    app = Answering()
    stop = asyncio.Event()
    url: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    running = asyncio.create_task(
        serve(app, host="127.0.0.1", port=0, ready=url.set_result, stop=stop, limits=limits)
    )
    try:
        app.port = int((await url).rstrip("/").rpartition(":")[2])
        yield app
    finally:
        stop.set()
        await running


@asynccontextmanager
async def calling(app: Answering) -> AsyncGenerator[Client, None]:
    reader, writer = await asyncio.open_connection("127.0.0.1", app.port)
    try:
        yield reader, writer
    finally:
        writer.transport.abort()


async def all_of(reader: asyncio.StreamReader) -> bytes:
    """Everything up to the end of the connection."""
    async with asyncio.timeout(20):
        return await reader.read()


@pytest.mark.parametrize("begun", [b"", b"\r\n", b"GET / HT", REQUEST[:-2]])
async def test_a_head_that_does_not_come_in_time_is_refused(begun: bytes) -> None:
    async with answering(Limits(head_timeout=0.05)) as app, calling(app) as (reader, writer):
        writer.write(begun)
        said = await all_of(reader)
        assert said.startswith(b"HTTP/1.1 408 ")
        assert b"application/problem+json" in said
        assert app.asked == []


async def test_the_head_of_a_later_request_has_no_more_time_than_that_of_the_first() -> None:
    async with answering(Limits(head_timeout=0.05)) as app, calling(app) as (reader, writer):
        app.gate.set()
        writer.write(REQUEST)
        await reader.readuntil(b"inside")
        writer.write(REQUEST[:10])
        assert b"HTTP/1.1 408 " in await all_of(reader)
        assert len(app.asked) == 1


async def test_an_answer_may_take_longer_than_a_head() -> None:
    async with answering(Limits(head_timeout=0.05)) as app, calling(app) as (reader, writer):
        writer.write(REQUEST)
        await until(lambda: app.asked)
        async with calling(app) as (other, _):  # It shows that the time has passed.
            assert (await all_of(other)).startswith(b"HTTP/1.1 408 ")
        app.gate.set()
        assert (await reader.readuntil(b"inside")).startswith(OK)


async def test_a_late_head_does_not_break_into_the_answer_before_it() -> None:
    async with answering(Limits(head_timeout=0.05)) as app, calling(app) as (reader, writer):
        writer.write(REQUEST + REQUEST[:10])
        await until(lambda: app.asked)
        async with calling(app) as (other, _):
            await all_of(other)
        app.gate.set()
        assert (await reader.readuntil(b"inside")).startswith(OK)


async def test_connections_beyond_the_limit_are_sent_away_until_there_is_room() -> None:
    async with answering(Limits(connections=2)) as app:
        async with calling(app) as (_, first), calling(app) as (_, second):
            first.write(REQUEST)
            second.write(REQUEST)
            await until(lambda: len(app.asked) == 2)
            async with calling(app) as (reader, _):
                said = await all_of(reader)
            assert said.startswith(b"HTTP/1.1 503 ")
            assert b"\r\nRetry-After: 5\r\n" in said
            assert b'"code":"too_many_connections"' in said
        app.gate.set()
        async with asyncio.timeout(20):
            while not await _is_let_in(app):
                pass


async def _is_let_in(app: Answering) -> bool:
    async with calling(app) as (reader, writer):
        writer.write(REQUEST)
        return (await reader.readline()).startswith(OK)


async def test_a_websocket_counts_as_a_connection() -> None:
    async with (
        answering(Limits(connections=1)) as app,
        websockets.connect(f"ws://127.0.0.1:{app.port}/", proxy=None),
        calling(app) as (reader, _),
    ):
        assert (await all_of(reader)).startswith(b"HTTP/1.1 503 ")


async def test_a_connection_can_be_cut_with_bytes_still_waiting() -> None:
    async with answering(Limits()) as app, calling(app) as (reader, writer):
        transport = cast(asyncio.Transport, writer.transport)
        transport.pause_reading()
        writer.write(b"GET /flood HTTP/1.1\r\nHost: localhost\r\n\r\n")
        await until(lambda: app.asked and app.asked[0].buffered)
        app.asked[0].abort()
        transport.resume_reading()
        with pytest.raises(ConnectionResetError):
            await all_of(reader)


async def test_a_websocket_can_be_cut() -> None:
    async with (
        answering(Limits()) as app,
        websockets.connect(f"ws://127.0.0.1:{app.port}/", proxy=None) as client,
    ):
        app.asked[0].abort()
        with pytest.raises(websockets.ConnectionClosedError):
            await client.recv()


KEPT = b"GET /kept HTTP/1.1\r\nHost: localhost\r\n\r\n"


async def test_a_kept_answer_goes_on_without_its_application() -> None:
    async with answering(Limits()) as app, calling(app) as (reader, writer):
        before = asyncio.all_tasks()
        writer.write(KEPT)
        await until(lambda: app.kept and asyncio.all_tasks() <= before)
        for piece in (b"one", b"two"):
            await app.kept[0]({"type": "http.response.body", "body": piece, "more_body": True})
            assert (await reader.readuntil(piece)).endswith(piece)
        assert app.gone == []
        await app.kept[0]({"type": "http.response.body", "body": b"end"})
        assert (await reader.readuntil(b"end\r\n0\r\n\r\n")).startswith(b"\r\n")
        await until(lambda: app.gone)
        app.gate.set()
        writer.write(REQUEST)  # The connection is as good as new.
        assert (await reader.readuntil(b"inside")).startswith(OK)
    assert len(app.gone) == 1


async def test_who_keeps_an_answer_is_told_once_that_the_client_has_gone() -> None:
    async with answering(Limits()) as app:
        async with calling(app) as (_, writer):
            writer.write(KEPT)
            await until(lambda: app.kept)
        await until(lambda: app.gone)
        await app.kept[0]({"type": "http.response.body", "body": b"late", "more_body": True})
    assert len(app.gone) == 1


async def test_a_request_that_follows_a_kept_answer_waits_for_its_end() -> None:
    async with answering(Limits()) as app, calling(app) as (reader, writer):
        app.gate.set()
        writer.write(KEPT + REQUEST)
        await until(lambda: app.kept)
        await app.kept[0]({"type": "http.response.body", "body": b"end"})
        assert (await reader.readuntil(b"end\r\n0\r\n\r\n")).startswith(OK)
        assert (await reader.readuntil(b"inside")).startswith(OK)


async def test_pieces_of_a_kept_answer_can_be_pushed_until_it_ends() -> None:
    async with answering(Limits()) as app, calling(app) as (reader, writer):
        writer.write(KEPT)
        await until(lambda: app.asked and app.asked[0].push(chunked(b"pushed")))
        assert (await reader.readuntil(b"pushed\r\n")).endswith(b"\r\n\r\n6\r\npushed\r\n")
        await app.kept[0]({"type": "http.response.body", "body": b"end"})
        assert not app.asked[0].push(chunked(b"late"))
        assert await reader.readuntil(b"0\r\n\r\n") == b"3\r\nend\r\n0\r\n\r\n"


async def test_nothing_is_pushed_into_an_answer_without_chunks() -> None:
    async with answering(Limits()) as app, calling(app) as (reader, writer):
        writer.write(KEPT.replace(b"HTTP/1.1", b"HTTP/1.0"))
        await until(lambda: app.kept)
        await app.kept[0]({"type": "http.response.body", "body": b"one", "more_body": True})
        assert not app.asked[0].push(chunked(b"pushed"))
        assert (await reader.readuntil(b"one")).endswith(b"\r\n\r\none")


async def test_nothing_is_pushed_to_a_client_that_does_not_read() -> None:
    async with answering(Limits()) as app, calling(app) as (_, writer):
        writer.write(KEPT)
        await until(lambda: app.asked and app.asked[0].push(chunked(b"x")))
        piece = chunked(b"x" * 65_536)
        for _ in range(10_000):
            if not app.asked[0].push(piece):
                break
        assert 0 < app.asked[0].buffered < 10 * 65_536


def test_an_empty_chunk_is_refused() -> None:
    with pytest.raises(ValueError, match="end"):
        chunked(b"")


async def test_a_bounded_connection_has_small_buffers_and_notices_a_vanished_peer() -> None:
    opened: asyncio.Future[asyncio.StreamWriter] = asyncio.get_running_loop().create_future()
    server = await asyncio.start_server(lambda _, writer: opened.set_result(writer), "127.0.0.1")
    async with server:
        _, client = await asyncio.open_connection(*server.sockets[0].getsockname())
        writer = await opened
        Connection(cast(asyncio.Transport, writer.transport)).bound()
        below = writer.get_extra_info("socket")
        assert below.getsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF) <= 2 * SEND_BUFFER
        assert below.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == 60_000
        writer.close()
        client.close()


async def test_bounding_what_is_no_tcp_connection_is_harmless() -> None:
    class Pipe(asyncio.Transport):
        """A transport with no socket below it."""

        def is_closing(self) -> bool:
            return False

    Connection(Pipe()).bound()


LIMITED = """
import resource
from smartforge.server import descriptors
resource.setrlimit(resource.RLIMIT_NOFILE, (300, 400))
before = descriptors.room_for(10_000)
descriptors.raise_limit()
print(before, descriptors.room_for(10_000), descriptors.room_for(5))
resource.setrlimit(resource.RLIMIT_NOFILE, (100, 100))
print(descriptors.room_for(10_000))
"""


async def test_the_limit_of_open_files_is_raised_and_some_are_left_free() -> None:
    asked = [sys.executable, "-c", LIMITED]
    done = await asyncio.to_thread(
        subprocess.run, asked, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["44", "144", "5", "1"]
