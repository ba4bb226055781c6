"""The entries after "by": `genre and year range, sort by rating` up to where something else"
" begins."""

import re
from collections.abc import Iterator

import msgspec

from smartforge.contract.reserved import word_set

MAX_ENTRY = 6

_PART = re.compile(r" ?(?:,|\band\b|\bor\b|/|&|\+|;|\||\bas well as\b|\bplus\b) ?")
_STOP = word_set(
    """
    filter filters filtering filtered sort sorts sorted sorting search searching order ordered
    page paginate paginated paging pagination per i we you it they users user's can should must
    with show get give list lists only also which that who when where then so but is are - — –
    ( ) : newest latest oldest highest lowest first in on from for
    """
)
_RANGED = word_set(
    "range ranges between min max minimum maximum interval period window before after"
)
_EMPTY = word_set(
    """
    a an the its their his her our my both either given certain specific any each one two exact
    particular name's
    """
)


class Entry(msgspec.Struct, frozen=True):
    """The words of one entry, where they stand in the line, and whether a range was said."""

    text: str
    begin: int
    end: int
    ranged: bool = False
    direction: str = ""


_DOWN = re.compile(
    r"\(? ?(?:desc\w*|highest(?: first)?|newest(?: first)?|latest(?: first)?|most recent first"
    r"|high to low|largest first|best first|reversed?)\b ?\)?"
)
_UP = re.compile(
    r"\(? ?(?:asc\w*|lowest(?: first)?|oldest(?: first)?|low to high|cheapest first"
    r"|smallest first|alphabetically)\b ?\)?"
)


def entries(line: str, begin: int) -> Iterator[Entry]:
    """The entries of `line` from `begin` on, in order, until one that begins something else."""
    at = begin
    while at < len(line):
        part = _PART.search(line, at)
        end = part.start() if part else len(line)
        entry, whole = _entry(line, at, end)
        if entry is not None:
            yield entry
        if not whole or part is None:
            return
        at = part.end()
        if entry is None and part.group().strip() in ("and", "or"):
            return


def _entry(line: str, begin: int, end: int) -> tuple[Entry | None, bool]:
    """The entry between two parting words, and whether it reaches to the second."""
    text = line[begin:end]
    down, up = _DOWN.search(text), _UP.search(text)
    direction = "-" if down else "+" if up else ""
    told = down or up
    stretch = text[: told.start()] if told else text
    kept: list[str] = []
    whole, ranged = True, False
    last = begin
    for match in re.finditer(r"\S+", stretch):
        word = match.group()
        if word[0].isdigit() or (word in _STOP and word not in _RANGED):
            whole = False
            break
        if word in _RANGED:
            ranged = True
        elif word not in _EMPTY and word.strip("\"'"):
            kept.append(word)
        last = begin + match.end()
        if len(kept) > MAX_ENTRY:
            return None, False
    if not kept and told and not stretch.strip():
        return Entry(told.group(), begin, begin + told.end(), False, direction), True
    if not kept and not ranged:
        return None, whole and not stretch.strip()
    if told and whole:
        last = begin + told.end()
    return Entry(" ".join(kept), begin, last, ranged, direction), whole
