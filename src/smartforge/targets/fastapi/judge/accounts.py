"""The accounts in the tests: what registers, what is refused, what one may do with whose."""

from collections.abc import Iterator
from typing import Protocol

from smartforge.contract import Field, Text
from smartforge.contract.kinds import MAX_PASSWORD_LENGTH, MIN_PASSWORD_LENGTH
from smartforge.targets.fastapi import samples
from smartforge.targets.fastapi.judge.bodies import Body, Source
from smartforge.targets.fastapi.judge.callers import may, points_to
from smartforge.targets.fastapi.judge.subject import Subject
from smartforge.targets.fastapi.literals import python


class Registering(Protocol):
    """What is known of how people get an account: its resource, and what they send."""

    @property
    def account(self) -> Subject: ...

    @property
    def roles(self) -> tuple[str, ...]: ...

    @property
    def login(self) -> str: ...

    @property
    def tenant_name(self) -> str: ...

    def person(self, word: str) -> dict[str, object]:
        """A registration, told apart by `word`."""
        ...


def refused(suite: Registering) -> dict[str, list[object]]:
    """What no registration may hold, by the name of the field."""
    found: dict[str, list[object]] = {}
    for field in _registered(suite.account):
        found[field.name] = [*samples.refused(field.kind), *([] if field.nullable else [None])]
    short, long = "x" * (MIN_PASSWORD_LENGTH - 1), "x" * (MAX_PASSWORD_LENGTH + 1)
    found["password"] = [5, None, "", short, long, "\0" * MIN_PASSWORD_LENGTH]
    if suite.tenant_name:
        found[suite.tenant_name] = [5, None, "\0"]
    return found


def promotions(suite: Registering) -> list[tuple[str, object]]:
    """What somebody might add to a registration in order to get more than it gives."""
    found: list[tuple[str, object]] = [("id", 1), ("no_such_field", 1), ("is_admin", True)]
    if suite.roles:
        found.append(("role", suite.roles[-1]))
    for field in suite.account.resource.fields:
        if not field.on_creation:
            found.append((field.name, samples.three(field)[0]))
    return [one for one in found if one[0] not in {f.name for f in _registered(suite.account)}]


def edge_people(suite: Registering) -> list[Body]:
    """Registrations with the shortest and the longest password."""
    face = "\N{GRINNING FACE}"
    return [
        {**suite.person("shortest"), "password": face * MIN_PASSWORD_LENGTH},
        {**suite.person("longest"), "password": "x" * MAX_PASSWORD_LENGTH},
    ]


def _registered(account: Subject) -> Iterator[Field]:
    for field in account.resource.fields:
        if field.on_creation:
            yield field


def own_changes(account: Subject) -> list[Body]:
    """Updates of one's own account."""
    return [
        {field.name: samples.three(field)[1]}
        for field in account.resource.fields
        if field.on_update and not points_to(field)
    ]


def may_own(account: Subject, action: str) -> bool:
    """Whether a user without further rights may do this with the own account."""
    users = account.callers.users
    if action not in account.resource.actions or users[0].fixture != "as_user":
        return False
    access = account.resource.access
    allowed = access.update if action == "update" else access.delete
    return may(allowed, users[0], own=True)


def intrusions(account: Subject) -> list[tuple[str, str, int]]:
    """What another account tries with somebody's: method, further arguments, the status."""
    other = account.callers.other
    users = account.callers.users
    if other is None or users[0].fixture != "as_user":
        return []
    access = account.resource.access
    seen = may(access.read, other, own=False)
    found: list[tuple[str, str, int]] = []
    change = next(iter(own_changes(account)), None)
    for action, method, needed in (
        ("read", "get", access.read),
        ("update", "patch", access.update),
        ("delete", "delete", access.delete),
    ):
        own_only = needed.who == "owner" and not may(needed, other, own=False)
        if action in account.resource.actions and own_only and (change or action != "update"):
            body = f", json={python(dict(change or {}))}" if action == "update" else ""
            found.append((method, body, 403 if seen else 404))
    return found


def newcomer(suite: Registering) -> Body:
    """The body with which an account makes another one."""
    found = suite.person("newcomer")
    return {name: one for name, one in found.items() if name != suite.tenant_name}


def unknown_login(suite: Registering) -> Body:
    login = suite.account.resource.field(suite.login)
    text = isinstance(login.kind, Text)
    return {
        login.name: Source(f"PERSON[{python(login.name)}][::-1]") if text else "nobody@example.com"
    }
