"""`smartforge new`: an API without a server, on a private temporary log."""

import asyncio
import contextlib
import signal
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from smartforge.cli.exits import CANCELLED, COMPLETE, FAILED
from smartforge.cli.folders import leave, refuse_used, slug, spare
from smartforge.cli.progress import Progress
from smartforge.engine.base import NewProject
from smartforge.errors import PromptUnclear
from smartforge.events import ENDS_A_RUN, AnyFact, Complete, RunCancelled, RunFailed, decode
from smartforge.log.base import Blobs, Log, follow
from smartforge.settings import Options, read
from smartforge.snapshot import Snapshot, fold

MOST_CHARACTERS = 20_000


def new(
    prompt: Annotated[str, typer.Argument(help="What the API is for; - reads standard input.")],
    out: Annotated[
        Path | None, typer.Option(help="Folder to make; default: from the title.")
    ] = None,
    target: Annotated[str | None, typer.Option(help="Framework: fastapi.")] = None,
    model: Annotated[str | None, typer.Option(help="Model to ask, or offline.")] = None,
    planner: Annotated[str | None, typer.Option(help="auto, offline or model.")] = None,
    author: Annotated[str | None, typer.Option(help="auto or model.")] = None,
    json: Annotated[
        bool, typer.Option("--json", help="Print every event as a line of JSON.")
    ] = False,
) -> None:
    """Make a proven API from PROMPT, here and now."""
    wish = NewProject(words(prompt), target, None, planner, author)
    if out is not None:
        refuse_used(out)
    options = Options(model=model, planner=planner, author=author, pace=0)
    raise typer.Exit(asyncio.run(_new(wish, out, options, json)))


def words(prompt: str) -> str:
    """The prompt, read from standard input for `-`. Raises PromptUnclear."""
    try:
        text = sys.stdin.buffer.read(1_000_000).decode() if prompt == "-" else prompt
        text.encode()
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


async def _new(wish: NewProject, out: Path | None, options: Options, json: bool) -> int:
    from smartforge.app import product

    settings = read(options)
    console = Console(stderr=json, highlight=False)
    async with product(settings, durable=False) as made:
        project_id = await made.engine.start(wish)
        loop = asyncio.get_running_loop()
        stop: list[asyncio.Task[None]] = []
        loop.add_signal_handler(
            signal.SIGINT,
            lambda: stop.append(asyncio.create_task(made.engine.cancel(project_id))),
        )
        ended = await _watch(made.log, project_id, console, json)
        await asyncio.gather(*stop)
        records = [record.data for record in await made.log.read(project_id, 0, 1_000_000)]
        state = fold(records)
        place = out or spare(Path(slug(state.title)))
        return await _leave(state, made.log, ended, place, console)


async def _watch(log: Log, project_id: str, console: Console, json: bool) -> AnyFact:
    """Show every event until the run has ended; return the fact that ended it."""
    with contextlib.nullcontext() if json else Progress(console) as progress:
        async for records in follow(log, project_id, 0):
            for record in records:
                _, fact = decode(record.data)
                if progress is None:
                    sys.stdout.buffer.write(record.data + b"\n")
                    sys.stdout.flush()
                else:
                    progress.show(fact)
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
        print(f"{ended.message} {ended.hint}".strip(), file=sys.stderr)
    return CANCELLED if isinstance(ended, RunCancelled) else FAILED
