"""The operations of a router: their decorators, their signatures, and what their bodies need."""

import json
from collections.abc import Iterator, Sequence

import msgspec

from smartforge.contract import (
    Access,
    AtMost,
    Contract,
    Different,
    NoOverlap,
    Ordered,
    Reference,
    References,
    Resource,
    Slug,
)
from smartforge.contract.hiding import hidden
from smartforge.contract.idempotency import needs_key, takes_key
from smartforge.contract.operations import Operation
from smartforge.contract.refusals import guarded, refusals, takes_own
from smartforge.contract.versions import shows_version, takes_version
from smartforge.targets.fastapi import naming
from smartforge.targets.fastapi.columns import Names, named
from smartforge.targets.fastapi.customs import options
from smartforge.targets.fastapi.literals import python
from smartforge.targets.fastapi.responses import REFUSALS
from smartforge.targets.fastapi.scopes import Scope, scope
from smartforge.targets.fastapi.transitions import Move, moves_differ, moves_of


class Endpoint(msgspec.Struct, frozen=True):
    """One operation. `arguments` are those of its decorator besides the path, in their order.

    `caller` says whether the function needs to know who calls, `owned` is the call that refuses
    whoever does not own the row, `find` the function that looks it up. `tagged` says that the
    answer shows the version of the row, `matched` that the client may name it. `keyed` says that
    it can be sent again with the same key, `key_needed` that it must have one; `makes_as_caller`
    that it makes rows which depend on who calls.
    """

    operation: Operation
    verb: str
    path: str
    arguments: tuple[str, ...]
    caller: bool
    find: str = ""
    owned: str = ""
    tagged: bool = False
    matched: bool = False
    keyed: bool = False
    key_needed: bool = False
    makes_as_caller: bool = False

    @property
    def decoration(self) -> str:
        return ", ".join((python(self.path), *self.arguments))

    @property
    def function(self) -> str:
        return self.operation.id

    @property
    def role(self) -> str:
        return self.operation.role

    @property
    def subject(self) -> str:
        return self.operation.subject


class Reach(msgspec.Struct, frozen=True):
    """A check that a field points to rows that the caller may read.

    `readable` is the function in `app.visibility` that says so, empty where everybody may read
    them. `link` is the attribute that holds the rows, where there are many. `held` says whether
    somebody may hide them meanwhile.
    """

    attribute: str
    row: str
    readable: str = ""
    link: str = ""
    nullable: bool = False
    on_creation: bool = True
    on_update: bool = True
    held: bool = False


class Endpoints(msgspec.Struct, frozen=True):
    """All operations of one resource, and the functions that they share.

    `visible` is the call that gives the condition for rows that the caller may read, empty where
    everybody may read them all. `registered` are checks of accounts that register. `locked` says
    whether an update locks its row first, `secured` whether any operation that takes a body needs
    a token, `open` whether one that writes needs none.
    """

    scope: Scope
    visible: str
    all: tuple[Endpoint, ...]
    reaches: tuple[Reach, ...]
    registered: tuple[Reach, ...]
    moves: dict[str, tuple[Move, ...]]
    locked: bool
    secured: bool
    open: bool

    def of(self, *roles: str) -> tuple[Endpoint, ...]:
        return tuple(one for one in self.all if one.role in roles)

    @property
    def finders(self) -> frozenset[str]:
        return frozenset(one.find for one in self.all if one.find)

    @property
    def owned(self) -> bool:
        return any(one.owned for one in self.all)

    @property
    def held(self) -> tuple[Reach, ...]:
        """The references to rows that stay where they are until the request is done."""
        return tuple(one for one in self.reaches if one.held)

    @property
    def links(self) -> bool:
        return any(one.link for one in self.reaches)

    @property
    def reaches_as_caller(self) -> bool:
        """Whether references are looked at with the eyes of who writes them."""
        return any(one.readable for one in self.reaches)

    @property
    def reaches_on_creation(self) -> bool:
        return any(one.on_creation for one in self.reaches)

    @property
    def reaches_on_update(self) -> bool:
        return any(one.on_update for one in self.reaches)

    @property
    def moves_as_caller(self) -> bool:
        return any("caller" in move.condition for moves in self.moves.values() for move in moves)

    @staticmethod
    def knows(find: str) -> bool:
        """Whether it matters to the function that looks a row up who calls."""
        return find != "_find"

    @property
    def readable_name(self) -> str:
        return self.visible.partition("(")[0]

    def readable(self, endpoint: Endpoint) -> str:
        return self.visible if endpoint.operation.access.secured else ""


