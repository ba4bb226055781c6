"""A short title for an API."""

from collections.abc import Sequence

from smartforge.contract.names import plural, singular
from smartforge.contract.names import words as name_words
from smartforge.contract.reserved import word_set
from smartforge.contract.soundness import MAX_TITLE
from smartforge.planners.offline.draft import Draft, Thing, listing
from smartforge.planners.offline.vocabulary import words

MAX_WORDS = 5
MAX_NAMED = 3

_INITIALS = word_set(
    """
    crm cms faq rss sms hr it pos erp url iot ai
    """
)


def title_of(draft: Draft, things: Sequence[Thing]) -> str:
    """`Todo API`: what the product was called, else what it keeps first."""
    called = [word for word in name_words(draft.title) if word not in words().adjectives]
    while called and called[-1] in ("list", "lists", "crud", "management", *words().products):
        called.pop()
    if called and any(called[-1] == plural(thing.name).rpartition("_")[2] for thing in things):
        called[-1] = singular(called[-1])
    if called and len(called) <= MAX_WORDS:
        return _fit(" ".join(_cased(word) for word in called))
    names = [" ".join(_cased(word) for word in thing.name.split("_")) for thing in things]
    return _fit(listing(names[:MAX_NAMED] if len(names) <= MAX_NAMED else names[:2]))


def _cased(word: str) -> str:
    return word.upper() if word in _INITIALS else word.capitalize()


def _fit(title: str) -> str:
    limit = MAX_TITLE - len(" API")
    short = title if len(title) <= limit else f"{title[: limit - 1].rstrip()}…"
    return f"{short} API"
