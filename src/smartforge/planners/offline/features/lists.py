"""How lists are searched and narrowed: `search by title, filter by genre and year range`."""

import re
from collections.abc import Iterable

import msgspec

from smartforge.contract import (
    Date,
    Email,
    Field,
    Ordered,
    Reference,
    References,
    Resource,
    Slug,
    Text,
    Timestamp,
)
from smartforge.contract.names import identifier, spaced
from smartforge.planners.offline.draft import a, listing
from smartforge.planners.offline.features.changes import added, belonging, having
from smartforge.planners.offline.features.entries import Entry, entries
from smartforge.planners.offline.features.finding import (
    MOMENTS,
    NUMBERS,
    fields_of,
    find_field,
    find_resource,
    having_fields,
    is_narrowing,
    is_text,
    label_of,
    moment,
    subject,
)
from smartforge.planners.offline.features.heard import (
    Heard,
    found,
    hear_all,
    take,
)
from smartforge.planners.offline.features.order import SORT
from smartforge.planners.offline.fieldkinds import is_known, kind_of_name
from smartforge.planners.offline.sketch import (
    Claims,
    Sketch,
)

_FILTER = re.compile(
    r"\b(?:filter(?:s|ed|ing|able)?|narrow(?:ed|ing)?(?: down)?)\b"
    r"(?: (?!by\b|on\b|using\b|via\b|and\b|,|sort)[^ ]+){0,5}? (?:by|on|using|via|:|for) "
)
_FIND = re.compile(
    r"\b(?:list|lists|listed|listing|see|view|get|find|fetch|show|query|browse|look(?:ed)? up"
    r"|looking up|lookup|retrieve)\b(?: (?!by\b|,|and\b|sort|order|group|rank|per\b)[^ ]+){0,4}?"
    r" (?:by|between) "
)
_SEARCH = re.compile(
    r"\b(?:full - ?text |full-text )?(?:search(?:es|ed|ing|able)?|find)\b"
    r"(?: (?!by\b|in\b|on\b|over\b|across\b|through\b|,|and\b|sort|filter)[^ ]+){0,4}?"
    r" (?:by|in|on|over|across|through) "
)
_ANY_SEARCH = re.compile(
    r"\b(?:full - ?text|full-text|fulltext|free - text|free-text)(?: search\w*)?\b"
    r"|\bsearch(?:es|ed|ing|able)?\b(?: (?:for|through|box|bar|the|my|our|all|full|text"
    r"|[a-z_]+s)\b){0,3}"
)
_RANGE = re.compile(
    r"\b(?:(?P<date>date|time|day)|(?P<field>[a-z_]+)) ranges?\b"
    r"|\b(?:between|within) (?:two|given|certain|any two|a|start and end) (?P<between>[a-z_]+)\b"
    r"|\b(?:in|for|within) (?:a|any|some|the) (?:given |certain )?(?P<period>period|date range"
    r"|time range|time frame|timeframe)\b"
)
_LIMIT = re.compile(
    r"\b(?:below|under|above|over|beneath|at least|at most|more than|less than|fewer than)"
    r" (?:a|an|some|the|any|its|their|given|certain|my)(?: given| certain| set| configurable)?"
    r" (?P<limit>[a-z_]+)\b"
    r"|\b(?:with|having|holding|that have|which have) (?:less|fewer|more) than \d+"
    r" (?P<unit>[a-z_]+)\b"
    r"|\blow(?: - |-| )stock\b|\blow on stock\b|\brunning low\b"
)
_MAX_SEARCHED = 6


def claim_lists(claims: Claims) -> None:
    """Keep from the base reading what lists are narrowed and sorted by."""
    for heard in hear_all(claims.sentences):
        for match in _FILTER.finditer(heard.line):
            _hide(claims, heard, match.end() - 4, match.end())
        for match in _SEARCH.finditer(heard.line):
            if not match.group().startswith("find"):
                _hide(claims, heard, match.end() - 4, match.end())
        for match in SORT.finditer(heard.line):
            _hide(claims, heard, match.start(), match.end())
        for match in _RANGE.finditer(heard.line):
            if match["field"] is None or heard.line[match.end() :].startswith(" filter"):
                end = match.end() + len(" filters")
                claims.hide(heard.place, *heard.span(match.start(), min(end, len(heard.line))))


def _hide(claims: Claims, heard: Heard, begin: int, at: int) -> None:
    named = list(entries(heard.line, at))
    if named:
        claims.hide(heard.place, *heard.span(begin, max(one.end for one in named)))


