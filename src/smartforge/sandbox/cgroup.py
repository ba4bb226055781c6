"""Control groups: the kernel's own bound on what all processes of a sandbox use together.

Used where this process may make groups: version 2 where a part of the tree is delegated to it
(systemd does so for a user's programs), version 1 as root. Elsewhere the watchdog bounds alone.
"""

import contextlib
import itertools
import os
import re
import secrets
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

import msgspec

from smartforge.sandbox.base import Limits
from smartforge.sandbox.recipe import WRITABLE, total_memory

PREFIX = "smartforge-"
# Besides the program: bubblewrap twice, and what starts it.
OWN_PROCESSES = 4
# An empty group as old as this belongs to nobody who is still about to join it.
ABANDONED_AFTER = 60.0
GRACE = 3.0
# Version 1 counts the buffers of TCP apart.
TCP_BYTES = 64 * 1024 * 1024
OPTIONAL = re.compile("sw|tcp")
# The shell joins each group itself, so that not even its first instruction runs outside.
JOIN = 'while [ "$1" != -- ]; do echo $$ > "$1" || exit 125; shift; done; shift; exec "$@"'


class Used(msgspec.Struct, frozen=True):
    """CPU seconds so far, None where they are not counted, and whether memory ran out."""

    cpu_seconds: float | None
    out_of_memory: bool


class Place(msgspec.Struct, frozen=True):
    """A folder of one hierarchy below which groups can be made, and what is set and read there."""

    version: int
    folder: Path
    controllers: frozenset[str]


class Group:
    """The group of one sandbox: a folder in each hierarchy. Whoever makes it must `remove` it."""

    def __init__(self, places: Sequence[Place], name: str, limits: Limits) -> None:
        """Raises OSError when it cannot be made; then nothing of it is left."""
        self._places = places
        self._folders = [place.folder / name for place in places]
        made: list[Path] = []
        try:
            for place, folder in zip(places, self._folders, strict=True):
                folder.mkdir()
                made.append(folder)
                _set(place, folder, limits)
        except OSError:
            for folder in made:
                folder.rmdir()
            raise

    def joining(self) -> list[str]:
        """What to put before a command, so that it and all that it starts are in the group."""
        files = [str(folder / "cgroup.procs") for folder in self._folders]
        return ["/bin/sh", "-c", JOIN, "join", *files, "--"]

    def bound(self, limits: Limits) -> None:
        """These hold from now on. Raises OSError when more is used already."""
        for place, folder in zip(self._places, self._folders, strict=True):
            _set(place, folder, limits)

    def used(self) -> Used:
        seconds, out = None, False
        for place, folder in zip(self._places, self._folders, strict=True):
            if place.version == 2:
                spent = _field(folder / "cpu.stat", "usage_usec")
                seconds = None if spent is None else spent / 1e6
                out |= bool(_field(folder / "memory.events", "oom_kill"))
            elif "cpuacct" in place.controllers:
                seconds = int((folder / "cpuacct.usage").read_text()) / 1e9
            elif "memory" in place.controllers:
                out |= bool(_field(folder / "memory.oom_control", "oom_kill"))
        return Used(seconds, out)

    def remove(self) -> None:
        """Once every process is dead; the kernel may need some milliseconds more to see it.

        Raises OSError when it cannot be removed even then.
        """
        deadline = time.monotonic() + GRACE
        for folder in self._folders:
            while True:
                try:
                    folder.rmdir()
                    break
                except OSError:
                    if time.monotonic() > deadline:
                        raise
                    time.sleep(0.002)


class Groups:
    """Makes groups below the places that were found."""

    def __init__(self, places: Sequence[Place]) -> None:
        self._places = places
        # There may be several of these in one process.
        self._prefix = f"{PREFIX}{os.getpid()}-{secrets.token_hex(4)}-"
        self._numbers = itertools.count(1)
        self.version = places[0].version

    def group(self, limits: Limits) -> Group:
        """Raises OSError when it cannot be made."""
        return Group(self._places, f"{self._prefix}{next(self._numbers)}", limits)

    def told(self) -> str:
        """What the kernel bounds in them, and where they are made."""
        words = {"memory": "memory", "pids": "processes"}
        held = {name for place in self._places for name in place.controllers}
        what = " and ".join(word for name, word in words.items() if name in held)
        where = " and ".join(str(place.folder) for place in self._places)
        return f"{what} by the kernel (control groups, version {self.version}, below {where})"

    def left(self) -> list[Path]:
        """The folders of every group that there is now, of this process and of others."""
        return [one for place in self._places for one in place.folder.glob(f"{PREFIX}*")]

    def sweep(self) -> None:
        """Remove the groups of processes that were killed before they could."""
        for folder in self.left():
            with contextlib.suppress(OSError):
                owner = folder.name.removeprefix(PREFIX).partition("-")[0]
                age = time.time() - folder.stat().st_mtime
                if not Path("/proc", owner).exists() and age > ABANDONED_AFTER:
                    folder.rmdir()


