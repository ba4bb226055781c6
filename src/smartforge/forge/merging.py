"""A text that two have changed since: line by line, what each changed is in the result."""

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

import msgspec


class Merged(msgspec.Struct, frozen=True):
    """The text, and the lines of ours (from 1, both ends included) that could not be kept."""

    text: str
    left_out: tuple[tuple[int, int], ...] = ()


class _Change(msgspec.Struct, frozen=True):
    """The lines `low` up to `high` of the base became those from `start` up to `end`."""

    low: int
    high: int
    start: int
    end: int
    ours: bool


def merge(base: str, ours: str, theirs: str) -> Merged:
    """`theirs` with all that `ours` changed in `base`.

    Where both changed the same lines, or lines next to each other, and not to the same, theirs
    stand, and `left_out` names ours. Same texts, same result.
    """
    before, own, other = (text.splitlines(keepends=True) for text in (base, ours, theirs))
    lines: list[str] = []
    lost: list[tuple[int, int]] = []
    at = 0
    for group in _groups([*_changes(before, own, True), *_changes(before, other, False)]):
        low, high = group[0].low, max(one.high for one in group)
        lines += before[at:low]
        at = high
        mine = _side(before, own, [one for one in group if one.ours], low, high)
        yours = _side(before, other, [one for one in group if not one.ours], low, high)
        if all(one.ours for one in group):
            lines += mine
            continue
        lines += yours
        if any(one.ours for one in group) and mine != yours:
            lost += [(one.start + 1, max(one.start + 1, one.end)) for one in group if one.ours]
    return Merged("".join([*lines, *before[at:]]), tuple(lost))


def _changes(before: Sequence[str], after: Sequence[str], ours: bool) -> Iterator[_Change]:
    compared = SequenceMatcher(None, before, after, autojunk=False)
    for tag, low, high, start, end in compared.get_opcodes():
        if tag != "equal":
            yield _Change(low, high, start, end, ours)


def _groups(changes: Sequence[_Change]) -> Iterator[list[_Change]]:
    """Changes that touch each other, in the order of the base."""
    group: list[_Change] = []
    for one in sorted(changes, key=lambda each: (each.low, each.high)):
        if group and one.low > max(each.high for each in group):
            yield group
            group = []
        group.append(one)
    if group:
        yield group


def _side(
    before: Sequence[str], after: Sequence[str], changes: Sequence[_Change], low: int, high: int
) -> list[str]:
    """What one side has between these lines of the base."""
    lines: list[str] = []
    at = low
    for one in changes:
        lines += before[at : one.low]
        lines += after[one.start : one.end]
        at = one.high
    return [*lines, *before[at:high]]
