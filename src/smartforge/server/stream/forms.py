"""How events look on each kind of connection: the same stored bytes in different clothes."""

from collections.abc import Sequence
from typing import Protocol

import msgspec
from starlette.types import Message

from smartforge.server.stream import sse
from smartforge.server.transport import chunked


class Block(msgspec.Struct, frozen=True, eq=False):
    """ASGI messages to be sent one after the other; viewers share them, so nobody changes them.

    `chunk` holds the same bytes as they are on the wire, where they are a piece of a body: they
    are put into a chunk once, and not once for every viewer. It is empty elsewhere.
    """

    messages: tuple[Message, ...]
    chunk: bytes = b""


RESTARTING = 1012
"""The WebSocket close code of a service that restarts (IANA registry; RFC 6455, 11.7)."""


class Form(Protocol):
    """One kind of connection. Every method gives a block that is to be sent whole."""

    several: bool

    def hello(self) -> Block:
        """The first words; may be empty."""
        ...

    def events(self, project_id: str, after: int, datas: Sequence[bytes]) -> Block:
        """Stored events, `after` being the seq ahead of the first of them."""
        ...

    def snapshot(self, project_id: str, seq: int, state: bytes) -> Block:
        """The state up to `seq`, as JSON."""
        ...

    def told(self, data: bytes) -> Block:
        """JSON that is not in the log: a transient frame, `reset`, `gone`."""
        ...

    def heartbeat(self) -> Block:
        """Breaks the silence; may be empty where the protocol does it by itself."""
        ...

    def end(self) -> Block:
        """Nothing more will come; closes the connection."""
        ...

    def close(self) -> Block:
        """Closes the connection without a word."""
        ...

    def farewell(self) -> Block:
        """The server stops; closes the connection."""
        ...


class EventStream:
    """`text/event-stream`; with `several` projects each id names its project."""

    def __init__(self, *, several: bool) -> None:
        self.several = several

    def hello(self) -> Block:
        return _body(sse.HELLO)

    def events(self, project_id: str, after: int, datas: Sequence[bytes]) -> Block:
        return _body(sse.events(self._prefix(project_id), after, datas))

    def snapshot(self, project_id: str, seq: int, state: bytes) -> Block:
        return _body(sse.snapshot(self._prefix(project_id), project_id, seq, state))

    def told(self, data: bytes) -> Block:
        return _body(sse.told(data))

    def heartbeat(self) -> Block:
        return _HEARTBEAT

    def end(self) -> Block:
        return _body(sse.told(sse.END), more=False)

    def close(self) -> Block:
        return _body(b"", more=False)

    def farewell(self) -> Block:
        return _body(sse.farewell(), more=False)

    def _prefix(self, project_id: str) -> bytes:
        return f"{project_id}:".encode() if self.several else b""


class WebSocketForm:
    """A text message for each event: the JSON that stands behind `data:` elsewhere.

    Silence is broken by the server's own pings.
    """

    several = False

    def hello(self) -> Block:
        return _NOTHING

    def events(self, project_id: str, after: int, datas: Sequence[bytes]) -> Block:
        return Block(tuple(_text(data) for data in datas))

    def snapshot(self, project_id: str, seq: int, state: bytes) -> Block:
        return Block((_text(sse.snapshot_data(project_id, seq, state)),))

    def told(self, data: bytes) -> Block:
        return Block((_text(data),))

    def heartbeat(self) -> Block:
        return _NOTHING

    def end(self) -> Block:
        return Block((_text(sse.END), _CLOSE))

    def close(self) -> Block:
        return Block((_CLOSE,))

    def farewell(self) -> Block:
        return Block((_RESTART,))


def _body(data: bytes, *, more: bool = True) -> Block:
    message = {"type": "http.response.body", "body": data, "more_body": more}
    return Block((message,), chunked(data) if more else b"")


def _text(data: bytes) -> Message:
    return {"type": "websocket.send", "text": data.decode()}


_NOTHING = Block(())
_CLOSE: Message = {"type": "websocket.close", "code": 1000}
_RESTART: Message = {
    "type": "websocket.close",
    "code": RESTARTING,
    "reason": "the server stops",
}
_HEARTBEAT = _body(sse.HEARTBEAT)

SINGLE: Form = EventStream(several=False)
SEVERAL: Form = EventStream(several=True)
WEBSOCKET: Form = WebSocketForm()
