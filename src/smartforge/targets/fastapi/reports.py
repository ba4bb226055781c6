"""Reports: how rows are put into groups, and what is told of each group."""

import msgspec

from smartforge.contract import Field, Report, Resource, Timestamp
from smartforge.contract.names import class_name
from smartforge.targets.fastapi import naming
from smartforge.targets.fastapi.columns import Names, named, number_type

# The functions of `app.reports`.
PERIODS = frozenset({"day_of_dates", "day_of_moments", "month_of_dates", "month_of_moments"})


class ReportView(msgspec.Struct, frozen=True):
    """One report. `label` is the attribute that holds a group's value, empty without groups.

    `key` is the expression that groups, `key_line` the value's line in the schema `group`.
    `column` is what is summed up, empty where rows are only counted.
    """

    name: str
    answer: str
    group: str
    label: str
    key: str
    key_line: str
    column: str
    total_type: str


def report_views(resource: Resource, types: dict[str, str], names: Names) -> dict[str, ReportView]:
    """Every report of the resource by its name; `types` are those of its fields."""
    return {report.name: _report(resource, report, types, names) for report in resource.reports}


def _report(resource: Resource, report: Report, types: dict[str, str], names: Names) -> ReportView:
    own = names[resource.name]
    answer = f"{own.answer}{class_name(report.name)}Report"
    field = next((one for one in resource.fields if one.name == report.group), None)
    label, line = _label(report, field, types)
    return ReportView(
        name=report.name,
        answer=answer,
        group=f"{answer}Group",
        label=label,
        key=_key(report, field, own.row),
        key_line=line,
        column=f"models.{own.row}.{named(resource, report.field)}" if report.field else "",
        total_type=number_type(resource, report.field) if report.field else "",
    )


def _label(report: Report, field: Field | None, types: dict[str, str]) -> tuple[str, str]:
    if not report.group:
        return "", ""
    optional = " | None" if field and field.nullable else ""
    if report.period == "day":
        return "day", f"day: CalendarDate{optional}"
    if report.period == "month":
        return "month", f"month: Annotated[str, Field(min_length=7, max_length=7)]{optional}"
    assert field, "soundness: groups are fields"
    attribute = naming.attribute(field)
    renamed = f' = Field(serialization_alias="{field.name}")' if attribute != field.name else ""
    return attribute, f"{attribute}: {types[field.name]}{optional}{renamed}"


def _key(report: Report, field: Field | None, row: str) -> str:
    if not report.group:
        return ""
    column = f"models.{row}.{naming.attribute(field) if field else report.group}"
    if not report.period:
        return column
    moment = field is None or isinstance(field.kind, Timestamp)
    kind = "moments" if moment else "dates"
    return f"{report.period}_of_{kind}(db, {column})"
