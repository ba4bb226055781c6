"""`smartforge` with one quick check of what it makes: for what is not about checks."""

from smartforge import cli
from smartforge.app import forge
from smartforge.checks.base import Check
from smartforge.checks.syntax import Syntax


def only_syntax() -> tuple[Check, ...]:
    """It compiles each file, in the sandbox."""
    return (Syntax(),)


def main() -> None:
    """The program, by its own command line."""
    forge.checks = only_syntax
    cli.main()


if __name__ == "__main__":
    main()
