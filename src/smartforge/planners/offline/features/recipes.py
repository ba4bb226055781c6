"""Computations that need no rows: `an endpoint that counts words of a text`, unit conversion."""

import functools
import itertools
import re
import tomllib
from collections.abc import Callable, Iterator, Sequence
from importlib import resources
from typing import cast

import msgspec

from smartforge.contract import FORMS, Contract, Recipe
from smartforge.contract.names import kebab, plural, quoted, squeezed
from smartforge.contract.recipes import RecipeKind
from smartforge.planners.offline.features.heard import MAX_MATCHES, MAX_QUOTED, Heard, hear
from smartforge.planners.offline.sketch import Sketch
from smartforge.planners.offline.tokens import Sentence, said

_MAX_TITLES = 2
# Where one wish ends and the next begins.
_PARTS = re.compile(
    r" (?:[,;:.()]|and|plus|also|as well as|with (?=an? (?:\w+ )?(?:endpoint|route|operation)s?\b)"
    r"|(?=(?:in|on|from) (?:a|my|our|the) \w+ (?:app|api|shop|service)\b)) "
)
# What is computed of rows, not of what is sent.
_OF_ROWS = re.compile(
    r" (?:of|for|in|per|on) (?:each|every|all|its|their|these|those) (?!text\b|word\b|number\b)\w+"
)
_DROPPING = re.compile(
    r"^(?:please )?(?:remove|drop|delete|cut|lose|get rid of|take out)\b"
    r"|\b(?:no longer|don't|do not) (?:need|want|have|offer)\b|\bwithout (?:the |an? )?$"
)
_ABOUT_IT = re.compile(
    r"(?:it|they|the (?:api|service|endpoints?|answers?|responses?|results?)|each endpoint|all)"
    r" (?:\w+ )?(?:takes?|accepts?|returns?|gives?|answers?|responds?|shows?|includes?|reads?)"
    r"\b|(?:nothing|no data|no text|no password)\w* (?:is|are|should|must|will|needs?)\b"
    r"|(?:there is )?no (?:database|login|accounts?|storage)\b|stateless\b"
    r"|(?:do not|don't|never) (?:store|keep|save|log)\b"
)


class _Hit(msgspec.Struct, frozen=True):
    """Words that ask for a computation: from where to where, and the clause around them."""

    kind: RecipeKind
    begin: int
    end: int
    first: int
    last: int


_Span = tuple[int, int, RecipeKind]


class Computed(msgspec.Struct):
    """What is to be computed, by the words for it; what is not any more; what is said besides."""

    dropped: dict[RecipeKind, str] = msgspec.field(default_factory=dict[RecipeKind, str])
    said: dict[RecipeKind, str] = msgspec.field(default_factory=dict[RecipeKind, str])
    notes: list[str] = msgspec.field(default_factory=list[str])


def without_recipes(
    sentences: Sequence[Sentence],
    of_rows: Callable[[Sentence], bool] = lambda _: False,
) -> tuple[list[Sentence], Computed]:
    """The sentences without what they say of computations: a text is no thing there.

    Those of which nothing is left are left out; those that are `of_rows` stay as they are.
    """
    computed = Computed()
    kept: list[Sentence] = []
    for sentence in sentences:
        if of_rows(sentence):
            kept.append(sentence)
            continue
        heard = hear(0, sentence)
        hits = list(_hits(heard))
        hidden = {
            at
            for begin, end in _hidden(heard, hits, bool(computed.said))
            for at in range(*heard.span(begin, end))
        }
        for hit in hits:
            _note(computed, heard, hit)
        left = [token for at, token in enumerate(sentence.tokens) if at not in hidden]
        if not hidden:
            kept.append(sentence)
        elif any(token.word or token.number for token in left):
            kept.append(Sentence(tuple(left), said(left), sentence.bullet, sentence.opens))
    return kept, computed


def add_recipes(sketch: Sketch, computed: Computed) -> None:
    """Let the contract have the recipes that are asked for, and a title by them alone."""
    sketch.contract, told = with_recipes(sketch.contract, computed)
    for note in told:
        sketch.note(note)
    if sketch.contract.recipes and not sketch.contract.resources:
        title = sketch.contract.title if sketch.draft.title else _title(sketch.contract)
        sketch.contract = msgspec.structs.replace(sketch.contract, title=title)


def with_recipes(contract: Contract, computed: Computed) -> tuple[Contract, list[str]]:
    """The contract with one recipe for each kind that is asked for, in the order of the prompt,
    and without those that nobody wants any more; and what the user is told of it."""
    told: list[str] = []
    for kind, words in computed.dropped.items():
        kept = tuple(one for one in contract.recipes if one.recipe != kind)
        there = len(kept) < len(contract.recipes)
        gone = "is computed no longer." if there else "that was not computed."
        told.append(f"{quoted(words, MAX_QUOTED)}: {gone}")
        contract = msgspec.structs.replace(contract, recipes=kept)
    for kind, words in computed.said.items():
        if any(one.recipe == kind for one in contract.recipes):
            told.append(f"{quoted(words, MAX_QUOTED)}: that is computed already.")
            continue
        taken = {squeezed(name) for one in contract.resources for name in (one.name, one.plural)}
        name = str(kind)
        if squeezed(name) in taken or squeezed(plural(name)) in taken:
            name = f"compute_{name}"
        recipes = (*contract.recipes, Recipe(name, kind))
        contract = msgspec.structs.replace(contract, recipes=recipes)
        takes = ", ".join(field.name for field in FORMS[kind].takes)
        gives = ", ".join(one.name for one in FORMS[kind].answers)
        told.append(
            f"{quoted(words, MAX_QUOTED)}: POST /{kebab(name)} takes {takes} and answers {gives}; "
            "nothing of it is kept."
        )
    return contract, told + computed.notes


