"""The second door to the same log: the read side of the Durable Streams protocol, draft 1.0.

A project is a stream in JSON mode, its events are the entries of the array, and an offset is the
seq of the last event before it. What is read is what was stored: nothing is compacted, split or
encoded again. A stream is never said to be closed: a follow-up may always come, and what was
closed may not open again (section 4.1). Only deletion ends it, with 404. Sections are those of
the protocol's PROTOCOL.md.
"""

import random
import re
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Annotated

import anyio
import msgspec
from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from smartforge.errors import UnknownProject
from smartforge.log.base import Record
from smartforge.server import answers, problems
from smartforge.server.connection import while_connected
from smartforge.server.problems import CursorInvalid, problem
from smartforge.server.seats import Seat
from smartforge.server.site import Site
from smartforge.server.transport import beneath

START = "-1"
NOW = "now"
LONG_POLL = "long-poll"
SSE = "sse"

OFFSET = re.compile(r"[0-9]{16}")
"""Of one width, so that offsets sort as text as their seqs do as numbers (section 8)."""

CURSOR = re.compile(r"[0-9]{1,15}")
CURSOR_EPOCH = 1_728_432_000
"""9 October 2024, 00:00 UTC, in Unix seconds: where cursors count from (section 10.1)."""
CURSOR_INTERVAL = 20
"""Seconds."""

STEP = 200
"""Events read from the log at a time, so that large ones do not fill the memory."""

WHOLE = "private, max-age=60, stale-while-revalidate=300"
"""For an answer that ended at its bounds: it is the same for ever (section 10.1)."""
AT_TAIL = "private, no-cache"
"""For one that ended at the tail: kept, but asked about, since the next one may say more."""

EVENT_STREAM = {
    "Content-Type": "text/event-stream",
    "Cache-Control": "no-cache, no-store",
    "X-Accel-Buffering": "no",
}
HEARTBEAT = b": still here\n\n"

STREAM_DOCS = {
    200: {
        "description": "The events behind the offset, as stored; `Stream-Next-Offset` goes on",
        "content": {
            "application/json": {"schema": {"type": "array", "items": {"type": "object"}}},
            "text/event-stream": {"schema": {"type": "string"}},
        },
    },
    204: {"description": "long-poll: nothing came in time"},
    304: {"description": "If-None-Match: still the same"},
}


class Bounds(msgspec.Struct, frozen=True):
    """How much one answer holds, and how long one waits. Sizes are bytes, times seconds.

    `wait` is the longest wait of a long-poll, `life` after what time an event stream ends, and
    `stall` after what time one is cut whose reader takes nothing. An answer holds one event at
    least, whatever its size.
    """

    events: int = 1000
    size: int = 256 * 1024
    wait: float = 20.0
    life: float = 60.0
    stall: float = 30.0


class Batch(msgspec.Struct, frozen=True):
    """Events in a row behind the seq `start`; `at_tail` where there were no more just now."""

    start: int
    records: list[Record]
    at_tail: bool

    @property
    def end(self) -> int:
        return self.records[-1].seq if self.records else self.start

    @property
    def deletes(self) -> bool:
        return any(each.type == "project:deleted" for each in self.records)

    def array(self) -> bytes:
        """The stored events as one JSON array on one line."""
        return b"[%b]" % b",".join([each.data for each in self.records])

    def headers(self) -> dict[str, str]:
        """What a reader needs to go on from here."""
        headers = {
            "Stream-Next-Offset": offset_of(self.end),
            "Cache-Control": AT_TAIL if self.at_tail else WHOLE,
        }
        return headers | {"Stream-Up-To-Date": "true"} if self.at_tail else headers

    def frames(self, cursor: int) -> bytes:
        """The events, if any, and what the protocol wants to follow them (section 5.8).

        No blank after `data:`, since some of the protocol's readers expect none.
        """
        control = {"streamNextOffset": offset_of(self.end), "streamCursor": str(cursor)}
        said = msgspec.json.encode(control | {"upToDate": True} if self.at_tail else control)
        data = b"event: data\ndata:%b\n\n" % self.array() if self.records else b""
        return b"%bevent: control\ndata:%b\n\n" % (data, said)


