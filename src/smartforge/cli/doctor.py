"""`smartforge doctor`: what this machine offers, and what it lacks."""

import platform
from collections.abc import Awaitable
from typing import Annotated

import msgspec
import typer
from rich.console import Console
from rich.text import Text

from smartforge import __version__
from smartforge.cli.exits import COMPLETE, FAILED
from smartforge.cli.stopping import run
from smartforge.cli.streams import write_line
from smartforge.engine.base import NewProject
from smartforge.errors import SmartForgeError
from smartforge.settings import Options, Settings, read


class Finding(msgspec.Struct, frozen=True):
    """One thing looked at. Without a `required` one the main job cannot be done."""

    name: str
    good: bool
    detail: str
    cure: str = ""
    required: bool = True


def doctor(
    json: Annotated[bool, typer.Option("--json", help="Print the findings as JSON.")] = False,
) -> None:
    """Say what this machine offers. Exit 1 when an API cannot be made and proven here."""
    settings = read(Options())
    raise typer.Exit(run(lambda _: _doctor(settings, json)))


async def _doctor(settings: Settings, json: bool) -> int:
    findings = await _look(settings)
    if json:
        write_line(msgspec.json.encode({"findings": findings}))
    else:
        _show(findings)
    good = all(finding.good for finding in findings if finding.required)
    return COMPLETE if good else FAILED


def _show(findings: list[Finding]) -> None:
    console = Console(highlight=False)
    for finding in findings:
        style = "green" if finding.good else ("red" if finding.required else "yellow")
        mark = "✓" if finding.good else ("✗" if finding.required else "-")
        console.print(Text(f"{mark} {finding.name}: {finding.detail}", style=style), soft_wrap=True)
        if finding.cure and not finding.good:
            console.print(Text(f"  {finding.cure}"), soft_wrap=True)


async def _look(settings: Settings) -> list[Finding]:
    return [
        Finding("versions", True, f"Smart Forge {__version__}, Python {platform.python_version()}"),
        await _sandbox(settings),
        _dependencies(),
        _model(settings),
        await _tried("database", _database(settings)),
        _page(),
    ]


async def _sandbox(settings: Settings) -> Finding:
    from smartforge.app import Forge

    level = await Forge(settings).sandbox.probe()
    detail = f"{level.level}. {level.detail}"
    return Finding("sandbox", level.level == "full", detail, level.cure)


def _dependencies() -> Finding:
    from smartforge.app import TARGETS

    try:
        places = [f"{name}: {make().dependencies()}" for name, make in TARGETS.items()]
    except SmartForgeError as error:
        return Finding("targets", False, error.what, error.hint)
    return Finding("targets", True, "; ".join(places))


def _model(settings: Settings) -> Finding:
    from smartforge.app import Forge

    if settings.model is None:
        return Finding("model", True, "none; the offline planner and compiled writer do the work")
    try:
        Forge(settings).choose(NewProject(""))
    except SmartForgeError as error:
        return Finding("model", False, error.what, error.hint)
    where = settings.openai_base_url or "the provider's own address"
    return Finding("model", True, f"{settings.model} at {where}", required=False)


async def _database(settings: Settings) -> str:
    from smartforge.app import database_state

    return await database_state(settings)


async def _tried(name: str, look: Awaitable[str]) -> Finding:
    try:
        return Finding(name, True, await look)
    except SmartForgeError as error:
        return Finding(name, False, error.what, error.hint)


def _page() -> Finding:
    from smartforge.app import page_built

    if page_built():
        return Finding("page", True, "built")
    return Finding("page", False, "not built", "Run `make setup`.", required=False)
