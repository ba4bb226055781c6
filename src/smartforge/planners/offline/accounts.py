"""What became of every word of a prompt: the words that nothing came of, for a note."""

import functools
import re
from collections.abc import Iterable, Iterator, Sequence

from smartforge.contract import Boolean, Choice, Contract, Decimal, Integer, Text, TextList
from smartforge.contract.names import singular
from smartforge.contract.names import words as name_words
from smartforge.contract.reserved import word_set
from smartforge.contract.written import time_of_day
from smartforge.planners.offline.tokens import Sentence, Token, said
from smartforge.planners.offline.vocabulary import attributes, words

MAX_QUOTED_TOKENS = 30

# Stretches with a comma and an "and" between them are quoted as one.
MAX_APART = 2

_PARTING = word_set(", ; : ( ) [ ] { } | & + / = -> — – and or but while because so then")
_PRONOUNS = word_set("i we you he she it they")
_BEFORE_VERBS = _PRONOUNS | word_set("can could may might must should shall will would to")
_ASKING = word_set("where what when how which whose whom whether if")
_WISHING = word_set("want wants need needs like love able going have has way place ready used")
_WAS = word_set("is are was were be been being got gets")
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_ENDINGS = ("ations", "ation", "ings", "ing", "ees", "ee", "ers", "er", "ed", "es", "e", "y", "s")
MIN_STEM = 3


class Account:
    """The words that came to something: in the contract, or in what the user is told."""

    def __init__(self, contract: Contract, told: Iterable[str]) -> None:
        texts = [contract.title, *told, *_texts(contract)]
        self._told = " ".join(texts)
        self._stems = {_stem(word) for text in texts for word in _words(text)}
        self._numbers = {float(one) for text in texts for one in _NUMBER.findall(text)}
        self._numbers.add(len(contract.resources))

    def open_words(self, sentence: Sentence) -> list[str]:
        """The stretches of `sentence` that hold words nothing came of, as they were said."""
        tokens = _without_examples(sentence.tokens)
        spans: list[tuple[int, int]] = []
        for begin, end in stretches(tokens):
            span = self._lost(tokens, begin, end)
            if span is None:
                continue
            first, last = spans[-1] if spans else (0, 0)
            near = bool(spans) and span[0] == begin and begin - last <= MAX_APART
            if near and span[1] - first <= MAX_QUOTED_TOKENS:
                spans[-1] = (first, span[1])
            else:
                spans.append(span)
        return [said(tokens[first:last]) for first, last in spans]

    def _lost(self, tokens: Sequence[Token], begin: int, end: int) -> tuple[int, int] | None:
        """From where to where a stretch was lost: all of it, where none of its words was used."""
        meant = [at for at in range(begin, end) if _says_something(tokens, at)]
        lost = [at for at in meant if self._is_lost(tokens, at)]
        if not lost:
            return None
        whole = len(lost) == len(meant)
        return (begin, end) if whole else _widened(tokens, lost[0], lost[-1] + 1, begin, end)

    def _is_lost(self, tokens: Sequence[Token], at: int) -> bool:
        token = tokens[at]
        if ":" in token.text and (clock := time_of_day(token.low)):
            return clock not in self._told
        value = _value(tokens, at)
        if value is not None:
            return not any(abs(value - one) <= 1 for one in self._numbers)
        return any(_stem(word) not in self._stems for word in _words(token.text))


def stretches(tokens: Sequence[Token]) -> Iterator[tuple[int, int]]:
    """Begin and end of what commas, brackets, "and" and their like part, in order."""
    begin = 0
    for at in range(len(tokens) + 1):
        parts = at == len(tokens) or (tokens[at].low in _PARTING and not tokens[at].literal)
        if parts or at - begin >= MAX_QUOTED_TOKENS:
            if at > begin:
                yield begin, at
            begin = at + parts


