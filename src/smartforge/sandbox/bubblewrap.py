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
from smartforge.sandbox import cgroup, machine, probe, serving
from smartforge.sandbox.application import Application, end_of
from smartforge.sandbox.base import Ended, Level, Limits, Program, Served, Warm
from smartforge.sandbox.cgroup import Group, Groups
from smartforge.sandbox.command import Builder, in_memory
from smartforge.sandbox.confined import Confined, bounds
from smartforge.sandbox.diagnosis import MISSING
from smartforge.sandbox.folder import SOCKET_NAME, private_folder
from smartforge.sandbox.seccomp import filter_file
from smartforge.sandbox.spare import CEILING, Spare, order_socket

BACKLOG = 128


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
                return msgspec.structs.replace(
                    level,
                    bounds=bounds(self._groups),
                    by_kernel=self._groups is not None,
                )
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
            return await end_of(confined)

    @asynccontextmanager
    async def serve(self, program: Program, application: str) -> AsyncGenerator[Served]:
        """See `Sandbox.serve`."""
        builder = await self._ready()
        async with _listening() as (listener, place):
            # Environment and limits are there from the start.
            content = serving.order(application, program.limits)
            with os.fdopen(in_memory("order", content)) as order:
                passed = [listener.fileno(), order.fileno()]
                inner = serving.arguments(listener.fileno(), order.fileno())
                async with self._confined(builder, program, inner, passed) as confined:
                    # With the last copy gone, whoever connects after the end is refused at once.
                    listener.close()
                    yield Application(place, confined)

    @asynccontextmanager
    async def spare(self, warm: Warm) -> AsyncGenerator[Spare]:
        """A sandbox that starts before there is a program; leaving kills the whole tree.

        It is in the middle of its rehearsal. Raises SandboxUnavailable.
        """
        builder = await self._ready()
        async with _listening() as (listener, place):
            with order_socket() as (ours, theirs):
                folder = await asyncio.to_thread(_open_folder, place.with_name("app"))
                program = Program((), folder, warm.dependencies, limits=CEILING)
                passed = [listener.fileno(), theirs.fileno()]
                inner = serving.arguments(*passed, rehearsal=warm.rehearsal)
                async with self._confined(builder, program, inner, passed, True) as confined:
                    listener.close()
                    theirs.close()
                    yield Spare(warm, place, folder, confined, ours)

    async def _ready(self) -> Builder:
        level = await self.probe()
        if self._builder is None:
            raise SandboxUnavailable(level.detail, level.cure)
        return self._builder

    @asynccontextmanager
    async def _confined(
        self,
        builder: Builder,
        program: Program,
        inner: Sequence[str],
        passed: Sequence[int] = (),
        waiting: bool = False,
    ) -> AsyncGenerator[Confined]:
        """`waiting` for the program, whose folder is filled when it comes."""
        user = next(self._users) if self._users is not None else None
        settled = await asyncio.to_thread(builder.settled, program)
        async with self._group(program.limits) as group:
            with builder.command(settled, inner, user, passed, filled_later=waiting) as command:
                confined = await Confined.start(command, program.limits, group, waiting=waiting)
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


@asynccontextmanager
async def _listening() -> AsyncGenerator[tuple[socket.socket, Path]]:
    """A listening unix socket in a folder of the host's own, both gone afterwards.

    A TCP socket would lead out of the sandbox (connect to AF_UNSPEC, then anywhere), and a
    folder that the sandbox may write to could hold a link to another socket of the host.
    """
    async with private_folder() as folder:
        place = folder / SOCKET_NAME
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
            # By a name that tells the program, which may ask for it, nothing of the host.
            at = os.open(folder, os.O_PATH | os.O_DIRECTORY)
            try:
                listener.bind(f"/proc/self/fd/{at}/{SOCKET_NAME}")
            finally:
                os.close(at)
            listener.listen(BACKLOG)
            yield listener, place


def _open_folder(folder: Path) -> Path:
    """An empty folder that anybody may read who gets to it: root runs sandboxes as another user."""
    folder.mkdir()
    folder.chmod(0o755)
    return folder
