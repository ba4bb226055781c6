"""What belongs to what by the kind of its noun: makers have things, holders hold them."""

from collections.abc import Collection, Iterator, Sequence

from smartforge.planners.offline.parents import is_of, is_thing, usual

Pair = tuple[str, str, bool]


def class_links(names: Sequence[str], linked: Collection[frozenset[str]]) -> Iterator[Pair]:
    """Child, parent and whether the child needs it, for nouns of which nothing better is known.

    `names` are those of the resources in their order, `linked` the pairs that are linked already.
    """
    pairs = set(linked)
    for child, parent, required in _candidates(names, pairs):
        if frozenset((child, parent)) not in pairs:
            pairs.add(frozenset((child, parent)))
            yield child, parent, required


def _candidates(names: Sequence[str], pairs: set[frozenset[str]]) -> Iterator[Pair]:
    for place, name in enumerate(names):
        used = any(name in pair for pair in pairs)
        for other in names:
            if name.startswith(f"{other}_") and not (used or is_of(name, "sorts")):
                yield name, other, True
        if is_of(name, "makers") and not used:
            made = _next(names, place, pairs, "makers")
            yield from ((made, name, True),) if made else ()
        elif is_of(name, "holders") and not _holds(name, pairs, names):
            held = _next(names, place, pairs, "holders")
            yield from ((held, name, True),) if held else ()
        elif (is_of(name, "sorts") or is_of(name, "owners")) and not used:
            sorted_ = next((one for one in names if one != name and _plain(one)), "")
            yield from ((sorted_, name, False),) if sorted_ else ()


def _holds(name: str, pairs: Collection[frozenset[str]], names: Sequence[str]) -> bool:
    """Whether something other than what is said about it is linked to a holder already."""
    others = {one for pair in pairs if name in pair for one in pair} - {name}
    later = {one for one in others if one in names[names.index(name) :]}
    return any(not is_of(one, "about") for one in later)


def _next(names: Sequence[str], place: int, pairs: Collection[frozenset[str]], kind: str) -> str:
    """What comes after, else right before, and can belong to the noun at `place`."""
    for one in names[place + 1 :]:
        if _plain(one) or (is_of(one, "holders") and is_thing(one)):
            return one
    back = names[place - 1] if place else ""
    free = not any(back in pair for pair in pairs)
    return back if kind == "holders" and back and _plain(back) and free else ""


def _plain(name: str) -> bool:
    """Whether a noun is a thing that can be had: of no class, and no people."""
    return is_thing(name) and not any(is_of(name, kind) for kind in usual().classes)
