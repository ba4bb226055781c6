"""`smartforge` with the checks that are quick and look at every file, for `python -m tests.followed
--few` and its sample.

Run by `few.sh`, which is used like the command itself.
"""

from collections.abc import Callable

from smartforge import cli
from smartforge.app import forge
from smartforge.checks.base import Check
from smartforge.checks.boot import Boot
from smartforge.checks.contract import ContractServed
from smartforge.checks.lint import Lint
from smartforge.checks.security import Security
from smartforge.checks.syntax import Syntax


def checks(advisory_url: str | None = None) -> tuple[Check, ...]:
    return (Syntax(), Lint(), Boot(), ContractServed(), Security())


if __name__ == "__main__":
    asked: Callable[[str | None], tuple[Check, ...]] = checks
    forge.checks = asked
    cli.main()
