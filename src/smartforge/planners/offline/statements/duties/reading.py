"""Who moves what on in a whole prompt: `managers approve, the requester can cancel it`."""

import itertools
from collections.abc import Iterator, Sequence

import msgspec

from smartforge.contract.names import singular
from smartforge.contract.reserved import word_set
from smartforge.planners.offline.statements.actors import Actor
from smartforge.planners.offline.statements.duties.active import active
from smartforge.planners.offline.statements.duties.duty import Duty
from smartforge.planners.offline.statements.duties.passive import passive
from smartforge.planners.offline.statements.duties.words import STARTS, duty_words
from smartforge.planners.offline.statements.vocabulary import people
from smartforge.planners.offline.tokens import Sentence, Token

MAX_TOKENS = 500

_PAPERS = word_set("report proposal document note")


def duties(sentences: Sequence[Sentence]) -> tuple[Duty, ...]:
    """Who moves what on, where the prompt tells it of at least two kinds of people; else empty."""
    raw = [
        one
        for place, sentence in enumerate(sentences)
        for one in _in_sentence(place, sentence.tokens[:MAX_TOKENS])
    ]
    raw = _without_joins(sentences, raw)
    found = raw if _is_drafted(sentences, raw) else [_made_at_once(one) for one in raw]
    makers = {one.actor.name for one in found if not one.target and one.actor.kind == "role"}
    if not any(not one.target for one in found):
        makers = {one.actor.name for one in found if one.verb.startswith("submit")}
    whole = _compounds(sentences)
    found = [
        msgspec.structs.replace(_of_maker(one, makers), noun=whole.get(one.noun, one.noun))
        for one in found
    ]
    actors = {(one.actor.kind, one.actor.name) for one in found}
    moved = any(one.target and one.verb not in duty_words().marking for one in found)
    return tuple(found) if moved and len(actors) > 1 else ()


def _without_joins(sentences: Sequence[Sentence], found: Sequence[Duty]) -> list[Duty]:
    """`found` but for what makes rows that are spoken of: who reserves a desk makes a reservation,
    and moves no desk on."""
    lows = {singular(token.low) for sentence in sentences for token in sentence.tokens}
    joins = {verb: made for verb, made in people().joins.items() if verb != made}
    return [one for one in found if not one.target or joins.get(one.verb) not in lows]


def _is_drafted(sentences: Sequence[Sentence], found: Sequence[Duty]) -> bool:
    """Whether rows are there before they are submitted."""
    made = {one.verb for one in found if not one.target} - {"apply", "request"}
    lows = {token.low for sentence in sentences for token in sentence.tokens}
    return bool(made) or bool(lows & {"draft", "drafts", "drafted"})


def _made_at_once(one: Duty) -> Duty:
    """What is submitted without a draft comes to be by that."""
    submitted = one.verb == "submit"
    return msgspec.structs.replace(one, verb="create", target="") if submitted else one


def _of_maker(one: Duty, makers: set[str]) -> Duty:
    """What those do who make the rows, they do with their own."""
    same = one.actor.name in makers or one.actor.name in ("applicant", "petitioner")
    if one.target and len(makers) == 1 and one.actor.kind == "role" and same:
        return msgspec.structs.replace(one, actor=Actor("owner", one.actor.name))
    return one


def _compounds(sentences: Sequence[Sentence]) -> dict[str, str]:
    """`leave_request` by `leave`, where leave requests are spoken of."""
    papers = people().transactional | _PAPERS
    return {
        first.low: f"{first.low}_{singular(second.low)}"
        for sentence in sentences
        for first, second in itertools.pairwise(sentence.tokens)
        if singular(second.low) in papers
    }


def _in_sentence(place: int, tokens: Sequence[Token]) -> Iterator[Duty]:
    at = 0
    while at < len(tokens):
        found: list[Duty] = []
        if not at or tokens[at - 1].low in STARTS:
            found = active(place, tokens, at)
        found = found or passive(place, tokens, at)
        yield from found
        at = max(at + 1, found[-1].end if found else 0)
