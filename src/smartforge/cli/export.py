"""`smartforge export`: a project to take away, as a zip, a folder to work in, or a git history."""

import asyncio
import os
import zipfile
from pathlib import Path
from typing import Annotated, Any, cast

import typer

from smartforge.cli.counts import counted
from smartforge.cli.exits import COMPLETE, FAILED
from smartforge.cli.remote import Project, Server, Token, talk
from smartforge.cli.streams import plain
from smartforge.client import DEFAULT_SERVER, Client
from smartforge.errors import ServerRefused, SettingsInvalid
from smartforge.export.folder import Outcome, export_into
from smartforge.export.zip import contents_of

Json = dict[str, Any]


def export(
    project: Project,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="The zip file to write.")
    ] = None,
    into: Annotated[
        Path | None,
        typer.Option(help="A folder to bring up to date; what you changed there stays."),
    ] = None,
    git: Annotated[
        Path | None, typer.Option(help="A git repository to make or to go on with.")
    ] = None,
    version: Annotated[int | None, typer.Option(min=1, help="Default: the latest.")] = None,
    server: Server = DEFAULT_SERVER,
    token: Token = None,
) -> None:
    """Take PROJECT away: as a zip file, into a folder, or as a git history of its versions."""
    if [output, into, git].count(None) != 2:
        raise SettingsInvalid(
            "Say where to: a zip file, a folder or a git repository, one of them.",
            "Add -o FILE.zip, --into DIR or --git DIR.",
        )

    async def save(client: Client) -> int:
        if output is not None:
            return await _zip(client, project, output, version)
        if into is not None:
            return await _into(client, project, into, version)
        assert git is not None
        return await _git(client, project, git, version)

    if output is not None and os.path.lexists(output):
        raise _exists(output)
    talk(server, token, save)


# ---- one file ---------------------------------------------------------------------------------


async def _zip(client: Client, project: str, output: Path, version: int | None) -> int:
    content = await client.export(project, version)
    await asyncio.to_thread(_write, output, content)
    print(f"Wrote {output}")
    return COMPLETE


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


# ---- a folder ---------------------------------------------------------------------------------


async def _into(client: Client, project: str, folder: Path, version: int | None) -> int:
    number = version or _versions(await client.snapshot(project))[-1]["version"]
    files = await _files(client, project, number)
    try:
        outcome = await asyncio.to_thread(export_into, folder, project, number, files)
    except OSError as error:
        raise _unwritable(folder, error, "--into") from error
    return _tell(folder, number, outcome)


def _tell(folder: Path, version: int, outcome: Outcome) -> int:
    written, deleted, kept = (len(outcome.of(one)) for one in ("written", "deleted", "kept"))
    print(
        f"{folder} has version {version}: {counted(written, 'file')} written, {deleted} deleted, "
        f"{kept} of yours kept."
    )
    for path in outcome.of("conflict"):
        said = (
            f"; the version's text is in {outcome.beside[path]}" if path in outcome.beside else ""
        )
        print(plain(f"Conflict: {path} was changed by you and by version {version}{said}."))
    return FAILED if outcome.of("conflict") else COMPLETE


# ---- a history --------------------------------------------------------------------------------


async def _git(client: Client, project: str, folder: Path, version: int | None) -> int:
    # Only who asks for a history pays for the import of git.
    from smartforge.export.history import SIDE_BRANCH, Revision, write_history

    state = await client.snapshot(project)
    revisions: list[Revision] = []
    for one in _versions(state):
        number = one["version"]
        if version is None or number <= version:
            files = await _files(client, project, number)
            since = revisions[-1].ts if revisions else 0
            asked = _asked(state, since, one["ts"])
            revisions.append(Revision(number, files, one["summary"], asked, one["ts"]))
    try:
        written = await asyncio.to_thread(write_history, folder, revisions)
    except OSError as error:
        raise _unwritable(folder, error, "--git") from error
    many = counted(len(revisions), "version")
    match written.kind:
        case "created":
            print(f"Made {folder} with {many}.")
        case "moved":
            print(f"{folder} has {many} now.")
        case "current":
            print(f"{folder} has {many} already.")
        case "beside":
            print(
                f"You have commits of your own in {folder}, so {many} are on the branch "
                f"{SIDE_BRANCH}: git merge {SIDE_BRANCH}"
            )
    return COMPLETE


def _asked(state: Json, since: int, until: int) -> str:
    """What the user said between two versions."""
    said = [
        str(one["text"])
        for one in cast(list[Json], state["messages"])
        if one["role"] == "user" and since < one["ts"] <= until and isinstance(one["text"], str)
    ]
    if not since and isinstance(state["prompt"], str) and state["prompt"] not in said:
        said.insert(0, state["prompt"])
    return "\n\n".join(said)


def _versions(state: Json) -> list[Json]:
    versions = cast(list[Json], state["versions"])
    if not versions:
        raise SettingsInvalid(
            "The project has no complete version yet.", "Wait until a run is complete."
        )
    return versions


async def _files(client: Client, project: str, version: int) -> dict[str, bytes]:
    content = await client.export(project, version)
    try:
        return contents_of(content)
    except zipfile.BadZipFile as error:
        raise ServerRefused(502, f"The zip file came broken: {error}.", "Try again.") from error


def _unwritable(folder: Path, error: OSError, option: str) -> SettingsInvalid:
    return SettingsInvalid(
        f"{error.filename or folder} cannot be written: {error.strerror}.",
        f"Name another folder with {option}.",
    )
