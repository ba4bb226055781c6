"""`smartforge new`: an API without a server, on a private temporary log."""

import asyncio
import contextlib
import os
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from smartforge.cli.exits import COMPLETE, FAILED
from smartforge.cli.folders import leave, refuse_unusable, slug, spare
from smartforge.cli.progress import Progress
from smartforge.cli.questions import ask as ask_user
from smartforge.cli.questions import can_ask
from smartforge.cli.stopping import Stopping, run
from smartforge.cli.streams import plain, write_line
from smartforge.engine.base import Engine, NewProject
from smartforge.errors import Conflict, PromptUnclear
from smartforge.events import (
    ENDS_A_RUN,
    AnyFact,
    Complete,
    Questions,
    RunCancelled,
    RunFailed,
    decode,
)
from smartforge.log.base import Blobs, Log, follow
from smartforge.settings import Options, read
from smartforge.snapshot import Snapshot, fold

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
    json: Annotated[
        bool, typer.Option("--json", help="Print every event as a line of JSON.")
    ] = False,
) -> None:
    """Make a proven API from PROMPT, here and now."""
    text = words(prompt)
    wish = NewProject(text, target, None, planner, author, ask=ask and can_ask())
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
    return stopping.status if isinstance(ended, RunCancelled) else status


def _too_late() -> None:
    """The run has ended; what is left is to write down what it made."""


async def _watch(
    log: Log, engine: Engine, project_id: str, console: Console, json: bool
) -> AnyFact:
    """Show every event until the run has ended, and ask what it asks; the fact that ended it."""
    async with _Answering(engine, project_id, console) as answering:
        with contextlib.nullcontext() if json else Progress(console) as progress:
            async for records in follow(log, project_id, 0):
                for record in records:
                    _, fact = decode(record.data)
                    if progress is None:
                        write_line(record.data)
                    else:
                        progress.show(fact)
                    if isinstance(fact, Questions):
                        answering.begin(fact)
                    if isinstance(fact, ENDS_A_RUN):
                        return fact
    raise AssertionError("a log is followed without end")


class _Answering:
    """Asks the user beside the log that is followed: a run that is stopped meanwhile says so."""

    def __init__(self, engine: Engine, project_id: str, console: Console) -> None:
        self._engine = engine
        self._project_id = project_id
        self._console = console
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> "_Answering":
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])

    def begin(self, asked: Questions) -> None:
        self._task = asyncio.create_task(self._answer(asked), name="asking the user")

    async def _answer(self, asked: Questions) -> None:
        try:
            given = await ask_user(self._console, asked.questions)
            with contextlib.suppress(Conflict):  # It was stopped in the same moment.
                await self._engine.answer(self._project_id, given)
        except Exception as error:
            # Else nobody would ever go on.
            self._console.print(f"The answers were lost: {error}", markup=False)
            await self._engine.cancel(self._project_id)


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
