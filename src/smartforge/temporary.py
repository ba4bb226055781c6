"""Temporary folders of this process, and the removal of those whose process was killed.

Whoever has a folder holds a lock on it, which the kernel lets go when the process ends by whatever
way. So a folder that can be locked is nobody's any more: there are no process numbers to be
reused, and it holds across containers that share a /tmp.
"""

import contextlib
import fcntl
import os
import re
import shutil
import stat
import tempfile
from collections.abc import Generator
from pathlib import Path

PREFIX = "smartforge-held-"
"""Not `smartforge-` alone: folders of that name were once made without a lock."""

_NAME = re.compile(re.escape(PREFIX) + r"[a-z0-9_]{8}")
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW


class Held:
    """A new folder below `parent` (the system's temporary folder), which only this user may enter.

    Raises OSError where none can be made.
    """

    def __init__(self, parent: str | None = None) -> None:
        while True:
            self.path = Path(tempfile.mkdtemp(prefix=PREFIX, dir=parent))
            # Somebody who sweeps may be faster than the lock: then another folder is made.
            with contextlib.suppress(FileNotFoundError):
                self._lock = os.open(self.path, _FOLDER)
                if _try_to_lock(self._lock) is not False and self.path.exists():
                    return
                os.close(self._lock)

    def remove(self) -> None:
        """Remove it with all that is in it, as far as this user may."""
        shutil.rmtree(self.path, ignore_errors=True)
        os.close(self._lock)


@contextlib.contextmanager
def held() -> Generator[Path]:
    """A new folder for the time of the block."""
    folder = Held()
    try:
        yield folder.path
    finally:
        folder.remove()


def sweep(*parents: str) -> int:
    """Remove the folders whose processes have ended, and return how many these were.

    Looks where `Held` makes them, unless told where. What belongs to another user or to a living
    process, what is no folder or has another name, is left alone; what cannot be removed stays.
    """
    swept = 0
    for parent in set(parents or (tempfile.gettempdir(), "/tmp")):
        with contextlib.suppress(OSError):
            named = [path for path in Path(parent).iterdir() if _NAME.fullmatch(path.name)]
            swept += sum(_sweep(path) for path in named)
    return swept


def _sweep(path: Path) -> bool:
    with contextlib.suppress(OSError):
        # The look before keeps us from opening what others have put there.
        found = path.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid():
            return False
        folder = os.open(path, _FOLDER)
        try:
            if os.path.samestat(found, os.fstat(folder)) and _try_to_lock(folder):
                shutil.rmtree(path, ignore_errors=True)
                return not path.exists()
        finally:
            os.close(folder)
    return False


def _try_to_lock(folder: int) -> bool | None:
    """False where somebody else holds it; None where this file system knows no locks."""
    try:
        fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return None
    return True
