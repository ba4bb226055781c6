"""Figures over many rows: `monthly revenue by category`, `clicks per day`, `top 5 customers`."""

import re
from collections.abc import Iterator

import msgspec

from smartforge.contract import Boolean, Choice, Decimal, Integer, Period, Report, Resource
from smartforge.contract.names import identifier, singular, spaced
from smartforge.planners.offline.features.finding import (
    fields_of,
    find_resource,
    mentions,
    status_of,
    subject,
)
from smartforge.planners.offline.features.heard import Heard, found, hear_all, take
from smartforge.planners.offline.features.reporting import (
    EARNED,
    MONEY,
    group_path,
    is_line,
    moment_path,
    product_of,
    status_path,
    summed,
)
from smartforge.planners.offline.sketch import Claims, Sketch

_FIGURE = (
    r"(?P<figure>totals?|sums?|amounts?|spending|spendings|spent|spend|revenues?|sales|turnover"
    r"|income|earnings"
    r"|counts?|numbers?|statistics|stats|figures|averages?|breakdowns?|reports?|reporting|summary"
    r"|summaries|overview"
    r"|aggregates?|costs?|expenses|hours|distance|clicks|visits|views|downloads|how many|how"
    r" much)"
)
_OFTEN = r"(?P<often>daily|weekly|monthly|quarterly|yearly|annual)"
_BY = r"(?:per|by|for each|for every|grouped by|broken down by|split by)"
_EACH = r"(?: (?:each|the|its|their|calendar))?"
_PER = re.compile(
    rf"\b(?:{_OFTEN} (?:[a-z_]+ )?)?{_FIGURE}"
    rf"(?: (?!per\b|by\b|for each\b|,|and\b|sort|filter)[a-z_']+){{0,5}}?"
    rf" {_BY}{_EACH} (?P<group>[a-z_]+)"
    r"(?: (?:and|,|and per|and by|or) (?:per |by )?(?P<more>[a-z_]+))?"
)
_PERIODIC = re.compile(rf"\b{_OFTEN} (?:[a-z_]+ )?{_FIGURE}")
_NEXT = re.compile(rf" ?(?P<how>and|,|/|&|or|then)? ?(?P<by>{_BY} )?(?:each |the |its |their )?")
_ALONE = re.compile(
    r"\b(?P<figure>statistics|stats|summary report|aggregate figures)\b(?! (?:per|by|for each)\b)"
)
_IN_TOTAL = re.compile(
    r"\b(?:in total|total|altogether|overall|in all|all in all)"
    r" and(?: by| per| for each| for every) (?P<period>day|month|week|year)\b"
)
_NUMBER = r"(?:(?P<n>[0-9]{1,3}|three|five|ten|twenty|n) )?"
_TOP = re.compile(
    rf"\btop (?:- )?{_NUMBER}(?:most )?(?P<what>[a-z_]+(?: [a-z_]+)?) by"
    r" (?:their |the |total |overall |most |highest )*(?P<figure>number of [a-z_]+|[a-z_]+)"
    r"(?: (?:sold|spent|ordered|made))?"
)
_BEST = re.compile(
    rf"\b{_NUMBER}best(?: - |-| )(?:selling (?P<what>[a-z_]+)|sellers)(?: by (?P<figure>[a-z_]+))?"
)
_SPENT = re.compile(
    rf"\b{_NUMBER}(?P<what>[a-z_]+) (?:who|that|which) (?:have |has )?"
    r"(?P<figure>spen[dt]s?|earn(?:ed)?|paid|sold|bought|ordered) (?:the )?most(?: money)?\b"
)
_SPAN = re.compile(
    r"\b(?:for|over|in|within|during|of|from) (?:the |a )?(?:last|past|previous|current|this|given)"
    r" (?:[0-9]+ |few )?(?:days?|weeks?|months?|quarters?|years?)\b"
)
_COUNTS = {"three": 3, "five": 5, "ten": 10, "twenty": 20}
_USUAL_TOP = 10
_VISITS = re.compile(r"\b(?:clicks?|visits?|hits?|views?)\b")
_LABEL = re.compile(
    r"(?:the )?(?:reports?|statistics|stats|analytics|reporting|dashboard|summary) (?::|-) "
)
_WORDS: dict[Period, str] = {
    "day": "day daily date days",
    "week": "week weekly weeks",
    "month": "month monthly months",
    "quarter": "quarter quarterly quarters",
    "year": "year yearly years annual annually",
}
_PERIODS: dict[str, Period] = {
    said: period for period, words in _WORDS.items() for said in words.split()
}
_UNMADE = ("hour",)
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


_LABELS = {"count": "counts", "total": "totals", "sum": "totals"}
_MOST_GROUPS = 3


def claim_reports(claims: Claims) -> None:
    """Keep reports, and the word that announces them, from becoming things."""
    for heard in hear_all(claims.sentences):
        for pattern in (_PER, _PERIODIC, _TOP, _BEST, _SPENT, _SPAN):
            for match in pattern.finditer(heard.line):
                claims.hide(heard.place, *heard.span(*match.span()))
                announced = _LABEL.match(heard.line)
                if announced:
                    claims.hide(heard.place, *heard.span(*announced.span()))


