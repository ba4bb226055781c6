"""Asks an application the same requests again, and tells which of its lines each went through.

    python -I -S -c THIS APPLICATION FOLDER PART...

The parts, joined, are base64 of a compressed JSON list: method, target, headers, body as base64,
what was answered then, and whether its way is wanted. Prints one JSON object: the functions and
lines of the project, the routes with the places of what they take and answer, the tables of its
migrations, and a trace for each wanted request. Values that the application gave then and gives
otherwise now (tokens, keys, times) are exchanged in what follows, so that the same is asked.
"""

import ast
import asyncio
import base64
import contextlib
import functools
import inspect
import json
import linecache
import os
import re
import resource
import sys
import threading
import types
import typing
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

MOST_EXCHANGED = 4000
SHORTEST = 6
ANSWER_SECONDS = 5.0
MOST_TEXT = 160
MOST_DEPTH = 4
# How coroutines and generators return, and how they are left: nothing went wrong.
RETURNS = (StopIteration, StopAsyncIteration, GeneratorExit, asyncio.CancelledError)
_KIND = re.compile(r"[a-z]+/[a-z0-9.+-]+")
_ALIAS = re.compile(r"[A-Za-z_][\w.]*")

Place = tuple[str, int]


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
        if "sqlalchemy" in sys.modules:
            from sqlalchemy import event
            from sqlalchemy.engine import Engine
            from sqlalchemy.orm import Mapper

            event.listen(Engine, "before_cursor_execute", functools.partial(self._count, 0))
            event.listen(Mapper, "load", functools.partial(self._count, 1))

    def begin(self) -> None:
        self._counts = {}

    def told(self) -> list[list[object]]:
        """Path, line, statements, rows."""
        return [[*place, *counts] for place, counts in self._counts.items()]

    def _count(self, which: int, *_: object) -> None:
        frame = sys._getframe(1)
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
            for key in then:
                self.learn(then[key], now.get(key), depth + 1)
        elif isinstance(then, list) and isinstance(now, list):
            for one, other in zip(then, now, strict=False):
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
    async def started(self) -> Any:
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


