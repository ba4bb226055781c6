"""Exact edits of a text: all are made or none is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smartforge.llm.edits import Edit, EditsRefused, edited, edited_lines

FILE = "import os\n\n\ndef a():\n    x = 1\n    return x\n\n\ndef b():\n    max = 1\n    return 2\n"


LAST = "    return 2\n"
SWAPPED = FILE.replace("def a", "def ?").replace("def b", "def a").replace("def ?", "def b")


@pytest.mark.parametrize(
    ("edits", "result"),
    [
        ([], FILE),
        ([Edit("    x = 1\n", "    x = 2\n")], FILE.replace("    x = 1", "    x = 2")),
        ([Edit("import os\n")], FILE.removeprefix("import os\n")),
        ([Edit(LAST, f"{LAST}    # é 🚀\n")], FILE.replace(LAST, f"{LAST}    # é 🚀\n")),
        ([Edit(LAST), Edit("import os\n")], FILE[len("import os\n") : -len(LAST)]),
        ([Edit("def b():\r\n", "def c():\r\n")], FILE.replace("def b", "def c")),
        ([Edit("def a():\n", "def b():\n"), Edit("def b():\n", "def a():\n")], SWAPPED),
    ],
)
def test_whole_lines_that_stand_there_once_give_way(edits: list[Edit], result: str) -> None:
    assert edited_lines(FILE, edits) == result


@pytest.mark.parametrize(
    ("edits", "reason"),
    [
        ([Edit("    y = 1\n", "")], "does not stand in the file: 'y = 1'"),
        ([Edit("x = 1\n", "")], "does not stand"),
        ([Edit("\n", "")], "searches for nothing"),
        ([Edit("", "x\n")], "edit 1 searches for nothing"),
        ([Edit("\n\n", "")], "searches for nothing"),
        ([Edit("import os\n\n", ""), Edit("\n\ndef a():\n", "")], "1 and 2 are about the same"),
        ([Edit("import os\n", "a\n"), Edit("import os\n", "b\n")], "1 and 2 are about the same"),
        ([Edit("    return 2\n", ""), Edit("nowhere\n", "")], "what edit 2 searches for"),
        ([Edit("import os\n")] * 101, "101 edits were given"),
    ],
)
def test_what_does_not_fit_is_refused_with_each_reason(edits: list[Edit], reason: str) -> None:
    with pytest.raises(EditsRefused, match=reason):
        edited_lines(FILE, edits)


def test_what_stands_there_twice_is_refused_also_where_it_overlaps() -> None:
    with pytest.raises(EditsRefused, match="more than once in the file: 'a'"):
        edited_lines("a\nb\na\n", [Edit("a\n", "")])
    with pytest.raises(EditsRefused, match="more than once in the text"):
        edited("aaa", [Edit("aa", "")])
    with pytest.raises(EditsRefused, match="does not stand"):
        edited("caf\u00e9", [Edit("cafe\u0301", "")])


def test_line_ends_stay_those_of_the_file() -> None:
    windows = FILE.replace("\n", "\r\n")
    for edit in (Edit("import os\n", "import re\n"), Edit("import os\r\n", "import re\r\n")):
        assert edited_lines(windows, [edit]) == windows.replace("import os", "import re")
    with pytest.raises(EditsRefused, match="two kinds"):
        edited_lines("a\r\nb\n", [Edit("a\n", "c\n")])


def test_the_last_line_needs_no_end() -> None:
    assert edited_lines("a\nb", [Edit("b\n", "c\n")]) == "a\nc"
    assert edited_lines("a\nb", [Edit("b", "")]) == "a"


@given(st.lists(st.text("ab \n", min_size=1, max_size=4), min_size=1, max_size=4), st.text("ab \n"))
def test_what_no_edit_searches_for_stays_as_it_is(searches: list[str], text: str) -> None:
    edits = [Edit(one, "X") for one in searches]
    try:
        result = edited(text, edits)
    except EditsRefused:
        return
    rest = text
    for one in searches:
        assert text.count(one) == 1
        rest = rest.replace(one, "X", 1)
    assert result == rest or len(searches) > 1
    assert len(result) == len(text) - sum(map(len, searches)) + len(searches)
