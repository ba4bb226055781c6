"""What a contract needs of the modules that all resources share: nothing else is rendered."""

from typing import Any

from smartforge.contract import (
    Aggregate,
    Code,
    Contract,
    Date,
    Kind,
    Marked,
    OneOpen,
    Product,
    RateLimit,
    Reference,
    References,
    Slug,
    Text,
    TextList,
    Timestamp,
    UniqueTogether,
)
from smartforge.contract.hiding import hidden
from smartforge.contract.operations import operations
from smartforge.contract.refusals import refusals, restricted
from smartforge.targets.fastapi import customs, kinds, recipes
from smartforge.targets.fastapi.views import ResourceView

Views = tuple[ResourceView, ...]


def needs(contract: Contract, views: Views) -> dict[str, Any]:
    """What templates ask of the contract as a whole."""
    actions = {action for view in views for action in view.actions}
    tags = {_tag(field.kind) for one in contract.resources for field in one.fields}
    sent = [*recipes.taken(contract), *customs.taken(contract)]
    tags |= {_tag(field.kind) for field in sent}
    roles = {endpoint.role for view in views for endpoint in view.endpoints.all}
    reports = [report for view in views for report in view.reports.values()]
    listed = [one for one in contract.resources if "list" in one.actions]
    return {
        "actions": actions,
        "kinds": tags,
        "by_name": {view.resource.name: view for view in views},
        "statuses": {
            code for operation in operations(contract) for code in refusals(contract, operation)
        },
        "headers": bool(
            contract.accounts
            or contract.rate_limit
            or any(one.paging.bare for one in contract.resources)
            or "create" in actions
            or "redirect" in roles
        ),
        "lists": any(not one.paging.by_cursor for one in listed)
        or any(one.history for one in contract.resources),
        "cursors": any(one.paging.by_cursor for one in listed),
        "limits": limits(contract),
        "items": any(view.item for view in views) or _keyed(contract),
        "bare": any(one.paging.bare for one in contract.resources if roles & {"list", "nested"}),
        "bulk": any(one.bulk for one in contract.resources),
        "linked": any(one.self_url for one in contract.resources),
        "narrows": any(view.filters.shared or view.filters.chosen for view in views)
        or any(one.paging.by_cursor for one in listed)
        or any(field.nullable for field in customs.queried(contract)),
        "redirects": "redirect" in roles,
        "contents": "content" in roles,
        "idempotent": any(one.resource.idempotent and "create" in one.actions for one in views),
        "looks_into_lists": any(
            "holds(" in one.condition for view in views for one in view.filters.shared
        ),
        "periods": {key.expression.partition("(")[0] for report in reports for key in report.keys},
        **_rows(contract, views),
        **_values(contract, views),
    }


def _rows(contract: Contract, views: Views) -> dict[str, Any]:
    """What is needed to keep rows as they must be."""
    reaches = [
        one for view in views for one in (*view.endpoints.reaches, *view.endpoints.registered)
    ]
    moved = [
        view
        for view in views
        if view.endpoints.locked
        or any(one.matched for one in view.endpoints.all)
        or any(
            (one.sources or one.guarded) and view.endpoints.of("transition")
            for one in view.resource.transitions
        )
    ]
    tagged = [one for view in views for one in view.endpoints.all if one.tagged or one.matched]
    overlaps = [one for view in views for one in view.rules.locking]
    held = any(one.held for one in reaches) or any(
        view.hiding.hanging and view.resource.soft_delete for view in views
    )
    acting = any(one.on_row and one.method == "POST" for one in contract.customs)
    looking = any(_tag(field.kind) == "reference" for field in customs.taken(contract))
    locks = bool(moved) or held or any(one.lock_id for one in overlaps) or acting
    return {
        "visible": visible(contract, views),
        "single_reach": any(not one.link for one in reaches) or looking,
        "many_reach": any(one.link for one in reaches),
        "invalid": bool(reaches or contract.customs) or any(view.rules.orders for view in views),
        "conflicts": any(_may_conflict(contract, view) for view in views) or bool(contract.customs),
        "changes": any(view.endpoints.of("update", "transition", "custom") for view in views),
        "locks": locks,
        "held": held,
        "hides": bool(hidden(contract)),
        "versioned": any(view.resource.versioned for view in views),
        "version_required": any(view.resource.version_required for view in views),
        "versions_hashed": any(view.worked_out and view.resource.versioned for view in views),
        "versions_named": any(one.matched for one in tagged),
        "versions_shown": any(one.tagged and one.role != "create" for one in tagged),
        "version_roles": {one.role for one in tagged},
        "keyed": any(one.keyed for view in views for one in view.endpoints.all),
        "key_optional": any(
            one.keyed and not one.key_needed for view in views for one in view.endpoints.all
        ),
        "key_needed": any(one.key_needed for view in views for one in view.endpoints.all),
        "optional_lock": any(one.optional for one in overlaps),
        "table_locks": any(one.bulk for one in contract.resources)
        or any(not one.lock_id for one in overlaps)
        or any(isinstance(field.kind, Slug) for view in views for field in view.resource.fields),
        **_histories(views),
        "stamped": any(view.resource.stamped for view in views),
        "computed": any(view.table.computed for view in views),
    }


