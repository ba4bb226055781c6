"""Three texts become one: what two have changed since the first."""

from hypothesis import given
from hypothesis import strategies as st

from smartforge.forge.merging import Merged, merge

BASE = "a\nb\nc\nd\ne\nf\n"
TEXTS = st.lists(st.sampled_from(["a\n", "b\n", "c\n", "d\n"]), max_size=8).map("".join)


def test_what_each_changed_elsewhere_is_in_the_result() -> None:
    found = merge(BASE, BASE.replace("b\n", "B\nB2\n"), BASE.replace("e\n", ""))
    assert found == Merged("a\nB\nB2\nc\nd\nf\n")


def test_lines_that_both_changed_are_theirs_and_are_named() -> None:
    ours = BASE.replace("a\n", "A\n").replace("d\n", "mine\nmine too\n")
    found = merge(BASE, ours, BASE.replace("d\n", "yours\n"))
    assert found == Merged("A\nb\nc\nyours\ne\nf\n", ((4, 5),))


def test_the_same_change_on_both_sides_is_no_conflict() -> None:
    both = BASE.replace("c\n", "C\n")
    assert merge(BASE, both, both) == Merged(both)


def test_a_line_without_an_end_is_kept_as_it_is() -> None:
    assert merge("a\nb\nc", "a\nb\nc, mine", "A\nb\nc") == Merged("A\nb\nc, mine")


@given(TEXTS, TEXTS)
def test_who_changed_alone_has_their_text(base: str, other: str) -> None:
    assert merge(base, other, base) == Merged(other)
    assert merge(base, base, other) == Merged(other)


@given(TEXTS, TEXTS, TEXTS)
def test_whoever_is_left_out_is_named(base: str, ours: str, theirs: str) -> None:
    found = merge(base, ours, theirs)
    mirrored = merge(base, theirs, ours)
    assert bool(found.left_out) == bool(mirrored.left_out)
    if not found.left_out:
        assert found.text == mirrored.text
