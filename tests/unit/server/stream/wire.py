"""Both ends of a stream without a network: clients that can be slow, and a clock that is set."""

import asyncio
import json
import random
from collections.abc import Coroutine, Mapping
from typing import Any, TypeVar

from starlette.types import Message, Scope
from starlette.websockets import WebSocket

from smartforge.errors import DatabaseUnusable
from smartforge.log.base import Head, Record
from smartforge.log.memory import MemoryLog
from smartforge.server.site import Site
from smartforge.server.transport import EXTENSION
from smartforge.server.viewing import SocketWatch, StreamResponse, Wish

T = TypeVar("T")


class ClockLoop(asyncio.SelectorEventLoop):
    """An event loop whose time passes only when it is told to."""

    def __init__(self) -> None:
        self.now = 1000.0
        super().__init__()

    def time(self) -> float:
        return self.now

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self.run_until_complete(work)

    def settle(self, turns: int = 60) -> None:
        """Let everything run that can run now."""

        async def turn() -> None:
            for _ in range(turns):
                await asyncio.sleep(0)

        self.run(turn())

    def advance(self, seconds: float, step: float = 0.5) -> None:
        """Let time pass, and everything run that is due meanwhile."""
        end = self.now + seconds
        while self.now < end:
            self.now = min(end, self.now + step)
            self.settle()


class ShakyLog(MemoryLog):
    """A log in memory that can refuse, and take its time; remembers how projects stood.

    `stood` has, for each project and each seq at which it was left by an append, whether it was
    active and whether it was deleted.
    """

    def __init__(self) -> None:
        super().__init__()
        self.refusing = False
        self.turns = 0
        self.stood: dict[str, dict[int, tuple[bool, bool]]] = {}

    async def head(self, project_id: str) -> Head:
        await self._take_time()
        return await super().head(project_id)

    async def read(self, project_id: str, after: int, limit: int) -> list[Record]:
        await self._take_time()
        return await super().read(project_id, after, limit)

    async def append(self, project_id: str, facts: Any, **how: Any) -> int:
        last = await super().append(project_id, facts, **how)
        await self.note(project_id)
        return last

    async def note(self, project_id: str) -> None:
        head = await super().head(project_id)
        self.stood.setdefault(project_id, {})[head.last] = (head.active, head.deleted)

    async def last(self, project_id: str) -> int:
        """The newest seq, however shaky the rest is."""
        return (await super().head(project_id)).last

    def stored(self, project_id: str, seq: int) -> bytes:
        """The bytes of one event."""
        return self._records[project_id][seq - 1].data

    async def _take_time(self) -> None:
        for _ in range(random.randint(0, self.turns)):
            await asyncio.sleep(0)
        if self.refusing:
            raise DatabaseUnusable("The database is locked.")


