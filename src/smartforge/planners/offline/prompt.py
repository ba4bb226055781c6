"""The sentences of one prompt, with what is read of them as a whole: once, for all its readers."""

import functools

import msgspec

from smartforge.planners.offline.statements.duties import Duty, duties
from smartforge.planners.offline.statements.wanting import Wanted, wanted
from smartforge.planners.offline.tokens import Sentence


class Prompt(msgspec.Struct, frozen=True, dict=True):
    """What is asked for; a place is that of a sentence, counted from 0.

    Readers share what is found here and leave it as it is.
    """

    sentences: tuple[Sentence, ...]

    @functools.cached_property
    def duties(self) -> tuple[Duty, ...]:
        """Who moves what on."""
        return duties(self.sentences)

    @functools.cached_property
    def wanted(self) -> Wanted:
        """What is said about accounts, roles, tenants and who may do what."""
        return wanted(self.sentences, self.duties)
