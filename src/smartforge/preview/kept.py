"""What outlives a preview's sandbox: its secrets, the variables that were set, data and code.

One folder of files for each project, which only this user may read. The data are bytes that the
API's own sandbox gave out; nothing here ever looks into them.
"""

import contextlib
import os
import re
import secrets
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec

from smartforge.errors import SettingsInvalid

MOST_DATA_BYTES = 64 * 1024 * 1024
MOST_VARIABLES = 64
MOST_VALUE_BYTES = 8 * 1024
NAME = re.compile(r"[A-Z][A-Z0-9_]{0,63}")
PROJECT = re.compile(r"[A-Za-z0-9_-]{1,64}")

RESERVED = frozenset({"DATABASE_URL", "SECRET_KEY", "TRUST_PROXY", "MIGRATE_ON_START"})
RESERVED_SYSTEM = frozenset(
    {"PATH", "HOME", "TMPDIR", "LANG", "TZ", "USER", "SHELL", "HOST", "PORT"}
)
RESERVED_PREFIXES = ("ADMIN_", "PYTHON", "LD_", "SMARTFORGE_")


class Secrets(msgspec.Struct, frozen=True):
    """Made once for each project. `repr` strikes them out, since tracebacks show it."""

    key: str
    password: str

    def __repr__(self) -> str:
        return "Secrets()"


class Settings(msgspec.Struct, frozen=True):
    """What a project's API is started with. `variables` are the user's."""

    secrets: Secrets
    variables: Mapping[str, str] = {}

    def __repr__(self) -> str:
        return f"Settings(variables={sorted(self.variables)})"


HEAD_BYTES = 4


class Data(msgspec.Struct, frozen=True):
    """What an API of this version has given out."""

    version: int
    content: bytes


def fresh() -> Settings:
    return Settings(Secrets(secrets.token_urlsafe(48), secrets.token_urlsafe(12)))


def checked(variables: Mapping[str, str]) -> dict[str, str]:
    """Variables that may be set. Raises SettingsInvalid, which repeats no value."""
    if len(variables) > MOST_VARIABLES:
        raise SettingsInvalid(f"There are more than {MOST_VARIABLES} variables.", "Set fewer.")
    for name, value in variables.items():
        if not NAME.fullmatch(name):
            raise SettingsInvalid(
                f"{name[:80]!r} is no name for a variable of the preview.",
                "Use capital letters, digits and _, beginning with a letter, at most 64.",
            )
        if name in RESERVED | RESERVED_SYSTEM or name.startswith(RESERVED_PREFIXES):
            raise SettingsInvalid(
                f"{name} is set by the preview itself.",
                "Leave it out; the exported project takes it from its environment.",
            )
        if "\0" in value or len(value.encode(errors="surrogatepass")) > MOST_VALUE_BYTES:
            raise SettingsInvalid(
                f"The value of {name} is longer than 8 KiB or holds a NUL.", "Send another one."
            )
        if not _is_text(value):
            raise SettingsInvalid(f"The value of {name} is no text.", "Send it as UTF-8.")
    return dict(variables)


def _is_text(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


class Kept:
    """The files below one folder. Everything here blocks for a moment."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def projects(self) -> Iterator[str]:
        """Those of which there is something."""
        if self._folder.is_dir():
            yield from (one.name for one in self._folder.iterdir() if PROJECT.fullmatch(one.name))

    def settings(self, project_id: str) -> Settings:
        """Those of the project, made and kept where there are none yet."""
        with contextlib.suppress(FileNotFoundError, msgspec.DecodeError):
            return _settings.decode((self._of(project_id) / "settings.json").read_bytes())
        made = fresh()
        self.set(project_id, made)
        return made

    def set(self, project_id: str, settings: Settings) -> None:
        self._write(self._of(project_id) / "settings.json", msgspec.json.encode(settings))

    def data(self, project_id: str) -> Data | None:
        """What the API's sandbox gave out last."""
        try:
            content = (self._of(project_id) / "data").read_bytes()
        except FileNotFoundError:
            return None
        return Data(int.from_bytes(content[:HEAD_BYTES]), content[HEAD_BYTES:])

    def has_data(self, project_id: str) -> bool:
        return (self._of(project_id) / "data").is_file()

    def keep(self, project_id: str, data: Data) -> None:
        head = data.version.to_bytes(HEAD_BYTES)
        self._write(self._of(project_id) / "data", head + data.content)

    def code(self, project_id: str, print_: str) -> bytes | None:
        """The code that was compiled from the files of this print; None where it is of others."""
        try:
            content = (self._of(project_id) / "code").read_bytes()
        except FileNotFoundError:
            return None
        head = print_.encode()
        return content.removeprefix(head) if content.startswith(head) else None

    def keep_code(self, project_id: str, print_: str, code: bytes) -> None:
        self._write(self._of(project_id) / "code", print_.encode() + code)

    def drop(self, project_id: str) -> None:
        """Forget the data; secrets and variables stay."""
        (self._of(project_id) / "data").unlink(missing_ok=True)

    def set_aside(self, project_id: str) -> None:
        """Keep the data under another name: no API of this version starts with them."""
        with contextlib.suppress(FileNotFoundError):
            (self._of(project_id) / "data").replace(self._of(project_id) / "data.old")

    def forget(self, project_id: str) -> None:
        """Remove all of the project."""
        shutil.rmtree(self._of(project_id), ignore_errors=True)

    def _of(self, project_id: str) -> Path:
        if not PROJECT.fullmatch(project_id):
            raise ValueError(f"{project_id!r} names no project")
        return self._folder / project_id

    @staticmethod
    def _write(place: Path, content: bytes) -> None:
        """The whole or nothing of it, for this user alone."""
        place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        beside = place.with_name(f"{place.name}.new")
        with contextlib.suppress(FileNotFoundError):
            beside.unlink()
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        beside.replace(place)


_settings = msgspec.json.Decoder(Settings)
