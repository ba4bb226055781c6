"""A proxy before PostgreSQL that loses one connection exactly when it commits."""

import contextlib
import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Literal, Self

Cut = Literal["before", "after", "late"]
"""The commit never arrives; or its answer does not; or it arrives when all thought it lost."""

Signs = tuple[bytes, bytes]
"""What only the commit holds, and what only its answer does."""

TRANSACTION: Signs = (b"COMMIT", b"COMMIT\x00")
STATEMENT: Signs = (b"code:chunk", b"SELECT 1\x00")
"""Of one that is a transaction of its own: it holds the events."""

SYNC = b"S\x00\x00\x00\x04"
"""Ends a series of queries (postgresql.org/docs, Message Formats)."""


class Proxy:
    """Passes everything on between a socket in `folder` and the server's own, until `cut` is set.

    The next connection that sends a commit, told by its `signs`, is then lost in that way, and
    `cut` is None again. A late commit is delivered once `is_awaited` says that somebody waits for
    it, or another transaction was committed meanwhile, whose client hears of that afterwards.
    """

    def __init__(
        self, folder: Path, server: Path, signs: Signs, is_awaited: Callable[[], bool]
    ) -> None:
        self.folder = folder
        self._signs = signs
        self._transactions = 0
        self._none_is_late = threading.Event()
        self._none_is_late.set()
        self._is_awaited = is_awaited
        self._server = server
        self._listening = socket.socket(socket.AF_UNIX)
        self._listening.bind(str(folder / server.name))
        self._listening.listen()
        self._threads: list[threading.Thread] = []
        self._sockets: list[socket.socket] = []
        self.cut: Cut | None = None

    def __enter__(self) -> Self:
        self._begin(self._accept)
        return self

    def __exit__(self, *_: object) -> None:
        for each in (self._listening, *self._sockets):
            _shut(each)
        for thread in self._threads:
            thread.join(10)
        for each in (self._listening, *self._sockets):
            each.close()

    def _begin(self, what: object, *arguments: object) -> None:
        assert callable(what)
        self._threads.append(threading.Thread(target=what, args=arguments, daemon=True))
        self._threads[-1].start()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listening.accept()
                server = socket.socket(socket.AF_UNIX)
                server.connect(str(self._server))
                self._sockets += [client, server]
                fate = (client, server, threading.Event(), threading.Event())
                self._begin(self._upward, *fate)
                self._begin(self._downward, *fate)

    def _upward(
        self,
        client: socket.socket,
        server: socket.socket,
        lost: threading.Event,
        is_late: threading.Event,
    ) -> None:
        with contextlib.suppress(OSError):
            while data := client.recv(65536):
                if self._signs[0] in data and self.cut is not None:
                    cut, self.cut = self.cut, None
                    if cut == "after":
                        lost.set()
                    else:
                        if cut == "late":
                            self._none_is_late.clear()
                        _shut(client)
                    if cut == "before":
                        break
                    if cut == "late":
                        before = self._transactions
                        is_late.set()
                        _until(lambda: self._transactions > before or self._is_awaited())  # noqa: B023
                        server.sendall(data + SYNC)
                        return
                server.sendall(data)
        if not lost.is_set():
            _shut(server)

    def _downward(
        self,
        client: socket.socket,
        server: socket.socket,
        lost: threading.Event,
        is_late: threading.Event,
    ) -> None:
        answer = b""
        with contextlib.suppress(OSError):
            while data := server.recv(65536):
                if TRANSACTION[1] in data and not is_late.is_set():
                    self._transactions += 1
                    self._none_is_late.wait(10)
                elif is_late.is_set():
                    self._none_is_late.set()
                if not lost.is_set():
                    client.sendall(data)
                    continue
                answer += data
                if self._signs[1] in answer:
                    break
        _shut(client)
        _shut(server)


def _until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.005)


def _shut(one: socket.socket) -> None:
    with contextlib.suppress(OSError):
        one.shutdown(socket.SHUT_RDWR)
