"""Names, numbers and people as a model writes them, read as what a contract holds."""

import decimal
import json
import re
from typing import Any, cast

from smartforge.contract import Access, names
from smartforge.errors import ContractInvalid

Problems = list[str]

_BETWEEN = re.compile(r"[\s,;|/]+|\bor\b|\band\b")
_ANYONE = frozenset({"", "anyone", "anybody", "public", "everyone", "all", "none"})
_USERS = frozenset({"user", "users", "authenticated", "logged_in", "account"})


def named(text: str, here: str, problems: Problems) -> str:
    """`text` brought into the form of a name."""
    try:
        return names.identifier(text)
    except ContractInvalid as error:
        problems += [f"{here}: {problem}" for problem in error.problems]
        return "unnamed"


def kept(text: str, here: str, problems: Problems) -> str:
    """The name of a resource; people also call it by its plural."""
    return names.singular(named(text, here, problems))


def called(text: str) -> str:
    """The same, without a word where it is none."""
    return names.singular(names.snake(text))


def listed(texts: list[str], here: str, problems: Problems) -> tuple[str, ...]:
    """Names, each once, in their order."""
    found = (named(text, here, problems) for text in texts if text.strip())
    return tuple(dict.fromkeys(found))


def optional(text: str, here: str, problems: Problems) -> str:
    return named(text, here, problems) if text.strip() else ""


def optional_kept(text: str, here: str, problems: Problems) -> str:
    return kept(text, here, problems) if text.strip() else ""


def who(text: str, roles: tuple[str, ...]) -> Access:
    """`owner, admin` as who may: the owner, and whoever has the role."""
    words = [word for word in _BETWEEN.split(text.strip().lower()) if word]
    own = "owner" in words
    held = tuple(word for word in words if word != "owner" and word not in _USERS | _ANYONE)
    if own:
        return Access("owner", held)
    if not words or set(words) & (_ANYONE - {""}):
        return Access()
    if set(words) & _USERS and not (held and set(held) <= set(roles)):
        return Access("user")
    # A role may well be called user.
    return Access("role", held) if held else Access("user")


def said_of(access: Access) -> str:
    """The same the other way."""
    match access.who:
        case "owner":
            return ", ".join(("owner", *access.roles))
        case "role":
            return ", ".join(access.roles)
        case _:
            return access.who


def object_of(text: str, here: str, problems: Problems) -> dict[str, Any]:
    """A JSON object; nothing is an empty one."""
    if not text.strip():
        return {}
    try:
        read: Any = json.loads(text)
    except (ValueError, RecursionError):
        read = None
    if not isinstance(read, dict):
        problems.append(f"{here}: {names.quoted(text)} is no JSON object")
        return {}
    return cast(dict[str, Any], read)


def whole(text: str, otherwise: int, here: str, problems: Problems) -> int:
    value = number(text)
    if value is None and not text.strip():
        return otherwise
    if value is None or value != value.to_integral_value() or abs(value) > 10**18:
        problems.append(f"{here}: {names.quoted(text)} is no whole number")
        return otherwise
    return int(value)


def number(text: str) -> decimal.Decimal | None:
    try:
        value = decimal.Decimal(text.strip())
    except decimal.InvalidOperation:
        return None
    return value if value.is_finite() and abs(value.adjusted()) < 30 else None


def places(value: decimal.Decimal | None) -> int:
    exponent = value.normalize().as_tuple().exponent if value is not None else 0
    return max(0, -exponent) if isinstance(exponent, int) else 0


def line(text: str) -> str:
    """`text` on one line of printable characters, at most 120."""
    shown = " ".join("".join(one if one.isprintable() else " " for one in text).split())
    return shown[:120].rstrip()


def prose(text: str) -> str:
    """`text` without characters that cannot be printed, at most 2,000."""
    kept = "".join(one if one.isprintable() or one == "\n" else " " for one in text)
    return kept.strip()[:2_000].rstrip()
