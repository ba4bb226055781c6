"""What a sandbox promises to the machine around it, and to the program inside.

A program in the sandbox sees the interpreter, the target's dependencies and the project's
folder, all read-only, and a small writable /tmp. It has no network, no environment but what it
is given, no other process, no right to gain rights. When the limits are reached or the caller
leaves, its whole process tree is gone. Where this cannot be held, nothing runs.
"""

from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Literal, Protocol

import msgspec

Cause = Literal["time", "memory", "output", "processes", "files"]


class Limits(msgspec.Struct, frozen=True):
    """Seconds of wall clock and of CPU, bytes of memory, output and files, processes.

    CPU is what all processes use together. Of memory one process may take so much, and all
    together twice that; `recipe` bounds the files that they make and hold open. More output than
    `output_bytes` ends the program where its first bytes are kept; where the last are, it goes on.
    """

    wall_seconds: float = 60.0
    cpu_seconds: int = 60
    memory_bytes: int = 512 * 1024 * 1024
    output_bytes: int = 256 * 1024
    file_bytes: int = 32 * 1024 * 1024
    processes: int = 64
    kept_output: Literal["first", "last"] = "first"


class Program(msgspec.Struct, frozen=True):
    """What to run: `arguments` for the sandbox's Python, in `folder` mounted at /app.

    `dependencies` are put on the import path. `environment` is all the environment there is,
    besides a few fixed names (PATH, HOME, LANG, ...). `rehearsed` are arguments for which it is
    worth much that the dependencies are imported already. What `stays` for long shall hold no more
    memory than it needs.
    """

    arguments: Sequence[str]
    folder: Path
    dependencies: Path
    environment: Mapping[str, str] = {}
    limits: Limits = Limits()
    rehearsed: bool = False
    stays: bool = False


class Warm(msgspec.Struct, frozen=True):
    """What a sandbox can do before its program is known.

    `rehearsal` is Python that imports and tries what programs with these `dependencies` will need
    to start; it runs in the sandbox, before anything of a project is there. A `light` one is for
    programs that stay.
    """

    dependencies: Path
    rehearsal: str
    light: bool = False


class Ended(msgspec.Struct, frozen=True):
    """How a program ended. `cause` names the limit that ended it, if one did.

    `stdout` and `stderr` are capped at `output_bytes` each; undecodable bytes are replaced.
    `exit_code` is negative for a signal, as in `subprocess`. `cpu_seconds` is what all processes
    used; without a control group it is what was seen last, up to a tenth of a second before.
    """

    exit_code: int
    stdout: str
    stderr: str
    cause: Cause | None
    seconds: float
    cpu_seconds: float = 0.0


class Level(msgspec.Struct, frozen=True):
    """What this machine can hold: `full`, or `none` with the reason and its cure.

    `bounds` is who bounds here what all processes of a sandbox use together, and how; it is
    `by_kernel` where the kernel does, without waiting for a look.
    """

    level: Literal["full", "none"]
    detail: str
    cure: str = ""
    bounds: str = ""
    by_kernel: bool = False


class Served(Protocol):
    """An application that runs in the sandbox and answers on a unix socket of the host."""

    socket: Path

    async def ended(self) -> Ended:
        """Wait until the application has ended by itself or by a limit."""
        ...

    def running(self) -> bool: ...


class Sandbox(Protocol):
    """Runs untrusted programs, or says why it does not."""

    async def probe(self) -> Level:
        """Really try to break out, once per process, and say what holds. Cached."""
        ...

    async def run(self, program: Program) -> Ended:
        """Run to the end. Cancelling kills the whole tree. Raises SandboxUnavailable."""
        ...

    def serve(self, program: Program, application: str) -> AbstractAsyncContextManager[Served]:
        """Serve an ASGI application (`app.main:app`); leaving the context kills the whole tree.

        Does not wait for the first answer: a request waits in the socket's backlog until the
        application accepts, and is refused at once when it has ended. `program.arguments` is
        not used. Raises SandboxUnavailable.
        """
        ...
