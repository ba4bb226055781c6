"""Who calls the API in its tests, and who of them may do what: from the contract alone."""

from collections.abc import Iterator, Mapping
from typing import Literal

import msgspec

from smartforge.contract import Access, Adjusts, Contract, Field, Reference, References, Resource
from smartforge.contract.names import shorten

Action = Literal["list", "create", "clear", "read", "update", "delete"]

_SHORT = 30


class Caller(msgspec.Struct, frozen=True):
    """A client in the tests: the name of its fixture, and what it is logged in as.

    Without `account` it is not logged in. `role` is empty where there are none. A `stranger`
    belongs to another tenant.
    """

    fixture: str
    account: bool = True
    role: str = ""
    stranger: bool = False


ANYONE = Caller("client", account=False)


class Callers(msgspec.Struct, frozen=True):
    """All callers of a contract.

    `users` have few rights first, then more, each with another role; `other` is a second account
    with the rights of the first, `stranger` one of another tenant. `makers` says, by the name of
    the resource, who makes its rows; `accounts` are made by registering.
    """

    users: tuple[Caller, ...]
    other: Caller | None
    stranger: Caller | None
    makers: Mapping[str, Caller]
    accounts: str = ""

    @property
    def candidates(self) -> tuple[Caller, ...]:
        return (ANYONE, *self.users)

    def of(self, resource: Resource, access: Access) -> Caller | None:
        """Who with the fewest rights may do this with the rows that the tests make."""
        maker = self.makers.get(resource.name)
        if maker is not None and access.who == "owner":
            return maker if may(access, maker, own=True) else None
        own = resource.name == self.accounts
        return next((one for one in self.candidates if may(access, one, own=own)), None)


def may(access: Access, caller: Caller, *, own: bool) -> bool:
    """Whether the caller may use an operation on a row, of its own or of somebody else."""
    match access.who:
        case "anyone":
            return True
        case "user":
            return caller.account
        case "role":
            return caller.role in access.roles
        case "owner":
            return caller.account and (own or caller.role in access.roles)


def callers(contract: Contract) -> Callers:
    users, other, stranger = _accounts(contract)
    accounts = contract.accounts.resource if contract.accounts else ""
    return Callers(users, other, stranger, _makers(contract, users), accounts)


def points_to(field: Field) -> str:
    """The resource whose rows the field names; empty for another kind of field."""
    return field.kind.resource if isinstance(field.kind, Reference | References) else ""


def _accounts(contract: Contract) -> tuple[tuple[Caller, ...], Caller | None, Caller | None]:
    accounts = contract.accounts
    if accounts is None:
        return (), None, None
    roles = accounts.roles
    first = roles[0] if roles else ""
    user, other = Caller("as_user", role=first), Caller("as_other", role=first)
    higher = tuple(Caller(f"as_{shorten(role, _SHORT)}", role=role) for role in _distinct(roles))
    if not accounts.tenant:
        return (user, *higher), other, None
    stranger = Caller("as_stranger", role=roles[-1] if roles else "", stranger=True)
    if "create" in contract.resource(accounts.resource).actions:
        return (user, *higher), other, stranger
    # Whoever registers founds a tenant: nobody else can come to it.
    return higher[-1:] or (user,), None, stranger


def _distinct(roles: tuple[str, ...]) -> Iterator[str]:
    for role in roles[1:]:
        yield f"{role}_role" if role in ("user", "other", "stranger") else role


def _makers(contract: Contract, users: tuple[Caller, ...]) -> dict[str, Caller]:
    """For each resource that can be created, who does; so that references can be read, too."""
    makers: dict[str, Caller] = {}
    for resource in contract.resources:
        access = resource.access.create
        able = [one for one in (ANYONE, *users) if may(access, one, own=True)]
        # What is owned needs somebody who owns it.
        able = [one for one in able if one.account or not (resource.owner or resource.tenant)]
        accounts = contract.accounts is not None and contract.accounts.resource == resource.name
        if "create" in resource.actions and able and not accounts:
            makers[resource.name] = able[0]
    for _ in contract.resources:
        for child, parent in _unseen(contract, makers):
            _bring_together(contract, makers, child, parent)
    return makers


def _unseen(contract: Contract, makers: Mapping[str, Caller]) -> Iterator[tuple[str, str]]:
    """Pairs of resources, where who makes the first cannot read what is made of the second."""
    for child in contract.resources:
        for field in child.fields:
            parent = points_to(field)
            if field.on_creation and child.name in makers and parent in makers:
                reader, maker = makers[child.name], makers[parent]
                if not _may_name(contract, child, field, reader, own=reader == maker):
                    yield child.name, parent


def _may_name(
    contract: Contract, child: Resource, field: Field, caller: Caller, *, own: bool
) -> bool:
    """Whether the caller may read what the field of a new row names, and take from it where it
    is taken from."""
    parent = contract.resource(points_to(field))
    taken = any(
        isinstance(rule, Adjusts) and rule.own and rule.reference == field.name
        for rule in child.rules
    )
    spends = may(Access("owner", parent.overseers), caller, own=own)
    return may(parent.access.read, caller, own=own) and (spends or not taken)


def _bring_together(contract: Contract, makers: dict[str, Caller], child: str, parent: str) -> None:
    if may(contract.resource(parent).access.create, makers[child], own=True):
        makers[parent] = makers[child]
    elif may(contract.resource(child).access.create, makers[parent], own=True):
        makers[child] = makers[parent]