def read_reports(sketch: Sketch) -> None:
    """One report for each figure and what it is told by."""
    for heard, match in found(sketch, _TOP, _BEST, _SPENT):
        _read_top(sketch, heard, match)
    for heard, match in found(sketch, _PER, _PERIODIC):
        if not _is_read(sketch, heard, match):
            _read_grouped(sketch, heard, match)
    for heard, match in found(sketch, _IN_TOTAL):
        if match["period"] in _UNMADE or _is_read(sketch, heard, match):
            continue
        name = _report(sketch, heard, match, "count", [match["period"]])
        _told(sketch, heard, match.span(), [name])
    for heard, match in found(sketch, _ALONE):
        if _is_read(sketch, heard, match) or any(one.reports for one in sketch.contract.resources):
            continue
        resource = subject(sketch, heard, *match.span())
        if resource is None:
            continue
        field = status_of(resource) or next(iter(fields_of(resource, Choice, Boolean)), None)
        number = summed(resource)
        _put(sketch, resource, Report("statistics", field.name if field else "", "", number))
        _told(sketch, heard, match.span(), ["statistics"])


def _read_grouped(sketch: Sketch, heard: Heard, match: re.Match[str]) -> None:
    often = [match["often"]] if match["often"] else []
    if "group" not in match.groupdict():
        name = _report(sketch, heard, match, match["figure"], often)
        _told(sketch, heard, match.span(), [name])
        return
    names: list[str] = []
    end = match.start("group")
    for said, until in _groups(heard.line, match.start("group")):
        whole = _report(sketch, heard, match, match["figure"], [*often, *said])
        # What does not go together may still be a report for each.
        each = [[*often, one] for one in said] if not whole and len(said) > 1 else []
        told = [whole, *(_report(sketch, heard, match, match["figure"], one) for one in each)]
        if any(told):
            names += told
            end = until
    _told(sketch, heard, (match.start(), end), names)


def _groups(line: str, at: int) -> Iterator[tuple[list[str], int]]:
    """What rows are grouped by, from `at` on, each time with where that ends: what is joined by
    `and` goes together, what has a `per` of its own is another report.
    """
    together: list[str] = []
    end = at
    while len(together) < _MOST_GROUPS and (word := re.compile(r"[a-z_]+").match(line, at)):
        together.append(word.group())
        end = word.end()
        joint = _NEXT.match(line, end)
        if joint is None or not (joint["how"] or joint["by"]):
            break
        at = joint.end()
        if joint["how"] == "or" or (joint["how"] and joint["by"]):
            yield together, end
            together = []
    if together:
        yield together, end


def _read_top(sketch: Sketch, heard: Heard, match: re.Match[str]) -> None:
    """`top 5 products by revenue`: groups by what is named, the greatest first."""
    what = match["what"] or "products"
    figure = match["figure"] or "sales"
    figure = "spent" if re.match(r"spen|paid|bought|ordered", figure) else figure
    figure = "revenue" if re.match(r"earn|sold", figure) else figure
    counted = figure.removeprefix("number of ")
    number = match["n"] or ""
    top = int(number) if number.isdigit() else _COUNTS.get(number, _USUAL_TOP)
    named = find_resource(sketch, what)
    for resource in _candidates(sketch, heard, match, figure):
        if counted != figure and resource.name != singular(counted):
            continue
        if named is not None and resource.name == named.name:
            continue
        group = group_path(sketch.contract, resource, what)
        field = "" if counted != figure else _number(sketch, resource, figure)
        if not group or (counted == figure and not field) or not 1 <= top <= 100:
            continue
        name = identifier(f"top {spaced(named.plural) if named else what}")
        _put(sketch, resource, Report(name, group, "", field, top=top))
        _told(sketch, heard, match.span(), [name])
        return


def _is_read(sketch: Sketch, heard: Heard, match: re.Match[str]) -> bool:
    return any(sketch.is_taken(heard.place, at) for at in range(*heard.span(*match.span())))


def _told(sketch: Sketch, heard: Heard, span: tuple[int, int], names: list[str]) -> None:
    names = [name for name in dict.fromkeys(names) if name]
    if not names:
        return
    paths = ", ".join(f'"{spaced(name)}"' for name in names)
    sketch.note(f"{heard.quote(*span)} became the report {paths}.")
    take(sketch, heard, *span)
    for ahead in _SPAN.finditer(heard.line, span[1]):
        sketch.note(
            f"{heard.quote(*ahead.span())} is not made: the report tells of all time, and its "
            "ranges (such as created_at_from) narrow it."
        )
        take(sketch, heard, *ahead.span())


