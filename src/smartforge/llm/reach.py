"""The keys and addresses that the operator has given: from the environment, or from files."""

from collections.abc import Mapping
from pathlib import Path

import msgspec

from smartforge.errors import SettingsInvalid
from smartforge.llm.known import KNOWN, Known, Named

_LONGEST_KEY = 16 * 1024


class Reach(msgspec.Struct, frozen=True):
    """Keys and addresses by provider; `repr` shows no key and no address, which may hold one."""

    keys: Mapping[str, str] = {}
    urls: Mapping[str, str] = {}

    def __repr__(self) -> str:
        return f"Reach(keys of {sorted(self.keys)}, addresses of {sorted(self.urls)})"

    def reaches(self, known: Known) -> bool:
        """Whether there is something to ask it with: what it needs, or an address for it."""
        return known.name in self.urls or known.name in self.keys or not known.needs_key

    def usual(self) -> str | None:
        """The model that is asked where none is named: of the first provider with a key, OpenAI
        also by its address; None without any."""
        for known in KNOWN.values():
            if known.usual and (known.name in self.keys or known.name in self.urls):
                return str(Named(known.name, known.usual))
        return None


def read_reach(environment: Mapping[str, str]) -> Reach:
    """From `NAME_API_KEY`, the file that `NAME_API_KEY_FILE` names, and `NAME_BASE_URL`.

    Raises SettingsInvalid, which names the variable and never what it holds, where a file holds
    no key, or where both a key and a file are given.
    """
    keys = {name: key for name, known in KNOWN.items() if (key := _key(known, environment))}
    urls = {
        name: url
        for name, known in KNOWN.items()
        if (url := environment.get(known.address, "").strip())
    }
    return Reach(keys, urls)


def _key(known: Known, environment: Mapping[str, str]) -> str | None:
    for variable in known.keys:
        given, file = environment.get(variable), environment.get(f"{variable}_FILE")
        if given and file:
            raise SettingsInvalid(
                f"Both {variable} and {variable}_FILE are set.", "Keep one of them."
            )
        if file:
            return _read(Path(file), f"{variable}_FILE")
        if given:
            return given
    return None


def _read(file: Path, variable: str) -> str:
    try:
        with file.expanduser().open("rb") as opened:
            content = opened.read(_LONGEST_KEY + 1)
        key = content.decode().strip()
    except (OSError, RuntimeError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else type(error).__name__
        raise SettingsInvalid(
            f"The file that {variable} names cannot be read: {why}.",
            "Give the path of a text file that holds the key and nothing else.",
        ) from None
    if not key or len(content) > _LONGEST_KEY:
        raise SettingsInvalid(
            f"The file that {variable} names holds no key.",
            "Put the key into it, and nothing else.",
        )
    return key
