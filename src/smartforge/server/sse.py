"""The bytes of a `text/event-stream` (WHATWG HTML, section 9.2): one event, one `data:` line."""

import random

import msgspec

from smartforge.log.base import Record

HEADERS = {
    "Content-Type": "text/event-stream",
    "Cache-Control": "no-store",
    "X-Accel-Buffering": "no",
}
HELLO = b"retry: 1000\n: the events follow\n\n"
HEARTBEAT = b": still here\n\n"
END = b'data: {"type":"end"}\n\n'


def events(records: list[Record]) -> bytes:
    """Events with their seq as id; the stored bytes are not encoded again."""
    return b"".join([b"id: %d\ndata: %b\n\n" % (each.seq, each.data) for each in records])


def events_of(project_id: str, records: list[Record]) -> bytes:
    """Events with `PROJECT:SEQ` as id, for a stream of several projects."""
    name = project_id.encode()
    return b"".join([b"id: %b:%d\ndata: %b\n\n" % (name, each.seq, each.data) for each in records])


def snapshot(cursor: str, project_id: str, seq: int, state: bytes) -> bytes:
    """A snapshot with `cursor` as its id; `state` is its JSON."""
    name = msgspec.json.encode(project_id)
    data = b'{"type":"snapshot","projectId":%b,"seq":%d,"state":%b}' % (name, seq, state)
    return b"id: %b\ndata: %b\n\n" % (cursor.encode(), data)


def reset(project_id: str) -> bytes:
    """The cursor was beyond the tail: forget everything, a snapshot follows."""
    return b'data: {"type":"reset","projectId":%b}\n\n' % msgspec.json.encode(project_id)


def gone(project_id: str) -> bytes:
    """There is no such project, or it was deleted."""
    return b'data: {"type":"gone","projectId":%b}\n\n' % msgspec.json.encode(project_id)


def farewell() -> bytes:
    """The server stops: come back, but not all at the same moment (milliseconds)."""
    return b"retry: %d\n: the server stops, come back\n\n" % random.randint(200, 2000)
