"""`make verify` of a generated project, as its owner runs it, on both databases."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from smartforge.targets.fastapi import FastAPITarget
from tests.postgres import postgres
from tests.processes import environment
from tests.unit.targets.framed import BOOKSTORE
from tests.unit.targets.projects import project


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with an environment of its own, which holds just what its lock asks for."""
    made = project(BOOKSTORE, tmp_path_factory.mktemp("bookstore"))
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", ".venv"], cwd=made, check=True)
    (packages,) = (made / ".venv" / "lib").glob("python*/site-packages")
    (packages / "locked.pth").write_text(f"{FastAPITarget().dependencies()}\n", "utf-8")
    (made / ".venv" / ".installed").touch()
    return made


def make(folder: Path, *goals: str, **more: str) -> str:
    ended = subprocess.run(
        ["make", *goals],
        cwd=folder,
        env=environment(PYTHONDONTWRITEBYTECODE="1", **more),
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout


def test_it_verifies_itself_on_sqlite(folder: Path) -> None:
    assert "Verified" in make(folder, "verify")


def test_it_verifies_itself_on_postgresql_and_leaves_nothing_behind(folder: Path) -> None:
    with postgres() as url:
        assert "Verified" in make(folder, "verify", DATABASE_URL=url)
        # What the tests leave behind would meet the first migration.
        make(folder, "migrate", DATABASE_URL=url)
        counted = subprocess.run(
            [str(folder / ".venv" / "bin" / "python"), "-c", SCHEMAS],
            cwd=folder,
            env={**os.environ, "DATABASE_URL": url},
            capture_output=True,
            text=True,
            check=True,
        )
    assert counted.stdout.split() == ["public"]


SCHEMAS = """
from sqlalchemy import inspect
from app.database import connect
from app.settings import Settings

names = inspect(connect(Settings().database_url)).get_schema_names()
print(*(name for name in names if name != "information_schema"))
"""


def test_it_is_tidy(folder: Path) -> None:
    assert "All checks passed!" in make(folder, "lint")
