"""One viewer's connection: handing it bytes, without waiting for it wherever that can be."""

import asyncio
import types
from collections.abc import Callable, Coroutine, Generator, Sequence
from typing import Any, Protocol, cast

from starlette.types import Message, Receive, Send

from smartforge.server.stream.forms import Block, Form


class Connection(Protocol):
    """What lies below ASGI, where the server lets us have it."""

    @property
    def is_lost(self) -> bool:
        """Whether nothing that is written arrives any more."""
        ...

    def push(self, chunk: bytes) -> bool:
        """Write a piece of an answer that is kept, as it is on the wire; whether it was taken.

        False, and nothing is written, while the socket is full, and for other answers.
        """
        ...

    def keep(self, gone: Callable[[], None]) -> bool:
        """Whether the answer goes on after the application has returned; `gone` ends it."""
        ...

    def abort(self) -> None:
        """Cut it at once; what is buffered is dropped."""
        ...


DISCONNECTS = frozenset({"http.disconnect", "websocket.disconnect"})

_CUT = "the viewer was cut"

Rest = Coroutine[Any, Any, None]
"""What is left of a send that could not finish at once; whoever has it must await it."""


class Viewer:
    """Where the bytes go. What it has seen stands beside the events, in its feeds.

    `busy` says that a send, or a catching up, goes on in a task of its own: until that is done
    nobody else writes. `waiting` is the time since which a full socket has been waited for,
    `written` that of the last write that went through (seconds of the event loop's clock).

    A block goes the cheapest way that the connection has: pushed as it is on the wire; else by
    `send`, which is `stepped` like a plain function where it is known to finish without
    suspending while the socket has room; else by `send` in a task.
    """

    __slots__ = (
        "_connection",
        "_owner",
        "_send",
        "busy",
        "compact",
        "form",
        "live",
        "parted",
        "presence",
        "push",
        "reason",
        "stepped",
        "waiting",
        "written",
    )

    def __init__(
        self,
        send: Send,
        form: Form,
        *,
        connection: Connection | None = None,
        live: bool = False,
        compact: bool = True,
        presence: bool = False,
    ) -> None:
        """Made in the task that answers the connection.

        `connection` is there on servers whose `send` finishes without suspending while the
        socket has room: it is then stepped.
        """
        self._send = send
        self._connection = connection
        self.push = _cannot if connection is None else connection.push
        self._owner = asyncio.current_task()
        self.form = form
        self.stepped = connection is not None
        self.live = live or form.several
        self.compact = compact
        self.presence = presence
        self.busy = False
        self.parted = False
        self.waiting: float | None = None
        self.written = asyncio.get_running_loop().time()
        self.reason = "left"

    def write(self, block: Block) -> Rest | None:
        """Hand the whole block to the connection; None where it took it.

        Else what is left to do, which keeps `block` in one piece: nothing may be written before
        it is done. Raises what `send` raises, OSError for one that has gone.
        """
        if block.chunk and self.push(block.chunk):
            return None
        messages = block.messages
        one = len(messages) == 1
        # Every server's `send` is an `async def`; ASGI says only that it can be awaited.
        sending = cast(Rest, self._send(messages[0]) if one else self._send_each(messages))
        if not self.stepped:
            return sending
        try:
            waits_for = sending.send(None)
        except StopIteration:
            return None
        return cast(Rest, _rest(sending, waits_for))

    async def deliver(self, block: Block) -> None:
        """Write, and wait until the connection has taken all of it."""
        rest = self.write(block)
        loop = asyncio.get_running_loop()
        if rest is not None:
            self.waiting = loop.time()
            await rest
            self.waiting = None
        self.written = loop.time()

    async def gone(self, receive: Receive) -> None:
        """Wait until the connection is over; what the client says meanwhile is dropped."""
        while (await receive())["type"] not in DISCONNECTS:
            pass

    def keep(self, over: Callable[[], None]) -> bool:
        """Let the answer go on without the task that began it; `over` is called at its end.

        False where the server cannot; then that task has to wait for `gone`.
        """
        if self._connection is None or not self._connection.keep(over):
            return False
        self._owner = None
        return True

    @property
    def lost(self) -> bool:
        """Whether the connection is known to be of no use any more."""
        return self.parted or (self._connection is not None and self._connection.is_lost)

    def cut(self, reason: str) -> None:
        """End the connection now, with whatever it has not taken."""
        self.reason = reason
        self.parted = True
        if self._connection is not None:
            self._connection.abort()
        elif self._owner is not None:
            self._owner.cancel(_CUT)

    @staticmethod
    def is_cut(error: asyncio.CancelledError) -> bool:
        """Whether it was `cut` that cancelled the task that answers, and nobody else."""
        return _CUT in error.args

    async def _send_each(self, messages: Sequence[Message]) -> None:
        for each in messages:
            await self._send(each)


def _cannot(_: bytes) -> bool:
    """In the place of `Connection.push` where there is none."""
    return False


@types.coroutine
def _rest(sending: Rest, waits_for: object) -> Generator[Any, Any, None]:
    """Go on with a coroutine that was stepped once and then waited for something."""
    try:
        yield waits_for
    except BaseException:
        sending.close()
        raise
    yield from sending
