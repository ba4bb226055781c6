"""Paths and their operations, one for each entry of the one list of them."""

from typing import Any

from smartforge.contract.custom import Custom
from smartforge.contract.idempotency import HEADER, REPLAYED, key_schema, needs_key, takes_key
from smartforge.contract.names import class_name, spaced
from smartforge.contract.openapi.custom import (
    custom_hints,
    custom_parameters,
    custom_schemas,
    shown_body,
)
from smartforge.contract.openapi.hints import operation_hints
from smartforge.contract.openapi.parameters import (
    id_parameter,
    list_parameters,
    narrowing,
    page_parameters,
    path_parameter,
)
from smartforge.contract.openapi.recipes import recipe_hints, recipe_schemas
from smartforge.contract.openapi.resources import report_name, takes_body
from smartforge.contract.openapi.schemas import count, identity, ref
from smartforge.contract.operations import Operation, operations
from smartforge.contract.recipes import FORMS, Recipe
from smartforge.contract.refusals import refusals, takes_keys, takes_own
from smartforge.contract.resources import Contract, Resource
from smartforge.contract.rules import Report
from smartforge.contract.versions import shows_version, takes_version

Json = dict[str, Any]

_ON_A_ROW = frozenset(
    {
        *("read", "update", "delete", "transition", "mark", "unmark", "content", "set_role"),
        *("nested", "restore", "history"),
    }
)
_SAID = {
    400: "Idempotency-Key is missing",
    401: "No token, or one that is not valid",
    403: "Not allowed",
    404: "No such id",
    409: "It does not go with what is there",
    412: "It was changed meanwhile",
    413: "The file is too large",
    415: "Files of this type are not taken",
    422: "The request is not valid",
    428: "If-Match is missing",
    429: "Too many requests",
}
_DONE = {
    "update": "Updated",
    "read": "Found",
    "transition": "Done",
    "set_role": "Updated",
    "restore": "Restored",
}


def path_items(contract: Contract) -> Json:
    """The paths of the document, each with its methods, in the order of the operations."""
    paths: Json = {}
    for operation in operations(contract):
        item = paths.setdefault(operation.path, {})
        item[operation.method.lower()] = _operation(contract, operation)
    return paths


def _operation(contract: Contract, operation: Operation) -> Json:
    found: Json = {}
    tag = _tag(contract, operation)
    if tag:
        found["tags"] = [tag]
    found |= {"summary": operation.summary, "operationId": operation.id}
    if operation.access.secured:
        schemes = ["bearerAuth", *(["apiKeyAuth"] if takes_keys(contract, operation) else [])]
        found["security"] = [{scheme: []} for scheme in schemes]
        found["x-access"] = _access(contract, operation)
    if operation.role == "recipe":
        found |= recipe_hints(contract.recipe(operation.subject))
    if operation.role == "custom":
        found |= custom_hints(contract.custom(operation.subject))
    found |= operation_hints(contract, operation)
    parameters = _parameters(contract, operation)
    if parameters:
        found["parameters"] = parameters
    body = _body(contract, operation)
    if body:
        found["requestBody"] = body
    refused = {
        str(code): _refusal(contract, operation, code) for code in refusals(contract, operation)
    }
    answers = _tagged(contract, operation, _answers(contract, operation))
    found["responses"] = _replayable(contract, operation, answers) | refused
    return found


def report_of(contract: Contract, operation: Operation) -> Report:
    """The report that the operation tells."""
    reports = contract.resource(operation.resource).reports
    return next(one for one in reports if one.name == operation.subject)


def _access(contract: Contract, operation: Operation) -> Json:
    """Who may, as a hint for people and checks: OpenAPI has no words for owners and tenants."""
    found: Json = {"who": operation.access.who}
    if operation.access.roles:
        found["roles"] = list(operation.access.roles)
    if operation.resource and contract.resource(operation.resource).tenant:
        found["tenant"] = True
    return found


