"""`smartforge approve`: look at the plan that waits on a server, and say what becomes of it."""

from typing import Annotated, Any

import msgspec
import typer
from rich.console import Console
from rich.text import Text

from smartforge.cli.exits import COMPLETE
from smartforge.cli.new import words
from smartforge.cli.plans import lines_of
from smartforge.cli.remote import Project, Server, Token, talk
from smartforge.cli.streams import plain
from smartforge.client import DEFAULT_SERVER, Client
from smartforge.contract import reading
from smartforge.errors import Conflict
from smartforge.events import APPROVE, Question


def approve(
    project: Project,
    change: Annotated[
        str | None, typer.Option(help="What is to be otherwise; it is planned again.")
    ] = None,
    show: Annotated[bool, typer.Option("--show", help="Show the plan, and leave it.")] = False,
    server: Server = DEFAULT_SERVER,
    token: Token = None,
) -> None:
    """Let the run of PROJECT make the plan that it waits with; `stop` rejects it."""
    answer = APPROVE if change is None else words(change)

    async def send(client: Client) -> int:
        state = await client.snapshot(project)
        asked = _waiting(state)
        console = Console(highlight=False)
        console.print(Text(plain(asked.text), style="bold"), soft_wrap=True)
        for note in state["notes"]:
            console.print(Text(plain(f"  {note}"), style="dim"), soft_wrap=True)
        if "ref" not in state["contract"]:  # Too large a contract to be shown in short.
            for line in lines_of(reading.from_json(state["contract"])):
                console.print(Text(plain(line)), soft_wrap=True)
        if not show:
            await client.answer(project, {asked.id: answer})
            console.print("Approved." if change is None else "Planned again.")
        return COMPLETE

    talk(server, token, send)


def _waiting(state: dict[str, Any]) -> Question:
    found = msgspec.convert(state["questions"], tuple[Question, ...])
    for one in found:
        if one.about == "plan":
            return one
    raise Conflict(
        "No plan of this project waits for approval.",
        "`smartforge watch` shows what it does; a follow-up waits with `say --approve`.",
    )
