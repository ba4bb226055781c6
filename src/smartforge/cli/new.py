"""`smartforge new`: an API without a server, on a private temporary log."""

import asyncio
import contextlib
import os
import sys
from decimal import Decimal
from pathlib import Path
from typing import Annotated, TypeVar

import typer
from rich.console import Console

from smartforge.cli.answering import Answering
from smartforge.cli.exits import COMPLETE, FAILED
from smartforge.cli.folders import leave, refuse_unusable, slug, spare
from smartforge.cli.progress import Progress
from smartforge.cli.questions import can_ask
from smartforge.cli.stopping import Stopping, run
from smartforge.cli.streams import plain, write_line
from smartforge.engine.base import Engine, NewProject
from smartforge.errors import PromptUnclear, SettingsInvalid
from smartforge.events import (
    ENDS_A_RUN,
    AnyFact,
    Complete,
    RunCancelled,
    RunFailed,
    decode,
)
from smartforge.log.base import Blobs, Log, follow
from smartforge.settings import Options, Settings, read
from smartforge.snapshot import Snapshot, fold

T = TypeVar("T", int, Decimal)

MOST_CHARACTERS = 20_000
MOST_BYTES = 1_000_000
"""Of standard input; what is longer is too long, wherever it is cut."""


def new(
    prompt: Annotated[str, typer.Argument(help="What the API is for; - reads standard input.")],
    out: Annotated[
        Path | None, typer.Option(help="Folder to make; default: from the title.")
    ] = None,
    target: Annotated[str | None, typer.Option(help="Framework: fastapi.")] = None,
    model: Annotated[str | None, typer.Option(help="Model to ask, or offline.")] = None,
    planner: Annotated[str | None, typer.Option(help="auto, offline or model.")] = None,
    author: Annotated[str | None, typer.Option(help="auto or model.")] = None,
    ask: Annotated[
        bool, typer.Option("--ask", help="Let a model ask on the terminal before it plans.")
    ] = False,
    approve: Annotated[
        bool, typer.Option("--approve", help="Show the plan, and make it once you approve it.")
    ] = False,
    json: Annotated[
        bool, typer.Option("--json", help="Print every event as a line of JSON.")
    ] = False,
) -> None:
    """Make a proven API from PROMPT, here and now."""
    text = words(prompt)
    if approve and not can_ask():
        raise SettingsInvalid(
            "--approve asks on the terminal, and standard input is none.",
            "Run it in a terminal, or leave --approve away.",
        )
    there = can_ask()
    wish = NewProject(
        text, target, None, planner, author, ask=ask and there, approve=approve, offer=there
    )
    if out is not None:
        refuse_unusable(out)
    else:
        refuse_unusable(spare(Path(slug(""))))
    options = Options(model=model, planner=planner, author=author, pace=0)
    raise typer.Exit(run(lambda stopping: _new(wish, out, options, json, stopping)))


def words(prompt: str) -> str:
    """The prompt, read from standard input for `-`. Raises PromptUnclear."""
    try:
        # An argument that is no UTF-8 was read byte by byte, and so can be had back.
        given = sys.stdin.buffer.read(MOST_BYTES) if prompt == "-" else os.fsencode(prompt)
        text = given.decode(errors="ignore" if len(given) == MOST_BYTES else "strict")
    except UnicodeError:
        raise PromptUnclear("The prompt is not UTF-8 text.", "Save it as UTF-8.") from None
    text = text.strip()
    if not text:
        raise PromptUnclear(
            "The prompt is empty.", 'Say what the API keeps, such as "A todo API with due dates".'
        )
    if len(text) > MOST_CHARACTERS:
        raise PromptUnclear(
            f"The prompt has {len(text):,} characters; {MOST_CHARACTERS:,} are the most.",
            "Shorten it to what the API has to do.",
        )
    return text


async def _new(
    wish: NewProject, out: Path | None, options: Options, json: bool, stopping: Stopping
) -> int:
    from smartforge.app.product import product

    settings = read(options)
    console = Console(stderr=json, highlight=False)
    async with product(settings, durable=False) as made:
        project_id = await made.engine.start(wish)
        if settings.model is not None:
            console.print(allowed(settings), markup=False, soft_wrap=True)
        stops: list[asyncio.Task[None]] = []
        # A run that is stopped says so and leaves its working copy; one cut off would not.
        stopping.act = lambda: stops.append(asyncio.create_task(made.engine.cancel(project_id)))
        try:
            ended = await _watch(made.log, made.engine, project_id, console, json)
        finally:
            stopping.act = _too_late
            await asyncio.gather(*stops)
        state = fold([each.data for each in await made.log.read(project_id, 0, 1_000_000)])
        place = out or spare(Path(slug(state.title)))
        status = await _leave(state, made.log, ended, place, console)
    # One that was rejected was not ended by a signal.
    stopped = isinstance(ended, RunCancelled) and stopping.by is not None
    return stopping.status if stopped else status


def allowed(settings: Settings) -> str:
    """Who is asked, and what the run may take. Its log is its own, and so is its whole day."""
    tokens = _least(settings.budget, settings.user_budget)
    usd = _least(settings.budget_usd, settings.user_budget_usd)
    limits = (
        f"{tokens:,} tokens" if tokens else "",
        f"{usd} USD" if usd else "",
        f"{settings.budget_seconds:,} s" if settings.budget_seconds else "",
    )
    told = ", ".join(one for one in limits if one)
    may = f"may take {told}" if told else "has no budget (SMARTFORGE_BUDGET, SMARTFORGE_BUDGET_USD)"
    return f"Asks {plain(settings.model or '')}; this run {may}."


def _least(*limits: T) -> T | None:
    """The closest limit; 0 is none."""
    return min((one for one in limits if one), default=None)


def _too_late() -> None:
    """The run has ended; what is left is to write down what it made."""


async def _watch(
    log: Log, engine: Engine, project_id: str, console: Console, json: bool
) -> AnyFact:
    """Show every event until the run has ended, and ask what it asks; the fact that ended it."""
    async with Answering(engine, log, project_id, console) as answering:
        with contextlib.nullcontext() if json else Progress(console) as progress:
            async for records in follow(log, project_id, 0):
                for record in records:
                    _, fact = decode(record.data)
                    if progress is None:
                        write_line(record.data)
                    else:
                        progress.show(fact)
                    answering.hear(fact)
                    if isinstance(fact, ENDS_A_RUN):
                        return fact
    raise AssertionError("a log is followed without end")


async def _leave(
    state: Snapshot, blobs: Blobs, ended: AnyFact, place: Path, console: Console
) -> int:
    files: dict[str, bytes] = {}
    for file in state.files:
        if file.state == "complete" and file.sha256:
            files[file.path] = await blobs.get(file.sha256)
        elif file.text:
            files[file.path] = file.text.encode()
    if isinstance(ended, Complete):
        await asyncio.to_thread(leave, place, files)
        console.print(f"The project is in {place}/", markup=False)
        return COMPLETE
    if files:
        work = spare(place.with_name(place.name + ".work"))
        await asyncio.to_thread(leave, work, files)
        Console(stderr=True, highlight=False).print(f"The working copy is in {work}/", markup=False)
    if isinstance(ended, RunFailed):
        print(plain(f"{ended.message} {ended.hint}".strip()), file=sys.stderr)
    return FAILED
