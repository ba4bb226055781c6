"""Follow-ups in other languages as English orders."""

import functools
import re
import tomllib
from collections.abc import Iterator
from importlib import resources

import msgspec

from smartforge.planners.offline import languages
from smartforge.planners.offline.languages import Translated

_ENDS = re.compile(r"(?<=[.;!?\n])\s+")
_POLITE = re.compile(r"\b(?:bitte|por favor|s'il te plaît|s'il vous plaît)\b,?|[¿¡]", re.IGNORECASE)


class _Language(msgspec.Struct, frozen=True):
    """What foreign.toml holds of one language."""

    code: str
    articles: str
    words: str
    orders: str


class _Order(msgspec.Struct, frozen=True):
    pattern: re.Pattern[str]
    english: str


def in_english(prompt: str) -> Translated:
    """`prompt` in English: its orders by their order, all else as prompts are read."""
    said = _ENDS.split(prompt.strip())
    for language in _languages():
        read = [_read(one, language) for one in said]
        if any(read):
            name = languages.from_language("", language.code).language
            texts = [
                order or languages.from_language(one, language.code).text
                for one, order in zip(said, read, strict=True)
            ]
            return Translated(" ".join(texts), name)
    return languages.in_english(prompt)


def _read(said: str, language: _Language) -> str:
    """One order in English; empty where it is none of this language."""
    text = " ".join(_POLITE.sub(" ", said).split())
    bare = text.rstrip(".;!?")
    for order in _orders(language.code):
        match = order.pattern.fullmatch(bare)
        if match:
            slots = {
                name: _slot(words, language) for name, words in match.groupdict().items() if words
            }
            return order.english.format_map(slots) + "."
    return ""


def _slot(text: str, language: _Language) -> str:
    words = text.split()
    while len(words) > 1 and words[0].lower() in language.articles.split():
        words = words[1:]
    plain = " ".join(words)
    known = dict(pair.split("=") for pair in language.words.split())
    english = known.get(plain.lower()) or languages.from_language(plain, language.code).text
    return english.replace("_", " ").lower()


@functools.cache
def _languages() -> tuple[_Language, ...]:
    room = resources.files(__name__.rpartition(".")[0])
    text = room.joinpath("foreign.toml").read_text(encoding="utf-8")
    return msgspec.convert(tomllib.loads(text)["language"], tuple[_Language, ...])


@functools.cache
def _orders(code: str) -> tuple[_Order, ...]:
    language = next(one for one in _languages() if one.code == code)
    return tuple(_compiled(language.orders))


def _compiled(lines: str) -> Iterator[_Order]:
    for line in lines.strip().splitlines():
        left, _, english = line.rpartition(" = ")
        yield _Order(re.compile(_pattern(left), re.IGNORECASE), english)


def _pattern(line: str) -> str:
    """`{slot}`, `{slot:pattern}`, `(a|b)` and `[a|b]` as a pattern over words."""
    made = re.sub(r"\[([^\]]+)\] ?", r"(?:(?:\1)(?: |$))?", line)
    made = re.sub(r"\{(\w+):([^}]+)\}", r"(?P<\1>\2)", made)
    made = re.sub(r"\{(\w+)\}", r"(?P<\1>.+?)", made)
    return re.sub(r" (\(\?:\(\?:[^)]*\)\(\?: \|\$\)\)\?)$", r"(?: \1)?", made)
