"""The README's own view: every operation as a line for the shell, in sections."""

import json
import shlex
from urllib.parse import quote, urlencode

import msgspec

from smartforge.contract import FORMS, Contract, Custom, Field, NoOverlap, Ordered, Resource
from smartforge.contract.idempotency import HEADER, needs_key
from smartforge.contract.names import spaced
from smartforge.contract.operations import Operation, operations
from smartforge.contract.versions import needs_version
from smartforge.targets.fastapi import samples

_BASE = "http://127.0.0.1:8001"
_PASSWORD = "correct horse battery"
# After these, the token is of no use.
_ENDING = ("change_password", "logout")
_TOKEN = '-H "Authorization: Bearer $TOKEN"'

Body = dict[str, object]


class Section(msgspec.Struct, frozen=True):
    """A heading, what stands below it, and the operations as (comment, line)."""

    title: str
    description: str
    lines: tuple[tuple[str, str], ...]


def sections(contract: Contract) -> tuple[Section, ...]:
    """The accounts' own operations first, then resource by resource."""
    every = [one for one in operations(contract) if one.role != "health"]
    own = [
        _line(contract, one)
        for one in every
        if not one.resource and one.role not in (*_ENDING, "recipe", "custom")
    ]
    if own:
        own.insert(2, ("Keep a token for the lines below", _token_line(contract)))
    found = [Section("Accounts", "", tuple(own))] if own else []
    accounts = contract.accounts.resource if contract.accounts else ""
    # The accounts last, since their lines change and delete the one that calls.
    for resource in sorted(contract.resources, key=lambda one: one.name == accounts):
        lines = tuple(_line(contract, one) for one in every if one.resource == resource.name)
        if lines:
            title = spaced(resource.plural).capitalize()
            found.append(Section(title, resource.description, lines))
    computed = tuple(_line(contract, one) for one in every if one.role == "recipe")
    if computed:
        said = "Nothing of what they are sent is kept."
        found.append(Section("Computations", said, computed))
    custom = tuple(
        _line(contract, one) for one in every if one.role == "custom" and not one.resource
    )
    if custom:
        found.append(Section("Operations", "", custom))
    ending = tuple(_line(contract, one) for one in every if one.role in _ENDING)
    return (*found, Section("The end of a login", "", ending)) if ending else tuple(found)


def _token_line(contract: Contract) -> str:
    program = "import json, sys; print(json.load(sys.stdin)['access_token'])"
    login = next(one for one in operations(contract) if one.role == "login")
    _, line = _line(contract, login)
    return f'TOKEN=$({line.replace("curl", "curl -s", 1)} | python3 -c "{program}")'


def _line(contract: Contract, operation: Operation) -> tuple[str, str]:
    method = {"GET": "", "POST": ""}.get(operation.method, f"-X {operation.method}")
    sent = _sent(contract, operation)
    if operation.method == "POST" and not sent:
        method = "-X POST"
    url = _BASE + _path(contract, operation)
    token = _TOKEN if operation.access.secured else ""
    version = "-H 'If-Match: *'" if needs_version(contract, operation) else ""
    key = f'-H "{HEADER}: $(date +%s%N)"' if needs_key(contract, operation) else ""
    parts = ["curl", method, shlex.quote(url), token, version, key, sent]
    roles = " or ".join(operation.access.roles) if operation.access.who == "role" else ""
    summary = f"{operation.summary} (role {roles})" if roles else operation.summary
    return summary, " ".join(part for part in parts if part)


def _path(contract: Contract, operation: Operation) -> str:
    path = operation.path
    path = path.replace("{api_key_id}", "1")
    for resource in contract.resources:
        path = path.replace(f"{{{resource.name}_id}}", "1")
        if resource.redirect and operation.role == "redirect":
            path = path.replace(f"{{{resource.redirect.code}}}", "CODE")
    if operation.role == "custom":
        return path + asked(contract.custom(operation.subject))
    if operation.role not in ("list", "nested"):
        return path
    listed = contract.resource(operation.subject or operation.resource)
    return path + query(listed)


