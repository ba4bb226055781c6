"""Lays a project's files into a folder of their own, for a check to look at."""

import asyncio
from collections.abc import AsyncGenerator, Iterable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path, PurePosixPath

from smartforge.errors import SmartForgeError
from smartforge.temporary import Held

OTHERWISE = "Try again; if it happens again, give what the API keeps and does other names."


def safe_path(path: str) -> PurePosixPath:
    """A relative path without anything that could leave its folder, on any system that may take
    the project away: no drive, no stream, no name that Windows reads as another one.

    Raises SmartForgeError: paths come from a plan, and a plan may come from a model.
    """
    pure = PurePosixPath(path)
    parts = path.split("/")
    if (
        not path
        or len(path) > 255
        or pure.is_absolute()
        or any(sign in path for sign in '\\:<>"|?*')
        or any(part == "" or part[-1] in ". " for part in parts)
        or not path.isprintable()
    ):
        raise SmartForgeError(f"{path!r:.300} is no path for a file of a project.", OTHERWISE)
    return pure


def check_paths(paths: Iterable[str]) -> None:
    """Raises SmartForgeError where one is unsafe, or where two are one file, as those that differ
    in case alone are on many systems."""
    seen: set[str] = set()
    for path in paths:
        safe_path(path)
        if path.casefold() in seen:
            raise SmartForgeError(f"The plan names the file {path!r} twice.", OTHERWISE)
        seen.add(path.casefold())


@asynccontextmanager
async def laid_out(files: Mapping[str, bytes]) -> AsyncGenerator[Path, None]:
    """A temporary folder with these files, readable for the sandbox's user, gone afterwards."""
    laying = asyncio.ensure_future(asyncio.to_thread(_lay_out, files))
    try:
        yield (await asyncio.shield(laying)).path
    finally:
        # Whoever is cancelled here cannot end the thread: what it makes is awaited, then removed.
        await asyncio.wait([laying])
        if laying.exception() is None:
            await asyncio.to_thread(laying.result().remove)


def _lay_out(files: Mapping[str, bytes]) -> Held:
    folder = Held()
    try:
        folder.path.chmod(0o755)
        write_files(folder.path, files)
    except BaseException:
        folder.remove()
        raise
    return folder


def write_files(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write the files below `folder`, which must not hold links of anybody else."""
    for path, content in files.items():
        place = folder / safe_path(path)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)
