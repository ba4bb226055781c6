"""`smartforge` with few and quick checks, for tests of all that is around them.

Run by `quick.sh`, which is used like the command itself. QUICK_CHECKS names the checks that are
asked, QUICK_SECONDS is how long an application may take to start.
"""

import os
from collections.abc import Callable, Collection

import msgspec

from smartforge import cli
from smartforge.app import forge
from smartforge.checks import boot
from smartforge.checks.base import Check

ASKED = ("syntax", "lint", "boot")
"""One that needs no program, one that runs one outside, one that boots in the sandbox."""


def be_quick(asked: Collection[str] = ASKED) -> None:
    """Ask these checks alone in this process; their sandbox is real, and no spare waits longer
    than for the run that it is for.
    """
    every = forge.checks

    def checks(advisory_url: str | None = None) -> tuple[Check, ...]:
        return tuple(one for one in every(advisory_url) if one.name in asked)

    chosen: Callable[[str | None], tuple[Check, ...]] = checks
    forge.checks = chosen
    forge.MOST = 0  # pyright: ignore[reportConstantRedefinition]


def main() -> None:
    """The command, as the environment wants it."""
    be_quick(os.environ.get("QUICK_CHECKS", "").split() or ASKED)
    if seconds := os.environ.get("QUICK_SECONDS"):
        boot.LIMITS = msgspec.structs.replace(boot.LIMITS, wall_seconds=float(seconds))  # pyright: ignore[reportConstantRedefinition]
    cli.main()


if __name__ == "__main__":
    main()