def endpoints(
    contract: Contract, resource: Resource, names: Names, every: Sequence[Operation]
) -> Endpoints:
    """The operations on `resource` among `every` one of the contract."""
    one = scope(contract, resource, names)
    reaches = tuple(_reaches(contract, resource, names))
    found = tuple(
        _endpoint(contract, operation, one, names, reaches)
        for operation in every
        if operation.resource == resource.name and operation.role != "set_role"
    )
    secured = any(
        each.operation.access.secured
        for each in found
        if each.role in _WITH_BODIES or (each.role == "custom" and each.operation.method == "POST")
    )
    update = next((each for each in found if each.role == "update"), None)
    known = update is not None and update.operation.access.secured
    moves = moves_of(resource, one, names[resource.name].local, known=known)
    return Endpoints(
        scope=one,
        visible=f"readable_{resource.plural}(caller)" if one.closed else "",
        all=found,
        reaches=reaches,
        registered=tuple(_registered(contract, resource, names)),
        moves=moves if update else {},
        locked=update is not None and (bool(moves) or _compares(resource)),
        secured=secured,
        open=not all(_knows_writers(resource)),
    )


_WITH_BODIES = ("create", "bulk", "update")
_VERBS = {"GET": "get", "POST": "post", "PATCH": "patch", "DELETE": "delete"}
_OWNED = (
    *("read", "update", "delete", "transition", "mark", "unmark", "content", "restore"),
    "history",
)
_READS = ("nested", "mark", "unmark", "custom")


def _endpoint(
    contract: Contract,
    operation: Operation,
    of: Scope,
    names: Names,
    reaches: tuple[Reach, ...],
) -> Endpoint:
    access = operation.access
    resource = contract.resource(operation.resource)
    known = access.secured
    on_row = operation.role in _OWNED or _is_on_row(contract, operation)
    find = _finder(operation, of) if on_row or operation.role == "nested" else ""
    # Whoever may not read a row acts on none; that is less than the row being one's own.
    shielded = find == "_readable" and (operation.role != "custom" or of.shields(access))
    own = on_row and access.who == "owner" and not shielded
    owned = _owned(operation, names) if own else ""
    keyed = takes_key(contract, operation)
    makes_as_caller = known and (
        bool(of.tenant)
        or bool(resource.owner or resource.tenant)
        or any(one.readable for one in reaches)
        or takes_own(contract, operation)
    )
    caller = known and (
        keyed
        or bool(of.tenant)
        or bool(owned)
        or find == "_readable"
        or operation.role in ("mark", "unmark", "custom")
        or (operation.role == "transition" and _bars_owner(resource, operation.subject))
        or _lists_own(contract, operation, names)
        or (operation.role in ("create", "bulk") and makes_as_caller)
        or (operation.role == "create" and bool(resource.idempotent) and of.closed)
        or (operation.role == "update" and any(one.readable for one in reaches))
        or (operation.role == "update" and moves_differ(resource))
    )
    if operation.role == "history":
        caller = caller or (known and bool(of.chief))
    return Endpoint(
        operation=operation,
        verb=_VERBS[operation.method],
        path=_below(resource, operation.path),
        arguments=tuple(_arguments(contract, operation, names, caller)),
        caller=caller,
        find=find,
        owned=owned,
        tagged=shows_version(contract, operation),
        matched=takes_version(contract, operation),
        keyed=keyed,
        key_needed=needs_key(contract, operation),
        makes_as_caller=makes_as_caller,
    )


