"""Exact edits of a text: each names a passage that stands in it once, and what takes its place.

All of them are made at once or none is. They are looked up in the text as it was, so their order
says nothing, and what one puts in is never found by another.
"""

import itertools
from collections.abc import Iterator, Sequence

import msgspec

MOST_EDITS = 100
MOST_QUOTED = 80


class Edit(msgspec.Struct, frozen=True):
    """`search` stands in the text exactly once; `replace` comes in its place, nothing removes it.

    Of `edited_lines` both are whole lines with `\\n` between them, else any passage.
    """

    search: str
    replace: str = ""


class EditsRefused(Exception):
    """The edits do not fit the text; `problems` says why, a clause for each that does not."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = tuple(problems)


def edited(text: str, edits: Sequence[Edit]) -> str:
    """`text` with all edits made. Raises EditsRefused, with nothing done."""
    found = [_spans(text, one.search) for one in edits]
    spans = _checked(edits, found, "text")
    return "".join(_pieces(text, spans))


def edited_lines(text: str, edits: Sequence[Edit]) -> str:
    """The same by whole lines: what looks for `x = 1` does not find `max = 1`.

    The line ends are those of the text, whichever the edits have. Raises EditsRefused.
    """
    ends = "\r\n" if "\r\n" in text else "\n"
    plain = text.replace("\r\n", "\n") if ends == "\r\n" else text
    if ends == "\r\n" and plain.count("\n") != text.count("\r\n"):
        raise EditsRefused(["the text has line ends of two kinds; give it whole"])
    lines = plain.split("\n")
    sought = [_lines(one.search) for one in edits]
    found = [_runs(lines, one) for one in sought]
    spans = _checked(edits, found, "file")
    made = [
        line
        for kept, put in _kept(lines, spans)
        for line in (*kept, *(_lines(put) if put is not None else ()))
    ]
    return ends.join(made)


def _spans(text: str, search: str) -> list[tuple[int, int]]:
    """The first two places at which it stands, also where they overlap."""
    first = text.find(search) if search else -1
    if first < 0:
        return []
    second = text.find(search, first + 1)
    return [(at, at + len(search)) for at in (first, second) if at >= 0]


def _runs(lines: Sequence[str], sought: Sequence[str]) -> list[tuple[int, int]]:
    if not sought:
        return []
    last = len(lines) - len(sought) + 1
    places = (at for at in range(last) if lines[at] == sought[0])
    fitting = (at for at in places if lines[at : at + len(sought)] == [*sought])
    return [(at, at + len(sought)) for at, _ in zip(fitting, range(2), strict=False)]


def _checked(
    edits: Sequence[Edit], found: Sequence[Sequence[tuple[int, int]]], what: str
) -> list[tuple[int, int, str]]:
    """Where each edit is made, in the order of the text."""
    if len(edits) > MOST_EDITS:
        raise EditsRefused([f"{len(edits)} edits were given, and at most {MOST_EDITS} are taken"])
    problems: list[str] = []
    spans: list[tuple[int, int, str, int]] = []
    for number, (one, places) in enumerate(zip(edits, found, strict=True), 1):
        if len(places) == 1:
            spans.append((*places[0], one.replace, number))
        elif not one.search.strip("\r\n"):
            problems.append(f"edit {number} searches for nothing")
        else:
            stands = "does not stand" if not places else "stands more than once"
            problems.append(f"what edit {number} searches for {stands} in the {what}: {_said(one)}")
    spans.sort()
    for before, after in itertools.pairwise(spans):
        if after[0] < before[1]:
            problems.append(f"the edits {before[3]} and {after[3]} are about the same passage")
    if problems:
        raise EditsRefused(problems)
    return [(begin, end, put) for begin, end, put, _ in spans]


def _pieces(text: str, spans: Sequence[tuple[int, int, str]]) -> Iterator[str]:
    at = 0
    for begin, end, put in spans:
        yield text[at:begin]
        yield put
        at = end
    yield text[at:]


def _kept(
    lines: Sequence[str], spans: Sequence[tuple[int, int, str]]
) -> Iterator[tuple[Sequence[str], str | None]]:
    """The lines that stay, each run with what comes behind it."""
    at = 0
    for begin, end, put in spans:
        yield lines[at:begin], put
        at = end
    yield lines[at:], None


def _lines(text: str) -> list[str]:
    """Without the end of the last one; nothing are no lines."""
    plain = text.replace("\r\n", "\n")
    return plain.removesuffix("\n").split("\n") if plain else []


def _said(edit: Edit) -> str:
    shown = " ".join(edit.search.split())
    return repr(shown if len(shown) <= MOST_QUOTED else shown[: MOST_QUOTED - 1] + "…")
