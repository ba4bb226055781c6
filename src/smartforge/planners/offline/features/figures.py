"""Fields that follow from others: average ratings, numbers of comments, totals, line totals."""

import re
from typing import Literal

import msgspec

from smartforge.contract import Aggregate, Computed, Field, Product, Resource
from smartforge.contract.names import identifier, plural, singular, spaced
from smartforge.planners.offline.features.changes import computing, without
from smartforge.planners.offline.features.finding import (
    NUMBERS,
    find_field,
    find_resource,
    mentions,
    reference_to,
    subject,
)
from smartforge.planners.offline.features.heard import Heard, found, hear_all, take
from smartforge.planners.offline.features.reporting import factors
from smartforge.planners.offline.sketch import Claims, Sketch

_AVERAGE = re.compile(
    r"\b(?:average|avg|mean)(?: of)?(?: (?:all|the|its|their|review|user|customer))*(?:"
    r" (?P<field>[a-z_]+))?"
)
_COUNT = re.compile(
    r"\b(?:number of|how many|count of|total number of|amount of)(?: (?:its|their|the|all))*"
    r" (?P<what>[a-z_]+)"
    r"|\b(?P<counted>[a-z]+)(?: |_|-| - )counts?\b"
)
_EXTREME = re.compile(
    r"\b(?P<how>highest|maximum|max|top|biggest|lowest|minimum|min|smallest|best)(?: (?P<what>bid"
    r"|offer|price|score|rating|amount|temperature|value))\b"
)
_TOTAL = re.compile(
    r"\b(?:total|sum|grand total|subtotal)(?P<kind> (?:amount|price|cost|value|hours|time"
    r"|distance|quantity|spent|paid))?"
    r"(?: (?:of|for|per|on|in|is|are|=|:|as|the|a|an|each|every|all|its|their|computed|calculated"
    r"|from|sum|equals|and|amount))*"
    r"(?: (?P<what>[a-z_]+)(?:'s)?(?: (?P<next>[a-z_]+))?)?"
)
_TIMES = re.compile(
    r"\b(?P<a>quantity|qty|amount|hours|units|nights|days) ?(?:\*|x|×|times|multiplied by)(?: the"
    r"| its)? ?(?P<b>(?:unit )?(?:price|rate|cost)|hourly rate|[a-z_]+)\b"
    r"|\b(?P<c>(?:unit )?price|rate|cost|hourly rate) ?(?:\*|x|×|times|multiplied by)(?: the|"
    r" its)? ?(?P<d>quantity|qty|hours|units|nights|days)\b"
    r"|\bline totals?\b"
    r"|\b(?P<e>[a-z_]+) (?:times|multiplied by|\*|×)(?: the| its)? (?P<f>[a-z_]+(?: [a-z_]+)??)\b"
)
_PER = re.compile(r" (?:per|by|for each|grouped by|for every) ")
Function = Literal["average", "maximum", "minimum"]

_AMOUNTS = ("amount", "price", "total", "value", "score", "rating", "points", "stars", "grade")
_SKIPPED = frozenset(("times", "in", "are", "is", "days", "left"))


def claim_figures(claims: Claims) -> None:
    """Keep computed numbers from becoming fields that clients write."""
    for heard in hear_all(claims.sentences):
        for match in _AVERAGE.finditer(heard.line):
            if match["field"]:
                claims.hide(heard.place, *heard.span(*match.span()))
        for match in _EXTREME.finditer(heard.line):
            claims.hide(heard.place, *heard.span(*match.span("how")))


def read_figures(sketch: Sketch) -> None:
    """Averages, counts, extremes, products and sums, each where there are rows to work them"
    " out."""
    for heard, match in found(sketch, _AVERAGE):
        _aggregate(sketch, heard, match, "average", match["field"] or "rating")
    for heard, match in found(sketch, _COUNT):
        _count(sketch, heard, match)
    for heard, match in found(sketch, _EXTREME):
        function: Function = (
            "maximum"
            if match["how"] in ("highest", "maximum", "max", "top", "biggest", "best")
            else "minimum"
        )
        _aggregate(sketch, heard, match, function, match["what"])
    for heard, match in found(sketch, _TIMES):
        _product(sketch, heard, match)
    for heard, match in found(sketch, _TOTAL):
        if any(sketch.is_taken(heard.place, at) for at in range(*heard.span(*match.span()))):
            continue
        if not _PER.search(heard.line[match.start() : match.end() + 8]):
            _total(sketch, heard, match)


def _children(sketch: Sketch, parent: Resource) -> list[tuple[Resource, Field]]:
    """The resources whose rows belong to `parent`, each with its reference."""
    found_children: list[tuple[Resource, Field]] = []
    for one in sketch.contract.resources:
        by = reference_to(one, parent.name)
        if by is not None and by.name not in (one.owner, one.tenant):
            found_children.append((one, by))
    return found_children


def _number(resource: Resource, name: str) -> Field | None:
    field = find_field(resource, name) if name else None
    return field if field is not None and isinstance(field.kind, NUMBERS) else None


