"""Who something is given to: `tickets can be assigned to someone`."""

import re

import msgspec

from smartforge.contract import Field, Reference, Text
from smartforge.contract.names import singular
from smartforge.contract.reserved import word_set
from smartforge.planners.offline.features.changes import added, having
from smartforge.planners.offline.features.finding import find_resource, reference_to, subject
from smartforge.planners.offline.features.heard import found, tell
from smartforge.planners.offline.parents import usual
from smartforge.planners.offline.sketch import Sketch
from smartforge.planners.offline.statements.vocabulary import people

_ASSIGNED = re.compile(
    r"\b(?:(?:can|may|could|should|must) be|is|are|gets?|get to be) assigned to"
    r"(?: (?:a|an|the|one|another|some|exactly))* (?P<who>[a-z_]+)"
    r"|\bassign(?:ed|s|ing)?(?: (?:a|an|the|each|them|it|[a-z]+s))? to"
    r"(?: (?:a|an|the|one|another|some))* (?P<whom>someone|somebody|people|users?|members?"
    r"|agents?)"
)

_ANYBODY = word_set("person people user member someone somebody agent employee staff")


def read_assignees(sketch: Sketch) -> None:
    """An optional assignee: an account or a row that is kept, else a name."""
    for heard, match in found(sketch, _ASSIGNED):
        resource = subject(sketch, heard, *match.span())
        if resource is None:
            continue
        accounts = sketch.contract.accounts
        target = find_resource(sketch, match["who"] or match["whom"] or "")
        if target is None and accounts is not None:
            target = sketch.contract.resource(accounts.resource)
        names = {one.name for one in resource.fields}
        known = names & {"assignee", "assignee_id", "assigned_to", _called(match["who"] or "")}
        linked = reference_to(resource, target.name) if target else None
        if known or (linked is not None and linked.name != resource.owner):
            tell(sketch, heard, match, "it is kept with each.")
            continue
        if target is not None and target.name != resource.name:
            kind = Reference(target.name, on_delete="clear", nested=False)
            field = Field("assignee_id", kind, required=False)
        else:
            field = Field(_called(match["who"] or ""), Text(0, 200), required=False)
        filters = added(resource.filters, [field.name])
        sketch.put(msgspec.structs.replace(having(resource, field), filters=filters))
        tell(sketch, heard, match, f"{field.name} says to whom.")


def _called(who: str) -> str:
    """`technician` of `assigned to a technician`; `assignee` for anybody."""
    one = singular(who)
    known = one in {*people().ranks, *usual().aside} - _ANYBODY
    return one if known else "assignee"