def read_filters(sketch: Sketch) -> None:
    """`filter by genre and year range`, `list events by type`, `find books by author`."""
    for heard, match in found(sketch, _FILTER, _FIND):
        named = list(entries(heard.line, match.end()))
        resource = having_fields(sketch, heard, match, [one.text for one in named])
        if resource is None:
            continue
        explicit = match.group().startswith(("filter", "narrow"))
        known = [_narrow(sketch, resource, one, explicit) for one in named]
        names = [name for name in known if name]
        if names:
            end = max(one.end for one, name in zip(named, known, strict=True) if name)
            take(sketch, heard, match.start(), end)
            told = heard.quote(match.start(), end)
            sketch.note(f"{told}: lists take {listing(list(dict.fromkeys(names)))}.")


def _narrow(sketch: Sketch, resource: Resource, entry: Entry, explicit: bool) -> str:
    """Narrow lists by what `entry` names; the parameters that do it, empty where nothing does."""
    resource = sketch.contract.resource(resource.name)
    text = entry.text or ("date" if entry.ranged else "")
    field = find_field(resource, text)
    if field is None:
        others = [one for one in sketch.contract.resources if find_field(one, text)]
        if others and not explicit:
            return ""
        if others and find_resource(sketch, text) is None:
            resource = others[0]
            field = find_field(resource, text)
    if field is None:
        return _narrow_new(sketch, resource, text) if explicit or entry.ranged else ""
    if not explicit and isinstance(field.kind, NUMBERS + MOMENTS) and not entry.ranged:
        return ""
    return _narrow_by(sketch, resource, field, entry.ranged)


def _narrow_new(sketch: Sketch, resource: Resource, text: str) -> str:
    """Lists narrowed by what nobody named before: the moment of creation, or a new field."""
    if text in ("date", "dates", "day", "time", "creation date", "created", "created at"):
        ranges = added(resource.ranges, ("created_at",))
        sketch.put(msgspec.structs.replace(resource, ranges=ranges))
        return "created_at_from and created_at_to"
    name = identifier(text) if text.isascii() and text[:1].isalpha() else ""
    kind = kind_of_name(name) if name and is_known(name) else None
    parent = find_resource(sketch, text)
    if parent is not None:
        return _narrow_to(sketch, resource, parent)
    if kind is None:
        return ""
    if isinstance(kind, Text):
        kind = msgspec.structs.replace(kind, min_length=0)
    field = Field(name, kind, required=False)
    sketch.put(having(resource, field))
    sketch.note(f"{spaced(resource.plural)} got the field {spaced(name)}, which lists go by.")
    return _narrow_by(sketch, sketch.contract.resource(resource.name), field, False)


def _narrow_to(sketch: Sketch, resource: Resource, parent: Resource) -> str:
    """Lists narrowed by what rows were not said to refer to: they do then."""
    accounts = sketch.contract.accounts
    known = any(isinstance(one.kind, References) for one in resource.fields)
    back = any(
        isinstance(one.kind, Reference | References) and one.kind.resource == resource.name
        for one in parent.fields
    )
    own = accounts is not None and parent.name == accounts.resource
    if own or known or back or parent.name == resource.name:
        return ""
    field = belonging(parent)
    sketch.put(having(resource, field))
    sketch.note(f"{spaced(resource.plural)} belong to {a(spaced(parent.name))} ({field.name}).")
    return _narrow_by(sketch, sketch.contract.resource(resource.name), field, False)


def _narrow_by(sketch: Sketch, resource: Resource, field: Field, ranged: bool) -> str:
    filters, ranges, told = resource.filters, resource.ranges, [field.name]
    match field.kind:
        case Timestamp():
            ranges, told = added(ranges, [field.name]), []
        case one if isinstance(one, (Date, *NUMBERS)):
            ranges = added(ranges, [field.name])
            if ranged:
                told = []
            else:
                filters = added(filters, [field.name])
        case _:
            filters = added(filters, [field.name])
    if field.name in ranges:
        ends = ("from", "to") if isinstance(field.kind, MOMENTS) else ("min", "max")
        told += [f"{field.name}_{end}" for end in ends]
    sketch.put(msgspec.structs.replace(resource, filters=filters, ranges=ranges))
    return listing(told)


def read_ranges(sketch: Sketch) -> None:
    """`a date range`, `between two dates`, `low stock`, `below a threshold`."""
    for heard, match in found(sketch, _RANGE, _LIMIT):
        resource = subject(sketch, heard, match.start(), match.end())
        if resource is None:
            continue
        field = _ranged_field(resource, match) or _named_before(resource, heard, match)
        if field is None:
            if match.groupdict().get("between") in ("dates", "days", "times") or (
                match.groupdict().get("date") or match.groupdict().get("period")
            ):
                _narrow_new(sketch, resource, "date")
                take(sketch, heard, *match.span())
            continue
        if field.name in resource.ranges:
            take(sketch, heard, *match.span())
            continue
        told = _narrow_by(sketch, resource, field, True)
        sketch.note(f"{heard.quote(*match.span())}: lists take {told}.")
        take(sketch, heard, *match.span())


