"""Where an answer goes on with one that was cut."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smartforge.writers.fences import FenceOpen, Unwrapper
from smartforge.writers.growing import Growing
from smartforge.writers.seams import BegunAnew, Seam

TEXT = '''"""Recipes for more people."""

import math


def scaled(servings: int, times: int) -> int:
    """Rounds up."""
    total = servings * times
    return math.ceil(total)


def halved(servings: int) -> int:
    return math.ceil(servings / 2)
'''


def added(before: str, *pieces: str) -> str:
    seam = Seam(before)
    return "".join([*(seam.feed(piece) for piece in pieces), seam.end()])


@pytest.mark.parametrize("by", ["letters", "whole"])
def test_wherever_it_is_cut_and_taken_up_the_text_is_the_same(by: str) -> None:
    lines = [0, *(at + 1 for at, one in enumerate(TEXT) if one == "\n")]
    for cut in range(1, len(TEXT)):
        before = TEXT[:cut]
        unfinished = before.rpartition("\n")[2]
        if unfinished and not unfinished.strip():
            continue  # Never passed on, see below.
        for start in {cut, *(at for at in lines if at <= cut)}:
            again = TEXT[start:]
            if start == cut and unfinished and again.startswith(unfinished.lstrip()):
                continue  # As asked for, that would be the line from its beginning.
            said = len("".join(TEXT[start:cut].split()))
            if start not in (0, cut) and not unfinished and said < 16:
                continue  # Whole lines that look alike are no repetition.
            pieces = [*again] if by == "letters" else [again]
            assert before + added(before, *pieces) == TEXT, (cut, start)


def test_an_unfinished_line_may_come_again_without_its_indentation() -> None:
    assert added("def a():\n    return fi", "return first()\n") == "rst()\n"
    assert added("def a():\n    return fi", *"    return first()\n") == "rst()\n"


def test_lines_that_only_look_alike_stay() -> None:
    assert added("a = (\n    1,\n)\n", ")\n") == ")\n"


def test_a_file_that_is_begun_anew_is_no_continuation() -> None:
    other = TEXT.replace("math.ceil(total)", "total")
    with pytest.raises(BegunAnew):
        added(TEXT[:220], *other)
    with pytest.raises(BegunAnew):
        added(TEXT[:200], TEXT[:60])


def test_what_is_said_again_waits_and_what_is_new_does_not() -> None:
    seam = Seam(TEXT[:100])
    assert seam.feed(TEXT[:60]) == ""
    assert seam.feed(TEXT[60:101]) == TEXT[100]
    assert seam.feed("x") == "x"


@given(st.text("ab \n", min_size=1), st.text("ab \n"))
def test_nothing_new_is_lost_but_what_stands_there_already(before: str, after: str) -> None:
    try:
        found = added(before, *after)
    except BegunAnew:
        return
    assert after.endswith(found)
    lost = after[: len(after) - len(found)]
    assert lost in before or before.endswith(lost.lstrip(" "))
    assert found == added(before, after)


def test_the_indentation_of_a_line_waits_for_the_line() -> None:
    growing = Growing("a.py", 1)
    pieces = ["if a:", "\n ", "   ", "b = 1\n", "   ", "\t", "c = 2  ", "\n", "  "]
    texts = ["".join(one.text for one in growing.feed(piece)) for piece in pieces]
    assert texts == ["if a:", "\n", "", "    b = 1\n", "", "", "   \tc = 2  ", "\n", ""]
    assert [one.text for one in growing.end()] == ["  "]
    assert growing.text == "".join(pieces)


# ---- fences around what was cut -----------------------------------------------------------------


@pytest.mark.parametrize(
    "goes_on",
    ["b = 2\n", "b = 2\n```", "b = 2\n```\n\n", "```python\nb = 2\n```", "~~~\nb = 2\n~~~\n"],
)
def test_a_fence_around_all_or_around_the_rest_goes(goes_on: str) -> None:
    for pieces in ([goes_on], [*goes_on]):
        first = Unwrapper("a.py")
        text = first.feed("```python\na = 1\n")
        second = first.following()
        text += "".join(second.feed(piece) for piece in pieces) + second.end()
        assert text == "a = 1\nb = 2\n"


def test_the_rest_may_be_nothing_but_the_end_of_the_fence() -> None:
    first = Unwrapper("a.py")
    assert first.feed("```python\na = 1\n``") == "a = 1\n"
    second = first.following()
    assert second.feed("```\n") + second.end() == ""
    third = first.following().following()
    assert third.feed("b = 2\n") + third.end() == "b = 2\n"


def test_without_a_fence_around_what_was_cut_one_that_stays_open_is_no_end() -> None:
    first = Unwrapper("a.py")
    assert first.feed("a = 1\n") == "a = 1\n"
    second = first.following()
    assert second.feed("```python\nb = 2\n") == "b = 2\n"
    with pytest.raises(FenceOpen):
        second.end()
