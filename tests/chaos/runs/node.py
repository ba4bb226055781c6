"""Run by a trial: `smartforge serve`, with fewer checks or a planted fault where it is asked."""

import sys
from collections.abc import Callable

import msgspec

from smartforge import app, cli
from smartforge.checks.base import Check
from smartforge.checks.boot import Boot
from smartforge.checks.lint import Lint
from smartforge.checks.syntax import Syntax
from tests.chaos.runs.faults import plant


class Spec(msgspec.Struct, frozen=True):
    """What to serve. Unless `thorough`, only quick checks are asked; their sandbox is real."""

    data: str
    pace: int = 0
    thorough: bool = False
    fault: str = ""


def quick() -> tuple[Check, ...]:
    """One that needs no program, one that runs one outside, one that boots in the sandbox."""
    return (Syntax(), Lint(), Boot())


def main() -> None:
    spec = msgspec.json.decode(sys.argv[1], type=Spec)
    if not spec.thorough:
        asked: Callable[[], tuple[Check, ...]] = quick
        app.checks = asked
    plant(spec.fault, spec.data)
    sys.argv[1:] = [
        "serve",
        "--port",
        "0",
        "--no-open",
        "--data",
        spec.data,
        "--pace",
        str(spec.pace),
    ]
    cli.main()


if __name__ == "__main__":
    main()
