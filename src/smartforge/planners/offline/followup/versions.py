"""`undo that`, `go back to version 2`: the version that is meant."""

from collections.abc import Sequence

import msgspec

from smartforge.contract import Contract
from smartforge.contract.reserved import word_set
from smartforge.errors import PromptUnclear
from smartforge.planners.base import Planned
from smartforge.planners.offline.followup.clauses import Clause
from smartforge.planners.offline.followup.phrases import Slots, readings
from smartforge.planners.offline.followup.state import refusal

KINDS = frozenset(("undo", "back_to"))


class Back(msgspec.Struct, frozen=True):
    """That a clause asks to go back, to the first version, a numbered one, or the one before."""

    said: str
    slots: Slots
    kind: str


def asked_back(clauses: Sequence[Clause]) -> Back | None:
    """What asks to go back, if any clause does."""
    for clause in clauses:
        for kind, slots in readings(clause.words):
            if kind in KINDS:
                return Back(clause.text, slots, kind)
    return None


def is_remark(clause: Clause) -> bool:
    """Whether a clause beside one that asks to go back asks for nothing, or for the same."""
    again = any(kind in KINDS for kind, _ in readings(clause.words))
    return again or set(clause.words.lows) <= _REMARKS


_REMARKS = word_set(
    """
    no nope wait oops sorry that this it was is not isn't wasn't wrong bad what i we you meant mean
    didn't don't did do want wanted like a an the mistake error stupid better before hm hmm my fault
    """
)


def restored(back: Back, base: Contract, earlier: Sequence[Contract]) -> Planned:
    """The plan to take an earlier version. Raises PromptUnclear where there is none such."""
    place = _place(back, base, earlier)
    return Planned(
        contract=earlier[place],
        notes=(f"Back to version {place + 1}, exactly as it was.",),
        restore=place,
    )


def _place(back: Back, base: Contract, earlier: Sequence[Contract]) -> int:
    if back.kind == "undo":
        places = [at for at, one in enumerate(earlier) if one != base]
        if not places:
            raise _none(back, "this is the first version, so there is nothing to go back to.")
        return places[-1]
    number = int(back.slots["number"].low) if "number" in back.slots else 1
    if not 1 <= number <= len(earlier):
        count = len(earlier)
        there = f"versions 1 to {count}" if count > 1 else "only version 1" if count else "none"
        raise _none(back, f"there is no version {number} to go back to; there are {there}.")
    return number - 1


def _none(back: Back, why: str) -> PromptUnclear:
    return refusal(back.said, why, "Say what to change, or open the version that is meant.")
