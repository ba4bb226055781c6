"""Accounts, owners, tenants and who may do what."""

import re
from collections.abc import Iterator

from smartforge.contract.access import Access, Accounts
from smartforge.contract.fields import Email, Field, Reference, Text
from smartforge.contract.names import quoted
from smartforge.contract.resources import Contract
from smartforge.contract.soundness.places import Place, tenants, twice

MAX_TOKEN_MINUTES = 527_040  # a year
MAX_ROLES = 20
MAX_REQUESTS = 1_000_000
MAX_SECONDS = 86_400

_ROLE = re.compile(r"[a-z][a-z0-9_-]{0,39}\Z")


def account_problems(contract: Contract) -> Iterator[str]:
    accounts = contract.accounts
    if accounts is None:
        return
    yield from _role_problems(accounts)
    if not 1 <= accounts.token_minutes <= MAX_TOKEN_MINUTES:
        yield (
            f"tokens that last {accounts.token_minutes} minutes are not between 1 and "
            f"{MAX_TOKEN_MINUTES}"
        )
    for resource in contract.resources:
        if resource.name == accounts.resource:
            place = Place(contract, resource)
            yield from _login_problems(place, accounts)
            yield from _tenant_problems(place, accounts)
            break
    else:
        yield f"the accounts are to be rows of {quoted(accounts.resource)}, which is no resource"


def limit_problems(contract: Contract) -> Iterator[str]:
    """Limits that let nobody in, or that cannot be counted."""
    logins = contract.accounts.login_limit if contract.accounts else None
    for one in (contract.rate_limit, logins):
        if one and not (1 <= one.requests <= MAX_REQUESTS and 1 <= one.seconds <= MAX_SECONDS):
            yield (
                f"{one.requests} requests in {one.seconds} seconds: there must be 1 to "
                f"{MAX_REQUESTS} in 1 to {MAX_SECONDS} seconds"
            )


def _role_problems(accounts: Accounts) -> Iterator[str]:
    if len(accounts.roles) > MAX_ROLES:
        yield f"{len(accounts.roles)} roles are more than {MAX_ROLES}"
    for role in dict.fromkeys(accounts.roles):
        if not _ROLE.match(role):
            yield f"the role {quoted(role)} must be a lower case word in ASCII"
    for role in twice(accounts.roles):
        yield f"the role {quoted(role)} is named twice"


def _login_problems(place: Place, accounts: Accounts) -> Iterator[str]:
    if not accounts.login:
        yield f"{place.here}: name a field by which its accounts log in"
    for name in dict.fromkeys(accounts.login):
        field = place.field(name)
        if field is None:
            yield f"{place.here}: accounts log in by {quoted(name)}, which is no field"
        elif not isinstance(field.kind, Text | Email):
            yield f"{place.here}: accounts log in by {quoted(name)}, which is no text or e-mail"
        elif not (field.required and field.unique and field.on_creation):
            yield (
                f"{place.here}: accounts log in by {quoted(name)}, so it must be required, unique "
                "and written on creation"
            )
    for name in twice(accounts.login):
        yield f"{place.here}: {quoted(name)} is named twice for logging in"
    if place.resource.upload:
        yield f"{place.here}: its rows are accounts, so they cannot be uploads"
    if place.resource.owner not in ("", "id"):
        yield f"{place.here}: an account owns itself, so its owner is {quoted('id')}"


def _tenant_problems(place: Place, accounts: Accounts) -> Iterator[str]:
    if not accounts.tenant:
        return
    field = place.field(accounts.tenant)
    if field is None or not isinstance(field.kind, Reference):
        yield f"{place.here}: its tenant {quoted(accounts.tenant)} is no reference field"
        return
    if not field.required:
        yield f"{place.here}: every account has a tenant, so {quoted(field.name)} is required"
    home = place.of(field.kind.resource)
    if field.kind.resource == place.resource.name:
        yield f"{place.here}: its tenant {quoted(field.name)} points to the accounts themselves"
    elif home:
        yield from _home_problems(home)
    taken = f"{field.kind.resource}_name"
    if place.field(taken):
        yield f"{place.here}: registration takes the tenant's name as {quoted(taken)}, its field"


