"""`smartforge` with few and quick checks, for tests of all that is around them.

Run by `quick.sh`, which is used like the command itself.
"""

from collections.abc import Callable

from smartforge import cli
from smartforge.app import forge
from smartforge.checks.base import Check
from smartforge.checks.boot import Boot
from smartforge.checks.lint import Lint
from smartforge.checks.syntax import Syntax


def checks(advisory_url: str | None = None) -> tuple[Check, ...]:
    """One that needs no program, one that runs one outside, one that boots in the sandbox."""
    return (Syntax(), Lint(), Boot())


def be_quick() -> None:
    """Ask these checks alone in this process; their sandbox is real."""
    asked: Callable[[str | None], tuple[Check, ...]] = checks
    forge.checks = asked


if __name__ == "__main__":
    be_quick()
    cli.main()
