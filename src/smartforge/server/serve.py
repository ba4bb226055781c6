"""Runs the server on a socket until it is told to stop."""

import asyncio
import contextlib
import errno
import functools
import signal
import socket
from collections.abc import AsyncGenerator, Callable, Generator
from typing import Any, Protocol, cast

import msgspec
import uvicorn
from starlette.types import Receive, Scope, Send

from smartforge.errors import SettingsInvalid
from smartforge.server import descriptors, hosts
from smartforge.server.protocol import DEFAULTS, BoundedProtocol, BoundedWebSocket, Limits

BACKLOG = 2048
LINGER = 2.0
"""Seconds that connections have to finish once the server stops; then they are cut."""

SHORT_LINGER = 1.0
"""For who has nobody worth waiting for."""

WORDS = 64 * 1024
"""Bytes that a WebSocket may say at once; nobody has anything to say there."""

BACKSTOP = 3
"""Seconds after which whatever still runs is cancelled."""


class Serving(Protocol):
    """An ASGI application that can end its open streams."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None: ...

    def end_streams(self) -> None:
        """Bid every viewer farewell."""
        ...


async def serve(
    app: Serving,
    *,
    host: str,
    port: int,
    ready: Callable[[str], None],
    stop: asyncio.Event | None = None,
    limits: Limits = DEFAULTS,
) -> None:
    """Serve until SIGTERM, SIGINT, SIGHUP or `stop`; then end all streams and return.

    `ready` gets the URL of the page once connections are accepted; port 0 takes a free one.
    Returns within about 3 s of being told to stop. Signals are taken on the main thread alone.
    The process's limit of open files is raised; where it is still too low for the connections
    in `limits`, there may be fewer. Run it on uvloop for speed; any asyncio loop will do.
    Raises SettingsInvalid where the address cannot be had.
    """
    descriptors.raise_limit()
    sockets = listen(host, port)
    url = url_of(host, sockets[0].getsockname()[1])
    server = _Uvicorn(app, lambda: ready(url), LINGER, limits)
    with _closing(sockets), _stopped_by(server):
        async with _stopped_at(server, stop):
            await server.serve(sockets)


async def serve_on(
    sockets: list[socket.socket],
    app: Serving,
    *,
    ready: Callable[[], None],
    stop: asyncio.Event,
    linger: float = SHORT_LINGER,
) -> None:
    """Serve on sockets of `listen` until `stop`, then return; signals are left to the caller.

    Connections that are busy then have `linger` seconds. The sockets are closed at the end.
    """
    server = _Uvicorn(app, ready, linger)
    with _closing(sockets):
        async with _stopped_at(server, stop):
            await server.serve(sockets)


def listen(host: str, port: int) -> list[socket.socket]:
    """Bound sockets, one for each address of the host, all with the same port.

    Raises SettingsInvalid, with the cure, where the address or port cannot be had.
    """
    bound: list[socket.socket] = []
    try:
        found = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE | socket.AI_NUMERICSERV
        )
        for family, kind, protocol, _, address in dict.fromkeys(found):
            each = socket.socket(family, kind, protocol)
            bound.append(each)
            each.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if family == socket.AF_INET6:
                each.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            taken = bound[0].getsockname()[1] if len(bound) > 1 else port
            each.bind((address[0], taken, *address[2:]))
            each.setblocking(False)
    except OSError as error:
        for each in bound:
            each.close()
        raise _refused(host, port, error) from error
    return bound


def url_of(host: str, port: int) -> str:
    """Where a browser on this machine finds the page."""
    name = hosts.plain(host)
    if name in ("0.0.0.0", "::"):
        name = "127.0.0.1" if name == "0.0.0.0" else "::1"
    return f"http://[{name}]:{port}/" if ":" in name else f"http://{name}:{port}/"


class _Uvicorn(uvicorn.Server):
    """Uvicorn with our signals, with a word when it listens, and an end for idle connections."""

    def __init__(
        self,
        app: Serving,
        listening: Callable[[], None],
        linger: float,
        limits: Limits = DEFAULTS,
    ) -> None:
        room = descriptors.room_for(limits.connections)
        limits = msgspec.structs.replace(limits, connections=room)
        protocol = functools.partial(BoundedProtocol, limits=limits)
        config = uvicorn.Config(
            app,
            http=cast(Any, protocol),  # Uvicorn only calls it.
            ws=BoundedWebSocket,
            ws_max_size=WORDS,
            ws_per_message_deflate=False,  # It would cost 12 KiB and CPU for each viewer.
            lifespan="off",
            log_config=None,
            log_level="warning",
            access_log=False,  # It would write the token of the first URL.
            server_header=False,
            backlog=BACKLOG,
            timeout_graceful_shutdown=BACKSTOP,
        )
        super().__init__(config)
        self._app = app
        self._listening = listening
        self._linger = linger

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """Nothing: uvicorn raises the signal again after it has stopped, which is no exit 0."""
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._listening()

    def stop(self) -> None:
        """Stop soon; told twice, stop now."""
        self.force_exit = self.should_exit
        self.should_exit = True
        self._app.end_streams()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        cut = asyncio.get_running_loop().call_later(self._linger, self._cut)
        try:
            await super().shutdown(sockets)
        finally:
            cut.cancel()

    def _cut(self) -> None:
        for connection in list(self.server_state.connections):
            connection.transport.abort()


@contextlib.contextmanager
def _closing(sockets: list[socket.socket]) -> Generator[None, None, None]:
    try:
        yield
    finally:
        for each in sockets:
            each.close()


@contextlib.contextmanager
def _stopped_by(server: _Uvicorn) -> Generator[None, None, None]:
    loop = asyncio.get_running_loop()
    taken: list[signal.Signals] = []
    for each in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        if signal.getsignal(each) is signal.SIG_IGN:  # Under nohup, for example.
            continue
        # Elsewhere than on the main thread, and on Windows, signals are not ours to take.
        with contextlib.suppress(ValueError, RuntimeError, NotImplementedError):
            loop.add_signal_handler(each, server.stop)
            taken.append(each)
    try:
        yield
    finally:
        for each in taken:
            loop.remove_signal_handler(each)


@contextlib.asynccontextmanager
async def _stopped_at(server: _Uvicorn, stop: asyncio.Event | None) -> AsyncGenerator[None]:
    watch = asyncio.create_task(_stop_when(server, stop)) if stop else None
    try:
        yield
    finally:
        if watch:
            watch.cancel()


async def _stop_when(server: _Uvicorn, stop: asyncio.Event) -> None:
    await stop.wait()
    server.stop()


def _refused(host: str, port: int, error: OSError) -> SettingsInvalid:
    if error.errno == errno.EADDRINUSE:
        return SettingsInvalid(
            f"Port {port} on {host} is taken by another program.",
            "Choose another one with --port, or --port 0 for any free one.",
        )
    if error.errno in (errno.EACCES, errno.EPERM):
        return SettingsInvalid(
            f"This user may not listen on port {port}.", "Choose one above 1023 with --port."
        )
    return SettingsInvalid(
        f"This machine cannot listen on {host!r}: {error.strerror or error}.",
        "Choose one of its own addresses with --host, such as 127.0.0.1 or 0.0.0.0.",
    )
