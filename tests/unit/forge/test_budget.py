"""A run whose tokens are used up asks no model any more, says so, and keeps what it has."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from decimal import Decimal

import pytest
from msgspec.structs import replace
from pydantic import BaseModel

from smartforge.errors import BudgetClosed, DayClosed, ModelFailed
from smartforge.events import (
    Complete,
    Fact,
    FileComplete,
    FileGenerating,
    ProjectCreated,
    RunFailed,
    Usage,
)
from smartforge.forge.base import Workshop
from smartforge.forge.budget import Budget, Budgeted, Caps
from smartforge.forge.recorded import RecordedSteps, recorded
from smartforge.forge.run import run
from smartforge.llm.base import Spent, T
from smartforge.llm.lost import tell
from smartforge.log.memory import MemoryLog
from smartforge.planners.model import ModelPlanner
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

    def __init__(self, hang_in: int = 0, cost: str | None = None) -> None:
        self._call = replace(CALL, cost=cost)
        self.calls = 0
        self.closed = 0
        self._hang_in = hang_in

    async def stream(self, instructions: str, prompt: str) -> AsyncGenerator[str | Spent, None]:
        self.calls += 1
        try:
            yield "x = 1\n"
            if self.calls == self._hang_in:
                await asyncio.Event().wait()
            yield self._call
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


class Clock:
    """Unix seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


async def created() -> MemoryLog:
    log = MemoryLog()
    await log.create("project", [ProjectCreated(title="x", prompt="x", target="fake", model="m")])
    return log


async def executed(
    limit: int | Budget, cost: str | None = None
) -> tuple[list[Fact], ScriptedProvider]:
    log, provider = await created(), ScriptedProvider(cost=cost)
    shop = shop_of(provider, limit if isinstance(limit, Budget) else Budget(limit))
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


async def test_a_run_whose_calls_cost_what_they_may_ends_before_the_next_one() -> None:
    facts, provider = await executed(Budget(caps=Caps(usd=Decimal("0.20"))), cost="0.2")
    last = facts[-1]
    assert isinstance(last, RunFailed)
    assert last.code == "budget_closed"
    assert "cost 0.2 USD of the 0.20 USD" in last.message
    assert "SMARTFORGE_BUDGET_USD" in last.hint
    assert provider.calls == 1
    facts, provider = await executed(Budget(caps=Caps(usd=Decimal("0.41"))), cost="0.2")
    assert isinstance(facts[-1], Complete)
    assert provider.calls == 2


async def test_a_call_without_a_price_is_not_taken_for_a_free_one() -> None:
    facts, provider = await executed(Budget(caps=Caps(usd=Decimal(100))))
    last = facts[-1]
    assert isinstance(last, RunFailed)
    assert last.code == "budget_closed"
    assert "price of a model call of this run is not known" in last.message
    assert provider.calls == 1
    before = Budget(caps=Caps(usd=Decimal(100)), paid=None)
    with pytest.raises(BudgetClosed, match="is not known"):
        before.check()
    Budget(paid=None).check()


async def test_what_earlier_executions_have_paid_counts() -> None:
    caps = Caps(usd=Decimal("0.5"))
    with pytest.raises(BudgetClosed, match=r"cost 0\.5 USD"):
        Budget(caps=caps, paid=Decimal("0.5")).check()


async def test_no_model_is_asked_once_the_time_of_the_run_is_up() -> None:
    clock, provider = Clock(), ScriptedProvider()
    budget = Budget(caps=Caps(seconds=60), began=clock.now, clock=clock)
    budgeted = Budgeted(provider, budget)
    await budgeted.value("", "", Shape)
    clock.now += 60
    with pytest.raises(BudgetClosed, match="for 60 s from its start") as closed:
        await budgeted.value("", "", Shape)
    assert "SMARTFORGE_BUDGET_SECONDS" in closed.value.hint
    assert provider.calls == 1


async def test_a_call_that_is_under_way_is_cut_when_the_time_is_up() -> None:
    clock, provider = Clock(), ScriptedProvider(hang_in=1)
    budget = Budget(caps=Caps(seconds=60), began=clock.now, clock=clock)
    async with aclosing(Budgeted(provider, budget).stream("", "")) as pieces:
        assert await anext(pieces) == "x = 1\n"
        clock.now += 61
        with pytest.raises(BudgetClosed, match="those are over"):
            await anext(pieces)
    assert provider.closed == 1


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


async def test_what_a_plan_took_that_came_to_nothing_is_told_all_the_same() -> None:
    class Failing(ScriptedProvider):
        """Gives no value, after one answer that is paid for."""

        async def value(
            self, instructions: str, prompt: str, shape: type[T]
        ) -> tuple[T, list[Spent]]:
            tell(CALL)
            raise ModelFailed("No usable plan.")

    budget = Budget()
    planner = ModelPlanner(Budgeted(Failing(), budget))
    shop = replace(workshop(), planner=planner, budget=budget)
    log = await created()
    request = replace(run_request(), user="ann")
    await run(request, shop, log, RecordedSteps({}), await log.claim("project"))
    facts = [fact for _, fact in await events_of(log, "project")]
    assert isinstance(facts[-1], RunFailed)
    told = [(one.input_tokens, one.user) for one in facts if isinstance(one, Usage)]
    assert told == [(60, "ann")]
    assert budget.used == 100


async def test_a_day_that_is_used_up_ends_the_run_before_its_next_call() -> None:
    heard: list[int] = []

    async def day(used: int, paid: Decimal | None) -> None:
        heard.append(used)
        if used >= 100:
            raise DayClosed("Used up.", "Tomorrow.", retry_after=5)

    facts, provider = await executed(Budget(day=day))
    last = facts[-1]
    assert isinstance(last, RunFailed)
    assert (last.code, last.message, last.hint) == ("day_closed", "Used up.", "Tomorrow.")
    assert provider.calls == 1
    assert heard == [0, 100]
