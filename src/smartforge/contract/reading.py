"""A contract as plain JSON and back: in events, in the arguments of steps, in files."""

from typing import Any

import msgspec

from smartforge.contract.resources import Contract
from smartforge.errors import ContractInvalid


def to_json(contract: Contract) -> dict[str, Any]:
    """`contract` as plain JSON values. Equal contracts give equal JSON, keys in the same order."""
    return msgspec.to_builtins(contract)


def from_json(data: object) -> Contract:
    """The contract that `to_json` wrote; the shape is checked, soundness is not.

    Raises ContractInvalid where `data` has not the shape of a contract. Unknown keys are ignored.
    """
    try:
        return msgspec.convert(data, Contract)
    except msgspec.ValidationError as error:
        raise ContractInvalid((f"this is not a contract: {error}",)) from error
