"""The states of a thing and the ways between them, as a prompt names them."""

import re
from collections.abc import Iterable, Iterator, Sequence

import msgspec

from smartforge.contract.reserved import word_set
from smartforge.planners.offline.verbs import states_of, verbs

MAX_STATES = 20

_WORD = (
    r"(?!(?:to|then|and|or|via|but|when|by|can|if|with|after|once|only|before|straight|directly"
    r"|finally|into|from|the|it|they|everyone|anyone|everybody|anybody|nobody)\b)[a-z][a-z_-]*"
)
_STATE = rf"{_WORD}(?: {_WORD}){{0,2}}"
_ARROW = re.compile(r"(?:[a-z_][a-z_'-]* ){1,4}(?:\( )?(?:->(?: (?:[a-z_][a-z_'-]*|/|\|))+ ?)+")
_FROM = re.compile(
    rf"\bfrom (?P<first>{_STATE}) (?:, )?(?:then )?(?:to|into) (?P<rest>{_STATE}"
    rf"(?: ?,? ?(?:and )?(?:then |finally )?(?:to|into|then|finally) {_STATE}"
    rf"| , {_STATE}| (?:and|or) {_STATE})*)"
)
_THEN = re.compile(
    rf"\b(?:first |starts? (?:as|in|out as) |begins? as |is |are |as |: )(?:either |a |an )?"
    rf"(?P<first>{_STATE})(?P<rest>(?: ?,? ?(?:and )?(?:then|later|afterwards|finally)"
    rf" (?:gets |is |are |becomes |becoming |either )*(?:to |into )?{_STATE}"
    rf"(?: ?(?:,|/|,? or) ?(?:becomes |is )?{_STATE}){{0,4}})+)"
)
_THROUGH = re.compile(
    r"\b(?:go(?:es)?|mov(?:e|es|ing)|pass(?:es)?|progress(?:es)?|flow(?:s)?|advance(?:s)?"
    r"|workflow"
    r"|lifecycle|life cycle)(?: through| via| is| :)(?: the)?(?: (?:states|stages|statuses"
    r"|steps))?"
    r"(?: :)? (?P<rest>[a-z_ ,-]+)"
)
_NOISE = word_set(
    """
    a an the its their state states status statuses stage stages be being been is are go goes
    going move moves moving it they status: from of can
    then tickets straight directly back status, in_turn to must should
    start starts begin begins first next finally gets get becomes become either later
    """
)
_SPLIT = re.compile(
    r" ?(?:->|,|\band\b|\bthen\b|\bto\b|\binto\b|\bfinally\b|\blater\b|\bafterwards\b) ?"
)
_EITHER = re.compile(r" ?(?:/|\||\bor\b) ?")


_REFUSED = re.compile(r"(?:n't|\bcannot|\bnever|\bnot|\bno)\b[^,]*\Z")


class Path(msgspec.Struct, frozen=True):
    """Steps one after the other; each is one state or several, of which one is reached."""

    steps: tuple[tuple[str, ...], ...]

    @property
    def states(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(state for step in self.steps for state in step))

    def edges(self) -> Iterator[tuple[str, str]]:
        for before, after in zip(self.steps, self.steps[1:], strict=False):
            for source in before:
                for target in after:
                    if source != target:
                        yield source, target


def paths(line: str) -> Iterator[tuple[Path, int, int]]:
    """Every path that `line` describes, with where its words begin and end."""
    for match in _ARROW.finditer(line):
        path = _path(match.group().split("->"), arrows=True)
        if path is not None:
            yield path, match.start(), match.end()
    for pattern in (_FROM, _THEN):
        for match in pattern.finditer(line):
            if _REFUSED.search(line[max(0, match.start() - 40) : match.start()]):
                continue
            path = _path([match["first"], *_SPLIT.split(match["rest"])])
            if path is not None:
                yield path, match.start(), match.end()
    for match in _THROUGH.finditer(line):
        path = _path(_SPLIT.split(match["rest"]))
        if path is not None and len(path.steps) > 1:
            yield path, match.start(), match.end()


