"""The words by which duties are told, read once from words.toml, and the small words between."""

import functools
import tomllib
from collections.abc import Mapping
from importlib import resources

import msgspec

from smartforge.contract.reserved import word_set

MODALS = word_set("can may must should will could shall also then is are be allowed to able later")
ONLY = word_set("only just")
NOT = word_set("not cannot can't never mustn't don't doesn't no nobody")
JOINS = word_set("and or , & / then finally later but")
STARTS = JOINS | word_set("; : ( ) - — while whereas only just by")
PRONOUNS = word_set("it them they one ones these those this that him her")
WHEN = word_set("while when if as until till before once after unless only")
STOPS = word_set("; : ( ) . , and or but for by to with as at in on from within -> &")
MARKS = word_set("mark marks set sets flag flags move moves put puts change changes")


class Words(msgspec.Struct, frozen=True):
    """What words.toml holds."""

    requesters: frozenset[str]
    departments: frozenset[str]
    plain: frozenset[str]
    making: frozenset[str]
    marking: frozenset[str]
    ending: frozenset[str]
    states: Mapping[str, str]


@functools.cache
def duty_words() -> Words:
    room = resources.files(__name__.rpartition(".")[0])
    data = tomllib.loads(room.joinpath("words.toml").read_text(encoding="utf-8"))
    lists = {key: frozenset(text.split()) for key, text in data.items() if isinstance(text, str)}
    return Words(states=data["states"], **lists)
