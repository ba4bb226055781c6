"""A run whose tokens are used up asks no model any more, says so, and keeps what it has."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing

import pytest
from msgspec.structs import replace
from pydantic import BaseModel

from smartforge.errors import BudgetClosed
from smartforge.events import (
    Complete,
    Fact,
    FileComplete,
    FileGenerating,
    ProjectCreated,
    RunFailed,
)
from smartforge.forge.base import Workshop
from smartforge.forge.budget import Budget, Budgeted
from smartforge.forge.recorded import RecordedSteps, recorded
from smartforge.forge.run import run
from smartforge.llm.base import Spent, T
from smartforge.log.memory import MemoryLog
from smartforge.writers.model import ModelWriter
from tests.fakes import FakeTarget, FakeWriter, events_of, run_request, until, workshop

CALL = Spent(
    "scripted", input_tokens=60, cached_input_tokens=50, output_tokens=40, cost=None, duration_ms=1
)
"""What each call takes: 100 tokens, the cached ones among the input."""


class Shape(BaseModel):
    title: str = ""


class ScriptedProvider:
    """Answers each call alike, 100 tokens a call, and counts them; may hang in one of them."""

    model = "scripted"

    def __init__(self, hang_in: int = 0) -> None:
        self.calls = 0
        self.closed = 0
        self._hang_in = hang_in

    async def stream(self, instructions: str, prompt: str) -> AsyncGenerator[str | Spent, None]:
        self.calls += 1
        try:
            yield "x = 1\n"
            if self.calls == self._hang_in:
                await asyncio.Event().wait()
            yield CALL
        finally:
            self.closed += 1

    async def value(self, instructions: str, prompt: str, shape: type[T]) -> tuple[T, list[Spent]]:
        self.calls += 1
        return shape(), [CALL, CALL]

    async def close(self) -> None: ...


def shop_of(provider: ScriptedProvider, budget: Budget) -> Workshop:
    """Tools of which the model writes two files."""
    writers = {
        "compiled": FakeWriter(FakeTarget()),
        "model": ModelWriter(Budgeted(provider, budget)),
    }
    return replace(workshop(), author="model", writers=writers, budget=budget)


async def created() -> MemoryLog:
    log = MemoryLog()
    await log.create("project", [ProjectCreated(title="x", prompt="x", target="fake", model="m")])
    return log


async def executed(limit: int) -> tuple[list[Fact], ScriptedProvider]:
    log, provider = await created(), ScriptedProvider()
    shop = shop_of(provider, Budget(limit))
    await run(run_request(), shop, log, RecordedSteps({}), await log.claim("project"))
    return [fact for _, fact in await events_of(log, "project")], provider


async def test_a_closed_budget_ends_the_run_before_the_next_file_and_keeps_the_finished_ones() -> (
    None
):
    facts, provider = await executed(100)
    last = facts[-1]
    assert isinstance(last, RunFailed)
    assert last.code == "budget_closed"
    assert "took 100 tokens of the 100" in last.message
    assert "SMARTFORGE_BUDGET" in last.hint
    assert provider.calls == 1
    begun = [fact.path for fact in facts if isinstance(fact, FileGenerating)]
    assert "app/main.py" not in begun
    finished = [fact.path for fact in facts if isinstance(fact, FileComplete)]
    assert "app/__init__.py" in finished


@pytest.mark.parametrize("limit", [101, 0], ids=["a last call goes beyond it", "none is set"])
async def test_a_run_within_its_budget_completes(limit: int) -> None:
    facts, provider = await executed(limit)
    assert isinstance(facts[-1], Complete)
    assert provider.calls == 2


async def test_a_run_that_was_broken_off_counts_what_it_had_used() -> None:
    log, hanging = await created(), ScriptedProvider(hang_in=2)
    shop = shop_of(hanging, Budget(100_000))
    execution = asyncio.create_task(
        run(run_request(), shop, log, RecordedSteps({}), await log.claim("project"))
    )
    await until(log, "project", "code:chunk", count=2)
    execution.cancel()
    await asyncio.wait([execution])

    left = await recorded(await log.read("project", 0, 1000), "run", log)
    again = left.continued(run_request())
    assert again.spent == 100
    provider = ScriptedProvider()
    shop = shop_of(provider, Budget(100, again.spent))
    await run(again, shop, log, RecordedSteps(left.results), await log.claim("project"))
    last = (await events_of(log, "project"))[-1][1]
    assert isinstance(last, RunFailed)
    assert last.code == "budget_closed"
    assert provider.calls == 0


async def test_every_answer_for_a_value_counts_and_none_is_asked_for_beyond_the_budget() -> None:
    provider = ScriptedProvider()
    budget = Budget(200)
    budgeted = Budgeted(provider, budget)
    await budgeted.value("", "", Shape)
    assert budget.used == 200
    with pytest.raises(BudgetClosed):
        await budgeted.value("", "", Shape)
    with pytest.raises(BudgetClosed):
        await anext(budgeted.stream("", ""))
    assert provider.calls == 1


async def test_calls_at_once_wait_where_those_before_them_may_take_what_is_left() -> None:
    budget = Budget(250)
    budget.take(CALL)  # The largest call so far took 100, so there is room for one more.
    async with budget.room():
        second = asyncio.create_task(budget.room().__aenter__())
        await asyncio.sleep(0)
        assert not second.done()
        budget.take(CALL)
    await second  # 200 are used: a last call may go beyond the limit.
    budget.take(CALL)
    with pytest.raises(BudgetClosed):
        budget.check()


async def test_leaving_early_closes_the_provider_at_once() -> None:
    provider = ScriptedProvider()
    async with aclosing(Budgeted(provider, Budget(100)).stream("", "")) as pieces:
        await anext(pieces)
        assert provider.closed == 0
    assert provider.closed == 1
