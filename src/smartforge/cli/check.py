"""`smartforge check`: the checks of a run, on a folder."""

import asyncio
from contextlib import aclosing
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.console import Console

from smartforge.checks.promise import promised_in
from smartforge.cli.exits import COMPLETE, FAILED
from smartforge.cli.progress import Progress
from smartforge.cli.stopping import run
from smartforge.cli.streams import write_line
from smartforge.events import ValidationCompleted
from smartforge.forge.check import check as ask_all
from smartforge.settings import Options, read


def check(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A generated project.")],
    json: Annotated[bool, typer.Option("--json", help="Print the facts as lines of JSON.")] = False,
) -> None:
    """Check the project in DIR, in the sandbox, against its own openapi.yaml."""
    raise typer.Exit(run(lambda _: _check(folder.resolve(), json)))


async def _check(folder: Path, json: bool) -> int:
    from smartforge.app.forge import checks, subject

    promised = await asyncio.to_thread(promised_in, folder)
    settings = read(Options(model="offline"))
    whole: ValidationCompleted | None = None
    with Progress(Console(stderr=json, highlight=False)) as progress:
        async with (
            subject(settings, folder, promised) as under_check,
            aclosing(
                ask_all(checks(settings.advisory_url), lambda one: one.check(under_check))
            ) as facts,
        ):
            async for fact in facts:
                if json:
                    write_line(msgspec.json.encode(fact))
                else:
                    progress.show(fact)
                if isinstance(fact, ValidationCompleted):
                    whole = fact
    assert whole is not None
    if not json:
        counts = f"{whole.passed} passed, {whole.failed} failed, {whole.skipped} skipped"
        print(f"{whole.verdict}: {counts}")
    return FAILED if whole.verdict == "failed" else COMPLETE