class Client:
    """A client of the stream that checks every byte that it is sent.

    Its socket takes everything, or nothing once it is `full`. Where the server is `ours` it has a
    connection below it and its answer is kept; else the answer lives in its task.
    """

    def __init__(
        self, log: ShakyLog, wish: Wish, before: Mapping[str, int], *, websocket: bool, ours: bool
    ) -> None:
        self.log = log
        self.wish = wish
        self.before = before
        self.websocket = websocket
        self.ours = ours
        self.seen: dict[str, int] = dict(wish.cursors)
        self.present = 0
        self.ended: str | None = None
        self.gone: set[str] = set()
        self.lost = self.breaks = self.sending = False
        self.closed = asyncio.Event()
        self.answer: asyncio.Task[None] | None = None
        self._room = asyncio.Event()
        self._room.set()
        self._over: Any = None
        self._asked = not websocket

    def open(self, site: Site) -> None:
        scope: Scope = {
            "type": "websocket" if self.websocket else "http",
            "client": ("127.0.0.1", 1),
            "headers": [],
            "extensions": {EXTENSION: self} if self.ours else {},
        }
        if self.websocket:
            socket = WebSocket(scope, self.receive, self.send)
            work = SocketWatch(site, self.wish)(socket)
        else:
            work = StreamResponse(site, self.wish)(scope, self.receive, self.send)
        self.answer = asyncio.get_running_loop().create_task(work)
        self.answer.add_done_callback(lambda _: self._answered())

    def _answered(self) -> None:
        """A server closes a connection whose answer is neither ended nor kept."""
        if self._over is None and self.ended is None:
            self.leave()

    # What the server sees.

    async def receive(self) -> Message:
        kind = "websocket" if self.websocket else "http"
        if not self._asked:
            self._asked = True
            return {"type": "websocket.connect"}
        await self.closed.wait()
        return {"type": f"{kind}.disconnect"}

    async def send(self, message: Message) -> None:
        assert not self.sending, "two sends at once"
        self.sending = True
        try:
            while not self.lost and not self._room.is_set():
                await self._room.wait()
        finally:
            self.sending = False
        if self.breaks or (self.lost and self.websocket):
            raise OSError("the client has gone")
        if not self.lost:
            self._take(message)

    @property
    def is_lost(self) -> bool:
        return self.lost

    def bound(self) -> None:
        pass

    def push(self, chunk: bytes) -> bool:
        """Takes chunks of an answer that is kept, while there is room."""
        if self._over is None or self.lost or not self._room.is_set():
            return False
        assert not self.sending, "pushed into a send"
        size, _, rest = chunk.partition(b"\r\n")
        assert len(rest) == int(size, 16) + 2
        assert rest.endswith(b"\r\n")
        self._take({"type": "http.response.body", "body": rest[:-2], "more_body": True})
        return True

    def keep(self, over: Any) -> bool:
        if self.websocket:
            return False
        self._over = over
        if self.closed.is_set():
            asyncio.get_running_loop().call_soon(over)
        return True

    def abort(self) -> None:
        self.leave()

    # What the test does.

    def leave(self) -> None:
        self.lost = True
        self._room.set()
        self._close()

    def fill(self) -> None:
        self._room.clear()

    def drain(self) -> None:
        self._room.set()

    @property
    def open_still(self) -> bool:
        return not self.lost and self.ended is None

    def _close(self) -> None:
        if not self.closed.is_set():
            self.closed.set()
            if self._over is not None:
                asyncio.get_running_loop().call_soon(self._over)

    # What it checks.

    def _take(self, message: Message) -> None:
        assert self.ended is None, f"{message} after the end"
        match message["type"]:
            case "http.response.body":
                for frame in message["body"].split(b"\n\n"):
                    self._frame(frame)
                if not message["more_body"]:
                    self._end("closed")
            case "websocket.send":
                self._data(None, message["text"].encode())
            case "websocket.close":
                self._end(f"closed {message['code']}")
            case _:
                pass

    def _end(self, how: str) -> None:
        self.ended = how
        self._close()

    def _frame(self, frame: bytes) -> None:
        fields = dict(line.split(b": ", 1) for line in frame.split(b"\n") if b": " in line)
        if b"data" in fields:
            self._data(fields.get(b"id"), fields[b"data"])

    def _data(self, place: bytes | None, data: bytes) -> None:
        said = json.loads(data)
        if said["type"] == "end":
            self._check_end()
            return
        project_id = said["projectId"]
        match said["type"]:
            case "reset":
                assert self.seen[project_id] > self.before[project_id]
                self.seen[project_id] = -1
            case "gone":
                assert any(
                    deleted and seq >= self.before[project_id]
                    for seq, (_, deleted) in self.log.stood[project_id].items()
                )
                self.gone.add(project_id)
            case "presence":
                assert self.wish.presence
                self.present = said["viewers"]
            case "snapshot":
                seq = said["seq"]
                assert seq == said["state"]["seq"] > self.seen[project_id]
                assert self.wish.compact or self.seen[project_id] == -1
                self._check_place(project_id, seq, place)
            case _:
                seq = said["seq"]
                assert project_id not in self.gone
                assert seq == self.seen[project_id] + 1, "a gap or a repeat"
                assert data == self.log.stored(project_id, seq)
                self._check_place(project_id, seq, place)

    def _check_place(self, project_id: str, seq: int, place: bytes | None) -> None:
        expected = f"{project_id}:{seq}" if self.wish.several else str(seq)
        assert place == (None if self.websocket else expected.encode())
        self.seen[project_id] = seq

    def _check_end(self) -> None:
        ((project_id, seen),) = self.seen.items()
        assert not self.wish.live
        assert seen >= self.before[project_id], "an end before what was there at the start"
        assert self.log.stood[project_id][seen][0] is False, "an end while a run is on"
