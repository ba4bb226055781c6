"""What every provider of model text promises (`llm.base.Provider`), on its own wire."""

import asyncio
import json
import random
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing

import pytest
from pydantic import BaseModel

from smartforge.errors import AnswerIncomplete, ModelFailed
from smartforge.llm.anthropic import AnthropicProvider
from smartforge.llm.base import Provider, Spent
from smartforge.llm.chain import Chain
from smartforge.llm.endpoint import Limits
from smartforge.llm.google import GoogleProvider
from smartforge.llm.openai import OpenAIProvider
from tests.openai_wire import Answer, Dropped, Refusal, Wire, WireScript, openai_wire, problem

QUICK = Limits(first=300, silence=300, trailer=0.1)
KEY = "sk-proj-very_secret-0123456789"

Make = Callable[[Wire, Limits], Provider]


def _openai(wire: Wire, limits: Limits) -> Provider:
    return OpenAIProvider("scripted", KEY, wire.base_url, limits)


def _anthropic(wire: Wire, limits: Limits) -> Provider:
    return AnthropicProvider("scripted", KEY, wire.base_url, limits)


def _google(wire: Wire, limits: Limits) -> Provider:
    return GoogleProvider("scripted", KEY, wire.base_url, limits)


def _chain(wire: Wire, limits: Limits) -> Provider:
    """What a run has where several models are named, with the last one asked."""
    return Chain([("scripted", _openai(wire, limits))])


@pytest.fixture(
    params=[
        pytest.param(_openai, id="openai"),
        pytest.param(_anthropic, id="anthropic"),
        pytest.param(_google, id="google"),
        pytest.param(_chain, id="chain"),
    ]
)
def make(request: pytest.FixtureRequest) -> Make:
    return request.param


class Plan(BaseModel):
    title: str
    sizes: list[int]


async def read(provider: Provider, prompt: str = "File: a.py") -> tuple[str, Spent]:
    """The text and what it cost; fails where the order or the types are not as promised."""
    pieces: list[str] = []
    spent: list[Spent] = []
    async with aclosing(provider.stream("Be exact.", prompt)) as answer:
        async for piece in answer:
            if isinstance(piece, Spent):
                spent.append(piece)
            else:
                assert not spent, "text after the costs"
                pieces.append(piece)
    assert len(spent) == 1
    return "".join(pieces), spent[0]


async def gather(answer: AsyncGenerator[str | Spent, None], got: list[str | Spent]) -> None:
    async with aclosing(answer) as pieces:
        async for piece in pieces:
            got.append(piece)


async def test_the_text_arrives_whole_and_in_order_then_the_cost(make: Make) -> None:
    text = 'print("Grüße, 😀")\n\n\n' * 30 + "no newline at the end"
    async with openai_wire(WireScript(files={"a.py": text})) as wire:
        provider = make(wire, QUICK)
        got, spent = await read(provider)
        await provider.close()
    assert got == text
    assert spent.model == provider.model
    assert spent.output_tokens > 0
    assert spent.duration_ms >= 0


async def test_instructions_and_prompt_are_sent_as_they_are(make: Make) -> None:
    async with openai_wire(WireScript(files={"a.py": "x"})) as wire:
        provider = make(wire, QUICK)
        await read(provider, "File: a.py\nwith <tags>, 😀 and {braces}")
        await provider.close()
    assert wire.requests[0].messages == [
        ("system", "Be exact."),
        ("user", "File: a.py\nwith <tags>, 😀 and {braces}"),
    ]
    assert wire.requests[0].key == KEY


async def test_anthropic_is_asked_to_keep_the_instructions_for_the_next_file() -> None:
    async with openai_wire(WireScript(files={"a.py": "x"})) as wire:
        provider = _anthropic(wire, QUICK)
        await read(provider)
        await provider.close()
    assert wire.requests[0].body["system"][-1]["cache_control"] == {
        "type": "ephemeral",
        "ttl": "5m",
    }


async def test_an_answer_may_be_empty(make: Make) -> None:
    async with openai_wire(WireScript(files={"a.py": ""})) as wire:
        provider = make(wire, QUICK)
        got, _ = await read(provider)
        await provider.close()
    assert got == ""