def _note(computed: Computed, heard: Heard, hit: _Hit) -> None:
    words = heard.said(hit.begin, hit.end)
    if _DROPPING.search(heard.line, 0, hit.begin):
        computed.dropped.setdefault(hit.kind, words)
    elif _OF_ROWS.search(heard.line, hit.begin, hit.last):
        what = FORMS[hit.kind].spoken
        computed.notes.append(
            f"{quoted(words, MAX_QUOTED)} was not made: {what} can be had of what a request sends, "
            "not of what is kept."
        )
    else:
        computed.said.setdefault(hit.kind, words)


def _title(contract: Contract) -> str:
    kinds = [one.recipe.replace("_", " ").title() for one in contract.recipes]
    more = " and More" if len(kinds) > _MAX_TITLES else ""
    named = " and ".join(kinds) if not more else ", ".join(kinds[:_MAX_TITLES])
    return f"{named.replace('Bmi', 'BMI').replace('Iban', 'IBAN')}{more} API"


# ---- what is heard ----------------------------------------------------------------------------


def _hits(heard: Heard) -> Iterator[_Hit]:
    """The computations that a sentence asks for."""
    spans: list[_Span] = [
        (match.start(), match.end(), kind)
        for kind, pattern in _patterns().items()
        for match in itertools.islice(pattern.finditer(heard.line), MAX_MATCHES)
    ]
    cuts = [
        (match.start(), match.end())
        for match in _PARTS.finditer(heard.line)
        if not any(begin < match.start() and match.end() < end for begin, end, _ in spans)
    ]
    if spans:
        spans += _bare(heard, cuts)
    for begin, end, kind in sorted(spans):
        first = max((cut[1] for cut in cuts if cut[1] <= begin), default=0)
        last = min((cut[0] for cut in cuts if cut[0] >= end), default=len(heard.line))
        yield _Hit(kind, begin, end, first, last)


def _bare(heard: Heard, cuts: list[tuple[int, int]]) -> Iterator[_Span]:
    """Single words that stand beside other computations: `unit conversion, slugs and tips`."""
    known = {
        word: cast(RecipeKind, kind)
        for kind, line in _words()["bare"].items()
        for word in line.split(", ")
    }
    begins = [0, *(end for _, end in cuts)]
    ends = [*(begin for begin, _ in cuts), len(heard.line)]
    for begin, end in zip(begins, ends, strict=True):
        kind = known.get(heard.line[begin:end].strip(" .!"))
        if kind is not None:
            yield begin, end, cast(RecipeKind, kind)


def _hidden(heard: Heard, hits: list[_Hit], before: bool) -> Iterator[tuple[int, int]]:
    """What a sentence says of computations, `before` telling whether one was spoken of already."""
    if not hits:
        if before and _ABOUT_IT.match(heard.line):
            yield 0, len(heard.line)
        return
    at = 0
    for hit in hits:
        if _is_filler(heard.line[at : hit.first]):
            yield at, hit.first
        yield hit.first, hit.last
        at = max(at, hit.last)
    if _is_filler(heard.line[at:]):
        yield at, len(heard.line)


def _is_filler(text: str) -> bool:
    return _filler().issuperset(text.split())


# ---- words ------------------------------------------------------------------------------------


@functools.cache
def _words() -> dict[str, dict[str, str]]:
    text = (
        resources.files("smartforge.planners.offline.features")
        .joinpath("recipes.toml")
        .read_text("utf-8")
    )
    return cast(dict[str, dict[str, str]], tomllib.loads(text))


@functools.cache
def _filler() -> frozenset[str]:
    return frozenset(_words()["words"]["filler"].split())


@functools.cache
def _patterns() -> dict[RecipeKind, re.Pattern[str]]:
    """One pattern for each kind; of phrases that begin alike the longest is found first."""
    return {
        cast(RecipeKind, kind): re.compile(
            "|".join(
                rf"\b{_phrase(line.split())}(?![\w-])"
                for line in sorted(text.strip().splitlines(), key=len, reverse=True)
            )
        )
        for kind, text in _words()["phrases"].items()
    }


def _phrase(words: list[str]) -> str:
    """The pattern of a phrase: its words with one blank between any two."""
    found = ""
    for word in words:
        blank = " " if found and not found.endswith(" ?)?") else ""
        if word == "*":
            found += r"(?: [^\s.;]+){0,3}"
            continue
        either = "|".join(re.escape(one) for one in word.removesuffix("?").split("|"))
        found += f"(?:{blank}(?:{either}))?" if word.endswith("?") else f"{blank}(?:{either})"
    return found
