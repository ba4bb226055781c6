"""Reports in the tests: what each must tell, worked out of the rows that were made."""

from collections.abc import Iterator
from typing import Any

from smartforge.contract import Group, Product, Reference, Report
from smartforge.contract.names import kebab
from smartforge.contract.ways import way
from smartforge.targets.fastapi.judge.subject import Subject
from smartforge.targets.fastapi.literals import python


def reports(subject: Subject) -> Iterator[dict[str, Any]]:
    for report in subject.resource.reports:
        caller = subject.caller(report.access)
        if caller is None or not subject.makes or not _is_known(subject, report):
            continue
        paths = [*(one.path for one in report.groups), report.field, report.status]
        among = f"{_value(subject, report.status)} in {python(list(report.among))}"
        fixtures = [name for path in paths if path for name in _fixtures(subject, path)]
        yield {
            "name": report.name,
            "caller": caller.fixture,
            "args": subject.args("create", caller.fixture, "new", fixtures),
            "path": f"{subject.resource.path}/{kebab(report.name)}",
            "groups": [(one.name, _key(subject, one)) for one in report.groups],
            "periods": any(one.period for one in report.groups),
            "number": _value(subject, report.field) if report.field else "",
            "among": among if report.status else "",
            "reaches": any("." in path for path in paths),
            "top": report.top,
        }


def _is_known(subject: Subject, report: Report) -> bool:
    """Whether the answers to the tests tell all that is summed up and looked at."""
    paths = [one for one in (*(one.path for one in report.groups), report.status) if "." in one]
    numbers = [report.field] if report.field else []
    for computed in subject.resource.computed:
        if computed.name == report.field and isinstance(computed.formula, Product):
            numbers = list(computed.formula.factors)
    return all(_is_filled(subject, path) for path in (*paths, *numbers))


def _is_filled(subject: Subject, path: str) -> bool:
    *steps, name = path.split(".")
    for step in steps:
        kind = subject.resource.field(step).kind
        if subject.bodies.rows[0].get(step) is None or not isinstance(kind, Reference):
            return False
        subject = subject.subject(kind.resource)
        if subject.is_account or not subject.makes:
            return False
    field = subject.field(name)
    # What the server fills in stands in the answer to what was made.
    given = field is None or (not field.on_creation and (bool(steps) or field.default is not None))
    return given or subject.bodies.rows[0].get(name) is not None


def _fixtures(subject: Subject, path: str) -> Iterator[str]:
    """Those with the rows that the path leads through."""
    found = way(subject.contract, subject.resource, path)
    for _, reference in found.steps if found else ():
        if isinstance(reference.kind, Reference):
            yield subject.fixture_for(reference.kind.resource)


def _value(subject: Subject, path: str) -> str:
    """An expression for what a `row` holds at the end of the path."""
    first, *names = path.split(".")
    value = f"row[{python(first)}]"
    for fixture, name in zip(_fixtures(subject, path), names, strict=True):
        value = f"reached({fixture}, {value}, {python(name)})"
    return value


def _key(subject: Subject, group: Group) -> str:
    value = _value(subject, group.path)
    return f"period({value}, {python(group.period)})" if group.period else value
