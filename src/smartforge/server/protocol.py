"""HTTP/1.1 and WebSocket as uvicorn speaks them, with a bound on what a client may cost.

The parser takes heads of any length, and keeps them in memory, for as long as the client likes.
So a connection is refused once its head goes on for longer than `HEAD_LIMIT` or has not arrived
in time, and at once where there are too many already. Smaller limits for what arrives whole
stand in `door`.
"""

import asyncio
from typing import Any, cast

import msgspec
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uvicorn._types import ASGI3Application
from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from uvicorn.server import ServerState
from websockets.http11 import Request

from smartforge.server.problems import MEDIA_TYPE, Problem, problem
from smartforge.server.transport import EXTENSION, Connection, beneath

HEAD_LIMIT = 128 * 1024
"""Bytes of request line and headers that are read before the request is refused."""

RETRY_AFTER = 5
"""Seconds that a client is asked to wait where the server is full."""

MALFORMED = problem(400, "http_malformed", "This is not HTTP/1.1 as it should be.")
TOO_LARGE = problem(431, "headers_too_large", "The head of the request does not end.")
TOO_LATE = problem(408, "head_too_late", "The head of the request did not arrive in time.")
FULL = problem(
    503,
    "too_many_connections",
    "The server has as many connections as it can bear.",
    "Try again in a few seconds.",
)


class Limits(msgspec.Struct, frozen=True):
    """What all clients together, and each alone, may take.

    `connections` are those of the whole server, WebSockets too. `head_timeout` is the seconds
    from the start of a connection, or of a later request on it, to the end of the head.
    """

    connections: int = 10_000
    head_timeout: float = 10.0


DEFAULTS = Limits()