def _histories(views: Views) -> dict[str, Any]:
    """What is needed to write down what is done to rows."""
    kept = [view for view in views if view.trail.kept]
    return {
        "historic": bool(kept),
        "history_rows": {f"models.{view.names.row}" for view in kept},
        "history_of_tenants": any(view.endpoints.scope.then for view in kept),
        "history_seen_by_chiefs": any(view.endpoints.scope.chief for view in kept),
        "known_users": any(
            view.endpoints.scope.chief and not one.operation.access.secured
            for view in kept
            for one in view.endpoints.of("history")
        ),
        "named_changes": any(view.endpoints.of("transition") for view in kept),
    }


def limits(contract: Contract) -> dict[str, RateLimit]:
    """How often somebody may ask, by the names of the settings: `rate`, `login`."""
    logins = contract.accounts.login_limit if contract.accounts else None
    found = {"rate": contract.rate_limit, "login": logins}
    return {name: one for name, one in found.items() if one is not None}


def visible(contract: Contract, views: Views) -> list[ResourceView]:
    """The resources for which it has to be said which rows a caller may read."""
    asked = {one.readable for view in views for one in view.endpoints.reaches if one.readable}
    asked |= {
        f"readable_{contract.resource(field.kind.resource).plural}"
        for custom in contract.customs
        for field in custom.takes
        if isinstance(field.kind, Reference) and custom.access.secured
    }
    return [
        view
        for view in views
        if view.endpoints.visible
        and (
            f"readable_{view.resource.plural}" in asked
            or "_readable" in view.endpoints.finders
            or (view.resource.idempotent and "create" in view.actions)
        )
    ]


def _may_conflict(contract: Contract, view: ResourceView) -> bool:
    """Whether the database may refuse a row of the resource."""
    resource = view.resource
    return (
        any(
            field.unique or isinstance(field.kind, Reference | References | Slug | Code)
            for field in resource.fields
        )
        or any(isinstance(rule, UniqueTogether | OneOpen) for rule in resource.rules)
        or restricted(contract, resource.name)
    )


def _values(contract: Contract, views: Views) -> dict[str, Any]:
    """What is needed of types, on the wire and in the database."""
    fields = [field for one in contract.resources for field in one.fields]
    fields += [*recipes.taken(contract), *customs.taken(contract)]
    told = recipes.told(contract) | customs.told(contract)
    formulas = [one.formula for resource in contract.resources for one in resource.computed]
    functions = {one.function for one in formulas if isinstance(one, Aggregate)}
    reports = [report for view in views for report in view.reports.values()]
    figures = any(report.column for report in reports)
    ranged = {name for one in contract.resources for name in one.ranges}
    averages = figures or "average" in functions
    amounts = averages or any(isinstance(one, Product) for one in formulas)
    searched = any(one.searched for one in contract.resources)
    return {
        "readers": _readers(contract, views),
        "searched": searched,
        "storable": searched
        or contract.accounts is not None
        or any(
            isinstance(field.kind, Text | TextList) or _tag(field.kind) == "json"
            for field in fields
        ),
        "row_filters": any(view.filters.chosen for view in views),
        "dates": any(isinstance(field.kind, Date) for field in fields)
        or any("CalendarDate" in key.line for report in reports for key in report.keys),
        "moments": any(isinstance(field.kind, Timestamp) for field in fields)
        or bool(ranged & {"created_at", "updated_at"}),
        "counts": bool(reports or told & {"count", "counts"})
        or any(resource.upload for resource in contract.resources)
        or any(
            isinstance(one, Marked) or getattr(one, "function", "") == "count" for one in formulas
        ),
        "amounts": amounts
        or bool(told & {"number", "numbers"})
        or any("Amount" in line for view in views for line in view.computed),
        "averages": averages,
        "totals": figures or "sum" in functions,
        "exact": any(_tag(field.kind) == "decimal" for field in fields)
        or any(isinstance(one, Product) for one in formulas),
        "escaped": any(
            view.column(name) != name for view in views for name in view.resource.sortable
        ),
    }


def _readers(contract: Contract, views: Views) -> set[str]:
    """The validators that read values from the text of queries and forms."""
    found: set[str] = set()
    if _keyed(contract) or any(view.item or "list" in view.actions for view in views):
        found.add("DIGITS")
    for resource in contract.resources:
        for field in resource.fields:
            used = field.name in (*resource.filters, *resource.ranges)
            if used or (resource.upload and field.on_creation):
                found.add(kinds.from_text(field.kind))
                found |= {"DIGITS"} if isinstance(field.kind, References) else set()
    found |= {kinds.from_text(field.kind) for field in customs.queried(contract)}
    return found - {""}


def _keyed(contract: Contract) -> bool:
    """Whether accounts have API keys."""
    return contract.accounts is not None and contract.accounts.api_keys


def _tag(kind: Kind) -> str:
    return str(kind.__struct_config__.tag)