def _bars_owner(resource: Resource, name: str) -> bool:
    return any(one.not_owner for one in resource.transitions if one.name == name)


def _below(resource: Resource, path: str) -> str:
    """The path below the router's own. At the root, only what is a number can be an id."""
    if resource.root:
        return path.replace(f"{{{resource.name}_id}}", f"{{{resource.name}_id:int}}")
    return path.removeprefix(resource.path)


def _finder(operation: Operation, of: Scope) -> str:
    """`_readable` finds what the caller may read, `_ours` what is of the caller's tenant."""
    if not operation.access.secured:
        return "_find"
    narrow = operation.role in _READS or of.shields(operation.access)
    if narrow and of.read.who in ("owner", "role"):
        return "_readable"
    return "_ours" if of.tenant else "_find"


def _is_on_row(contract: Contract, operation: Operation) -> bool:
    return operation.role == "custom" and contract.custom(operation.subject).on_row


def _owned(operation: Operation, names: Names) -> str:
    local = names[operation.resource].local
    roles = "".join(f", {python(role)}" for role in operation.access.roles)
    return f"_own({local}, caller{roles})"


def _lists_own(contract: Contract, operation: Operation, names: Names) -> bool:
    """Whether a list or a report holds not the same rows for everybody."""
    match operation.role:
        case "list" | "report" | "clear":
            listed = operation.resource
        case "nested":
            listed = operation.subject
        case _:
            return False
    if operation.access.who == "owner":
        return True
    return bool(scope(contract, contract.resource(listed), names).tenant)


def _arguments(
    contract: Contract, operation: Operation, names: Names, caller: bool
) -> Iterator[str]:
    if operation.role == "custom":
        yield from options(contract, contract.custom(operation.subject), operation, names)
        return
    resource = contract.resource(operation.resource)
    one = names[operation.resource]
    role = operation.role
    if role in ("create", "bulk"):
        yield "status_code=status.HTTP_201_CREATED"
    if role in ("delete", "clear"):
        yield "status_code=status.HTTP_204_NO_CONTENT"
    if role in ("create", "read", "update", "transition", "mark", "unmark", "restore"):
        yield f"response_model=schemas.{one.answer}"
    if role == "history":
        yield "response_model=RecordedChanges"
    if role == "bulk":
        yield f"response_model=schemas.{one.answer}Bulk"
    if role in ("list", "nested"):
        listed = operation.subject or operation.resource
        other = names[listed]
        schemas = "schemas" if other == one else f"{other.short}_schemas"
        yield f"response_model={_listed(schemas, other, contract.resource(listed))}"
    if role == "content":
        yield "response_class=Response"
    if role == "redirect":
        yield "status_code=status.HTTP_307_TEMPORARY_REDIRECT"
        yield "response_class=RedirectResponse"
    responses = " | ".join(_responses(contract, operation, resource, names))
    if takes_key(contract, operation):
        code = "200_OK" if role == "transition" else "201_CREATED"
        responses = f"replayable(status.HTTP_{code}, {responses})"
    if responses:
        yield f"responses={responses}"
    yield from _dependencies(operation.access, caller)
    yield f"summary={python(operation.summary)}"


def _listed(schemas: str, names: naming.ResourceNames, resource: Resource) -> str:
    if resource.paging.bare:
        return f"list[{schemas}.{names.answer}]"
    return f"{schemas}.{names.page}"


