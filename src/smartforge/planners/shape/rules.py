"""Rules, transitions, computed fields and reports of a plan as those of a contract, and back."""

from collections.abc import Iterator
from typing import Literal, cast, get_args

from smartforge import contract
from smartforge.contract.names import quoted
from smartforge.planners.shape.models import FigureShape, ReportShape, RuleShape, TransitionShape
from smartforge.planners.shape.words import (
    Problems,
    called,
    kept,
    listed,
    named,
    optional,
    said_of,
    who,
    whole,
)

Function = Literal["count", "sum", "average", "minimum", "maximum"]
_WANTED = {
    "ordered": "the earlier field, then the later one",
    "different": "two references",
    "no_overlap": "the field of the start, then that of the end",
    "takes": "the reference, the field of the amount, and the number there that it is taken from",
    "adds": "the reference, the field of the amount, and the number there that it is added to",
}
_COUNTS = {"ordered": 2, "different": 2, "no_overlap": 2, "takes": 3, "adds": 3}


def drawn_rule(shape: RuleShape, problems: Problems) -> contract.Rule | None:
    here = f"the rule {shape.rule} of {quoted(shape.resource)}"
    fields = listed(shape.fields, here, problems)
    if len(fields) != _COUNTS.get(shape.rule, len(fields)):
        problems.append(f"{here}: its fields are {_WANTED[shape.rule]}")
        return None
    within = listed(shape.within, here, problems)
    match shape.rule:
        case "unique_together":
            return contract.UniqueTogether(fields)
        case "ordered":
            return contract.Ordered(fields[0], fields[1])
        case "different":
            return contract.Different(fields[0], fields[1])
        case "no_overlap":
            return contract.NoOverlap(fields[0], fields[1], within)
        case "at_most":
            return contract.AtMost(whole(shape.count, 1, f"{here}: count", problems), fields)
        case "takes":
            return contract.Adjusts(fields[0], fields[1], fields[2], taking=("",))
        case "adds":
            return contract.Adjusts(fields[0], fields[1], fields[2])


def shown_rules(resource: contract.Resource) -> Iterator[RuleShape]:
    """Those that a plan can say whole; the others are left out, and stay as they are."""
    for rule in resource.rules:
        shape = _shown_rule(resource.name, rule)
        if shape is not None and drawn_rule(shape, []) == rule:
            yield shape


def _shown_rule(name: str, rule: contract.Rule) -> RuleShape | None:
    match rule:
        case contract.UniqueTogether():
            return RuleShape(resource=name, rule="unique_together", fields=[*rule.fields])
        case contract.Ordered():
            return RuleShape(resource=name, rule="ordered", fields=[rule.earlier, rule.later])
        case contract.Different():
            return RuleShape(resource=name, rule="different", fields=[rule.first, rule.second])
        case contract.NoOverlap():
            fields = [rule.start, rule.end]
            return RuleShape(resource=name, rule="no_overlap", fields=fields, within=[*rule.within])
        case contract.AtMost():
            count = str(rule.count)
            return RuleShape(resource=name, rule="at_most", fields=[*rule.fields], count=count)
        case contract.Adjusts():
            fields = [rule.reference, rule.amount, rule.field]
            verb = "takes" if rule.takes else "adds"
            return RuleShape(resource=name, rule=verb, fields=fields)
        case _:
            return None


# ---- transitions ------------------------------------------------------------------------------


def drawn_transition(
    shape: TransitionShape, roles: tuple[str, ...], problems: Problems
) -> contract.Transition:
    here = f"the transition {quoted(shape.name)} of {quoted(shape.resource)}"
    return contract.Transition(
        name=named(shape.name, here, problems),
        field=named(shape.field, here, problems),
        target=_state(shape.target),
        sources=tuple(map(_state, shape.sources)),
        stamp=optional(shape.stamp, here, problems),
        access=who(shape.by, roles),
    )


def _state(text: str) -> str | bool:
    word = text.strip()
    return {"true": True, "false": False}.get(word.lower(), word)


def _text(state: str | bool) -> str:
    return str(state).lower() if isinstance(state, bool) else state


def shown_transitions(resource: contract.Resource) -> Iterator[TransitionShape]:
    for one in resource.transitions:
        yield TransitionShape(
            resource=resource.name,
            name=one.name,
            field=one.field,
            sources=[_text(state) for state in one.sources],
            target=_text(one.target),
            stamp=one.stamp,
            by=said_of(one.access),
        )


# ---- figures ----------------------------------------------------------------------------------


def drawn_figure(shape: FigureShape, problems: Problems) -> contract.Computed | None:
    here = f"the computed field {quoted(shape.name)} of {quoted(shape.resource)}"
    name, function = named(shape.name, here, problems), shape.function.strip().lower()
    fields = listed(shape.fields, here, problems)
    if function == "product":
        return contract.Computed(name, contract.Product(fields))
    if function not in get_args(Function):
        known = ", ".join(get_args(Function))
        problems.append(f"{here}: {quoted(function)} is none of {known}, product")
        return None
    of = kept(shape.of, here, problems)
    via = named(shape.via or f"{called(shape.resource)}_id", here, problems)
    return contract.Computed(
        name, contract.Aggregate(cast(Function, function), of, via, *fields[:1])
    )


def shown_figures(resource: contract.Resource) -> Iterator[FigureShape]:
    for one in resource.computed:
        match one.formula:
            case contract.Aggregate() as formula:
                yield FigureShape(
                    resource=resource.name,
                    name=one.name,
                    function=formula.function,
                    of=formula.resource,
                    via=formula.by,
                    fields=[formula.field] if formula.field else [],
                )
            case contract.Product() as formula:
                yield FigureShape(
                    resource=resource.name,
                    name=one.name,
                    function="product",
                    fields=[*formula.factors],
                )
            case _:
                pass


# ---- reports ----------------------------------------------------------------------------------


def drawn_report(shape: ReportShape, roles: tuple[str, ...], problems: Problems) -> contract.Report:
    here = f"the report {quoted(shape.name)} of {quoted(shape.resource)}"
    period = shape.period.strip().lower()
    if period not in get_args(contract.Period):
        known = ", ".join(get_args(contract.Period)[1:])
        problems.append(f"{here}: {quoted(shape.period)} is none of {known}")
        period = ""
    return contract.Report(
        name=named(shape.name, here, problems),
        group=shape.group.strip(),
        period=cast(contract.Period, period),
        field=optional(shape.field, here, problems),
        access=who(shape.by, roles),
    )


def shown_reports(resource: contract.Resource) -> Iterator[ReportShape]:
    for one in resource.reports:
        yield ReportShape(
            resource=resource.name,
            name=one.name,
            group=one.group,
            period=one.period,
            field=one.field,
            by=said_of(one.access),
        )
