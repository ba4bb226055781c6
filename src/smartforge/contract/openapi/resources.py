"""The component schemas: what bodies and answers look like."""

from collections.abc import Iterable
from typing import Any

from smartforge.contract.fields import Field, Reference
from smartforge.contract.kinds import MAX_PASSWORD_LENGTH, MIN_PASSWORD_LENGTH
from smartforge.contract.names import class_name
from smartforge.contract.openapi.custom import custom_components
from smartforge.contract.openapi.hints import (
    answered_hints,
    computed_hints,
    rule_hints,
    sent_hints,
)
from smartforge.contract.openapi.parameters import MAX_OFFSET, cursor
from smartforge.contract.openapi.recipes import recipe_components
from smartforge.contract.openapi.schemas import (
    closed,
    computed_property,
    count,
    creation_property,
    field_property,
    field_schema,
    identity,
    moment,
    or_null,
    ref,
    unbounded,
)
from smartforge.contract.resources import Contract, Paging, Resource
from smartforge.contract.rules import Group, Report
from smartforge.contract.ways import way

Json = dict[str, Any]

MAX_REFRESH_TOKEN = 200
MAX_KEY_NAME = 100

# As FastAPI describes the file of a form.
FILE: Json = {"type": "string", "contentMediaType": "application/octet-stream"}


def component_schemas(contract: Contract) -> Json:
    """All that operations may refer to, by name; those that would be empty are left out."""
    schemas = _shared() | _of_history() | _of_accounts(contract)
    for resource in contract.resources:
        schemas |= _of_resource(contract, resource)
    for recipe in contract.recipes:
        schemas |= recipe_components(recipe)
    for custom in contract.customs:
        schemas |= custom_components(contract, custom)
    return {name: schema for name, schema in schemas.items() if schema["properties"]}


def report_name(resource: Resource, report: Report) -> str:
    """The name of the schema of a report's answer: `ExpenseTotalsReport`."""
    return f"{class_name(resource.name)}{class_name(report.name)}Report"


def takes_body(contract: Contract, resource: Resource) -> bool:
    """Whether there is anything that clients send when they create a row."""
    accounts = contract.accounts is not None and contract.accounts.resource == resource.name
    return accounts or resource.upload is not None or any(f.on_creation for f in resource.fields)


def _shared() -> Json:
    location = {"type": "array", "items": {"anyOf": [{"type": "string"}, {"type": "integer"}]}}
    return {
        "Health": closed({"status": {"type": "string", "enum": ["ok"]}}, ["status"]),
        "Problem": closed(
            {
                "type": {"type": "string"},
                "title": {"type": "string"},
                "status": {"type": "integer"},
                "detail": {"type": "string"},
                "errors": {"type": "array", "items": ref("ProblemError")},
            },
            ["type", "title", "status", "detail"],
        ),
        "ProblemError": closed(
            {"location": location, "message": {"type": "string"}}, ["location", "message"]
        ),
    }


def _of_history() -> Json:
    """What was done to rows: `changes` has the names of fields as they were then."""
    change: Json = {"before": {}, "after": {}}
    entry: Json = {
        "id": identity(),
        "action": {"type": "string"},
        "at": moment(),
        "by": or_null(identity()),
        "changes": {"type": "object", "additionalProperties": ref("ValueChange")},
    }
    return {
        "RecordedChanges": _page_of("RecordedChange", Paging()),
        "RecordedChange": closed(entry, list(entry)),
        "ValueChange": closed(change, list(change)),
    }


# ---- accounts ---------------------------------------------------------------------------------


