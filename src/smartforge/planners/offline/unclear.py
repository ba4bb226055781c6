"""Prompts from which no API can be read, told with their own words and an example to follow."""

import unicodedata
from collections.abc import Sequence

from smartforge.contract.names import quoted
from smartforge.errors import PromptUnclear
from smartforge.planners.offline.tokens import Sentence, Token
from smartforge.planners.offline.vocabulary import words

MAX_PROMPT = 20_000
EXAMPLE = 'For example: "A book API. A book has a title, an author, a price and optional notes."'

# A quoted text of that many words names nothing.
MAX_NAME = 6

_NEVER = frozenset({"not", "never", "don't", "no", "nobody", "cannot", "can't", "without"})
_HARMING = frozenset({"backdoor", "backdoors", "malware", "keylogger", "ransomware"})
_PROGRAMS = frozenset({"bot", "chatbot", "script", "scraper", "crawler", "network", "plugin"})
_TASKS = frozenset(
    {
        "translate",
        "train",
        "explain",
        "summarize",
        "summarise",
        "calculate",
        "solve",
        "draw",
        "sing",
    }
)
_BEHIND = frozenset({"api", "apis", "backend", "rest", "crud", "endpoint", "endpoints", "server"})
_WANTED = frozenset({"build", "create", "make", "generate", "give", "design", "write", "develop"})


def checked(prompt: str) -> str:
    """`prompt` trimmed. Raises PromptUnclear where it is blank, too long, or has no words."""
    trimmed = "".join(one for one in prompt if _is_printed(one)).strip()
    if not trimmed:
        raise PromptUnclear(
            "The prompt is empty, so there is nothing to plan.",
            f"Say in a sentence or two what the API should keep. {EXAMPLE}",
        )
    if len(trimmed) > MAX_PROMPT:
        raise PromptUnclear(
            f"The prompt has {len(trimmed):,} characters; at most {MAX_PROMPT:,} can be read.",
            "Keep what names the things, their fields and their limits, and leave out the rest.",
        )
    if not any(one.isalpha() for one in trimmed):
        raise PromptUnclear(
            f"The prompt {quoted(trimmed)} holds no words.",
            f"Say in words what the API should keep. {EXAMPLE}",
        )
    return trimmed


def without_orders(sentences: Sequence[Sentence]) -> tuple[list[Sentence], list[str]]:
    """The sentences that describe an API, and the words of those that order the planner about."""
    kept: list[Sentence] = []
    left_out: list[str] = []
    for sentence in sentences:
        named = _without_texts(sentence.tokens)
        parts = _parts(named)
        good = [part for part in parts if not _is_order(part)]
        if len(good) == len(parts) and len(named) == len(sentence.tokens):
            kept.append(sentence)
            continue
        left_out.append(sentence.text)
        good = [part for part in good if any(token.word or token.number for token in part)]
        kept += [Sentence(tuple(part), "", sentence.bullet, sentence.opens) for part in good]
    return kept, left_out


def wants_pages(sentences: Sequence[Sentence]) -> str:
    """The words that ask for a web page or an app with a face; empty where none do."""
    found: list[str] = []
    for sentence in sentences:
        for token in sentence.tokens:
            if token.low in words().front_end and token.text not in found:
                found.append(token.text)
    return ", ".join(found[:3])


def names_an_api(sentences: Sequence[Sentence]) -> bool:
    """Whether the prompt speaks of an API or of what lies behind one."""
    said = {token.low for sentence in sentences for token in sentence.tokens}
    return bool(said & _BEHIND)


def wants_program(sentences: Sequence[Sentence]) -> str:
    """The words that ask for another kind of program, or for an answer; empty where none do."""
    for sentence in sentences:
        lows = [token.low for token in sentence.tokens]
        programs = [low for low in lows[:8] if low in _PROGRAMS]
        if programs and lows[0] in _WANTED | {"a", "an", "i", "please"}:
            return programs[0]
        if lows and lows[0] in _TASKS:
            return lows[0]
    return ""


