"""Started by root: becomes an ordinary user, or loses user namespaces, and executes a command.

    python -I tests/unprivileged.py [--user UID] [--no-user-namespaces] [--reveal DIR]... -- COMMAND

Everything happens in namespaces of this process alone; the machine's own settings stay as they
are. `--reveal` makes a folder reachable that lies below one that only root may enter.
"""

import argparse
import ctypes
import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "src"))
from smartforge.sandbox import staging

_libc = ctypes.CDLL(None, use_errno=True)
TMPFS_OPTIONS = b"mode=0755"


def closed_above(folder: Path) -> Path | None:
    """The uppermost folder on the way that others may not enter."""
    above = [parent for parent in folder.parents if not parent.stat().st_mode & 0o001]
    return above[-1] if above else None


def reveal(folders: list[Path]) -> None:
    """Cover each closed folder by an open one that holds nothing but what is revealed."""
    handles = [(folder, os.open(folder, os.O_PATH)) for folder in folders]
    for closed in {closed for folder in folders if (closed := closed_above(folder))}:
        if _libc.mount(b"open", bytes(closed), b"tmpfs", 0, TMPFS_OPTIONS) != 0:
            raise OSError(ctypes.get_errno(), f"cannot cover {closed}")
    for folder, handle in handles:
        if folder.exists():
            continue
        folder.mkdir(parents=True, mode=0o755)
        source = f"/proc/self/fd/{handle}".encode()
        flags = ctypes.c_ulong(staging.MS_BIND | staging.MS_REC)
        if _libc.mount(source, bytes(folder), None, flags, None) != 0:
            raise OSError(ctypes.get_errno(), f"cannot reveal {folder}")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--user", type=int)
    parser.add_argument("--no-user-namespaces", action="store_true")
    parser.add_argument("--reveal", type=Path, action="append", default=[])
    parser.add_argument("command", nargs="+")
    options = parser.parse_args()
    os.umask(0o022)
    staging.enter_own_namespace()
    reveal([folder.resolve() for folder in options.reveal])
    if options.no_user_namespaces:
        staging.enter_user_namespace()
        # Only of the namespace just entered: each has a limit of its own below its parent's.
        Path("/proc/sys/user/max_user_namespaces").write_text("0")
    if options.user is not None:
        staging.become(options.user)
    os.execvp(options.command[0], options.command)


if __name__ == "__main__":
    main()
