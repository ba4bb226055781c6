"""What a command imports is what it needs: every start pays for it."""

import subprocess
import sys
from importlib import import_module

import pytest

from smartforge.cli import COMMANDS
from tests.processes import environment

STARTED = """
import sys
from smartforge import cli
sys.argv[1:] = ["serve", "--help"]
try:
    cli.main()
except SystemExit as ended:
    assert not ended.code, ended
import smartforge.app.serving
print(*(name for name in sys.modules if name.startswith("smartforge.")))
"""


def test_a_start_imports_no_other_command_and_no_planner() -> None:
    done = subprocess.run(
        [sys.executable, "-c", STARTED],
        env=environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    said, _, names = done.stdout.strip().rpartition("\n")
    assert "Serve the page and the API until stopped." in said
    imported = set(names.split())
    assert {"smartforge.cli.serve", "smartforge.app.forge"} <= imported
    others = {f"smartforge.cli.{place.partition('.')[0]}" for place in COMMANDS.values()}
    assert imported & others == {"smartforge.cli.serve"}
    assert not [name for name in imported if name.startswith("smartforge.planners.offline")]


@pytest.mark.parametrize("place", COMMANDS.values())
def test_every_command_is_where_the_table_says(place: str) -> None:
    module, _, function = place.partition(".")
    command = getattr(import_module(f"smartforge.cli.{module}"), function)
    assert command.__doc__, "it has no help"
