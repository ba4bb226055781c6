"""Asks an application the same requests again, and tells which of its lines each went through.

    python -I -S -c THIS APPLICATION FOLDER PART...

The parts, joined, are base64 of a compressed JSON object: `written`, whether it is wanted where
things are written; and `requests`, each of method, target, headers, body as base64, what was
answered then, and whether its way is wanted. Prints one JSON object: the functions and lines of the
project, a trace for each wanted request, and, where that is wanted, the routes with the places of
what they take and answer, the tables of its migrations, and the types of content; and where its
database should be told to look after references, when it does not. Values that the
application gave then and gives otherwise now (tokens, keys, times) are exchanged in what follows,
so that the same is asked.
"""

import asyncio
import base64
import contextlib
import functools
import inspect
import json
import linecache
import os
import resource
import sys
import threading
import types
import zlib
from collections.abc import AsyncGenerator
from importlib import import_module
from typing import Any, cast

from smartforge.checks.inside.written import Place, Sources, routes

MOST_EXCHANGED = 4000
SHORTEST = 6
ANSWER_SECONDS = 5.0
MOST_TEXT = 160
# How coroutines and generators return, and how they are left: nothing went wrong.
RETURNS = (StopIteration, StopAsyncIteration, GeneratorExit, asyncio.CancelledError)


class Tracer:
    """Which lines of the project run, from `begin` to `end`, in whatever thread."""

    def __init__(self, folder: str) -> None:
        self._root = folder.rstrip("/") + "/"
        self._on = False
        self.order: dict[tuple[types.CodeType, int], None] = {}
        self.raised: list[tuple[types.CodeType, int, str]] = []

    def begin(self) -> None:
        self.order, self.raised, self._on = {}, [], True

    def end(self) -> None:
        self._on = False

    def __call__(self, frame: types.FrameType, event: str, arg: object) -> Any:
        if not self._on or not frame.f_code.co_filename.startswith(self._root):
            return None
        return self._local

    def _local(self, frame: types.FrameType, event: str, arg: Any) -> Any:
        if event == "line":
            # The last time counts: what ran at the end is nearest to what came out.
            self.order.pop((frame.f_code, frame.f_lineno), None)
            self.order[frame.f_code, frame.f_lineno] = None
        elif event == "exception" and not issubclass(arg[0], RETURNS) and self._innermost(arg[2]):
            text = f"{arg[0].__name__}: {arg[1]}"[:MOST_TEXT]
            self.raised.append((frame.f_code, frame.f_lineno, text))
        return self._local

    def _innermost(self, trace: types.TracebackType | None) -> bool:
        """Whether no other frame of the project lies below."""
        below = trace.tb_next if trace else None
        while below is not None:
            if below.tb_frame.f_code.co_filename.startswith(self._root):
                return False
            below = below.tb_next
        return True


class Statements:
    """How many statements were sent to a database, and rows made of what came, by their lines."""

    def __init__(self, folder: str) -> None:
        self._root = folder.rstrip("/") + "/"
        self._counts: dict[Place, list[int]] = {}
        self._engines: dict[int, Any] = {}
        if "sqlalchemy" in sys.modules:
            # Named at run time: only the project's packages have it.
            event, engine = (import_module(f"sqlalchemy.{one}") for one in ("event", "engine"))
            orm = import_module("sqlalchemy.orm")
            event.listen(engine.Engine, "before_cursor_execute", functools.partial(self._count, 0))
            event.listen(orm.Mapper, "load", functools.partial(self._count, 1))

    def begin(self) -> None:
        self._counts = {}

    def told(self) -> list[list[object]]:
        """Path, line, statements, rows."""
        return [[*place, *counts] for place, counts in self._counts.items()]

    def loose(self) -> bool:
        """Whether some database that was asked does not look after references."""
        for engine in self._engines.values():
            if engine.dialect.name == "sqlite":
                # A new connection tells: migrations set up theirs by themselves.
                with contextlib.suppress(Exception):
                    engine.dispose()
                with contextlib.suppress(Exception), engine.connect() as connection:
                    if not connection.exec_driver_sql("PRAGMA foreign_keys").scalar():
                        return True
        return False

    def _count(self, which: int, *told: Any) -> None:
        if which == 0:
            self._engines[id(told[0].engine)] = told[0].engine
        frame = inspect.currentframe()
        while frame is not None:
            if frame.f_code.co_filename.startswith(self._root):
                place = (frame.f_code.co_filename.removeprefix(self._root), frame.f_lineno)
                self._counts.setdefault(place, [0, 0])[which] += 1
                return
            frame = frame.f_back