def _tag(contract: Contract, operation: Operation) -> str:
    if operation.resource:
        return spaced(contract.resource(operation.resource).plural)
    own = {"health": "", "recipe": "computations", "custom": "operations"}
    return own.get(operation.role, "auth")


def _parameters(contract: Contract, operation: Operation) -> list[Json]:
    if operation.role == "delete_api_key":
        return [path_parameter("api_key_id", identity())]
    own = contract.custom(operation.subject) if operation.role == "custom" else None
    if not operation.resource:
        return custom_parameters(own) if own else []
    resource = contract.resource(operation.resource)
    on_row = operation.role in _ON_A_ROW or (own is not None and own.on_row)
    found = [id_parameter(resource)] if on_row else []
    found += custom_parameters(own) if own else []
    match operation.role:
        case "list":
            found += list_parameters(resource)
        case "report":
            found += narrowing(resource)
        case "nested":
            found += list_parameters(contract.resource(operation.subject), operation.via)
        case "history":
            found += page_parameters()
        case "redirect" if resource.redirect:
            found.append(path_parameter(resource.redirect.code, {"type": "string"}))
        case _:
            pass
    return found + _preconditions(contract, operation) + _keys(contract, operation)


def _keys(contract: Contract, operation: Operation) -> list[Json]:
    """The header by which a request can be sent again."""
    if not takes_key(contract, operation):
        return []
    needed = needs_key(contract, operation)
    return [{"name": HEADER, "in": "header", "required": needed, "schema": key_schema()}]


def _preconditions(contract: Contract, operation: Operation) -> list[Json]:
    """The headers by which a request goes by a version of the row."""
    if takes_version(contract, operation):
        return [_header_parameter("If-Match")]
    reads = operation.role == "read" and shows_version(contract, operation)
    return [_header_parameter("If-None-Match")] if reads else []


def _header_parameter(name: str) -> Json:
    return {"name": name, "in": "header", "required": False, "schema": {"type": "string"}}


def _body(contract: Contract, operation: Operation) -> Json | None:
    name = class_name(operation.resource)
    match operation.role:
        case "register":
            return _sent("Registration")
        case "login":
            return _sent("Login")
        case "refresh":
            return _sent("Refresh")
        case "change_password":
            return _sent("PasswordChange")
        case "create_api_key":
            return _sent("KeyRequest")
        case "set_role":
            return _sent(f"{name}NewRole")
        case "recipe":
            return _recipe_body(contract.recipe(operation.subject))
        case "custom":
            return _custom_body(contract.custom(operation.subject))
        case "update":
            return _sent(f"{name}Update")
        case "bulk":
            return _sent(f"{name}BulkCreate")
        case "create":
            resource = contract.resource(operation.resource)
            form = "multipart/form-data" if resource.upload else "application/json"
            return _sent(f"{name}Create", form) if takes_body(contract, resource) else None
        case _:
            return None


def _recipe_body(recipe: Recipe) -> Json:
    body = _sent(recipe_schemas(recipe)[0])
    body["content"]["application/json"]["example"] = dict(FORMS[recipe.recipe].example)
    return body


def _custom_body(custom: Custom) -> Json | None:
    request, _ = custom_schemas(custom)
    if not request:
        return None
    body, example = _sent(request), shown_body(custom)
    if example:
        body["content"]["application/json"]["example"] = example
    return body


def _sent(schema: str, form: str = "application/json") -> Json:
    return {"required": True, "content": {form: {"schema": ref(schema)}}}


# ---- answers ----------------------------------------------------------------------------------


