"""Which operations show the version of a row, and which go by the one that the client names."""

from smartforge.contract.operations import Operation
from smartforge.contract.resources import Contract

_SHOWING = frozenset(
    {"create", "read", "update", "transition", "mark", "unmark", "restore"},
)
_GUARDED = frozenset({"update", "delete", "transition"})


def shows_version(contract: Contract, operation: Operation) -> bool:
    """Whether its answer has an `ETag`."""
    return operation.role in _SHOWING and contract.resource(operation.resource).versioned


def takes_version(contract: Contract, operation: Operation) -> bool:
    """Whether it goes by `If-Match`."""
    return operation.role in _GUARDED and contract.resource(operation.resource).versioned


def needs_version(contract: Contract, operation: Operation) -> bool:
    """Whether it is refused without `If-Match`."""
    resource = operation.resource
    return takes_version(contract, operation) and contract.resource(resource).version_required
