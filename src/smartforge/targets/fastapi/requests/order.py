"""Every operation as a request: parents before children, what deletes after what reads."""

from collections.abc import Iterator

import msgspec

from smartforge.contract import FORMS, Field, References, Resource
from smartforge.contract.idempotency import HEADER, needs_key
from smartforge.contract.operations import Operation, operations
from smartforge.targets.fastapi import samples
from smartforge.targets.fastapi.judge.bodies import Body, Source, ruled, value
from smartforge.targets.fastapi.judge.callers import Caller, may, points_to
from smartforge.targets.fastapi.judge.suite import Suite
from smartforge.targets.fastapi.readme import asked, query
from smartforge.targets.fastapi.requests.people import NEW_PASSWORD, PASSWORD, People
from smartforge.targets.fastapi.requests.request import (
    Known,
    Request,
    answered,
    with_file,
    with_json,
)

_COPIES = 3  # rows of a resource that the suite knows bodies of
_BY_PEOPLE = ("register", "login")
# After each of these the token is of no use.
_ENDING = ("logout", "change_password")


def requests(suite: Suite, people: People) -> Iterator[Request]:
    """All but those that register and log in; the one for the API's health comes first."""
    order = _Order(suite, people)
    every = [one for one in operations(suite.contract) if one.role not in _BY_PEOPLE]
    own = [one for one in every if not one.resource]
    yield from (order.request(one) for one in own if not _late(one))
    resources = _parents_first(suite)
    for resource in resources:
        yield from order.rows(resource)
        for one in every:
            if one.resource == resource.name and one.role != "create" and not _late(one):
                yield order.request(one)
    late = [one for one in every if _late(one) and one.role not in _ENDING]
    names = [resource.name for resource in reversed(resources)]
    late.sort(key=lambda one: one.role == "delete")
    late.sort(key=lambda one: names.index(one.resource) if one.resource else -1)
    last = [one for one in late if order.ends_the_caller(one)]
    yield from (order.request(one) for one in late if one not in last)
    yield from order.endings([one for one in own if one.role in _ENDING] + last)


def _late(operation: Operation) -> bool:
    return operation.role in ("delete", "set_role", "delete_api_key", *_ENDING)


def _parents_first(suite: Suite) -> list[Resource]:
    """Whatever rows point to before them; the accounts last, since they change who calls."""
    found: dict[str, Resource] = {}

    def add(name: str) -> None:
        module = suite.modules[name]
        if name not in found and module.makes:
            for parent in module.bodies.parents:
                if parent != suite.makeable.accounts:
                    add(parent)
        found.setdefault(name, module.resource)

    for one in sorted(
        suite.contract.resources, key=lambda one: one.name == suite.makeable.accounts
    ):
        add(one.name)
    return list(found.values())