def _named_before(resource: Resource, heard: Heard, match: re.Match[str]) -> Field | None:
    """`a price below a limit`: the number that is named before it."""
    if match.re is not _LIMIT:
        return None
    field = find_field(resource, heard.line[: match.start()].split(" ")[-2:][0])
    return field if field is not None and isinstance(field.kind, NUMBERS) else None


def _ranged_field(resource: Resource, match: re.Match[str]) -> Field | None:
    groups = match.groupdict()
    if match.re is _RANGE:
        if groups["date"] or groups["period"]:
            return moment(resource)
        text = groups["field"] or groups["between"] or ""
        field = find_field(resource, text)
        return field if field and isinstance(field.kind, NUMBERS + MOMENTS) else None
    numbers = fields_of(resource, *NUMBERS)
    if groups["unit"]:
        field = find_field(resource, groups["unit"])
        return field if field in numbers else None
    if not groups["limit"] or groups["limit"] in (
        "threshold",
        "limit",
        "level",
        "minimum",
        "number",
    ):
        stock = [one for one in numbers if one.name.rpartition("_")[2] in _STOCK]
        return next(iter(stock), numbers[0] if len(numbers) == 1 else None)
    field = find_field(resource, groups["limit"])
    return field if field in numbers else None


_STOCK = ("quantity", "stock", "qty", "count", "amount", "level")


def read_search(sketch: Sketch) -> None:
    """`search by title or author`, `full-text search`, `searchable`."""
    for heard, match in found(sketch, _SEARCH):
        if match.group().startswith("find") and not match.group().endswith("by "):
            continue
        named = [one for one in entries(heard.line, match.end()) if not one.direction]
        resource = having_fields(sketch, heard, match, [one.text for one in named])
        fields = [find_field(resource, one.text) if resource else None for one in named]
        texts = [one.name for one in fields if one is not None and is_text(one)]
        if resource is None or not any(fields):
            continue
        for one in fields:
            if one is not None and not is_text(one):
                _narrow_by(sketch, sketch.contract.resource(resource.name), one, False)
        if texts:
            _search(sketch, sketch.contract.resource(resource.name), texts)
        end = max(one.end for one, field in zip(named, fields, strict=True) if field)
        told = f'"q" finds text in {listing(texts)}' if texts else "lists take it"
        sketch.note(f"{heard.quote(match.start(), end)}: {told}.")
        take(sketch, heard, match.start(), end)
    for heard, match in found(sketch, _ANY_SEARCH):
        if any(sketch.is_taken(heard.place, at) for at in range(*heard.span(*match.span()))):
            continue
        resource = subject(sketch, heard, match.start(), match.end())
        texts = [one.name for one in _texts(resource, "full" in match.group())] if resource else []
        if resource is not None and texts and not resource.searched:
            _search(sketch, resource, texts)
            sketch.note(f'{heard.quote(*match.span())}: "q" finds text in {listing(texts)}.')
        if resource is not None and texts:
            take(sketch, heard, *match.span())


def _texts(resource: Resource, full: bool) -> list[Field]:
    """The texts that a search without names looks into."""
    texts = fields_of(resource, Text, Email, Slug)
    label = label_of(resource)
    long = [one for one in texts if isinstance(one.kind, Text) and one.kind.max_length > 500]
    kept = texts if full else [one for one in texts if one is label or one in long]
    return (kept or texts)[:_MAX_SEARCHED]


def _search(sketch: Sketch, resource: Resource, names: Iterable[str]) -> None:
    searched = added(resource.searched, names)
    sketch.put(msgspec.structs.replace(resource, searched=searched))


def settle_filters(sketch: Sketch) -> None:
    """Narrow every list by its choices, truth values, references and lists, asked for or not;
    and by the time of what lasts from then to then."""
    accounts = sketch.contract.accounts
    for resource in sketch.contract.resources:
        own = [resource.owner] if resource.access.list.who == "owner" else []
        hidden = {*own, resource.tenant, "" if accounts is None else accounts.tenant}
        names = [one.name for one in resource.fields if is_narrowing(one)]
        filters = added(resource.filters, [one for one in names if one not in hidden])
        starts = [rule.earlier for rule in resource.rules if isinstance(rule, Ordered)]
        ranges = added(resource.ranges, [one for one in starts if _lasts(resource, one)])
        sketch.put(msgspec.structs.replace(resource, filters=filters, ranges=ranges))


def _lasts(resource: Resource, name: str) -> bool:
    return any(one.name == name and isinstance(one.kind, MOMENTS) for one in resource.fields)
