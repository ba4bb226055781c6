"""A project as a zip file, from its manifest and its stored content, never from a disk.

The same files give the same bytes: sorted names, one fixed time, fixed permissions, one level of
compression.
"""

import io
import re
import unicodedata
import zipfile
from collections.abc import Iterable, Mapping

import anyio.to_thread

from smartforge.errors import Conflict
from smartforge.log.base import Blobs
from smartforge.snapshot import FileState

EPOCH = (1980, 1, 1, 0, 0, 0)
"""The earliest time that a zip file can hold."""

REGULAR_FILE = 0o100644
UNIX = 3
NAME_BYTES = 255
PATH_BYTES = 1024

FORBIDDEN = re.compile(r'[\x00-\x1f\x7f<>:"|?*\\\u2028\u2029\ud800-\udfff]')
"""What no name may hold: control characters, and what Windows refuses or reads as a path."""

DEVICE = re.compile(
    r"(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9¹²³])(?:\.|$)", re.IGNORECASE
)
"""Names that Windows keeps for devices, with any ending."""


async def archive(files: Iterable[FileState], blobs: Blobs) -> bytes:
    """The zip of these whole files, paths as in the manifest, nothing around them.

    Raises Conflict where a path is not safe to unpack on every system, UnknownBlob where content
    is missing, ValueError for a file that is not whole.
    """
    contents: dict[str, bytes] = {}
    for file in files:
        if file.sha256 is None:
            raise ValueError(f"{file.path} is not whole")
        contents[file.path] = await blobs.get(file.sha256)
    return await anyio.to_thread.run_sync(zip_of, contents)


def zip_of(contents: Mapping[str, bytes]) -> bytes:
    """The zip of these files by path. Raises Conflict where a path is not safe to unpack."""
    check_paths(contents)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as out:
        for path in sorted(contents):
            entry = zipfile.ZipInfo(path, EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = UNIX
            entry.external_attr = REGULAR_FILE << 16
            out.writestr(entry, contents[path])
    return buffer.getvalue()


def contents_of(archive: bytes) -> dict[str, bytes]:
    """The files of a zip that `zip_of` has made, by path.

    Raises Conflict where a path is not safe to unpack, zipfile.BadZipFile where it is no zip.
    """
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        check_paths(opened.namelist())
        return {name: opened.read(name) for name in opened.namelist()}


def check_paths(paths: Iterable[str]) -> None:
    """Raises Conflict unless all paths can lie in one folder, on every common system.

    Each is relative, stays inside, has no name that a system refuses; no two are equal but for
    case or composition, and none is a folder of another.
    """
    seen: dict[str, str] = {}
    for path in paths:
        if not is_safe(path):
            raise _unsafe(path)
        folded = unicodedata.normalize("NFC", path).casefold()
        if folded in seen:
            raise _unsafe(path)
        seen[folded] = path
    for folded, path in seen.items():
        folders = folded.split("/")[:-1]
        if any("/".join(folders[: depth + 1]) in seen for depth in range(len(folders))):
            raise _unsafe(path)


def is_safe(path: str) -> bool:
    """Whether this path, unpacked alone, is a file inside the folder on every common system."""
    if FORBIDDEN.search(path) or len(path.encode()) > PATH_BYTES:
        return False
    return all(_is_safe_name(name) for name in path.split("/"))


def _is_safe_name(name: str) -> bool:
    if not name or len(name.encode()) > NAME_BYTES or name[-1] in ". " or name[0] == " ":
        return False
    return not DEVICE.match(name)


def _unsafe(path: str) -> Conflict:
    return Conflict(
        f"The project holds a file whose name cannot be unpacked everywhere: {path[:200]!r}.",
        "Ask for the file to be renamed, then export the new version.",
    )
