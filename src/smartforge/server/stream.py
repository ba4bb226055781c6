"""The live stream: from a cursor into the log to the bytes that one viewer gets.

One loop serves the past and the present of one project or of several. What holds:

1. A cursor moves only together with the bytes of the events that it moves over, or to the seq
   of a snapshot that is sent. So ids rise by one, or jump where a snapshot says where to.
2. The loop waits only after reading found nothing beyond any cursor, and `Reading.wait` looks
   again before it waits. So there is no moment at which an event could be missed.
3. Nothing is kept for a viewer but its cursors. One that reads slowly is awaited in `send`, and
   meanwhile falls behind in the log alone; then the rule for snapshots takes it up again.
"""

from collections.abc import AsyncGenerator
from contextlib import aclosing

import msgspec
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from smartforge.errors import UnknownProject
from smartforge.log.base import Reading
from smartforge.server import sse
from smartforge.server.connection import Closing, while_connected
from smartforge.server.states import States

BEHIND_EVENTS = 1000
BEHIND_BYTES = 256 * 1024
"""A viewer further behind than this gets a snapshot first."""

BLOCK = 256 * 1024
"""Bytes after which a write is not filled up with further projects."""


class Viewer(msgspec.Struct, frozen=True):
    """What a viewer asked for: projects and the last seq seen of each.

    `several` writes ids as `PROJECT:SEQ` and is always `live`; `live` goes on across runs.
    """

    cursors: dict[str, int]
    several: bool = False
    live: bool = False
    compact: bool = True


class Source(msgspec.Struct, frozen=True):
    """What all viewers share. `heartbeat` is in seconds."""

    log: Reading
    states: States
    closing: Closing
    heartbeat: float


class Stream:
    """The frames for one viewer, in order; to be iterated once."""

    def __init__(self, source: Source, viewer: Viewer) -> None:
        self._source = source
        self._viewer = viewer
        self._cursors = dict(viewer.cursors)

    async def frames(self) -> AsyncGenerator[bytes, None]:
        """Blocks of whole frames. Ends with the project's last run, unless it is to be live."""
        source = self._source
        yield sse.HELLO
        if opening := await self._opening():
            yield opening
        while self._cursors or self._viewer.several:
            if block := await self._beyond_all():
                yield block
            elif await self._is_over():
                yield sse.END
                return
            elif await source.closing.wait(source.log, self._cursors, source.heartbeat):
                continue
            elif source.closing.closed:
                yield sse.farewell()
                return
            else:
                yield sse.HEARTBEAT

    async def _opening(self) -> bytes:
        """Says what is wrong with the cursors, and puts them right."""
        said: list[bytes] = []
        for project_id, cursor in tuple(self._cursors.items()):
            try:
                head = await self._source.log.head(project_id)
            except UnknownProject:
                said.append(self._drop(project_id))
                continue
            if head.deleted:
                said.append(self._drop(project_id))
            elif cursor > head.last:
                said.append(sse.reset(project_id))
                said.append(await self._snapshot(project_id))
        return b"".join(said)

    async def _beyond_all(self) -> bytes:
        """What lies beyond the cursors, as one block; empty where every cursor is at its tail."""
        block: list[bytes] = []
        size = 0
        for project_id in tuple(self._cursors):
            part = await self._beyond(project_id)
            block.append(part)
            size += len(part)
            if size >= BLOCK:
                break
        return b"".join(block)

    async def _beyond(self, project_id: str) -> bytes:
        cursor = self._cursors[project_id]
        records = await self._source.log.read(project_id, cursor, BEHIND_EVENTS + 1)
        if not records:
            return b""
        if self._viewer.compact and (
            len(records) > BEHIND_EVENTS or sum(len(each.data) for each in records) > BEHIND_BYTES
        ):
            return await self._snapshot(project_id)
        self._cursors[project_id] = records[-1].seq
        several = self._viewer.several
        said = sse.events_of(project_id, records) if several else sse.events(records)
        if any(each.type == "project:deleted" for each in records):
            head = await self._source.log.head(project_id)
            return said + self._drop(project_id) if head.deleted else said
        return said

    async def _snapshot(self, project_id: str) -> bytes:
        folded = await self._source.states.current(project_id)
        seq = folded.seq
        if folded.snapshot.deleted:
            return self._drop(project_id)
        self._cursors[project_id] = seq
        cursor = f"{project_id}:{seq}" if self._viewer.several else str(seq)
        return sse.snapshot(cursor, project_id, seq, folded.json)

    def _drop(self, project_id: str) -> bytes:
        del self._cursors[project_id]
        return sse.gone(project_id)

    async def _is_over(self) -> bool:
        """Whether nothing more can come; asked only where reading found nothing."""
        if self._viewer.live or self._viewer.several:
            return False
        ((project_id, cursor),) = self._cursors.items()
        head = await self._source.log.head(project_id)
        return head.last == cursor and not head.active


class StreamResponse(Response):
    """Sends a stream's blocks as they come, until it ends or the viewer goes away."""

    def __init__(self, stream: Stream) -> None:
        super().__init__()
        self._stream = stream

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = [(name.lower().encode(), value.encode()) for name, value in sse.HEADERS.items()]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        async with while_connected(receive), aclosing(self._stream.frames()) as blocks:
            async for block in blocks:
                await send({"type": "http.response.body", "body": block, "more_body": True})
            await send({"type": "http.response.body", "body": b"", "more_body": False})
