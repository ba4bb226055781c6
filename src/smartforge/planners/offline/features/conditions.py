"""Conditions that nothing was made of: the user is told that they are not kept."""

import re

from smartforge.planners.offline.features.heard import clause, found, take
from smartforge.planners.offline.sketch import Sketch

_CONDITION = re.compile(
    r"\b(?:only (?:while|when|if|as long as|during|before|after|until|once|within)"
    r"|(?:nobody|no one|no-one) can (?:[a-z]+) (?:to|on|in|for) (?:an? |the |any )?[a-z]+ [a-z]+"
    r"|(?:can't|cannot|can not|can never|may not|must not|mustn't|must never|shouldn't|should not"
    r"|should never"
    r"|not allowed to|never)|unless|not more than|no more than|at most (?:one|two|three|\d+)"
    r"|must be in the future|not in the past)\b"
)


def read_conditions(sketch: Sketch) -> None:
    """Name every rule of which no word came to anything, so that none is dropped in silence."""
    told = " ".join([*sketch.notes, *sketch.draft.notes]).lower()
    for heard, match in found(sketch, _CONDITION):
        begin, end = clause(heard, *match.span())
        first, last = heard.span(begin, end)
        read = [at for at in range(first, last) if sketch.is_taken(heard.place, at)]
        said = heard.said(begin, end)
        if read or said.lower() in told or _bounds(heard.line[begin:end]):
            continue
        sketch.note(f"{heard.quote(begin, end)}: this condition is not kept.")
        take(sketch, heard, begin, end)


_NUMBERED = re.compile(
    r"\b(?:empty|blank|null|negative|deleted|edited|updated|changed|removed|modified|optional"
    r"|zero)\b"
    r"|\d+ (?:characters|chars|letters|digits)|\b(?:see|access|view|read|list|browse)\b"
)


def _bounds(text: str) -> bool:
    """Whether it is about values, permissions or actions, which are read and told elsewhere."""
    return _NUMBERED.search(text) is not None