def _answers(contract: Contract, operation: Operation) -> Json:
    match operation.role:
        case "health":
            return {"200": _json("Up", "Health")}
        case "login":
            return {"200": _json("A token", "Token")}
        case "refresh":
            return {"200": _json("New tokens", "Token")}
        case "logout" | "change_password":
            return {"204": {"description": "Done"}}
        case "create_api_key":
            return {"201": _json("Created", "NewKey")}
        case "list_api_keys":
            return {"200": _json("All of them", "IssuedKeys")}
        case "register" | "me" if contract.accounts:
            account = class_name(contract.accounts.resource)
            created = operation.role == "register"
            return {"201": _json("Created", account)} if created else {"200": _json("Got", account)}
        case "list" | "nested":
            listed = contract.resource(operation.subject or operation.resource)
            return {"200": _page(listed)}
        case "recipe":
            return {"200": _json("Computed", recipe_schemas(contract.recipe(operation.subject))[1])}
        case "custom":
            custom = contract.custom(operation.subject)
            return {"200": _json("Done", custom_schemas(custom)[1] or class_name(custom.shows))}
        case "redirect":
            return {"307": {"description": "There", "headers": _location("Where it leads")}}
        case "delete" | "clear" | "delete_api_key":
            return {"204": {"description": "Deleted"}}
        case _:
            return _of_resource(contract, operation)


def _page(listed: Resource) -> Json:
    name = class_name(listed.name)
    if not listed.paging.bare:
        return _json("A page of them", f"{name}Page")
    schema: Json = {"type": "array", "items": ref(name)}
    return {
        "description": "Some of them",
        "headers": _header("X-Total-Count", "How many there are in all", count()),
        "content": {"application/json": {"schema": schema}},
    }


def _of_resource(contract: Contract, operation: Operation) -> Json:
    resource = contract.resource(operation.resource)
    name = class_name(operation.resource)
    match operation.role:
        case "create":
            headers = {"headers": _location("The path of what was created")}
            created = {"201": _json("Created", name) | headers}
            return (
                {"200": _json("It was there already", name)} | created
                if (resource.idempotent)
                else created
            )
        case "bulk":
            return {"201": _json("Created", f"{name}Bulk")}
        case "report":
            report = report_of(contract, operation)
            return {"200": _json("The groups", report_name(resource, report))}
        case "content":
            types = (resource.upload and resource.upload.types) or ("*/*",)
            content: Json = {one: {} for one in types}
            return {"200": {"description": "The bytes", "content": content}}
        case "history":
            return {"200": _json("A page of what was done", "RecordedChanges")}
        case _:
            return {"200": _json(_DONE.get(operation.role, "Done"), name)}


def _tagged(contract: Contract, operation: Operation, answers: Json) -> Json:
    """The answers, with the version of the row where they show one."""
    if not shows_version(contract, operation):
        return answers
    tag = _header("ETag", "The version of the row")
    status = "201" if operation.role == "create" else "200"
    answer = answers[status]
    found = answers | {status: answer | {"headers": answer.get("headers", {}) | tag}}
    if operation.role == "read":
        found["304"] = {"description": "As the client has it", "headers": tag}
    return found


def _replayable(contract: Contract, operation: Operation, answers: Json) -> Json:
    """The answers, with what says that one was given before."""
    if not takes_key(contract, operation):
        return answers
    schema: Json = {"type": "string", "enum": ["true"]}
    told = {"description": "That it was answered before", "required": False, "schema": schema}
    return {
        status: answer | {"headers": answer.get("headers", {}) | {REPLAYED: told}}
        for status, answer in answers.items()
    }


def _json(description: str, schema: str) -> Json:
    return {"description": description, "content": {"application/json": {"schema": ref(schema)}}}


def _refusal(contract: Contract, operation: Operation, code: int) -> Json:
    said = _SAID[code]
    if operation.role == "login" and code == 401:
        said = "Wrong credentials"
    if code == 403 and takes_own(contract, operation):
        said = "Not allowed, or it would take from what is somebody else's"
    content = {"application/problem+json": {"schema": ref("Problem")}}
    response: Json = {"description": said, "content": content}
    if code == 401:
        response["headers"] = _header("WWW-Authenticate", "Bearer")
    if code == 429:
        response["headers"] = _header("Retry-After", "Seconds until there is room again")
    return response


def _location(description: str) -> Json:
    return _header("Location", description)


def _header(name: str, description: str, schema: Json | None = None) -> Json:
    said: Json = {"description": description, "required": True}
    return {name: said | {"schema": schema or {"type": "string"}}}
