"""Started by root: shows a few folders to an unprivileged user, becomes it, executes bubblewrap.

    python -I -S staging.py UID {bind|copy SOURCE NAME}... -- PROGRAM ARGUMENT...

Folders that only root may reach, such as an interpreter under a 0700 home, are bound below
/tmp in a mount namespace of this process alone, so nothing of it is ever seen on the host and
all of it is gone with the last process of the sandbox. `copy` takes a snapshot instead, which
the user can read whatever the modes were; a folder too large for that is bound. Links are kept
as links, never followed. Runs by itself: it imports nothing of the product.
"""

# Pathlib knows no folders by descriptor, and importing it delays every start:
# ruff: noqa: PTH101, PTH102, PTH103, PTH118, PTH120, PTH123, PTH211

import ctypes
import os
import stat
import sys
from collections.abc import Sequence

BASE = "/tmp"
CLONE_NEWNS, CLONE_NEWUSER = 0x00020000, 0x10000000
MS_NOSUID, MS_NODEV, MS_BIND, MS_REC, MS_PRIVATE = 2, 4, 4096, 16384, 1 << 18
FAILED = 125

MAX_COPIED_BYTES = 128 * 1024 * 1024
MAX_COPIED_ENTRIES = 20_000
MAX_DEPTH = 64
NOT_COPIED = frozenset({".git", ".venv", "venv", "node_modules", "__pycache__", ".pytest_cache"})

_libc = ctypes.CDLL(None, use_errno=True)


class TooMuch(Exception):
    """The folder is too large for a snapshot in memory."""


class Budget:
    """What may still be copied."""

    def __init__(self) -> None:
        self.bytes = MAX_COPIED_BYTES
        self.entries = MAX_COPIED_ENTRIES

    def take(self, size: int) -> None:
        self.bytes -= size
        self.entries -= 1
        if self.bytes < 0 or self.entries < 0:
            raise TooMuch


def _checked(result: int, doing: str) -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{doing}: {os.strerror(number)}")


def _mount(source: str, target: str, kind: str | None, flags: int, options: str = "") -> None:
    _checked(
        _libc.mount(
            os.fsencode(source),
            os.fsencode(target),
            kind.encode() if kind else None,
            ctypes.c_ulong(flags),
            options.encode(),
        ),
        f"mount {target}",
    )


def enter_own_namespace() -> None:
    """Leave the host's mounts. Root without CAP_SYS_ADMIN gets a user namespace for it first."""
    if _libc.unshare(CLONE_NEWNS) != 0:
        enter_user_namespace()
    _mount("none", "/", None, MS_REC | MS_PRIVATE)


def enter_user_namespace() -> None:
    """A namespace with the same users. The map is written from outside, by a short-lived child."""
    waiting, entered = os.pipe()
    parent = os.getpid()
    child = os.fork()
    if child == 0:
        status = 1
        try:
            os.read(waiting, 1)
            for name in ("uid_map", "gid_map"):
                _write_identity(f"/proc/self/{name}", f"/proc/{parent}/{name}")
            status = 0
        finally:
            os._exit(status)
    _checked(_libc.unshare(CLONE_NEWNS | CLONE_NEWUSER), "unshare")
    os.write(entered, b"!")
    _, status = os.waitpid(child, 0)
    os.close(waiting)
    os.close(entered)
    if status != 0:
        raise OSError(0, "the users of the namespace could not be set")


def _write_identity(own: str, other: str) -> None:
    """Every id that exists here stands for itself there."""
    with open(own) as source:
        extents = [line.split() for line in source]
    with open(other, "w") as target:
        target.write("".join(f"{first} {first} {count}\n" for first, _, count in extents))


