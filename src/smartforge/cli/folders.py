"""Folders that the user names: made with care, never written over."""

import re
import tempfile
from collections.abc import Mapping
from pathlib import Path

from smartforge.errors import SettingsInvalid
from smartforge.forge.folder import write_files


def slug(title: str) -> str:
    """A folder's name for a title: lower case, words joined by dashes, at most 50 characters."""
    words = re.findall(r"[a-z0-9]+", title.lower())
    return "-".join(words)[:50].strip("-") or "api"


def refuse_used(folder: Path) -> None:
    """Raises SettingsInvalid for what exists and is not an empty folder."""
    if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
        raise SettingsInvalid(f"{folder} is not a folder.", "Name another one with --out.")
    if folder.is_dir() and any(folder.iterdir()):
        raise SettingsInvalid(
            f"The folder {folder} is not empty.", "Name another one with --out, or empty it."
        )


def leave(folder: Path, files: Mapping[str, bytes]) -> None:
    """Make the folder with these files, all at once: it never exists half filled."""
    refuse_used(folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    fresh.chmod(0o755)
    write_files(fresh, files)
    if folder.exists():
        folder.rmdir()
    fresh.rename(folder)


def spare(folder: Path) -> Path:
    """`folder`, or the first of `folder-2`, `folder-3`, ... that is free."""
    number, free = 1, folder
    while free.exists():
        number += 1
        free = folder.with_name(f"{folder.name}-{number}")
    return free
