"""Answers requests as the generated API would, from its contract: docs/explain/generated-api.md."""

import re
from typing import Any
from urllib.parse import unquote

from smartforge.checks.surface import surface
from smartforge.contract import Contract
from smartforge.contract.openapi import openapi
from smartforge.contract.operations import Operation, operations
from smartforge.preview.environment import Admin
from smartforge.preview.promised.deeds import Call, Deeds
from smartforge.preview.promised.logins import Logins
from smartforge.preview.promised.rows import Row, Rows
from smartforge.preview.promised.validation import Validation
from smartforge.preview.promised.wire import (
    Asked,
    Told,
    Wrong,
    forbidden,
    not_found,
    problem,
    said,
    unauthorized,
)

NOT_MADE = "/not-made/"


class Promised:
    """One API of which only the contract is there. Belongs to one event loop; waits for nothing.

    What is created can be read, listed, changed and deleted, by whom the contract lets. What needs
    more than rows (reports, computations, histories) is answered with an example that is valid.
    It holds at most 1,000 rows in 2 MiB; the oldest go first.
    """

    def __init__(self, contract: Contract, admin: Admin | None = None) -> None:
        """`contract` is sound. `admin` has the last role, as in the API itself."""
        self._contract = contract
        self._document = openapi(contract)
        self._rows = Rows()
        minutes = contract.accounts.token_minutes if contract.accounts else 60
        self._logins = Logins(minutes)
        shown = surface(self._document)
        self._deeds = Deeds(contract, shown, self._rows, self._logins)
        self._routes = [
            (_pattern(contract, each), each, Validation(self._document, self._entry(each)))
            for each in operations(contract)
        ]
        if admin is not None and contract.accounts is not None:
            self._deeds.settle(admin)

    def answer(self, asked: Asked) -> Told:
        """The answer, whatever is asked."""
        try:
            return self._answer(asked)
        except Wrong as wrong:
            return wrong.told

    def _answer(self, asked: Asked) -> Told:
        if asked.path == "/openapi.json" and asked.method in ("GET", "HEAD"):
            return said(200, self._document)
        if asked.path.startswith(NOT_MADE):
            return self._not_made(asked)
        fits = [
            (match, operation, validation)
            for pattern, operation, validation in self._routes
            if (match := pattern.fullmatch(asked.path))
        ]
        if not fits:
            raise not_found()
        for match, operation, validation in fits:
            if operation.method == asked.method:
                path = {name: unquote(value) for name, value in match.groupdict().items()}
                return self._done(operation, validation, path, asked)
        allowed = ", ".join(sorted({operation.method for _, operation, _ in fits}))
        raise problem(405, f"{asked.method} is not possible here.", [("allow", allowed)])

    def _done(
        self, operation: Operation, validation: Validation, path: dict[str, str], asked: Asked
    ) -> Told:
        caller = self._caller(asked) if operation.access.secured else None
        if operation.access.secured and caller is None:
            raise unauthorized()
        if operation.access.who == "role" and not _has(caller, operation.access.roles):
            raise forbidden()
        values = validation.parameters(path, asked)
        sent = validation.body(asked)
        return self._deeds.done(Call(operation, asked, values, sent, caller, path))

    def _caller(self, asked: Asked) -> Row | None:
        accounts = self._contract.accounts
        scheme, _, token = asked.headers.get("authorization", "").partition(" ")
        if accounts is None:
            return None
        if scheme.lower() == "bearer":
            account = self._logins.account(token.strip())
        else:
            account = self._logins.account(asked.headers.get("x-api-key", ""))
        return self._rows.get(accounts.resource, account) if account is not None else None

    def _not_made(self, asked: Asked) -> Told:
        name = asked.path.removeprefix(NOT_MADE)
        for each in self._contract.not_made:
            if each.name.replace("_", "-") == name or each.name == name:
                raise problem(501, f"Not made: {each.summary}")
        raise not_found()

    def _entry(self, operation: Operation) -> dict[str, Any]:
        return self._document["paths"][operation.path][operation.method.lower()]


def _pattern(contract: Contract, operation: Operation) -> re.Pattern[str]:
    """Of the one at the root, what is no number is no path."""
    root = bool(operation.resource) and contract.resource(operation.resource).root
    value = "[0-9]+" if root and operation.role != "redirect" else "[^/]+"
    parts = re.split(r"\{(\w+)\}", operation.path)
    return re.compile(
        "".join(
            f"(?P<{part}>{value})" if at % 2 else re.escape(part) for at, part in enumerate(parts)
        )
    )


def _has(caller: Row | None, roles: tuple[str, ...]) -> bool:
    return caller is not None and caller.get("role") in roles