def stage(requests: Sequence[tuple[str, str, str]]) -> None:
    """Bind or copy every source to its name below BASE."""
    # Opened before BASE is covered, since a source may lie below it; a link is refused, so that
    # nobody can swap one in between the caller's look and this one.
    handles = [os.open(source, os.O_PATH | os.O_NOFOLLOW) for _, source, _ in requests]
    _mount("staging", BASE, "tmpfs", MS_NOSUID | MS_NODEV, "mode=0755,size=192m")
    for (how, source, name), handle in zip(requests, handles, strict=True):
        target = os.path.join(BASE, name)
        mode = os.fstat(handle).st_mode
        if stat.S_ISLNK(mode):
            raise OSError(0, f"{source} has become a symbolic link")
        if stat.S_ISDIR(mode):
            os.makedirs(target, 0o755)
        else:
            os.makedirs(os.path.dirname(target), 0o755, exist_ok=True)
            os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o644))
        if how != "copy" or not snapshot(f"/proc/self/fd/{handle}", target):
            _mount(f"/proc/self/fd/{handle}", target, None, MS_BIND | MS_REC)
        os.close(handle)


def snapshot(source: str, target: str) -> bool:
    """Copy the folder `source` into the folder `target`, readable to anybody whatever the modes.

    False where it is too large for that; then part of it lies there.
    """
    folder = os.open(source, os.O_RDONLY | os.O_DIRECTORY)
    try:
        _copy(folder, target, Budget(), 0)
    except TooMuch:
        return False
    return True


def _copy(folder: int, target: str, budget: Budget, depth: int) -> None:
    """Copy what lies in the open `folder`, and close it. Sockets, pipes and devices stay out."""
    if depth > MAX_DEPTH:
        raise TooMuch
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                budget.take(0)
                _copy_entry(folder, entry, os.path.join(target, entry.name), budget, depth)
    finally:
        os.close(folder)


def _copy_entry(
    folder: int, entry: "os.DirEntry[str]", target: str, budget: Budget, depth: int
) -> None:
    if entry.is_symlink():
        os.symlink(os.readlink(entry.name, dir_fd=folder), target)
    elif entry.is_dir(follow_symlinks=False):
        if entry.name not in NOT_COPIED:
            os.mkdir(target)
            os.chmod(target, 0o755)
            flags = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW
            _copy(os.open(entry.name, flags, dir_fd=folder), target, budget, depth + 1)
    elif entry.is_file(follow_symlinks=False):
        # O_NONBLOCK: a pipe that took the file's place would block for ever.
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK
        source = os.open(entry.name, flags, dir_fd=folder)
        try:
            _copy_file(source, target, budget)
        finally:
            os.close(source)


def _copy_file(source: int, target: str, budget: Budget) -> None:
    status = os.fstat(source)
    if not stat.S_ISREG(status.st_mode):
        return
    copy = os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    try:
        os.fchmod(copy, 0o644 | status.st_mode & 0o111)
        while piece := os.read(source, 1 << 20):
            budget.take(len(piece))
            os.write(copy, piece)
    finally:
        os.close(copy)


def become(user: int) -> None:
    """Give up every group and the user for good.

    Nothing ties this process to its caller yet, on purpose: bubblewrap killed at the wrong moment
    leaves a child that waits for ever. It ties itself, and what it starts makes sure of us.
    """
    try:
        os.setgroups([])
        os.setresgid(user, user, user)
        os.setresuid(user, user, user)
    except OSError as error:
        raise OSError(error.errno, f"become user {user}: {error.strerror}") from None


def main(arguments: list[str]) -> None:
    """Does not return: executes the program, or exits with FAILED and one line on stderr."""
    try:
        end = arguments.index("--")
        words = arguments[1:end]
        os.umask(0o022)
        enter_own_namespace()
        stage([(words[at], words[at + 1], words[at + 2]) for at in range(0, end - 1, 3)])
        become(int(arguments[0]))
        program = arguments[end + 1 :]
        os.execve(program[0], program, {})
    except (OSError, ValueError) as error:
        print(f"staging: {error}", file=sys.stderr, flush=True)
        os._exit(FAILED)


if __name__ == "__main__":
    main(sys.argv[1:])
