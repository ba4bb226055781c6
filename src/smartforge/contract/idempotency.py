"""Requests that may be sent again: which operations take an `Idempotency-Key`, and what one is.

What is answered where goes by draft-ietf-httpapi-idempotency-key-header.
"""

from typing import Any

from smartforge.contract.operations import Operation
from smartforge.contract.resources import Contract

HEADER = "Idempotency-Key"
REPLAYED = "Idempotent-Replayed"
LONGEST_KEY = 255
# Printable ASCII, with no blanks around it, which no server gets to see.
KEY_PATTERN = "^[!-~]([ -~]*[!-~])?$"
KEPT_HOURS = 24

_MAKING = frozenset({"create", "bulk"})
_KEYED = _MAKING | {"transition"}


def takes_key(contract: Contract, operation: Operation) -> bool:
    """Whether the same request with the same `Idempotency-Key` is done once."""
    keyed = operation.role in _KEYED
    return keyed and contract.resource(operation.resource).idempotency is not None


def needs_key(contract: Contract, operation: Operation) -> bool:
    """Whether it is refused without one: only what makes rows may be."""
    if operation.role not in _MAKING:
        return False
    idempotency = contract.resource(operation.resource).idempotency
    return idempotency is not None and idempotency.required


def key_schema() -> dict[str, Any]:
    return {
        "type": "string",
        "minLength": 1,
        "maxLength": LONGEST_KEY,
        "pattern": KEY_PATTERN,
    }
