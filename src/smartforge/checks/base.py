"""What a check promises: one question about a project, one verdict with evidence."""

from pathlib import Path
from typing import Any, Protocol

import msgspec

from smartforge.events import CheckName, Outcome
from smartforge.sandbox.base import Limits, Program, Sandbox

# A database of its own for each program, gone with it.
ENVIRONMENT = {"DATABASE_URL": "sqlite:////tmp/app.db"}


class Subject(msgspec.Struct, frozen=True):
    """The project under check: its files in a folder, and the OpenAPI document it promised.

    The folder is only read, and only from within the sandbox.
    """

    folder: Path
    promised: dict[str, Any]
    dependencies: Path
    sandbox: Sandbox

    def program(self, *arguments: str, limits: Limits | None = None) -> Program:
        """The sandbox's Python with these arguments, in this project."""
        return Program(
            arguments=arguments,
            folder=self.folder,
            dependencies=self.dependencies,
            environment=ENVIRONMENT,
            limits=limits or Limits(),
        )


class Verdict(msgspec.Struct, frozen=True):
    """What a check found. `summary` is one sentence that names the cause; `evidence` is JSON."""

    outcome: Outcome
    summary: str
    evidence: dict[str, Any] = {}


class Check(Protocol):
    """One question. `required` checks must pass before a run may complete."""

    @property
    def name(self) -> CheckName: ...

    @property
    def required(self) -> bool: ...

    async def check(self, subject: Subject) -> Verdict:
        """Always a verdict, also when the project hangs or floods; within its own time limit.

        Raises SandboxUnavailable where nothing may be run. Cancelling leaves no process behind.
        """
        ...
