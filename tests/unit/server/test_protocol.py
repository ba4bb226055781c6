"""Heads of requests that do not end."""

import asyncio
from typing import Any

import pytest
import uvicorn
from starlette.responses import PlainTextResponse
from uvicorn.server import ServerState

from smartforge.server.protocol import HEAD_LIMIT, BoundedProtocol
from tests.unit.server.rig import until

HEAD = b"Host: localhost\r\n"
POST = b"POST / HTTP/1.1\r\n" + HEAD


class FakeTransport(asyncio.Transport):
    """Keeps what is written to it."""

    def __init__(self) -> None:
        super().__init__()
        self.written = b""
        self.closed = False

    def write(self, data: "bytes | bytearray | memoryview[Any]") -> None:
        assert not self.closed
        self.written += data

    def close(self) -> None:
        self.closed = True

    def is_closing(self) -> bool:
        return self.closed

    def pause_reading(self) -> None: ...

    def resume_reading(self) -> None: ...


@pytest.fixture
async def transport() -> FakeTransport:
    return FakeTransport()


@pytest.fixture
async def protocol(transport: FakeTransport) -> BoundedProtocol:
    config = uvicorn.Config(PlainTextResponse("inside"), lifespan="off", log_config=None)
    made = BoundedProtocol(config, ServerState(), {})
    made.connection_made(transport)
    return made


@pytest.mark.parametrize("piece", [1000, 65_536])
async def test_a_head_that_does_not_end_is_refused(
    protocol: BoundedProtocol, transport: FakeTransport, piece: int
) -> None:
    protocol.data_received(b"GET / HTTP/1.1\r\n" + HEAD + b"X: ")
    sent = 0
    while not transport.closed:
        assert sent <= HEAD_LIMIT
        protocol.data_received(b"x" * piece)
        sent += piece
    assert transport.written.startswith(b"HTTP/1.1 431 ")
    assert b"application/problem+json" in transport.written
    protocol.data_received(b"x" * HEAD_LIMIT)  # what was on its way changes nothing
    assert transport.written.count(b"HTTP/1.1") == 1


async def test_an_address_that_does_not_end_is_refused(
    protocol: BoundedProtocol, transport: FakeTransport
) -> None:
    protocol.data_received(b"GET /")
    for _ in range(HEAD_LIMIT // 65_536 + 1):
        protocol.data_received(b"x" * 65_536)
    assert transport.written.startswith(b"HTTP/1.1 431 ")


async def test_the_bytes_before_a_head_are_not_counted(
    protocol: BoundedProtocol, transport: FakeTransport
) -> None:
    """A body that ends and the next head that begins may come in one piece."""
    body = b"x" * HEAD_LIMIT * 2
    protocol.data_received(POST + b"Content-Length: %d\r\n\r\n" % len(body))
    protocol.data_received(body + b"GET / HTTP/1.1\r\n")
    protocol.data_received(HEAD + b"\r\n")
    await until(lambda: transport.written.count(b"HTTP/1.1 200 OK") == 2)
    assert not transport.closed


async def test_each_request_of_a_connection_has_the_whole_limit(
    protocol: BoundedProtocol, transport: FakeTransport
) -> None:
    for count in range(1, 5):
        protocol.data_received(b"GET / HTTP/1.1\r\nX: ")
        protocol.data_received(b"x" * (HEAD_LIMIT - 100))
        protocol.data_received(b"\r\n" + HEAD + b"\r\n")
        await until(lambda count=count: transport.written.count(b"HTTP/1.1 200 OK") == count)
    assert not transport.closed


async def test_what_is_not_http_is_a_problem(
    protocol: BoundedProtocol, transport: FakeTransport
) -> None:
    protocol.data_received(b"\x16\x03\x01 hello, TLS\r\n\r\n")
    assert transport.written.startswith(b"HTTP/1.1 400 ")
    assert b"application/problem+json" in transport.written
    assert transport.closed
