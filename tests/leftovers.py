"""What sandboxes have left on the machine: counted before and after, by tests and benchmarks."""

import os
import tempfile
from pathlib import Path

import msgspec

from smartforge.sandbox import cgroup, tree
from smartforge.sandbox.folder import SOCKET_NAME
from smartforge.temporary import PREFIX

PROC = Path("/proc")


class Leftovers(msgspec.Struct, frozen=True):
    """What there is now. Equal before and after means that nothing was left.

    `processes` are those below this one (those that have ended and were not asked for, too), and
    all of the machine whose command line holds the marker: an orphan is nobody's any more. So that
    folders and sockets of others are not counted, let `tempfile.tempdir` be a folder of one's own.
    """

    processes: frozenset[int]
    users: frozenset[int]
    mounts: frozenset[str]
    sockets: frozenset[str]
    folders: frozenset[str]
    groups: frozenset[str]
    descriptors: int


def look(marker: str = "") -> Leftovers:
    """Look at this process and below it, and at its temporary folder. Blocks for a moment."""
    found = set(tree.descendants(os.getpid()))
    if marker:
        found |= {pid for pid in _all() if pid != os.getpid() and marker in _command_line(pid)}
    temporary = Path(tempfile.gettempdir())
    bound = [line.split()[-1] for line in (PROC / "net/unix").read_text().splitlines()]
    groups = cgroup.find()
    return Leftovers(
        processes=frozenset(found),
        users=frozenset(user for pid in found if (user := _user(pid)) is not None),
        mounts=frozenset((PROC / "self/mountinfo").read_text().splitlines()),
        sockets=frozenset(
            path for path in bound if path.startswith(str(temporary)) and SOCKET_NAME in path
        ),
        folders=frozenset(str(path) for path in temporary.glob(f"{PREFIX}*")),
        groups=frozenset(
            str(path)
            for path in (groups.left() if groups else ())
            if path.name.startswith(f"{cgroup.PREFIX}{os.getpid()}-")
        ),
        descriptors=len(list((PROC / "self/fd").iterdir())),
    )


def _all() -> list[int]:
    return [int(place.name) for place in PROC.iterdir() if place.name.isdecimal()]


def _command_line(pid: int) -> str:
    try:
        return (PROC / str(pid) / "cmdline").read_bytes().decode(errors="replace")
    except OSError:
        return ""


def _user(pid: int) -> int | None:
    try:
        return (PROC / str(pid)).stat().st_uid
    except OSError:
        return None
