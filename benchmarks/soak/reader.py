"""The bytes of one HTTP answer, checked event by event as they come."""

import re

import httptools
import msgspec

FRAME_END = re.compile(rb"\r?\n\r?\n")
DATA = re.compile(rb"^data: ?(.*?)\r?$", re.MULTILINE)
ID = re.compile(rb"^id: ?", re.MULTILINE)


class Said(msgspec.Struct, rename="camel"):
    """What is needed of a frame's JSON."""

    type: str
    project_id: str = ""
    seq: int = 0


class Reader:
    """What a viewer has seen. `faults` are gaps and repeats; there must be none.

    An event's seq is one more than the cursor of its project; a snapshot may be anywhere beyond
    the cursor, and after a reset anywhere at all.
    """

    def __init__(self, cursors: dict[str, int]) -> None:
        self.cursors = cursors
        self.status = 0
        self.events = 0
        self.ended = False
        self.faults: list[str] = []
        self._parser = httptools.HttpResponseParser(self)
        self._rest = b""

    def feed(self, data: bytes) -> None:
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError as error:
            self.faults.append(f"no HTTP: {error}: {data[-80:]!r}")
            self.ended = True

    def on_headers_complete(self) -> None:
        self.status = self._parser.get_status_code()

    def on_body(self, body: bytes) -> None:
        if self.status == 200:
            *frames, self._rest = FRAME_END.split(self._rest + body)
            for frame in frames:
                self._take(frame)

    def on_message_complete(self) -> None:
        self.ended = True

    def _take(self, frame: bytes) -> None:
        lines = DATA.findall(frame)
        if not lines:
            return
        said = msgspec.json.decode(b"\n".join(lines), type=Said)
        cursor = self.cursors.get(said.project_id, 0)
        if said.type == "reset":
            self.cursors[said.project_id] = -1
        elif said.type == "snapshot":
            if said.seq <= cursor:
                self.faults.append(f"a snapshot of {said.seq} after {cursor}")
            self.cursors[said.project_id] = said.seq
        elif ID.search(frame):
            self.events += 1
            if said.seq != cursor + 1:
                self.faults.append(f"seq {said.seq} after {cursor}")
            self.cursors[said.project_id] = said.seq
