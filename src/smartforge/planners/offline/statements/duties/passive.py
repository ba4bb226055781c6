"""Duties told by what is done: `articles are reviewed and approved by editors`."""

from collections.abc import Sequence

from smartforge.contract.names import singular, snake
from smartforge.contract.reserved import word_set
from smartforge.planners.offline import nounphrases
from smartforge.planners.offline.statements.actors import Actor, phrase_at
from smartforge.planners.offline.statements.duties.deeds import Deed
from smartforge.planners.offline.statements.duties.duty import Duty
from smartforge.planners.offline.statements.duties.objects import condition_at
from smartforge.planners.offline.statements.duties.people import actors_at
from smartforge.planners.offline.statements.duties.verbs import forms, participles
from smartforge.planners.offline.statements.duties.words import MODALS, PRONOUNS, duty_words
from smartforge.planners.offline.statements.vocabulary import actions_of
from smartforge.planners.offline.tokens import Token
from smartforge.planners.offline.verbs import stem
from smartforge.planners.offline.vocabulary import nouns, words

_AUX = word_set("is are be been being was were gets get then only and or , first finally")


def passive(place: int, tokens: Sequence[Token], at: int) -> list[Duty]:
    """`articles are reviewed and approved by editors`, `then paid by finance`."""
    first = at
    done: list[Deed] = []
    joined = ""
    while at < len(tokens):
        low = tokens[at].low
        verb = participles().get(low, "") or (stem(low) if low.endswith("ed") else "")
        if low not in participles() and actions_of(low) and tokens[at - 1].low == "be":
            verb = ""  # can be edited by the host: who may, and no state of it
        if verb:
            target = "" if verb in duty_words().making else low
            done.append(Deed(verb, target, joined == "or", at + 1))
            joined = ""
        elif not done or low not in ("and", "or", "/", ",", "then", "only"):
            break
        else:
            joined = low if low in ("or", "and", "/") else joined
        at += 1
    if not done or at >= len(tokens) or tokens[at].low != "by":
        return []
    actors, end = _agents(tokens, at + 1, known=all(one.verb in forms() for one in done))
    if not actors:
        return []
    when, rest, end = condition_at(tokens, end)
    begin = first
    while begin and tokens[begin - 1].low in _AUX | MODALS:
        begin -= 1
    noun = ""
    if begin and nounphrases.is_nounlike(tokens[begin - 1]) and not _is_agent(tokens, begin - 1):
        noun = singular(snake(tokens[begin - 1].text))
    return [
        Duty(place, begin, end, actor, one.verb, one.target, noun, when, rest, "", one.either)
        for one in done
        for actor in actors
    ]


def _agents(tokens: Sequence[Token], at: int, known: bool) -> tuple[list[Actor], int]:
    """Who did something: `grouped by agent` names nobody, but `by the dean` where the verb is
    `known`, or after `only`."""
    low = tokens[at].low if at < len(tokens) else ""
    led = low in ("the", "a", "an", "only", "their", "our", "its")
    actors, end = actors_at(tokens, at, strong=low == "only")
    many = end > at and singular(tokens[end - 1].low) != tokens[end - 1].low
    if actors:
        one = tokens[end - 1]
        short = one.text.isupper() or one.low in duty_words().departments
        return (actors, end) if led or many or short else ([], at)
    while at < len(tokens) and tokens[at].low in words().determiners | {"only"}:
        at += 1
    phrase, end = phrase_at(tokens, at)
    noun = nounphrases.noun_of(phrase) if phrase else ""
    if (
        (known or low == "only")
        and led
        and noun
        and noun not in nouns().fields
        and noun not in PRONOUNS
    ):
        return [Actor("role", noun)], end
    return [], at


def _is_agent(tokens: Sequence[Token], at: int) -> bool:
    """Whether the noun at `at` says who did something, and not what it was done to."""
    return bool(actors_at(tokens, at)[0]) or any(token.low == "by" for token in tokens[at - 2 : at])
