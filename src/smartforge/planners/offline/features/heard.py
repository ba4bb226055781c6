"""A sentence as one line of low words, so that patterns find in it what they then can quote."""

import bisect
import itertools
import re
from collections.abc import Iterator, Sequence

import msgspec

from smartforge.contract.names import quoted
from smartforge.planners.offline.sketch import Claims, Sketch
from smartforge.planners.offline.tokens import Sentence, Token, said

MAX_QUOTED = 120

# What no sentence of a person reaches; what is looked up for every match stays quick by it.
MAX_TOKENS = 500
MAX_MATCHES = 40


class Heard(msgspec.Struct, frozen=True):
    """`line` holds the low words of `tokens` with one blank between any two of them.

    `starts` says where in the line each token begins; `place` is that of the sentence.
    """

    place: int
    tokens: tuple[Token, ...]
    line: str
    starts: tuple[int, ...]

    def span(self, begin: int, end: int) -> tuple[int, int]:
        """From which token to before which one the characters `begin` to `end` reach."""
        first = bisect.bisect_right(self.starts, begin) - 1
        return max(0, first), bisect.bisect_left(self.starts, end)

    def said(self, begin: int, end: int) -> str:
        """The user's own words from character `begin` to before `end`."""
        first, last = self.span(begin, end)
        return said(_bare(self.tokens[first:last]))

    def quote(self, begin: int, end: int) -> str:
        return quoted(self.said(begin, end), MAX_QUOTED)


def hear(place: int, sentence: Sentence) -> Heard:
    """The line of a sentence, at most its first MAX_TOKENS tokens.

    Blanks in quoted words become `_`, so that each stays one word.
    """
    tokens = sentence.tokens[:MAX_TOKENS]
    lows = [token.low.replace(" ", "_") for token in tokens]
    starts: list[int] = []
    at = 0
    for low in lows:
        starts.append(at)
        at += len(low) + 1
    return Heard(place, tokens, " ".join(lows), tuple(starts))


def hear_all(sentences: Sequence[Sentence]) -> list[Heard]:
    return [hear(place, sentence) for place, sentence in enumerate(sentences)]


def found(sketch: Sketch, *patterns: re.Pattern[str]) -> Iterator[tuple[Heard, re.Match[str]]]:
    """Every match of the patterns, sentence after sentence, none twice at the same place."""
    for heard in hear_all(sketch.sentences):
        ends = -1
        matches = [
            match
            for pattern in patterns
            for match in itertools.islice(pattern.finditer(heard.line), MAX_MATCHES)
        ]
        for match in sorted(matches, key=lambda one: (one.start(), -one.end())):
            if match.start() >= ends:
                ends = match.end()
                yield heard, match


def hide(claims: Claims, *patterns: re.Pattern[str]) -> None:
    """Keep from the base reading all that any of the patterns finds."""
    for heard in hear_all(claims.sentences):
        for pattern in patterns:
            for match in pattern.finditer(heard.line):
                claims.hide(heard.place, *heard.span(*match.span()))


def take(sketch: Sketch, heard: Heard, begin: int, end: int) -> None:
    """Remember that the words from character `begin` to before `end` were read."""
    sketch.take(heard.place, *heard.span(begin, end))


def tell(sketch: Sketch, heard: Heard, match: re.Match[str], about: str) -> None:
    """Note what came of the words that matched, and that they were read."""
    sketch.note(f"{heard.quote(*match.span())}: {about}")
    take(sketch, heard, *match.span())


def clause(heard: Heard, begin: int, end: int) -> tuple[int, int]:
    """The characters between the two commas around `begin` to `end`."""
    left = heard.line.rfind(" , ", 0, begin)
    right = heard.line.find(" , ", end)
    return (0 if left < 0 else left + 3), (len(heard.line) if right < 0 else right)


def _bare(tokens: Sequence[Token]) -> Sequence[Token]:
    while tokens and not (tokens[-1].word or tokens[-1].number or tokens[-1].low in (")", "%")):
        tokens = tokens[:-1]
    return tokens
