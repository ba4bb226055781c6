"""The little of HTTP/1.1 that scripted servers need: read a request, write or break a response."""

import asyncio
import json
import socket
import struct
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

Json = Any


@dataclass(frozen=True)
class Refusal:
    """A response that is no answer: any status with any body (a str is sent as it is)."""

    status: int = 500
    body: Json = "the server has a problem"
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    content_type: str = ""


@dataclass(frozen=True)
class Head:
    """A request without its meaning; `body` is None where it is no JSON."""

    method: str
    path: str
    headers: dict[str, str]
    body: Json


async def read_request(reader: asyncio.StreamReader) -> Head | None:
    """The next request of a connection; None where the client left before it was whole."""
    try:
        opening = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        first, *lines = opening.strip().split("\r\n")
        pairs = (line.partition(":") for line in lines)
        headers = {name.strip().lower(): value.strip() for name, _, value in pairs}
        content = await reader.readexactly(int(headers.get("content-length", "0")))
    except (asyncio.IncompleteReadError, OSError):
        return None
    method, path, _ = first.split(" ", 2)
    body = None
    if content:
        with suppress(ValueError):
            body = json.loads(content)
    return Head(method, path, headers, body)


async def gone(reader: asyncio.StreamReader) -> None:
    """Return once the client has closed or reset its side."""
    with suppress(OSError):
        while await reader.read(65_536):
            pass


def reset(writer: asyncio.StreamWriter) -> None:
    """End the connection with RST, so that the client's next read fails."""
    raw: socket.socket = writer.get_extra_info("socket")
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


async def respond(reply: Refusal, writer: asyncio.StreamWriter) -> None:
    """Write a whole response."""
    text = reply.body if isinstance(reply.body, str) else json.dumps(reply.body)
    data = text.encode()
    kind = "text/plain" if isinstance(reply.body, str) else "application/json"
    headers = {
        "Content-Type": reply.content_type or kind,
        "Content-Length": str(len(data)),
        "Connection": "close",
        **reply.headers,
    }
    lines = [f"HTTP/1.1 {reply.status} Scripted", *(f"{k}: {v}" for k, v in headers.items())]
    writer.write("\r\n".join([*lines, "", ""]).encode("latin-1") + data)
    await writer.drain()


async def open_stream(writer: asyncio.StreamWriter) -> None:
    """Write the head of a stream of server-sent events in chunked encoding."""
    lines = [
        "HTTP/1.1 200 OK",
        "Content-Type: text/event-stream",
        "Transfer-Encoding: chunked",
        "Connection: close",
    ]
    writer.write("\r\n".join([*lines, "", ""]).encode("latin-1"))
    await writer.drain()


async def send(data: bytes, writer: asyncio.StreamWriter) -> None:
    """Write one chunk; an empty one ends the response."""
    writer.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
    await writer.drain()