def _responses(
    contract: Contract, operation: Operation, resource: Resource, names: Names
) -> Iterator[str]:
    match operation.role:
        case "create":
            if resource.idempotent:
                yield f"there_already(schemas.{names[resource.name].answer})"
            yield "CREATED_VERSION" if resource.versioned else "CREATED"
        case "list" | "nested":
            if contract.resource(operation.subject or operation.resource).paging.bare:
                yield "COUNTED"
        case "content":
            types = resource.upload.types if resource.upload else ()
            yield f"file_of({', '.join(map(json.dumps, types or ('*/*',)))})"
        case "redirect":
            yield "LEADS_ON"
        case _:
            pass
    if shows_version(contract, operation) and operation.role != "create":
        yield "VERSION"
    if shows_version(contract, operation) and operation.role == "read":
        yield "NOT_MODIFIED"
    for code in refusals(contract, operation):
        if code not in (422, 429):  # as the whole router, or the application, has it
            yield REFUSALS[code]


def _dependencies(access: Access, caller: bool) -> Iterator[str]:
    if access.who == "role":
        roles = ", ".join(map(python, access.roles))
        yield f"dependencies=[Depends(require_role({roles}))]"
    elif access.secured and not caller:
        yield "dependencies=[Depends(current_user)]"


# ---- what is written --------------------------------------------------------------------------


def _reaches(contract: Contract, resource: Resource, names: Names) -> Iterator[Reach]:
    known = _knows_writers(resource)
    for field in resource.fields:
        kind = field.kind
        creates = field.on_creation and "create" in resource.actions
        updates = field.on_update and "update" in resource.actions
        if not isinstance(kind, Reference | References) or not (creates or updates):
            continue
        target = contract.resource(kind.resource)
        closed = scope(contract, target, names).closed and any(known)
        yield Reach(
            attribute=naming.attribute(field),
            row=names[target.name].row,
            readable=f"readable_{target.plural}" if closed else "",
            link=naming.link(resource, field) if isinstance(kind, References) else "",
            nullable=field.nullable,
            on_creation=creates,
            on_update=updates,
            held=isinstance(kind, Reference) and kind.resource in hidden(contract),
        )


def _knows_writers(resource: Resource) -> list[bool]:
    """Of each operation that writes, whether somebody is known who does."""
    access = resource.access
    writing = {"create": access.create, "update": access.update}
    return [one.secured for action, one in writing.items() if action in resource.actions]


def _registered(contract: Contract, resource: Resource, names: Names) -> Iterator[Reach]:
    """What whoever registers points to; nobody is known then who could be kept from reading it."""
    if contract.accounts is None or contract.accounts.resource != resource.name:
        return
    for field in resource.fields:
        kind = field.kind
        if isinstance(kind, Reference | References) and field.on_creation:
            yield Reach(
                attribute=naming.attribute(field),
                row=names[kind.resource].row,
                link=naming.link(resource, field) if isinstance(kind, References) else "",
                nullable=field.nullable,
                held=isinstance(kind, Reference) and kind.resource in hidden(contract),
            )


def given(resource: Resource, of: Scope, own: naming.ResourceNames) -> Iterator[str]:
    """The arguments of a new row that the server fills in."""
    if of.owner and of.owner != "id":
        yield f"{of.owner}=caller.id"
    if of.tenant and of.tenant != "id":
        yield f"{of.tenant}=caller.{of.home}"
    for field in resource.fields:
        if isinstance(field.kind, Slug):
            attribute, source = naming.attribute(field), named(resource, field.kind.source)
            row = f"models.{own.row}"
            yield f"{attribute}=free_slug(db, {row}, {row}.{attribute}, body.{source})"


def _compares(resource: Resource) -> bool:
    """Whether an update has to be looked at together with what is stored."""
    changeable = {field.name for field in resource.fields if field.on_update}
    for rule in resource.rules:
        if isinstance(rule, Ordered) and changeable & {rule.earlier, rule.later}:
            return True
        if isinstance(rule, Different) and changeable & {rule.first, rule.second}:
            return True
        if isinstance(rule, NoOverlap | AtMost) and changeable & guarded(rule):
            return True
    return False
