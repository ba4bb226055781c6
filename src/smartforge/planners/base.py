"""What a planner promises: a prompt in, a sound contract out, or a clear word why not."""

from collections.abc import Sequence
from typing import Protocol

import msgspec

from smartforge.contract import Contract
from smartforge.events import Usage


class PlanRequest(msgspec.Struct, frozen=True):
    """The prompts of a project, oldest first; the last one is what was just asked.

    With a `base`, the contract of the version to start from, that last prompt alone is read, as an
    edit of `base`: what it does not speak of stays as it is. `earlier` holds the contracts of the
    versions until then, oldest first, for prompts that ask to go back.
    """

    prompts: Sequence[str]
    base: Contract | None = None
    earlier: tuple[Contract, ...] = ()


class Planned(msgspec.Struct, frozen=True):
    """A contract that passed `contract.validate`, and what to tell the user about it.

    `notes`: one sentence each, what was understood and what was not, quoting the prompt's words.
    `operations_not_made`: what was asked for and cannot be made. `usage`: one per model call.
    `restore`: the place in `PlanRequest.earlier` of the version to go back to, where that was
    asked for; then `contract` is that version's, unchanged.
    """

    contract: Contract
    notes: tuple[str, ...]
    operations_not_made: tuple[str, ...] = ()
    usage: tuple[Usage, ...] = ()
    restore: int | None = None


class Planner(Protocol):
    async def plan(self, request: PlanRequest) -> Planned:
        """Raises PromptUnclear, ContractInvalid, or ModelFailed. Cancellable at any await."""
        ...
