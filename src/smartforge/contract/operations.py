"""Every operation that a contract promises, in the order in which documents show them."""

from collections.abc import Iterator
from typing import Literal

import msgspec

from smartforge.contract.access import Access, Accounts
from smartforge.contract.custom import Custom
from smartforge.contract.fields import Reference
from smartforge.contract.names import kebab, spaced
from smartforge.contract.recipes import FORMS
from smartforge.contract.resources import Action, Contract, Resource

Method = Literal["GET", "POST", "PUT", "PATCH", "DELETE"]

Role = Literal[
    "health",
    "register",
    "login",
    "refresh",
    "logout",
    "me",
    "change_password",
    "create_api_key",
    "list_api_keys",
    "delete_api_key",
    "list",
    "create",
    "clear",
    "bulk",
    "read",
    "update",
    "delete",
    "nested",
    "transition",
    "mark",
    "unmark",
    "restore",
    "history",
    "report",
    "content",
    "set_role",
    "redirect",
    "recipe",
    "custom",
]

_METHODS: dict[str, Method] = {
    "list": "GET",
    "create": "POST",
    "clear": "DELETE",
    "read": "GET",
    "update": "PATCH",
    "delete": "DELETE",
}


class Operation(msgspec.Struct, frozen=True):
    """One method on one path. `id` is unique in the contract and a name in any language.

    `resource` is the one that it is about (empty for `health` and the accounts' own). `subject`
    names the transition, mark, report, recipe or custom operation; for `nested` it is the resource
    that is listed, and `via` its reference field.
    """

    id: str
    role: Role
    method: Method
    path: str
    summary: str
    access: Access = Access()
    resource: str = ""
    subject: str = ""
    via: str = ""


def operations(contract: Contract) -> tuple[Operation, ...]:
    """All of them: health, accounts, then resource by resource. Where two paths could match the
    same request, the one without a parameter there comes first.

    They are worked out once for each contract, which never changes.
    """
    known: dict[str, tuple[Operation, ...]] = vars(contract)
    if "operations" not in known:
        known["operations"] = tuple(one for one in served(contract) if _is_made(contract, one))
    return known["operations"]


def served(contract: Contract) -> Iterator[Operation]:
    """All of them, and in their places those that answer 501, which nobody has written."""
    yield from _operations(contract)


def _is_made(contract: Contract, operation: Operation) -> bool:
    return operation.role != "custom" or contract.custom(operation.subject).made


def operation_count(contract: Contract) -> int:
    """How many there are, the one that tells of the project's health aside."""
    return len(operations(contract)) - 1


def nested_lists(contract: Contract, parent: Resource) -> Iterator[tuple[Resource, str]]:
    """The resources that are also listed under `parent`, each with its reference field."""
    for child, field in contract.pointing_at(parent.name):
        if isinstance(field.kind, Reference) and field.kind.nested and "list" in child.actions:
            yield child, field.name


def _operations(contract: Contract) -> Iterator[Operation]:
    yield Operation("health", "health", "GET", "/health", "Say that the API is up")
    if contract.accounts:
        yield from _of_accounts(contract.accounts)
    for resource in contract.resources:
        yield from _of_resource(contract, resource)
    for resource in contract.resources:
        if resource.redirect:
            name = spaced(resource.name)
            code = resource.redirect.code
            yield Operation(
                f"follow_{resource.name}",
                "redirect",
                "GET",
                f"/r/{{{code}}}",
                f"Go where {_a(name)} leads",
                resource=resource.name,
            )
    for recipe in contract.recipes:
        path, summary = f"/{kebab(recipe.name)}", FORMS[recipe.recipe].summary
        yield Operation(
            recipe.name, "recipe", "POST", path, summary, recipe.access, subject=recipe.name
        )
    for custom in contract.customs:
        if not custom.resource:
            yield _custom(custom, f"/{kebab(custom.name)}")


def _of_accounts(accounts: Accounts) -> Iterator[Operation]:
    user = Access("user")
    yield Operation("register", "register", "POST", "/auth/register", "Register an account")
    yield Operation("login", "login", "POST", "/auth/login", "Log in for a token")
    if accounts.refresh:
        yield Operation("refresh", "refresh", "POST", "/auth/refresh", "Get new tokens")
        yield Operation("logout", "logout", "POST", "/auth/logout", "Log out", user)
    yield Operation("get_me", "me", "GET", "/auth/me", "Get one's own account", user)
    if accounts.password_change:
        summary = "Change one's own password"
        yield Operation(
            "change_password", "change_password", "POST", "/auth/password", summary, user
        )
    if accounts.api_keys:
        yield from _of_keys()


def _of_keys() -> Iterator[Operation]:
    path, own = "/auth/api-keys", Access("owner")
    user = Access("user")
    yield Operation("list_api_keys", "list_api_keys", "GET", path, "List one's own API keys", own)
    yield Operation("create_api_key", "create_api_key", "POST", path, "Make an API key", user)
    item = f"{path}/{{api_key_id}}"
    yield Operation("delete_api_key", "delete_api_key", "DELETE", item, "Delete an API key", own)


