"""Passes HTTP requests on to one generated API and streams its answers; an ASGI application."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from urllib.parse import quote

import httpcore
from starlette.types import Receive, Scope, Send

from smartforge.errors import SmartForgeError
from smartforge.preview.headers import NO_RULES, Rules, answered, asked
from smartforge.preview.refusals import (
    Refused,
    answer,
    busy,
    gone,
    malformed,
    slow,
    too_large,
)

MOST_BODY_BYTES = 64 * 1024 * 1024
PATIENCE_SECONDS = 60.0
WAIT_SECONDS = 30.0
SMALL_BYTES = 64 * 1024
BODILESS = (204, 304)

Connect = Callable[[], Awaitable[httpcore.AsyncConnectionPool]]


async def _nothing() -> None:
    """In the place of `broken`, where nobody is told."""


class Proxy:
    """Serves an API at the root, or below the `root_path` of a mount.

    Bodies are streamed in both directions and never kept; a request's may have 64 MiB. The API
    has 60 s after the last piece of a request to begin its answer, and any time to go on with it,
    as long as the client stays. No redirect is followed and nothing is asked twice. An answer that
    breaks off ends the connection, so that nobody takes it for whole.
    """

    def __init__(
        self,
        connect: Connect,
        rules: Rules = NO_RULES,
        *,
        most_body_bytes: int = MOST_BODY_BYTES,
        patience_seconds: float = PATIENCE_SECONDS,
        wait_seconds: float = WAIT_SECONDS,
        broken: Callable[[], Awaitable[None]] = _nothing,
    ) -> None:
        """`broken` is awaited where a connection broke: whether the API has ended is known then."""
        self._connect = connect
        self._broken = broken
        self._rules = rules
        self._most = most_body_bytes
        self._patience = patience_seconds
        self._timeouts = {"connect": 5.0, "pool": wait_seconds}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            # Generated APIs have none.
            await send({"type": "websocket.close", "code": 1008})
        if scope["type"] != "http":
            return
        try:
            response = await self._ask(scope, receive)
        except Refused as refused:
            await answer(send, refused)
            return
        except _Left:
            return
        try:
            await self._relay(scope, response, receive, send)
        finally:
            await response.aclose()

    async def _ask(self, scope: Scope, receive: Receive) -> httpcore.Response:
        """The head of the answer. Raises Refused, _Left."""
        announced = _announced(scope)
        if announced is not None and announced > self._most:
            raise too_large(self._most)
        try:
            return await self._send(scope, receive, announced)
        except httpcore.ConnectError:
            # Nothing was sent: the API has ended before, and can be started again for this.
            await self._broken()
        try:
            return await self._send(scope, receive, announced)
        except httpcore.ConnectError as error:
            raise gone("The application takes no connections.") from error

    async def _send(
        self, scope: Scope, receive: Receive, announced: int | None
    ) -> httpcore.Response:
        """Raises Refused, _Left; httpcore.ConnectError where nothing was sent yet."""
        try:
            connections = await self._connect()
        except SmartForgeError as error:
            raise gone(error.what, error.hint) from error
        prefix, scheme = scope.get("root_path", ""), scope.get("scheme", "http")
        headers = asked(scope["headers"], self._rules, prefix, scheme)
        try:
            async with asyncio.timeout(self._patience) as patience:
                body = None if announced == 0 else self._body(receive, patience)
                request = httpcore.Request(
                    scope["method"],
                    httpcore.URL(scheme=b"http", host=b"app", port=None, target=target_of(scope)),
                    headers=headers,
                    content=body,
                    extensions={"timeout": self._timeouts},
                )
                return await connections.handle_async_request(request)
        except TimeoutError:
            raise slow(self._patience) from None
        except httpcore.PoolTimeout:
            raise busy(len(connections.connections)) from None
        except httpcore.LocalProtocolError:
            raise malformed() from None
        except httpcore.ConnectError:
            raise
        except (httpcore.NetworkError, httpcore.TimeoutException) as error:
            await self._broken()
            raise gone("The application ended before it answered.") from error
        except httpcore.RemoteProtocolError as error:
            await self._broken()
            raise gone("The application ended before it answered, or spoke no HTTP.") from error

    async def _body(
        self, receive: Receive, patience: asyncio.Timeout
    ) -> AsyncGenerator[bytes, None]:
        taken = 0
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise _Left
            piece: bytes = message.get("body", b"")
            taken += len(piece)
            if taken > self._most:
                raise too_large(self._most)
            patience.reschedule(asyncio.get_running_loop().time() + self._patience)
            if piece:
                yield piece
            if not message.get("more_body", False):
                return

    async def _relay(
        self, scope: Scope, response: httpcore.Response, receive: Receive, send: Send
    ) -> None:
        host = next((value for name, value in scope["headers"] if name == b"host"), b"")
        prefix: str = scope.get("root_path", "")
        path = scope["path"].removeprefix(prefix) or "/"
        headers = answered(response.headers, self._rules, prefix, host, path)
        length = next((int(v) for n, v in headers if n == b"content-length"), None)
        if response.status in BODILESS:
            # A length is that of the body that there would be; servers wait for such a body.
            headers = [pair for pair in headers if pair[0] != b"content-length"]
            length = 0
        await send({"type": "http.response.start", "status": response.status, "headers": headers})
        if length is not None and length <= SMALL_BYTES:
            await _send_all(response, length, send)
            return
        # Servers take what is sent to clients who have left; so somebody has to look.
        async with asyncio.TaskGroup() as group:
            sending = group.create_task(_send_all(response, length, send))
            leaving = group.create_task(_left(receive))
            sending.add_done_callback(lambda _: leaving.cancel())
            leaving.add_done_callback(lambda _: sending.cancel())


class _Left(Exception):
    """The client is gone."""


async def _left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _send_all(response: httpcore.Response, length: int | None, send: Send) -> None:
    """Each piece as it comes. Breaks off where the API does."""
    sent, more = 0, True
    try:
        async for piece in response.aiter_stream():
            sent += len(piece)
            more = sent != length
            await send({"type": "http.response.body", "body": piece, "more_body": more})
    except (httpcore.NetworkError, httpcore.ProtocolError):
        return
    if more:
        await send({"type": "http.response.body", "body": b""})


def _announced(scope: Scope) -> int | None:
    """Bytes of the request's body; 0 for none, None where that is not said before."""
    length = 0
    for name, value in scope["headers"]:
        if name == b"transfer-encoding":
            return None
        if name == b"content-length":
            length = int(value) if value.isdigit() else 0
    return length


def target_of(scope: Scope) -> bytes:
    """Path and query as the client wrote them, without the prefix of a mount."""
    prefix: str = scope.get("root_path", "")
    raw: bytes = scope.get("raw_path") or quote(scope["path"]).encode()
    if prefix:
        written = quote(prefix).encode()
        if raw.startswith(written):
            raw = raw[len(written) :]
        else:
            raw = quote(scope["path"].removeprefix(prefix)).encode()
    query: bytes = scope.get("query_string", b"")
    return (raw or b"/") + (b"?" + query if query else b"")
