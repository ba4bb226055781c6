"""A viewer of one project, who goes on anywhere after every cut, and keeps every event's bytes."""

import asyncio
from collections.abc import Callable

import msgspec

from tests.chaos.runs.fleet import Fleet
from tests.chaos.stream.wire import Cut, Exchange, Frames

AGAIN_SECONDS = 0.05
ENDS = frozenset({"complete", "error", "run:cancelled"})


class Head(msgspec.Struct, frozen=True):
    """What a trial looks at in an event while it goes on."""

    type: str
    run: str | None = None
    check: str = ""


class Viewer:
    """Follows a project from its first event on; `seen` are the events as they came."""

    def __init__(self, project_id: str, fleet: Fleet, saw: Callable[[Head], None]) -> None:
        self.project_id = project_id
        self.seen: list[bytes] = []
        self.ended: list[str] = []
        self.faults: list[str] = []
        self._fleet = fleet
        self._saw = saw

    async def run(self) -> None:
        """Follow until cancelled."""
        while True:
            port = await self._fleet.port()
            try:
                await self._visit(port)
            except Cut:
                await asyncio.sleep(AGAIN_SECONDS)

    async def _visit(self, port: int) -> None:
        target = f"/api/stream/{self.project_id}?after={len(self.seen)}&compact=0&live=1"
        exchange = await Exchange.ask(port, target, {}, narrow=False)
        frames = Frames()
        try:
            if exchange.status != 200:
                self.faults.append(f"the stream answered {exchange.status}")
                raise Cut("refused")
            async for part in exchange.parts():
                for frame in frames.feed(part):
                    if frame.id is not None and frame.data is not None:
                        self._take(int(frame.id), frame.data)
        finally:
            await exchange.close()

    def _take(self, seq: int, data: bytes) -> None:
        if seq != len(self.seen) + 1:
            self.faults.append(f"gap: event {seq} came at {len(self.seen)}")
        self.seen.append(data)
        head = msgspec.json.decode(data, type=Head)
        if head.type in ENDS and head.run is not None:
            self.ended.append(head.run)
        self._saw(head)
