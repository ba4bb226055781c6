"""What a new version of a contract breaks for clients of the old one, part by part."""

from collections.abc import Iterator

from smartforge.contract.breaking.blame import blamed
from smartforge.contract.breaking.documents import Finding, findings
from smartforge.contract.breaking.promises import broken_promise
from smartforge.contract.openapi import openapi
from smartforge.contract.parts import Change
from smartforge.contract.resources import Contract

__all__ = ["Finding", "findings", "reasons"]


def reasons(
    old: Contract, new: Contract, changes: tuple[Change, ...]
) -> dict[str, tuple[str, ...]]:
    """Why clients of `old` may fail with `new`, by the part of `changes` that is to blame.

    Nothing that the two documents can show is left out: what was taken and is refused, what was
    promised and is not answered, who may no longer, what is found no more; and of what they
    cannot show, effects and rules. Clients are taken to pass over properties that they do not
    know, and not to depend on the bounds of answered numbers and lengths.
    """
    found: dict[str, dict[str, None]] = {}
    for part, reason in _all(old, new, changes):
        found.setdefault(part, {})[reason] = None
    return {part: tuple(told) for part, told in found.items()}


def _all(old: Contract, new: Contract, changes: tuple[Change, ...]) -> Iterator[tuple[str, str]]:
    if changes:
        yield from blamed(findings(openapi(old), openapi(new)), changes, old, new)
    for change in changes:
        if reason := broken_promise(change, old, new):
            yield change.part, reason