class DurableRoutes:
    """Reads of all three modes, and of where a stream stands; writes are refused."""

    def __init__(self, site: Site, bounds: Bounds | None = None) -> None:
        self._site = site
        self._bounds = bounds or Bounds()

    def router(self) -> APIRouter:
        router = APIRouter(tags=["durable streams"], responses=answers.PROBLEMS)
        path = "/api/durable/{project_id}"
        router.add_api_route(
            path, self.read, methods=["GET"], response_model=None, responses={**STREAM_DOCS}
        )
        router.add_api_route(path, self.look, methods=["HEAD"], response_model=None)
        router.add_api_route(
            path,
            self.refuse,
            methods=["DELETE", "PATCH", "POST", "PUT"],
            response_model=None,
            include_in_schema=False,
        )
        return router

    async def read(
        self,
        request: Request,
        project_id: str,
        offset: Annotated[str | None, Query(description="given by this stream, -1, or now")] = None,
        live: Annotated[str | None, Query(description="long-poll or sse")] = None,
        cursor: Annotated[str | None, Query(description="the last Stream-Cursor")] = None,
    ) -> Response:
        """The events behind the offset, in the form of the Durable Streams protocol."""
        if live not in (None, LONG_POLL, SSE):
            return _live_unknown()
        if len(request.query_params.getlist("offset")) > 1 or (live and offset is None):
            raise CursorInvalid(
                "A live read needs an offset, and no read has two.",
                "Send offset=-1 for all events, or offset=now for those to come.",
            )
        head = await self._site.head(project_id)
        after = head.last if offset == NOW else seq_of(START if offset is None else offset)
        if after > head.last:
            raise CursorInvalid(
                "The offset lies beyond the end of the stream, so it was not given by it.",
                "Read again from offset=-1.",
            )
        if live == SSE:
            seat = self._site.seat(request.scope, (project_id,))
            frames = self._frames(project_id, after, cursor)
            return _EventStream(frames, self._bounds.stall, seat)
        if live == LONG_POLL:
            return await self._long_poll(request, project_id, after, cursor)
        if offset == NOW:
            headers = Batch(after, [], at_tail=True).headers()
            return answers.raw_json(b"[]", headers=headers | {"Cache-Control": "no-store"})
        batch = await self._batch(project_id, after)
        headers = {**batch.headers(), "Content-Type": "application/json"}
        return answers.content(request, batch.array(), _tag(project_id, batch), headers)

    async def look(self, project_id: str) -> Response:
        """Where the stream ends now."""
        head = await self._site.head(project_id)
        headers = {"Stream-Next-Offset": offset_of(head.last), "Cache-Control": "no-store"}
        answer = answers.raw_json(b"", headers=headers)
        del answer.headers["Content-Length"]  # It would have to be that of the GET.
        return answer

    async def refuse(self, project_id: str) -> Response:
        """Events are facts of runs; nobody writes them from outside."""
        told = problem(
            405,
            "method_not_allowed",
            "This stream can only be read: its events are written by the project's runs.",
            "POST /api/projects/{id}/messages asks for a change of the project.",
        )
        return problems.response(told, {"Allow": "GET, HEAD"})

    async def _long_poll(
        self, request: Request, project_id: str, after: int, cursor: str | None
    ) -> Response:
        batch = await self._batch(project_id, after)
        if not batch.records:
            await self._site.wait(request, project_id, after, self._bounds.wait)
            batch = await self._batch(project_id, after)
        headers = {**batch.headers(), "Stream-Cursor": str(cursor_beyond(cursor, time.time()))}
        if not batch.records:
            return Response(status_code=204, headers=headers | {"Cache-Control": "no-store"})
        etag = f'"{_tag(project_id, batch)}"'
        return answers.raw_json(batch.array(), headers={**headers, "ETag": etag})

    async def _frames(
        self, project_id: str, after: int, cursor: str | None
    ) -> AsyncGenerator[bytes, None]:
        """One batch after the other, each with its control event, until the stream's life ends.

        The first control event comes at once, with or without events. Silence is broken by
        comments, which readers pass over.
        """
        site = self._site
        ends = anyio.current_time() + self._bounds.life
        least = cursor_beyond(cursor, time.time())
        while True:
            try:
                batch = await self._batch(project_id, after)
            except UnknownProject:  # It was deleted for good.
                return
            yield batch.frames(max(least, cursor_beyond(None, time.time())))
            after = batch.end
            while batch.at_tail:
                left = min(ends - anyio.current_time(), site.options.heartbeat)
                if batch.deletes or left <= 0 or site.closing.closed:
                    return
                if await site.closing.wait(site.log, {project_id: after}, left):
                    break
                if not site.closing.closed:
                    yield HEARTBEAT
            if site.closing.closed or anyio.current_time() >= ends:
                return

    async def _batch(self, project_id: str, after: int) -> Batch:
        """As many events as one answer may hold; none only at the tail. Raises UnknownProject."""
        log, bounds = self._site.log, self._bounds
        records: list[Record] = []
        size, place = 0, after
        while room := min(STEP, bounds.events - len(records)):
            found = await log.read(project_id, place, room)
            for each in found:
                size += len(each.data)
                if records and size > bounds.size:
                    break
                records.append(each)
            place = records[-1].seq if records else after
            if len(found) < room or size > bounds.size:
                break
        # Looked at last: an event that came meanwhile lies beyond the tail that is said here.
        at_tail = place >= (await log.head(project_id)).last
        if not records and not at_tail:
            return await self._batch(project_id, after)
        return Batch(after, records, at_tail)