class Exchanged:
    """What stands for what: texts that were answered then, and those that are answered now."""

    def __init__(self) -> None:
        self._pairs: dict[str, str] = {}

    def learn(self, then: object, now: object, depth: int = 0) -> None:
        if depth > 8 or len(self._pairs) >= MOST_EXCHANGED or then == now:
            return
        if isinstance(then, dict) and isinstance(now, dict):
            told, tells = cast("dict[str, object]", then), cast("dict[str, object]", now)
            for key, value in told.items():
                self.learn(value, tells.get(key), depth + 1)
        elif isinstance(then, list) and isinstance(now, list):
            pairs = zip(cast("list[object]", then), cast("list[object]", now), strict=False)
            for one, other in pairs:
                self.learn(one, other, depth + 1)
        elif isinstance(then, str) and isinstance(now, str) and len(then) >= SHORTEST:
            self._pairs[then] = now

    def apply(self, text: str) -> str:
        for then, now in self._pairs.items():
            if then in text:
                text = text.replace(then, now)
        return text


class Client:
    """Speaks ASGI with the application, in this very process."""

    def __init__(self, application: Any) -> None:
        self._application = application
        self._exchanged = Exchanged()

    @contextlib.asynccontextmanager
    async def started(self) -> AsyncGenerator[None]:
        """The application, between its startup and its shutdown."""
        told: asyncio.Queue[Any] = asyncio.Queue()
        said: asyncio.Queue[Any] = asyncio.Queue()
        scope = {"type": "lifespan", "asgi": {"version": "3.0"}, "state": {}}
        task = asyncio.create_task(self._application(scope, told.get, said.put))
        await told.put({"type": "lifespan.startup"})
        first = asyncio.create_task(said.get())
        await asyncio.wait({task, first}, return_when=asyncio.FIRST_COMPLETED)
        if first.done() and first.result()["type"].endswith("failed"):
            raise RuntimeError(first.result().get("message", "")[-MOST_TEXT:])
        try:
            yield
        finally:
            first.cancel()
            await told.put({"type": "lifespan.shutdown"})
            await asyncio.wait({task}, timeout=2)
            task.cancel()

    async def ask(self, asked: list[Any]) -> int:
        method, target, headers, body, then, _ = asked
        content = base64.b64decode(body)
        with contextlib.suppress(UnicodeDecodeError):
            content = self._exchanged.apply(content.decode()).encode()
        path, _, query = self._exchanged.apply(target).partition("?")
        told = [
            (name.lower().encode("latin-1"), self._exchanged.apply(value).encode("latin-1"))
            for name, value in headers
            if name.lower() != "content-length"
        ]
        if content:
            told.append((b"content-length", str(len(content)).encode()))
        status, answer, answered = await self._answer(method, path, query, told, content)
        with contextlib.suppress(ValueError, RecursionError):
            self._exchanged.learn(json.loads(then["body"]), json.loads(answer))
        self._exchanged.learn(then["headers"], answered)
        return status

    async def _answer(
        self, method: str, path: str, query: str, headers: list[Any], content: bytes
    ) -> tuple[int, bytes, dict[str, str]]:
        from urllib.parse import unquote

        scope = {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": unquote(path),
            "raw_path": path.encode("latin-1"),
            "query_string": query.encode("latin-1"),
            "root_path": "",
            "headers": headers,
            "client": ("127.0.0.1", 1),
            "server": ("app", 80),
            "state": {},
        }
        incoming = [{"type": "http.request", "body": content, "more_body": False}]
        status, answer, told = 0, bytearray(), dict[str, str]()

        async def receive() -> Any:
            return incoming.pop() if incoming else {"type": "http.disconnect"}

        async def send(message: Any) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                pairs = [(a.decode("latin-1"), b.decode("latin-1")) for a, b in message["headers"]]
                told.update({name.lower(): value for name, value in pairs})
            elif len(answer) < 65536:
                answer.extend(message.get("body", b""))

        try:
            await asyncio.wait_for(self._application(scope, receive, send), ANSWER_SECONDS)
        except Exception:
            status = 500
        return status, bytes(answer), told