class Sources:
    """The project's text: where classes, their fields and shared types are written."""

    def __init__(self, folder: str) -> None:
        self._folder = folder
        self._trees: dict[str, ast.Module] = {}

    def inside(self, path: str) -> str | None:
        """Relative to the project, None for what is not of it."""
        return os.path.relpath(path, self._folder) if path.startswith(self._folder + "/") else None

    def tree(self, path: str) -> ast.Module:
        if path not in self._trees:
            self._trees[path] = ast.parse(Path(path).read_bytes())
        return self._trees[path]

    def fields(self, kind: type) -> dict[str, Place]:
        """The lines of a class's fields, those that it inherits included, under any alias."""
        found: dict[str, Place] = {}
        for one in reversed(kind.__mro__):
            module = sys.modules.get(one.__module__)
            file = getattr(module, "__file__", None) or ""
            name = self.inside(file)
            if name is None:
                continue
            for node in ast.walk(self.tree(file)):
                if isinstance(node, ast.ClassDef) and node.name == one.__name__:
                    found["*"] = (name, node.lineno)
                    for inner in node.body:
                        if isinstance(inner, ast.AnnAssign) and isinstance(inner.target, ast.Name):
                            place = self.shared(module, inner.annotation) or (name, inner.lineno)
                            found[inner.target.id] = place
                        elif isinstance(inner, ast.Assign) and isinstance(
                            inner.targets[0], ast.Name
                        ):
                            found[inner.targets[0].id] = (name, inner.lineno)
        for name, info in getattr(kind, "model_fields", {}).items():
            if getattr(info, "alias", None) and name in found:
                found[info.alias] = found[name]
        return found

    def shared(self, module: Any, annotation: ast.expr) -> Place | None:
        """Where the type is written that a bare name, or `name | None`, stands for."""
        if isinstance(annotation, ast.BinOp):
            annotation = annotation.left
        words = ast.unparse(annotation)
        if not _ALIAS.fullmatch(words):
            return None
        *owners, last = words.split(".")
        for owner in owners:
            module = getattr(module, owner, None)
        return self._defined(module, last)

    def _defined(self, module: Any, name: str) -> Place | None:
        """The assignment of a name in a module, or in the module that it was imported from."""
        for _ in range(MOST_DEPTH):
            file = getattr(module, "__file__", None) or ""
            inside = self.inside(file)
            if inside is None:
                return None
            come_from = None
            for node in self.tree(file).body:
                if isinstance(node, ast.Assign) and any(
                    isinstance(one, ast.Name) and one.id == name for one in node.targets
                ):
                    return inside, node.lineno
                if isinstance(node, ast.ImportFrom) and node.module:
                    for alias in node.names:
                        if (alias.asname or alias.name) == name:
                            come_from, name = sys.modules.get(node.module), alias.name
            if come_from is None:
                return None
            module = come_from
        return None

    def tables(self) -> dict[str, Place]:
        """Where migrations write of `table` and `table.column`; the last that does counts."""
        found: dict[str, Place] = {}
        for path in sorted(Path(self._folder, "migrations").rglob("*.py")):
            with contextlib.suppress(SyntaxError, ValueError, OSError):
                found |= self._of_migration(str(path))
        return found

    def kinds(self) -> dict[str, list[Place]]:
        """Where the application writes of types of content."""
        found: dict[str, list[Place]] = {}
        for path in sorted(Path(self._folder, "app").rglob("*.py")):
            with contextlib.suppress(SyntaxError, ValueError, OSError):
                for node in ast.walk(self.tree(str(path))):
                    text = node.value if isinstance(node, ast.Constant) else None
                    if isinstance(text, str) and _KIND.fullmatch(text):
                        name = os.path.relpath(path, self._folder)
                        found.setdefault(text, []).append((name, node.lineno))
        return found

    def _of_migration(self, path: str) -> dict[str, Place]:
        found: dict[str, Place] = {}
        name = os.path.relpath(path, self._folder)
        for node in ast.walk(self.tree(path)):
            if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
                table, called = str(node.args[0].value), ast.unparse(node.func)
                if called.endswith((".create_table", ".batch_alter_table", ".add_column")):
                    found.setdefault(table, (name, node.lineno))
                    for inner in ast.walk(node):
                        if isinstance(inner, ast.Call) and inner.args:
                            first = inner.args[0]
                            if ast.unparse(inner.func).endswith("Column") and isinstance(
                                first, ast.Constant
                            ):
                                found[f"{table}.{first.value}"] = (name, inner.lineno)
        return found


def routes(application: Any, sources: Sources, prefix: str = "") -> Iterator[dict[str, Any]]:
    """Every operation that the application has, with where it is written."""
    for route in getattr(application, "routes", []):
        path = prefix + getattr(route, "path", "")
        function = getattr(route, "endpoint", None)
        included = getattr(route, "original_router", None)
        if included is not None:
            within = getattr(getattr(route, "include_context", None), "prefix", "")
            yield from routes(included, sources, prefix + within)
            continue
        if function is None and getattr(route, "routes", None):
            yield from routes(route, sources, path)
            continue
        if function is None or not getattr(route, "methods", None):
            continue
        code = getattr(inspect.unwrap(function), "__code__", None)
        inside = sources.inside(code.co_filename) if code else None
        if code is None or inside is None:
            continue
        taken, answered = _taken(route, function, sources), dict[str, Place]()
        for kind in _classes(getattr(route, "response_model", None)):
            answered = sources.fields(kind) | answered
        for method in sorted(route.methods):
            yield {
                "operation": f"{method} {path}",
                "path": inside,
                "line": code.co_firstlineno,
                "taken": taken,
                "answered": answered,
                "keywords": _keywords(sources, code),
            }


