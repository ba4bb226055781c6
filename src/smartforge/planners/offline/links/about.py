"""What stands beside what: `write a critique on a sculpture`, where nothing else links the two."""

from collections.abc import Iterator, Sequence

from smartforge.contract import Resource
from smartforge.contract.reserved import word_set
from smartforge.planners.offline import nounphrases
from smartforge.planners.offline.draft import Relation
from smartforge.planners.offline.parents import is_of, is_thing
from smartforge.planners.offline.sketch import Sketch
from smartforge.planners.offline.tokens import Token, said

_TOWARDS = word_set("on about for under to of against")
_ONE = word_set("a an each every any one")
_NEAR = 5


def beside(sketch: Sketch) -> Iterator[Relation]:
    """`critiques` belong to the sculpture that stands after `on` or `about` right behind them."""
    accounts = sketch.contract.accounts
    for sentence in sketch.sentences:
        tokens = sentence.tokens
        for at in range(1, len(tokens) - 2):
            if tokens[at].low not in _TOWARDS or tokens[at + 1].low not in _ONE:
                continue
            child = _resource(sketch, nounphrases.trailing(tokens[max(0, at - _NEAR) : at]))
            parent = _resource(sketch, nounphrases.leading(tokens[at + 1 : at + _NEAR])[0])
            if child is None or parent is None or child is parent:
                continue
            whole = _joining(sketch, tokens[max(0, at - 2 * _NEAR) : at])
            if whole is not None and whole not in (child, parent):
                yield Relation(whole.name, child.name, said(tokens[at - 1 : at + 3]))
                yield Relation(whole.name, parent.name, said(tokens[at - 1 : at + 3]))
                continue
            if not _is_about(child.name) or (accounts and parent.name == accounts.resource):
                continue
            yield Relation(child.name, parent.name, said(tokens[at - 1 : at + 3]))


def _joining(sketch: Sketch, tokens: Sequence[Token]) -> Resource | None:
    """The slot of `a slot puts an act on a stage`: what joins two things belongs to both."""
    left = list(tokens[:-1])
    while left and left[-1].low in _ONE | {"the"}:
        left.pop()
    verb = left.pop() if left else None
    if verb is None or not verb.low.endswith("s") or left[:1] == []:
        return None
    return _resource(sketch, nounphrases.trailing(left))


def _is_about(name: str) -> bool:
    """Whether it can be about something: no people, and nothing that only sorts or holds."""
    return is_thing(name) and not any(is_of(name, kind) for kind in ("makers", "holders", "sorts"))


def _resource(sketch: Sketch, phrase: Sequence[Token]) -> Resource | None:
    return sketch.find_exactly(phrase[-1:]) if phrase else None
