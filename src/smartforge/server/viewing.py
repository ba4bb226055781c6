"""Answering a connection with the live stream, over HTTP or a WebSocket."""

import asyncio
from collections.abc import Awaitable, Mapping

import msgspec
from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send
from starlette.websockets import WebSocket, WebSocketDisconnect

from smartforge.server.seats import Seat
from smartforge.server.site import Site
from smartforge.server.stream import SEVERAL, SINGLE, WEBSOCKET, Form, Viewer, sse
from smartforge.server.transport import beneath

PLAIN_SEND = "smartforge.send"
"""The key of a scope's extensions for the server's own `send`.

Every layer between wraps `send` in another coroutine, which only the first message of an answer
needs: the headers. A stream of many small writes goes past them.
"""


class Wish(msgspec.Struct, frozen=True):
    """What a viewer asked for: projects and the last seq seen of each.

    `several` writes ids as `PROJECT:SEQ`; `live` goes on across runs; `compact` lets a viewer that
    is far behind have a snapshot; `presence` takes part: is counted, and told how many are.
    """

    cursors: Mapping[str, int]
    several: bool = False
    live: bool = False
    compact: bool = True
    presence: bool = False


class StreamResponse(Response):
    """`text/event-stream` until the stream ends or the viewer goes away.

    Raises TooManyViewers and TooManyFromAddress before the answer begins.
    """

    def __init__(self, site: Site, wish: Wish) -> None:
        super().__init__()
        self._site = site
        self._wish = wish

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        seat = self._site.seat(scope, self._wish.cursors)
        headers = [(name.lower().encode(), value.encode()) for name, value in sse.HEADERS.items()]
        start = {"type": "http.response.start", "status": 200, "headers": headers}
        if not await _begun(seat, send(start)):
            return
        send = scope.get("extensions", {}).get(PLAIN_SEND, send)
        form = SEVERAL if self._wish.several else SINGLE
        await _watch(self._site, self._wish, seat, _viewer(scope, send, form, self._wish), receive)


class SocketWatch:
    """The same events as text messages of a WebSocket, until either side closes it.

    Raises TooManyViewers and TooManyFromAddress before the WebSocket is accepted.
    """

    def __init__(self, site: Site, wish: Wish) -> None:
        self._site = site
        self._wish = wish

    async def __call__(self, websocket: WebSocket) -> None:
        scope = websocket.scope
        seat = self._site.seat(scope, self._wish.cursors)
        if not await _begun(seat, websocket.accept()):
            return
        send = scope.get("extensions", {}).get(PLAIN_SEND, _sending(websocket))
        viewer = _viewer(scope, send, WEBSOCKET, self._wish)
        await _watch(self._site, self._wish, seat, viewer, websocket.receive)


def _sending(websocket: WebSocket) -> Send:
    """Raises OSError for a client that has gone, as servers do."""

    async def send(message: Message) -> None:
        try:
            await websocket.send(message)
        except WebSocketDisconnect as error:
            raise OSError("the WebSocket is closed") from error

    return send


async def _begun(seat: Seat, begin: Awaitable[None]) -> bool:
    """Whether the client is there to begin with; else the seat is given back."""
    try:
        await begin
    except (OSError, WebSocketDisconnect):
        seat.leave()
        return False
    except BaseException:
        seat.leave()
        raise
    return True


def _viewer(scope: Scope, send: Send, form: Form, wish: Wish) -> Viewer:
    connection = beneath(scope)
    if connection is not None:
        connection.bound()
    return Viewer(
        send,
        form,
        connection=connection,
        live=wish.live,
        compact=wish.compact,
        presence=wish.presence,
    )


async def _watch(site: Site, wish: Wish, seat: Seat, viewer: Viewer, receive: Receive) -> None:
    """Serve the viewer; where the connection can be kept without us, leave it to the hub."""

    def over() -> None:
        site.hub.leave(viewer)
        seat.leave()

    kept = False
    try:
        await site.hub.watch(viewer, wish.cursors)
        kept = viewer.keep(over)
        if not kept:
            await viewer.gone(receive)
    except OSError:
        pass  # What ASGI servers raise in `send` for a client that has gone.
    except asyncio.CancelledError as error:
        if not viewer.is_cut(error):
            raise
    finally:
        if not kept:
            over()
