"""The verb that leads to a state, and the state to which a verb leads."""

import functools
import re
import tomllib
from collections.abc import Mapping
from importlib import resources

import msgspec

from smartforge.contract.names import identifier

_VOWELS = "aeiou"
_GROUPS = re.compile(r"[aeiouy]+")
_CLOSED = re.compile(r"[^aeiou][aeiou][bdgklmnprt]\Z")
_SILENT = re.compile(
    r"(?:[uvzc]|[dr]g|[ae]ng|[aeiounr]s|[bcdfgkptz]l|[^eo]at|[^aeo]id|ut|mot|vit|[^aeo]in|[^ae]ir"
    r"|[^o]ur|[^o]ok|[^e]ak)\Z"
)


class Verbs(msgspec.Struct, frozen=True):
    """What verbs.toml holds; the words of states and verbs have single blanks between them."""

    states: Mapping[str, str]
    back: Mapping[str, str]
    undo: Mapping[str, str]
    like: Mapping[str, str]
    decisions: frozenset[str]
    deeds: frozenset[str]
    first: str


@functools.cache
def verbs() -> Verbs:
    room = resources.files(__name__.rpartition(".")[0])
    text = room.joinpath("verbs.toml").read_text(encoding="utf-8")
    data = tomllib.loads(text)
    return Verbs(
        states=data["states"],
        back=data["back"],
        undo=data["undo"],
        like=data["like"],
        decisions=frozenset(data["decisions"]["verbs"].split()),
        deeds=frozenset(
            form for verb in data["deeds"]["verbs"].split() for form in (verb, f"{verb}s")
        ),
        first=data["decisions"]["first"],
    )


def verb_to(state: str, back: bool = False) -> str:
    """The name of the transition to `state`: `close`, `mark_ready`; `back` to an earlier one."""
    low = " ".join(state.lower().replace("_", " ").replace("-", " ").split())
    if back:
        return identifier(verbs().back.get(low, f"move back to {low}"))
    known = verbs().states.get(low)
    if known is None:
        known = stem(low.removeprefix("in "))
    return identifier(known or f"mark {low}")


def stem(participle: str) -> str:
    """`scored` and `scoring` as `score`; empty for what is no participle of a regular verb."""
    head, _, last = participle.partition(" ")
    for ending in ("ed", "ing"):
        root = head.removesuffix(ending)
        if root == head or len(root) < 3:
            continue
        if ending == "ed" and root.endswith("i"):
            root = f"{root[:-1]}y"
        elif len(root) > 3 and root[-1] == root[-2] and root[-1] not in "lsz" + _VOWELS:
            root = root[:-1]
        elif _loses_e(root):
            root += "e"
        return f"{root} {last}".strip()
    return ""


def _loses_e(root: str) -> bool:
    """Whether the verb of a stem ends in a silent e: `archiv`, `scor`, `clos`, but not `edit`."""
    if root.endswith("ss"):
        return False
    if _SILENT.search(root):
        return True
    one_syllable = len(_GROUPS.findall(root)) == 1
    return one_syllable and _CLOSED.search(root) is not None  # else it would have been doubled


def states_of(verb: str) -> list[str]:
    """The states to which `verb` may lead, the most usual first; empty for other verbs."""
    verb = verbs().like.get(verb, verb)
    return [state for state, one in verbs().states.items() if one == verb]


@functools.cache
def known_verbs() -> frozenset[str]:
    """The verbs that change a state when somebody is said to do them."""
    data = verbs()
    return frozenset({*data.states.values(), *data.undo, *data.like})
