"""Names that would meet in a path, a file, a table, a schema or an operation id."""

import re
from collections.abc import Iterator

from smartforge.contract import reserved
from smartforge.contract.names import class_name, quoted, squeezed
from smartforge.contract.openapi.custom import custom_schemas
from smartforge.contract.openapi.recipes import recipe_schemas
from smartforge.contract.openapi.resources import report_name
from smartforge.contract.operations import Operation, served
from smartforge.contract.resources import Contract, Resource

SHARED_SCHEMAS = ("Health", "Problem", "ProblemError")
ACCOUNT_SCHEMAS = ("Registration", "Login", "Token", "Refresh", "PasswordChange")
HISTORY_SCHEMAS = ("RecordedChanges", "RecordedChange", "ValueChange")
KEY_SCHEMAS = ("KeyRequest", "NewKey", "IssuedKey", "IssuedKeys")

_PARAMETER = re.compile(r"\{[^}]*\}")


def schema_names(resource: Resource) -> tuple[str, ...]:
    """The names of the component schemas that may be made for a resource."""
    name = class_name(resource.name)
    plain = (name, f"{name}Create", f"{name}Update", f"{name}Page", f"{name}NewRole")
    if resource.bulk:
        plain = (*plain, f"{name}BulkCreate", f"{name}Bulk")
    reports = [report_name(resource, report) for report in resource.reports]
    return (*plain, *reports, *(f"{report}Group" for report in reports))


def collisions(contract: Contract) -> Iterator[str]:
    yield from _of_resources(contract)
    yield from _of_operations(contract)


def _of_resources(contract: Contract) -> Iterator[str]:
    resources = contract.resources
    shared = (*SHARED_SCHEMAS, *(ACCOUNT_SCHEMAS if contract.accounts else ()))
    shared += KEY_SCHEMAS if contract.accounts and contract.accounts.api_keys else ()
    shared += HISTORY_SCHEMAS if any(one.history for one in resources) else ()
    spellings: dict[str, int] = {}
    shared += tuple(name for one in contract.recipes for name in recipe_schemas(one))
    shared += tuple(name for one in contract.customs for name in custom_schemas(one) if name)
    schemas: dict[str, int] = {squeezed(name): -1 for name in shared}
    for place, resource in enumerate(resources):
        for name in dict.fromkeys((squeezed(resource.name), squeezed(resource.plural))):
            other = spellings.setdefault(name, place)
            if other != place:
                yield _collision(resources[other], resource)
                break
        else:
            for schema in schema_names(resource):
                other = schemas.setdefault(squeezed(schema), place)
                if other not in (place, -1):
                    yield _collision(resources[other], resource)
                    break
                if other == -1 and resource.name not in reserved.RESOURCES:
                    yield f"resource {quoted(resource.name)}: the schema {schema} is taken"


def _collision(first: Resource, second: Resource) -> str:
    return f"the resources {quoted(first.name)} and {quoted(second.name)} would get the same names"


def _of_operations(contract: Contract) -> Iterator[str]:
    """Operations with the same id, or that answer the same requests."""
    ids: dict[str, Operation] = {}
    requests: dict[str, Operation] = {}
    for operation in served(contract):
        request = f"{operation.method} {_PARAMETER.sub('{}', operation.path)}"
        for first, what in (
            (ids.setdefault(squeezed(operation.id), operation), "the operation id"),
            (requests.setdefault(request, operation), "the request"),
        ):
            if first is operation or _told_elsewhere(first, operation):
                continue
            name = operation.id if what == "the operation id" else request
            yield (
                f"{what} {quoted(name, 120)} would be that of {_described(first)} and of "
                f"{_described(operation)}"
            )
            break


def _told_elsewhere(first: Operation, second: Operation) -> bool:
    """Resources of the same name, and two nested lists of one resource under another."""
    if first.role != second.role or first.subject != second.subject:
        return False
    return first.role == "nested" or (not first.subject and first.role != "redirect")


def _described(operation: Operation) -> str:
    subject = f" {quoted(operation.subject)}" if operation.subject else ""
    about = f" of {quoted(operation.resource)}" if operation.resource else ""
    return f"{operation.role.replace('_', ' ')}{subject}{about}"
