"""What the templates see of the accounts of a contract."""

from collections.abc import Iterator

import msgspec

from smartforge.contract import Contract, Field, Reference, Resource, Text
from smartforge.contract.names import spaced
from smartforge.contract.operations import served
from smartforge.targets.fastapi import naming, samples
from smartforge.targets.fastapi.endpoints import Reach, given
from smartforge.targets.fastapi.imports import from_import
from smartforge.targets.fastapi.views import FieldView, ResourceView

_SECURED_BODIES = ("create", "update", "set_role", "change_password", "create_api_key")


class TenantView(msgspec.Struct, frozen=True):
    """The tenants: `attribute` of an account refers to a `row`, whose name takes `type`."""

    name: str
    row: str
    attribute: str
    type: str


class AccountsView(msgspec.Struct, frozen=True):
    """The accounts: `row` is their class in `app.models`, `fields` are those of a registration.

    `login` is the attribute that one logs in by, `login_line` its line in a schema. `first` are
    the values of the first administrator besides the login, None where the environment makes
    none; `needs` are references that it must have. `slugs` are arguments of a new row.
    `secured_bodies` says whether any operation that needs a token takes a body.
    """

    resource: Resource
    names: naming.ResourceNames
    fields: tuple[FieldView, ...]
    login: str
    login_name: str
    login_line: str
    roles: tuple[str, ...]
    minutes: int
    refresh: bool
    password_change: bool
    api_keys: bool
    tenant: TenantView | None
    reaches: tuple[Reach, ...]
    slugs: tuple[str, ...]
    first: dict[str, object] | None
    needs: tuple[Reach, ...]
    secured_bodies: bool

    @property
    def row(self) -> str:
        return self.names.row

    @property
    def imports(self) -> dict[str, str]:
        """Where the types of a registration's fields come from, by their names."""
        own = [one.type for one in self.fields if one.own_type]
        own += [self.names.role] if self.roles else []
        return dict.fromkeys(own, from_import(f"app.schemas.{self.names.module}", own))

    @property
    def told(self) -> bool:
        """Whether tokens say more than whose they are."""
        return self.refresh or self.password_change

    @property
    def lasting(self) -> str:
        """What must last for a token to be good."""
        if self.refresh:
            return "its login lasts"
        return "its password lasts" if self.password_change else "it exists"

    @property
    def one(self) -> str:
        return spaced(self.resource.name)

    @property
    def many(self) -> str:
        return spaced(self.resource.plural)

    @property
    def login_words(self) -> str:
        return spaced(self.login_name)

    @property
    def new_role(self) -> str:
        """The role of whoever registers: the first account of a tenant rules it."""
        return self.roles[-1 if self.tenant else 0]


def accounts_view(contract: Contract, views: tuple[ResourceView, ...]) -> AccountsView | None:
    """None where the contract knows no accounts."""
    accounts = contract.accounts
    if accounts is None:
        return None
    view = next(one for one in views if one.resource.name == accounts.resource)
    pairs = list(zip(view.resource.fields, view.fields, strict=True))
    sent = [one for field, one in pairs if field.on_creation]
    login, login_view = next(pair for pair in pairs if pair[0].name == accounts.login[0])
    place = (view.resource, view.endpoints.scope, view.names)
    return AccountsView(
        resource=view.resource,
        names=view.names,
        fields=tuple(sent),
        login=naming.attribute(login),
        login_name=login.name,
        login_line=login_view.create,
        roles=accounts.roles,
        minutes=accounts.token_minutes,
        refresh=accounts.refresh,
        password_change=accounts.password_change,
        api_keys=accounts.api_keys,
        tenant=_tenant(contract, view.resource, views),
        reaches=view.endpoints.registered,
        slugs=tuple(one for one in given(*place) if "free_slug(" in one),
        needs=tuple(_needs(view)),
        first=_first(view.resource, login) if accounts.roles and not accounts.tenant else None,
        secured_bodies=any(
            one.access.secured and (one.role in _SECURED_BODIES or one.role == "custom")
            for one in served(contract)
        ),
    )


def _tenant(
    contract: Contract, resource: Resource, views: tuple[ResourceView, ...]
) -> TenantView | None:
    accounts = contract.accounts
    if accounts is None or not accounts.tenant:
        return None
    field = resource.field(accounts.tenant)
    if not isinstance(field.kind, Reference):
        raise TypeError(f"the tenant of accounts is no reference: {field.name}")
    tenant = field.kind.resource
    view = next(one for one in views if one.resource.name == tenant)
    place = [one.name for one in view.resource.fields].index("name")
    name = view.fields[place]
    return TenantView(tenant, view.names.row, naming.attribute(field), name.own_type or name.type)


def _first(resource: Resource, login: Field) -> dict[str, object]:
    return {
        field.name: _plain(field)
        for field in resource.fields
        if field.on_creation and field.required and field.name != login.name
        if not isinstance(field.kind, Reference)
    }


def _needs(view: ResourceView) -> Iterator[Reach]:
    needed = {
        naming.attribute(field)
        for field in view.resource.fields
        if field.on_creation and field.required and isinstance(field.kind, Reference)
    }
    yield from (one for one in view.endpoints.registered if one.attribute in needed)


def _plain(field: Field) -> object:
    """A value for a field of an account that nobody filled in."""
    match field.kind:
        case Text() as kind:
            return "admin".ljust(kind.min_length, "n")[: kind.max_length]
        case _:
            return samples.three(field)[0]
