"""What a plan leaves unsaid, taken from the draft that it was made from."""

from collections.abc import Collection, Mapping

from smartforge.contract.names import snake
from smartforge.planners.shape.models import (
    FigureShape,
    OperationShape,
    PlanShape,
    ReportShape,
    ResourceShape,
    RuleShape,
    TransitionShape,
)
from smartforge.planners.shape.words import called

_WHO = ("owner", "list_by", "create_by", "read_by", "update_by", "delete_by")
_LISTS = ("filters", "ranges", "search", "sort")
Behaviour = RuleShape | TransitionShape | FigureShape | ReportShape | OperationShape
_BEHAVIOUR = ("rules", "transitions", "computed", "reports", "operations")


def filled(shape: PlanShape, draft: PlanShape, *, lists: bool) -> PlanShape:
    """`shape` with the accounts and rights of `draft` where it says nothing of them: nobody opens
    an API by leaving out a word. With `lists`, empty lists are those of `draft`, too.
    """
    known = {called(one.name): one for one in draft.resources}
    resources = [
        _resource(one, known[called(one.name)], lists=lists) if called(one.name) in known else one
        for one in shape.resources
    ]
    changes: dict[str, object] = {"resources": resources}
    if not shape.accounts.strip():
        changes |= {name: getattr(draft, name) for name in ("accounts", "login", "roles")}
    elif shape.accounts == draft.accounts:
        changes |= {
            name: getattr(draft, name) for name in ("login", "roles") if not getattr(shape, name)
        }
    members = {called(one.name): _members(one, shape) for one in resources}
    for name in _BEHAVIOUR if lists else ():
        if not getattr(shape, name):
            changes[name] = [one for one in getattr(draft, name) if _stands(one, members)]
    return shape.model_copy(update=changes)


def _resource(shape: ResourceShape, draft: ResourceShape, *, lists: bool) -> ResourceShape:
    changes: dict[str, object] = {
        name: getattr(draft, name) for name in _WHO if not getattr(shape, name).strip()
    }
    names = {snake(field.name) for field in shape.fields} | {"id", "created_at"}
    for name in _LISTS if lists else ():
        if not getattr(shape, name):
            changes[name] = [one for one in getattr(draft, name) if one in names]
    return shape.model_copy(update=changes)


def _members(resource: ResourceShape, shape: PlanShape) -> set[str]:
    own = called(resource.name)
    figures = (one.name for one in shape.computed if called(one.resource) == own)
    return {snake(name) for name in (*(field.name for field in resource.fields), *figures)}


def _stands(one: Behaviour, members: Mapping[str, Collection[str]]) -> bool:
    """Whether all that it is about is there under the same names: a plan may well have renamed
    it, and what it says of that itself is what counts."""
    about = {called(one.resource)} if one.resource else set[str]()
    match one:
        case RuleShape():
            # The last field of `takes` and `adds` is one of the other row.
            own = one.fields[:2] if one.rule in ("takes", "adds") else one.fields
            fields = [*own, *one.within]
        case TransitionShape():
            fields = [one.field, one.stamp]
        case ReportShape():
            fields = [one.group, one.field]
        case FigureShape():
            about |= {called(one.of)} if one.of else set()
            fields = one.fields if not one.of else []
            if one.of and not {one.via, *one.fields} - {""} <= {*members.get(called(one.of), ())}:
                return False
        case OperationShape():
            about |= {called(name) for name in (one.shows, *_given(one)) if name}
            fields = []
    known = {*members.get(called(one.resource), ()), "id", "created_at", ""}
    return about <= {*members} and known.issuperset(fields)


def _given(one: OperationShape) -> list[str]:
    return [given.resource for example in one.examples for given in example.given]
