"""`smartforge diff`: what two versions of a project differ in, contract first, then the files."""

import sys
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.text import Text

from smartforge.cli.exits import COMPLETE
from smartforge.cli.remote import Project, Server, Token, talk
from smartforge.cli.streams import plain
from smartforge.client import DEFAULT_SERVER, Client

STYLES = {"+": "green", "-": "red", "@": "cyan"}
SIGNS = {"added": "+", "changed": "~", "removed": "-"}
OMITTED = {"binary": "is binary", "large": "is too large to be shown"}


def diff(
    project: Project,
    before: Annotated[
        int | None, typer.Option("--from", min=1, help="Default: the one before.")
    ] = None,
    after: Annotated[int | None, typer.Option("--to", min=1, help="Default: the latest.")] = None,
    server: Server = DEFAULT_SERVER,
    token: Token = None,
) -> None:
    """Show what two versions of PROJECT differ in."""

    async def show(client: Client) -> int:
        found = await client.diff(project, before, after)
        console = Console(soft_wrap=True, highlight=False, no_color=not sys.stdout.isatty())
        for line in lines(found):
            console.print(line)
        return COMPLETE

    talk(server, token, show)


def lines(found: dict[str, Any]) -> list[Text]:
    """The answer of `GET .../diff`, line by line."""
    told = [Text(f"Version {found['from']} to version {found['to']}", "bold")]
    contract: dict[str, list[dict[str, Any]]] = found["contract"]
    for change, sign in SIGNS.items():
        for part in contract[change]:
            sentence = f"{sign} {plain(part['sentence'])}"
            if part["breaking"]:
                told.append(Text(f"{sentence} BREAKING: {plain(part['reason'])}", "bold red"))
            else:
                told.append(Text(sentence))
    if not found["files"]:
        told.append(Text("No file differs."))
    for file in found["files"]:
        told += [Text(""), *_file(file)]
    return told


def _file(file: dict[str, Any]) -> list[Text]:
    path = plain(file["path"])
    if file["diff"] is None:
        was = f" from {plain(file['was'])}" if file.get("was") else ""
        return [Text(f"{path} was {file['change']}{was}, and {OMITTED[file['omitted']]}.")]
    return [Text(plain(line), STYLES.get(line[:1], "")) for line in file["diff"].split("\n")[:-1]]
