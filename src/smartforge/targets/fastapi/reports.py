"""Reports: how rows are put into groups, and what is told of each group."""

from collections.abc import Iterator

import msgspec

from smartforge.contract import Contract, Group, Reference, Report, Resource, Timestamp
from smartforge.contract.names import class_name, shorten
from smartforge.contract.ways import Way, way
from smartforge.targets.fastapi import kinds, naming
from smartforge.targets.fastapi.columns import Names, named, number_type
from smartforge.targets.fastapi.literals import python

# The functions of `app.reports`.
PERIODS = frozenset(
    f"{period}_of_{kind}"
    for period in ("day", "week", "month", "quarter", "year")
    for kind in ("dates", "moments")
)
_LENGTHS = {"week": 8, "month": 7, "quarter": 7, "year": 4}
_ALIAS = 40  # code points


class KeyView(msgspec.Struct, frozen=True):
    """One thing that rows of a group have in common: the attribute `label` of the group's schema,
    its `line` there, and the `expression` that groups."""

    label: str
    line: str
    expression: str


class JoinView(msgspec.Struct, frozen=True):
    """A row that others belong to: `alias` stands for `row` in `app.models`, `on` joins it."""

    alias: str
    row: str
    on: str


class ReportView(msgspec.Struct, frozen=True):
    """One report. `column` is what is summed up, empty where rows are only counted.

    `conditions` are those of rows that count, `top` says how many groups are told, 0 for all.
    """

    name: str
    answer: str
    group: str
    keys: tuple[KeyView, ...]
    joins: tuple[JoinView, ...]
    column: str
    total_type: str
    conditions: tuple[str, ...]
    top: int


class _Columns:
    """The columns at the ends of paths from one resource, and the joins that they need."""

    def __init__(self, contract: Contract, resource: Resource, names: Names) -> None:
        self._contract, self._resource, self._names = contract, resource, names
        self._taken = {one.name for one in resource.fields}
        self._joins: dict[str, JoinView] = {}

    @property
    def joins(self) -> tuple[JoinView, ...]:
        return tuple(self._joins.values())

    def end(self, path: str) -> Way:
        found = way(self._contract, self._resource, path)
        assert found, "soundness: a path leads somewhere"
        return found

    def column(self, path: str) -> str:
        end = self.end(path)
        at = f"models.{self._names[self._resource.name].row}"
        through = ""
        for _, reference in end.steps:
            through += f".{reference.name}"
            if through not in self._joins:
                alias = self._alias(through)
                row = self._names[_target(reference.kind)].row
                on = f"{alias}.id == {at}.{naming.attribute(reference)}"
                self._joins[through] = JoinView(alias, f"models.{row}", on)
            at = self._joins[through].alias
        return f"{at}.{named(end.resource, end.name)}"

    def _alias(self, through: str) -> str:
        parts = [one.removesuffix("_id") for one in through[1:].split(".")]
        alias = f"{shorten('_'.join(parts), _ALIAS)}_row"
        while alias in self._taken:
            alias += "_"
        self._taken.add(alias)
        return alias


def _target(kind: object) -> str:
    assert isinstance(kind, Reference), "soundness: steps are references"
    return kind.resource


def report_views(
    contract: Contract, resource: Resource, types: dict[str, str], names: Names
) -> dict[str, ReportView]:
    """Every report of the resource by its name; `types` are those of its fields."""
    return {
        report.name: _report(contract, resource, report, types, names)
        for report in resource.reports
    }


def _report(
    contract: Contract, resource: Resource, report: Report, types: dict[str, str], names: Names
) -> ReportView:
    answer = f"{names[resource.name].answer}{class_name(report.name)}Report"
    columns = _Columns(contract, resource, names)
    keys = tuple(_key(columns, group, types) for group in report.groups)
    summed = columns.end(report.field) if report.field else None
    return ReportView(
        name=report.name,
        answer=answer,
        group=f"{answer}Group",
        keys=keys,
        column=columns.column(report.field) if report.field else "",
        total_type=number_type(summed.resource, summed.name) if summed else "",
        conditions=tuple(_conditions(columns, report)),
        joins=columns.joins,
        top=report.top,
    )


def _conditions(columns: _Columns, report: Report) -> Iterator[str]:
    if not report.status:
        return
    column = columns.column(report.status)
    if len(report.among) == 1:
        yield f"{column} == {python(report.among[0])}"
    else:
        yield f"{column}.in_([{', '.join(map(python, report.among))}])"


def _key(columns: _Columns, group: Group, types: dict[str, str]) -> KeyView:
    end, column = columns.end(group.path), columns.column(group.path)
    optional = " | None" if end.nullable else ""
    if group.period:
        moments = end.field is None or isinstance(end.field.kind, Timestamp)
        expression = f"{group.period}_of_{'moments' if moments else 'dates'}(db, {column})"
        return KeyView(group.name, f"{group.name}: {_period(group)}{optional}", expression)
    assert end.field, "soundness: groups are fields"
    plain = msgspec.structs.replace(end.field, description="")
    found = kinds.shared_type(plain) or kinds.own_type(plain)
    type_name = found if end.steps else types[end.name]
    attribute = naming.attribute(end.field)
    renamed = f' = Field(serialization_alias="{group.name}")' if attribute != group.name else ""
    return KeyView(attribute, f"{attribute}: {type_name}{optional}{renamed}", column)


def _period(group: Group) -> str:
    if group.period == "day":
        return "CalendarDate"
    length = _LENGTHS[group.period]
    return f"Annotated[str, Field(min_length={length}, max_length={length})]"