class _EventStream(Response):
    """Sends frames as they come, until they end or the reader goes away."""

    def __init__(self, frames: AsyncGenerator[bytes, None], stall: float, seat: Seat) -> None:
        super().__init__(headers=EVENT_STREAM)
        del self.headers["Content-Length"]
        self._frames = frames
        self._stall = stall
        self._seat = seat

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await self._stream(scope, receive, send)
        finally:
            self._seat.leave()

    async def _stream(self, scope: Scope, receive: Receive, send: Send) -> None:
        connection = beneath(scope)
        if connection:
            connection.bound()
        await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
        async with while_connected(receive), aclosing(self._frames) as frames:
            async for frame in frames:
                with anyio.move_on_after(self._stall) as stalling:
                    await send({"type": "http.response.body", "body": frame, "more_body": True})
                if connection and stalling.cancelled_caught:
                    connection.abort()
                    await anyio.sleep_forever()  # Until the disconnect is noticed.
            await send({"type": "http.response.body", "body": b"", "more_body": False})


def offset_of(seq: int) -> str:
    """The offset behind the event `seq`; 0 is the start."""
    return f"{seq:016d}"


def seq_of(offset: str) -> int:
    """The seq that an offset stands for; `-1` is the start. Raises CursorInvalid."""
    if offset == START:
        return 0
    if not OFFSET.fullmatch(offset):
        raise CursorInvalid(
            "The offset is none that this stream has given.",
            "Send the last Stream-Next-Offset as it was, -1 for all events, or now.",
        )
    return int(offset)


def cursor_beyond(given: str | None, now: float) -> int:
    """The cursor of an answer: the number of the interval that `now` (Unix seconds) lies in.

    Where the reader sent that one or a later one, it is moved on by 1 to 3,600 s at random, so
    that no cache between gives the same answer again (section 10.1). What is no cursor counts
    as none.
    """
    current = int((now - CURSOR_EPOCH) // CURSOR_INTERVAL)
    if given is None or not CURSOR.fullmatch(given) or int(given) < current:
        return current
    return int(given) + random.randint(1, 3600 // CURSOR_INTERVAL)


def _tag(project_id: str, batch: Batch) -> str:
    """Changes when the end of the batch is no longer the tail: readers are told so by headers."""
    tail = ":t" if batch.at_tail else ""
    return f"{project_id}:{batch.start}:{batch.end}{tail}"


def _live_unknown() -> Response:
    told = problem(
        400,
        "live_invalid",
        "`live` is neither long-poll nor sse.",
        "Leave it out to read what there is now.",
    )
    return problems.response(told)
