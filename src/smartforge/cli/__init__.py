"""The terminal: `smartforge COMMAND`, one file per command."""

import signal
import sys
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import typer


COMMANDS = {
    "new": "new.new",
    "serve": "serve.serve",
    "worker": "worker.worker",
    "list": "remote.list_",
    "say": "remote.say",
    "approve": "approve.approve",
    "stop": "remote.stop",
    "retry": "remote.retry",
    "restore": "remote.restore",
    "share": "share.share",
    "diff": "diff.diff",
    "watch": "remote.watch",
    "export": "export.export",
    "client": "client.client",
    "preview": "preview.preview",
    "check": "check.check",
    "doctor": "doctor.doctor",
    "backup": "backup.backup",
    "restore-backup": "backup.restore_backup",
    "prune": "prune.prune",
}
"""Where each command is: the module and the function. What the others import would double the
time in which one starts."""


def main() -> None:
    """Run the command that the arguments name and exit with its status."""
    try:
        _run()
    except KeyboardInterrupt:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # A second one must not break off the exit.
        sys.exit(130)


def _run() -> None:
    from smartforge.cli import streams
    from smartforge.cli.exits import FAILED, status_of, tell
    from smartforge.errors import SmartForgeError

    streams.make_sound()
    try:
        _terminal(sys.argv[1] if len(sys.argv) > 1 else "")()
    except SmartForgeError as error:
        tell(error)
        sys.exit(status_of(error))
    except OSError as error:
        # Whatever a disk, a folder or a terminal refuses where nobody had a better word for it.
        where = f" ({error.filename})" if error.filename else ""
        streams.give_up_stdout()
        tell(
            SmartForgeError(
                f"The system refused: {error.strerror or error}{where}.",
                "Check the disk, the folder and its permissions, then try again.",
            )
        )
        sys.exit(FAILED)


def _terminal(asked: str) -> "typer.Typer":
    """The command that is asked for, with what it imports; all of them where it is none."""
    import typer

    terminal = typer.Typer(
        name="smartforge",
        help="One prompt becomes a proven REST API, live.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
    )
    # Without it a command that is alone would be taken for the whole, and need no name.
    terminal.callback()(lambda: None)
    for name in (asked,) if asked in COMMANDS else COMMANDS:
        module, _, function = COMMANDS[name].partition(".")
        command = getattr(import_module(f"smartforge.cli.{module}"), function)
        terminal.command(name)(command)
    return terminal
