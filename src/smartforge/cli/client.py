"""`smartforge client`: a typed client of an API, from its contract."""

import asyncio
from pathlib import Path
from typing import Annotated, Any

import typer

from smartforge.checks.promise import promised_in
from smartforge.cli.counts import counted
from smartforge.cli.exits import COMPLETE
from smartforge.cli.folders import leave, refuse_unusable, slug
from smartforge.cli.remote import Server, Token, talk
from smartforge.client import DEFAULT_SERVER, Client
from smartforge.errors import SettingsInvalid
from smartforge.export.clients import Language, generate
from smartforge.temporary import held


def client(
    source: Annotated[
        str, typer.Argument(metavar="PROJECT|DIR", help="A project's id, or a generated project.")
    ],
    language: Annotated[Language, typer.Option(help="What the client is written in.")],
    out: Annotated[Path, typer.Option("--out", "-o", help="A folder that is new or empty.")],
    version: Annotated[int | None, typer.Option(min=1, help="Default: the latest.")] = None,
    server: Server = DEFAULT_SERVER,
    token: Token = None,
) -> None:
    """Make a typed client of PROJECT on a server, or of the API in DIR."""
    refuse_unusable(out)
    if "/" in source or Path(source).is_dir():
        if version is not None:
            raise SettingsInvalid("A folder has no versions.", "Leave --version away.")
        _make(promised_in(Path(source)), language, out)
        return

    async def fetch(connected: Client) -> int:
        content = await connected.file(source, "openapi.yaml", version)
        await asyncio.to_thread(_make_of, content, language, out)
        return COMPLETE

    talk(server, token, fetch)


def _make_of(content: bytes, language: Language, out: Path) -> None:
    # What a server sends is read as carefully as what lies in a folder.
    with held() as folder:
        (folder / "openapi.yaml").write_bytes(content)
        promised = promised_in(folder)
    _make(promised, language, out)


def _make(promised: dict[str, Any], language: Language, out: Path) -> None:
    info = promised.get("info")
    title = str(info.get("title", "")) if isinstance(info, dict) else ""  # pyright: ignore
    files = generate(promised, language, slug(title))
    leave(out, files)
    print(f"{out} has the client: {counted(len(files), 'file')}.")
