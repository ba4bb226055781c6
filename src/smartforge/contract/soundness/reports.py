"""Reports: their groups can be told apart, their numbers summed up."""

from collections.abc import Iterator

from smartforge.contract.fields import Boolean, Choice, Date, Reference, Text, Timestamp
from smartforge.contract.names import quoted
from smartforge.contract.rules import Group, Report
from smartforge.contract.soundness.formulas import is_number
from smartforge.contract.soundness.places import NUMBERS, Place, name_problems, twice
from smartforge.contract.ways import MAX_STEPS, Way, way

GROUPS = (Choice, Text, Boolean, Reference)
GROUP_NUMBERS = ("count", "total", "average")
MAX_GROUPS = 4
MAX_TOP = 100


def report_problems(place: Place) -> Iterator[str]:
    for report in place.resource.reports:
        here = f"report {quoted(report.name)} of {place.here}"
        yield from name_problems(here, report.name)
        yield from _groups_problems(here, place, report)
        if report.field and not _is_number(place, report.field):
            yield f"{here}: {quoted(report.field)}, of which it tells the sum, is no number field"
        yield from _status_problems(here, place, report)
        if not 0 <= report.top <= MAX_TOP:
            yield f"{here}: the top {report.top} groups are not between 1 and {MAX_TOP}"
        elif report.top and not report.groups:
            yield f"{here}: without groups there is no top {report.top} of them"


def _groups_problems(here: str, place: Place, report: Report) -> Iterator[str]:
    groups = report.groups
    if report.period and not report.group:
        yield f"{here}: {report.period}s need a date or timestamp to group by"
    if len(groups) > MAX_GROUPS:
        yield f"{here}: {len(groups)} groups are more than the {MAX_GROUPS} that it may have"
    for group in groups:
        yield from _group_problems(here, place, group)
    for name in twice(group.name for group in groups):
        yield f"{here}: two of its groups would be called {quoted(name)}"


def _group_problems(here: str, place: Place, group: Group) -> Iterator[str]:
    found = _way(place, group.path)
    path = quoted(group.path)
    if found is None:
        yield f"{here}: {path} is no field, and no way of up to {MAX_STEPS} references to one"
        return
    kind = found.field.kind if found.field else None
    given = found.field is None and found.name in _given(found)
    if group.period and not (given or isinstance(kind, Date | Timestamp)):
        yield f"{here}: {path} is no date or timestamp, so it has no {group.period}s"
    elif not group.period and kind is None and not given:
        yield f"{here}: it groups by {path}, which is no field"
    elif not group.period and not isinstance(kind, GROUPS):
        yield (
            f"{here}: it groups by {path}, which is no choice, text, boolean or "
            "reference; dates and timestamps need a period"
        )
    elif group.name in GROUP_NUMBERS:
        yield f"{here}: {path} is also the name of a number that it tells"


def _status_problems(here: str, place: Place, report: Report) -> Iterator[str]:
    if not report.status:
        if report.among:
            yield f"{here}: {quoted(', '.join(report.among))} are values of no status"
        return
    found = _way(place, report.status)
    kind = found.field.kind if found and found.field else None
    if not isinstance(kind, Choice):
        yield f"{here}: the status {quoted(report.status)} is no choice field"
        return
    if not report.among:
        yield f"{here}: name the values of {quoted(report.status)} that count"
    for value in dict.fromkeys(report.among):
        if value not in kind.values:
            yield f"{here}: {quoted(value)} is no value of {quoted(report.status)}"


def _is_number(place: Place, path: str) -> bool:
    """A number or a product of the row's own, or a number at the end of a path."""
    if "." not in path:
        return is_number(place, path)
    found = _way(place, path)
    return found is not None and found.field is not None and isinstance(found.field.kind, NUMBERS)


def _way(place: Place, path: str) -> Way | None:
    return way(place.contract, place.resource, path)


def _given(found: Way) -> tuple[str, ...]:
    return ("created_at", "updated_at") if found.resource.stamped else ("created_at",)