def asked(custom: Custom) -> str:
    """The query of an operation that takes one."""
    sent = {name: one for name, one in custom.sample.items() if one is not None}
    if custom.method != "GET" or not sent:
        return ""
    shown = {
        name: str(one).lower() if isinstance(one, bool) else str(one) for name, one in sent.items()
    }
    return f"?{urlencode(shown)}"


def query(resource: Resource) -> str:
    """What a list takes, at least one parameter of each sort."""
    found = "?limit=10"
    if resource.searched:
        found += f"&q={quote(_word(resource))}"
    return found + f"&sort=-{resource.sorted_by.removeprefix('-')}"


def _word(resource: Resource) -> str:
    sample = samples.three(resource.field(resource.searched[0]))[0]
    return str(sample).split(" ")[0]


# ---- what is sent -----------------------------------------------------------------------------


def _sent(contract: Contract, operation: Operation) -> str:
    body = _body(contract, operation)
    if body is None:
        return ""
    if operation.role == "create" and contract.resource(operation.resource).upload:
        fields = [f"-F {shlex.quote(f'{name}={value}')}" for name, value in body.items()]
        return " ".join(["-F file=@example.png", *fields])
    content = json.dumps(body, ensure_ascii=False)
    return f"-H 'Content-Type: application/json' -d {shlex.quote(content)}"


def _body(contract: Contract, operation: Operation) -> Body | None:
    accounts = contract.accounts
    resource = contract.resource(operation.resource) if operation.resource else None
    match operation.role:
        case "register" if accounts:
            return _registration(contract, contract.resource(accounts.resource))
        case "login" if accounts:
            field = contract.resource(accounts.resource).field(accounts.login[0])
            return {field.name: samples.three(field)[0], "password": _PASSWORD}
        case "refresh":
            return {"refresh_token": "REFRESH_TOKEN"}
        case "change_password":
            return {"current_password": _PASSWORD, "new_password": f"another {_PASSWORD}"}
        case "create_api_key":
            return {"name": "nightly import"}
        case "set_role" if accounts:
            return {"role": accounts.roles[-1]}
        case "create" if resource:
            return _creation(contract, resource) or None
        case "bulk" if resource:
            return {"items": [_creation(contract, resource)]}
        case "recipe":
            return FORMS[contract.recipe(operation.subject).recipe].example
        case "custom":
            custom = contract.custom(operation.subject)
            return custom.sample if custom.takes and custom.method == "POST" else None
        case "update" if resource:
            return _change(resource)
        case _:
            return None


def _registration(contract: Contract, resource: Resource) -> Body:
    body = _fields(resource) | {"password": _PASSWORD}
    accounts = contract.accounts
    if accounts and accounts.tenant:
        tenant = getattr(resource.field(accounts.tenant).kind, "resource", "")
        body[f"{tenant}_name"] = samples.three(contract.resource(tenant).field("name"))[0]
    return body


def _creation(contract: Contract, resource: Resource) -> Body:
    body = _fields(resource)
    accounts = contract.accounts
    if accounts and accounts.resource == resource.name:
        body = {name: _other(resource.field(name)) for name in body} | {"password": _PASSWORD}
        body |= {"role": accounts.roles[0]} if accounts.roles else {}
    return body


def _fields(resource: Resource) -> Body:
    return {field.name: _value(resource, field) for field in resource.fields if field.on_creation}


def _change(resource: Resource) -> Body:
    field = next(one for one in resource.fields if one.on_update)
    return {field.name: _other(field)}


def _other(field: Field) -> object:
    return samples.three(field)[1]


def _value(resource: Resource, field: Field) -> object:
    later = {rule.later for rule in resource.rules if isinstance(rule, Ordered)}
    later |= {rule.end for rule in resource.rules if isinstance(rule, NoOverlap)}
    return samples.three(field)[1 if field.name in later else 0]
