"""Asks the application the same again where its steps can be seen: which lines answered what."""

import asyncio
import base64
import json
import zlib
from collections.abc import Collection, Sequence
from pathlib import Path

import msgspec

from smartforge.checks.asking import Exchange
from smartforge.checks.scripts import APPLICATION, FOLDER, told
from smartforge.errors import SandboxUnavailable
from smartforge.sandbox.base import Limits, Program, Sandbox

SCRIPTS = Path(__file__).with_name("inside")
PARTS_OF = "smartforge.checks.inside"
# Nothing of ours can be imported in the sandbox: one part is made a module there, the other runs.
BOTH = """import sys, types
part = sys.modules["{name}"] = types.ModuleType("{name}")
exec({written!r}, part.__dict__)
exec({asking!r})
"""
# Kernels take no single argument longer than 128 KiB.
PART = 100_000
MOST_PARTS = 16
MOST_ASKED = 4_000
MOST_WAYS = 1_500
MOST_BODY = 16_384
MOST_OUTPUT = 8 * 1024 * 1024

Line = tuple[str, int]


class Route(msgspec.Struct, frozen=True):
    """Where an operation is written: its function, and the fields that it takes and answers.

    `*` among the taken is what holds them; `keywords` are lines of what its decorator says.
    """

    operation: str
    path: str
    line: int
    taken: dict[str, Line]
    answered: dict[str, Line]
    keywords: dict[str, int]


class Function(msgspec.Struct, frozen=True):
    """A function of the project; `text` has its lines, from `line` on."""

    path: str
    name: str
    line: int
    text: list[str]

    @property
    def end(self) -> int:
        return self.line + max(0, len(self.text) - 1)


class Trace(msgspec.Struct, frozen=True):
    """One request, asked again: its way, and where in the project something was raised.

    `statements` are path, line, how many were sent from there to a database, and how many rows
    were made of what came.
    """

    at: int
    status: int
    way: int
    raised: list[tuple[int, str]]
    statements: list[tuple[str, int, int, int]] = []


class Seen(msgspec.Struct, frozen=True):
    """What `inside/ask_again.py` prints.

    `tables` has `books`, `books.author_id`, and `books.author_id>` for what that refers to.
    `kinds` are types of content, by where they are written, `lines` are (function, line), `ways`
    lists of lines, `memory` the most bytes that the process held. `loose` is where the database is
    told to look after references, or should be, when it does not.
    """

    routes: list[Route] = []
    tables: dict[str, Line] = {}
    kinds: dict[str, list[Line]] = {}
    functions: list[Function] = []
    lines: list[tuple[int, int]] = []
    ways: list[list[int]] = []
    traces: list[Trace] = []
    memory: int = 0
    loose: Line | None = None

    def text(self, line: int) -> str:
        """What stands in the line; empty where nobody knows."""
        number, function = self.lines[line][1], self.functions[self.lines[line][0]]
        at = number - function.line
        return function.text[at] if 0 <= at < len(function.text) else ""


async def seen_again(
    sandbox: Sandbox,
    program: Program,
    exchanges: Sequence[Exchange] = (),
    wanted: Collection[int] = (),
    *,
    written: bool = True,
) -> Seen | None:
    """What the program, started anew, is seen to do with the same requests, in their order.

    Traces are of those that are wanted; routes, tables and kinds are told where what is `written`
    matters. None where it does not come to its end, or nothing can
    be run: then nothing is known. `program` is the one that answered them, with its environment.
    """
    last = max(wanted, default=-1) + 1
    if last > MOST_ASKED:
        wanted = [at for at in wanted if at < MOST_ASKED]
        last = MOST_ASKED
    traced = set(sorted(wanted)[:MOST_WAYS])
    asked = [_told(one, at in traced) for at, one in enumerate(exchanges[:last])]
    order = json.dumps({"written": written, "requests": asked}).encode()
    text = base64.b64encode(zlib.compress(order)).decode()
    parts = [text[at : at + PART] for at in range(0, len(text), PART)]
    if len(parts) > MOST_PARTS:
        return None
    source = await asyncio.to_thread(_script)
    limits = msgspec.structs.replace(program.limits, output_bytes=MOST_OUTPUT)
    again = msgspec.structs.replace(
        program,
        arguments=("-I", "-S", "-c", source, APPLICATION, FOLDER, *parts),
        limits=_longer(limits),
        rehearsed=True,
    )
    try:
        return told(await sandbox.run(again), Seen)
    except SandboxUnavailable:
        return None


def _script() -> str:
    written, asking = (
        (SCRIPTS / name).read_text(encoding="utf-8") for name in ("written.py", "ask_again.py")
    )
    return BOTH.format(name=f"{PARTS_OF}.written", written=written, asking=asking)


def _longer(limits: Limits) -> Limits:
    """Being watched takes its time."""
    return msgspec.structs.replace(
        limits, wall_seconds=max(30.0, limits.wall_seconds), cpu_seconds=max(30, limits.cpu_seconds)
    )


def _told(one: Exchange, wanted: bool) -> list[object]:
    answer = one.answer
    then = {
        "body": answer.body[:MOST_BODY].decode(errors="replace"),
        "headers": {name: answer.headers[name] for name in ("etag",) if name in answer.headers},
    }
    content = base64.b64encode(one.content).decode()
    return [one.method, one.target, one.headers, content, then, wanted]
