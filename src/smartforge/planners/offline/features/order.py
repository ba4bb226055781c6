"""In which order lists come: `sort by rating`, `newest first`, `highest score first`."""

import re

import msgspec

from smartforge.contract import Resource
from smartforge.contract.fields import (
    Boolean,
    Choice,
    Date,
    Decimal,
    Email,
    Field,
    Integer,
    Reference,
    Text,
    Time,
    Timestamp,
)
from smartforge.planners.offline.draft import listing
from smartforge.planners.offline.features.changes import sortable
from smartforge.planners.offline.features.entries import entries
from smartforge.planners.offline.features.finding import (
    NUMBERS,
    fields_of,
    find_field,
    find_resource,
    is_label,
    label_of,
    subject,
)
from smartforge.planners.offline.features.heard import Heard, found, take, tell
from smartforge.planners.offline.sketch import Sketch

SORT = re.compile(
    r"\b(?P<verb>sort(?:s|ed|ing|able)?|order(?:ed|ing)?|rank(?:ed|ing)?)\b"
    r"(?: (?!by\b|,|and\b|filter|search)[^ ]+){0,4}? (?:by|on) "
)
_FIRST = re.compile(
    r"\b(?P<down>newest|latest|most recent|highest|largest|biggest|most expensive|best|top"
    r"|longest|most)(?: (?P<what>[a-z_]+)){0,2}? (?:first|on top|at the top)\b"
    r"|\b(?P<up>oldest|lowest|smallest|cheapest|earliest|soonest|shortest|least)"
    r"(?: (?P<which>[a-z_]+)){0,2}? (?:first|on top|at the top)\b"
    r"|\b(?P<back>reverse(?: -)? chronological(?:ly)?)\b|\b(?P<abc>alphabetical(?:ly| order)?)\b"
    r"|\b(?P<time>chronological(?:ly| order)?)\b"
)
_TOP = re.compile(
    r"\b(?:top|highest|best)(?: (?:n|x|k|ten|\d+|scor\w+|rated|selling|\d+ best))+"
    r"(?: (?P<what>[a-z_]+))?\b"
)
_BETTER = re.compile(
    r"\b(?:(?P<high>higher|more|bigger|larger|greater|longer|heavier)"
    r"|(?P<low>lower|less|fewer|smaller|shorter|faster|quicker|lighter)) is better\b"
)
_TIMES = ("newest", "latest", "most recent", "oldest", "earliest", "soonest")
_PRICES = ("most expensive", "cheapest")


def read_sorting(sketch: Sketch) -> None:
    """`sort by rating`: a field that lists may be sorted by; the default order where so said."""
    for heard, match in found(sketch, SORT):
        resource = subject(sketch, heard, match.start(), match.end())
        if resource is None:
            continue
        told: list[str] = []
        end = match.end()
        for entry in entries(heard.line, match.end()):
            resource = sketch.contract.resource(resource.name)
            if told and entry.direction and entry.text.endswith(("first", "desc", "asc")):
                order = f"{entry.direction.replace('+', '')}{told[-1]}"
                sketch.put(msgspec.structs.replace(resource, sorted_by=order))
                end = entry.end
                continue
            name = _sorted_name(resource, entry.text)
            if not name:
                break
            resource = sortable(resource, name)
            usual = heard.line[: match.start()].endswith(("default ", "by default ", "default : "))
            if not told and (
                usual or match["verb"] in ("sorted", "ordered", "ranked") or entry.direction
            ):
                sign = "-" if entry.direction == "-" or match["verb"] == "ranked" else ""
                resource = msgspec.structs.replace(resource, sorted_by=sign + name)
            sketch.put(resource)
            told.append(name)
            end = entry.end
        if told:
            sketch.note(
                f"{heard.quote(match.start(), end)}: lists can be sorted by {listing(told)}."
            )
            take(sketch, heard, match.start(), end)


def _sorted_name(resource: Resource, text: str) -> str:
    """What `sort` takes for the words of an entry; empty where nothing fits."""
    if text in ("newest", "latest", "oldest", "recent", "most recent", "created", "creation date"):
        return "created_at"
    if text in ("date", "time", "created at") and find_field(resource, text) is None:
        return "created_at"
    if text in ("highest", "lowest"):
        numbers = fields_of(resource, *NUMBERS)
        return numbers[0].name if numbers else ""
    field = find_field(resource, text)
    return field.name if field is not None and sorts(field) else ""


