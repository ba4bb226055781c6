"""Duties told by who does it: `only managers may approve requests while they are pending`."""

from collections.abc import Sequence

import msgspec

from smartforge.planners.offline.statements.actors import Actor
from smartforge.planners.offline.statements.duties.deeds import Deed, as_state, deed_at
from smartforge.planners.offline.statements.duties.duty import Duty
from smartforge.planners.offline.statements.duties.objects import condition_at, object_at
from smartforge.planners.offline.statements.duties.people import actors_at
from smartforge.planners.offline.statements.duties.words import JOINS, MODALS, NOT, ONLY
from smartforge.planners.offline.tokens import Token


def active(place: int, tokens: Sequence[Token], at: int) -> list[Duty]:
    """`only managers or finance may approve or reject requests while they are pending`."""
    strong = bool(at) and tokens[at - 1].low in ONLY
    actors, verb_at = actors_at(tokens, at, strong)
    if not actors:
        return []
    begin = at - strong
    found: list[Duty] = []
    at = verb_at
    joined = ""
    while at < len(tokens):
        start = at
        while at < len(tokens) and tokens[at].low in MODALS | ONLY:
            at += 1
        if at < len(tokens) and tokens[at].low in NOT:
            return found
        again = found and tokens[at].low == "as" if at < len(tokens) else False
        done = as_state(tokens, at) if again else deed_at(tokens, at)
        if done is None or (found and start != at and actors_at(tokens, start)[0]):
            break
        only = strong or any(token.low == "only" for token in tokens[begin:verb_at])
        found, at = _with(found, place, tokens, begin, actors, done, joined, only)
        nxt = at
        joined = ""
        while nxt < len(tokens) and tokens[nxt].low in JOINS:
            joined = tokens[nxt].low if not joined or tokens[nxt].low == "or" else joined
            nxt += 1
        if nxt == at or actors_at(tokens, nxt)[0]:
            break
        at = nxt
    return found


def _with(
    found: list[Duty],
    place: int,
    tokens: Sequence[Token],
    begin: int,
    actors: Sequence[Actor],
    done: Deed,
    joined: str,
    only: bool,
) -> tuple[list[Duty], int]:
    """`found` and what is done, with its object and its condition, which is for all of them."""
    noun, source, end = object_at(tokens, done.end)
    when, rest, end = condition_at(tokens, end)
    either = joined in ("or", "/")
    more = [
        Duty(
            place, begin, end, actor, done.verb, done.target, noun, when, rest, source, either, only
        )
        for actor in actors
    ]
    if noun or when or source:
        found = [
            one
            if one.noun or one.when
            else msgspec.structs.replace(one, noun=noun, when=when, rest=rest, source=source)
            for one in found
        ]
    return [*found, *more], end
