"""What a row must have before it can move on: `only submitted with at least one item`."""

import re

import msgspec

from smartforge.contract import Boolean, Reference, Resource, Transition
from smartforge.planners.offline.features.changes import having
from smartforge.planners.offline.features.finding import find_field, find_resource, subject
from smartforge.planners.offline.features.heard import Heard, found, hear_all, take
from smartforge.planners.offline.sketch import Claims, Sketch

_SOME = r"(?:(?:at least (?:one|1|an?)|an?|any|some|the|its|their|one|all) )*"
_THING = r"(?P<thing>[a-z_]+(?: (?!is\b|are\b|has\b|was\b|before\b|to\b)[a-z_]+)?)"
_CAN = r"(?:can(?:not| not)?|can't|may(?: not)?|must(?: not)?|could|should(?: not)?)"
_MOVED = r"(?:be |get )?(?P<verb>[a-z]+)"
_GUARDS = (
    re.compile(
        rf"\b{_CAN} (?:never |only )?{_MOVED} (?:only )?"
        r"(?:without|with|unless (?:it|they) (?:has|have)"
        rf"|(?:if|when|once|after|as long as) (?:it|they) (?:has|have)(?: got)?) {_SOME}{_THING}"
    ),
    re.compile(
        rf"\b{_CAN} (?:never |only )?{_MOVED} (?:only )?"
        rf"(?:if|when|once|after|unless) {_SOME}{_THING}"
        r" (?:is|are|was|has been|have been) (?:set|given|filled(?: in)?|entered|added|there|known"
        r"|present|true|recorded|uploaded|provided)"
    ),
    re.compile(
        rf"\b(?:needs?|requires?|must have|has to have|have to have) {_SOME}{_THING}"
        r" (?:before (?:it|they) (?:can be|is|are|gets?|get)|before being|to (?:be|get))"
        r" (?P<verb>[a-z]+)"
    ),
)


def claim_guards(claims: Claims) -> None:
    """Keep the base reading from making fields of `before it is shipped`."""
    for heard in hear_all(claims.sentences):
        for match in _GUARDS[-1].finditer(heard.line):
            if " before " in match.group():
                claims.hide(heard.place, *heard.span(match.end("thing") + 1, match.end()))


def read_guards(sketch: Sketch) -> None:
    """Transitions that need a field that is given, or a row that belongs to the one that moves."""
    for heard, match in found(sketch, *_GUARDS):
        one = subject(sketch, heard, 0, match.start() or 1)
        for resource in (*((one,) if one else ()), *sketch.contract.resources):
            move = _moved_by(resource, match["verb"])
            if move is not None and _guard(sketch, heard, match, resource, move):
                break


def _moved_by(resource: Resource, verb: str) -> Transition | None:
    for move in resource.transitions:
        if verb in (move.name, move.target) or verb.startswith(move.name.rstrip("e")):
            return move
    return None


def _guard(
    sketch: Sketch, heard: Heard, match: re.Match[str], resource: Resource, move: Transition
) -> bool:
    """Whether the words name something that the move can need."""
    said = match["thing"]
    for text in (said, said.split(" ")[0]):
        field = find_field(resource, text)
        if field and (field.nullable or isinstance(field.kind, Boolean)):
            guarded = msgspec.structs.replace(move, requires=(*move.requires, field.name))
            _put(sketch, heard, match, resource, guarded)
            return True
        child = find_resource(sketch, text)
        if child and _belongs(child, resource):
            guarded = msgspec.structs.replace(move, having=child.name)
            _put(sketch, heard, match, resource, guarded)
            return True
    return False


def _belongs(child: Resource, parent: Resource) -> bool:
    pointing = [
        one
        for one in child.fields
        if isinstance(one.kind, Reference) and one.kind.resource == parent.name
    ]
    return len(pointing) == 1


def _put(
    sketch: Sketch, heard: Heard, match: re.Match[str], resource: Resource, guarded: Transition
) -> None:
    """A state that has guarded moves is changed by moves alone, so that none is passed by."""
    moves = tuple(guarded if one.name == guarded.name else one for one in resource.transitions)
    status = msgspec.structs.replace(resource.field(guarded.field), written="never")
    sketch.put(msgspec.structs.replace(having(resource, status), transitions=moves))
    sketch.note(f"{heard.quote(*match.span())}: else {guarded.name} is refused (409).")
    take(sketch, heard, *match.span())
