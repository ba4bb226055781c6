"""What a plan leaves unsaid, taken from the draft that it was made from."""

from smartforge.contract.names import snake
from smartforge.planners.shape.models import PlanShape, ResourceShape
from smartforge.planners.shape.words import called

_WHO = ("owner", "list_by", "create_by", "read_by", "update_by", "delete_by")
_LISTS = ("filters", "ranges", "search", "sort")
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
    for name in _BEHAVIOUR if lists else ():
        if not getattr(shape, name):
            there = {called(one.name) for one in shape.resources}
            about = getattr(draft, name)
            changes[name] = [one for one in about if not one.resource or one.resource in there]
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
