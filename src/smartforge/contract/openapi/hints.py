"""What OpenAPI has no words for, as `x-...` members that checks read and no client needs.

Collections are named as in `x-references`: their path without the slash. A hint is the plain JSON
of the struct that it stands for, so that what is promised and what is proven is one thing.
"""

from typing import Any

import msgspec

from smartforge.contract.fields import Field, Reference, References
from smartforge.contract.idempotency import KEPT_HOURS
from smartforge.contract.openapi.parameters import filter_schema, range_schemas
from smartforge.contract.operations import Operation
from smartforge.contract.resources import Contract, Resource
from smartforge.contract.rules import Aggregate, Computed

Json = dict[str, Any]


def limit_hints(contract: Contract) -> Json:
    """Those of the whole document: how often somebody may ask, and try to log in."""
    logins = contract.accounts.login_limit if contract.accounts else None
    limits = {"x-rate-limit": contract.rate_limit, "x-login-limit": logins}
    return {name: _plain(one) for name, one in limits.items() if one is not None}


def rule_hints(resource: Resource) -> Json:
    """Those of the answer schema: every rule of the resource, its tag included."""
    rules = [_plain(rule) for rule in resource.rules]
    if resource.versioned:
        rules.append({"type": "versioned", "required": resource.version_required})
    if resource.idempotency:
        kept = {"type": "idempotency", "hours": KEPT_HOURS}
        rules.append(kept | _plain(resource.idempotency))
    return {"x-rules": rules} if rules else {}


def sent_hints(contract: Contract, field: Field) -> Json:
    """Those of a property that clients write: uniqueness, and where a reference points."""
    found: Json = {"x-unique": True} if field.unique else {}
    if isinstance(field.kind, Reference | References):
        found["x-references"] = _collection(contract, field.kind.resource)
    return found


def answered_hints(contract: Contract, field: Field) -> Json:
    """Those of a property of the answer: what becomes of the row when the other is deleted."""
    if not isinstance(field.kind, Reference):
        return {}
    target = _collection(contract, field.kind.resource)
    return {"x-on-delete": {"action": field.kind.on_delete, "collection": target}}


def computed_hints(contract: Contract, computed: Computed) -> Json:
    formula = _plain(computed.formula)
    if isinstance(computed.formula, Aggregate):
        formula["collection"] = _collection(contract, computed.formula.resource)
    return {"x-computed": formula}


def operation_hints(contract: Contract, operation: Operation) -> Json:
    """Those of an operation: what it does beyond what its request and answers look like."""
    if not operation.resource:
        return {}
    resource = contract.resource(operation.resource)
    match operation.role:
        case "transition":
            move = next(one for one in resource.transitions if one.name == operation.subject)
            return {"x-transition": _without_access(move)}
        case "restore":
            return {"x-restore": True}
        case "history":
            return {"x-history": True}
        case "mark":
            return {"x-mark": operation.subject}
        case "report":
            report = next(one for one in resource.reports if one.name == operation.subject)
            return {"x-report": _plain(report)} | _narrowing(resource)
        case "redirect" if resource.redirect:
            where = {"collection": _collection(contract, resource.name)}
            return {"x-redirect": _plain(resource.redirect) | where}
        case "create":
            found: Json = {"x-idempotent": resource.idempotent} if resource.idempotent else {}
            return found | ({"x-upload": _plain(resource.upload)} if resource.upload else {})
        case "list":
            told: Json = {"x-list": {"sorted_by": resource.sorted_by}} | _narrowing(resource)
            by_cursor = resource.paging.by_cursor
            return told | ({"x-cursor": {"nulls": "last"}} if by_cursor else {})
        case _:
            return {}


def _narrowing(resource: Resource) -> Json:
    """To which property each query parameter of filters and ranges belongs; what `q` looks at."""
    found: Json = {}
    filters = {next(iter(filter_schema(resource, name))): name for name in resource.filters}
    ranges = {end: name for name in resource.ranges for end in range_schemas(resource, name)}
    if filters:
        found["x-filters"] = filters
    if ranges:
        found["x-ranges"] = ranges
    if resource.searched:
        found["x-searched"] = list(resource.searched)
    return found


def _collection(contract: Contract, resource: str) -> str:
    return contract.resource(resource).path.removeprefix("/")


def _without_access(struct: msgspec.Struct) -> Json:
    """Who may stands beside it as `x-access`."""
    return {name: value for name, value in _plain(struct).items() if name != "access"}


def _plain(struct: msgspec.Struct) -> Json:
    # Tuples as lists, as they come out of JSON and YAML again.
    return msgspec.json.decode(msgspec.json.encode(struct))