def _home_problems(home: Place) -> Iterator[str]:
    """Registration makes the tenant from its name alone."""
    name = home.field("name")
    sent = name is not None and name.required and name.on_creation
    if name is None or not isinstance(name.kind, Text) or not sent:
        wanted = f"a required text field {quoted('name')}"
        yield f"{home.here}: its rows are tenants, so it needs {wanted}"
    for field in home.resource.fields:
        if field.name != "name" and field.required and field.on_creation:
            yield (
                f"{home.here}: registration makes tenants from their name alone, so "
                f"{quoted(field.name)} cannot be required"
            )


def access_problems(place: Place) -> Iterator[str]:
    """Owner and tenant of the rows, and who may use each operation."""
    yield from _owner_problems(place)
    yield from _belonging_problems(place)
    for what, access in _accesses(place):
        yield from one_access_problems(place, what, access)
        if place.resource.tenant and not access.secured:
            yield (
                f"{place.here}: rows belong to tenants, so {what} cannot be open to anyone: "
                "only a token says whose they are"
            )


def _accesses(place: Place) -> Iterator[tuple[str, Access]]:
    resource = place.resource
    for action in resource.actions:
        yield action, resource.access.of(action)
    if resource.upload and "read" not in resource.actions:
        yield "read", resource.access.read
    for one in (*resource.transitions, *resource.marks, *resource.reports):
        yield one.name, one.access


def one_access_problems(place: Place, what: str, access: Access) -> Iterator[str]:
    """Whether there is anybody for whom the operation `what` on the resource is meant."""
    accounts = place.contract.accounts
    here = f"{quoted(what)} of {place.here}"
    if access.secured and accounts is None:
        yield f"{here}: it is for {access.who}, but there are no accounts to log in with"
        return
    known = accounts.roles if accounts else ()
    if access.who == "owner" and not place.resource.owner:
        yield f"{here}: it is for the owner, but no field says who owns a row"
    if access.who == "role" and not access.roles:
        yield f"{here}: it is for a role, but none is named"
    if access.who in ("anyone", "user") and access.roles:
        yield f"{here}: it is for {access.who}, so naming roles has no effect"
    for role in access.roles:
        if role not in known:
            yield f"{here}: the role {quoted(role)} is none of those of the accounts"


def _owner_problems(place: Place) -> Iterator[str]:
    resource, accounts = place.resource, place.contract.accounts
    if not resource.owner or (place.holds_accounts and resource.owner == "id"):
        return
    if accounts is None:
        yield f"{place.here}: {quoted(resource.owner)} owns a row, but there are no accounts"
        return
    if place.holds_accounts:
        return
    yield from _set_reference(place, "owner", resource.owner, accounts.resource)
    if "create" in resource.actions and not resource.access.create.secured:
        yield (
            f"{place.here}: its owner {quoted(resource.owner)} is the caller, so creation cannot "
            "be open to anyone"
        )


def _belonging_problems(place: Place) -> Iterator[str]:
    name = place.resource.tenant
    if not name:
        return
    home = tenants(place.contract)
    if not home:
        yield f"{place.here}: {quoted(name)} is its tenant, but accounts have none"
        return
    yield from _set_reference(place, "tenant", name, home)


def _set_reference(place: Place, role: str, name: str, target: str) -> Iterator[str]:
    field: Field | None = place.field(name)
    if field is None or not isinstance(field.kind, Reference):
        yield f"{place.here}: its {role} {quoted(name)} is no reference field"
    elif field.kind.resource != target:
        yield f"{place.here}: its {role} {quoted(name)} does not point to {quoted(target)}"
