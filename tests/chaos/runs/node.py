"""Run by a trial: one `smartforge`, with fewer checks or a planted fault where it is asked."""

import sys

import msgspec

from smartforge import cli
from tests.chaos.runs.faults import plant
from tests.chaos.runs.plan import Role
from tests.quick import be_quick


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


def main() -> None:
    spec = msgspec.json.decode(sys.argv[1], type=Spec)
    if not spec.thorough:
        be_quick()
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
