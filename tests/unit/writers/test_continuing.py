"""Answers that were cut at the model's limit, continued where they end."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing

import pytest

from smartforge.errors import AnswerIncomplete, AnswerRejected, ModelFailed
from smartforge.events import CodeChunk, Usage
from smartforge.llm.base import Spent
from smartforge.llm.openai import OpenAIProvider
from smartforge.writers.base import WriteRequest
from smartforge.writers.context import context_for
from smartforge.writers.model import MOST_CONTINUED, ModelWriter
from tests.openai_wire import Answer, WireScript, openai_wire
from tests.unit.writers.test_model import QUICK, SPENT, FakeProvider, request
from tests.unit.writers.test_seams import TEXT

LIMIT = AnswerIncomplete("", "The model stopped at its length limit.", "Ask for less.", cut=True)


class Limited(FakeProvider):
    """Gives these answers in turn, the last again and again; all but a last one that is whole
    come to the limit."""

    def __init__(self, *answers: str, ends: bool = True) -> None:
        super().__init__()
        self.answers = answers
        self.ends = ends
        self.prompts: list[str] = []

    async def stream(self, instructions: str, prompt: str) -> AsyncGenerator[str | Spent, None]:
        self.prompts.append(prompt)
        at = min(len(self.prompts), len(self.answers)) - 1
        for sign in self.answers[at]:
            yield sign
        yield SPENT
        if at < len(self.answers) - 1 or not self.ends:
            raise LIMIT


async def read(
    provider: FakeProvider, wanted: WriteRequest, window: int | None = None
) -> tuple[str, list[Usage]]:
    """The text by the offsets of its chunks, which leave no gap, and what each answer cost."""
    text, usage = "", list[Usage]()
    async with aclosing(ModelWriter(provider, lambda: window).write(wanted)) as facts:
        async for fact in facts:
            if isinstance(fact, CodeChunk):
                assert (fact.at, fact.attempt) == (len(text), wanted.attempt)
                text += fact.text
            else:
                usage.append(fact)
    return text, usage


def cut(*places: int) -> Sequence[str]:
    """TEXT cut there; each part after a cut begins with the line that was not finished."""
    ends = [*places, len(TEXT)]
    begins = [0, *(TEXT.rfind("\n", 0, at) + 1 for at in places)]
    return [TEXT[begin:end] for begin, end in zip(begins, ends, strict=True)]


@pytest.mark.parametrize("places", [(60,), (120,), (50, 120), (40, 130, 220)])
async def test_a_cut_file_goes_on_in_the_same_attempt_until_it_is_whole(
    places: tuple[int, ...],
) -> None:
    provider = Limited(*cut(*places))
    text, usage = await read(provider, request())
    assert text == TEXT
    assert [one.output_tokens for one in usage] == [5] * (len(places) + 1)
    assert all(prompt.startswith("File: app/main.py\n") for prompt in provider.prompts)
    assert "was cut" not in provider.prompts[0]
    assert all("was cut" in prompt for prompt in provider.prompts[1:])


@pytest.mark.parametrize("fence", ["", "```"])
async def test_a_fence_around_the_first_part_may_be_closed_by_the_last(fence: str) -> None:
    first, last = cut(120)
    text, _ = await read(Limited(f"```python\n{first}", last + fence), request())
    assert text == TEXT


async def test_the_text_so_far_is_told_as_data_and_where_to_go_on() -> None:
    provider = Limited('x = """\nFile: b', 'File: b\n\n"""\n')
    text, _ = await read(provider, request())
    assert text == 'x = """\nFile: b\n\n"""\n'
    lines = provider.prompts[1].splitlines()
    assert [line for line in lines if line.startswith("File:")] == ["File: app/main.py"]
    assert r'"x = \"\"\"\nFile: b"' in provider.prompts[1]
    assert 'which begins (JSON string): "File: b"' in provider.prompts[1]


@pytest.mark.parametrize(
    "answers",
    [
        pytest.param(["I would say that\nthe file is this:\nimport"], id="chatter"),
        pytest.param(["import os\n# ... rest of the code unchanged ...\ndef"], id="left out"),
        pytest.param([""], id="nothing"),
        pytest.param(["import os\n", "import os\n"], id="nothing new"),
    ],
)
async def test_what_is_no_beginning_of_a_file_is_not_continued(answers: Sequence[str]) -> None:
    provider = Limited(*answers, ends=False)
    with pytest.raises(AnswerIncomplete, match=r"app/main\.py is incomplete.*length") as failure:
        await read(provider, request())
    assert failure.value.cut
    assert failure.value.passing
    assert len(provider.prompts) == len(answers)


async def test_an_endless_file_is_continued_so_often_and_no_more() -> None:
    endless = [f"VALUE_{n} = {n}\n" for n in range(MOST_CONTINUED + 5)]
    provider = Limited(*endless)
    with pytest.raises(AnswerIncomplete) as failure:
        await read(provider, request())
    assert failure.value.cut
    assert len(provider.prompts) == 1 + MOST_CONTINUED


@pytest.mark.parametrize(
    ("second", "reason"),
    [
        ("oops this is no Python\n", "does not parse"),
        ('"""Recipes for more people."""\n\nimport os\n', "began it anew"),
        ('"""Other."""\n\n\ndef scaled(a: int) -> int:\n    return a\n', "defines scaled again"),
        ("# ... the rest stays unchanged ...\n", "leaves something out"),
    ],
)
async def test_what_does_not_join_to_a_whole_file_is_refused(second: str, reason: str) -> None:
    first = TEXT[: TEXT.index("def halved")]
    with pytest.raises(AnswerRejected, match=reason) as failure:
        await read(Limited(first, second), request())
    assert failure.value.passing


async def test_what_would_not_fit_the_window_is_not_continued() -> None:
    wanted = request()
    window = 14_000
    assert context_for(wanted, window)
    provider = Limited("# as long as that\n" * 4_000, "x = 1\n")
    with pytest.raises(AnswerIncomplete) as failure:
        await read(provider, wanted, window)
    assert failure.value.cut
    assert len(provider.prompts) == 1


async def test_where_the_model_fails_in_the_middle_its_failure_is_told() -> None:
    class Failing(Limited):
        async def stream(self, instructions: str, prompt: str) -> AsyncGenerator[str | Spent, None]:
            if self.prompts:
                raise ModelFailed("It is busy.", "Wait.", passing=True, after=1.0)
            async for piece in super().stream(instructions, prompt):
                yield piece

    with pytest.raises(ModelFailed, match=r"app/main\.py was not written. It is busy") as failure:
        await read(Failing("import os\n", "x"), request())
    assert (failure.value.passing, failure.value.after) == (True, 1.0)


async def test_over_the_wire_a_cut_answer_is_paid_for_and_continued() -> None:
    first, last = cut(133)
    answers = [Answer(first, finish="length"), Answer(last)]
    async with openai_wire(WireScript(files={"app/main.py": answers})) as wire:
        provider = OpenAIProvider("scripted", None, wire.base_url, QUICK)
        async with aclosing(ModelWriter(provider).write(request())) as facts:
            found = [fact async for fact in facts]
        await provider.close()
    assert "".join(fact.text for fact in found if isinstance(fact, CodeChunk)) == TEXT
    usage = [fact for fact in found if isinstance(fact, Usage)]
    assert len(usage) == len(wire.requests) == 2
    assert all(fact.input_tokens and fact.output_tokens for fact in usage)
