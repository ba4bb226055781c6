"""Whose rows are whose: what of a resource a caller may see, and what may be done with it."""

import msgspec

from smartforge.contract import Access, Contract, Reference, Resource
from smartforge.targets.fastapi import naming
from smartforge.targets.fastapi.columns import Names, named
from smartforge.targets.fastapi.literals import python


class Scope(msgspec.Struct, frozen=True):
    """How the rows of a resource belong to accounts and to tenants.

    `owner` and `tenant` are attributes of the rows, `home` is the account's own one for its
    tenant; empty where there is no such thing. `row` is the class in `app.models`. `chief` is the
    role of administrators, `then` what a deleted row held where it was of the caller's tenant.
    """

    row: str
    owner: str
    tenant: str
    home: str
    read: Access
    chief: str = ""
    then: str = ""

    @property
    def ours(self) -> str:
        """The condition that a row is of the caller's tenant; empty where there are none."""
        return f"models.{self.row}.{self.tenant} == caller.{self.home}" if self.tenant else ""

    @property
    def own(self) -> str:
        """The condition that a row is the caller's own."""
        return f"models.{self.row}.{self.owner} == caller.id"

    @property
    def mine(self) -> bool:
        """Whether rows are accounts that only some roles read: one's own may still be named."""
        return self.owner == "id" and self.read.who == "role"

    @property
    def closed(self) -> bool:
        """Whether there are rows that an account may not read."""
        return bool(self.tenant) or self.read.who in ("owner", "role")

    @property
    def privileged(self) -> str:
        """Whether the caller may read what is somebody else's, as an expression."""
        return has_role(self.read.roles)

    def shields(self, access: Access) -> bool:
        """Whether reading is closed to just those to whom an operation of `access` is closed."""
        return self.read.who == access.who == "owner" and set(self.read.roles) == set(access.roles)


def scope(contract: Contract, resource: Resource, names: Names) -> Scope:
    tenant, home = _tenant(contract, resource)
    chief = contract.accounts.roles[-1] if contract.accounts and contract.accounts.roles else ""
    return Scope(
        row=names[resource.name].row,
        owner=_attribute(resource, resource.owner),
        tenant=_attribute(resource, tenant),
        home=home,
        read=resource.access.read,
        # With the last of its accounts, nobody of a tenant is left who could ask.
        chief="" if tenant == "id" else chief,
        then=f"{{{python(tenant)}: caller.{home}}}" if tenant not in ("", "id") else "",
    )


def has_role(roles: tuple[str, ...]) -> str:
    """An expression that is true where the caller has one of the roles; empty for none."""
    if len(roles) == 1:
        return f"caller.role == {python(roles[0])}"
    return f"caller.role in {{{', '.join(map(python, roles))}}}" if roles else ""


def lacks_role(roles: tuple[str, ...]) -> str:
    """The opposite of `has_role`."""
    return has_role(roles).replace(" == ", " != ", 1).replace(" in ", " not in ", 1)


def _tenant(contract: Contract, resource: Resource) -> tuple[str, str]:
    """The fields of a row and of an account that are equal where both are of one tenant."""
    accounts = contract.accounts
    if accounts is None or not accounts.tenant:
        return "", ""
    account = contract.resource(accounts.resource)
    field = account.field(accounts.tenant)
    home = naming.attribute(field)
    if resource.name == accounts.resource:
        return field.name, home
    if isinstance(field.kind, Reference) and field.kind.resource == resource.name:
        return "id", home
    return resource.tenant, home


def _attribute(resource: Resource, name: str) -> str:
    return name if name in ("", "id") else named(resource, name)