class BoundedProtocol(HttpToolsProtocol):
    """Refuses heads without an end, late heads and connections beyond the limit, as problems.

    Every scope names its connection (`transport.beneath`). Between two requests uvicorn's own
    time-out for keep-alive holds.
    """

    _head_bytes = 0
    _in_head = False
    _has_begun = False
    _lateness: asyncio.TimerHandle | None = None
    _answering: Connection | None = None
    _pushes = False

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
        limits: Limits = DEFAULTS,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self._limits = limits

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        if len(self.connections) >= self._limits.connections:
            self.transport = transport
            self._refuse(FULL, f"Retry-After: {RETRY_AFTER}\r\n")
            return
        super().connection_made(transport)
        self._expect_head()

    def connection_lost(self, exc: Exception | None) -> None:
        self._head_came()
        super().connection_lost(exc)
        self._tell_gone()
        self.cycle = cast(Any, None)  # It knows this protocol: a circle that would stay for long.

    def pause_writing(self) -> None:
        super().pause_writing()
        self._let_push()

    def resume_writing(self) -> None:
        super().resume_writing()
        self._let_push()

    def data_received(self, data: bytes) -> None:
        if self.transport.is_closing():
            return
        self._has_begun = False
        super().data_received(data)
        # A head that began within these bytes is counted from the next ones on: those before it
        # may belong to another request.
        if self._in_head and not self._has_begun:
            self._head_bytes += len(data)
            if self._head_bytes > HEAD_LIMIT and not self.transport.is_closing():
                self._refuse(TOO_LARGE)
        if self._lateness is None and self._awaits_head():
            self._expect_head()

    def on_message_begin(self) -> None:
        self._has_begun = self._in_head = True
        self._head_bytes = 0
        super().on_message_begin()
        scope = cast("dict[str, Any]", self.scope)
        scope["extensions"] = {EXTENSION: Connection(self.transport, keeps=True)}

    def on_headers_complete(self) -> None:
        self._in_head = False
        self._head_came()
        super().on_headers_complete()

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: ASGI3Application) -> None:
        if cycle.scope["http_version"] == "1.0":
            app = cast(Any, Unchunked(cycle, cast(Any, app)))
        task = self.loop.create_task(self._run(cycle, app))
        task.add_done_callback(self.tasks.discard)
        self.tasks.add(task)

    async def _run(self, cycle: RequestResponseCycle, app: ASGI3Application) -> None:
        """Run the application; what it keeps (`Connection.keep`) goes on after it."""
        below = beneath(cast(Scope, cycle.scope))
        assert below is not None
        goes_on = False

        async def application(scope: Any, receive: Any, send: Any) -> None:
            nonlocal goes_on
            await app(scope, receive, send)
            over = cycle.disconnected or cycle.response_complete or not cycle.response_started
            goes_on = below.gone is not None and not over
            if goes_on:  # Uvicorn takes an answer for broken off that its application leaves.
                cycle.disconnected = True

        await cycle.run_asgi(application)
        # For the rest of the answer only the method is needed; all else would form a circle.
        cycle.scope = cast(Any, {"method": cycle.scope["method"]})
        if self.cycle is cycle and not self._in_head:
            self.scope, self.headers = cycle.scope, []
        self._answering = below
        if not goes_on:
            self._tell_gone()
            return
        cycle.disconnected = False
        cycle.on_response = self._end_kept
        self._pushes = cycle.chunked_encoding is True
        self._let_push()

    def _end_kept(self) -> None:
        self.on_response_complete()
        self._tell_gone()

    def _let_push(self) -> None:
        if self._answering is not None and self._pushes:
            self._answering.allow_push(not self.flow.write_paused)

    def _tell_gone(self) -> None:
        answering, self._answering, self._pushes = self._answering, None, False
        gone = answering.let_go() if answering is not None else None
        if gone is not None:
            self.loop.call_soon(gone)

    def send_400_response(self, msg: str) -> None:
        self._refuse(MALFORMED)

    def _newest(self) -> RequestResponseCycle | None:
        """The newest request whose head has come; uvicorn's type says that there always is one."""
        return cast("RequestResponseCycle | None", self.cycle)

    def _awaits_head(self) -> bool:
        """Whether nothing is being answered, on a connection that is still HTTP and open."""
        newest = self._newest()
        idle = newest is None or newest.response_complete
        return idle and self in self.connections and not self.transport.is_closing()

    def _expect_head(self) -> None:
        self._lateness = self.loop.call_later(self._limits.head_timeout, self._give_up)

    def _head_came(self) -> None:
        if self._lateness is not None:
            self._lateness.cancel()
            self._lateness = None

    def _give_up(self) -> None:
        self._lateness = None
        if self.transport.is_closing():
            return
        if self._in_head or self._newest() is None:
            self._refuse(TOO_LATE)
        else:  # What came belonged to a request that is answered already.
            self.transport.close()

    def _refuse(self, told: Problem, header: str = "") -> None:
        body = msgspec.json.encode({"type": "about:blank"} | msgspec.to_builtins(told))
        head = (
            f"HTTP/1.1 {told.status} {told.title}\r\nContent-Type: {MEDIA_TYPE}\r\n{header}"
            f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        )
        # Within another answer, these bytes would be taken for a part of it.
        newest = self._newest()
        if newest is None or newest.response_complete or not newest.response_started:
            self.transport.write(head.encode() + body)
        self.transport.close()


class Unchunked:
    """Answers HTTP/1.0, which knows no chunks: the body ends with the connection.

    RFC 9112, section 6.1. So asks nginx by default.
    """

    def __init__(self, cycle: RequestResponseCycle, app: ASGIApp) -> None:
        self._cycle = cycle
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        to_the_end = False

        async def unchunked(message: Message) -> None:
            nonlocal to_the_end
            if message["type"] == "http.response.start":
                names = {cast(bytes, name).lower() for name, _ in message.get("headers", ())}
                to_the_end = b"content-length" not in names
                if to_the_end:
                    self._cycle.chunked_encoding = False
            elif to_the_end:  # Uvicorn compares what is sent with the length that was announced.
                self._cycle.expected_content_length = len(message.get("body", b""))
            await send(message)

        await self._app(scope, receive, unchunked)


class BoundedWebSocket(WebSocketsSansIOProtocol):
    """Names its connection in the scope, as `BoundedProtocol` does, and has no 500 for a stop."""

    def shutdown(self) -> None:
        """Leave a handshake that is under way to the application: it knows that all ends."""
        if self.handshake_complete:
            super().shutdown()

    def handle_connect(self, event: Request) -> None:
        super().handle_connect(event)
        if self.response.status_code == 101:  # The application begins only after this call.
            extensions = cast("dict[str, Any]", self.scope.get("extensions"))
            extensions[EXTENSION] = Connection(self.transport)