async def test_the_first_piece_comes_while_the_answer_is_open(make: Make) -> None:
    held = Answer("first second third", hold_after=5)
    async with openai_wire(WireScript(files={"a.py": held})) as wire:
        provider = make(wire, QUICK)
        async with aclosing(provider.stream("", "File: a.py")) as answer:
            first = await anext(answer)
            assert wire.requests[0].state == "open"
            wire.release()
            rest = [piece async for piece in answer]
        await provider.close()
    assert isinstance(first, str)
    assert "".join([first, *(piece for piece in rest if isinstance(piece, str))]) == held.text


# Google's client warns of a word that it does not know.
@pytest.mark.filterwarnings("ignore:.*is not a valid FinishReason:UserWarning")
@pytest.mark.parametrize("finish", ["length", "content_filter", "tool_calls", "odd_reason", None])
async def test_any_other_end_than_stop_is_an_error_and_never_a_whole_answer(
    make: Make, finish: str | None
) -> None:
    async with openai_wire(WireScript(files={"a.py": Answer("x = 1\n", finish=finish)})) as wire:
        provider = make(wire, QUICK)
        with pytest.raises(AnswerIncomplete) as failure:
            await read(provider)
        await provider.close()
    assert failure.value.path == ""
    assert failure.value.hint
    assert failure.value.passing == (finish is None), "a reason that was given would be given again"
    assert len(wire.requests) == 1


@pytest.mark.parametrize("cut", ["end", "reset"])
async def test_a_cut_at_any_place_is_never_a_whole_answer(make: Make, cut: str) -> None:
    text = "def f():\n    return 'Grüße 😀'\n" * 20
    places = [0, 1, len(text) - 1, len(text), *random.Random(7).sample(range(len(text)), 26)]
    files = {
        str(place): Answer(text, cut_after=place, cut="end" if cut == "end" else "reset")
        for place in places
    }
    async with openai_wire(WireScript(files=files)) as wire:
        provider = make(wire, QUICK)
        for place in places:
            got: list[str | Spent] = []
            with pytest.raises(AnswerIncomplete) as failure:
                await gather(provider.stream("", f"File: {place}"), got)
            assert failure.value.passing
            assert not any(isinstance(piece, Spent) for piece in got)
            begun = "".join(str(piece) for piece in got)
            assert text.startswith(begun)
            assert len(begun) <= place
        await provider.close()
    assert len(wire.requests) == len(places), "an answer that had begun was asked for again"


async def test_closing_the_iterator_closes_the_socket(make: Make) -> None:
    async with openai_wire(WireScript(files={"a.py": Answer("one two", hold_after=3)})) as wire:
        provider = make(wire, QUICK)
        answer = provider.stream("", "File: a.py")
        assert await anext(answer) == "one"
        await answer.aclose()
        await wire.left()
        await provider.close()


@pytest.mark.parametrize("hold", [0, 3])
async def test_cancelling_the_reader_closes_the_socket(make: Make, hold: int) -> None:
    async with openai_wire(WireScript(files={"a.py": Answer("one two", hold_after=hold)})) as wire:
        provider = make(wire, QUICK)
        reader = asyncio.ensure_future(read(provider))
        await wire.until(lambda wire: any(len(one.sent) >= hold for one in wire.requests))
        reader.cancel()
        with pytest.raises(asyncio.CancelledError):
            await reader
        await wire.left()
        await provider.close()


async def test_a_silent_endpoint_ends_in_an_error(make: Make) -> None:
    files = {"begun": Answer("one two", hold_after=3), "mute": Answer("one", hold_after=0)}
    async with openai_wire(WireScript(files=files)) as wire:
        provider = make(wire, Limits(first=30, silence=0.2))
        with pytest.raises(AnswerIncomplete, match=r"silent for 0\.2 s") as told:
            await read(provider, "File: begun")
        assert told.value.passing
        await provider.close()
        provider = make(wire, Limits(first=0.2, silence=30))
        with pytest.raises(ModelFailed, match=r"silent for 0\.2 s"):
            await read(provider, "File: mute")
        await provider.close()
        await wire.left(2)


