"""A sandbox that has started before it is known what for: what it waits with, and its adoption."""

import asyncio
import math
import os
import socket
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from smartforge.sandbox import staging
from smartforge.sandbox.base import Limits, Program, Warm
from smartforge.sandbox.confined import Confined
from smartforge.sandbox.recipe import FIXED_ENVIRONMENT

# What a spare is started with; limits can be lowered from within, but not raised.
CEILING = Limits(
    wall_seconds=math.inf,
    cpu_seconds=2_000_000_000,
    memory_bytes=8 * 1024**3,
    file_bytes=1024**3,
)
READY_SECONDS = 30.0
# What `inside/serve_asgi.py` writes after a rehearsal that went well.
DONE = b"!"
EARLY_NAMES = ("PYTHON", "LD_")
"""How names begin whose values the interpreter and the loader read when they start."""


class NotReady(Exception):
    """The spare ended before it was ready, took too long, or could not rehearse; says which."""


class Unfit(Exception):
    """The project cannot be laid before the spare."""


class Spare(msgspec.Struct, frozen=True):
    """Waits with `warm` done, `folder` of the host empty at /app, and `order` to be written to.

    `place` is the socket on which it will answer.
    """

    warm: Warm
    place: Path
    folder: Path
    confined: Confined
    order: socket.socket

    async def ready(self) -> None:
        """Wait for the end of the rehearsal. Raises NotReady."""
        try:
            async with asyncio.timeout(READY_SECONDS):
                told = await asyncio.get_running_loop().sock_recv(self.order, 4096)
        except TimeoutError:
            raise NotReady(f"not ready within {READY_SECONDS:g} s") from None
        if not told:
            await self.confined.end()
            raise NotReady((await self.confined.ended()).stderr.strip()[-500:])
        if told != DONE:
            raise NotReady(f"the rehearsal failed: {told.decode(errors='replace')}")

    async def adopt(self, program: Program, order: bytes) -> None:
        """Be the sandbox of this program from now on; its limits count from here.

        Where the rehearsal is still on, the order waits. The program's folder is copied, so what
        happens there later is not seen. Raises Unfit where that cannot be done; then the spare is
        of no use any more.
        """
        try:
            copied = await asyncio.to_thread(
                staging.snapshot, os.fspath(program.folder), os.fspath(self.folder)
            )
        except OSError as error:
            raise Unfit(str(error)) from error
        if not copied:
            raise Unfit("the project is too large")
        try:
            await self.confined.adopt(program.limits)
        except OSError as error:
            raise Unfit(str(error)) from error
        loop = asyncio.get_running_loop()
        try:
            await loop.sock_sendall(self.order, order)
            self.order.shutdown(socket.SHUT_WR)
        except OSError:
            # It has ended meanwhile, which whoever asks it is told by its socket.
            return


def fits(program: Program, warm: Warm) -> bool:
    """Whether a spare made for `warm` can be what a sandbox made for this program would be.

    Other environment variables are set before anything of the project is imported, but after the
    packages that were rehearsed.
    """
    early = any(
        name in FIXED_ENVIRONMENT or name.startswith(EARLY_NAMES) for name in program.environment
    )
    limits = program.limits
    return (
        program.dependencies == warm.dependencies
        and not early
        and limits.cpu_seconds < CEILING.cpu_seconds
        and limits.memory_bytes <= CEILING.memory_bytes
        and limits.file_bytes <= CEILING.file_bytes
        and limits.processes <= CEILING.processes
    )


@contextmanager
def order_socket() -> Generator[tuple[socket.socket, socket.socket]]:
    """Our end, which does not block, and the one for the sandbox."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.setblocking(False)
        yield ours, theirs
