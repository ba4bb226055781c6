"""Accounts and roles of a contract that did not have them, and whose its rows are."""

import msgspec

from smartforge.contract import Contract, Field, Reference, Resource
from smartforge.planners.offline.draft import Draft
from smartforge.planners.offline.followup.rewriting import with_resource
from smartforge.planners.offline.people.reading import read_people
from smartforge.planners.offline.prompt import Prompt
from smartforge.planners.offline.sketch import Sketch
from smartforge.planners.offline.tokens import sentences

_SIGN_UP = "Users register and log in with email and password."
_POWERFUL = frozenset(("admin", "superadmin", "owner", "manager", "director", "supervisor"))


def with_accounts(contract: Contract) -> Contract:
    """`contract` itself where it has accounts; else with those of a prompt that asks for them.

    Nothing else changes: everybody may do what everybody could do.
    """
    if contract.accounts is not None:
        return contract
    sketch = Sketch(contract, Prompt(tuple(sentences(_SIGN_UP))), Draft())
    read_people(sketch)
    accounts = sketch.contract.accounts
    if accounts is None:
        raise RuntimeError("a sentence that asks for accounts gave none")
    made = msgspec.structs.replace(contract, accounts=accounts)
    return with_resource(made, sketch.contract.resource(accounts.resource))


def with_role(contract: Contract, role: str) -> Contract:
    """With accounts that have `role`: above the least, below the one that gives roles."""
    contract = with_accounts(contract)
    accounts = contract.accounts
    if accounts is None or role in accounts.roles:
        return contract
    if accounts.roles:
        roles = (*accounts.roles[:-1], role, accounts.roles[-1])
    else:
        roles = ("user", role) if role in _POWERFUL else ("user", role, "admin")
        roles = tuple(dict.fromkeys(roles))
    return msgspec.structs.replace(
        contract, accounts=msgspec.structs.replace(accounts, roles=roles)
    )


def with_owner(contract: Contract, home: Resource) -> tuple[Contract, Resource]:
    """With an owner for the rows of `home`: whoever makes one. Rows that are there have none."""
    contract = with_accounts(contract)
    accounts = contract.accounts
    if home.owner or accounts is None:
        return contract, contract.resource(home.name)
    held = next(
        (
            field
            for field in home.fields
            if isinstance(field.kind, Reference) and field.kind.resource == accounts.resource
        ),
        None,
    )
    name = held.name if held else f"{accounts.resource}_id"
    kind = Reference(accounts.resource, "cascade", nested=False)
    made = held or Field(name, kind, required=False)
    made = msgspec.structs.replace(made, written="never")
    fields = tuple(made if one.name == name else one for one in home.fields)
    fields = fields if held else (*fields, made)
    owned = msgspec.structs.replace(home, fields=fields, owner=name)
    return with_resource(contract, owned), owned
