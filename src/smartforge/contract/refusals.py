"""The refusals that each operation promises, by status: who is turned away, and when."""

from smartforge.contract.access import Access
from smartforge.contract.fields import Code, Field, Reference, Slug
from smartforge.contract.hiding import hanging
from smartforge.contract.idempotency import needs_key, takes_key
from smartforge.contract.operations import Operation
from smartforge.contract.resources import Contract, Resource
from smartforge.contract.rules import (
    Adjusts,
    AtMost,
    Different,
    NoOverlap,
    OneOpen,
    Ordered,
    Rule,
    UniqueTogether,
)
from smartforge.contract.versions import needs_version, takes_version

_WITHOUT_INPUT = frozenset({"health", "list_api_keys", "logout", "me", "redirect"})
# What API keys are not enough for.
_BY_LOGIN = frozenset({"logout", "change_password", "create_api_key", "delete_api_key"})
_OF_ONE_ROW = frozenset(
    {
        *("read", "update", "delete", "nested", "transition", "mark", "unmark", "content"),
        *("set_role", "restore", "history"),
    }
)
_OF_OWN_ROW = _OF_ONE_ROW - {"nested", "set_role"}


def refusals(contract: Contract, operation: Operation) -> tuple[int, ...]:
    """The statuses from 400 that `operation` promises, in ascending order."""
    role = operation.role
    found = {
        400: needs_key(contract, operation),
        401: operation.access.secured or role in ("login", "refresh"),
        403: _forbids(contract, operation),
        404: _misses(contract, operation),
        409: takes_key(contract, operation) or _conflicts(contract, operation),
        412: takes_version(contract, operation),
        413: _uploads(contract, operation),
        415: _uploads(contract, operation, typed=True),
        422: role not in _WITHOUT_INPUT,
        428: needs_version(contract, operation),
        429: limited(contract, operation),
    }
    return tuple(status for status, applies in found.items() if applies)


def _misses(contract: Contract, operation: Operation) -> bool:
    if operation.role == "custom":
        custom = contract.custom(operation.subject)
        return custom.on_row or any(one.status == 404 for one in custom.examples)
    return operation.role in _OF_ONE_ROW or operation.role in ("redirect", "delete_api_key")


def limited(contract: Contract, operation: Operation) -> bool:
    """Whether so many requests may be too many."""
    if contract.rate_limit is not None:
        return operation.role != "health"
    logins = contract.accounts.login_limit if contract.accounts else None
    return operation.role == "login" and logins is not None


def takes_keys(contract: Contract, operation: Operation | None = None) -> bool:
    """Whether API keys stand for accounts; for an operation, whether they do there."""
    by_login = operation is not None and operation.role in _BY_LOGIN
    return contract.accounts is not None and contract.accounts.api_keys and not by_login


def takes_own(contract: Contract, operation: Operation) -> bool:
    """Whether it makes rows that may take from what is the caller's own alone."""
    if operation.role not in ("create", "bulk"):
        return False
    rules = contract.resource(operation.resource).rules
    return any(isinstance(rule, Adjusts) and rule.own for rule in rules)


def settable(field: Field, resource: Resource) -> bool:
    """Whether rows may differ in the field because of who creates them or what they send."""
    return field.on_creation or field.name in (resource.owner, resource.tenant)


def moved(resource: Resource) -> frozenset[str]:
    """The fields that transitions move."""
    return frozenset(transition.field for transition in resource.transitions)


def restricted(contract: Contract, resource: str) -> bool:
    """Whether rows elsewhere can keep a row of `resource` from being deleted.

    They also do where a row that would be deleted along with it is the one they hold on to.
    """
    deleted = [resource]
    for one in deleted:  # grows while it is read
        for other, field in contract.pointing_at(one):
            if not isinstance(field.kind, Reference):
                continue
            if field.kind.on_delete == "restrict":
                return True
            if field.kind.on_delete == "cascade" and other.name not in deleted:
                deleted.append(other.name)
    return False