def _widened(
    tokens: Sequence[Token], first: int, last: int, begin: int, end: int
) -> tuple[int, int]:
    """`vinyl` with what it stands beside: `my vinyl records`."""
    while first > begin and _says_something(tokens, first - 1):
        first -= 1
    while first > begin and tokens[first - 1].low in words().determiners:
        first -= 1
    while last < end and _says_something(tokens, last):
        last += 1
    rest = end - last  # small words at the end belong to what stands before them
    return first, end if rest < MAX_APART else last


def _says_something(tokens: Sequence[Token], at: int) -> bool:
    """Whether a token is a word of content: none of the small words of English or of the trade."""
    token = tokens[at]
    if token.literal:
        return any(one.isalnum() for one in token.text)
    if token.number:
        return True
    before = tokens[at - 1].low if at else ""
    if not token.word or (token.low in _empty() and (before, token.low) != ("how", "much")):
        return False
    earlier = tokens[at - 2].low if at > 1 else ""
    verb = token.low in words().manage | words().look | words().actions.keys()
    if verb:
        return before in words().determiners and before != "that"
    if token.low in attributes().kinds or singular(token.low) != token.low:
        return True
    if before in _WAS and earlier in _PRONOUNS | {"who", "that"}:
        return False
    if before in _PRONOUNS:
        return earlier in _ASKING or not (at < 2 or earlier in _empty() | _PARTING)
    if earlier in _PARTING:
        return True  # stars, would buy again
    return before not in _BEFORE_VERBS or (before == "to" and earlier not in _WISHING)


def _value(tokens: Sequence[Token], at: int) -> float | None:
    """The number that a token is, with the thousands after it; a part of them is none."""
    token = tokens[at]
    if not token.number:
        return None
    text = token.low
    while at + 2 < len(tokens) and tokens[at + 1].low == "," and _is_thousands(tokens, at + 2):
        text += tokens[at + 2].low
        at += 2
    return float(text)


def _is_thousands(tokens: Sequence[Token], at: int) -> bool:
    close = tokens[at - 1].end == tokens[at].start and tokens[at - 2].end == tokens[at - 1].start
    return tokens[at].number and len(tokens[at].low) == 3 and close


def _without_examples(tokens: Sequence[Token]) -> list[Token]:
    """Without the values in `{"name": "Tom", "age": 3}`, which only show of what kind they are."""
    kept: list[Token] = []
    shown = False
    for at, token in enumerate(tokens):
        colon = at > 0 and token.low == ":" and not token.literal and tokens[at - 1].literal
        shown = colon or (shown and token.low not in (",", "{", "}"))
        if not shown or colon:
            kept.append(token)
    return kept


def _texts(contract: Contract) -> Iterator[str]:
    for resource in contract.resources:
        yield f"{resource.name} {resource.plural} {' '.join(resource.actions)}"
        for field in resource.fields:
            kind = type(field.kind).__name__
            yield f"{field.name} {field.description} {field.default} {kind}"
            match field.kind:
                case Choice():
                    yield from field.kind.values
                case Integer() | Decimal():
                    yield f"{field.kind.minimum} {field.kind.maximum}"
                case TextList():
                    yield str(field.kind.max_items)
                case Text():
                    yield f"{field.kind.min_length} {field.kind.max_length}"
                case Boolean():
                    yield "true false yes no"
                case _:
                    pass


def _words(text: str) -> Iterator[str]:
    """The words of `text` or, where it has none in ASCII, the text."""
    found = name_words(text)
    yield from found or ((text.lower(),) if text.strip() else ())


@functools.lru_cache(maxsize=4096)
def _stem(word: str) -> str:
    """What the forms of a word share: `archive`, `archived` and `archiving`."""
    word = singular(word) if word.isascii() and word.isalpha() else word
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= MIN_STEM:
            return word.removesuffix(ending)
    return word


@functools.cache
def _empty() -> frozenset[str]:
    lists = words()
    return (
        lists.determiners
        | (lists.adjectives - lists.qualifying)
        | lists.stops
        | lists.products
        | lists.has
        | lists.field_labels
        | lists.thing_labels
        | lists.required
        | lists.optional
        | lists.filler
        | (attributes().types.keys() - attributes().kinds.keys())
    )
