"""Answers that edit a file that is there."""

from collections.abc import AsyncGenerator

import pytest
from msgspec.structs import replace

from smartforge.errors import AnswerIncomplete, AnswerRejected
from smartforge.llm.base import Spent
from smartforge.writers.context import context_for
from tests.unit.writers.test_continuing import read
from tests.unit.writers.test_model import SPENT, FakeProvider, request

BEFORE = '''"""Recipes for more people."""


def scaled(servings: int, times: int) -> int:
    # grüße 🚀
    return servings * times


def halved(servings: int) -> int:
    return servings // 2
'''
AFTER = BEFORE.replace("servings * times", "min(100, servings * times)")
WANTED = replace(request(), before=BEFORE)


def block(search: str, put: str = "", after: str = "") -> str:
    return f"<<<<<<< SEARCH{after}\n{search}=======\n{put}>>>>>>> REPLACE\n"


GOOD = block("    return servings * times\n", "    return min(100, servings * times)\n")


async def edited(answer: str, before: str = BEFORE, *, by: int = 1) -> str:
    pieces = [answer[at : at + by] for at in range(0, len(answer), by)]
    text, usage = await read(FakeProvider(*pieces), replace(WANTED, before=before))
    assert len(usage) == 1
    return text


@pytest.mark.parametrize("by", [1, 7, 10_000])
@pytest.mark.parametrize(
    "answer",
    [
        GOOD,
        f"\n\n{GOOD}\n",
        f"```\n{GOOD}```\n",
        f"```python\n{GOOD}```\nThat is all.\n",
        f"app/main.py\n```python\n{GOOD}```\n",
        f"File: app/main.py\n{GOOD}",
        GOOD.replace("SEARCH\n", "SEARCH app/main.py\n"),
        GOOD.replace("\n", "\r\n"),
        GOOD.removesuffix("\n"),
    ],
)  # fmt: skip
async def test_edits_are_made_whatever_stands_around_them(answer: str, by: int) -> None:
    assert await edited(answer, by=by) == AFTER


async def test_all_edits_are_made_at_once_and_every_other_line_stays() -> None:
    answer = (
        block("def halved(servings: int) -> int:\n    return servings // 2\n")
        + block("    # grüße 🚀\n", "    # grüßt 🚀\n    # zweimal\n")
        + GOOD
    )
    text = await edited(answer)
    assert text == AFTER[: AFTER.index("def halved")].replace("grüße 🚀", "grüßt 🚀\n    # zweimal")
    windows = BEFORE.replace("\n", "\r\n")
    assert await edited(GOOD, windows) == AFTER.replace("\n", "\r\n")


@pytest.mark.parametrize("by", [1, 10_000])
@pytest.mark.parametrize("answer", [AFTER, f"```python\n{AFTER}```", f"\n{AFTER}"])
async def test_the_whole_file_is_an_answer_too(answer: str, by: int) -> None:
    assert (await edited(answer, by=by)).lstrip("\n") == AFTER


@pytest.mark.parametrize("answer", ["NO CHANGE", "NO CHANGE\n", "```\nNO CHANGE\n```\n"])
async def test_a_file_may_stay_as_it_is(answer: str) -> None:
    assert await edited(answer) == BEFORE


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (block("    return 1\n", "    return 2\n"), "edit 1 searches for does not stand"),
        (block("\n", "x = 1\n"), "searches for nothing"),
        (block("", "x = 1\n"), "searches for nothing"),
        (GOOD + GOOD, "edits 1 and 2 are about the same passage"),
        (GOOD.replace("SEARCH\n", "SEARCH app/models.py\n"), "it names 'app/models.py'"),
        (f"File: ../../etc/passwd\n{GOOD}", "it names '../../etc/passwd'"),
        (f"/etc/passwd\n{GOOD}", "it names '/etc/passwd'"),
        (f"{GOOD}\nC:\\x\\main.py\n{GOOD}", "same passage|it names"),
        (f"{GOOD}tests/test_main.py\n{GOOD}", "it names 'tests/test_main.py'"),
        (GOOD.replace("=======\n", ""), "where '=======' was expected"),
        (GOOD.replace(">>>>>>> REPLACE\n", ""), "no line '>>>>>>> REPLACE'"),
        (GOOD.replace("=======\n", "=======\na\n=======\n"), "'=======' where '>>>>>>> REPLACE'"),
        (GOOD[: GOOD.index("=======")], "no line '======='"),
        (f"{GOOD}<<<<<<< SEARCH\n", "edit 2 has no line"),
        (f"```\n{GOOD}=======\n```", "stands outside of an edit"),
        (f"NO CHANGE\n{GOOD}", "says NO CHANGE and gives edits"),
        (block("```python\n    return servings * times\n```\n"), "does not stand"),
        (block("    return servings * times\n"), "with the edits it does not parse"),
        (block("    return servings * times\n", "    ...\n"), "with the edits the function scaled"),
        (block("    # grüße 🚀\n", "    # ... rest of the code unchanged\n"), "leaves something"),
    ],
)
async def test_what_does_not_fit_is_refused_and_nothing_of_it_is_made(
    answer: str, reason: str
) -> None:
    with pytest.raises(AnswerRejected, match=reason) as refused:
        await edited(answer)
    assert refused.value.what.startswith("app/main.py was not changed: ")
    assert refused.value.passing
    assert refused.value.instead is None


async def test_words_before_the_edits_are_left_aside_without_asking_again() -> None:
    with pytest.raises(AnswerRejected) as refused:
        await edited(f"Here is what has to change:\n\n{GOOD}")
    assert refused.value.instead == AFTER


async def test_edits_that_were_cut_are_asked_for_again_and_not_continued() -> None:
    class Limited(FakeProvider):
        async def stream(self, instructions: str, prompt: str) -> AsyncGenerator[str | Spent, None]:
            yield GOOD[:60]
            yield SPENT
            raise AnswerIncomplete("", "It stopped at its length limit.", cut=True)

    with pytest.raises(AnswerIncomplete) as cut:
        await read(Limited(), WANTED)
    assert cut.value.cut


def test_the_file_is_told_as_data_with_the_form_of_an_edit() -> None:
    prompt = context_for(replace(WANTED, before='x = "File: b"\n')).prompt
    assert prompt.startswith("File: app/main.py\n")
    assert r'(JSON string): "x = \"File: b\"\n"' in prompt
    assert "<<<<<<< SEARCH" in prompt
    assert "<<<<<<< SEARCH" not in context_for(request()).prompt
    marked = context_for(replace(WANTED, before="a\n=======\nb\n")).prompt
    assert "Write app/main.py now, the whole file" in marked
