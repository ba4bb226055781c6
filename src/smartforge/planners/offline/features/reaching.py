"""Where things are served: at the root, as a plain array, with their own URL, deleted at once."""

import re

import msgspec

from smartforge.contract import Boolean, Field, Paging, Resource, Text, Url
from smartforge.contract.fields import Integer
from smartforge.contract.names import spaced
from smartforge.contract.reserved import word_set
from smartforge.planners.offline.features.changes import having, without
from smartforge.planners.offline.features.entries import entries
from smartforge.planners.offline.features.finding import find_field, find_resource, subject
from smartforge.planners.offline.features.heard import Heard, hear_all, take
from smartforge.planners.offline.features.reachingwords import (
    ANSWERS,
    AT_URL,
    BARE,
    CHANGES,
    CLEAR,
    NOT_DONE,
    PAGED,
    ROOTED,
    hidden,
    line_of,
    self_urls,
)
from smartforge.planners.offline.fieldkinds import kind_of_name
from smartforge.planners.offline.sketch import Claims, Sketch

Lines = list[tuple[Heard, str]]

MAX_BARE = 1_000  # of an array without pages

_PLACES = ("order", "position")
# What may follow `delete all` without saying which of them.
_SMALL = word_set("and with via too also or of at in them items by the is")


def claim_reaching(claims: Claims) -> None:
    """Keep from the base reading what only says where and how things are served."""
    lines = [(heard, line_of(heard)) for heard in hear_all(claims.sentences)]
    reached = any(ROOTED.search(line) for _, line in lines)
    for heard, line in lines:
        for begin, end in hidden(heard, line, reached):
            claims.hide(heard.place, *heard.span(begin, end))


def read_reaching(sketch: Sketch) -> None:
    """The root first: it decides what an array and a URL are taken for."""
    lines = [(heard, line_of(heard)) for heard in hear_all(sketch.sentences)]
    rooted = _read_root(sketch, lines)
    touched = {rooted} - {""}
    touched |= _read_bare(sketch, lines, rooted)
    touched |= _read_urls(sketch, lines, rooted)
    touched |= _read_clear(sketch, lines)
    if not touched:
        return
    for heard, line in lines:
        _read_changes(sketch, heard, line)
        for begin, end in hidden(heard, line, bool(rooted)):
            take(sketch, heard, begin, end)
    for name in touched:
        _settle_todos(sketch, name)
        _settle_places(sketch, name)


def _read_root(sketch: Sketch, lines: Lines) -> str:
    rooted = ""
    for heard, line in lines:
        for match in ROOTED.finditer(line):
            resource = subject(sketch, heard, *match.span())
            if resource is None or (rooted and resource.name != rooted):
                continue
            more = ANSWERS.match(line, match.end())
            take(sketch, heard, match.start(), more.end() if more else match.end())
            if not rooted:
                rooted = resource.name
                resource = msgspec.structs.replace(resource, root=True)
                sketch.put(resource)
                sketch.note(
                    f"{heard.quote(*match.span())}: the {spaced(resource.plural)} are at the "
                    f"root, one of them at {resource.item_path}."
                )
    return rooted


def _read_bare(sketch: Sketch, lines: Lines, rooted: str) -> set[str]:
    paged = any(PAGED.search(line) for _, line in lines)
    names = {rooted} - {""} if not paged else set[str]()
    for heard, line in lines:
        for match in BARE.finditer(line):
            resource = subject(sketch, heard, *match.span())
            if resource is not None:
                take(sketch, heard, *match.span())
                names.add(resource.name)
    for name in sorted(names):
        resource = sketch.contract.resource(name)
        paging = Paging(MAX_BARE, MAX_BARE, bare=True)
        if paged:
            paging = msgspec.structs.replace(resource.paging, bare=True)
        sketch.put(msgspec.structs.replace(resource, paging=paging))
        sketch.note(
            f"The list of {spaced(resource.plural)} is a plain array of up to "
            f"{paging.default_limit}; X-Total-Count says how many there are."
        )
    return names


