"""Figures over many rows: `totals per category`, `monthly revenue`, `clicks per day`,"
" `statistics`."""

import re
from typing import Literal

import msgspec

from smartforge.contract import Choice, Decimal, Field, Report, Resource
from smartforge.contract.fields import Boolean, Reference
from smartforge.contract.names import identifier, singular, spaced
from smartforge.planners.offline.features.finding import (
    MOMENTS,
    NUMBERS,
    fields_of,
    find_field,
    find_resource,
    is_label,
    mentions,
    status_of,
    subject,
)
from smartforge.planners.offline.features.heard import (
    Heard,
    found,
    hear_all,
    take,
)
from smartforge.planners.offline.sketch import (
    Claims,
    Sketch,
)

Period = Literal["", "day", "month"]

_FIGURE = (
    r"(?P<figure>totals?|sums?|amounts?|spending|spendings|spent|spend|revenues?|sales|turnover"
    r"|income|earnings"
    r"|counts?|numbers?|statistics|stats|figures|averages?|breakdowns?|reports?|reporting|summary"
    r"|summaries|overview"
    r"|aggregates?|costs?|expenses|hours|distance|clicks|visits|views|downloads|how many|how"
    r" much)"
)
_PER = re.compile(
    rf"\b{_FIGURE}(?: (?!per\b|by\b|for each\b|,|and\b|sort|filter)[a-z_']+){{0,5}}?"
    r" (?:per|by|for each|for every|grouped by|broken down by)(?: (?:each|the|its|their"
    r"|calendar))? (?P<group>[a-z_]+)"
    r"(?: (?:and|,|and per|and by|or) (?:per |by )?(?P<more>[a-z_]+))?"
)
_PERIODIC = re.compile(rf"\b(?P<often>daily|monthly|weekly|yearly|annual) (?:[a-z_]+ )?{_FIGURE}")
_ALONE = re.compile(
    r"\b(?P<figure>statistics|stats|summary report|aggregate figures)\b(?! (?:per|by|for each)\b)"
)
_IN_TOTAL = re.compile(
    r"\b(?:in total and|total and)(?: by| per) (?P<period>day|month|week|year)\b"
)
# Dates that tell when something is to happen or ends, and not when it happened.
_AHEAD = ("due", "end", "return", "expir", "birth", "deadline", "valid")
_VISITS = re.compile(r"\b(?:clicks?|visits?|hits?|views?)\b")
_LABEL = re.compile(
    r"(?:the )?(?:reports?|statistics|stats|analytics|reporting|dashboard|summary) (?::|-) "
)
_PERIODS: dict[str, Period] = {
    "day": "day",
    "daily": "day",
    "date": "day",
    "days": "day",
    "month": "month",
    "monthly": "month",
    "months": "month",
}
_UNMADE = ("week", "weekly", "year", "yearly", "annual", "hour")
_MONEY = (
    "amount",
    "total",
    "price",
    "cost",
    "value",
    "hours",
    "duration",
    "distance",
    "quantity",
    "minutes",
    "fee",
    "sum",
)
_COUNTING = (
    "count",
    "counts",
    "number",
    "numbers",
    "how many",
    "clicks",
    "visits",
    "views",
    "downloads",
    "stats",
    "statistics",
    "breakdown",
    "breakdowns",
)
_SUMMING = (
    "total",
    "totals",
    "sum",
    "sums",
    "amount",
    "amounts",
    "spending",
    "spendings",
    "spent",
    "spend",
    "revenue",
    "revenues",
    "sales",
    "turnover",
    "income",
    "earnings",
    "cost",
    "costs",
    "expenses",
    "hours",
    "distance",
    "how much",
)


def claim_reports(claims: Claims) -> None:
    """Keep reports, and the word that announces them, from becoming things."""
    for heard in hear_all(claims.sentences):
        for pattern in (_PER, _PERIODIC):
            for match in pattern.finditer(heard.line):
                claims.hide(heard.place, *heard.span(*match.span()))
                announced = _LABEL.match(heard.line)
                if announced:
                    claims.hide(heard.place, *heard.span(*announced.span()))


def read_reports(sketch: Sketch) -> None:
    """One report for each figure and what it is told by."""
    for heard, match in found(sketch, _PER):
        told = [
            name
            for group in (match["group"], match["more"])
            if group and (name := _report(sketch, heard, match, match["figure"], group))
        ]
        _told(sketch, heard, match, told)
    for heard, match in found(sketch, _PERIODIC):
        if match["often"] in _UNMADE:
            continue
        name = _report(sketch, heard, match, match["figure"], match["often"])
        _told(sketch, heard, match, [name] if name else [])
    for heard, match in found(sketch, _IN_TOTAL):
        if match["period"] in _UNMADE or _is_read(sketch, heard, match):
            continue
        name = _report(sketch, heard, match, "count", match["period"])
        _told(sketch, heard, match, [name] if name else [])
    for heard, match in found(sketch, _ALONE):
        if _is_read(sketch, heard, match) or any(one.reports for one in sketch.contract.resources):
            continue
        resource = subject(sketch, heard, *match.span())
        if resource is None:
            continue
        field = status_of(resource) or next(iter(fields_of(resource, Choice, Boolean)), None)
        number = _summed(resource)
        _put(sketch, resource, Report("statistics", field.name if field else "", "", number))
        _told(sketch, heard, match, ["statistics"])


