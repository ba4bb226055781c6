"""Handing a viewer bytes: like a plain function where that can be, else in what is left of it."""

import asyncio

import pytest
from starlette.types import Message

from smartforge.server.stream import SINGLE, WEBSOCKET, Viewer
from smartforge.server.stream.forms import Block


class Socket:
    """Takes messages while there is room; tells which `send` is under way."""

    is_lost = False

    def __init__(self, *, pushes: bool = False) -> None:
        self.pushes = pushes
        self.pushed: list[bytes] = []
        self.room = asyncio.Event()
        self.taken: list[Message] = []
        self.begun = self.closed = 0
        self.failure: Exception | None = None

    async def send(self, message: Message) -> None:
        self.begun += 1
        try:
            await self.room.wait()
        except (GeneratorExit, asyncio.CancelledError):
            self.closed += 1
            raise
        if self.failure is not None:
            raise self.failure
        self.taken.append(message)

    def push(self, chunk: bytes) -> bool:
        if not self.pushes:
            return False
        self.pushed.append(chunk)
        return True

    def keep(self, gone: object) -> bool:
        return False

    def abort(self) -> None:
        self.is_lost = True


def block(*names: str) -> Block:
    return Block(tuple({"type": name} for name in names))


async def test_a_socket_with_room_takes_a_block_without_a_task() -> None:
    socket = Socket()
    socket.room.set()
    viewer = Viewer(socket.send, SINGLE, connection=socket)
    before = asyncio.all_tasks()
    assert viewer.write(block("a")) is None
    assert viewer.write(block("b", "c")) is None
    assert viewer.write(WEBSOCKET.hello()) is None
    assert socket.taken == list(block("a", "b", "c").messages)
    assert asyncio.all_tasks() == before


async def test_a_piece_of_a_body_is_pushed_where_it_can_be_and_sent_elsewhere() -> None:
    piece, last = SINGLE.heartbeat(), SINGLE.end()
    pushing, other = Socket(pushes=True), Socket()
    other.room.set()
    assert Viewer(pushing.send, SINGLE, connection=pushing).write(piece) is None
    assert (pushing.pushed, pushing.begun) == ([piece.chunk], 0)
    assert Viewer(other.send, SINGLE, connection=other).write(piece) is None
    assert other.taken == list(piece.messages)
    assert last.chunk == b"", "the end of a body is the server's to say"


async def test_what_a_full_socket_leaves_is_the_same_send_gone_on_with() -> None:
    socket = Socket()
    viewer = Viewer(socket.send, SINGLE, connection=socket)
    rest = viewer.write(block("a", "b"))
    assert rest is not None
    assert socket.begun == 1
    going_on = asyncio.create_task(rest)
    await asyncio.sleep(0)
    assert socket.begun == 1
    socket.room.set()
    await going_on
    assert socket.taken == list(block("a", "b").messages)
    assert socket.begun == 2


async def test_room_that_came_before_the_rest_was_awaited_is_noticed() -> None:
    socket = Socket()
    rest = Viewer(socket.send, SINGLE, connection=socket).write(block("a"))
    assert rest is not None
    socket.room.set()
    await rest
    assert socket.taken == list(block("a").messages)


async def test_a_rest_that_is_cancelled_closes_the_send() -> None:
    socket = Socket()
    rest = Viewer(socket.send, SINGLE, connection=socket).write(block("a"))
    assert rest is not None
    going_on = asyncio.create_task(rest)
    await asyncio.sleep(0)
    going_on.cancel()
    with pytest.raises(asyncio.CancelledError):
        await going_on
    assert socket.closed == 1
    assert socket.taken == []


async def test_where_send_cannot_be_stepped_all_of_it_is_left_to_await() -> None:
    socket = Socket()
    socket.room.set()
    rest = Viewer(socket.send, SINGLE).write(block("a", "b"))
    assert rest is not None
    assert socket.begun == 0
    await rest
    assert socket.taken == list(block("a", "b").messages)


@pytest.mark.parametrize("full", [False, True])
async def test_what_send_raises_is_raised(full: bool) -> None:
    socket = Socket()
    socket.failure = OSError("gone")
    viewer = Viewer(socket.send, SINGLE, connection=socket)
    if not full:
        socket.room.set()
    writing = asyncio.create_task(viewer.deliver(block("a")))
    await asyncio.sleep(0)
    assert (viewer.waiting is not None) is full
    socket.room.set()
    with pytest.raises(OSError, match="gone"):
        await writing


async def test_a_cut_ends_the_connection_or_else_the_task_that_answers() -> None:
    socket = Socket()
    viewer = Viewer(socket.send, SINGLE, connection=socket)
    viewer.cut("slow")
    assert socket.is_lost
    assert viewer.lost

    async def answer() -> None:
        Viewer(socket.send, SINGLE).cut("slow")
        await asyncio.sleep(0)

    with pytest.raises(asyncio.CancelledError) as raised:
        await asyncio.create_task(answer())
    assert Viewer.is_cut(raised.value)


async def test_a_cancel_by_somebody_else_is_no_cut() -> None:
    waiting = asyncio.create_task(asyncio.sleep(9))
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError) as raised:
        await waiting
    assert not Viewer.is_cut(raised.value)
