"""Run by a trial: one `smartforge`, with fewer checks or a planted fault where it is asked."""

import sys
from collections.abc import Callable

import msgspec

from smartforge import cli
from smartforge.app import forge
from smartforge.checks.base import Check
from smartforge.checks.boot import Boot
from smartforge.checks.lint import Lint
from smartforge.checks.syntax import Syntax
from tests.chaos.runs.faults import plant
from tests.chaos.runs.plan import Role


class Spec(msgspec.Struct, frozen=True):
    """What to start. Unless `thorough`, only quick checks are asked; their sandbox is real.

    `database` is the address of PostgreSQL; without one the log lies in `data`.
    """

    data: str
    pace: int = 0
    thorough: bool = False
    fault: str = ""
    role: Role = "serve"
    database: str = ""


def quick() -> tuple[Check, ...]:
    """One that needs no program, one that runs one outside, one that boots in the sandbox."""
    return (Syntax(), Lint(), Boot())


def main() -> None:
    spec = msgspec.json.decode(sys.argv[1], type=Spec)
    if not spec.thorough:
        asked: Callable[[], tuple[Check, ...]] = quick
        forge.checks = asked
    plant(spec.fault, spec.data)
    arguments: list[str] = [spec.role, "--pace", str(spec.pace)]
    if spec.role == "serve":
        arguments += ["--port", "0", "--no-open", "--data", spec.data]
    if spec.database:
        arguments += ["--database-url", spec.database]
    sys.argv[1:] = arguments
    cli.main()


if __name__ == "__main__":
    main()
