"""Whatever is planned: each answer of a promised API has a status and a shape that it promises."""

import re
from typing import Any, cast

import jsonschema_rs
import msgspec
import pytest

from smartforge.checks.surface import surface
from smartforge.checks.values import good
from smartforge.contract.openapi import openapi
from smartforge.contract.operations import Operation, operations
from smartforge.planners.base import PlanRequest
from smartforge.planners.offline import OfflinePlanner
from smartforge.preview.environment import environment_of
from smartforge.preview.promised import Asked, Promised, Told

PROMPTS = (
    "A bookstore API with books (title, author, price, stock) and reviews; users register and log"
    " in with JWT, only admins add books; sales per month",
    "A todo API whose collection is at the root, with completed and order; any web page may call",
    "Expenses in categories, totals by month and by category; soft delete, history of changes",
    "A URL shortener with visit counts, and uploads of pictures of at most 2 MB",
    "Employees ask for leave, managers approve or reject it; nobody approves their own",
    "Convert units, count words in a text, check an IBAN",
)
APART = frozenset({"register", "login", "refresh", "logout", "change_password", "clear"})


def body_of(schema: dict[str, Any], number: int) -> Any:
    """A good body, whose references name the first row."""
    return _first(good(schema, "body", number))


def _first(value: Any, name: str = "") -> Any:
    if isinstance(value, dict):
        inner = cast("dict[str, Any]", value)
        return {key: _first(each, key) for key, each in inner.items()}
    if isinstance(value, list):
        return [_first(each, name) for each in cast("list[Any]", value)]
    return 1 if isinstance(value, int) and name.endswith(("_id", "_ids")) else value


def asked(promised: Promised, method: str, path: str, body: Any, token: str = "") -> Told:
    headers = {"content-type": "application/json", "authorization": f"Bearer {token}"}
    content = b"" if body is None else msgspec.json.encode(body)
    return promised.answer(Asked(method, path, "", headers, content, "http://api.example"))


def order(operation: Operation) -> tuple[bool, bool]:
    return operation.method == "DELETE", operation.role not in ("create", "bulk")


@pytest.mark.parametrize("prompt", PROMPTS)
async def test_answers_are_what_the_document_says(prompt: str) -> None:
    contract = (await OfflinePlanner().plan(PlanRequest((prompt,)))).contract
    document = openapi(contract)
    admin = environment_of(document)[1]
    promised = Promised(contract, admin)
    token = ""
    if admin is not None:
        login = {admin.field: admin.login, "password": admin.password}
        token = msgspec.json.decode(asked(promised, "POST", "/auth/login", login).body)[
            "access_token"
        ]
    shown, good_ones = surface(document), 0
    for number in (1, 2):
        for operation in sorted(operations(contract), key=order):
            one = shown[f"{operation.method} {operation.path}"]
            body = one.body.content.get("application/json") if one.body else None
            if operation.role in APART or (one.body and body is None):
                continue
            path = re.sub(r"\{\w+\}", "1", operation.path)
            sent = body_of(body, number) if body is not None else None
            told = asked(promised, operation.method, path, sent, token)
            assert str(told.status) in {*one.responses, "401"}, (operation.id, told)
            good_ones += told.status < 300
            if told.status < 300 and told.body:
                entry = document["paths"][operation.path][operation.method.lower()]
                content = entry["responses"][str(told.status)].get("content", {})
                if "application/json" in content:
                    schema = content["application/json"]["schema"]
                    whole = schema | {"components": document["components"]}
                    jsonschema_rs.validate(whole, msgspec.json.decode(told.body))
    assert good_ones >= 2
