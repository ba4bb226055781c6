"""Commands that talk to a running server: list, say, stop, retry, restore, watch."""

import sys
from collections.abc import Awaitable, Callable
from contextlib import aclosing
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

    talk(server, token, show)


def say(
    project: Project,
    prompt: Annotated[str, typer.Argument(help="What to change; - reads standard input.")],
    approve: Annotated[
        bool, typer.Option("--approve", help="Let it wait with its plan for `approve`.")
    ] = False,
    server: Server = DEFAULT_SERVER,
    token: Token = None,
) -> None:
    """Send a follow-up to PROJECT; it is queued while a run is on."""
    text = words(prompt)

    async def send(client: Client) -> int:
        await client.say(project, text, approve=approve)
        print("Queued.")
        return COMPLETE

    talk(server, token, send)


def stop(project: Project, server: Server = DEFAULT_SERVER, token: Token = None) -> None:
    """Stop the run that is on in PROJECT."""

    async def send(client: Client) -> int:
        await client.cancel(project)
        print("Stopped.")
        return COMPLETE

    talk(server, token, send)


def retry(project: Project, server: Server = DEFAULT_SERVER, token: Token = None) -> None:
    """Run the last failed, stopped or interrupted request of PROJECT again."""

    async def send(client: Client) -> int:
        await client.retry(project)
        print("Queued.")
        return COMPLETE

    talk(server, token, send)


def restore(
    project: Project,
    version: Annotated[int, typer.Argument(min=1, help="The version to bring back.")],
    server: Server = DEFAULT_SERVER,
    token: Token = None,
) -> None:
    """Make a new version of PROJECT with exactly the files of VERSION."""

    async def send(client: Client) -> int:
        await client.restore(project, version)
        print("Queued.")
        return COMPLETE

    talk(server, token, send)


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

    talk(server, token, follow)


def talk(server: str, token: str | None, act: Callable[[Client], Awaitable[int]]) -> None:
    """Let `act` talk to the server, and leave with the exit status that it answers."""

    async def talking(_: Stopping) -> int:
        async with Client(server, token) as client:
            return await act(client)

    raise typer.Exit(run(talking))
