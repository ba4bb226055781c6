"""How lists come: pages, filters, sorting, search."""

import re

import msgspec

from smartforge.contract import Resource
from smartforge.contract.names import spaced
from smartforge.contract.reserved import word_set
from smartforge.planners.offline.actions import MAX_PAGE_SIZE
from smartforge.planners.offline.draft import listing
from smartforge.planners.offline.followup.names import (
    PRONOUNS,
    bare,
    field_in,
    fields_said,
    is_accounts,
    resources_said,
)
from smartforge.planners.offline.followup.phrases import Slots
from smartforge.planners.offline.followup.rewriting import with_resource
from smartforge.planners.offline.followup.state import Done, Impossible, Scene

_WHOLE = frozenset({"list", "lists", "page", "pages", "result", "results", "api", "item", "items"})


def page_size(scene: Scene, slots: Slots) -> Done | None:
    """`show 50 books per page`."""
    size = int(slots["number"].low)
    if not 1 <= size <= MAX_PAGE_SIZE:
        raise Impossible(f"a page holds 1 to {MAX_PAGE_SIZE} entries, and not {size}.", "")
    things = _things(scene, slots)
    contract = scene.contract
    for one in things:
        most = max(one.paging.max_limit, size)
        paging = msgspec.structs.replace(one.paging, default_limit=size, max_limit=most)
        contract = with_resource(contract, msgspec.structs.replace(one, paging=paging))
    told = f"Pages of {_named(things)} now hold {size} entries."
    settled = tuple((f"{one.name} page", str(size)) for one in things)
    return Done(contract, (told,), _subject(things), settled=settled)


def paginate(scene: Scene, slots: Slots) -> Done | None:
    """`add pagination to books`: every list comes in pages, which is then said."""
    things = _things(scene, slots)
    if any(one.paging.bare for one in things):
        return _in_pages(scene, things)
    sizes = " and ".join(
        dict.fromkeys(
            f'{one.paging.default_limit} ("limit" up to {one.paging.max_limit})' for one in things
        )
    )
    onward = "next_cursor" if any(one.paging.by_cursor for one in things) else "offset"
    told = (
        f"Lists of {_named(things)} come in pages already, so nothing had to change: {sizes} "
        f'entries at a time, from "{onward}" on. To change that, say for example "50 '
        f'{spaced(things[0].plural)} per page".'
    )
    return Done(scene.contract, (told,), _subject(things))


def _in_pages(scene: Scene, things: list[Resource]) -> Done:
    """Lists that came as plain arrays, with their total and where the page begins."""
    contract = scene.contract
    for one in things:
        paging = msgspec.structs.replace(one.paging, bare=False)
        contract = with_resource(contract, msgspec.structs.replace(one, paging=paging))
    told = f"Lists of {_named(things)} now tell their total, limit and offset beside the items."
    return Done(contract, (told,), _subject(things))


def narrow(scene: Scene, slots: Slots) -> Done | None:
    """`make books sortable by year`: said in the words that the reading of prompts knows."""
    how = slots["how"].low
    verb = next((one for one in ("filter", "sort", "search") if one in how), "sort")
    thing = slots["thing"].low if "thing" in slots else ""
    if "what" not in slots:
        home = resources_said(scene, thing)[0]
        return _read_on(scene, home, f"Search {spaced(home.plural)}.")
    what = re.sub(r"\b(and|or|,) (?:by|on) ", r"\1 ", slots["what"].low)
    if _RANGED & set(what.split()):
        return None  # which the reading of prompts knows
    pronoun = bool(set(bare(what)) & PRONOUNS)
    found = fields_said(scene, what, "" if pronoun else thing)
    home = found[0][0]
    there = {"filter": home.filters, "sort": home.sortable, "search": home.searched}[verb]
    if all(field.name in there for _, field in found):
        told = f"{spaced(home.plural).capitalize()} can be narrowed or sorted so already."
        return Done(scene.contract, (told,), home.name)
    names = listing([spaced(field.name.removesuffix("_id")) for _, field in found])
    return _read_on(scene, home, f"{verb.capitalize()} {spaced(home.plural)} by {names}.")


