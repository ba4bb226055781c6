"""Really tries to break out of the sandbox, with bait laid out by the host, and judges."""

import asyncio
import contextlib
import secrets
import socket
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec

from smartforge.sandbox import tree
from smartforge.sandbox.base import Level
from smartforge.sandbox.confined import Confined
from smartforge.sandbox.diagnosis import diagnose
from smartforge.sandbox.folder import private_folder
from smartforge.sandbox.recipe import FIXED_ENVIRONMENT, INSIDE

TIME_LIMIT = 10.0
# What the interpreter and bubblewrap set by themselves.
SET_BY_OTHERS = ("PWD", "LC_CTYPE", "OLDPWD", "SHLVL", "_")

ABLE = frozenset({"load its libraries", "write to /tmp", "fork", "start a thread"})
ESCAPES = frozenset(
    {
        "read a file of the host",
        "read /etc/shadow",
        "connect to the host",
        "see the environment",
        "see other processes",
        "enter a new user namespace",
        "write to /app",
        "open a netlink socket",
        "gain rights",
    }
)


class Report(msgspec.Struct, frozen=True):
    """What the program inside tells: what it was able to do, and what it escaped by."""

    able: dict[str, bool]
    escaped: dict[str, bool]


class Bait(msgspec.Struct, frozen=True):
    """A folder to mount, a listening socket to pass, and the arguments that name the bait."""

    folder: Path
    socket: Path
    arguments: tuple[str, ...]


@asynccontextmanager
async def bait(listener: socket.socket, place: Path) -> AsyncGenerator[Bait]:
    """A file that anybody may read and a listener on the host's loopback, until the end."""
    async with private_folder() as folder:
        secret, empty = await asyncio.to_thread(_lay_out, folder)
        with socket.create_server(("127.0.0.1", 0)) as victim:
            port = victim.getsockname()[1]
            names = ",".join((*FIXED_ENVIRONMENT, *SET_BY_OTHERS))
            script = f"{INSIDE}/attempt.py"
            numbers = (str(listener.fileno()), str(secret), str(port), names)
            yield Bait(empty, place, ("-I", "-S", script, *numbers))


def _lay_out(folder: Path) -> tuple[Path, Path]:
    # Permissions must not be what hides the secret: only the sandbox may.
    folder.chmod(0o755)
    secret = folder / secrets.token_hex(8)
    secret.write_text(secrets.token_hex(8))
    secret.chmod(0o644)
    empty = folder / "app"
    empty.mkdir()
    empty.chmod(0o755)
    return secret, empty


async def judge(confined: Confined, bait: Bait) -> Level:
    """The level that the program's report and a look at it from outside allow."""
    try:
        async with asyncio.timeout(TIME_LIMIT):
            reader, writer = await asyncio.open_unix_connection(bait.socket)
            try:
                answer = await reader.read(64 * 1024)
                users = await asyncio.to_thread(_users_below, confined.pid)
            finally:
                writer.close()
                with contextlib.suppress(OSError):
                    await writer.wait_closed()
            report = msgspec.json.decode(answer, type=Report)
    except TimeoutError:
        return Level("none", "The sandbox did not start within 10 s.", "Try again on less load.")
    except (OSError, msgspec.MsgspecError):
        return await asyncio.to_thread(diagnose, await _words(confined))
    return verdict(report, users)


def verdict(report: Report, users: set[int]) -> Level:
    """`full` only when everything was tried, all that must work worked, and nothing else did."""
    unable = sorted(ABLE - {name for name, works in report.able.items() if works})
    escaped = sorted(
        (ESCAPES - report.escaped.keys()) | {name for name, got in report.escaped.items() if got}
    )
    if 0 in users:
        escaped.append("stay root")
    if escaped:
        return Level(
            "none",
            f"The sandbox does not hold here: a program in it can {', '.join(escaped)}.",
            "Do not run generated code on this machine; a newer kernel and bubblewrap may hold.",
        )
    if unable:
        return Level(
            "none",
            f"Programs do not work in the sandbox here: one cannot {', '.join(unable)}.",
            "Linux 5.14 or newer is needed, and an interpreter that others may read.",
        )
    return Level("full", f"bubblewrap holds: {len(ESCAPES) + 1} ways out were tried.")


def _users_below(pid: int) -> set[int]:
    users: set[int] = set()
    for one in tree.descendants(pid):
        with contextlib.suppress(OSError):
            users.add(Path(f"/proc/{one}").stat().st_uid)
    return users


async def _words(confined: Confined) -> str:
    """What a program that gave no report left on stderr."""
    await confined.end()
    return (await confined.ended()).stderr
