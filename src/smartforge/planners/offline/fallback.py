"""The last look at a prompt in which no rule found anything: known nouns, wherever they stand."""

from collections.abc import Sequence
from itertools import pairwise

from smartforge.contract.reserved import word_set
from smartforge.planners.offline import nounphrases
from smartforge.planners.offline.cues import is_verb
from smartforge.planners.offline.draft import Draft
from smartforge.planners.offline.features.filewords import types_of
from smartforge.planners.offline.tokens import Sentence, said

_BUSINESS = word_set(
    "hobby business company place group community team project office service studio shop school"
)


def find_anything(draft: Draft, sentences: Sequence[Sentence]) -> None:
    """Declare the common things and trades that `sentences` mention, in their order."""
    _only_word(draft, sentences)
    _trades(draft, sentences)
    for sentence in sentences:
        for place, token in enumerate(sentence.tokens):
            if (
                is_verb(sentence.tokens, place)
                or not nounphrases.is_nounlike(token)
                or not nounphrases.is_thing([token])
            ):
                continue
            if nounphrases.is_common([token]):
                if nounphrases.is_plural([token]):
                    draft.declare([token], "strong")
                elif not draft.things:
                    draft.declare([token], "weak")
    if not draft.things:
        _sent_in(draft, sentences)
    if not draft.things:
        _living(draft, sentences)


# What those keep who live by doing something to it, besides the thing itself.
_LIVINGS = {
    "teach": ("student", "lesson"),
    "tutor": ("student", "lesson"),
    "coach": ("client", "session"),
    "sell": ("product", "customer", "order"),
    "rent": ("*", "customer", "rental"),
    "lend": ("*", "customer", "loan"),
    "repair": ("*", "customer", "repair"),
    "fix": ("*", "customer", "repair"),
    "restore": ("*", "customer", "restoration"),
    "clean": ("customer", "appointment"),
    "deliver": ("customer", "order", "delivery"),
}


def _living(draft: Draft, sentences: Sequence[Sentence]) -> None:
    """`we teach piano`: what people keep who live by that."""
    for sentence in sentences:
        for place, token in enumerate(sentence.tokens[:-1]):
            kept = _LIVINGS.get(token.low)
            if kept is None or not place or sentence.tokens[place - 1].low not in ("we", "i"):
                continue
            rest = sentence.tokens[place + 1 + (sentence.tokens[place + 1].low == "out") :]
            phrase, _ = nounphrases.leading(rest)
            draft.title = draft.title or said([token, *phrase])
            for noun in kept:
                if noun != "*":
                    draft.keep(noun)
                elif nounphrases.is_thing(phrase):
                    draft.declare(phrase, "strong")
            return


def _sent_in(draft: Draft, sentences: Sequence[Sentence]) -> None:
    """`upload a PDF and get it back`: where nothing else is kept, the file is."""
    for sentence in sentences:
        lows = [token.low for token in sentence.tokens]
        sent = {"upload", "uploads", "uploading"} & {*lows} or ("send", "in") in pairwise(lows)
        kept = [token for token in sentence.tokens if types_of(token.low)]
        if sent and kept:
            draft.declare(kept[:1], "strong")
            return


def _trades(draft: Draft, sentences: Sequence[Sentence]) -> None:
    """`our animal shelter`, `small family hotel`: the places and trades that are named."""
    for sentence in sentences:
        for place, token in enumerate(sentence.tokens):
            following = sentence.tokens[place + 1 : place + 2]
            whole = not following or not nounphrases.is_nounlike(following[0])
            whole = whole or following[0].low in _BUSINESS
            one = nounphrases.is_nounlike(token) and not nounphrases.is_plural([token])
            trade = whole and one and nounphrases.domain_of([token])
            if trade and not is_verb(sentence.tokens, place):
                draft.declare([token], "domain")
                named = nounphrases.trailing(sentence.tokens[: place + 1])
                draft.title = draft.title or said(named)


def _only_word(draft: Draft, sentences: Sequence[Sentence]) -> None:
    """A plural that is the whole prompt is a thing, whatever it is."""
    if len(sentences) == 1 and len(sentences[0].tokens) == 1:
        only = list(sentences[0].tokens)
        named = nounphrases.is_nounlike(only[0]) and nounphrases.is_thing(only)
        if named and nounphrases.is_plural(only) and not nounphrases.is_field(only):
            draft.declare(only, "strong")
