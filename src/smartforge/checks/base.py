"""What a check promises: one question about a project, one verdict with evidence."""

import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

import msgspec

from smartforge.events import CheckName, Outcome
from smartforge.sandbox.base import Limits, Program, Sandbox

# A line or two in the log for each of thousands of requests is no flood.
LOGGED_BYTES = 8 * 1024 * 1024
# A database of its own for each program, gone with it; hashes of passwords that cost little.
# Whoever asks often, as checks do, is not turned away.
ENVIRONMENT = {
    "DATABASE_URL": "sqlite:////tmp/app.db",
    "PASSWORD_MEMORY": "8",
    "RATE_LIMIT": "0",
    "LOGIN_LIMIT": "0",
}


class Subject(msgspec.Struct, frozen=True):
    """The project under check: its files in a folder, and the OpenAPI document it promised.

    The folder is only read, and only from within the sandbox.
    """

    folder: Path
    promised: dict[str, Any]
    dependencies: Path
    sandbox: Sandbox

    def program(
        self,
        *arguments: str,
        limits: Limits | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> Program:
        """The sandbox's Python with these arguments, in this project.

        Each has an empty database and a secret of its own, so that no token is known beforehand.
        """
        settings = {**ENVIRONMENT, "SECRET_KEY": secrets.token_hex(32)}
        return Program(
            arguments=arguments,
            folder=self.folder,
            dependencies=self.dependencies,
            environment={**settings, **(environment or {})},
            limits=limits or Limits(),
        )


class Verdict(msgspec.Struct, frozen=True):
    """What a check found. `summary` is one sentence that names the cause; `evidence` is JSON."""

    outcome: Outcome
    summary: str
    evidence: dict[str, Any] = {}


class Method(msgspec.Struct, frozen=True):
    """What a verdict of this check is worth, said once, whatever the project.

    `asks` is the question. `how` is one sentence, with the bounds that it keeps to; `bounds` are
    the same as JSON. `tools` are the packages whose version decides, by their names. What
    `varies` from one time to the next (or from one day to the next) proves nothing of a version.
    """

    asks: str
    how: str
    bounds: Mapping[str, Any] = {}
    tools: tuple[str, ...] = ()
    varies: bool = False


class Check(Protocol):
    """One question. `required` checks must pass before a run may complete."""

    @property
    def name(self) -> CheckName: ...

    @property
    def required(self) -> bool: ...

    @property
    def method(self) -> Method: ...

    async def check(self, subject: Subject) -> Verdict:
        """Always a verdict, also when the project hangs or floods; within its own time limit.

        Raises SandboxUnavailable where nothing may be run. Cancelling leaves no process behind.
        """
        ...
