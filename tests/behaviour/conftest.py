"""One process that starts generated projects, and a running project for each module."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import cast

import httpx
import pytest
from ruff import find_ruff_bin

from smartforge.contract import Contract, validate
from smartforge.targets.fastapi import FastAPITarget
from tests.behaviour.apis import ADMIN, SECRET_KEY, Api
from tests.unit.targets.projects import project

STARTER = Path(__file__).with_name("starter.py")


class Starter:
    """The process of `starter.py`; one command at a time."""

    def __init__(self) -> None:
        environment = {
            "PATH": os.environ.get("PATH", ""),
            "PYTHONPATH": str(FastAPITarget().dependencies()),
            "PYTHONDONTWRITEBYTECODE": "1",
        }
        self._process = subprocess.Popen(
            [sys.executable, "-S", str(STARTER)],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def ask(self, *command: object) -> str:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        print(json.dumps(command), file=self._process.stdin, flush=True)
        return self._process.stdout.readline().strip()

    def end(self) -> None:
        self._process.communicate(timeout=20)


@pytest.fixture(scope="session")
def starter() -> Iterator[Starter]:
    starter = Starter()
    yield starter
    starter.end()


@pytest.fixture(scope="module")
def api(request: pytest.FixtureRequest, starter: Starter) -> Iterator[Api]:
    """The project of the module's CONTRACT, running with an empty database."""
    module = cast(ModuleType, request.module)  # pyright: ignore[reportUnknownMemberType]
    contract = cast(Contract, module.CONTRACT)
    folder = Path(tempfile.mkdtemp(prefix="behaviour-"))
    try:
        project(validate(contract), folder)
        subprocess.run(
            [find_ruff_bin(), "check", "--no-cache", "--quiet", "."], cwd=folder, check=True
        )
        process = int(starter.ask("start", str(folder), _environment()))
        transport = httpx.HTTPTransport(uds=str(folder / "api.sock"))
        try:
            with httpx.Client(transport=transport, base_url="http://api", timeout=30) as client:
                yield Api(client, folder)
        finally:
            starter.ask("stop", process)
    finally:
        shutil.rmtree(folder)


def _environment() -> dict[str, str]:
    return {
        "PATH": os.environ.get("PATH", ""),
        "SECRET_KEY": SECRET_KEY,
        "PASSWORD_MEMORY": "8",
        "ADMIN_EMAIL": ADMIN["email"],
        "ADMIN_PASSWORD": ADMIN["password"],
    }