def _read_on(scene: Scene, home: Resource, text: str) -> Done:
    return Done(scene.contract, (), home.name, read_on=(text,))


def sort(scene: Scene, slots: Slots) -> Done | None:
    """`sort books by year, newest first`: how lists come where nothing is said."""
    home = resources_said(scene, slots["thing"].low)[0]
    said = slots["what"].low
    down = bool(_DOWN & set(said.replace(",", " ").split()))
    text = " ".join(one for one in said.replace(",", " ").split() if one not in _DOWN | _UP)
    made = set(text.split()) <= {"date", "creation", "created", "time"}
    if not text or (made and field_in(home, text) is None):
        name = "created_at"
    else:
        name = fields_said(scene, text, slots["thing"].low)[0][1].name
    by = f"-{name}" if down else name
    sortable = tuple(dict.fromkeys((*home.sortable, name)))
    made = msgspec.structs.replace(home, sorted_by=by, sortable=sortable)
    told = f"Lists of {spaced(home.plural)} come by {spaced(name)}, {'down' if down else 'up'}."
    contract = with_resource(scene.contract, made)
    return Done(contract, (told,), home.name, settled=((f"{home.name} sorted", by),))


_RANGED = word_set("range ranges between min max minimum maximum below above date period")
_DOWN = word_set("desc descending newest latest highest largest biggest recent most down reverse")
_UP = word_set("asc ascending oldest lowest smallest least up first alphabetically in order the a")


def unlist(scene: Scene, slots: Slots) -> Done | None:
    """`remove the search from books`, `drop the filter by year`."""
    what = slots["what"].low if "what" in slots else ""
    kind = next((one for one in ("filter", "sort", "search") if one in slots["how"].low), "")
    things = _things(scene, slots)
    if what:
        found = fields_said(scene, what, slots["thing"].low if "thing" in slots else "")
        things = list({home.name: home for home, _ in found}.values())
        names = {field.name for _, field in found}
    else:
        names = {field.name for one in things for field in one.fields}
    contract = scene.contract
    changed: list[Resource] = []
    for one in things:
        made = _without(one, kind, names)
        if made != one:
            changed.append(made)
            contract = with_resource(contract, made)
    if not changed:
        raise Impossible(f"{_named(things)} have no such {kind or 'filter'}.", "")
    what = f"{kind}{' by ' + listing(sorted(names)) if what else ''}"
    return Done(contract, (f"{_named(things)} have no {what} any more.",), _subject(things))


def _without(one: Resource, kind: str, names: set[str]) -> Resource:
    if kind == "search":
        return msgspec.structs.replace(one, searched=_kept(one.searched, names))
    if kind == "sort":
        by = one.sorted_by.removeprefix("-")
        return msgspec.structs.replace(
            one,
            sortable=_kept(one.sortable, names),
            sorted_by="id" if by in names else one.sorted_by,
        )
    return msgspec.structs.replace(
        one, filters=_kept(one.filters, names), ranges=_kept(one.ranges, names)
    )


def _kept(known: tuple[str, ...], gone: set[str]) -> tuple[str, ...]:
    return tuple(one for one in known if one not in gone)


def _things(scene: Scene, slots: Slots) -> list[Resource]:
    said = slots["thing"].low if "thing" in slots else ""
    if not said or set(bare(said)) <= _WHOLE:
        return [one for one in scene.contract.resources if not is_accounts(scene.contract, one)]
    return resources_said(scene, said)


def _named(things: list[Resource]) -> str:
    return listing([spaced(one.plural) for one in things])


def _subject(things: list[Resource]) -> str:
    return things[0].name if len(things) == 1 else ""
