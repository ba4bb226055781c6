"""The bytes of a `text/event-stream` (WHATWG HTML, section 9.2): one event, one `data:` line."""

import random
from collections.abc import Sequence

import msgspec

HEADERS = {
    "Content-Type": "text/event-stream",
    "Cache-Control": "no-store",
    "X-Accel-Buffering": "no",
}
HELLO = b"retry: 1000\n: the events follow\n\n"
HEARTBEAT = b": still here\n\n"
END = b'{"type":"end"}'


def events(prefix: bytes, after: int, datas: Sequence[bytes]) -> bytes:
    """Events with `prefix` and their seq as id; the stored bytes are not encoded again."""
    frames = [
        b"id: %b%d\ndata: %b\n\n" % (prefix, seq, data) for seq, data in enumerate(datas, after + 1)
    ]
    return frames[0] if len(frames) == 1 else b"".join(frames)


def snapshot(prefix: bytes, project_id: str, seq: int, state: bytes) -> bytes:
    """A snapshot, with `prefix` and its seq as id; `state` is its JSON."""
    data = snapshot_data(project_id, seq, state)
    return b"id: %b%d\ndata: %b\n\n" % (prefix, seq, data)


def snapshot_data(project_id: str, seq: int, state: bytes) -> bytes:
    """The JSON of a snapshot."""
    name = msgspec.json.encode(project_id)
    return b'{"type":"snapshot","projectId":%b,"seq":%d,"state":%b}' % (name, seq, state)


def told(data: bytes) -> bytes:
    """A frame without an id: what is not in the log."""
    return b"data: %b\n\n" % data


def reset(project_id: str) -> bytes:
    """The cursor was beyond the tail: forget everything, a snapshot follows. JSON."""
    return b'{"type":"reset","projectId":%b}' % msgspec.json.encode(project_id)


def gone(project_id: str) -> bytes:
    """There is no such project, or it was deleted. JSON."""
    return b'{"type":"gone","projectId":%b}' % msgspec.json.encode(project_id)


def presence(project_id: str, viewers: int) -> bytes:
    """How many watch the project through this server, of those who take part. JSON."""
    name = msgspec.json.encode(project_id)
    return b'{"type":"presence","projectId":%b,"viewers":%d}' % (name, viewers)


def farewell() -> bytes:
    """The server stops: come back, but not all at the same moment (milliseconds)."""
    return b"retry: %d\n: the server stops, come back\n\n" % random.randint(200, 2000)
