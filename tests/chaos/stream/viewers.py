"""Viewers of every kind: small state machines that come back until they have seen everything."""

import asyncio
import random
from collections import deque
from collections.abc import Callable, Mapping

import msgspec
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidMessage, InvalidStatus

from tests.chaos.stream.lines import Carried, Line
from tests.chaos.stream.plan import Sight
from tests.chaos.stream.views import View
from tests.chaos.stream.wire import Cut, Exchange, Frame, Frames

FAR = 10**9
"""A cursor that no event has."""

PAUSE = 0.05
"""Seconds before a viewer comes back, at most: far below what real ones wait."""


class Told(msgspec.Struct, frozen=True, rename="camel"):
    """What every frame's JSON may say."""

    type: str
    project_id: str | None = None
    seq: int | None = None
    state: msgspec.Raw = msgspec.Raw()


class Polled(msgspec.Struct, frozen=True):
    """An answer to polling."""

    events: list[msgspec.Raw]
    last: int
    done: bool


class Visit:
    """One connection as the viewer sees it."""

    def __init__(self) -> None:
        self.carried: Carried | None = None
        self.streaming = False
        self.farewell = False
        self.end = False
        self.over = asyncio.Event()

    def is_open_at(self, node: int) -> bool:
        """Whether frames arrive from this node just now."""
        carried = self.carried
        if carried is None or carried.node != node or carried.cut:
            return False
        return self.streaming and not (self.end or self.over.is_set())

    def was_told_to_come_back(self) -> bool:
        """Whether the node said so before it ended the answer, unless something came between."""
        assert self.carried
        return self.farewell or self.end or self.carried.cut


class Viewer:
    """Follows until told by `until` where the logs end, and there."""

    def __init__(
        self, sight: Sight, line: Line, rng: random.Random, done: Callable[[], None]
    ) -> None:
        self._done = done
        self.sight = sight
        self.line = line
        self.rng = rng
        forgiving = sight.kind == "several" and sight.by == "header"
        self.views = {
            each: View(each, compact=sight.compact, forgiving=forgiving) for each in sight.projects
        }
        self.history: deque[str] = deque(maxlen=200)
        self.finished = asyncio.Event()
        self.awake = asyncio.Event()
        self.visit = Visit()
        self.visits = 0
        if not sight.late:
            self.awake.set()
        self._tails: Mapping[str, int] | None = None

    def wake(self, tails: Mapping[str, int]) -> None:
        """Come, or go on. Who is late has seen what there was until now, it says."""
        if self.sight.late and not self.visits:
            for each, view in self.views.items():
                view.begin(FAR if self.sight.beyond else tails[each])
        self.awake.set()

    def rest(self) -> None:
        """Go away for some time; who reads slowly stops reading instead."""
        self.awake.clear()
        if not self.sight.narrow:
            self.line.cut()

    def until(self, tails: Mapping[str, int]) -> None:
        """The logs end there now."""
        self._tails = tails
        self.look()

    def look(self) -> None:
        """Notice when everything has been seen. Who is not live has to be told the end, too.

        A cursor beyond the end has seen nothing: its viewer has still to be told so.
        """
        sight, views, tails = self.sight, self.views.values(), self._tails
        if tails is None or any(each.cursor != tails[each.project_id] for each in views):
            return
        told = all(each.ends and each.ends[-1] == each.cursor for each in views)
        if told or sight.live or sight.kind in ("several", "websocket"):
            self.finished.set()
            self._done()

    async def run(self) -> None:
        """Come back again and again, until everything has been seen."""
        while not self.finished.is_set():
            await self.awake.wait()
            self.visits += 1
            self.visit = Visit()
            try:
                await self.call()
            except Cut as error:
                self.note(f"cut {error}")
            finally:
                self.visit.over.set()
            await asyncio.sleep(self.rng.random() * PAUSE)

    async def call(self) -> None:
        raise NotImplementedError

    def note(self, words: str) -> None:
        self.history.append(words)

    def fault(self, words: str) -> None:
        self.note(words)
        next(iter(self.views.values())).faults.append(words)

    async def ask(self, target: str, headers: dict[str, str]) -> Exchange:
        self.note(f"GET {target} {headers or ''}")
        exchange = await Exchange.ask(self.line.port, target, headers, self.sight.narrow)
        self.visit.carried = self.line.latest
        if exchange.status not in (200, 204, 429, 503):
            body = b"".join([part async for part in exchange.parts()])
            self.fault(f"status {exchange.status} for {target}: {body[:300]!r}")
        return exchange

    def told(self, told: Told, data: bytes) -> View | None:
        """Take what has a place in the log. None where it is of no project of this viewer."""
        view = self.views.get(told.project_id or "")
        if view is None or told.seq is None:
            self.fault(f"of no project that was asked for: {data[:200]!r}")
            return None
        if told.type == "snapshot":
            self.note(f"snapshot {told.project_id}:{told.seq}")
            view.snapshot(told.seq, bytes(told.state))
        else:
            view.event(told.seq, data)
        return view


