"""Following one project over as many connections as it takes, without a gap or a repeat."""

from collections.abc import AsyncGenerator
from contextlib import aclosing

import httpx
import msgspec

from smartforge.client.connection import Connection, quoted, refuse
from smartforge.client.frames import CaughtUp, Frame, Received, event_of, frame_of, snapshot_of
from smartforge.client.search import Search
from smartforge.errors import CursorAhead, ServerRefused, UnknownProject

TRANSIENT = frozenset({429, 500, 502, 503, 504})
"""What a proxy says while the server behind it restarts, and the server while it starts, while
its database does, or when it has too many viewers."""

LOSSES = 3
"""So often events may be missing at one place before the server is taken to be without them."""

END = b'{"type":"end"}'


class Following:
    """One follow; to be iterated once. What holds:

    1. The cursor moves only to the seq of an event or a snapshot that is yielded, and by one
       unless a snapshot says where to. What is not beyond it is dropped.
    2. Every connection begins at the cursor. So wherever one breaks, the next goes on.
    3. A seq that jumps is a loss, like a broken connection: the rest of it is not read.
    """

    def __init__(
        self,
        connection: Connection,
        search: Search,
        project_id: str,
        after: int,
        *,
        live: bool,
        compact: bool,
        silence: float,
    ) -> None:
        self._connection, self._search = connection, search
        self._project_id, self._after = project_id, after
        self._live, self._compact, self._silence = live, compact, silence
        self._losses = 0
        self._reset = False

    async def events(self) -> AsyncGenerator[Received | CaughtUp, None]:
        """What lies beyond the cursor, in order, to the end that the server announces."""
        while True:
            asked = None
            try:
                async with aclosing(self._connected()) as received:
                    async for each in received:
                        yield each
                return
            except (httpx.TransportError, httpx.DecodingError) as error:
                silent = isinstance(error, httpx.ReadTimeout)
                if not self._search.lost(silent_for=self._silence if silent else 0.0):
                    raise self._connection.unreachable() from error
            except _Jumped as error:
                self._losses += 1
                if self._losses >= LOSSES:
                    raise self._incomplete(error.seq) from None
            except ServerRefused as error:
                asked = error.retry_after
                if error.status not in TRANSIENT or not self._search.lost(asked=asked):
                    raise
            await self._search.pause(asked)

    async def _connected(self) -> AsyncGenerator[Received | CaughtUp, None]:
        """What one connection brings; returns where the server has announced the end."""
        self._reset = False
        async with aclosing(self._datas()) as datas:
            async for data in datas:
                frame = self._read(data)
                if frame.type == "end":
                    return
                taken = self._take(frame, data)
                if taken is not None:
                    self._after, self._losses = taken.seq, 0
                    self._search.found()
                    yield taken
        raise httpx.RemoteProtocolError("The stream has ended, and no end was announced.")

    async def _datas(self) -> AsyncGenerator[bytes, None]:
        """The data of every frame of one connection."""
        params = ({} if self._compact else {"compact": "0"}) | ({"live": "1"} if self._live else {})
        async with self._connection.stream(
            f"/api/stream/{quoted(self._project_id)}",
            params,
            {"Last-Event-ID": str(self._after)} if self._after else {},
        ) as source:
            response = source.response
            await refuse(response)
            self._search.opened()
            if response.status_code == 204:
                yield END
                return
            if not response.headers.get("content-type", "").startswith("text/event-stream"):
                raise self._connection.stranger(response.status_code)
            async for frame in source.aiter_sse():
                if frame.retry is not None:
                    self._search.told(frame.retry)
                if frame.data:
                    yield frame.data.encode()

    def _read(self, data: bytes) -> Frame:
        try:
            return frame_of(data)
        except (msgspec.DecodeError, UnicodeError) as error:
            raise self._connection.stranger(200) from error

    def _take(self, frame: Frame, data: bytes) -> Received | CaughtUp | None:
        """What the frame brings; None for a repeat, and for a frame that the log does not hold."""
        if frame.type == "gone":
            raise self._gone()
        if frame.type == "reset":
            if not self._compact:
                raise self._ahead()
            self._reset = True
        if frame.seq is None or (frame.seq <= self._after and not self._reset):
            return None
        try:
            if frame.type == "snapshot" and self._compact:
                taken = snapshot_of(data, reset=self._reset)
                self._reset = False
                return taken
            if frame.type == "snapshot" or self._reset or frame.seq > self._after + 1:
                raise _Jumped(frame.seq)
            return event_of(data)
        except (msgspec.DecodeError, UnicodeError) as error:
            raise self._connection.stranger(200) from error

    def _gone(self) -> UnknownProject:
        return UnknownProject(
            f"The project {self._project_id!r} was deleted.", "`smartforge list` shows the others."
        )

    def _ahead(self) -> CursorAhead:
        return CursorAhead(
            f"The project's log ends before event {self._after}, from which to go on.",
            "It was restored from a copy, or the cursor is another project's: begin at 0.",
        )

    def _incomplete(self, seq: int) -> ServerRefused:
        return ServerRefused(
            200,
            f"What answers at {self._connection.server} leaves out events: "
            f"after {self._after} it sends {seq}.",
            "Look at what stands between here and the server, such as a proxy that caches.",
        )


class _Jumped(Exception):
    """Events are missing before `seq`."""

    def __init__(self, seq: int) -> None:
        super().__init__(seq)
        self.seq = seq
