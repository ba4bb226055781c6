"""The terminal: `smartforge COMMAND`, one file per command."""

import sys


def main() -> None:
    """Run the command that the arguments name and exit with its status."""
    import typer

    from smartforge.cli import check, doctor, new, remote, serve
    from smartforge.cli.exits import CANCELLED, status_of, tell
    from smartforge.errors import SmartForgeError

    terminal = typer.Typer(
        name="smartforge",
        help="One prompt becomes a proven REST API, live.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
    )
    for name, command in {
        "new": new.new,
        "serve": serve.serve,
        "list": remote.list_,
        "say": remote.say,
        "stop": remote.stop,
        "retry": remote.retry,
        "watch": remote.watch,
        "export": remote.export,
        "check": check.check,
        "doctor": doctor.doctor,
    }.items():
        terminal.command(name)(command)
    try:
        terminal()
    except SmartForgeError as error:
        tell(error)
        sys.exit(status_of(error))
    except KeyboardInterrupt:
        sys.exit(CANCELLED)
