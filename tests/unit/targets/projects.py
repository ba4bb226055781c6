"""Generated projects on disk, and what their own tests say of them."""

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from smartforge.contract import Contract
from smartforge.targets.fastapi import FastAPITarget

EDGES = Path(__file__).with_name("edges.py")


def write(files: Mapping[str, str], folder: Path) -> Path:
    for path, text in files.items():
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, encoding="utf-8")
    return folder


def project(contract: Contract, folder: Path) -> Path:
    return write(FastAPITarget().render(contract), folder)


def python(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run Python in the project with its own dependencies, and nothing of this environment's."""
    environment = {
        "PATH": os.environ.get("PATH", ""),
        "PYTHONPATH": str(FastAPITarget().dependencies()),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    return subprocess.run(
        [sys.executable, "-S", *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )


# Runs the tests of several projects, importing what they all import only once: in a child each.
_MANY = """
import os, sys
import alembic.command, argon2, email_validator, fastapi.testclient, jwt, psycopg, pydantic
import pydantic_settings, pytest, sqlalchemy.orm, yaml
for folder in sys.argv[1:]:
    child = os.fork()
    if not child:
        os.chdir(folder)
        sys.path.insert(0, folder)
        said = os.open("said.txt", os.O_WRONLY | os.O_CREAT)
        os.dup2(said, 1)
        os.dup2(said, 2)
        code = pytest.main(["-q", "-x", "-p", "no:cacheprovider"])
        sys.stdout.flush()
        os._exit(code)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""


def own_tests_of_each(folders: Sequence[Path]) -> list[int]:
    """The exit codes of pytest in every project; what it said lies there in `said.txt`."""
    ended = python(folders[0], "-c", _MANY, *map(str, folders))
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return [int(line) for line in ended.stdout.split()]


def own_tests(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """What pytest says in the project, warnings counting as errors."""
    return python(
        folder, "-m", "pytest", "-q", "-x", "-W", "error", "-p", "no:cacheprovider", *arguments
    )
