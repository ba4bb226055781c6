"""Prompts in other languages, brought word by word into the English that the planner reads."""

import re
import tomllib
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from smartforge.contract.names import ascii_text, plural
from smartforge.contract.reserved import word_set

LANGUAGES = ("de", "es", "fr", "pt")

MIN_WORDS = 2
SHARE = 0.7  # of the words must be known, or the prompt is in another language
MOST_WORDS = 8  # of a phrase

# `Lehrerinnen und Lehrer`, `Lehrer:innen` are teachers, whoever they are.
_PAIR = re.compile(
    r"\b(?P<stem>\w{3,})innen (?:und|oder|/) (?P<one>(?P=stem)(?:en|n|e)?)\b", re.IGNORECASE
)
_EITHER = re.compile(r"\b(?P<one>\w{3,})(?:[*:_]|/-?)in(?:nen)?\b")
_OPENING = str.maketrans("", "", "¿¡")
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*|\d+")


class Language(msgspec.Struct, frozen=True):
    """What is known of one language: every key in lower case, its words joined by a blank, as it
    is written and, where that is no other word, without its accents.

    `plurals` are the endings that a plural may add to the singular of one of the `things`;
    `signs` the small words that give the language away.
    """

    name: str
    phrases: dict[str, str]
    things: dict[str, str]
    plurals: tuple[str, ...]
    signs: frozenset[str]

    def knows(self, word: str) -> bool:
        """Whether `word` is of this language, or one that is the same in all of them."""
        same = word in ("api", "rest", "crud", "jwt", "backend") or word.isdigit()
        return same or word in self.signs or self.is_foreign(word) or word in self.phrases

    def is_foreign(self, word: str) -> bool:
        """Whether `word` is of this language, and is not the same in English."""
        english = self.phrases.get(word) or thing(word, self)
        return word not in self.signs and english is not None and english != word


class Translated(msgspec.Struct, frozen=True):
    """A prompt in English, and the language that it was in; empty where nothing was translated."""

    text: str
    language: str = ""


def in_english(prompt: str) -> Translated:
    """`prompt` in English; itself where it is in English already, or in no language known here.

    Punctuation, numbers and line breaks stay, so that lists stay lists. Words that are not known
    stay as they are. Linear in the length of the prompt.
    """
    prompt = _EITHER.sub(r"\g<one>", _PAIR.sub(r"\g<one>", prompt))
    spoken = _spoken(prompt)
    return _translated(prompt, spoken) if spoken else Translated(prompt)


def from_language(text: str, code: str) -> Translated:
    """`text`, which is in the language of `code`, in English, word by word."""
    return _translated(text, _language(code))


def _spoken(prompt: str) -> Language | None:
    """The language that most words of `prompt` are of, one of its signs among them, if it is
    more than what is English for sure, and most of the words are known."""
    said = [word.lower() for word in _WORD.findall(prompt)]
    best, most = None, max(MIN_WORDS - 1, sum(word in _ENGLISH for word in said))
    for code in LANGUAGES:
        known = _language(code)
        signs = sum(word in known.signs for word in said)
        count = signs + sum(known.is_foreign(word) for word in said)
        if signs and count > most and sum(known.knows(word) for word in said) >= SHARE * len(said):
            best, most = known, count
    return best


_ENGLISH = word_set(
    "a the and with for each has have can only of to is are should must be i need want that by"
)


def _translated(prompt: str, known: Language) -> Translated:
    found = list(_WORD.finditer(prompt))
    keys = [match.group().lower() for match in found]
    parts: list[str] = []
    end = place = 0
    while place < len(found):
        english, length = _longest(prompt, found, keys, place, known)
        first, last = found[place], found[place + length - 1]
        if english is None:
            english = first.group()
        gap = prompt[end : first.start()].translate(_OPENING)
        parts += [" " if gap in ("'", "’") else gap, english]
        end = last.end()
        place += length
    text = re.sub(r"[ \t]{2,}", " ", "".join([*parts, prompt[end:]]))
    return Translated(text.strip(), known.name)


def _longest(
    prompt: str, found: Sequence[re.Match[str]], keys: Sequence[str], place: int, known: Language
) -> tuple[str | None, int]:
    """The English for the most words from `place` on, and how many they are."""
    for length in range(min(MOST_WORDS, len(found) - place), 0, -1):
        between = (
            prompt[found[one].end() : found[one + 1].start()]
            for one in range(place, place + length - 1)
        )
        if not all(gap in (" ", "'", "’", ", ") for gap in between):
            continue
        words = " ".join(keys[place : place + length])
        english = known.phrases.get(words, known.phrases.get(ascii_text(words)))
        if english is not None:
            return english, length
    return thing(keys[place], known), 1


def thing(word: str, known: Language) -> str | None:
    """The English of a noun, in the number that it has; None where it is not known."""
    for key in (word, ascii_text(word)):
        if key in known.things:
            return known.things[key]
        for ending in known.plurals:
            one = key.removesuffix(ending)
            if one != key and one in known.things:
                return plural(known.things[one])
    return None


@cache
def _language(code: str) -> Language:
    """One language: its own file, the things of other trades, and what is done with them."""
    data = _read(code)
    trades, deeds = _read(f"{code}_trades"), _read(f"{code}_deeds")
    things = _entries(trades["things"]) | _entries(data["things"])
    phrases = [deeds["words"], data["words"], deeds["phrases"], data["phrases"]]
    known = things.copy()
    for lines in phrases:
        known |= _entries(lines)
    return Language(
        name=data["name"],
        phrases=known,
        things=things,
        plurals=tuple(data["endings"]),
        signs=frozenset(data["signs"].split()),
    )


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads(Path(__file__).with_name(f"{name}.toml").read_text(encoding="utf-8"))


def _entries(lines: str) -> dict[str, str]:
    """`libro = book`, one a line, as keys to look up."""
    entries: dict[str, str] = {}
    for line in lines.strip().splitlines():
        words, _, english = line.partition("=")
        entries[" ".join(_WORD.findall(words.lower()))] = english.strip()
    plain = {ascii_text(words): english for words, english in entries.items()}
    return plain | entries