def no_program(said: str, quote: str) -> PromptUnclear:
    """The answer to a wish for another kind of program."""
    return PromptUnclear(
        f"{quoted(said, 80)} asks for something else than an API ({quoted(quote)}); "
        "Smart Forge makes REST APIs that keep things.",
        f"Say what such an API should keep. {EXAMPLE}",
    )


def no_pages(said: str, quotes: str) -> PromptUnclear:
    """The answer to a wish for pages alone."""
    return PromptUnclear(
        f"{quoted(said)} asks for something to look at ({quotes}); "
        "Smart Forge makes the API behind it.",
        f"Say what that API should keep. {EXAMPLE}",
    )


def nothing_found(said: str, wishes: Sequence[str]) -> PromptUnclear:
    """The answer to words that name nothing to keep; `wishes` is what they ask for instead."""
    beyond = f" What it asks for cannot be made yet: {', '.join(wishes)}." if wishes else ""
    return PromptUnclear(
        f"In {quoted(said, 80)} nothing was found that an API could keep.{beyond}",
        f"Name the things and what each of them has. {EXAMPLE}",
    )


def only_orders(said: str) -> PromptUnclear:
    """The answer to orders that describe no API."""
    return PromptUnclear(
        f"{quoted(said, 80)} does not describe an API, so it was not followed.",
        f"Say what the API should keep. {EXAMPLE}",
    )


def readable(text: str) -> str:
    """`text` itself. Raises PromptUnclear where most of it is in a language unknown here."""
    letters = [one for one in text if one.isalpha()]
    foreign = sum(not _latin(one) for one in letters)
    tokens = [word.strip(".,;:!?¿¡()\"'").lower() for word in text.split()]
    english = sum(word in words().english for word in tokens)
    others = sum(word in words().foreign - words().english for word in tokens)
    if foreign * 2 > len(letters) or (others >= 2 and others > english):
        raise PromptUnclear(
            f"The prompt {quoted(text)} does not seem to be in a language that can be planned "
            "without a model.",
            "Write it in English, or in simple German, Spanish, French or Portuguese; "
            f"or choose a model. {EXAMPLE}",
        )
    return text


def _is_printed(letter: str) -> bool:
    """Whether a character is seen: control characters and those of no width are not."""
    return letter in "\n\t\r" or unicodedata.category(letter) not in ("Cc", "Cf", "Cs", "Co")


def _latin(letter: str) -> bool:
    return letter < "\u0250" or "\u1e00" <= letter < "\u1f00"


def _parts(tokens: Sequence[Token]) -> list[list[Token]]:
    """A sentence cut before every new wish ("..., and build a todo API")."""
    parts: list[list[Token]] = [[]]
    for place, token in enumerate(tokens):
        before = tokens[place - 1].low if place else ""
        fresh = token.low in _WANTED and before in ("and", "then", ",", "instead", ";", "but")
        if fresh and parts[-1]:
            parts.append([])
        parts[-1].append(token)
    return parts


def _is_order(tokens: Sequence[Token]) -> bool:
    return _orders([token.low for token in tokens])


def _orders(said: Sequence[str]) -> bool:
    lows = set(said)
    lists = words()
    ignores = bool(lows & lists.ignore_verbs) and bool(lows & lists.ignore_objects)
    reveals = bool(lows & lists.reveal_verbs) and bool(lows & lists.reveal_objects)
    reveals = reveals and not lows & lists.products and not lows & _NEVER
    prompts = "system" in lows and "prompt" in lows
    begins = said[:2] in (["you", "are"], ["system", ":"], ["assistant", ":"], ["developer", ":"])
    return ignores or reveals or prompts or begins or bool(lows & _HARMING)


def _without_texts(tokens: Sequence[Token]) -> list[Token]:
    """Without quoted sentences, which name nothing and may be orders."""
    return [
        token
        for token in tokens
        if not token.literal
        or (len(token.low.split()) < MAX_NAME and not _orders(token.low.split()))
    ]