class Streaming(Viewer):
    """Reads `text/event-stream`, of one project or of several."""

    def __init__(
        self, sight: Sight, line: Line, rng: random.Random, done: Callable[[], None]
    ) -> None:
        super().__init__(sight, line, rng, done)
        self._latest: str | None = None

    async def call(self) -> None:
        exchange = await self.ask(*self._question())
        try:
            if exchange.status == 204:
                self._end()
            elif exchange.status == 200:
                frames = Frames()
                async for part in exchange.parts():
                    if self.sight.narrow:
                        await self.awake.wait()
                    for frame in frames.feed(part):
                        self._take(frame)
                self.note("whole")
        finally:
            await exchange.close()

    def _question(self) -> tuple[str, dict[str, str]]:
        sight, headers = self.sight, dict[str, str]()
        query = [] if sight.compact else ["compact=0"]
        if sight.kind == "several":
            base = {each: view.cursor for each, view in self.views.items()}
            if sight.by == "header":
                base = dict.fromkeys(base, 0)
                if self._latest:
                    headers["Last-Event-ID"] = self._latest
            query.append("at=" + ",".join(f"{each}:{seq}" for each, seq in base.items()))
            return f"/api/stream?{'&'.join(query)}", headers
        ((project_id, view),) = self.views.items()
        if sight.live:
            query.append("live=1")
        if sight.by == "header" and view.cursor:
            headers["Last-Event-ID"] = str(view.cursor)
            query.append("after=0")
        elif view.cursor:
            query.append(f"after={view.cursor}")
        return f"/api/stream/{project_id}?{'&'.join(query)}", headers

    def _take(self, frame: Frame) -> None:
        if frame.retry is not None:
            if self.visit.streaming:
                self.visit.farewell = True
                self.note(f"farewell {frame.retry}")
            self.visit.streaming = True
        if frame.data is None:
            return
        if self.visit.end or self.visit.farewell:
            self.fault(f"after the end: {frame.data[:200]!r}")
        told = msgspec.json.decode(frame.data, type=Told)
        if frame.id is None:
            self._said(told)
            return
        place = str(told.seq)
        if self.sight.kind == "several":
            place = f"{told.project_id}:{told.seq}"
        if frame.id != place:
            self.fault(f"the id {frame.id} for {place}")
        self._latest = frame.id
        self.told(told, frame.data)
        self.look()

    def _said(self, told: Told) -> None:
        """What is not in the log; unknown types are ignored."""
        match told.type:
            case "end":
                self._end()
            case "reset" if self.sight.beyond and told.project_id:
                self.note("reset")
                self.views[told.project_id].reset()
            case "reset" | "gone":
                self.fault(f"{told.type} of {told.project_id}")
            case _:
                pass

    def _end(self) -> None:
        if self.sight.live or self.sight.kind == "several":
            self.fault("an end for who is live")
        self.note("end")
        self.visit.end = True
        for each in self.views.values():
            each.end()
        self.look()


class Polling(Viewer):
    """Asks for what lies beyond its cursor, a page at a time."""

    async def call(self) -> None:
        ((project_id, view),) = self.views.items()
        query = f"after={view.cursor}&limit={self.rng.choice((1, 9, 200, 5000))}"
        wait = self.rng.choice((0, 0.2, 2))
        exchange = await self.ask(f"/api/projects/{project_id}/events?{query}&wait={wait}", {})
        try:
            body = b"".join([part async for part in exchange.parts()])
        finally:
            await exchange.close()
        if exchange.status != 200:
            return
        polled = msgspec.json.decode(body, type=Polled)
        for each in polled.events:
            data = bytes(each)
            self.told(msgspec.json.decode(data, type=Told), data)
        if polled.last != view.cursor:
            self.fault(f"last is {polled.last} at {view.cursor}")
        if polled.done:
            view.end()
        self.look()


class Socket(Viewer):
    """Reads the same events from a WebSocket."""

    async def call(self) -> None:
        ((project_id, view),) = self.views.items()
        query = f"after={view.cursor}" + ("" if self.sight.compact else "&compact=0")
        url = f"ws://127.0.0.1:{self.line.port}/api/stream/{project_id}/ws?{query}"
        self.note(url)
        try:
            async with connect(url, proxy=None, ping_interval=None, max_size=None) as socket:
                try:
                    async for text in socket:
                        self._take(text if isinstance(text, bytes) else text.encode())
                finally:  # Its own close waits for an answer, and forgets the socket if cancelled.
                    socket.transport.abort()
        except (ConnectionClosed, InvalidMessage, EOFError, OSError) as error:
            raise Cut(repr(error)) from error
        except InvalidStatus as error:
            if error.response.status_code not in (429, 503):
                self.fault(f"status {error.response.status_code} for {url}")

    def _take(self, data: bytes) -> None:
        told = msgspec.json.decode(data, type=Told)
        if told.type in ("reset", "gone", "end"):
            self.fault(f"{told.type} of {told.project_id}")
        elif told.seq is not None:
            self.told(told, data)
            self.look()


def viewer(sight: Sight, line: Line, rng: random.Random, done: Callable[[], None]) -> Viewer:
    """The viewer for this sight; it calls `done` once it has seen everything."""
    kinds = {"single": Streaming, "several": Streaming, "poll": Polling, "websocket": Socket}
    return kinds[sight.kind](sight, line, rng, done)
