"""Faults that a node plants in what it serves or stores, to prove that a trial finds them."""

import re
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from typing import Any, cast

from starlette.types import Message, Receive, Scope, Send

from smartforge.events import Fact
from smartforge.log.base import Log
from smartforge.server.serve import Serving
from smartforge.server.transport import EXTENSION, Connection, beneath

PLACE = 12
"""The first chunk of a file from this seq on is spoilt, once in each response."""

CHUNK = re.compile(rb'id: (?:\w+:)?(\d+)\ndata: \{"type":"code:chunk"')


def _early_snapshot(frame: bytes) -> bytes:
    """A state that no log folds to, in the place of an event."""
    match = re.match(rb'id: (.*:)?(\d+)\ndata: .*?"projectId":"(\w+)"', frame)
    assert match
    prefix, seq, name = match[1] or b"", match[2], match[3]
    told = b'"type":"snapshot","projectId":"%b","seq":%b,"state":{"id":"%b"}' % (name, seq, name)
    return b"id: %b%b\ndata: {%b}\n\n" % (prefix, seq, told)


SPOILT: dict[str, Callable[[bytes], bytes]] = {
    "gap": lambda frame: b"",
    "repeat": lambda frame: frame + frame,
    "phantom": lambda frame: frame.replace(b'"text":"', b'"text":"never stored ') + frame,
    "changed": lambda frame: frame.replace(b'"attempt":1', b'"attempt":2'),
    "state": _early_snapshot,
    "end": lambda frame: b'data: {"type":"end"}\n\n' + frame,
}
FAULTS = (*SPOILT, "silent farewell", "forgotten append", "lost tail")


def planted(server: Serving, fault: str) -> Serving:
    """The server, or one that has the fault in what it sends."""
    if fault in SPOILT:
        return _Spoiling(server, fault)
    return _Silent(server) if fault == "silent farewell" else server


def forgetting(log: Log, fault: str) -> Log:
    """The log, or one that acknowledges an append that it does not store."""
    return cast(Log, _Forgetful(log)) if fault == "forgotten append" else log


def lose_tail(database: str, fault: str) -> None:
    """Take the newest event of each project away, as if its commit had never been durable."""
    if fault == "lost tail":
        with closing(sqlite3.connect(database)) as db, db:
            db.execute(
                "DELETE FROM event WHERE (project, seq) IN (SELECT id, next_seq - 1 FROM project)"
            )
            db.execute("UPDATE project SET next_seq = next_seq - 1")


class _Sending:
    """A connection that pushes nothing, so that all that is sent goes by `send`."""

    def __init__(self, below: Connection) -> None:
        self._below = below

    def __getattr__(self, name: str) -> Any:
        return getattr(self._below, name)

    def push(self, chunk: bytes) -> bool:
        return False


class _Changing:
    """A server that says something else than it should."""

    def __init__(self, server: Serving) -> None:
        self._server = server

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        below = beneath(scope)
        if below is not None:
            scope = {**scope, "extensions": {**scope["extensions"], EXTENSION: _Sending(below)}}
        await self._server(scope, receive, send)

    def end_streams(self) -> None:
        self._server.end_streams()


class _Spoiling(_Changing):
    """Spoils one frame of each response."""

    def __init__(self, server: Serving, fault: str) -> None:
        super().__init__(server)
        self._spoil = SPOILT[fault]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        done = False

        async def spoiling(message: Message) -> None:
            nonlocal done
            body: bytes = message.get("body", b"")
            frame = b"" if done else _chunk_in(body)
            if frame:
                done = True
                message = {**message, "body": body.replace(frame, self._spoil(frame), 1)}
            await send(message)

        await self._serve(scope, receive, spoiling)


class _Silent(_Changing):
    """Ends streams without a word about coming back."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def silently(message: Message) -> None:
            body: bytes = message.get("body", b"")
            if body.startswith(b"retry: ") and not body.startswith(b"retry: 1000\n"):
                message = {**message, "body": b": bye\n\n"}
            await send(message)

        await self._serve(scope, receive, silently)


def _chunk_in(body: bytes) -> bytes:
    """The first frame of those that may be spoilt; empty where there is none."""
    for frame in body.split(b"\n\n"):
        match = CHUNK.match(frame)
        if match and int(match[1]) >= PLACE:
            return frame + b"\n\n"
    return b""


class _Forgetful:
    """Stores all but one of the appends that it acknowledges."""

    def __init__(self, log: Log) -> None:
        self._log = log

    def __getattr__(self, name: str) -> Any:
        return getattr(self._log, name)

    async def append(self, project_id: str, facts: Sequence[Fact], **options: Any) -> int:
        if options["key"] == "b9":
            return (await self._log.head(project_id)).last + len(facts)
        return await self._log.append(project_id, facts, **options)
