"""`smartforge prune`: projects that nobody needs any longer, removed for good."""

import re
import sys
import time
from pathlib import Path
from typing import Annotated

import typer

from smartforge.cli.counts import counted
from smartforge.cli.exits import COMPLETE
from smartforge.cli.stopping import run
from smartforge.cli.streams import plain
from smartforge.errors import SettingsInvalid
from smartforge.log.clock import wall_clock
from smartforge.log.retention import Criteria, Due, due, extents, survey
from smartforge.log.retention import prune as remove
from smartforge.settings import Options, Settings, read

SHOWN = 20
"""How many projects are named; the others are counted."""

_SECONDS = {"m": 60, "h": 3600, "d": 86_400, "w": 604_800}
_PREFIXES = ("", "k", "m", "g", "t")


def prune(
    older_than: Annotated[
        str | None, typer.Option(metavar="AGE", help="No event for so long: 90d, 12h, 2w.")
    ] = None,
    larger_than: Annotated[
        str | None,
        typer.Option(metavar="SIZE", help="The oldest, until the log is below it: 500MB, 2GB."),
    ] = None,
    deleted: Annotated[bool, typer.Option("--deleted", help="Deleted projects only.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would go, no more.")] = False,
    data: Annotated[Path | None, typer.Option(help="Folder of the log.")] = None,
    database_url: Annotated[str | None, typer.Option(help="PostgreSQL instead of SQLite.")] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Remove whole projects for good, those longest without an event first.

    Projects with a run on or waiting stay. For a log in SQLite the server must be stopped.
    """
    from smartforge.app.upkeep import check_alone

    criteria = _criteria(older_than, larger_than, deleted)
    settings = _settings(data, database_url)
    if not dry_run:
        check_alone(settings)
    found: list[Due] = []

    async def look() -> int:
        found.append(await _look(settings, criteria))
        return COMPLETE

    status = run(lambda _: look())
    if status != COMPLETE:
        raise typer.Exit(status)
    _show(found[0])
    if dry_run:
        print("Nothing was removed.")
        return
    if found[0].projects and not yes:
        _ask()
    raise typer.Exit(run(lambda _: _remove(settings, found[0])))


def _criteria(older_than: str | None, larger_than: str | None, deleted: bool) -> Criteria:
    if older_than is None and larger_than is None and not deleted:
        raise SettingsInvalid(
            "It was not said what is to be removed.",
            "Say --older-than 90d, --larger-than 2GB, --deleted, or several of them.",
        )
    return Criteria(
        older_than=None if older_than is None else seconds_in(older_than),
        larger_than=None if larger_than is None else bytes_in(larger_than),
        deleted=deleted,
    )


def seconds_in(age: str) -> float:
    """The age in seconds. Raises SettingsInvalid."""
    found = re.fullmatch(r"(\d{1,6}) ?([mhdw])", age.strip(), re.ASCII)
    if found is None:
        raise SettingsInvalid(
            f"{age!r} is no age.", "Write a number and m, h, d or w: 30m, 12h, 90d, 2w."
        )
    return float(int(found[1]) * _SECONDS[found[2]])


def bytes_in(size: str) -> int:
    """The size in bytes: a kB has 1,000 of them, a KiB 1,024. Raises SettingsInvalid."""
    found = re.fullmatch(
        r"(\d{1,15}(?:\.\d{1,9})?) ?([kmgt]?)(i?)b", size.strip().lower(), re.ASCII
    )
    if found is None or (found[3] and not found[2]):
        raise SettingsInvalid(
            f"{size!r} is no size.", "Write a number and kB, MB, GB, TB, or KiB and so on: 2GB."
        )
    return int(float(found[1]) * (1024 if found[3] else 1000) ** _PREFIXES.index(found[2]))


def _settings(data: Path | None, database_url: str | None) -> Settings:
    settings = read(Options(data=data, database_url=database_url))
    if data is not None and settings.database_url:
        raise SettingsInvalid(
            "A data folder was named, but the log is in PostgreSQL.",
            "Leave out --data, or --database-url and SMARTFORGE_DATABASE_URL.",
        )
    return settings


async def _look(settings: Settings, criteria: Criteria) -> Due:
    from smartforge.app.logs import audited

    async with audited(settings) as log:
        return due(await survey(log, await extents(log)), criteria, wall_clock())


async def _remove(settings: Settings, chosen: Due) -> int:
    from smartforge.app.logs import audited
    from smartforge.app.upkeep import pruning

    async with pruning(settings) as (log, unnamed):
        async with audited(settings) as beside:  # Once more: much may have happened since.
            found = await survey(beside, await extents(beside))
        done = await remove(log, found, chosen.projects, unnamed)
    print(f"Removed {counted(done.projects, 'project')}: {done.bytes:,} bytes.")
    if done.spared:
        print(f"{counted(done.spared, 'project')} stayed: a run or an event came meanwhile.")
    return COMPLETE


def _show(found: Due) -> None:
    if not found.projects:
        print("There is no project to remove.")
        return
    print(f"To be removed: {counted(len(found.projects), 'project')}, {found.bytes:,} bytes.")
    for one in found.projects[:SHOWN]:
        day = time.strftime("%Y-%m-%d", time.localtime(one.ts / 1000))
        title = plain(" ".join(one.head.title.split()))
        print(f"  {day}  {one.head.project_id}  {title}")
    if (more := len(found.projects) - SHOWN) > 0:
        print(f"  and {more:,} more")


def _ask() -> None:
    """Raises SettingsInvalid where nobody can be asked, and ends the command at a no."""
    if not sys.stdin.isatty():
        raise SettingsInvalid("Nobody is there to be asked.", "Say --yes. Nothing was removed.")
    if not typer.confirm("Remove them for good?"):
        print("Nothing was removed.")
        raise typer.Exit(COMPLETE)
