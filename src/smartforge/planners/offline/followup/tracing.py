"""Which words of a follow-up each part that it changed came from."""

from collections.abc import Mapping, Sequence

import msgspec

from smartforge.contract import Contract
from smartforge.contract.names import singular, words
from smartforge.contract.parts import changes, parts
from smartforge.planners.base import Words


class Trace(msgspec.Struct):
    """The words so far, by the part of the contract that they led to."""

    found: dict[str, list[str]] = msgspec.field(default_factory=dict[str, list[str]])

    def changed(self, before: Contract, after: Contract, said: Sequence[str]) -> None:
        """That `said`, a clause each, made `after` of `before`: of several those count for a
        part that name it, and all where none does."""
        for change in changes(before, after):
            words_before = self.found.pop(change.was or change.part, [])
            if change.kind != "removed":
                self.found[change.part] = [*words_before, *(_naming(change.part, said) or said)]

    def origins(self, prompt: str, contract: Contract) -> Mapping[str, tuple[Words, ...]]:
        """The words for every part of `contract` that this follow-up changed."""
        known = parts(contract)
        return {
            part: tuple(Words.found(prompt, one) for one in dict.fromkeys(texts))
            for part, texts in self.found.items()
            if part in known
        }


def _naming(part: str, said: Sequence[str]) -> list[str]:
    name = part.rpartition("/")[2].removesuffix("_id").partition(":")[0]
    return [one for one in said if _stems(name) <= _stems(one)]


def _stems(text: str) -> set[str]:
    return {singular(one) for one in words(text)}
