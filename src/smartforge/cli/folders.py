"""Folders that the user names: made with care, never written over."""

import os
import re
import tempfile
from collections.abc import Mapping
from pathlib import Path

from smartforge.errors import SettingsInvalid
from smartforge.forge.folder import write_files

UNFINISHED = ".smartforge-"
OTHER = "Name another one with --out, or make room there."


def slug(title: str) -> str:
    """A folder's name for a title: lower case, words joined by dashes, at most 50 characters."""
    words = re.findall(r"[a-z0-9]+", title.lower())
    return "-".join(words)[:50].strip("-") or "api"


def refuse_used(folder: Path) -> None:
    """Raises SettingsInvalid for what exists and is not an empty folder, or cannot be looked at."""
    try:
        if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
            raise SettingsInvalid(f"{folder} is not a folder.", OTHER)
        if folder.is_dir() and any(folder.iterdir()):
            raise SettingsInvalid(f"The folder {folder} is not empty.", OTHER)
    except OSError as error:
        raise _unusable(folder, error) from error


def refuse_unusable(folder: Path) -> None:
    """As `refuse_used`, and for where nothing can be made; before a run, for it may be dear.

    Leaves nothing behind.
    """
    refuse_used(folder)
    try:
        # A trial is the only sure question: rights, read-only disks and quotas all have a say.
        there = next(each for each in (folder, *folder.absolute().parents) if os.path.lexists(each))
        with tempfile.TemporaryDirectory(prefix=UNFINISHED, dir=there):
            pass
    except OSError as error:
        raise _unusable(folder, error) from error


def leave(folder: Path, files: Mapping[str, bytes]) -> None:
    """Make the folder with these files, all at once: a new one never exists half filled.

    One that exists is filled and stays the same folder, for it may be somebody's current one, or
    a disk of its own. Raises OSError, and then leaves nothing.
    """
    refuse_used(folder)
    there = folder if folder.exists() else folder.parent
    there.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=UNFINISHED, dir=there) as unfinished:
        fresh = Path(unfinished) / "fresh"
        fresh.mkdir()
        write_files(fresh, files)
        if there is not folder:
            fresh.rename(folder)
            return
        for each in list(fresh.iterdir()):
            each.rename(folder / each.name)


def spare(folder: Path) -> Path:
    """`folder`, or the first of `folder-2`, `folder-3`, ... that is free."""
    number, free = 1, folder
    while os.path.lexists(free):
        number += 1
        free = folder.with_name(f"{folder.name}-{number}")
    return free


def _unusable(folder: Path, error: OSError) -> SettingsInvalid:
    return SettingsInvalid(f"The folder {folder} cannot be made: {error.strerror}.", OTHER)
