"""A version into a folder where somebody works: what they changed is theirs.

Three sides are compared for every file: what was left there last (the manifest in the folder says
so), what is there now, and what the new version has.
"""

import hashlib
import io
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Literal

import msgspec

from smartforge.errors import SettingsInvalid
from smartforge.export.zip import check_paths

MANIFEST = ".smart-forge.json"
MANIFEST_BYTES = 8 * 1024 * 1024

Fate = Literal["written", "deleted", "kept", "same", "conflict"]


class Manifest(msgspec.Struct, frozen=True):
    """What an export has left: of which project and version, each file's SHA-256 by its path."""

    project: str
    version: int
    files: dict[str, str]


class Outcome(msgspec.Struct, frozen=True):
    """What became of each file, by path.

    `kept`: changed or deleted by the user alone. `conflict`: by both; the file is as the user
    left it, and the version's text lies beside it under the name in `beside`, where it has one.
    """

    fates: Mapping[str, Fate]
    beside: Mapping[str, str]

    def of(self, fate: Fate) -> list[str]:
        return sorted(path for path, one in self.fates.items() if one == fate)


def export_into(folder: Path, project: str, version: int, files: Mapping[str, bytes]) -> Outcome:
    """Bring `folder` to `version` but for what the user changed there; nothing goes through links.

    A folder that is new or empty gets all files. Raises SettingsInvalid where the folder holds
    something else than an earlier export of this project, or where a link stands in a path;
    Conflict where a path is not safe; OSError. The manifest is written last, so that doing it
    again after a failure finishes it.
    """
    check_paths([*files, MANIFEST])
    before = _manifest(folder, project)
    places = {path: _place(folder, path) for path in {*files, *before.files}}
    fates: dict[str, Fate] = {}
    beside: dict[str, str] = {}
    for path in sorted(places):
        fate = _fate(before.files.get(path), _hash_of(places[path]), _hash(files.get(path)))
        fates[path] = fate
        if fate == "written":
            _write(places[path], files[path])
        elif fate == "deleted":
            _delete(places[path], folder)
        elif fate == "conflict" and path in files:
            beside[path] = f"{path}.v{version}"
            _write(_place(folder, beside[path]), files[path])
    left = {path: hashlib.sha256(content).hexdigest() for path, content in files.items()}
    content = msgspec.json.format(msgspec.json.encode(Manifest(project, version, left)))
    _write(folder / MANIFEST, content + b"\n")
    return Outcome(fates, beside)


def _fate(left: str | None, now: str | None, wanted: str | None) -> Fate:
    """What to do about a file: hashes of what was left, what is there, what is to be."""
    if now == wanted:
        return "same"
    if now == left:  # nobody has touched it
        return "deleted" if wanted is None else "written"
    if left == wanted:  # the version has not
        return "kept"
    if wanted is None:  # changed by the user, gone from the version: it stays, and is theirs
        return "kept"
    return "conflict"


def _manifest(folder: Path, project: str) -> Manifest:
    if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
        raise SettingsInvalid(f"{folder} is not a folder.", "Name another one with --into.")
    if not folder.exists() or not any(folder.iterdir()):
        return Manifest(project, 0, {})
    place = folder / MANIFEST
    try:
        with _reading(place) as file:
            found = msgspec.json.decode(file.read(MANIFEST_BYTES), type=Manifest)
            check_paths(found.files)
    except FileNotFoundError:
        raise SettingsInvalid(
            f"The folder {folder} is not empty, and no export has made it.",
            "Name a new folder with --into, or one that an earlier export has made.",
        ) from None
    except (OSError, msgspec.MsgspecError) as error:
        raise SettingsInvalid(
            f"{place} cannot be read: {error}.", "Restore it, or export into a new folder."
        ) from None
    if found.project != project:
        raise SettingsInvalid(
            f"{folder} holds another project, {found.project}.", "Name another folder with --into."
        )
    return found


def _place(folder: Path, path: str) -> Path:
    """Where a file is to be. Raises SettingsInvalid where a link or a file is on the way there."""
    place = folder
    for name in path.split("/")[:-1]:
        place /= name
        if place.is_symlink() or (place.exists() and not place.is_dir()):
            raise SettingsInvalid(f"{place} is no folder of its own.", "Move it away first.")
    return folder / path


def _hash_of(place: Path) -> str | None:
    """The SHA-256 of what is there; of something that is no file, of what no version has."""
    if place.is_symlink() or place.is_dir():
        return "no file"
    try:
        with _reading(place) as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except FileNotFoundError:
        return None


def _hash(content: bytes | None) -> str | None:
    return None if content is None else hashlib.sha256(content).hexdigest()


def _write(place: Path, content: bytes) -> None:
    """All of it or nothing: a half written file would be taken for a change by the user."""
    place.parent.mkdir(parents=True, exist_ok=True)
    fresh = place.with_name(f".{place.name[:200]}.smart-forge")
    fresh.unlink(missing_ok=True)
    try:
        with fresh.open("xb") as file:  # never what is there already, nor through a link
            file.write(content)
        fresh.replace(place)
    finally:
        fresh.unlink(missing_ok=True)


def _delete(place: Path, folder: Path) -> None:
    """The file, and the folders around it that are empty then."""
    place.unlink()
    for parent in _between(place, folder):
        if any(parent.iterdir()):
            return
        parent.rmdir()


def _between(place: Path, folder: Path) -> Iterator[Path]:
    for parent in place.parents:
        if parent == folder:
            return
        yield parent


def _reading(place: Path) -> io.BufferedReader:
    return os.fdopen(os.open(place, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb")
