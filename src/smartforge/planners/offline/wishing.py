"""What a prompt asks for beyond the contract of today, found by its words and said honestly."""

import bisect
import functools
from collections.abc import Sequence

import msgspec

from smartforge.contract import NotMade
from smartforge.contract.names import quoted
from smartforge.planners.offline.accounts import stretches
from smartforge.planners.offline.tokens import Sentence, Token, said
from smartforge.planners.offline.vocabulary import wishes

MAX_QUOTES = 20
MAX_QUOTED = 10


class Unmade(msgspec.Struct, frozen=True):
    """What will not be made: phrases like operations, and sentences about the rest.

    `callable` holds those of the operations that a client would call.
    """

    operations: tuple[str, ...]
    notes: tuple[str, ...]
    callable: tuple[NotMade, ...] = ()


def find_wishes(sentences: Sequence[Sentence], kept: frozenset[str] = frozenset()) -> Unmade:
    """Every wish once, with the words that gave it away, in the order of the prompt.

    Words in `kept` name what the API keeps ("reports") and give no wish away.
    """
    phrases = _phrases()
    found: dict[int, list[str]] = {}
    for sentence in sentences:
        lows = [token.low for token in sentence.tokens]
        parts = list(stretches(sentence.tokens)) or [(0, 0)]
        for place, low in enumerate(lows):
            for phrase, wish in phrases.get(low, ()):
                end = place + len(phrase)
                if tuple(lows[place:end]) == phrase and not _is_name(lows, place, end, kept):
                    words = _around(sentence.tokens, parts, place, end)
                    quotes = found.setdefault(wish, [])
                    if words not in quotes and len(quotes) < MAX_QUOTES:
                        quotes.append(words)
    operations: list[str] = []
    notes: list[str] = []
    named: list[NotMade] = []
    for number, quotes in found.items():
        wish = wishes()[number]
        said = _longest(quotes)
        if wish.operation:
            asked = f"{wish.operation} ({', '.join(map(quoted, said))})"
            operations.append(asked)
            if wish.name:
                named.append(NotMade(wish.name, asked))
        else:
            notes.append(f"{', '.join(map(quoted, said))} {wish.note}.")
    return Unmade(tuple(operations), tuple(notes), tuple(named))


def _is_name(lows: Sequence[str], place: int, end: int, kept: frozenset[str]) -> bool:
    """Whether a phrase is a part of what names something kept (`pdf link`, `how many laps`)."""
    alone = end - place == 1 and lows[place] in kept
    counted = lows[place:end] == ["how", "many"] and end < len(lows) and lows[end] in kept
    pairs = ("_".join(lows[at : at + 2]) for at in range(max(0, place - 1), end))
    return alone or counted or any(pair in kept for pair in pairs)


def _around(tokens: Sequence[Token], parts: Sequence[tuple[int, int]], place: int, end: int) -> str:
    """The words between two commas that hold a phrase, or the phrase where they are many."""
    begin, last = parts[max(0, bisect.bisect_right(parts, (place, len(tokens))) - 1)]
    if begin <= place and end <= last and last - begin <= MAX_QUOTED:
        return said(tokens[begin:last])
    return said(tokens[place:end])


def is_wish(sentence: Sentence) -> bool:
    """Whether `sentence` asks for something beyond the contract."""
    unmade = find_wishes([sentence])
    return bool(unmade.operations or unmade.notes)


def _longest(quotes: Sequence[str]) -> list[str]:
    """At most three, none a part of another."""
    return [one for one in quotes if not any(one != other and one in other for other in quotes)][:3]


@functools.cache
def _phrases() -> dict[str, list[tuple[tuple[str, ...], int]]]:
    """The phrases of all wishes by their first word, each with the number of its wish."""
    index: dict[str, list[tuple[tuple[str, ...], int]]] = {}
    for number, wish in enumerate(wishes()):
        for line in wish.phrases.strip().splitlines():
            phrase = tuple(line.split())
            index.setdefault(phrase[0], []).append((phrase, number))
    return index