async def test_after_the_finish_reason_a_hanging_response_is_not_waited_for(make: Make) -> None:
    lingering = Answer("whole", done=False, linger=True)
    async with openai_wire(WireScript(files={"a.py": lingering})) as wire:
        provider = make(wire, QUICK)
        got, spent = await read(provider)
        await wire.left()
        await provider.close()
    assert got == "whole"
    assert spent.output_tokens > 0


@pytest.mark.parametrize(
    ("failure", "passing", "after"),
    [
        (Refusal(429, problem("slow down")), True, None),
        (Refusal(429, problem("slow down"), {"Retry-After": "7"}), True, 7),
        (Refusal(500, "oops"), True, None),
        (Refusal(503, problem("busy")), True, None),
        (Dropped(), True, None),
        (Refusal(400, problem("no such parameter")), False, None),
        (Refusal(401, problem("wrong key")), False, None),
        (Refusal(404, problem("no such model", "model_not_found")), False, None),
        (Refusal(402, problem("no credit")), False, None),
        (Refusal(501, problem("not here")), False, None),
    ],
    ids=["429", "429 for 7 s", "500", "503", "reset", "400", "401", "404", "no credit", "501"],
)
async def test_one_request_is_made_and_its_failure_says_whether_it_passes(
    make: Make, failure: Refusal | Dropped, passing: bool, after: float | None
) -> None:
    async with openai_wire(WireScript(otherwise=failure)) as wire:
        provider = make(wire, QUICK)
        with pytest.raises(ModelFailed) as told:
            await read(provider, "anything")
        await provider.close()
    assert len(wire.requests) == 1
    assert (told.value.passing, told.value.after) == (passing, after)
    assert told.value.hint
    if isinstance(failure, Refusal):
        assert str(failure.status) in told.value.what


async def test_a_value_of_the_given_shape(make: Make) -> None:
    async with openai_wire(WireScript(plan={"title": "T", "sizes": [1, 2]})) as wire:
        provider = make(wire, QUICK)
        value, spent = await provider.value("Plan.", "Please", Plan)
        await provider.close()
    assert value == Plan(title="T", sizes=[1, 2])
    assert len(spent) == 1
    assert wire.requests[0].asked == "plan"


async def test_an_invalid_value_is_asked_for_again_with_what_is_wrong(make: Make) -> None:
    script = WireScript(plan=["{", {"title": "T", "sizes": ["x"]}, {"title": "T", "sizes": []}])
    async with openai_wire(script) as wire:
        provider = make(wire, QUICK)
        value, spent = await provider.value("Plan.", "Please", Plan)
        await provider.close()
    assert value == Plan(title="T", sizes=[])
    assert len(spent) == 3
    assert "sizes.0" in wire.requests[2].messages[-1][1]


async def test_after_three_invalid_values_it_fails_and_names_the_problem(make: Make) -> None:
    async with openai_wire(WireScript(plan={"title": 5})) as wire:
        provider = make(wire, QUICK)
        with pytest.raises(ModelFailed, match="sizes"):
            await provider.value("Plan.", "Please", Plan)
        await provider.close()
    assert len(wire.requests) == 3


async def test_cancelling_a_value_closes_the_socket(make: Make) -> None:
    script = WireScript(queue=[Answer(json.dumps({"title": "T"}), hold_after=3)])
    async with openai_wire(script) as wire:
        provider = make(wire, QUICK)
        asking = asyncio.ensure_future(provider.value("Plan.", "Please", Plan))
        await wire.until(lambda wire: bool(wire.requests and wire.requests[0].sent))
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
        await wire.left()
        await provider.close()


async def test_several_answers_at_once_do_not_mix(make: Make) -> None:
    files = {str(number): f"answer {number} " * 40 for number in range(8)}
    async with openai_wire(WireScript(files=files)) as wire:
        provider = make(wire, QUICK)
        answers = await asyncio.gather(*(read(provider, f"File: {name}") for name in files))
        await provider.close()
    assert [text for text, _ in answers] == list(files.values())