def _of_accounts(contract: Contract) -> Json:
    accounts = contract.accounts
    if accounts is None:
        return {}
    resource = contract.resource(accounts.resource)
    login = resource.field(accounts.login[0])
    password: Json = {"type": "string", "minLength": 1, "maxLength": MAX_PASSWORD_LENGTH}
    token: Json = {
        "access_token": {"type": "string"},
        "token_type": {"type": "string", "enum": ["bearer"]},
    }
    credentials: Json = {login.name: field_property(login), "password": password}
    refresh: Json = {"refresh_token": _refresh_token()} if accounts.refresh else {}
    token |= {name: {"type": "string"} for name in refresh}
    change: Json = {"current_password": password, "new_password": _new_password()}
    return {
        "Registration": _registration(contract, resource),
        "Login": closed(credentials, list(credentials)),
        "Token": closed(token, list(token)),
        "Refresh": closed(refresh, list(refresh)),
        "PasswordChange": closed(change, list(change)),
        **_of_keys(),
    }


def _refresh_token() -> Json:
    return {"type": "string", "minLength": 1, "maxLength": MAX_REFRESH_TOKEN}


def _of_keys() -> Json:
    """API keys: what asks for one, one as it is shown once, and as it is listed."""
    name: Json = {"type": "string", "minLength": 1, "maxLength": MAX_KEY_NAME}
    text: Json = {"type": "string"}
    shown: Json = {"id": identity(), "name": name, "prefix": text}
    fresh = shown | {"key": text, "created_at": moment()}
    kept = shown | {"created_at": moment()}
    return {
        "KeyRequest": closed({"name": name}, ["name"]),
        "NewKey": closed(fresh, list(fresh)),
        "IssuedKey": closed(kept, list(kept)),
        "IssuedKeys": closed({"items": {"type": "array", "items": ref("IssuedKey")}}, ["items"]),
    }


def _registration(contract: Contract, resource: Resource) -> Json:
    properties, required = _sent(contract, resource.fields)
    properties["password"] = _new_password()
    required.append("password")
    tenant = tenant_of_accounts(contract)
    if tenant:
        name = f"{tenant.name}_name"
        properties[name] = field_schema(tenant.field("name").kind)
        required.append(name)
    return closed(properties, required)


def tenant_of_accounts(contract: Contract) -> Resource | None:
    """The resource whose rows are the tenants, where there are any."""
    accounts = contract.accounts
    if accounts is None or not accounts.tenant:
        return None
    kind = contract.resource(accounts.resource).field(accounts.tenant).kind
    return contract.resource(kind.resource) if isinstance(kind, Reference) else None


def _new_password() -> Json:
    return {
        "type": "string",
        "minLength": MIN_PASSWORD_LENGTH,
        "maxLength": MAX_PASSWORD_LENGTH,
    }


def _roles(contract: Contract, resource: Resource) -> tuple[str, ...]:
    """The roles that rows of `resource` may have."""
    accounts = contract.accounts
    return accounts.roles if accounts and accounts.resource == resource.name else ()


# ---- resources --------------------------------------------------------------------------------


def _of_resource(contract: Contract, resource: Resource) -> Json:
    name = class_name(resource.name)
    roles = _roles(contract, resource)
    schemas = {
        name: _answer(contract, resource),
        f"{name}Create": _create(contract, resource),
        f"{name}Update": _update(contract, resource),
        f"{name}Page": _page_of(name, resource.paging),
    }
    if resource.bulk:
        items: Json = {"type": "array", "items": ref(f"{name}Create"), "minItems": 1}
        items["maxItems"] = resource.bulk.max_items
        made: Json = {"type": "array", "items": ref(name)}
        schemas[f"{name}BulkCreate"] = closed({"items": items}, ["items"])
        schemas[f"{name}Bulk"] = closed({"items": made}, ["items"])
    if roles:
        role: Json = {"role": {"type": "string", "enum": list(roles)}}
        schemas[f"{name}NewRole"] = closed(role, ["role"])
    for report in resource.reports:
        group = f"{report_name(resource, report)}Group"
        listed: Json = {"items": {"type": "array", "items": ref(group)}}
        schemas[report_name(resource, report)] = closed(listed, ["items"])
        schemas[group] = _group(contract, resource, report)
    return schemas


