"""What a planner promises: a prompt in, a sound contract out, or a clear word why not."""

from collections.abc import Mapping, Sequence
from typing import Protocol

import msgspec

from smartforge.contract import Contract
from smartforge.events import Question, Usage

NOT_UNDERSTOOD = "Not understood:"
"""How a note begins that names words of which nothing came."""


class Known(msgspec.Struct, frozen=True):
    """A file that is there. `closed` says why nobody may edit it, empty where a model wrote it."""

    path: str
    purpose: str
    closed: str = ""


class PlanRequest(msgspec.Struct, frozen=True):
    """The prompts of a project, oldest first; the last one is what was just asked.

    With a `base`, the contract of the version to start from, that last prompt alone is read, as an
    edit of `base`: what it does not speak of stays as it is. `earlier` holds the contracts of the
    versions until then, oldest first, for prompts that ask to go back. `answers` is what the user
    said to questions about these prompts, with the questions, one a line; empty for nothing.
    `files` are those of the version to start from. `offers` says that another plan than the one
    that was asked for may be planned: somebody is there who is asked whether it is to be made.
    """

    prompts: Sequence[str]
    base: Contract | None = None
    earlier: tuple[Contract, ...] = ()
    answers: str = ""
    files: tuple[Known, ...] = ()
    offers: bool = False


class Words(msgspec.Struct, frozen=True):
    """Words of a prompt. `start` and `end` are offsets in Unicode code points, null where the
    words stand there otherwise (in another language, another case, with more between them)."""

    text: str
    start: int | None = None
    end: int | None = None

    @classmethod
    def found(cls, prompt: str, text: str) -> "Words":
        """`text`, with its first place in `prompt`."""
        at = (
            prompt.casefold().find(text.casefold()) if len(prompt.casefold()) == len(prompt) else -1
        )
        return cls(text) if at < 0 else cls(prompt[at : at + len(text)], at, at + len(text))


class Planned(msgspec.Struct, frozen=True):
    """A contract that passed `contract.validate`, and what to tell the user about it.

    `notes`: one sentence each, what was understood and what was not, quoting the prompt's words.
    `operations_not_made`: what was asked for and cannot be made. `usage`: one per model call.
    `restore`: the place in `PlanRequest.earlier` of the version to go back to, where that was
    asked for; then `contract` is that version's, unchanged.
    `origins` holds the words that led to a part of the contract, by the part's path (see
    `contract.parts`); what has none there came with the part around it. `instead` says why this
    plan is offered and not the one that was asked for; empty where it is that. `missed` are words
    of the prompt of which nothing came. `edits` are paths of `PlanRequest.files` that have to
    change, even where nothing of the contract does.
    """

    contract: Contract
    notes: tuple[str, ...]
    operations_not_made: tuple[str, ...] = ()
    usage: tuple[Usage, ...] = ()
    restore: int | None = None
    origins: Mapping[str, tuple[Words, ...]] = {}
    instead: str = ""
    missed: tuple[str, ...] = ()
    edits: tuple[str, ...] = ()


class Planner(Protocol):
    async def plan(self, request: PlanRequest) -> Planned:
        """Raises PromptUnclear, NothingToChange, ContractInvalid, or ModelFailed.

        Cancellable at any await.
        """
        ...


class Asked(msgspec.Struct, frozen=True):
    """What to ask the user, at most `MOST_QUESTIONS`, and what finding that out has cost."""

    questions: tuple[Question, ...] = ()
    usage: tuple[Usage, ...] = ()


MOST_QUESTIONS = 3


class Asker(Protocol):
    async def questions(self, request: PlanRequest) -> Asked:
        """What the words leave open that would change the API. Raises ModelFailed.

        Cancellable at any await.
        """
        ...
