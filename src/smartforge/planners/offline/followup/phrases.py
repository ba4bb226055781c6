"""How orders are worded: the phrases of phrases.toml as patterns for a clause."""

import functools
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from importlib import resources

import msgspec

from smartforge.planners.offline.features.heard import Heard, hear
from smartforge.planners.offline.tokens import Sentence, Token, said

Kind = str


class Words(msgspec.Struct, frozen=True):
    """Some words of the user: their tokens, and these in low letters with one blank between."""

    tokens: tuple[Token, ...]
    low: str

    @property
    def text(self) -> str:
        """As the user wrote them."""
        return said(self.tokens)

    def cut(self, begin: int, end: int) -> "Words":
        """The words from character `begin` to before `end` of `low`."""
        return cut(self.heard, begin, end)

    @property
    def heard(self) -> Heard:
        return hear(0, Sentence(self.tokens, self.text))

    @property
    def lows(self) -> list[str]:
        return self.low.split()


Slots = Mapping[str, Words]


def worded(tokens: Sequence[Token]) -> Words:
    """`tokens` as words; quoted ones stay one word each."""
    heard = hear(0, Sentence(tuple(tokens), ""))
    return Words(heard.tokens, heard.line)


def cut(heard: Heard, begin: int, end: int) -> Words:
    """The words from character `begin` to before `end` of a line."""
    first, last = heard.span(begin, end)
    return worded(heard.tokens[first:last] if end > begin else ())


class Phrase(msgspec.Struct, frozen=True):
    """One wording: what it orders, and its pattern with short and with long slots."""

    kind: Kind
    patterns: tuple[re.Pattern[str], ...]


def readings(words: Words) -> Iterator[tuple[Kind, Slots]]:
    """Every way to read a clause as an order, the likeliest first."""
    heard = words.heard
    seen: set[tuple[Kind, tuple[tuple[str, str], ...]]] = set()
    for phrase in _phrases():
        for pattern in phrase.patterns:
            match = pattern.fullmatch(" " + heard.line)
            if match is None:
                continue
            slots = {
                name: cut(heard, match.start(name) - 1, match.end(name) - 1)
                for name, text in match.groupdict().items()
                if text is not None
            }
            key = phrase.kind, tuple((name, one.low) for name, one in slots.items())
            if key not in seen:
                seen.add(key)
                yield phrase.kind, slots


class _Order(msgspec.Struct, frozen=True):
    kind: Kind
    phrases: str


class _Wordings(msgspec.Struct, frozen=True):
    """What phrases.toml holds."""

    lists: dict[str, str]
    order: tuple[_Order, ...]


@functools.cache
def _phrases() -> tuple[Phrase, ...]:
    data = _data()
    found: list[Phrase] = []
    for order in data.order:
        for line in order.phrases.strip().splitlines():
            patterns = [
                re.compile(_pattern(line.strip(), data.lists, slot)) for slot in (".+?", ".+")
            ]
            found.append(Phrase(order.kind, tuple(patterns)))
    return tuple(found)


@functools.cache
def words_of(name: str) -> frozenset[str]:
    """The words of a list of phrases.toml, blanks instead of `_`."""
    return frozenset(one.replace("_", " ") for one in _data().lists[name].split())


@functools.cache
def _data() -> _Wordings:
    room = resources.files(__name__.rpartition(".")[0])
    text = room.joinpath("phrases.toml").read_text(encoding="utf-8")
    return msgspec.convert(tomllib.loads(text), _Wordings)


def _pattern(line: str, lists: Mapping[str, str], slot: str) -> str:
    """`[also] drop|remove {what} from {thing}` as a pattern; `@name` stands for a list."""
    parts: list[str] = []
    for piece in line.split():
        optional = piece.startswith("[") and piece.endswith("]")
        bare = piece.strip("[]") if optional else piece
        named = re.fullmatch(r"\{(\w+)(?::(.+))?\}", bare)
        if named:
            inner = (named[2] or "").replace("_", " ") or slot
            parts.append(f"(?: (?P<{named[1]}>{inner}))" + ("?" if optional else ""))
            continue
        choices = [
            one
            for word in bare.split("|")
            for one in (lists[word[1:]].split() if word.startswith("@") else [word])
        ]
        longest = sorted(choices, key=len, reverse=True)
        inner = "|".join(re.escape(one).replace("_", " ") for one in longest)
        parts.append(f"(?: (?:{inner}))" + ("?" if optional else ""))
    return "".join(parts)
