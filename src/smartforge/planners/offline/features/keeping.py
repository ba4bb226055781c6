"""What becomes of deleted rows: `soft delete`, `deleted books can be restored`, `trash`."""

import re
from collections.abc import Iterable, Sequence

import msgspec

from smartforge.contract import Boolean, Resource, Timestamp
from smartforge.contract.names import spaced
from smartforge.planners.offline.draft import listing
from smartforge.planners.offline.features.finding import mentions
from smartforge.planners.offline.features.heard import Heard, found, hear_all, tell
from smartforge.planners.offline.sketch import Claims, Sketch

_BACK = (
    r"(?:restor\w*|recover(?!y)\w*|un-?delet\w*|brought back|bring(?:ing)? back|g[eo]t back"
    r"|come back|taken out again|put back)"
)
_AGAIN = rf"{_BACK}(?: again| later)?"
_BIN = r"(?:trash(?: ?can| ?bin)?|recycle ?bin|bin|waste ?basket|waste ?paper basket)"
_GONE = r"(?:deleted|removed|trashed|discarded)"
_SOME = r"(?: (?!and\b|but\b|with\b|when\b|while\b)[a-z_'-]+){0,6}?"
_FOR = (
    r"(?: (?:for|of|on) (?:(?:all|the|every|each|any|our|and|,) ?)*[a-z_-]+"
    r"(?:(?: ,| and|, and) [a-z_-]+)*)?"
)
_BEFORE = (
    r"(?:(?:use|with|want|need|supports?|have|has|do|please|only|are|is|be|gets?|should|must|can"
    r"|a) )*"
)
_WAYS = (
    # soft delete for books
    rf"{_BEFORE}soft ?-? ?delet(?:e|es|ed|ing|ion|ions|able)\b"
    rf"(?: only| instead of hard(?: ones| delet\w+)?| everywhere)?{_FOR}"
    rf"(?: (?:and|,|so that|so)(?: [a-z]+){{0,4}}? {_AGAIN})?",
    # deleted books can be restored
    rf"{_GONE}\b{_SOME} {_AGAIN}(?: by [a-z]+)?",
    # admins can restore deleted books
    r"(?:[a-z]+ )?(?:can |may |to |could |should |must )?(?:be able to )?"
    rf"{_BACK}(?: [a-z]+){{0,2}}? {_GONE}(?: [a-z_]+)?\b",
    # deleting a book can be undone
    rf"(?:delet|remov)(?:ing|ion|e|es|ed)\b{_SOME} (?:can|may|could|must|should) (?:always )?be "
    r"(?:undone|reverted|reversed|taken back)",
    r"undo (?:of )?(?:the |a )?delet\w+",
    r"undelet\w+",
    # books are never really deleted
    r"(?:don't|do not|never|not|without|nothing is(?: ever)?|no|n't)(?: be| gets?| ever)? "
    r"(?:really|actually|physically|permanently|truly|hard) ?-? ?(?:delet|remov)\w*"
    r"(?: (?:the |any |our )?[a-z_]+)?",
    r"(?:no|avoid|instead of) hard ?-? ?delet\w+",
    # deleted books are only hidden, are marked as deleted
    rf"(?:delet\w*|remov\w*)\b{_SOME} (?:only )?"
    r"(?:hid(?:es?|den)|(?:mark|flag)(?:s|ed|ged)? (?:them |it )?(?:as )?deleted)\b"
    r"(?: (?:them|it|the [a-z]+))?",
    r"(?:only )?(?:mark|marked|flag|flagged)(?: (?:as|them|it))* deleted"
    r"(?: instead of [a-z ]{3,30})?",
    # books are moved to the bin and can be brought back
    r"(?:[a-z]+ )?(?:is|are|be|gets?|go|goes|moves?|moved|moving|land|lands|put|sent|send)"
    rf"(?: [a-z]+){{0,4}}? (?:in|into|to) (?:the |a )?{_BIN}\b"
    rf"(?:(?: ,| and| from where| where)?(?: [a-z]+){{0,6}}? {_AGAIN}(?: from (?:there|it))?)?",
    # a trash from which books can be restored
    rf"(?:with |have |has |there is |a |the |support )*{_BIN}\b(?: for [a-z_]+)?"
    r"(?: (?:and|from|that|so|where|you|they|with|which|can|be|is)){1,5}(?: [a-z]+){0,3}? "
    rf"{_AGAIN}",
    rf"{_BACK}(?: [a-z]+){{0,4}}? from (?:the |a )?{_BIN}\b",
    r"(?:with |have |has |there is |a |the |add )*trash ?(?:can|bin)?(?: for [a-z_]+)?"
    r"(?= (?:,|\.|and)|$)",
)
_SOFT = re.compile("|".join(rf"\b{one}" for one in _WAYS))
_ARCHIVED = re.compile(
    r"\barchiv(?:e|ed|es|ing) (?:(?:them|it|[a-z_]+) )?(?:instead of|rather than|not) "
    r"(?:being )?(?:delet|remov)\w+"
    r"(?: (?:them|it))?"
)
_ALL = re.compile(r"\b(?:all|every|everything|everywhere|each|anything|nothing|any)\b")
_OWN = ("deleted_at", "is_deleted", "deleted", "deleted_on", "removed_at")


