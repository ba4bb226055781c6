"""A generated project in an environment of its own, and what `make` says there."""

import re
import subprocess
import sys
from pathlib import Path

from tests.processes import environment


def furnished(made: Path, *places: Path) -> Path:
    """The project with a virtual environment that holds the packages in these places."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", ".venv"], cwd=made, check=True)
    (packages,) = (made / ".venv" / "lib").glob("python*/site-packages")
    (packages / "locked.pth").write_text("".join(f"{place}\n" for place in places), "utf-8")
    (made / ".venv" / ".installed").touch()
    return made


def make(folder: Path, *goals: str, status: int = 0, seconds: int = 100, **more: str) -> str:
    ended = subprocess.run(
        ["make", *goals],
        cwd=folder,
        env=environment(PYTHONDONTWRITEBYTECODE="1", **more),
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
    )
    assert ended.returncode == status, ended.stdout + ended.stderr
    return ended.stdout


def told(output: str) -> dict[str, str]:
    """What is said of each: same, differs or not repeated."""
    return dict(re.findall(r"^(\w+) +(same|differs|not repeated) ", output, re.MULTILINE))
