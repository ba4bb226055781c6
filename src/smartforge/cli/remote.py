"""Commands that talk to a running server: list, say, stop, retry, watch, export."""

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from smartforge.cli.exits import COMPLETE, FAILED
from smartforge.cli.new import words
from smartforge.cli.progress import Progress
from smartforge.cli.stopping import Stopping, run
from smartforge.cli.streams import plain, write_line
from smartforge.client import DEFAULT_SERVER, Client
from smartforge.errors import SettingsInvalid
from smartforge.events import AnyFact, RunFailed

Server = Annotated[
    str, typer.Option("--server", envvar="SMARTFORGE_SERVER", help="Where the server is.")
]
Token = Annotated[
    str | None, typer.Option("--token", envvar="SMARTFORGE_TOKEN", help="The server's token.")
]
Project = Annotated[str, typer.Argument(help="The project's id.")]


def list_(server: Server = DEFAULT_SERVER, token: Token = None) -> None:
    """List the projects, newest first."""

    async def show(client: Client) -> int:
        table = Table("Id", "Title", "Status", box=None, header_style="bold")
        for project in await client.projects(100):
            table.add_row(
                *(Text(plain(str(project.get(name)))) for name in ("id", "title", "status"))
            )
        Console(soft_wrap=not sys.stdout.isatty()).print(table)
        return COMPLETE

    _talk(server, token, show)


def say(
    project: Project,
    prompt: Annotated[str, typer.Argument(help="What to change; - reads standard input.")],
    server: Server = DEFAULT_SERVER,
    token: Token = None,
) -> None:
    """Send a follow-up to PROJECT; it is queued while a run is on."""
    text = words(prompt)

    async def send(client: Client) -> int:
        await client.say(project, text)
        print("Queued.")
        return COMPLETE

    _talk(server, token, send)


def stop(project: Project, server: Server = DEFAULT_SERVER, token: Token = None) -> None:
    """Stop the run that is on in PROJECT."""

    async def send(client: Client) -> int:
        await client.cancel(project)
        print("Stopped.")
        return COMPLETE

    _talk(server, token, send)


def retry(project: Project, server: Server = DEFAULT_SERVER, token: Token = None) -> None:
    """Run the last failed, stopped or interrupted request of PROJECT again."""

    async def send(client: Client) -> int:
        await client.retry(project)
        print("Queued.")
        return COMPLETE

    _talk(server, token, send)


def watch(
    project: Project,
    after: Annotated[int, typer.Option(min=0, help="Begin behind this event.")] = 0,
    live: Annotated[bool, typer.Option("--live", help="Go on across runs.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print events as lines of JSON.")] = False,
    server: Server = DEFAULT_SERVER,
    token: Token = None,
) -> None:
    """Follow PROJECT until its run has ended. Exit 1 when it failed."""

    async def follow(client: Client) -> int:
        last: AnyFact | None = None
        with Progress(Console(stderr=json, highlight=False)) as progress:
            async with aclosing(client.follow(project, after, live=live)) as events:
                async for event in events:
                    last = event.fact
                    if json:
                        write_line(event.data)
                    else:
                        progress.show(event.fact)
        return FAILED if isinstance(last, RunFailed) else COMPLETE

    _talk(server, token, follow)


def export(
    project: Project,
    output: Annotated[Path, typer.Option("-o", "--output", help="The zip file to write.")],
    version: Annotated[int | None, typer.Option(min=1, help="Default: the latest.")] = None,
    server: Server = DEFAULT_SERVER,
    token: Token = None,
) -> None:
    """Save PROJECT as a zip file."""
    if os.path.lexists(output):
        raise _exists(output)

    async def save(client: Client) -> int:
        content = await client.export(project, version)
        await asyncio.to_thread(_write, output, content)
        print(f"Wrote {output}")
        return COMPLETE

    _talk(server, token, save)


def _write(output: Path, content: bytes) -> None:
    """Write a new file, or nothing."""
    try:
        with output.open("xb") as file:
            try:
                file.write(content)
                file.flush()
            except OSError:
                output.unlink()
                raise
    except FileExistsError:
        raise _exists(output) from None
    except OSError as error:
        raise SettingsInvalid(
            f"{output} cannot be written: {error.strerror}.", "Name another file with --output."
        ) from error


def _exists(output: Path) -> SettingsInvalid:
    return SettingsInvalid(f"{output} exists.", "Name another file, or remove it first.")


def _talk(server: str, token: str | None, act: Callable[[Client], Awaitable[int]]) -> None:
    async def talk(_: Stopping) -> int:
        async with Client(server, token) as client:
            return await act(client)

    raise typer.Exit(run(talk))
