"""What providers may answer, well-formed and not, constructed from their published formats.

None was recorded from a provider. Each table is one protocol's; every answer is served as it
stands there, by a real server, to the provider that speaks it.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import aclosing

import pytest

from smartforge.errors import AnswerIncomplete, ModelFailed
from smartforge.llm.anthropic import AnthropicProvider
from smartforge.llm.base import Provider, Spent
from smartforge.llm.endpoint import Limits
from smartforge.llm.google import GoogleProvider
from smartforge.llm.openai import OpenAIProvider
from tests.contract.answers import Constructed, anthropic, google, openai
from tests.openai_wire import WireScript, openai_wire

QUICK = Limits(first=60, silence=60, trailer=0.1)
KEY = "sk-very-secret-0123456789"

Make = Callable[[str, str, str, Limits], Provider]

TABLES = [
    pytest.param(OpenAIProvider, openai.ANSWERS, id="openai"),
    pytest.param(AnthropicProvider, anthropic.ANSWERS, id="anthropic"),
    pytest.param(GoogleProvider, google.ANSWERS, id="google"),
]


async def outcome(provider: Provider) -> tuple[str, str]:
    """How the answer ended, and its text or what was said about it."""
    text, spent = "", 0
    try:
        async with aclosing(provider.stream("", "File: a.py")) as pieces:
            async for piece in pieces:
                if isinstance(piece, Spent):
                    spent += 1
                else:
                    text += piece
    except AnswerIncomplete as error:
        return "cut", f"{error.what} {error.hint}"
    except ModelFailed as error:
        return "failed", f"{error.what} {error.hint}"
    return ("whole" if spent == 1 else "without its costs"), text


# Google's client warns of words that it does not know.
@pytest.mark.filterwarnings("ignore:.*is not a valid:UserWarning")
@pytest.mark.parametrize(("make", "answers"), TABLES)
async def test_each_answer_ends_as_its_format_says(
    make: Make, answers: Sequence[Constructed]
) -> None:
    wrong: dict[str, tuple[str, str]] = {}
    async with openai_wire(WireScript(queue=[one.reply for one in answers])) as wire:
        provider = make("scripted", KEY, wire.base_url, QUICK)
        for one in answers:
            ends, told = await outcome(provider)
            right = told == one.text if one.ends == "whole" else one.says in told
            if ends != one.ends or not right or KEY in told:
                wrong[one.name] = (ends, told)
        await provider.close()
    assert wrong == {}
    assert len(wire.requests) == len(answers), "a client library has tried again by itself"


@pytest.mark.parametrize(("make", "answers"), TABLES)
def test_there_are_enough_of_each_kind(make: Make, answers: Sequence[Constructed]) -> None:
    kinds = Counter(one.ends for one in answers)
    assert len({one.name for one in answers}) >= 30
    assert min(kinds["whole"], kinds["cut"]) >= 10
    assert kinds["failed"] >= 5
