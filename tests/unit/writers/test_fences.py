"""An answer in a code fence, taken out of it while it streams."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from smartforge.writers.fences import FenceOpen, Unwrapper


def unwrapped(path: str, *pieces: str) -> str:
    unwrapper = Unwrapper(path)
    return "".join([*(unwrapper.feed(piece) for piece in pieces), unwrapper.end()])


@pytest.mark.parametrize(
    "answer",
    [
        "```python\nx = 1\n```",
        "```python\nx = 1\n```\n",
        "```\nx = 1\n```\n\n",
        "\n```py\nx = 1\n```",
        "~~~python\nx = 1\n~~~",
        '````python title="a.py"\nx = 1\n````',
        "```python\r\nx = 1\n```\r\n",
    ],
)
def test_a_fence_around_the_whole_answer_goes(answer: str) -> None:
    assert unwrapped("a.py", answer) == "x = 1\n"
    assert unwrapped("a.py", *answer) == "x = 1\n"


@pytest.mark.parametrize(
    ("path", "answer"),
    [
        ("a.py", ""),
        ("a.py", "\n\n"),
        ("a.py", "x = 1"),
        ("a.py", "\n\nx = 1\n"),
        ("a.py", "`"),
        ("a.py", "``\n"),
        ("a.py", "```python` is not a fence\n"),
        ("a.py", 'x = """\n```\ncode\n```\n"""\n'),
        ("a.py", "x = 1\n```\n"),
        ("README.md", "# Title\n\n```bash\nls\n```\n"),
        ("README.md", "```bash\nmake run\n```\n\n# Title\n"),
        ("README.md", "```bash\nmake run\n```\n"),
        ("README.md", "```\none\n```\ntext\n```\ntwo\n```\n"),
        ("README.md", "```markdown\n# never closed\n"),
        ("README.md", "```"),
        ("notes.rst", "~~~~~\nTitle\n~~~~~\n\ntext\n"),
    ],
)
def test_everything_else_passes_as_it_is(path: str, answer: str) -> None:
    assert unwrapped(path, answer) == answer
    assert unwrapped(path, *answer) == answer


def test_fences_within_the_fence_stay() -> None:
    inner = '"""Example:\n\n```\nls\n```\n\n```bash\nls\n```\n"""\n'
    assert unwrapped("a.py", *f"```python\n{inner}```") == inner


@pytest.mark.parametrize("opening", ["```markdown", "```md", "```"])
def test_prose_in_a_fence_is_unwrapped_where_it_makes_no_sense_otherwise(opening: str) -> None:
    inner = "# Title\n\n```bash\nmake run\n```\n\nMore.\n"
    assert unwrapped("README.md", *f"{opening}\n{inner}```\n") == inner


def test_prose_that_is_one_fenced_text_is_unwrapped() -> None:
    assert unwrapped("README.md", "```markdown\n# Title\n```") == "# Title\n"


@pytest.mark.parametrize(
    "answer",
    [
        "```python\nx = 1\n",
        "```python\nx = 1\n``",
        "```python",
        "```",
        "```python\nx = 1\n```\n\nThis file sets x.",
        "````python\nx = 1\n```",
        "```python\nx = 1 ```",
        "```python\nx = 1\n~~~",
    ],
)
def test_a_fence_that_is_not_closed_by_the_last_line_is_no_whole_answer(answer: str) -> None:
    with pytest.raises(FenceOpen):
        unwrapped("a.py", answer)
    with pytest.raises(FenceOpen):
        unwrapped("a.py", *answer)


def test_text_is_passed_on_at_once_once_it_is_no_fence() -> None:
    unwrapper = Unwrapper("a.py")
    assert unwrapper.feed("im") == "im"
    assert unwrapper.feed("port ") == "port "
    assert unwrapper.feed("`") == "`"


def test_within_a_fence_only_what_may_close_it_is_held_back() -> None:
    unwrapper = Unwrapper("a.py")
    assert unwrapper.feed("```python\n") == ""
    assert unwrapper.feed("x = ") == "x = "
    assert unwrapper.feed("1\n") == "1\n"
    assert unwrapper.feed("``") == ""
    assert unwrapper.feed("` and on") == "``` and on"
    assert unwrapper.feed("\n```\n") == "\n"
    assert unwrapper.feed("y\n```") == "```\ny\n"
    assert unwrapper.end() == ""


@pytest.mark.parametrize(
    "held", ["\n" * 2_000, "```py\n" + "`" * 2_000, "```py\nx\n```" + "\n" * 2_000]
)
def test_what_goes_on_for_ever_is_not_held_back(held: str) -> None:
    unwrapper = Unwrapper("a.py")
    passed = "".join(unwrapper.feed(piece) for piece in held)
    assert held.endswith(passed.removeprefix("x\n"))
    assert len(passed) >= 2_000
    assert unwrapper.feed("\n") == "\n"


MARKUP = st.text(st.sampled_from("a \n`~#"), max_size=40)


@given(MARKUP, st.lists(st.integers(0, 40)))
@example("```\na\n```\n", [4])
def test_how_an_answer_is_cut_makes_no_difference(answer: str, cuts: list[int]) -> None:
    def outcome(pieces: list[str]) -> str | None:
        try:
            return unwrapped("a.py", *pieces)
        except FenceOpen:
            return None

    places = sorted({0, len(answer), *(cut for cut in cuts if cut < len(answer))})
    pieces = [answer[one:two] for one, two in zip(places, [*places[1:], None], strict=True)]
    assert outcome(pieces) == outcome([answer])


@given(MARKUP, st.sampled_from(["a.py", "a.md"]))
def test_nothing_but_a_fence_is_ever_lost(answer: str, path: str) -> None:
    try:
        got = unwrapped(path, answer)
    except FenceOpen:
        return
    if got != answer:
        first, *_, last = answer.strip().splitlines()
        assert first.startswith(("```", "~~~"))
        assert last.startswith(first[:3])
        assert got in answer
