"""What things usually belong to, from parents.toml."""

import functools
import tomllib
from collections.abc import Collection, Mapping, Sequence
from importlib import resources

import msgspec

# How what is done or said is kept, after the word for what it is.
_PAPERS = frozenset(["order", "job", "ticket", "request", "record", "report", "entry"])


class Parent(msgspec.Struct, frozen=True):
    """A thing that another usually belongs to."""

    name: str
    required: bool = True


class Usual(msgspec.Struct, frozen=True):
    """`parents`: for each thing groups of alternatives. `many`: pairs that are many to many."""

    parents: Mapping[str, tuple[tuple[Parent, ...], ...]]
    many: frozenset[tuple[str, str]]
    parts: frozenset[str]
    aside: frozenset[str]
    instead: Mapping[str, frozenset[str]]
    classes: Mapping[str, frozenset[str]]


@functools.cache
def usual() -> Usual:
    """The data file."""
    room = resources.files(__name__.rpartition(".")[0])
    data = tomllib.loads(room.joinpath("parents.toml").read_text(encoding="utf-8"))
    return Usual(
        parents={child: _groups(line) for child, line in data["parents"].items()},
        many=frozenset(
            (one, other) for one, text in data["many"].items() for other in text.split()
        ),
        parts=frozenset(data["parts"].split()),
        aside=frozenset(data["aside"].split()),
        instead={name: frozenset(text.split()) for name, text in data["instead"].items()},
        classes={name: frozenset(text.split()) for name, text in data["classes"].items()},
    )


def usual_parents(
    child: str, names: Sequence[str], linked: Collection[str] = ()
) -> list[tuple[str, bool]]:
    """Which of `names` the thing `child` usually belongs to, and whether it must.

    Where it is linked to one of several alternatives already, none of them is among the answers.
    """
    line = _line(child)
    found: list[tuple[str, bool]] = []
    for group in line:
        if any(parent.name in linked for parent in group):
            continue
        for parent in group:
            name = _first(names, child) if parent.name == "*" else _like(parent.name, names)
            if name and name != child:
                found.append((name, parent.required))
                break
    if not found and not linked and (is_of(child, "about") or _is_paper(child)):
        name = _first(names, child)
        found += [(name, True)] if name else []
    return found


def _line(child: str) -> tuple[tuple[Parent, ...], ...]:
    """The line of `repair order` is that of repairs: an order is but how they are kept."""
    lines, (first, _, last) = usual().parents, child.rpartition("_")
    if child not in lines and _is_paper(child):
        return lines.get(first, ())
    return lines.get(child) or lines.get(last, ())


def _is_paper(child: str) -> bool:
    first, _, last = child.rpartition("_")
    return last in _PAPERS and is_of(first, "about")


def is_many(one: str, other: str) -> bool:
    """Whether both sides usually have many of the other."""
    heads = (one, one.rpartition("_")[2])
    tails = (other, other.rpartition("_")[2])
    return any((head, tail) in usual().many for head in heads for tail in tails)


def is_of(name: str, kind: str) -> bool:
    """Whether a noun is of the class `kind` of parents.toml."""
    found = usual().classes[kind]
    return name in found or name.rpartition("_")[2] in found


def is_part(child: str) -> bool:
    """Whether entries go with that to which they belong."""
    return child in usual().parts or child.rpartition("_")[2] in usual().parts


def _like(parent: str, names: Sequence[str]) -> str:
    exact = parent in names
    return parent if exact else next((one for one in names if one.endswith(f"_{parent}")), "")


def _first(names: Sequence[str], child: str) -> str:
    """What `*` stands for; makers and what is itself about something are aside where they can."""
    things = [one for one in names if one != child and is_thing(one)]
    named = (one for one in things if child.startswith(f"{one}_"))
    plain = [one for one in things if not (is_of(one, "makers") or is_of(one, "about"))]
    held = (one for one in plain if not is_of(one, "holders"))
    return next(named, None) or next(held, None) or next(iter([*plain, *things]), "")


def is_thing(name: str) -> bool:
    """Whether a resource is neither people nor a place for all of it nor a sort of something."""
    aside = usual().aside
    return name not in aside and name.rpartition("_")[2] not in aside


def _groups(line: str) -> tuple[tuple[Parent, ...], ...]:
    groups = [[one.strip() for one in group.split("|")] for group in line.split(",")]
    return tuple(
        tuple(Parent(one.removesuffix("?"), not one.endswith("?")) for one in group if one)
        for group in groups
        if any(group)
    )
