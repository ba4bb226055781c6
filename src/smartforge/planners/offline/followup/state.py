"""What an edit starts from and leaves, and how one is refused."""

import difflib
from collections.abc import Callable, Iterable

import msgspec

from smartforge.contract import Contract
from smartforge.contract.names import quoted, spaced
from smartforge.errors import PromptUnclear
from smartforge.planners.offline.draft import listing
from smartforge.planners.offline.followup.phrases import Slots

MAX_NAMED = 12


class Scene(msgspec.Struct, frozen=True):
    """The contract as it is when a clause is read, and what "it" and "they" stand for.

    `base` is the contract that the whole follow-up starts from. `subject` is the resource that
    was last spoken of, `fields` are the fields: pairs of the names of a resource and a field.
    `before` and `fields_before` are those that the follow-up before was about.
    """

    base: Contract
    contract: Contract
    subject: str = ""
    fields: tuple[tuple[str, str], ...] = ()
    before: str = ""
    fields_before: tuple[tuple[str, str], ...] = ()


class Done(msgspec.Struct, frozen=True):
    """What an edit made of a scene: the new contract, and sentences that tell the user.

    `settled` says about what it has decided something, and what: two edits of one follow-up that
    decide different things about the same contradict each other. `read_on` are sentences that
    are left to the reading of new prompts, each entry by itself.
    """

    contract: Contract
    told: tuple[str, ...]
    subject: str = ""
    fields: tuple[tuple[str, str], ...] = ()
    settled: tuple[tuple[str, str], ...] = ()
    read_on: tuple[str, ...] = ()


# Follows an order; None where its words do not fit, so that they are read otherwise.
# Raises Unknown where they fit, but name what is not there.
Edit = Callable[[Scene, Slots], Done | None]


class Unknown(Exception):
    """Words that fit an order, but name nothing of the contract.

    `sure` tells that it is these very words that name nothing, and no wrong reading of others.
    """

    def __init__(self, what: str, hint: str, sure: bool = False) -> None:
        super().__init__(what)
        self.what, self.hint, self.sure = what, hint, sure


class Impossible(Unknown):
    """Words that fit an order that cannot be followed, so that no other reading is tried."""


def unknown(name: str, known: Iterable[str], of: str = "", sure: bool = True) -> Unknown:
    """`there is no "publisher"; there are author and book`, with the nearest one as the hint."""
    names = [spaced(one) for one in known]
    shown = [*names[:MAX_NAMED], "more"] if len(names) > MAX_NAMED else names
    inside = f" in {spaced(of)}" if of else ""
    there = f"; there are {listing(shown)}" if len(names) > 1 else ""
    there = f"; there is only {names[0]}" if len(names) == 1 else there
    near = difflib.get_close_matches(name.lower(), names, 1, 0.6)
    hint = f"Did you mean {quoted(near[0])}? " if near else ""
    return Unknown(
        f"there is no {quoted(name)}{inside}{there}.",
        f"{hint}Say it with a name that is there, or add {quoted(name)} first.",
        sure,
    )


def refusal(said: str, why: str, hint: str = "") -> PromptUnclear:
    """The answer to a follow-up that is not followed; nothing of it is."""
    return PromptUnclear(
        f"{quoted(said, 120)}: {why} Nothing was changed.",
        hint or "Say it in other words, one change in a sentence.",
    )
