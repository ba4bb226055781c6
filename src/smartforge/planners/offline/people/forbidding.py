"""What nobody may do: `nobody can delete kites`, `cannot be edited once created`, `immutable`."""

from collections.abc import Iterator, Sequence

import msgspec

from smartforge.contract import Action, Resource
from smartforge.contract.names import quoted, singular, snake
from smartforge.contract.reserved import word_set
from smartforge.planners.offline.draft import listing
from smartforge.planners.offline.people.scene import many
from smartforge.planners.offline.sketch import Sketch
from smartforge.planners.offline.statements.vocabulary import actions_of
from smartforge.planners.offline.statements.wanting import Wanted
from smartforge.planners.offline.tokens import Token, said

_NOT = word_set("cannot can't never not mustn't shouldn't won't")
_WRITTEN = word_set(
    "created creation submitted submission recorded saved written made added stored"
)
_FIXED: dict[str, tuple[Action, ...]] = {
    "immutable": ("update", "delete"),
    "append-only": ("update", "delete"),
}


def forbid(sketch: Sketch, found: Wanted) -> None:
    """Take the operations away that nobody may use; a condition that is not kept is told."""
    for place, sentence in enumerate(sketch.sentences):
        for resource, actions, begin, end in _passive(sketch, sentence.tokens):
            _without(sketch, resource, actions, said(sentence.tokens[begin:end]))
            sketch.take(place, begin, end)
    if found.accounts:
        return
    for place, one in found.statements:
        if not (one.refused or one.actor.kind == "nobody") or one.actor.kind == "role":
            continue
        known = [sketch.find(noun) for noun in one.objects]
        for resource in [each for each in known if each is not None]:
            _without(sketch, resource, tuple(one.actions), one.words)
            sketch.take(place, one.begin, one.end)
        if not any(known):
            sketch.note(f"{quoted(one.words, 80)} was not understood, so it is not kept.")


def _passive(
    sketch: Sketch, tokens: Sequence[Token]
) -> Iterator[tuple[Resource, tuple[Action, ...], int, int]]:
    """`kites cannot be edited or deleted after creation`, `kites are immutable`."""
    lows = [token.low for token in tokens]
    for at, low in enumerate(lows):
        if low not in _FIXED and (low not in _NOT or lows[at + 1 : at + 2] != ["be"]):
            continue
        resource = _before(sketch, tokens, at)
        if resource is None:
            continue
        if low in _FIXED and "not" not in lows[:at]:
            yield resource, _FIXED[low], max(0, at - 2), at + 1
        end, actions = at + 2, frozenset[Action]()
        while end < len(lows) and (
            actions_of(lows[end]) or lows[end] in ("or", "and", ",", "ever")
        ):
            actions |= actions_of(lows[end])
            end += 1
        written = lows[end : end + 1] in (["once"], ["after"]) and _WRITTEN & {*lows[end:]}
        if written and actions & {"update", "delete"}:
            yield resource, tuple(actions), max(0, at - 1), len(lows)


def _before(sketch: Sketch, tokens: Sequence[Token], at: int) -> Resource | None:
    """The last resource that is named before a token."""
    for token in reversed(tokens[:at]):
        name = singular(snake(token.text)) if token.word else ""
        for resource in sketch.contract.resources:
            if name and (name == resource.name or resource.name.endswith(f"_{name}")):
                return resource
    return None


def _without(sketch: Sketch, resource: Resource, actions: Sequence[Action], words: str) -> None:
    resource = sketch.contract.resource(resource.name)
    kept = tuple(one for one in resource.actions if one not in actions)
    if not kept:
        sketch.note(f"{quoted(words, 80)} leaves no operation on {many(resource.name)}: not kept.")
        return
    if kept != resource.actions:
        sketch.put(msgspec.structs.replace(resource, actions=kept))
        sketch.note(f"{quoted(words, 80)}: with {many(resource.name)}, one can {listing(kept)}.")
