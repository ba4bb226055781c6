"""The sandbox made of bubblewrap, namespaces, a seccomp filter and limits; Linux only."""

import asyncio
import os
import platform
import socket
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec

from smartforge.errors import SandboxUnavailable
from smartforge.sandbox import cgroup, machine, probe
from smartforge.sandbox.base import Ended, Level, Limits, Program, Served
from smartforge.sandbox.cgroup import Group, Groups
from smartforge.sandbox.command import Builder
from smartforge.sandbox.confined import Confined
from smartforge.sandbox.diagnosis import MISSING, diagnose
from smartforge.sandbox.folder import SOCKET_NAME, private_folder
from smartforge.sandbox.recipe import INSIDE
from smartforge.sandbox.seccomp import filter_file

BACKLOG = 128
# An application that has not started by then tells where it hangs; it must get to do so.
HANGING_AFTER, HANGING_SHARE = 15.0, 0.75


_BOUNDS = {
    None: "What all processes use together is looked at ten times a second.",
    1: "The kernel bounds what all processes use together (control groups, version 1).",
    2: "The kernel bounds what all processes use together (control groups, version 2).",
}


class Bubblewrap:
    """Implements `Sandbox`. Make one and keep it: it remembers what the probe found.

    Sandboxes die with the thread that started them, so it belongs to one event loop.
    """

    def __init__(self, executables: Sequence[Path] | None = None) -> None:
        self._executables = executables
        self._looking = asyncio.Lock()
        self._level: Level | None = None
        self._builder: Builder | None = None
        self._groups: Groups | None = None
        self._users = machine.unused_users() if os.geteuid() == 0 else None

    async def probe(self) -> Level:
        """See `Sandbox.probe`. The first bubblewrap that holds is used from then on."""
        async with self._looking:
            if self._level is None:
                self._level = await self._look()
            return self._level

    async def _look(self) -> Level:
        seccomp = filter_file(platform.machine())
        if platform.system() != "Linux" or not await asyncio.to_thread(seccomp.exists):
            return Level(
                "none",
                f"There is no sandbox for {platform.system()} on {platform.machine()}.",
                "Run Smart Forge on Linux, x86_64 or aarch64.",
            )
        rules = await asyncio.to_thread(seccomp.read_bytes)
        interpreter = await asyncio.to_thread(machine.interpreter)
        found = self._executables
        if found is None:
            found = await asyncio.to_thread(machine.bubblewraps)
        self._groups = await asyncio.to_thread(cgroup.find)
        level = MISSING
        for executable in found:
            builder = await asyncio.to_thread(Builder, executable, interpreter, rules)
            level = await self._try(builder)
            if level.level == "full":
                self._builder = builder
                bounds = _BOUNDS[self._groups.version if self._groups is not None else None]
                return msgspec.structs.replace(level, detail=f"{level.detail} {bounds}")
        return level

    async def _try(self, builder: Builder) -> Level:
        async with _listening() as (listener, place), probe.bait(listener, place) as laid:
            program = Program(laid.arguments, laid.folder, builder.inside)
            fds = [listener.fileno()]
            async with self._confined(builder, program, laid.arguments, fds) as confined:
                listener.close()
                return await probe.judge(confined, laid)

    async def run(self, program: Program) -> Ended:
        """See `Sandbox.run`."""
        builder = await self._ready()
        async with self._confined(builder, program, program.arguments) as confined:
            return await _end_of(confined)

    @asynccontextmanager
    async def serve(self, program: Program, application: str) -> AsyncGenerator[Served]:
        """See `Sandbox.serve`."""
        builder = await self._ready()
        async with _listening() as (listener, place):
            fd = listener.fileno()
            hanging = min(HANGING_AFTER, HANGING_SHARE * program.limits.wall_seconds)
            script = f"{INSIDE}/serve_asgi.py"
            inner = ["-I", "-S", script, application, str(fd), str(hanging)]
            async with self._confined(builder, program, inner, [fd]) as confined:
                # With the last copy gone, whoever connects after the end is refused at once.
                listener.close()
                yield Application(place, confined)

    async def _ready(self) -> Builder:
        level = await self.probe()
        if self._builder is None:
            raise SandboxUnavailable(level.detail, level.cure)
        return self._builder

    @asynccontextmanager
    async def _confined(
        self, builder: Builder, program: Program, inner: Sequence[str], passed: Sequence[int] = ()
    ) -> AsyncGenerator[Confined]:
        user = next(self._users) if self._users is not None else None
        settled = await asyncio.to_thread(builder.settled, program)
        async with self._group(program.limits) as group:
            with builder.command(settled, inner, user, passed) as command:
                confined = await Confined.start(command, program.limits, group)
                try:
                    yield confined
                finally:
                    await confined.end()

    @asynccontextmanager
    async def _group(self, limits: Limits) -> AsyncGenerator[Group | None]:
        """A control group, where this machine lets us make one; gone afterwards."""
        if self._groups is None:
            yield None
            return
        group = self._groups.group(limits)
        try:
            yield group
        finally:
            await asyncio.to_thread(group.remove)


class Application:
    """Implements `Served`."""

    def __init__(self, place: Path, confined: Confined) -> None:
        self.socket = place
        self._confined = confined

    async def ended(self) -> Ended:
        """See `Served.ended`. Raises SandboxUnavailable when it was never started."""
        return await _end_of(self._confined)

    def running(self) -> bool:
        return self._confined.running()


async def _end_of(confined: Confined) -> Ended:
    """Wait for the end. Raises SandboxUnavailable when the program was never started."""
    ended = await confined.ended()
    if confined.started or ended.exit_code <= 0:
        return ended
    level = await asyncio.to_thread(diagnose, ended.stderr)
    raise SandboxUnavailable(level.detail, level.cure)


@asynccontextmanager
async def _listening() -> AsyncGenerator[tuple[socket.socket, Path]]:
    """A listening unix socket in a folder of the host's own, both gone afterwards.

    A TCP socket would lead out of the sandbox (connect to AF_UNSPEC, then anywhere), and a
    folder that the sandbox may write to could hold a link to another socket of the host.
    """
    async with private_folder() as folder:
        place = folder / SOCKET_NAME
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
            listener.bind(str(place))
            listener.listen(BACKLOG)
            yield listener, place
