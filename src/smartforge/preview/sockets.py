"""Passes WebSockets on to one generated API, message by message; an ASGI application."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import cast

from starlette.types import Message, Receive, Scope, Send
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus
from websockets.typing import Subprotocol

from smartforge.errors import SmartForgeError
from smartforge.preview.headers import Rules, answered, asked
from smartforge.preview.proxy import PATIENCE_SECONDS, target_of
from smartforge.preview.refusals import Refused, gone, refuse, slow

MOST_BYTES = 1024 * 1024
"""Of one message of the API; what the client says is bounded by the server in front."""

CLOSE_SECONDS = 1.0
OF_HANDSHAKE = b"sec-websocket-"
NORMAL, WENT_AWAY = 1000, 1001
UNSENDABLE = frozenset({1005, 1006, 1015})
"""Codes that no side may send (RFC 6455, section 7.4.1)."""


class Sockets:
    """Serves the WebSockets of an API at the root, or below the `root_path` of a mount.

    The handshake is answered as the API answers it, within 60 s. Each message passes at once; the
    slower side holds up the other one. When one side closes, so does the other, with its code.
    """

    def __init__(self, socket: Callable[[], Awaitable[Path]], rules: Rules) -> None:
        self._socket = socket
        self._rules = rules

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        assert (await receive())["type"] == "websocket.connect"
        try:
            upstream = await self._open(scope)
        except Refused as refused:
            await refuse(scope, send, refused)
            return
        async with upstream:
            await send(
                {
                    "type": "websocket.accept",
                    "subprotocol": upstream.subprotocol,
                    "headers": self._accepted(scope, upstream),
                }
            )
            pumps = {
                asyncio.create_task(_to_api(receive, upstream)),
                asyncio.create_task(_to_client(upstream, send)),
            }
            try:
                await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for each in pumps:
                    each.cancel()
                await asyncio.gather(*pumps, return_exceptions=True)

    async def _open(self, scope: Scope) -> ClientConnection:
        """Raises Refused."""
        prefix, scheme = scope.get("root_path", ""), scope.get("scheme", "ws")
        headers = asked(scope["headers"], self._rules, prefix, scheme.replace("ws", "http"))
        given = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in headers]
        host = dict(given)["host"]
        kept = [
            pair for pair in given if pair[0] != "host" and not pair[0].startswith("sec-websocket-")
        ]
        try:
            place = await self._socket()
            return await _Connect(
                f"ws://{host}{target_of(scope).decode('latin-1')}",
                unix=True,
                path=str(place),
                additional_headers=kept,
                subprotocols=cast("list[Subprotocol]", scope.get("subprotocols", [])) or None,
                compression=None,
                user_agent_header=None,
                open_timeout=PATIENCE_SECONDS,
                close_timeout=CLOSE_SECONDS,
                max_size=MOST_BYTES,
            )
        except SmartForgeError as error:
            raise gone(error.what, error.hint) from error
        except InvalidStatus as error:
            status = error.response.status_code
            told = status if 400 <= status < 600 else 502
            raise Refused(told, "not_upgraded", f"The application answered {status}.") from error
        except TimeoutError:
            raise slow(PATIENCE_SECONDS) from None
        except (InvalidHandshake, OSError, EOFError) as error:
            raise gone("The application took no WebSocket there.") from error

    def _accepted(self, scope: Scope, upstream: ClientConnection) -> list[tuple[bytes, bytes]]:
        response = upstream.response
        given = response.headers.raw_items() if response is not None else ()
        headers = [(name.lower().encode(), value.encode("latin-1")) for name, value in given]
        host = next((value for name, value in scope["headers"] if name == b"host"), b"")
        told = answered(headers, self._rules, scope.get("root_path", ""), host)
        return [pair for pair in told if not pair[0].startswith(OF_HANDSHAKE)]


class _Connect(connect):
    """Follows no redirect: what is told to the client is what the API says."""

    def process_redirect(self, exc: Exception) -> Exception:
        return exc


async def _to_api(receive: Receive, upstream: ClientConnection) -> None:
    while True:
        message: Message = await receive()
        if message["type"] == "websocket.disconnect":
            code = int(message.get("code") or NORMAL)
            await upstream.close(WENT_AWAY if code in UNSENDABLE else code)
            return
        text, data = message.get("text"), message.get("bytes")
        try:
            await upstream.send((data or b"") if text is None else text)
        except ConnectionClosed:
            return


async def _to_client(upstream: ClientConnection, send: Send) -> None:
    try:
        async for said in upstream:
            kind = "text" if isinstance(said, str) else "bytes"
            await send({"type": "websocket.send", kind: said})
    except ConnectionClosed:
        pass
    code = upstream.close_code or NORMAL
    reason = upstream.close_reason or ""
    code = WENT_AWAY if code in UNSENDABLE else code
    await send({"type": "websocket.close", "code": code, "reason": reason})