def claim_keeping(claims: Claims) -> None:
    """Keep from the base reading what is said of deleted rows: to restore is no new state."""
    for heard in hear_all(claims.sentences):
        for match in _SOFT.finditer(heard.line):
            claims.hide(heard.place, *_around(heard, match))


def read_keeping(sketch: Sketch) -> None:
    """Rows that stay when they are deleted, and can be restored."""
    archives = any(one.transitions for one in sketch.contract.resources)
    patterns = (_SOFT,) if archives else (_SOFT, _ARCHIVED)
    for heard, match in found(sketch, *patterns):
        kept = [one for one in meant(sketch, heard, match) if "delete" in one.actions]
        for one in kept:
            sketch.put(_kept(one))
        if kept:
            names = listing([spaced(one.plural) for one in kept])
            about = f"deleting {names} hides them (404); POST .../restore brings one back."
            tell(sketch, heard, match, about)
            sketch.take(heard.place, *_around(heard, match))


def meant(sketch: Sketch, heard: Heard, match: re.Match[str]) -> Sequence[Resource]:
    """What words about rows are about: what they name, or the sentence does; else all of them."""
    accounts = sketch.contract.accounts
    own = accounts.resource if accounts else ""
    rest = [one for one in sketch.contract.resources if one.name != own]
    first, last = heard.span(*match.span())
    named = [(at, one) for at, one in mentions(sketch, heard) if one in rest]
    inside = [one for at, one in named if first <= at < last]
    if inside or _ALL.search(match[0]):
        return _once(inside) or rest
    before = [one for at, one in named if at < first][-1:]
    return before or [one for _, one in named[:1]] or rest


def _once(resources: Iterable[Resource]) -> list[Resource]:
    return list({one.name: one for one in resources}.values())


def _around(heard: Heard, match: re.Match[str]) -> tuple[int, int]:
    return heard.span(*match.span())


def _kept(resource: Resource) -> Resource:
    """The resource without what the server now keeps by itself."""
    fields = tuple(
        one
        for one in resource.fields
        if one.name not in _OWN or not isinstance(one.kind, Boolean | Timestamp)
    )
    gone = {one.name for one in resource.fields} - {one.name for one in fields}
    return msgspec.structs.replace(
        resource,
        soft_delete=True,
        fields=fields or resource.fields,
        sortable=tuple(one for one in resource.sortable if one not in gone),
        filters=tuple(one for one in resource.filters if one not in gone),
        ranges=tuple(one for one in resource.ranges if one not in gone),
    )