def _aggregate(
    sketch: Sketch, heard: Heard, match: re.Match[str], function: Function, name: str
) -> None:
    """A field of the parent, over a number of what belongs to it."""
    if _PER.match(heard.line, match.end()) or (
        match.groupdict().get("field") in ("per", "by") or _grouped(heard, match)
    ):
        return
    named = [one for _, one in mentions(sketch, heard)]
    rows = find_resource(sketch, name)
    for child in [*((rows,) if rows else ()), *named, *sketch.contract.resources]:
        field = _number(child, singular(name)) or _number(child, name)
        if field is None and child is rows:
            field = next((one for one in child.fields if one.name in _AMOUNTS), None)
        if field is None:
            continue
        parents = [
            one
            for one in sketch.contract.resources
            if any(each is child or each.name == child.name for each, _ in _children(sketch, one))
        ]
        wanted = [one for one in parents if one in named] or parents
        parent = next((one for one in wanted if one.name != _accounts(sketch)), None)
        by = reference_to(child, parent.name) if parent else None
        if parent is None or by is None:
            continue
        short = {"average": "average", "maximum": "highest", "minimum": "lowest"}[function]
        own = (
            field.name
            if field.name not in ("amount", "value", "score") or function == "average"
            else child.name
        )
        computed = Computed(
            identifier(f"{short}_{own}"),
            Aggregate(function, child.name, by.name, field.name),
            f"The {function} {spaced(field.name)} of its {spaced(child.plural)}.",
        )
        _put(sketch, heard, match, parent, computed)
        return


def _grouped(heard: Heard, match: re.Match[str]) -> bool:
    return _PER.search(heard.line[match.end() - 1 : match.end() + 12]) is not None


def _accounts(sketch: Sketch) -> str:
    return sketch.contract.accounts.resource if sketch.contract.accounts else ""


def _count(sketch: Sketch, heard: Heard, match: re.Match[str]) -> None:
    what = match["what"] or match["counted"] or ""
    child = find_resource(sketch, what)
    if child is None or what in _SKIPPED or _grouped(heard, match):
        return
    named = [one for _, one in mentions(sketch, heard) if one.name != child.name]
    parents = [
        one
        for one in sketch.contract.resources
        if (child, reference_to(child, one.name)) in _children(sketch, one)
    ]
    last = subject(sketch, heard, 0, match.start() or 1)
    order = [one for one in (*named, *((last,) if last else ()), *parents) if one in parents]
    parent = next((one for one in order if one.name != _accounts(sketch) or one in named), None)
    by = reference_to(child, parent.name) if parent else None
    if parent is None or by is None:
        return
    computed = Computed(
        identifier(f"{plural(child.name)}_count"),
        Aggregate("count", child.name, by.name),
        f"How many {spaced(child.plural)} it has.",
    )
    for name in (
        f"number_of_{child.plural}",
        f"{child.name}_count",
        child.plural,
        f"num_{child.plural}",
    ):
        if any(one.name == name for one in parent.fields) and len(parent.fields) > 1:
            parent = without(parent, name)
    sketch.put(parent)
    _put(sketch, heard, match, parent, computed)


def _put(
    sketch: Sketch, heard: Heard, match: re.Match[str], parent: Resource, computed: Computed
) -> None:
    done = computing(sketch.contract.resource(parent.name), computed)
    if done.sorted_by.removeprefix("-") not in done.sortable:
        done = msgspec.structs.replace(done, sorted_by="id")
    sketch.put(done)
    sketch.note(
        f"{heard.quote(*match.span())}: {spaced(parent.plural)} have {computed.name}, worked out "
        "by the server."
    )
    take(sketch, heard, *match.span())


def _product(sketch: Sketch, heard: Heard, match: re.Match[str]) -> None:
    """`quantity * price`: the total of a line, where both are its own."""
    for one in sketch.contract.resources:
        both = _said_factors(one, match) if match.groupdict().get("e") else factors(one)
        if both is None:
            continue
        computed = Computed(
            "line_total", Product(both), f"{spaced(both[0])} times {spaced(both[1])}."
        )
        if not any(each.name in ("line_total", "total") for each in one.computed):
            _put(sketch, heard, match, one, computed)
        take(sketch, heard, *match.span())
        return


def _said_factors(resource: Resource, match: re.Match[str]) -> tuple[str, str] | None:
    """Two numbers of a resource by the words for them: `jars times price per jar`."""
    first, second = _number(resource, match["e"]), _number(resource, match["f"])
    if first is None or second is None or first.name == second.name:
        return None
    return first.name, second.name


_LINES = ("item", "line", "position", "entry", "detail")


def _total(sketch: Sketch, heard: Heard, match: re.Match[str]) -> None:
    """`the total of an order`: over its lines; `total hours` over what belongs to it."""
    named = [one for _, one in mentions(sketch, heard)]
    kind = (match["kind"] or "").strip()
    what = find_resource(sketch, match["what"] or "") if match["what"] else None
    for parent in [*((what,) if what else ()), *named]:
        for child, by in _children(sketch, parent):
            child = sketch.contract.resource(child.name)
            numbers = [one.name for one in child.computed if isinstance(one.formula, Product)]
            line = child.name.rpartition("_")[2] in _LINES or child in named
            if not numbers and line and factors(child) is not None:
                _product(sketch, heard, match)
                child = sketch.contract.resource(child.name)
                numbers = [one.name for one in child.computed if isinstance(one.formula, Product)]
            sums = [
                one.name
                for one in child.fields
                if isinstance(one.kind, NUMBERS)
                and one.name.rpartition("_")[2]
                in (kind or "amount", "amount", "hours", "duration", "cost")
            ]
            chosen = next(iter([*numbers, *sums]), None)
            if chosen is None or not (line or child in named):
                continue
            name = "total" if numbers else identifier(f"total_{kind or chosen}")
            computed = Computed(
                name,
                Aggregate("sum", child.name, by.name, chosen),
                f"The sum of the {spaced(chosen)} of its {spaced(child.plural)}.",
            )
            parent = sketch.contract.resource(parent.name)
            for alike in ("total", "total_amount", "total_price", "amount"):
                if any(one.name == alike for one in parent.fields) and len(parent.fields) > 1:
                    parent = without(parent, alike)
            sketch.put(parent)
            _put(sketch, heard, match, parent, computed)
            return
