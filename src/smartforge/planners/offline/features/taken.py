"""What one row may hold but once: `the same room can't be booked twice for the same day`."""

import re

from smartforge.contract import Choice, Field, OneOpen, Reference, Resource, UniqueTogether
from smartforge.contract.names import snake, spaced
from smartforge.planners.offline.draft import listing
from smartforge.planners.offline.features.changes import ruled
from smartforge.planners.offline.features.finding import (
    find_field,
    find_resource,
    reference_to,
    status_of,
)
from smartforge.planners.offline.features.heard import Heard, found, hide, take, tell
from smartforge.planners.offline.sketch import Claims, Sketch

_NO = r"(?:can't|cannot|can not|may not|must not|must never|should not|can never|never gets?)"
_DONE = r"(?P<did>booked|reserved|rented|hired|used|taken|scheduled|assigned|sold|given out)"
_SAME = r"(?:for|on|at|in|during|within|of) (?:the |one )?(?:very )?same"
_TWICE = re.compile(
    rf"\b(?:the same|one|an?|any|each|every|no) (?P<what>[a-z_]+) (?:{_NO}|can|may|must|is)"
    rf"(?: ever)?(?: be)? {_DONE} (?:twice|more than once|two times|again|a second time|double)"
    rf" {_SAME} (?P<first>[a-z_]+(?: (?!and\b|or\b)[a-z_]+)?)"
    rf"(?: and (?:{_SAME} |the same |the )?(?P<second>[a-z_]+(?: [a-z_]+)?))?"
)
_OVER = ("cancelled", "canceled", "rejected", "declined", "expired", "withdrawn")
_INSIDE = r"(?: still| already| yet| currently)*(?: (?:inside|in it|on it|there|in there))?"
_FULL = re.compile(
    rf"\b(?:an?|the|any|each|every) (?P<what>[a-z_]+) (?:with|that (?:has|holds)|holding"
    rf"|which (?:has|holds)) an? (?P<held>[a-z_]+){_INSIDE} (?:{_NO})"
    r" (?:take|get|have|hold|receive|accept|be given) (?:an?other|a second|a new)"
    r"(?: one| (?P=held))?"
    r"(?: (?:until|till|before|unless) .*)?"
)
_ONLY = re.compile(
    r"\b(?:an?|the|each|every|one) (?P<what>[a-z_]+) (?:can |may |must )?(?:only )?"
    r"(?:holds?|has|have|takes?|contains?|keeps?|carry|carries|serves?)"
    r" (?:(?:only |at most |no more than |just )?(?:one|a single))"
    r" (?P<held>[a-z_]+) at (?:a|any|one|the same)(?: given| one)? (?:time|moment|once)"
)


def claim_taken(claims: Claims) -> None:
    """Keep these rules from being read as what something has."""
    hide(claims, _FULL, _ONLY)


def read_taken(sketch: Sketch) -> None:
    """A row of which there is at most one with the same place and the same times (409)."""
    for heard, match in found(sketch, _TWICE):
        _taken_twice(sketch, heard, match)
    for heard, match in found(sketch, _FULL, _ONLY):
        _held_once(sketch, heard, match)


def _taken_twice(sketch: Sketch, heard: Heard, match: re.Match[str]) -> None:
    taken = find_resource(sketch, match["what"])
    for rows in sketch.contract.resources:
        by = reference_to(rows, taken.name) if taken is not None else None
        names = [one for one in (match["first"], match["second"]) if one]
        fields = [_named(rows, one) for one in names]
        if taken is None or by is None or not all(fields):
            continue
        together = (by.name, *(one.name for one in fields if one is not None))
        status = status_of(rows)
        going_on = _going_on(status, rows)
        if status is not None and going_on:
            sketch.put(ruled(rows, OneOpen(together, status.name, going_on)))
        else:
            sketch.put(ruled(rows, UniqueTogether(together)))
        told = listing([spaced(name.removesuffix("_id")) for name in together])
        tell(sketch, heard, match, f"two {spaced(rows.plural)} never have the same {told} (409).")
        return


def _named(rows: Resource, said: str) -> Field | None:
    """The field that is called so, or whose name ends or begins so."""
    words = said.split()
    for width in range(len(words), 0, -1):
        name = snake(" ".join(words[:width]))
        field = find_field(rows, name.replace("_", " "))
        if field is not None and not isinstance(field.kind, Reference):
            return field
        for one in rows.fields:
            if one.name.endswith(f"_{name}"):
                return one
    return None


def _going_on(status: Field | None, rows: Resource) -> tuple[str, ...]:
    """The states in which a row holds its place; none where no state gives it back."""
    if status is None or not isinstance(status.kind, Choice):
        return ()
    values = status.kind.values
    left = tuple(value for value in values if value not in _OVER)
    return left if rows.transitions and len(left) < len(values) else ()


def _held_once(sketch: Sketch, heard: Heard, match: re.Match[str]) -> None:
    """A locker holds one parcel, until that one is in its last state."""
    place, held = find_resource(sketch, match["what"]), find_resource(sketch, match["held"])
    by = reference_to(held, place.name) if place is not None and held is not None else None
    status = status_of(held) if held is not None else None
    if held is None or by is None or status is None:
        return
    going_on = _unfinished(held, status)
    if not going_on:
        return
    sketch.put(ruled(held, OneOpen((by.name,), status.name, going_on)))
    sketch.note(
        f"{heard.quote(*match.span())}: at most one {spaced(held.name)} of each"
        f" {spaced(by.name.removesuffix('_id'))} is {' or '.join(going_on)} (409)."
    )
    take(sketch, heard, *match.span())


def _unfinished(held: Resource, status: Field) -> tuple[str, ...]:
    """The states that a row can still leave."""
    if not isinstance(status.kind, Choice):
        return ()
    sources = {
        one for move in held.transitions for one in move.sources if move.field == status.name
    }
    return tuple(value for value in status.kind.values if value in sources)