def _taken(route: Any, function: Any, sources: Sources) -> dict[str, Place]:
    """The places of parameters, of the fields of bodies, and of those of its dependencies."""
    found: dict[str, Place] = {}
    callables, dependant = [function], getattr(route, "dependant", None)
    waiting = list(getattr(dependant, "dependencies", []))
    while waiting:
        one = waiting.pop()
        callables.insert(0, one.call)
        waiting += one.dependencies
    for one in callables:
        code = getattr(inspect.unwrap(one) if callable(one) else one, "__code__", None)
        inside = sources.inside(code.co_filename) if code else None
        if code is None or inside is None:
            continue
        module = sys.modules.get(one.__module__)
        for node in ast.walk(sources.tree(code.co_filename)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and _starts(node, code):
                for argument in (*node.args.args, *node.args.kwonlyargs):
                    place = (inside, argument.lineno)
                    if argument.annotation is not None:
                        place = sources.shared(module, argument.annotation) or place
                    found[argument.arg] = place
                found["*"] = (inside, node.lineno)
        with contextlib.suppress(Exception):
            for hint in typing.get_type_hints(one).values():
                for kind in _classes(hint):
                    found |= sources.fields(kind)
    return found


def _starts(node: ast.FunctionDef | ast.AsyncFunctionDef, code: types.CodeType) -> bool:
    first = min([node.lineno, *(one.lineno for one in node.decorator_list)])
    return first == code.co_firstlineno and node.name == code.co_name


def _keywords(sources: Sources, code: types.CodeType) -> dict[str, int]:
    """The lines of what the decorators say, and that of the `def` itself."""
    found: dict[str, int] = {}
    for node in ast.walk(sources.tree(code.co_filename)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and _starts(node, code):
            found["def"] = node.lineno
            for one in node.decorator_list:
                for keyword in one.keywords if isinstance(one, ast.Call) else []:
                    found[str(keyword.arg)] = keyword.lineno
    return found


def _classes(hint: Any, depth: int = 0) -> Iterator[type]:
    """The classes with fields in a type, the outer ones last."""
    if depth > MOST_DEPTH:
        return
    for inner in typing.get_args(hint):
        yield from _classes(inner, depth + 1)
    fields = getattr(hint, "model_fields", None) or getattr(hint, "__dataclass_fields__", None)
    if isinstance(hint, type) and isinstance(fields, dict):
        for one in fields.values():
            yield from _classes(getattr(one, "annotation", None), depth + 1)
        yield hint


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
    threading.settrace(tracer)
    sys.settrace(tracer)
    client = Client(application)
    async with client.started():
        for at, one in enumerate(requests):
            if one[-1]:
                tracer.begin()
                statements.begin()
            status = await client.ask(one)
            tracer.end()
            if one[-1]:
                told = {"statements": statements.told()}
                traces.append(ways.trace(at, status, tracer) | told)
    sys.settrace(None)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return {"traces": traces, "memory": memory, **ways.told()}


def main(application: str, folder: str, parts: list[str]) -> None:
    requests = json.loads(zlib.decompress(base64.b64decode("".join(parts))))
    sys.path[:0] = [path for path in os.environ.get("PYTHONPATH", "").split(":") if path]
    sys.path.insert(0, folder)
    # Whatever the application prints goes where it does not disturb what is told here.
    out = os.dup(1)
    os.dup2(2, 1)
    module, _, name = application.partition(":")
    loaded = getattr(__import__(module, fromlist=["_"]), name)
    sources = Sources(folder)
    told = {"routes": list(routes(loaded, sources)), "tables": sources.tables()}
    told["kinds"] = sources.kinds()
    told |= asyncio.run(asked(loaded, requests, folder))
    text = json.dumps(told).encode()
    while text:
        text = text[os.write(out, text) :]
    os._exit(0)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3:])