class Ways:
    """The lines of all traces, each told once; requests that went the same way share it."""

    def __init__(self, folder: str) -> None:
        self._folder = folder
        self._functions: dict[types.CodeType, int] = {}
        self._lines: dict[tuple[types.CodeType, int], int] = {}
        self._ways: dict[tuple[int, ...], int] = {}

    def trace(self, at: int, status: int, tracer: Tracer) -> dict[str, Any]:
        way = tuple(self._line(*one) for one in tracer.order)
        return {
            "at": at,
            "status": status,
            "way": self._ways.setdefault(way, len(self._ways)),
            "raised": [[self._line(code, line), text] for code, line, text in tracer.raised],
        }

    def _line(self, code: types.CodeType, line: int) -> int:
        self._functions.setdefault(code, len(self._functions))
        return self._lines.setdefault((code, line), len(self._lines))

    def told(self) -> dict[str, Any]:
        return {
            "functions": [
                {
                    "path": os.path.relpath(code.co_filename, self._folder),
                    "name": getattr(code, "co_qualname", code.co_name),
                    "line": code.co_firstlineno,
                    "text": [
                        linecache.getline(code.co_filename, line).rstrip("\n")[:MOST_TEXT]
                        for line in range(code.co_firstlineno, _last(code) + 1)
                    ],
                }
                for code in self._functions
            ],
            "lines": [[self._functions[code], line] for code, line in self._lines],
            "ways": [list(way) for way in self._ways],
        }


def _last(code: types.CodeType) -> int:
    lines = [line for _, _, line in code.co_lines() if line]
    inner = [_last(one) for one in code.co_consts if isinstance(one, types.CodeType)]
    return max([code.co_firstlineno, *lines, *inner])


async def asked(application: Any, requests: list[Any], folder: str) -> dict[str, Any]:
    tracer, ways, statements = Tracer(folder), Ways(folder), Statements(folder)
    traces: list[dict[str, Any]] = []
    # A thread is watched from its beginning or never; this one only where somebody wants to know.
    threading.settrace(tracer)
    client = Client(application)
    async with client.started():
        for at, one in enumerate(requests):
            if not one[-1]:
                await client.ask(one)
                continue
            tracer.begin()
            statements.begin()
            sys.settrace(tracer)
            status = await client.ask(one)
            sys.settrace(None)
            tracer.end()
            told = {"statements": statements.told()}
            traces.append(ways.trace(at, status, tracer) | told)
        loose = statements.loose()
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return {"traces": traces, "memory": memory, "loose": loose, **ways.told()}


def main(application: str, folder: str, parts: list[str]) -> None:
    order = json.loads(zlib.decompress(base64.b64decode("".join(parts))))
    sys.path[:0] = [path for path in os.environ.get("PYTHONPATH", "").split(":") if path]
    sys.path.insert(0, folder)
    # Whatever the application prints goes where it does not disturb what is told here.
    out = os.dup(1)
    os.dup2(2, 1)
    module, _, name = application.partition(":")
    loaded = getattr(__import__(module, fromlist=["_"]), name)
    told: dict[str, Any] = {}
    if order["written"]:
        sources = Sources(folder)
        told = {"routes": list(routes(loaded, sources)), "tables": sources.tables()}
        told |= {"kinds": sources.kinds()}
    told |= asyncio.run(asked(loaded, order["requests"], folder))
    told["loose"] = Sources(folder).looked_after() if told["loose"] else None
    text = json.dumps(told).encode()
    while text:
        text = text[os.write(out, text) :]
    os._exit(0)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3:])
