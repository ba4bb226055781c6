"""What two versions of a contract differ in: a sentence for people, and whether clients break."""

from collections.abc import Iterator
from typing import cast

import msgspec

from smartforge.contract.breaking import reasons
from smartforge.contract.names import singular, spaced
from smartforge.contract.parts import Change, Json, changes, is_object, part_of
from smartforge.contract.resources import Contract

_MOST = 3  # reasons in one line; the rest is counted


class Difference(msgspec.Struct, frozen=True):
    """One part that differs: its path, a sentence, and, where clients may fail, why."""

    part: str
    sentence: str
    breaking: bool = False
    reason: str = ""


class ContractDiff(msgspec.Struct, frozen=True):
    """All differences. What is inside of a resource that was added or removed is not listed."""

    added: tuple[Difference, ...] = ()
    changed: tuple[Difference, ...] = ()
    removed: tuple[Difference, ...] = ()

    @property
    def breaking(self) -> tuple[Difference, ...]:
        """Those by which clients of the old version may fail."""
        return tuple(one for one in (*self.added, *self.changed, *self.removed) if one.breaking)


def diff(old: Contract, new: Contract) -> ContractDiff:
    """From `old` to `new`; what was renamed is among the changed.

    See `breaking.reasons` for what counts as breaking.
    """
    every = changes(old, new)
    whole = {
        one.part for one in every if one.kind in ("added", "removed") and _is_resource(one.part)
    }
    told = _gathered(reasons(old, new, every), whole)
    found: dict[str, list[Difference]] = {"added": [], "changed": [], "removed": []}
    for change in every:
        if _home(change.part) in whole and change.part not in whole:
            continue
        because = told.get(change.part, ())
        reason = "; ".join(because[:_MOST])
        if len(because) > _MOST:
            reason += f"; and {len(because) - _MOST} more"
        kind = "changed" if change.kind == "renamed" else change.kind
        sentence = _sentence(change, old, new)
        found[kind].append(Difference(change.part, sentence, bool(because), reason))
    return ContractDiff(*(tuple(found[kind]) for kind in ("added", "changed", "removed")))


def _gathered(told: dict[str, tuple[str, ...]], whole: set[str]) -> dict[str, tuple[str, ...]]:
    """The reasons inside of a resource that is listed as a whole are that one's."""
    found: dict[str, tuple[str, ...]] = {}
    for part, because in told.items():
        home = _home(part) if _home(part) in whole else part
        found[home] = tuple(dict.fromkeys((*found.get(home, ()), *because)))
    return found


def _is_resource(path: str) -> bool:
    return path.startswith("resources/") and path.count("/") == 1


def _home(path: str) -> str:
    return "/".join(path.split("/")[:2])


# ---- sentences --------------------------------------------------------------------------------


def _sentence(change: Change, old: Contract, new: Contract) -> str:
    name, section, inner = part_of(change.part)
    side = old if change.kind == "removed" else new
    known = {resource.name: resource for resource in side.resources}
    if not name:
        words = spaced(singular(section)) if inner else spaced(section)
        words = "operation" if section == "customs" else words
        subject = f"{words} {spaced(inner)}".strip()
        return f"the {subject} {_happened(change)}"
    many = spaced(known[name].plural if name in known else name)
    if not section:
        return (
            f"{many} {_happened(change, 'were')}"
            if change.kind != "changed"
            else (f"{many}: {_differences(change)}")
        )
    noun = _NOUNS.get(section, spaced(singular(section)))
    return f"{many}: the {noun} {_label(section, inner)} {_happened(change)}".replace("  ", " ")


_NOUNS = {
    "access": "right to",
    "searched": "search in",
    "sortable": "order by",
    "computed": "computed field",
}


def _label(section: str, name: str) -> str:
    if section != "rules":
        return spaced(name)
    tag, _, named = name.partition(":")
    return f"{spaced(tag)} ({', '.join(map(spaced, named.split(',')))})" if named else spaced(tag)


def _happened(change: Change, verb: str = "was") -> str:
    match change.kind:
        case "added":
            return f"{verb} added{_how(change)}"
        case "removed":
            return f"{verb} removed"
        case "renamed":
            before = spaced(change.was.rpartition("/")[2])
            more = _differences(change)
            return f"{verb} renamed from {before}" + (f": {more}" if more else "")
        case "changed":
            return f"{verb} changed: {_differences(change)}"


def _how(change: Change) -> str:
    """How a new field is: who reads it wants to know whether it must be sent."""
    if part_of(change.part)[1] != "fields":
        return ""
    return ", required" if change.new["required"] else ", optional"


def _differences(change: Change) -> str:
    """What differs, name by name: `max length 200, was 100`."""
    if not is_object(change.old) or not is_object(change.new):
        return f"{_shown(change.new)}, was {_shown(change.old)}"
    return "; ".join(_pairs(change.old, change.new))


def _pairs(was: dict[str, Json], now: dict[str, Json]) -> Iterator[str]:
    for name in dict.fromkeys((*now, *was)):
        one, other = was.get(name), now.get(name)
        if one == other:
            continue
        if is_object(one) and is_object(other) and one.get("type") == other.get("type"):
            yield from _pairs(one, other)
        else:
            yield f"{spaced(name)} {_shown(other)}, was {_shown(one)}"


def _shown(value: Json) -> str:
    if value in (None, "", []):
        return "nothing"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(_shown(one) for one in cast(list[Json], value))
    if not is_object(value):
        return str(value)
    kind = value.get("type")
    return spaced(kind) if kind else ", ".join(f"{key} {_shown(value[key])}" for key in value)
