"""Several models in turn: the next is asked where one fails before a token has come, openly."""

import asyncio
from contextlib import aclosing

import pytest
from pydantic import BaseModel

from smartforge.errors import AnswerIncomplete, ModelFailed
from smartforge.llm.base import Spent
from smartforge.llm.chain import Chain
from smartforge.llm.endpoint import Limits
from smartforge.llm.openai import OpenAIProvider
from tests.openai_wire import Answer, Dropped, Refusal, Wire, WireScript, openai_wire, problem

QUICK = Limits(first=300, silence=300, trailer=0.1)
WRONG_KEY = Refusal(401, problem("wrong key"))


class Plan(BaseModel):
    title: str


def chain_of(*wires: Wire) -> Chain:
    return Chain(
        [
            (f"model-{n}", OpenAIProvider(f"model-{n}", None, w.base_url, QUICK))
            for n, w in enumerate(wires)
        ]
    )


async def read(chain: Chain) -> str:
    async with aclosing(chain.stream("", "File: a.py")) as pieces:
        return "".join([piece async for piece in pieces if not isinstance(piece, Spent)])


@pytest.mark.parametrize("failure", [WRONG_KEY, Refusal(503, problem("busy")), Dropped()])
async def test_the_next_one_is_asked_and_the_failure_names_it(failure: Refusal | Dropped) -> None:
    async with (
        openai_wire(WireScript(otherwise=failure)) as bad,
        openai_wire(WireScript(files={"a.py": "x = 1"})) as good,
    ):
        chain = chain_of(bad, good)
        with pytest.raises(ModelFailed, match="Now model-1 is asked") as told:
            await read(chain)
        assert (told.value.passing, told.value.after) == (True, 0.0)
        assert await read(chain) == "x = 1"
        assert chain.model == "model-1"
        await chain.close()
    assert len(bad.requests) == 1, "it failed once and is not asked again"


async def test_once_a_token_has_come_the_failure_stays_what_it_is() -> None:
    async with (
        openai_wire(WireScript(otherwise=Answer("one two three", cut_after=5))) as cut,
        openai_wire(WireScript(files={"a.py": "x"})) as other,
    ):
        chain = chain_of(cut, other)
        with pytest.raises(AnswerIncomplete) as told:
            await read(chain)
        assert "model-1" not in told.value.what
        await chain.close()
    assert not other.requests


async def test_the_failure_of_the_last_one_is_its_own() -> None:
    async with openai_wire(WireScript(otherwise=WRONG_KEY)) as bad:
        chain = chain_of(bad, bad)
        with pytest.raises(ModelFailed):
            await read(chain)
        with pytest.raises(ModelFailed, match="401") as told:
            await read(chain)
        assert not told.value.passing
        await chain.close()


async def test_many_that_fail_at_once_move_on_by_one() -> None:
    async with (
        openai_wire(WireScript(otherwise=WRONG_KEY)) as bad,
        openai_wire(WireScript(otherwise=Answer("fine"))) as good,
    ):
        chain = chain_of(bad, good, bad)
        await asyncio.gather(*(read(chain) for _ in range(4)), return_exceptions=True)
        assert chain.model == "model-1"
        await chain.close()


async def test_a_value_goes_on_to_the_next_one_too() -> None:
    async with (
        openai_wire(WireScript(plan=WRONG_KEY)) as bad,
        openai_wire(WireScript(plan={"title": "T"})) as good,
    ):
        chain = chain_of(bad, good)
        with pytest.raises(ModelFailed, match="Now model-1 is asked"):
            await chain.value("", "Please", Plan)
        value, _ = await chain.value("", "Please", Plan)
        await chain.close()
    assert value.title == "T"
