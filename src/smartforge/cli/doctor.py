"""`smartforge doctor`: what this machine offers, and what it lacks."""

import platform
import time
from collections.abc import Awaitable
from contextlib import aclosing
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer
from rich.console import Console
from rich.text import Text

from smartforge import __version__
from smartforge.cli.asking import ask_models
from smartforge.cli.counts import counted
from smartforge.cli.exits import COMPLETE, FAILED
from smartforge.cli.stopping import run
from smartforge.cli.streams import plain, write_line
from smartforge.engine.base import NewProject
from smartforge.errors import SmartForgeError
from smartforge.log.audit import Audit, audit
from smartforge.sandbox.base import Level
from smartforge.settings import Options, Settings, read

if TYPE_CHECKING:
    from smartforge.app.forge import Forge


TO_GROUPS = (
    "Where the kernel shall bound them: start Smart Forge as root, or as a program of a user's own "
    "systemd (`systemd-run --user --scope smartforge serve`)."
)
SLOW_SPARE = "Everything works, later. What went wrong was logged above."


class Finding(msgspec.Struct, frozen=True):
    """One thing looked at. Without a `required` one the main job cannot be done."""

    name: str
    good: bool
    detail: str
    cure: str = ""
    required: bool = True


def doctor(
    deep: Annotated[
        bool, typer.Option("--deep", help="Read the whole log too, and say what is wrong in it.")
    ] = False,
    model: Annotated[
        bool, typer.Option("--model", help="Ask each model that is set once, and show the answer.")
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="Print the findings as JSON.")] = False,
) -> None:
    """Say what this machine offers. Exit 1 when an API cannot be made and proven here.

    With --deep also exit 1 when anything is wrong in the log; with --model when one that is set
    does not answer. That costs a few tokens of each.
    """
    settings = read(Options())
    raise typer.Exit(run(lambda _: _doctor(settings, deep, model, json)))


async def _doctor(settings: Settings, deep: bool, model: bool, json: bool) -> int:
    findings = await _look(settings)
    if json:
        write_line(msgspec.json.encode({"findings": findings}))
    else:
        _show(findings)
    good = all(finding.good for finding in findings if finding.required)
    if model:
        good &= await ask_models(settings, json)
    if deep:
        good &= await _look_deep(settings, json)
    return COMPLETE if good else FAILED


async def _look_deep(settings: Settings, json: bool) -> bool:
    """Show each project with a fault as it is found, then the counts; whether there was none."""
    from smartforge.app.logs import audited

    counts = _Counts()
    try:
        async with audited(settings) as log, aclosing(audit(log)) as audits:
            async for one in audits:
                counts.add(one)
                if one.faults:
                    _show_faults(one, json)
        finding = counts.finding()
    except SmartForgeError as error:
        finding = Finding("log", False, error.what, error.hint)
    if json:
        write_line(msgspec.json.encode({"findings": [finding], **msgspec.structs.asdict(counts)}))
    else:
        _show([finding])
    return finding.good


class _Counts(msgspec.Struct):
    """What the deep look has seen; `wrong` are the projects with a fault."""

    projects: int = 0
    events: int = 0
    blobs: int = 0
    wrong: int = 0

    def add(self, one: Audit) -> None:
        self.projects += 1
        self.events += one.events
        self.blobs += one.blobs
        self.wrong += bool(one.faults)

    def finding(self) -> Finding:
        seen = ", ".join(
            counted(count, noun)
            for count, noun in (
                (self.projects, "project"),
                (self.events, "event"),
                (self.blobs, "blob"),
            )
        )
        wrong = f"faults in {counted(self.wrong, 'project')}" if self.wrong else "nothing is wrong"
        cure = "docs/howto/data.md says what each means, and how to restore a backup."
        return Finding("log", not self.wrong, f"{seen}; {wrong}", cure)


def _show_faults(one: Audit, json: bool) -> None:
    if json:
        write_line(msgspec.json.encode({"project": one}))
        return
    console = Console(highlight=False)
    title = Text(plain(f"✗ project {one.project_id}: {one.title}"), style="red")
    console.print(title, soft_wrap=True)
    for fault in one.faults:
        where = f"{fault.kind}, event {fault.seq}" if fault.seq else fault.kind
        console.print(Text(plain(f"  {where}: {fault.detail}")), soft_wrap=True)
    if one.more:
        console.print(f"  and {one.more:,} more", soft_wrap=True)


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
        *await _sandbox(settings),
        _dependencies(),
        _model(settings),
        await _tried("database", _database(settings)),
        _page(),
    ]


async def _sandbox(settings: Settings) -> list[Finding]:
    """Whether it holds, who enforces its limits, and whether one can wait for its program."""
    from smartforge.app.forge import Forge

    forge = Forge(settings)
    try:
        level = await forge.sandbox.probe()
        detail = f"{level.level}. {level.detail}"
        found = [Finding("sandbox", level.level == "full", detail, level.cure)]
        if level.level == "full":
            found += [_limits(level), await _spare(forge)]
        return found
    finally:
        await forge.close()


def _limits(level: Level) -> Finding:
    return Finding("limits", level.by_kernel, level.bounds, TO_GROUPS, required=False)


async def _spare(forge: "Forge") -> Finding:
    began = time.monotonic()
    try:
        ready = await forge.try_spare()
    except SmartForgeError as error:
        return Finding("spares", False, error.what, error.hint, required=False)
    if not ready:
        told = "none gets ready here, so that each program starts anew"
        return Finding("spares", False, told, SLOW_SPARE, required=False)
    told = f"a sandbox that waits for its program was ready in {time.monotonic() - began:.1f} s"
    return Finding("spares", True, told, required=False)


def _dependencies() -> Finding:
    from smartforge.app.forge import TARGETS

    try:
        places = [f"{name}: {make().dependencies()}" for name, make in TARGETS.items()]
    except SmartForgeError as error:
        return Finding("targets", False, error.what, error.hint)
    return Finding("targets", True, "; ".join(places))


def _model(settings: Settings) -> Finding:
    from smartforge.app.forge import Forge

    if settings.model is None:
        return Finding("model", True, "none; the offline planner and compiled writer do the work")
    forge = Forge(settings)
    try:
        forge.choose(NewProject(""))
    except SmartForgeError as error:
        return Finding("model", False, error.what, error.hint)
    names = ", ".join(f"{named} ({', '.join(works)})" for named, works in forge.models())
    cure = "`smartforge doctor --model` asks each once."
    return Finding("model", True, names, cure, required=False)


async def _database(settings: Settings) -> str:
    from smartforge.app.logs import database_state

    return await database_state(settings)


async def _tried(name: str, look: Awaitable[str]) -> Finding:
    try:
        return Finding(name, True, await look)
    except SmartForgeError as error:
        return Finding(name, False, error.what, error.hint)


def _page() -> Finding:
    from smartforge.app.serving import page_built

    if page_built():
        return Finding("page", True, "built")
    return Finding("page", False, "not built", "Run `make setup`.", required=False)
