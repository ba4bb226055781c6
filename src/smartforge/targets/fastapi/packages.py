"""The packages that generated projects import, installed once beside the interpreter."""

import compileall
import hashlib
import re
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

from smartforge.errors import TargetUnprepared

_LOCKS = tuple(
    Path(__file__).with_name("project") / name
    for name in ("requirements.txt", "requirements-dev.txt")
)
_DIGEST = 12
_PINNED = re.compile(r"^([\w.-]+)(?:\[[^\]]*\])?==([^\s;\\]+)", re.MULTILINE)


def pinned() -> dict[str, str]:
    """The version of every package that projects run on, by name, as the lock has it."""
    return dict(_PINNED.findall(_LOCKS[0].read_text(encoding="utf-8")))


def folder() -> Path:
    """Where the packages of this lock belong for this interpreter, there or not."""
    digest = hashlib.sha256(b"".join(lock.read_bytes() for lock in _LOCKS)).hexdigest()
    version = f"cp{sys.version_info.major}{sys.version_info.minor}"
    home = Path(sys.prefix) / "share" / "smartforge" / "targets"
    return home / f"fastapi-{digest[:_DIGEST]}-{version}"


def prepared() -> Path:
    """The folder with the packages. Raises TargetUnprepared where they are not installed."""
    place = folder()
    if not place.is_dir():
        raise TargetUnprepared(
            "The packages that FastAPI projects need are not installed on this machine.",
            f"Run `make setup`, or `{sys.executable} -m smartforge.targets.fastapi.prepare`.",
        )
    return place


def prepare() -> Path:
    """Install the packages where they are missing, and return their folder.

    The folder appears whole or not at all, readable for everybody and with its bytecode. Two
    callers at once are fine. Raises TargetUnprepared with pip's last words.
    """
    place = folder()
    if place.is_dir():
        return place
    place.parent.mkdir(parents=True, exist_ok=True)
    for parent in (place.parent, place.parent.parent):
        parent.chmod(0o755)
    with tempfile.TemporaryDirectory(prefix=".fastapi-", dir=place.parent) as name:
        fresh = Path(name) / "packages"
        _install(fresh)
        compileall.compile_dir(fresh, quiet=2, workers=1, stripdir=str(fresh), prependdir="")
        _open_to_all(fresh)
        try:
            fresh.rename(place)
        except OSError:
            if not place.is_dir():
                raise
    return place


def _install(into: Path) -> None:
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    command += ["--require-hashes", "--no-compile"]
    command += ["--target", str(into), "-r", str(_LOCKS[1])]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    if ended.returncode:
        last = (ended.stderr.strip().splitlines() or ["pip gave no reason"])[-1]
        raise TargetUnprepared(
            f"The packages that FastAPI projects need could not be installed: {last}",
            "See whether the package index can be reached, then run `make setup` again.",
        )


def _open_to_all(root: Path) -> None:
    """Let the sandbox's own user read everything, whatever the umask was."""
    for path in (root, *root.rglob("*")):
        if not path.is_symlink():
            runs = path.is_dir() or path.stat().st_mode & stat.S_IXUSR
            path.chmod(0o755 if runs else 0o644)