def find() -> Groups | None:
    """Where groups can be made here; None where they cannot. Blocks: one is made and joined."""
    places = found_in(Path("/proc/self"), root=os.geteuid() == 0)
    if not places:
        return None
    groups = Groups(places)
    groups.sweep()
    try:
        group = groups.group(Limits())
    except OSError:
        return None
    try:
        command = [*group.joining(), "/bin/true"]
        joined = subprocess.run(command, env={}, check=False, capture_output=True, timeout=GRACE)
        group.used()
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return None
    finally:
        group.remove()
    return groups if joined.returncode == 0 else None


def found_in(process: Path, *, root: bool) -> list[Place]:
    """The places that /proc/self tells of: one of version 2, else some of version 1, else none."""
    paths: dict[str, str] = {}
    for line in (process / "cgroup").read_text().splitlines():
        _, controllers, path = line.split(":", 2)
        paths[controllers] = path
    mounted = _mounted(process)
    for one in mounted:
        if one.version == 2 and (place := _delegated(one, paths.get("", ""))) is not None:
            return [place]
    if not root:
        return []
    places = [
        place
        for controllers, path in paths.items()
        if (place := _own(mounted, frozenset(controllers.split(",")), path)) is not None
    ]
    held = {name for place in places for name in place.controllers}
    return places if {"memory", "pids"} <= held else []


class _Mount(msgspec.Struct, frozen=True):
    """A mounted hierarchy: of which group of it is shown where."""

    version: int
    options: frozenset[str]
    shown: str
    place: Path

    def below(self, path: str) -> Path | None:
        """The folder of a group, where it is shown at all."""
        base = self.shown.rstrip("/")
        if ".." in path.split("/") or not (path == base or path.startswith(base + "/")):
            return None
        return self.place / path[len(base) :].lstrip("/")


def _mounted(process: Path) -> list[_Mount]:
    """See proc(5) for the fields of mountinfo."""
    found: list[_Mount] = []
    for line in (process / "mountinfo").read_text().splitlines():
        before, _, after = line.partition(" - ")
        kind, _, options = after.split(" ", 2)
        if kind in ("cgroup", "cgroup2"):
            _, _, _, shown, place, *_ = before.split(" ")
            version = 2 if kind == "cgroup2" else 1
            found.append(_Mount(version, frozenset(options.split(",")), shown, Path(place)))
    return found


def _own(mounted: Sequence[_Mount], names: frozenset[str], path: str) -> Place | None:
    """Our own group in a hierarchy of version 1, where it counts what we need and is ours."""
    if not names & {"memory", "pids", "cpuacct"}:
        return None
    for one in mounted:
        if one.version == 1 and names <= one.options:
            folder = one.below(path)
            if folder is not None and os.access(folder, os.W_OK):
                return Place(1, folder, names)
    return None


def _delegated(mount: _Mount, path: str) -> Place | None:
    """The nearest group on the way up that is ours, and lets its children count what we need.

    Processes may move between groups only where they may write to the lowest one above both.
    """
    own = mount.below(path)
    for folder in (own, *own.parents) if own is not None else ():
        if not folder.is_relative_to(mount.place) or not os.access(
            folder / "cgroup.procs", os.W_OK
        ):
            return None
        counted = frozenset((folder / "cgroup.subtree_control").read_text().split())
        if {"memory", "pids"} <= counted and os.access(folder, os.W_OK):
            return Place(2, folder, counted)
    return None


def _set(place: Place, folder: Path, limits: Limits) -> None:
    memory = str(total_memory(limits) + sum(WRITABLE.values()))
    values: dict[str, str] = {}
    if "memory" in place.controllers and place.version == 2:
        values = {"memory.max": memory, "memory.swap.max": "0", "memory.oom.group": "1"}
    elif "memory" in place.controllers:
        values = {"memory.limit_in_bytes": memory, "memory.memsw.limit_in_bytes": memory}
        values |= {"memory.kmem.tcp.limit_in_bytes": str(TCP_BYTES)}
    if "pids" in place.controllers:
        values["pids.max"] = str(limits.processes + OWN_PROCESSES)
    for name, value in values.items():
        file = folder / name
        # Where swapping or buffers are not counted apart there is no file for it.
        if not OPTIONAL.search(name) or file.exists():
            file.write_text(value)


def _field(file: Path, name: str) -> int | None:
    """The number behind a name, in a file of lines `name number`."""
    with contextlib.suppress(FileNotFoundError):
        found = re.search(rf"^{name} (\d+)$", file.read_text(), re.MULTILINE)
        return int(found[1]) if found else None
    return None