def read_first(sketch: Sketch) -> None:
    """`newest first`, `cheapest first`, `alphabetically`, `top 10 players`: the default order."""
    for heard, match in found(sketch, _FIRST, _TOP):
        if any(sketch.is_taken(heard.place, at) for at in range(*heard.span(*match.span()))):
            continue
        resource = _meant(sketch, heard, match)
        if resource is None:
            continue
        groups = match.groupdict()
        order = _top(resource) if match.re is _TOP else _first(resource, groups)
        if not order:
            continue
        name = order.removeprefix("-")
        sketch.put(msgspec.structs.replace(sortable(resource, name), sorted_by=order))
        sketch.note(
            f"{heard.quote(*match.span())}: {resource.plural.replace('_', ' ')} are sorted by "
            f'"{order}" where nothing else is said.'
        )
        take(sketch, heard, *match.span())


def read_better(sketch: Sketch) -> None:
    """`lower is better`: the best come first, in the list of what has a number to compare by."""
    for heard, match in found(sketch, _BETTER):
        for resource in sketch.contract.resources:
            numbers = [one.name for one in fields_of(resource, *NUMBERS)]
            belongs = any(isinstance(one.kind, Reference) for one in resource.fields)
            if not (numbers and belongs):
                continue
            order = f"-{numbers[0]}" if match["high"] else numbers[0]
            done = msgspec.structs.replace(sortable(resource, numbers[0]), sorted_by=order)
            sketch.put(done)
            tell(
                sketch,
                heard,
                match,
                f'{resource.plural.replace("_", " ")} are sorted by "{order}".',
            )
            break


def _meant(sketch: Sketch, heard: Heard, match: re.Match[str]) -> Resource | None:
    """The resource whose list is meant: the one that has the number, for the best of"
    " something."""
    what = match.groupdict().get("what") or ""
    named = find_resource(sketch, what) if what else None
    resource = named or subject(sketch, heard, match.start(), match.end())
    if match.re is _TOP and resource is not None and not _top(resource):
        others = [one for one in sketch.contract.resources if _top(one)]
        return others[0] if others else None
    return resource


def _top(resource: Resource) -> str:
    numbers = fields_of(resource, *NUMBERS)
    best = [
        one
        for one in numbers
        if one.name.rpartition("_")[2] in ("score", "rating", "points", "votes")
    ]
    return f"-{best[0].name}" if best else ""


def _first(resource: Resource, groups: dict[str, str | None]) -> str:
    if groups["abc"]:
        label = label_of(resource)
        return label.name if label is not None and is_label(label) else ""
    if groups["time"] or groups["back"]:
        return f"{'-' if groups['back'] else ''}{_moment(resource)}"
    word = groups["down"] or groups["up"] or ""
    what = groups["what"] or groups["which"] or ""
    sign = "-" if groups["down"] else ""
    field = find_field(resource, what) if what else None
    if field is not None and sorts(field):
        return sign + field.name
    if word in _TIMES:
        return sign + (_moment(resource) if word != "soonest" else _moment(resource, start=True))
    numbers = [one.name for one in fields_of(resource, *NUMBERS)]
    prices = [one for one in numbers if one.rpartition("_")[2] in ("price", "cost", "amount")]
    chosen = prices if word in _PRICES else [*_top(resource).removeprefix("-").split(), *numbers]
    return sign + chosen[0] if chosen else ""


def _moment(resource: Resource, start: bool = False) -> str:
    """The time that people sort rows by: their date where they have one, else their creation."""
    names = [one.name for one in fields_of(resource, Date, Timestamp)]
    wanted = ("starts_at", "start_time", "start_date", "due_date") if start else ()
    return next((one for one in (*wanted, "date") if one in names), "created_at")


def sorts(field: Field) -> bool:
    """Whether lists can be sorted by a field."""
    if isinstance(field.kind, Text):
        return is_label(field)
    return isinstance(
        field.kind, Integer | Decimal | Date | Time | Timestamp | Choice | Boolean | Email
    )
