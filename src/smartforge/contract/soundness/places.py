"""Where in a contract something stands, and what can be seen from there."""

from collections.abc import Iterable, Iterator

import msgspec

from smartforge.contract.fields import (
    Date,
    Decimal,
    Field,
    Integer,
    Json,
    Kind,
    Reference,
    References,
    TextList,
    Timestamp,
)
from smartforge.contract.names import MAX_NAME, NAME, quoted
from smartforge.contract.resources import Contract, Resource

# Kinds that hold several values: nothing is equal to them, greater than them or unique.
MANIFOLD = (TextList, References, Json)
NUMBERS = (Integer, Decimal)
MOMENTS = (Date, Timestamp)


class Place(msgspec.Struct, frozen=True):
    """One resource of a contract. Nothing here raises, however broken the contract is."""

    contract: Contract
    resource: Resource

    @property
    def here(self) -> str:
        return f"resource {quoted(self.resource.name)}"

    @property
    def holds_accounts(self) -> bool:
        accounts = self.contract.accounts
        return accounts is not None and accounts.resource == self.resource.name

    @property
    def holds_tenants(self) -> bool:
        return self.resource.name == tenants(self.contract)

    @property
    def given(self) -> tuple[str, ...]:
        """The timestamps that the server gives to every row."""
        return ("created_at", "updated_at") if self.resource.stamped else ("created_at",)

    def of(self, name: str) -> "Place | None":
        """The place of another resource."""
        for one in self.contract.resources:
            if one.name == name:
                return Place(self.contract, one)
        return None

    def field(self, name: str) -> Field | None:
        for one in self.resource.fields:
            if one.name == name:
                return one
        return None

    def kind(self, name: str) -> Kind | None:
        field = self.field(name)
        return field.kind if field else None

    def set_by_server(self, field: Field) -> bool:
        """Whether the field is a reference that the server sets when a row is made."""
        accounts = self.contract.accounts
        tenant = accounts.tenant if accounts and self.holds_accounts else ""
        return field.name in {self.resource.owner, self.resource.tenant, tenant} - {""}


def tenants(contract: Contract) -> str:
    """The name of the resource whose rows are the tenants; empty where there are none."""
    accounts = contract.accounts
    for resource in contract.resources:
        if accounts and accounts.tenant and resource.name == accounts.resource:
            for field in resource.fields:
                if field.name == accounts.tenant and isinstance(field.kind, Reference):
                    return field.kind.resource
    return ""


def name_problems(here: str, name: str) -> Iterator[str]:
    if len(name) > MAX_NAME:
        yield f"{here}: the name has {len(name)} characters, more than {MAX_NAME}"
    elif not NAME.match(name):
        yield f"{here}: the name must be lower snake case in ASCII and begin with a letter"


def twice(names: Iterable[str]) -> Iterator[str]:
    """The names that are there more than once, each once."""
    seen = dict[str, int]()
    for name in names:
        seen[name] = seen.get(name, 0) + 1
    yield from (name for name, count in seen.items() if count > 1)


def was_problems(
    here: str, pairs: Iterable[tuple[str, str]], names: Iterable[str]
) -> Iterator[str]:
    """What is wrong with the names that these had in the version before."""
    pairs, taken = list(pairs), set(names)
    for name, was in pairs:
        if was and was == name:
            yield f"{here} was {quoted(was)}, which is what it is called now"
        elif was and was in taken:
            yield f"{here} was {quoted(was)}, but another one is called so now"
    for was in twice(was for _, was in pairs if was):
        yield f"{here} was {quoted(was)}, and so was another one"
