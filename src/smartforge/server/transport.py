"""The connection below a request: what of it an endless answer has to know, bound and cut."""

import asyncio
import contextlib
import socket
import struct
from collections.abc import Callable
from typing import Any, cast

from starlette.types import Scope

EXTENSION = "smartforge.connection"
"""The key of a scope's extensions under which its `Connection` stands."""

SEND_BUFFER = 256 * 1024
"""Bytes asked of the kernel for what a peer has not yet taken; Linux counts twice that."""

UNHEARD = 60.0
"""Seconds after which a peer that acknowledges nothing of what was sent is given up."""

_NO_LINGER = struct.pack("ii", 1, 0)


def _ends() -> None:
    """In the place of `gone` where an answer ends with its application."""


class Connection:
    """What lies between the server and one client; other requests may follow on it."""

    __slots__ = ("_transport", "_write", "gone")

    def __init__(self, transport: asyncio.Transport, keeps: bool = False) -> None:
        self._transport = transport
        self._write: Callable[[bytes], None] | None = None
        self.gone: Callable[[], None] | None = None if keeps else _ends

    @property
    def buffered(self) -> int:
        """Bytes that wait in this process because the kernel takes no more."""
        return self._transport.get_write_buffer_size()

    @property
    def is_lost(self) -> bool:
        """Whether nothing that is written arrives any more."""
        return self._transport.is_closing()

    def keep(self, gone: Callable[[], None]) -> bool:
        """Let the answer go on after the application has returned, with the same `send`.

        So nothing waits in memory for an answer that goes on for hours: no task, and none of
        the layers between. `gone` is called once, soon after the answer or the connection has
        ended. False where that cannot be (a WebSocket, say); then the application has to stay.
        """
        if self.gone is not None:
            return False
        self.gone = gone
        return True

    def push(self, chunk: bytes) -> bool:
        """Write a piece of the body as it is on the wire, past ASGI; False where that cannot be.

        `chunk` is in the chunked coding (RFC 9112, section 7.1; `chunked` makes it), so that
        thousands of answers share one and the same. It is taken only of an answer that is kept,
        while the socket has room; else nothing is written, and `send` is the way.
        """
        write = self._write
        if write is None:
            return False
        write(chunk)
        return True

    def allow_push(self, allowed: bool) -> None:
        """The server's own: from now on the body may be pushed, or no longer."""
        self._write = self._transport.write if allowed else None

    def let_go(self) -> Callable[[], None] | None:
        """The server's own: the answer or the connection is over. What is to be called, if any.

        Whoever is called is forgotten, so that no circle of objects is left behind.
        """
        self._write = None
        gone, self.gone = self.gone, _ends
        return None if gone is _ends else gone

    def abort(self) -> None:
        """Cut it at once; what is buffered is dropped, in the kernel too (with an RST).

        Calling it again is harmless.
        """
        self._set(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)
        self._transport.abort()

    def bound(self) -> None:
        """Let the kernel hold little for the peer, and notice where it has vanished.

        For long streams: a peer that never reads costs at most SEND_BUFFER twice, and one that
        acknowledges nothing for UNHEARD is cut by the kernel (TCP_USER_TIMEOUT, RFC 5482). On
        Linux that also ends one that keeps its window shut for so long. Where the socket or the
        platform knows no such option, nothing happens.
        """
        self._set(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)
        option = getattr(socket, "TCP_USER_TIMEOUT", None)
        if option is not None:
            self._set(socket.IPPROTO_TCP, option, int(UNHEARD * 1000))

    def _set(self, level: int, option: int, value: int | bytes) -> None:
        if self._transport.is_closing():  # Its descriptor may be another connection's by now.
            return
        opened = cast("socket.socket | None", self._transport.get_extra_info("socket"))
        if opened is not None:
            with contextlib.suppress(OSError, ValueError):
                opened.setsockopt(level, option, value)


def chunked(data: bytes) -> bytes:
    """Data as one chunk of a body in the chunked coding. Raises ValueError for none at all."""
    if not data:
        raise ValueError("an empty chunk would end the body")
    return b"%x\r\n%b\r\n" % (len(data), data)


def beneath(scope: Scope) -> Connection | None:
    """The connection of a request or WebSocket; None on a server that is not ours."""
    extensions: dict[str, Any] = scope.get("extensions") or {}
    return extensions.get(EXTENSION)