def _path(parts: Iterable[str], arrows: bool = False) -> Path | None:
    steps: list[tuple[str, ...]] = []
    cut = list(parts)
    for at, part in enumerate(cut):
        first = arrows and at == 0
        values = [clean(one, from_end=first) for one in _EITHER.split(part)]
        kept = tuple(dict.fromkeys(value for value in values if value))
        if kept and (not steps or kept != steps[-1]):
            steps.append(kept)
    alike = sum(is_state(state) for step in steps for state in step)
    if len(steps) < 2 or len(steps) > MAX_STATES or (not arrows and not alike):
        return None
    return Path(tuple(steps))


def clean(text: str, from_end: bool = False) -> str:
    """A state without the small words around it; at most three words, empty for numbers."""
    kept: list[str] = []
    words = re.findall(r"[a-z][a-z_'-]*", text)
    if from_end:
        for word in reversed(words):
            if word in _NOISE or word.endswith("'s") or len(kept) == 2:
                break
            kept.insert(0, word)
            if word not in _JOINED and not _joins(words, word):
                break
    else:
        for word in words:
            if word in _NOISE and not kept:
                continue
            if (word in _AFTER and not _goes_on(kept, word)) or len(kept) == 3:
                break
            kept.append(word)
        if len(kept) > 1 and kept[-1] in ("first", "initially"):
            kept.pop()  # draft first
    return " ".join(kept)


_JOINED = word_set("progress review transit delivery hold loan up in out started sent ready")
_FOR = word_set("out ready waiting up open due set")
_AFTER = word_set(
    "and but with can by when if after before once only for status state cannot can't"
)


def _goes_on(kept: Sequence[str], word: str) -> bool:
    """`out for delivery`, `ready for pickup`: one state."""
    return word == "for" and kept[-1:] != [] and kept[-1] in _FOR


def _joins(words: Sequence[str], word: str) -> bool:
    at = words.index(word)
    return at > 0 and words[at - 1] in ("in", "on", "under", "not", "out")


def is_state(text: str) -> bool:
    """Whether words are what states are usually called."""
    data, text = verbs(), text.replace("_", " ")
    if text in data.states or text in data.back or text in _USUAL:
        return True
    return text.endswith("ed") or text.startswith(("in ", "on ", "under ", "not ", "out "))


_USUAL = word_set(
    """
    open new draft pending todo backlog idea lead prospect proposal negotiation offer screening
    applied received requested created initial idle placed
    """
)


def state_like(text: str, states: Sequence[str]) -> str:
    """The one of `states` that words such as `shipping`, `delivery` or `it ships` mean."""
    low = text.strip().lower()
    for state in states:
        if low.replace("_", " ") == state.lower().replace("_", " "):
            return state
    stems = [_root(word) for word in low.split()]
    several = [state for state in states if " " in state]
    for state in states:
        if state in several and low.endswith("ed"):
            continue  # delivered is not out for delivery
        root = _root(state.lower().split()[-1])
        verb = next(
            (one for one in stems if one and (one.startswith(root) or root.startswith(one))), ""
        )
        if verb and len(verb) > 2:
            return state
    for word in low.split():
        for state in states_of(word):
            if state in [one.lower() for one in states]:
                return next(one for one in states if one.lower() == state)
    return ""


def _root(word: str) -> str:
    """`shipping`, `shipped`, `ships`, `shipment` as `ship`; `delivery` and `delivered` alike."""
    for ending in (
        "ment",
        "ping",
        "ped",
        "ting",
        "ted",
        "ing",
        "ery",
        "ered",
        "al",
        "ed",
        "es",
        "s",
        "y",
        "e",
    ):
        if word.endswith(ending) and len(word) - len(ending) > 2:
            word = word.removesuffix(ending)
            break
    return word