def _answer(contract: Contract, resource: Resource) -> Json:
    properties: Json = {"id": identity()}
    properties |= {
        field.name: field_property(field) | answered_hints(contract, field)
        for field in resource.fields
    }
    roles = _roles(contract, resource)
    if roles:
        properties["role"] = {"type": "string", "enum": list(roles)}
    if resource.upload:
        properties |= {"filename": {"type": "string"}, "content_type": {"type": "string"}}
        properties["size"] = count()
    properties |= {
        one.name: computed_property(contract, one) | computed_hints(contract, one)
        for one in resource.computed
    }
    if resource.self_url:
        # Checks read the hint: where the value leads is more than a URL.
        properties[resource.self_url] = {"type": "string", "format": "uri", "x-self": True}
    properties["created_at"] = moment()
    if resource.stamped:
        properties["updated_at"] = moment()
    return closed(properties, list(properties)) | rule_hints(resource)


def _create(contract: Contract, resource: Resource) -> Json:
    properties, required = _sent(contract, resource.fields)
    if resource.upload:
        types: Json = (
            {"x-media-types": list(resource.upload.types)} if resource.upload.types else {}
        )
        properties = {"file": FILE | types} | properties
        required = ["file", *required]
    if contract.accounts and contract.accounts.resource == resource.name:
        properties["password"] = _new_password()
        required.append("password")
    roles = _roles(contract, resource)
    if roles:
        properties["role"] = {"type": "string", "enum": list(roles), "default": roles[0]}
    return closed(properties, required)


def _sent(contract: Contract, fields: Iterable[Field]) -> tuple[Json, list[str]]:
    """The properties that clients send on creation, and the names of those that they must."""
    sent = [field for field in fields if field.on_creation]
    properties = {
        field.name: creation_property(field) | sent_hints(contract, field) for field in sent
    }
    return properties, [field.name for field in sent if field.required]


def _update(contract: Contract, resource: Resource) -> Json:
    changed = [field for field in resource.fields if field.on_update]
    schema = closed(
        {field.name: field_property(field) | sent_hints(contract, field) for field in changed}, []
    )
    return schema | {"minProperties": 1}


def _page_of(schema: str, paging: Paging) -> Json:
    items: Json = {"type": "array", "items": ref(schema)}
    limit: Json = {"type": "integer", "minimum": 1, "maximum": paging.max_limit}
    if paging.by_cursor:
        properties: Json = {"items": items, "next_cursor": or_null(cursor()), "limit": limit}
        return closed(properties, list(properties))
    properties = {
        "items": items,
        "total": {"type": "integer", "minimum": 0},
        "limit": limit,
        "offset": {"type": "integer", "minimum": 0, "maximum": MAX_OFFSET},
    }
    return closed(properties, list(properties))


# ---- reports ----------------------------------------------------------------------------------

_PERIODS: dict[str, Json] = {
    "day": {"type": "string", "format": "date"},
    "week": {"type": "string", "minLength": 8, "maxLength": 8},
    "month": {"type": "string", "minLength": 7, "maxLength": 7},
    "quarter": {"type": "string", "minLength": 7, "maxLength": 7},
    "year": {"type": "string", "minLength": 4, "maxLength": 4},
}


def _group(contract: Contract, resource: Resource, report: Report) -> Json:
    properties: Json = {one.name: _key(contract, resource, one) for one in report.groups}
    properties["count"] = count()
    if report.field:
        summed = way(contract, resource, report.field)
        assert summed, "soundness: a path leads to a number"
        properties["total"] = unbounded(summed.resource, summed.name)
        properties["average"] = or_null({"type": "number"})
    return closed(properties, list(properties))


def _key(contract: Contract, resource: Resource, group: Group) -> Json:
    """What all rows of a group have in common; null where they hold nothing there."""
    found = way(contract, resource, group.path)
    assert found, "soundness: groups are fields"
    if group.period:
        schema = dict(_PERIODS[group.period])
    else:
        schema = field_schema(found.resource.field(found.name).kind)
    return or_null(schema) if found.nullable else schema
