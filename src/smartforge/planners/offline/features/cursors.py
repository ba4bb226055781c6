"""Pages by cursor: `cursor-based pagination`, `keyset paging`, `infinite scroll`."""

import re

import msgspec

from smartforge.contract import Resource, Text
from smartforge.contract.names import spaced
from smartforge.contract.soundness.lists import MAX_IN_CURSOR
from smartforge.planners.offline.features.finding import find_resource
from smartforge.planners.offline.features.heard import found, hide, tell
from smartforge.planners.offline.sketch import Claims, Sketch

_CURSOR = r"(?:an? |the |opaque |stable |next )*(?:cursors?|keysets?)\b(?: tokens?| parameters?)?"
_PAGING = r"(?:pagination|paginat(?:e|es|ed|ing|or)|paging|paged|pages?)"
_NOT_OFFSET = (
    r"(?:,? (?:and )?(?:instead of|rather than|not|no|over|without|in place of)"
    r" (?:the |an? |by |with |use |limit (?:and|/) )*(?:offsets?|page numbers?)"
    rf"(?:(?: - |-| )based)?(?: {_PAGING})?)?"
)
_FOR = (
    r"(?: (?:for|on|of|in|across|everywhere|to)(?: (?:the|all|every|each|our))*"
    r"(?: (?P<for{n}>[a-z_]+))?)?"
)
_USE = (
    r"(?:\b(?:please|use|uses|using|with|support(?:s|ing)?|provide|offer|allow|want|need|and|should"
    r"|must|be|is|are|do|via|have|has|that|which|the|all|every|lists?|list endpoints?"
    r"|collections?|no offset (?:pagination|paging) ,|endpoints?) )*"
)
_CURSORS = re.compile(
    rf"{_USE}\b(?:cursor|keyset|seek)s?(?:(?: - |-| )(?:based|style|driven))?(?: |-| - )"
    rf"{_PAGING}\b(?! of)" + _NOT_OFFSET + _FOR.replace("{n}", "1") + r"(?: please)?"
    rf"|{_USE}\b{_PAGING}(?: through)?(?: (?:the|all|our|them|it))*(?: (?P<paged>[a-z_]+)){{0,2}}?"
    rf" (?:by|with|via|using|through|is|are|on)(?: based on)? {_CURSOR}"
    + _NOT_OFFSET
    + r"(?: please)?"
    rf"|{_USE}\b(?:infinite(?:ly)?|endless|continuous)(?: - |-| )(?:scroll(?:s|ing|able)?|feeds?)\b"
    r"(?: friendly)?"
    + _FOR.replace("{n}", "2")
    + rf"|{_USE}\b(?:by|with|via|use|using|through) {_CURSOR}"
    r" (?:instead of|rather than|not|over) (?:the |an? |limit (?:and|/) )*"
    r"(?:offsets?|page numbers?)"
    rf"(?: for (?:the )?(?:lists?|{_PAGING}))?"
    rf"|{_USE}\b(?:by|with|via|use|using) {_CURSOR} (?:for|to) (?:the )?(?:lists?|{_PAGING})\b"
    r"|\bno offset (?:pagination|paging) , (?:but )?use (?:an? )?cursors?\b"
    rf"|{_USE}\b(?:(?:returns?|answers?|gives?|with|has|includes?|contains?) (?:an? |the )?)?"
    r"next(?:_| |-)cursor\b"
)
_NEVER = re.compile(r"\b(?:no|not|without|never|instead of|rather than|than)(?: [a-z]+){0,1} $")


def claim_cursors(claims: Claims) -> None:
    """Keep from the base reading what only says how pages lead on."""
    hide(claims, _CURSORS)


def read_cursors(sketch: Sketch) -> None:
    """Lists whose pages lead on by cursors: those that were named, or all of them."""
    for heard, match in found(sketch, _CURSORS):
        if _NEVER.search(heard.line[: match.start()]):
            continue
        said = next((one for one in (match["for1"], match["for2"], match["paged"]) if one), "")
        named = find_resource(sketch, said) if said else None
        wanted = [named] if named else list(sketch.contract.resources)
        paged = [one for one in wanted if "list" in one.actions and not one.paging.bare]
        if not paged:
            continue
        for resource in paged:
            _by_cursor(sketch, resource)
        lists = " and ".join(spaced(one.plural) for one in paged) if named else "lists"
        told = (
            f"{lists} answer a next_cursor, which leads on to the next page (no offset, no total)."
        )
        tell(sketch, heard, match, told)


def _by_cursor(sketch: Sketch, resource: Resource) -> None:
    """Its pages lead on by cursors; texts that no cursor has room for are not sorted by."""
    long = {
        field.name
        for field in resource.fields
        if isinstance(field.kind, Text) and field.kind.max_length > MAX_IN_CURSOR
    }
    for name in [one for one in resource.sortable if one in long]:
        sketch.note(
            f"{spaced(resource.plural)} are not sorted by {spaced(name)}: it is too long for a "
            "cursor."
        )
    by = resource.sorted_by.removeprefix("-")
    changed = msgspec.structs.replace(
        resource,
        paging=msgspec.structs.replace(resource.paging, style="cursor"),
        sortable=tuple(one for one in resource.sortable if one not in long),
        sorted_by="id" if by in long else resource.sorted_by,
    )
    sketch.put(changed)