def _forbids(contract: Contract, operation: Operation) -> bool:
    access = operation.access
    if access.who == "role" or operation.role == "change_password":
        return True
    if operation.role in _BY_LOGIN:
        return takes_keys(contract)
    if operation.role == "transition" and _bars_owner(contract, operation):
        return True
    if takes_own(contract, operation):
        return True
    if access.who != "owner" or not _is_of_own_row(contract, operation):
        return False
    return _seen_by_others(contract.resource(operation.resource).access.read, access)


def _is_of_own_row(contract: Contract, operation: Operation) -> bool:
    if operation.role == "custom":
        return contract.custom(operation.subject).on_row
    return operation.role in _OF_OWN_ROW


def _bars_owner(contract: Contract, operation: Operation) -> bool:
    moves = contract.resource(operation.resource).transitions
    return any(one.not_owner for one in moves if one.name == operation.subject)


def _seen_by_others(read: Access, access: Access) -> bool:
    """Whether somebody may read a row, but not use an operation of `access` on it."""
    if read.who not in ("owner", "role"):
        return True
    return bool(set(read.roles) - set(access.roles))


def _uploads(contract: Contract, operation: Operation, typed: bool = False) -> bool:
    if operation.role != "create":
        return False
    upload = contract.resource(operation.resource).upload
    return upload is not None and (not typed or bool(upload.types))


def _conflicts(contract: Contract, operation: Operation) -> bool:
    if operation.role in ("register", "create_api_key", "custom"):
        return True
    doing = ("create", "bulk", "clear", "update", "delete", "transition", "restore")
    if operation.role not in doing:
        return False
    resource = contract.resource(operation.resource)
    match operation.role:
        case "create" | "bulk":
            return _creation_conflicts(resource)
        case "update":
            return _update_conflicts(resource)
        case "delete" | "clear":
            return restricted(contract, resource.name)
        case "restore":
            return _restoring_conflicts(contract, resource)
        case _:
            return _transition_conflicts(resource, operation.subject)


def _creation_conflicts(resource: Resource) -> bool:
    unique = any(
        field.unique
        and settable(field, resource)
        and (field.name != resource.idempotent or resource.soft_delete)
        for field in resource.fields
        if not isinstance(field.kind, Slug | Code)
    )
    return unique or any(_bars_creation(resource, rule) for rule in resource.rules)


def _bars_creation(resource: Resource, rule: Rule) -> bool:
    match rule:
        case UniqueTogether() | NoOverlap() | Adjusts():
            return True
        case OneOpen():
            status = resource.field(rule.status)
            return status.on_creation or status.default in rule.open
        case AtMost():
            status = resource.field(rule.status) if rule.status else None
            return status is None or status.on_creation or status.default in rule.open
        case Ordered() | Different():
            return False


def _update_conflicts(resource: Resource) -> bool:
    changeable = {field.name for field in resource.fields if field.on_update}
    if changeable & moved(resource):
        return True
    if any(field.unique and field.on_update for field in resource.fields):
        return True
    return any(changeable & guarded(rule) for rule in resource.rules)


def _restoring_conflicts(contract: Contract, resource: Resource) -> bool:
    """What a row goes with may be gone, or another one may stand where it stood."""
    rules = any(isinstance(rule, NoOverlap | AtMost) for rule in resource.rules)
    return rules or any(hanging(contract, resource))


def guarded(rule: Rule) -> frozenset[str]:
    """The fields whose change can break the rule of which rows may stand side by side (409)."""
    match rule:
        case UniqueTogether():
            return frozenset(rule.fields)
        case NoOverlap():
            return frozenset({rule.start, rule.end, *rule.within, rule.status})
        case OneOpen():
            return frozenset({*rule.fields, rule.status})
        case AtMost():
            return frozenset({*rule.fields, rule.status} - {""})
        case Ordered() | Different() | Adjusts():
            return frozenset()


def _transition_conflicts(resource: Resource, name: str) -> bool:
    transition = next(one for one in resource.transitions if one.name == name)
    if transition.sources or transition.guarded:
        return True
    return any(transition.field in guarded(rule) for rule in resource.rules)
