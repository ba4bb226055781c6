"""`smartforge share`: a link by which others may look at a project, and its end."""

from typing import Annotated

import typer

from smartforge.cli.exits import COMPLETE
from smartforge.cli.remote import Project, Server, Token, talk
from smartforge.client import DEFAULT_SERVER, Client

DAY = 24 * 3600


def share(
    project: Project,
    days: Annotated[float, typer.Option(min=0.0001, max=365, help="For how long it is good.")] = 7,
    end: Annotated[
        str | None, typer.Option(help="The id of a link to end, in place of a new one.")
    ] = None,
    server: Server = DEFAULT_SERVER,
    token: Token = None,
) -> None:
    """Make a link by which others may look at PROJECT, without changing anything."""

    async def make(client: Client) -> int:
        if end is not None:
            await client.end_share(project, end)
            print("Ended.")
            return COMPLETE
        made = await client.share(project, max(1, round(days * DAY)))
        print(made["url"])
        print(f"To end it: smartforge share {project} --end {made['id']}")
        return COMPLETE

    talk(server, token, make)