def _of_resource(contract: Contract, resource: Resource) -> Iterator[Operation]:
    one, many = resource.name, resource.plural
    ids = {"list": f"list_{many}", "clear": f"clear_{many}", "read": f"get_{one}"}
    for action in ("list", "create", "clear"):
        if action in resource.actions:
            yield _standard(resource, action, ids.get(action, f"{action}_{one}"))
    if resource.bulk:
        yield Operation(
            f"bulk_create_{many}",
            "bulk",
            "POST",
            f"{resource.path}/bulk",
            f"Create many {spaced(many)} at once",
            resource.access.create,
            one,
        )
    for report in resource.reports:
        yield Operation(
            f"{report.name}_of_{many}",
            "report",
            "GET",
            f"{resource.path}/{kebab(report.name)}",
            f"{spaced(report.name).capitalize()} of {spaced(many)}",
            report.access,
            one,
            report.name,
        )
    own = [custom for custom in contract.customs if custom.resource == one]
    for custom in own:
        if not custom.on_row:
            yield _custom(custom, f"{resource.path}/{kebab(custom.name)}")
    for action in ("read", "update", "delete"):
        if action in resource.actions:
            yield _standard(resource, action, ids.get(action, f"{action}_{one}"))
    yield from _of_row(contract, resource)
    for custom in own:
        if custom.on_row:
            yield _custom(custom, f"{resource.item_path}/{kebab(custom.name)}")


def _custom(custom: Custom, path: str) -> Operation:
    return Operation(
        custom.name,
        "custom",
        custom.method,
        path,
        custom.summary,
        custom.access,
        custom.resource,
        custom.name,
    )


def _standard(
    resource: Resource,
    action: Action,
    operation_id: str,
) -> Operation:
    whole = action in ("list", "create", "clear")
    words = spaced(resource.plural if action in ("list", "clear") else resource.name)
    verb = {"read": "Get", "clear": "Delete all"}.get(action, action.capitalize())
    return Operation(
        operation_id,
        action,
        _METHODS[action],
        resource.collection_path if whole else resource.item_path,
        f"{verb} {words}",
        resource.access.of(action),
        resource.name,
    )


def _of_row(contract: Contract, resource: Resource) -> Iterator[Operation]:
    one, words, path = resource.name, spaced(resource.name), resource.item_path
    if resource.upload:
        access = resource.access.read
        summary = f"Download {words}"
        yield Operation(
            f"get_{one}_content", "content", "GET", f"{path}/content", summary, access, one
        )
    if contract.accounts and contract.accounts.resource == one and contract.accounts.roles:
        access = Access("role", contract.accounts.roles[-1:])
        summary = f"Give {words} another role"
        yield Operation(f"set_{one}_role", "set_role", "PUT", f"{path}/role", summary, access, one)
    if resource.soft_delete and "delete" in resource.actions:
        access = resource.access.delete
        summary = f"Restore {words}"
        yield Operation(
            f"restore_{one}", "restore", "POST", f"{path}/restore", summary, access, one
        )
    if resource.history:
        access = resource.access.read
        summary = f"Get {words} history"
        yield Operation(
            f"get_{one}_history", "history", "GET", f"{path}/history", summary, access, one
        )
    yield from _of_state(resource)
    for child, via in nested_lists(contract, resource):
        yield Operation(
            f"list_{one}_{child.plural}",
            "nested",
            "GET",
            f"{path}{child.segment}",
            f"List {spaced(child.plural)} of {_a(words)}",
            child.access.list,
            one,
            child.name,
            via,
        )


def _of_state(resource: Resource) -> Iterator[Operation]:
    """What changes the state of a row: transitions and marks."""
    one, words, path = resource.name, spaced(resource.name), resource.item_path
    for move in resource.transitions:
        summary = f"{spaced(move.name).capitalize()} {words}"
        yield Operation(
            f"{move.name}_{one}",
            "transition",
            "POST",
            f"{path}/{kebab(move.name)}",
            summary,
            move.access,
            one,
            move.name,
        )
    for mark in resource.marks:
        marked = f"{path}/{kebab(mark.name)}"
        verb = spaced(mark.name)
        yield Operation(
            f"{mark.name}_{one}",
            "mark",
            "POST",
            marked,
            f"{verb.capitalize()} {words}",
            mark.access,
            one,
            mark.name,
        )
        yield Operation(
            f"un{mark.name}_{one}",
            "unmark",
            "DELETE",
            marked,
            f"Take back: {verb} {words}",
            mark.access,
            one,
            mark.name,
        )


def _a(words: str) -> str:
    return f"{'an' if words[:1] in 'aeiou' else 'a'} {words}"