def _read_urls(sketch: Sketch, lines: Lines, rooted: str) -> set[str]:
    names = set[str]()
    for heard, line in lines:
        for match in self_urls(line, bool(rooted)):
            resource = subject(sketch, heard, *match.span())
            if rooted and resource and not resource.root:
                resource = sketch.contract.resource(rooted)
            if resource is None or "read" not in resource.actions:
                continue
            take(sketch, heard, *match.span())
            if resource.self_url:
                continue
            name = match["name"].replace(" - ", "_").replace("-", "_")
            name = {"permalink": "url", "uri": "url"}.get(name, name)
            for field in resource.fields:
                if isinstance(field.kind, Url) and field.name.rpartition("_")[2] == name:
                    resource = without(resource, field.name)
            sketch.put(msgspec.structs.replace(resource, self_url=name))
            sketch.note(f'"{name}" of each {spaced(resource.name)} is its own absolute URL.')
            names.add(resource.name)
    return names


def _read_clear(sketch: Sketch, lines: Lines) -> set[str]:
    names = set[str]()
    for heard, line in lines:
        for match in CLEAR.finditer(line):
            said = (match["what"] or match["things"] or "").strip()
            known = find_resource(sketch, said) if said else None
            if said and known is None and said not in _SMALL:
                continue  # all the completed ones, say: not all of them
            plain = match["things"] is None or match["once"] or sketch.contract.accounts is None
            resource = known or subject(sketch, heard, *match.span())
            if not plain or resource is None:
                continue
            take(sketch, heard, *match.span())
            names.add(resource.name)
            if "clear" not in resource.actions:
                actions = (*resource.actions, "clear")
                sketch.put(msgspec.structs.replace(resource, actions=actions))
                sketch.note(
                    f"{heard.quote(*match.span())}: DELETE {resource.collection_path} deletes all "
                    f"{spaced(resource.plural)} at once."
                )
    return names


# ---- fields that only such sentences name -------------------------------------------------------


def _read_changes(sketch: Sketch, heard: Heard, line: str) -> None:
    """What rows start without, and what can be changed."""
    for match in NOT_DONE.finditer(line):
        resource = subject(sketch, heard, *match.span())
        if resource is not None:
            _has(sketch, resource.name, match["done"] or match["un"] or "completed")
            take(sketch, heard, *match.span())
    for match in CHANGES.finditer(line):
        resource = subject(sketch, heard, *match.span())
        for one in entries(line, match.end()) if resource else ():
            if resource and _has(sketch, resource.name, one.text):
                take(sketch, heard, match.start(), one.end)
    for match in AT_URL.finditer(line):
        resource = subject(sketch, heard, *match.span())
        for text in re.split(r" ?(?:/|,|\band\b|\bor\b) ?", match["fields"] or ""):
            if resource and text:
                _has(sketch, resource.name, text)


def _has(sketch: Sketch, name: str, text: str) -> bool:
    """Whether the resource has that field, or has it from now on: a truth value, or a place."""
    resource = sketch.contract.resource(name)
    plain = re.sub(r" (?:state|status|flag|field|value|property)$", "", text).replace(" ", "_")
    if find_field(resource, plain):
        return True
    if plain in _PLACES:
        field, told = Field(plain, Integer(), required=False), "a whole number, optional"
    elif isinstance(kind_of_name(plain), Boolean):
        field = Field(plain, Boolean(), required=False, default=False)
        told = "true or false, at first false"
    else:
        return False
    sketch.put(having(resource, field))
    sketch.note(f"{spaced(resource.plural)} got {spaced(plain)} ({told}).")
    return True


def _settle_todos(sketch: Sketch, name: str) -> None:
    """What is ticked off at the root, each at a URL, all deleted at once, is Todo-Backend's list:
    its entries also have an order, where nobody said what they have."""
    resource = sketch.contract.resource(name)
    thing = sketch.draft.find(name)
    told = thing.attributes if thing else {}
    shaped = resource.root and resource.self_url and "clear" in resource.actions
    ticked = any(isinstance(one.kind, Boolean) for one in resource.fields)
    if shaped and ticked and not told:
        _has(sketch, name, "order")


def _settle_places(sketch: Sketch, name: str) -> None:
    """A place in an order is a whole number, and need not be given unless that was said."""
    resource: Resource = sketch.contract.resource(name)
    thing = sketch.draft.find(name)
    for field in resource.fields:
        if field.name not in _PLACES or field.default is not None:
            continue
        told = thing.attributes.get(field.name) if thing else None
        kind = Integer() if isinstance(field.kind, Text) else field.kind
        if isinstance(kind, Integer):
            required = bool(told and told.required)
            settled = msgspec.structs.replace(field, kind=kind, required=required)
            sketch.put(having(sketch.contract.resource(name), settled))
