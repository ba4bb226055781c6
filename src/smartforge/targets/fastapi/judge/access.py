"""Who is let in and who is not: operation by operation, and row by row."""

from collections.abc import Iterator

from smartforge.contract.operations import Operation, operations
from smartforge.targets.fastapi.judge.callers import Action, Caller, may
from smartforge.targets.fastapi.judge.fields import changes, parents_of
from smartforge.targets.fastapi.judge.subject import Subject
from smartforge.targets.fastapi.literals import python

_ON_ONE: tuple[tuple[Action, str, int], ...] = (
    ("read", "get", 200),
    ("update", "patch", 200),
    ("delete", "delete", 204),
)
_ROW = ("read", "update", "delete", "transition", "mark", "unmark", "content")


def path_of(operation: Operation) -> str:
    """The operation's path with 1 for every parameter."""
    parts = operation.path.split("/")
    return "/".join("1" if part.startswith("{") else part for part in parts)


def forbidden(subject: Subject) -> dict[str, list[tuple[str, str]]]:
    """What each caller is turned away from because of its role."""
    found: dict[str, list[tuple[str, str]]] = {}
    for operation in _of(subject):
        for caller in subject.callers.users:
            if operation.access.who == "role" and caller.role not in operation.access.roles:
                request = (operation.method, path_of(operation))
                found.setdefault(caller.fixture, []).append(request)
    return found


def admitted(subject: Subject) -> dict[str, list[tuple[str, str]]]:
    """What further roles may do, besides the one that the other tests use."""
    found: dict[str, list[tuple[str, str]]] = {}
    for operation in _of(subject):
        used = subject.caller(operation.access)
        for caller in subject.callers.users:
            named = operation.access.who == "role" and caller.role in operation.access.roles
            if named and caller != used:
                request = (operation.method, path_of(operation))
                found.setdefault(caller.fixture, []).append(request)
    return found


def _of(subject: Subject) -> Iterator[Operation]:
    for operation in operations(subject.contract):
        if operation.resource == subject.resource.name:
            yield operation


def owned(subject: Subject) -> Iterator[tuple[str, str, str, int]]:
    """What another account tries with a row: method, path, further arguments, the status."""
    other = subject.callers.other
    if other is None or not subject.makes:
        return
    read = subject.resource.access.read
    seen = may(read, other, own=False)
    for operation in _of(subject):
        if operation.access.who != "owner" or operation.role not in _ROW:
            continue
        if may(operation.access, other, own=False):
            continue
        body = _change(subject) if operation.role == "update" else ""
        if operation.role == "update" and not body:
            continue
        status = 403 if seen else 404
        yield operation.method.lower(), _path_in_test(operation), body, status


def onlooking(subject: Subject) -> dict[str, list[tuple[str, str, str]]]:
    """What roles that see the rows of others are turned away from: method, path, arguments."""
    found: dict[str, list[tuple[str, str, str]]] = {}
    read = subject.resource.access.read
    if not subject.makes or read.who != "owner":
        return found
    for caller in subject.callers.users:
        if not _oversees(subject, caller, read.roles):
            continue
        for operation in _of(subject):
            access = operation.access
            if access.who != "owner" or operation.role not in _ROW or caller.role in access.roles:
                continue
            body = _change(subject) if operation.role == "update" else ""
            if body or operation.role != "update":
                request = (operation.method.lower(), _path_in_test(operation), body)
                found.setdefault(caller.fixture, []).append(request)
    return found


def _path_in_test(operation: Operation) -> str:
    tail = operation.path.partition("}")[2]
    return f'f"{{path}}{tail}"' if tail else "path"


def _change(subject: Subject) -> str:
    for change in changes(subject):
        if not parents_of(subject, [change]):
            return f", json={python(dict(change))}"
    return ""


def scoped(subject: Subject) -> bool:
    """Whether another account sees an empty list where the maker sees its rows."""
    other, access = subject.callers.other, subject.resource.access.list
    return bool(
        other
        and subject.makes
        and subject.by["list"]
        and access.who == "owner"
        and other.role not in access.roles
    )


def clears_own(subject: Subject) -> bool:
    """Whether another account may clear, but only what is its own."""
    other, access = subject.callers.other, subject.resource.access.delete
    return bool(other and access.who == "owner" and other.role not in access.roles)


def list_overseers(subject: Subject) -> list[str]:
    access = subject.resource.access.list
    found = [one for one in subject.callers.users if _oversees(subject, one, access.roles)]
    return [one.fixture for one in found]


def _oversees(subject: Subject, caller: Caller, roles: tuple[str, ...]) -> bool:
    return caller.role in roles and caller != subject.callers.makers.get(subject.resource.name)


def overseen(subject: Subject) -> dict[str, list[tuple[str, str, int]]]:
    """What roles may do with the rows of others: method, further arguments, the status."""
    found: dict[str, list[tuple[str, str, int]]] = {}
    if not subject.makes:
        return found
    access = subject.resource.access
    for caller in subject.callers.users:
        for action, method, status in _ON_ONE:
            one = access.of(action)
            body = _change(subject) if action == "update" else ""
            known = action in subject.resource.actions and one.who == "owner"
            if known and _oversees(subject, caller, one.roles) and (body or action != "update"):
                found.setdefault(caller.fixture, []).append((method, body, status))
        if found.get(caller.fixture, [("", "", 0)])[-1][0] == "delete":
            # Only once can it be deleted.
            return found
    return found


def estranged(subject: Subject) -> list[tuple[str, str]]:
    """What somebody of another tenant tries with a row."""
    if not subject.callers.stranger or not subject.resource.tenant or not subject.makes:
        return []
    found: list[tuple[str, str]] = []
    for action, method, _ in _ON_ONE:
        body = _change(subject) if action == "update" else ""
        allowed = may(subject.resource.access.of(action), subject.callers.stranger, own=True)
        if action in subject.resource.actions and allowed and (body or action != "update"):
            found.append((method, body))
    return found