def _is_read(sketch: Sketch, heard: Heard, match: re.Match[str]) -> bool:
    return any(sketch.is_taken(heard.place, at) for at in range(*heard.span(*match.span())))


def _told(sketch: Sketch, heard: Heard, match: re.Match[str], names: list[str]) -> None:
    if names:
        paths = ", ".join(f'"{spaced(name)}"' for name in dict.fromkeys(names))
        sketch.note(f"{heard.quote(*match.span())} became the report {paths}.")
        take(sketch, heard, *match.span())


def _report(sketch: Sketch, heard: Heard, match: re.Match[str], figure: str, said: str) -> str:
    """Give the resource that has such groups a report; its name, empty where nothing fits."""
    period = _PERIODS.get(said, "")
    before = heard.line[max(0, match.start() - 7) : match.end()]
    if any(one.redirect for one in sketch.contract.resources) and _VISITS.search(before):
        return ""  # visits are counted, not kept one by one
    for resource in _candidates(sketch, heard, match, figure):
        group = _group(resource, said, period)
        if not group:
            continue
        number = "" if _counts(figure, resource) else _summed(resource, figure)
        if figure in _SUMMING and not number and not _is_event(resource, figure):
            continue
        label = figure if figure not in ("how many", "number", "numbers", "how much") else "count"
        label = spaced(resource.plural) if label in ("count", "counts") and period else label
        label = {"count": "counts", "total": "totals", "sum": "totals", "report": "report"}.get(
            label, label
        )
        name = identifier(f"{label} per {period or singular(said)}")
        _put(sketch, resource, Report(name, group, period, number))
        return name
    return ""


def _is_event(resource: Resource, figure: str) -> bool:
    return resource.name == singular(figure) or figure in ("sales", "expenses", "clicks")


def _counts(figure: str, resource: Resource) -> bool:
    return figure in _COUNTING and figure not in ("stats", "statistics", "breakdown", "breakdowns")


def _candidates(sketch: Sketch, heard: Heard, match: re.Match[str], figure: str) -> list[Resource]:
    """The resources that a report may be about, the likeliest first."""
    named = [one for _, one in mentions(sketch, heard)]
    own = find_resource(sketch, figure) if figure not in ("how many", "how much") else None
    inside = [
        one
        for one in named
        if re.search(rf"\b(?:{one.plural}|{one.name})\b".replace("_", " "), match.group())
    ]
    last = subject(sketch, heard, *match.span())
    rest = list(sketch.contract.resources)
    summing = figure in _SUMMING or figure in ("average", "averages")
    order = [*((own,) if own else ()), *inside, *named, *((last,) if last else ()), *rest]
    unique = list({one.name: sketch.contract.resource(one.name) for one in order}.values())
    if summing:
        unique.sort(key=_summing)
    return unique


def _summing(resource: Resource) -> int:
    """0 where rows have an amount by name, 1 where they have something like it, 2 where none."""
    name = _summed(resource)
    return 2 if not name else int(name not in _MONEY)


def _group(resource: Resource, said: str, period: Period) -> str:
    if period:
        dates = [one.name for one in fields_of(resource, *MOMENTS)]
        usual = [
            one for one in dates if one in ("date", "paid_at", "issued_on", "sold_at", "spent_on")
        ]
        lone = dates if len(dates) == 1 and not dates[0].startswith(_AHEAD) else []
        return next(iter([*usual, *lone]), "created_at")
    field = find_field(resource, said)
    if field is None:
        return ""
    groups = isinstance(field.kind, Choice | Boolean | Reference) or is_label(field)
    return field.name if groups else ""


def _summed(resource: Resource, figure: str = "") -> str:
    numbers: list[Field] = fields_of(resource, *NUMBERS)
    names = [one.name for one in numbers]
    said = find_field(resource, figure) if figure else None
    if said is not None and said.name in names:
        return said.name
    for wanted in _MONEY:
        for name in names:
            if name == wanted or name.endswith(f"_{wanted}"):
                return name
    money = [one.name for one in numbers if isinstance(one.kind, Decimal)]
    return next(iter(money), "") if figure in _SUMMING else ""


def _put(sketch: Sketch, resource: Resource, report: Report) -> None:
    resource = sketch.contract.resource(resource.name)
    report = msgspec.structs.replace(report, access=resource.access.list)
    rest = tuple(one for one in resource.reports if one.name != report.name)
    ranges = resource.ranges
    if report.period and report.group not in ranges:
        ranges = (*ranges, report.group)
    sketch.put(msgspec.structs.replace(resource, reports=(*rest, report), ranges=ranges))