def _report(
    sketch: Sketch, heard: Heard, match: re.Match[str], figure: str, said: list[str]
) -> str:
    """Give the resource that has such groups a report; its name, empty where nothing fits."""
    if any(one in _UNMADE for one in said):
        return ""
    before = heard.line[max(0, match.start() - 7) : match.end()]
    if any(one.redirect for one in sketch.contract.resources) and _VISITS.search(before):
        return ""  # visits are counted, not kept one by one
    period = _period(said)
    others = [one for one in said if one not in _PERIODS]
    candidates = _candidates(sketch, heard, match, figure)
    candidates.sort(key=lambda one: not _named_number(one, heard, match))
    for resource in candidates:
        paths = [group_path(sketch.contract, resource, one) for one in others]
        if not all(paths):
            continue
        number = "" if _counts(figure) else _named_number(resource, heard, match)
        if not _counts(figure):
            number = number or _number(sketch, resource, figure)
        if figure in _SUMMING and not number and not _is_event(resource, figure):
            continue
        moment = [moment_path(sketch.contract, resource)] if period else []
        status, among = _narrowed(sketch, heard, match, resource)
        label = _label(figure, resource, period)
        told = " and ".join([*([period] if period else []), *map(singular, others)])
        prefix = f"{' '.join(among)} " if among else ""
        name = identifier(f"{prefix}{label} per {told}")
        group, *also = [*moment, *paths]
        report = Report(name, group, period, number, also=tuple(also), status=status, among=among)
        _put(sketch, resource, report)
        return name
    return ""


def _named_number(resource: Resource, heard: Heard, match: re.Match[str]) -> str:
    """`distance` of `their total distance per month`: the number that is named there."""
    if "group" not in match.groupdict():
        return ""
    named = heard.line[match.end("figure") : match.start("group")].split()
    names = [one.name for one in fields_of(resource, Integer, Decimal)]
    for word in named:
        for name in names:
            if word in (name, name.partition("_")[0], name.rpartition("_")[2], singular(name)):
                return name
    return ""


def _period(said: list[str]) -> Period:
    for one in said:
        if one in _PERIODS:
            return _PERIODS[one]
    return ""


def _narrowed(
    sketch: Sketch, heard: Heard, match: re.Match[str], resource: Resource
) -> tuple[str, tuple[str, ...]]:
    """`of paid orders`: the states that count, where words between the figure and `per` say so."""
    end = match.start("group") if "group" in match.groupdict() else len(heard.line)
    figure = match.end("figure") if "figure" in match.groupdict() else match.start()
    said = heard.line[figure:end]
    rest = heard.line[match.end() :]
    following = re.match(r" (?:of|for|from|on)(?: all| only)? [a-z_]+ [a-z_]+", rest)
    of = re.match(r" (?:of|for|from|on)\b", said)
    words = said if of else following.group() if following else ""
    path, among = status_path(sketch.contract, resource, words)
    if among and not of and following:
        take(sketch, heard, match.end(), match.end() + following.end())
    return path, among


def _label(figure: str, resource: Resource, period: Period) -> str:
    label = figure if figure not in ("how many", "number", "numbers", "how much") else "count"
    label = spaced(resource.plural) if label in ("count", "counts") and period else label
    return _LABELS.get(label, label)


def _is_event(resource: Resource, figure: str) -> bool:
    return resource.name == singular(figure) or figure in ("sales", "expenses", "clicks")


def _counts(figure: str) -> bool:
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
    order = [*((own,) if own else ()), *inside, *named, *((last,) if last else ()), *rest]
    unique = list({one.name: sketch.contract.resource(one.name) for one in order}.values())
    if figure in EARNED:
        unique.sort(key=_earning)
    elif figure in _SUMMING or figure in ("average", "averages"):
        unique.sort(key=_summing)
    return unique


def _summing(resource: Resource) -> int:
    """0 where rows have an amount by name, 1 where they have something like it, 2 where none."""
    name = summed(resource)
    return 2 if not name else int(name not in MONEY)


def _earning(resource: Resource) -> int:
    """0 where rows say what was paid, 1 where they are so many at a price, 2 for mere prices."""
    name = summed(resource)
    if is_line(resource) and not name.endswith(("amount", "total")):
        return 1
    return 3 if not name else 2 if name.endswith(("price", "cost", "value", "fee")) else 0


def _number(sketch: Sketch, resource: Resource, figure: str) -> str:
    """What is summed up; of lines with a price, how many times how much."""
    if figure in EARNED and _earning(resource) == 1:
        for computed in product_of(resource):
            if computed not in resource.computed:
                every = (*resource.computed, computed)
                sketch.put(msgspec.structs.replace(resource, computed=every))
            return computed.name
    return summed(resource, figure, always=figure in _SUMMING)


def _put(sketch: Sketch, resource: Resource, report: Report) -> None:
    resource = sketch.contract.resource(resource.name)
    report = msgspec.structs.replace(report, access=resource.access.list)
    rest = tuple(one for one in resource.reports if one.name != report.name)
    ranges = resource.ranges
    if report.period and report.group not in ranges and "." not in report.group:
        ranges = (*ranges, report.group)
    sketch.put(msgspec.structs.replace(resource, reports=(*rest, report), ranges=ranges))
