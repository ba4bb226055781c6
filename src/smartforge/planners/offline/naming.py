"""Nouns that a prompt itself treats as things, although nobody knows them to be such.

Whatever has, holds or consists of several others, and whatever is told to be deleted with or
without its own, is a thing, and so are the others.
"""

import re
from collections.abc import Iterator, Sequence

from smartforge.contract.names import singular, snake
from smartforge.planners.offline import nounphrases
from smartforge.planners.offline.features.heard import Heard, hear_all
from smartforge.planners.offline.sketch import Claims
from smartforge.planners.offline.tokens import Token
from smartforge.planners.offline.vocabulary import attributes, words

_OPENS = r"(?:\A|(?<=, )|(?<=; )|(?<=: )|(?<=and ))(?:and |but )?"
_ARTICLE = r"(?P<article>(?:the|each|every|an?|our|all) )?"
_MANY = (
    r"(?:(?:many|several|multiple|some|various|a number of|one or more|any number of|its|their) )?"
)
_HOLDING = re.compile(
    rf"{_OPENS}{_ARTICLE}(?P<whole>[a-z-]+(?: [a-z-]+)?) (?:can |may )?"
    rf"(?P<verb>has|have|with|contains?|holds?|includes?|consists? of|is made of|are made of)"
    rf" {_MANY}"
    r"(?P<part>[a-z-]+(?: [a-z-]+)?)(?= ?\Z| [,;(.]| and | of | which | that )"
)
_DELETED = re.compile(
    r"\b(?:deleting|removing) (?:an?|the) (?!(?:api )?root\b)(?P<one>[a-z-]+(?: [a-z-]+)?)"
    r" (?:also |should |must |will |which )?(?:deletes?|removes?|gets?|with|is|takes?|drops?)\b"
    r"|\bwhen(?:ever)? (?:an?|the) (?P<other>[a-z-]+(?: [a-z-]+)?) (?:is|gets)"
    r" (?:deleted|removed)\b"
)

_DOING = re.compile(
    rf"{_OPENS}{_ARTICLE}(?P<who>[a-z-]+s?|i|we) (?:can )?"
    r"(?:submit|file|write|own|borrow|rent|upload|record|raise|draft|propose|sell|place|keep"
    r"|grow|breed|brew|bake|repair|publish|report|prepare|issue|host|offer)s? "
    rf"{_MANY}(?P<one>an? )?(?:the |our |my )?(?P<what>[a-z-]+(?: [a-z-]+)?)(?= ?\Z| [,;(.:]|"
    rf" and | with | for | in | on )"
)

_EACH = re.compile(
    r"\b(?:each|every) (?P<one>[a-z-]+) (?:can|may|must) (?:only |just |at most )?(?:have|be)\b"
    r"|\bof (?:one|the same) (?P<other>[a-z-]+) (?:must|may|can|cannot|should)\b"
)
_PER = re.compile(
    r"\b(?:only |at most |just )?(?:one|a single) (?P<what>[a-z-]+) (?:per|for each) (?:[a-z-]+)"
    r" (?:per|and|for each)\b"
)
_MOMENTS = frozenset({"day", "week", "month", "year", "hour", "minute", "time", "entry", "record"})


def claim_named(claims: Claims) -> None:
    """Name the things that sentences show to be such, each where it is named first."""
    for heard in hear_all(claims.sentences):
        for begin, nouns in _named(heard):
            for noun in nouns:
                claims.name(heard.place, heard.span(begin, begin + 1)[0], noun)


def _named(heard: Heard) -> Iterator[tuple[int, list[str]]]:
    for match in _HOLDING.finditer(heard.line):
        whole = heard.tokens[slice(*heard.span(*match.span("whole")))]
        part = heard.tokens[slice(*heard.span(*match.span("part")))]
        if match["verb"] == "with" and match.span() != (0, len(heard.line)):
            continue
        if _is_unknown_plural(part) and _may_hold(whole, match["article"] or ""):
            yield match.start("whole"), [_name(whole), _name(part)]
    for match in _DOING.finditer(heard.line):
        what = heard.tokens[slice(*heard.span(*match.span("what")))]
        if _is_unknown_plural(what) or (match["one"] and _may_be_kept(what)):
            yield match.start("what"), [_name(what)]
    for match in _EACH.finditer(heard.line):
        group = "one" if match["one"] else "other"
        one = heard.tokens[slice(*heard.span(*match.span(group)))]
        if _may_be_kept(one):
            yield match.start(group), [_name(one)]
    for match in _PER.finditer(heard.line):
        what = heard.tokens[slice(*heard.span(*match.span("what")))]
        if _may_be_kept(what):
            yield match.start("what"), [_name(what)]
    for match in _DELETED.finditer(heard.line):
        group = "one" if match["one"] else "other"
        noun = heard.tokens[slice(*heard.span(*match.span(group)))]
        if nounphrases.is_thing(noun) and all(map(nounphrases.is_nounlike, noun)):
            yield match.start(group), [_name(noun)]


def _is_unknown_plural(phrase: Sequence[Token]) -> bool:
    """Whether a phrase names several of what is no field: neither tags nor dimensions."""
    if not phrase or not all(map(nounphrases.is_nounlike, phrase)):
        return False
    one = singular(snake(phrase[-1].text))
    known = attributes().kinds.keys() | attributes().compounds
    field = one in known or snake(phrase[-1].text) in known
    return nounphrases.is_thing(phrase) and nounphrases.is_plural(phrase) and not field


def _may_be_kept(phrase: Sequence[Token]) -> bool:
    """Whether a phrase in the singular names what is neither a field nor a person at large."""
    if not phrase or not all(map(nounphrases.is_nounlike, phrase)):
        return False
    name = snake(phrase[-1].text)
    aside = words().actors | words().numbers.keys() | _MOMENTS
    field = name in attributes().kinds or name in attributes().compounds
    return nounphrases.is_thing(phrase) and name not in aside and not field


def _may_hold(phrase: Sequence[Token], article: str) -> bool:
    """Whether a phrase can name what holds others: neither people at large nor the product."""
    if not phrase or not all(map(nounphrases.is_nounlike, phrase)):
        return False
    aside = words().actors | words().containers
    return (
        phrase[-1].low not in aside
        and not nounphrases.is_product(phrase[-1])
        and nounphrases.is_thing(phrase)
        and (nounphrases.is_plural(phrase) or article in ("a ", "an ", "each ", "every "))
    )


def _name(phrase: Sequence[Token]) -> str:
    return singular(snake(" ".join(token.text for token in phrase)))
