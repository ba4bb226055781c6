"""Plants a defect into a copy of a project, and asks the checks that must notice it."""

import shutil
import tempfile
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec

from smartforge.app.forge import checks
from smartforge.checks.base import Subject, Verdict
from smartforge.contract.openapi import openapi
from smartforge.events import CheckName
from smartforge.sandbox.base import Sandbox
from smartforge.targets.fastapi import FastAPITarget
from tests.planted.base import Defect, Planted, planted
from tests.planted.defects import DEFECTS
from tests.planted.projects import PROMPTS, contract
from tests.unit.targets.projects import project


class Try(msgspec.Struct, frozen=True):
    """A defect in a project, `caught` by a check that named the right place; or what they said."""

    project: str
    what: str
    place: str
    caught: CheckName | None
    said: str


class Projects:
    """The projects, each rendered once, with the documents that they promise."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._promised: dict[str, dict[str, Any]] = {}

    def original(self, name: str) -> Path:
        place = self._folder / name
        if name not in self._promised:
            made = contract(name)
            self._promised[name] = openapi(made)
            project(made, place)
        return place

    def all(self) -> Iterator[tuple[str, Planted]]:
        """Every defect in every project that has a place for it."""
        for name in PROMPTS:
            original = self.original(name)
            for defect in DEFECTS:
                one = planted(defect, original)
                if one is not None:
                    yield name, one

    def find(self, name: str, defect: Defect) -> Planted:
        one = planted(defect, self.original(name))
        assert one is not None, f"{name} has no place for {defect.what}"
        return one

    @contextmanager
    def spoilt(self, name: str, one: Planted, sandbox: Sandbox) -> Generator[Subject]:
        """A copy with the defect."""
        folder = Path(tempfile.mkdtemp(prefix="planted-", dir=self._folder))
        try:
            copy = shutil.copytree(self.original(name), folder / "project")
            (copy / one.path).write_text(one.text, "utf-8")
            dependencies = FastAPITarget().dependencies()
            yield Subject(copy, self._promised[name], dependencies, sandbox)
        finally:
            shutil.rmtree(folder)


async def tried(projects: Projects, name: str, one: Planted, sandbox: Sandbox) -> Try:
    """Ask the checks in their order, until one fails and names the right place."""
    said: list[str] = []
    known = {check.name: check for check in checks()}
    with projects.spoilt(name, one, sandbox) as subject:
        for check in one.defect.checks:
            verdict = await known[check].check(subject)
            said.append(f"{check}: {verdict.outcome}: {verdict.summary}")
            if named(verdict, one):
                return Try(name, one.defect.what, f"{one.path}:{one.line}", check, said[-1])
    return Try(name, one.defect.what, f"{one.path}:{one.line}", None, " | ".join(said))


def named(verdict: Verdict, one: Planted) -> bool:
    """Whether it failed, and named the file and a line of the function that has the defect."""
    path, line = verdict.evidence.get("path"), verdict.evidence.get("line") or 0
    return verdict.outcome == "failed" and path == one.path and one.at(line)
