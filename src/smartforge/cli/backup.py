"""`smartforge backup` and `restore-backup`: the SQLite log into a file, and back."""

import asyncio
import threading
from pathlib import Path
from typing import Annotated

import typer

from smartforge.cli.exits import COMPLETE
from smartforge.cli.stopping import Stopping, run
from smartforge.cli.streams import plain
from smartforge.settings import Options, read

Data = Annotated[Path | None, typer.Option(help="Folder of the log.")]


def backup(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The file to write.")],
    data: Data = None,
    force: Annotated[bool, typer.Option("--force", help="Replace FILE where it exists.")] = False,
) -> None:
    """Copy the log to FILE, also while a server runs. FILE is checked before it counts."""
    from smartforge.app.upkeep import backup as copy

    settings = read(Options(data=data))

    async def write(stopping: Stopping) -> int:
        stop = _told_to_stop(stopping)
        made = await asyncio.to_thread(copy, settings, file, replace=force, stopped=stop.is_set)
        if made is None:
            return stopping.status
        print(plain(f"Wrote {file}: {made.size:,} bytes, checked."))
        return COMPLETE

    raise typer.Exit(run(write))


def restore_backup(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="What `backup` wrote.")],
    data: Data = None,
    force: Annotated[
        bool, typer.Option("--force", help="Replace the log that is there; it is kept beside.")
    ] = False,
) -> None:
    """Make FILE the log. No server may run on it meanwhile."""
    from smartforge.app.upkeep import restore_backup as copy

    settings = read(Options(data=data))

    async def write(stopping: Stopping) -> int:
        stop = _told_to_stop(stopping)
        made = await asyncio.to_thread(copy, settings, file, replace=force, stopped=stop.is_set)
        if made is None:
            return stopping.status
        print(plain(f"The log in {settings.data} is that of {file} now."))
        if made.kept is not None:
            print(plain(f"What was there before is kept as {made.kept}"))
        return COMPLETE

    raise typer.Exit(run(write))


def _told_to_stop(stopping: Stopping) -> threading.Event:
    """Set by the first signal: the thread that copies then cleans up and ends."""
    stop = threading.Event()
    stopping.act = stop.set
    return stop
