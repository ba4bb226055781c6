"""What the chat is told of a follow-up: what was done, what was not, and whom it breaks."""

from smartforge.contract import Contract
from smartforge.contract.diff import ContractDiff, Difference, diff
from smartforge.planners.base import Planned

MOST = 5
"""Sentences of a kind; `smartforge diff` shows all of them."""


def news(planned: Planned, base: Contract, *, used: bool = True) -> tuple[str, ...]:
    """One sentence a line: the planner's own, or else the differences of the contracts.

    A `base` that is not used yet, as it is a plan alone, has no clients to break.
    """
    found = diff(base, planned.contract)
    told = [*planned.notes] or _differences(found)
    if planned.operations_not_made:
        told.append(f"Not made: {', '.join(planned.operations_not_made)}.")
    breaking = [f"{one.sentence} ({one.reason})" for one in found.breaking]
    if breaking and used:
        told.append(f"Breaks clients of the version before: {'; '.join(_few(breaking))}.")
    return tuple(told)


def _differences(found: ContractDiff) -> list[str]:
    every = (*found.added, *found.changed, *found.removed)
    return _few([_sentence(one) for one in every]) or ["Nothing in the API has changed."]


def _sentence(one: Difference) -> str:
    return f"{one.sentence[:1].upper()}{one.sentence[1:]}."


def _few(sentences: list[str]) -> list[str]:
    more = len(sentences) - MOST
    return sentences if more <= 0 else [*sentences[:MOST], f"and {more} more"]