class _Order:
    """The requests of one file; `people` are told whose tokens are needed."""

    def __init__(self, suite: Suite, people: People) -> None:
        self._suite = suite
        self._people = people
        self._contract = suite.contract
        self._accounts = suite.makeable.accounts
        self._copies = {one.name: 1 for one in suite.contract.resources}
        for module in suite.modules.values():
            if module.makes:
                pointing = [
                    points_to(one) for one in _pointers(module.resource, module.bodies.rows[0])
                ]
                for parent in pointing:
                    wanted = max(self._copies[parent], pointing.count(parent))
                    self._copies[parent] = min(wanted, _COPIES)

    def rows(self, resource: Resource) -> Iterator[Request]:
        """Creates a row, and more where those of another resource need several."""
        creating = self._operation(resource, "create")
        if creating is None:
            return
        yield self.request(creating)
        for place in range(1, self._copies[resource.name]):
            if resource.name != self._accounts:
                again = self._created(creating, resource, place)
                title = f"{again.title} {place + 1}"
                name = f"{again.name}_{place + 1}"
                own = f": {name} "
                headers = tuple(one.replace(f": {creating.id} ", own) for one in again.headers)
                yield msgspec.structs.replace(again, title=title, name=name, headers=headers)

    def request(self, operation: Operation) -> Request:
        if not operation.resource:
            return self._of_accounts(operation)
        resource = self._contract.resource(operation.resource)
        if operation.role == "create":
            return self._created(operation, resource, 0)
        request = self._plain(operation, resource)
        if operation.role == "set_role":
            return with_json(request, {"role": self._suite.roles[-1]})
        if operation.role == "update":
            return with_json(request, self._change(resource))
        if operation.role == "custom":
            return self._custom(operation, request)
        if operation.role == "redirect":
            return msgspec.structs.replace(request, notes=("@no-redirect",))
        return request

    def ends_the_caller(self, operation: Operation) -> bool:
        """Whether it deletes the account that registered."""
        own = operation.role == "delete" and operation.resource == self._accounts
        return own and not self._on_another(operation)

    def endings(self, ending: list[Operation]) -> Iterator[Request]:
        """What ends a login, each with a login of its own."""
        password = PASSWORD
        for place, operation in enumerate(ending):
            request = self.request(operation)
            if place and request.token == "login":
                name = f"login_{place + 1}"
                yield self._people.login(name, "Log in again", password)
                request = msgspec.structs.replace(request, token=name)
            if operation.role == "change_password":
                password = NEW_PASSWORD
            yield request

    # ---- the accounts' own ----------------------------------------------------------------------

    def _of_accounts(self, operation: Operation) -> Request:
        path = operation.path.replace("{api_key_id}", answered("create_api_key"))
        named = operation.id if operation.role in ("me", "create_api_key") else ""
        token = self._people.token(self._people.first) if operation.access.secured else ""
        request = Request(operation.summary, operation.method, path, named, token)
        if operation.role == "recipe":
            kind = self._contract.recipe(operation.subject).recipe
            return with_json(request, FORMS[kind].example)
        if operation.role == "custom":
            return self._custom(operation, request)
        bodies: dict[str, dict[str, object]] = {
            "refresh": {"refresh_token": Known(f'"{answered("login", "refresh_token")}"')},
            "change_password": {"current_password": PASSWORD, "new_password": NEW_PASSWORD},
            "create_api_key": {"name": "nightly import"},
        }
        return with_json(request, bodies.get(operation.role, {}))

    # ---- rows -----------------------------------------------------------------------------------

    def _plain(self, operation: Operation, resource: Resource) -> Request:
        """Without a body."""
        path = operation.path.replace(f"{{{resource.name}_id}}", self._id(operation, resource))
        if resource.redirect and operation.role == "redirect":
            code = answered(f"create_{resource.name}", resource.redirect.code)
            path = path.replace(f"{{{resource.redirect.code}}}", code)
        if operation.role in ("list", "nested"):
            path += query(self._contract.resource(operation.subject or operation.resource))
        token = self._people.token(self._caller(operation, resource))
        name = operation.id if operation.role == "create" else ""
        needed = needs_key(self._contract, operation)
        keys = (f"{HEADER}: {operation.id} {{{{$timestamp}}}}",) if needed else ()
        return Request(operation.summary, operation.method, path, name, token, headers=keys)

    def _caller(self, operation: Operation, resource: Resource) -> Caller | None:
        if operation.role == "create" and resource.name != self._accounts:
            maker = self._suite.callers.makers.get(resource.name)
            return maker or self._able(operation, resource)
        if resource.name == self._accounts and self._on_another(operation):
            creating = self._operation(resource, "create")
            return self._able(creating, resource) if creating else None
        about = resource
        if operation.role == "nested":
            about = self._contract.resource(operation.subject)
        return self._able(operation, about)

    def _able(self, operation: Operation, resource: Resource) -> Caller | None:
        """With a token only where one is needed."""
        if not operation.access.secured:
            return None
        found = self._suite.callers.of(resource, operation.access)
        return found or self._people.first

    def _on_another(self, operation: Operation) -> bool:
        """Whether an operation on accounts is tried with one that another account has made."""
        resource = self._contract.resource(self._accounts)
        creating = self._operation(resource, "create")
        maker = self._able(creating, resource) if creating else None
        return bool(maker and may(operation.access, maker, own=False))

    def _id(self, operation: Operation, resource: Resource) -> str:
        if resource.name == self._accounts and self._on_another(operation):
            return answered(f"create_{resource.name}")
        return self._made(resource.name)

    def _made(self, name: str, place: int = 0) -> str:
        """The id of the row that was created, else of the first that there may be."""
        if name == self._accounts and self._suite.accounts:
            return answered("get_me")
        if not self._operation(self._contract.resource(name), "create"):
            return "1"
        return answered(f"create_{name}{f'_{place + 1}' if place else ''}")

    def _operation(self, resource: Resource, role: str) -> Operation | None:
        every = operations(self._contract)
        found = (one for one in every if one.resource == resource.name and one.role == role)
        return next(found, None)

    def _custom(self, operation: Operation, request: Request) -> Request:
        """With what is sent in the first example, where a reference names a row that was made."""
        custom = self._contract.custom(operation.subject)
        if custom.method == "GET":
            return msgspec.structs.replace(request, path=request.path + asked(custom))
        body = custom.sample
        for field in custom.takes:
            if points_to(field) and body.get(field.name) is not None:
                body[field.name] = Known(self._made(points_to(field)))
        return with_json(request, body)

    # ---- what is sent ---------------------------------------------------------------------------

    def _created(self, operation: Operation, resource: Resource, place: int) -> Request:
        request = self._plain(operation, resource)
        body = self._row(resource, place)
        if resource.upload:
            return with_file(request, resource.upload, body)
        return with_json(request, body)

    def _row(self, resource: Resource, place: int) -> dict[str, object]:
        if resource.name == self._accounts:
            return dict(self._suite.newcomer) | {"password": PASSWORD}
        module = self._suite.modules[resource.name]
        if not module.makes:
            sent = [one for one in resource.fields if one.on_creation]
            known = {one.name: self._pointer(one) for one in sent if points_to(one)}
            return {
                one.name: known.get(one.name) or value(self._contract, resource, one, place)
                for one in sent
            }
        row = dict(module.bodies.rows[place])
        seen: list[str] = []
        for field in _pointers(resource, row):
            parent = points_to(field)
            row[field.name] = self._pointer(field, min(seen.count(parent), _COPIES - 1))
            seen.append(parent)
        return row

    def _pointer(self, field: Field, place: int = 0) -> Known:
        name = self._made(points_to(field), place)
        return Known(f"[{name}]" if isinstance(field.kind, References) else name)

    def _change(self, resource: Resource) -> dict[str, object]:
        """One field with another value, if there is one that no rule is about."""
        fields = [one for one in resource.fields if one.on_update]
        free = [one for one in fields if not points_to(one) and one.name not in ruled(resource)]
        logins = self._suite.logins if resource.name == self._accounts else []
        field = next((one for one in free if one.name not in logins), (free or fields)[0])
        if field.name in logins:
            return {field.name: self._suite.newcomer[field.name]}
        if points_to(field):
            return {field.name: self._pointer(field)}
        return {field.name: samples.three(field)[2]}


def _pointers(resource: Resource, row: Body) -> list[Field]:
    """The fields of a row that name other rows."""
    return [one for one in resource.fields if isinstance(row.get(one.name), Source)]
