"""What was spent on answers that nobody got is told, however they ended."""

import asyncio
import json

import pytest
from msgspec.structs import replace
from pydantic_ai.messages import ModelResponseStreamEvent

from smartforge.events import (
    AnyFact,
    CodeChunk,
    Complete,
    Envelope,
    RunCancelled,
    RunFailed,
    Usage,
    decode,
)
from smartforge.forge.base import Workshop, end_key
from smartforge.forge.budget import Budget, Budgeted, Caps
from smartforge.forge.recorded import RecordedSteps, recorded
from smartforge.forge.retries import Patience
from smartforge.forge.run import run
from smartforge.llm import exchange
from smartforge.llm.endpoint import Limits
from smartforge.llm.openai import OpenAIProvider
from smartforge.llm.tokens import estimated
from smartforge.log.base import follow
from smartforge.log.memory import MemoryLog
from smartforge.planners.model import ModelPlanner
from smartforge.snapshot import fold
from smartforge.writers.model import ModelWriter
from tests.fakes import events_of, run_request, workshop
from tests.openai_wire import Answer, Refusal, Wire, WireScript, openai_wire, problem
from tests.unit.forge.faults import MAIN, TEXT, planning
from tests.unit.forge.test_faults import CREATED, HASTY

CALM = Limits(first=300, silence=300, trailer=0.1)
FILES = {"app/__init__.py": ""}


class Told:
    """A run over a scripted wire, and what its log tells."""

    def __init__(self, wire: Wire, limits: Limits = CALM) -> None:
        self.wire = wire
        self.log = MemoryLog()
        self.budget = Budget()
        self.provider = OpenAIProvider("scripted", None, wire.base_url, limits)

    def shop(self) -> Workshop:
        return replace(
            workshop(),
            author="model",
            budget=self.budget,
            writers={
                **workshop().writers,
                "model": ModelWriter(Budgeted(self.provider, self.budget)),
            },
            patience=Patience(retries=0),
        )

    async def start(self, shop: Workshop) -> asyncio.Task[None]:
        await self.log.create("project", [CREATED])
        epoch = await self.log.claim("project")
        running = run(run_request(), shop, self.log, RecordedSteps({}), epoch)
        return asyncio.create_task(running)

    async def stop(self, task: asyncio.Task[None]) -> None:
        """As the engine does: first it is said, then it is done."""
        said = [RunCancelled(reason="Stopped by you.")]
        await self.log.append("project", said, run="run", key=end_key("run"), close=True)
        task.cancel()
        await asyncio.wait([task])
        await self.wire.until(lambda wire: all(one.state != "open" for one in wire.requests))

    async def came(self, path: str) -> None:
        """Wait until a piece of this file is in the log."""
        async for records in follow(self.log, "project", 0):
            facts = [decode(record.data)[1] for record in records]
            if any(isinstance(one, CodeChunk) and one.path == path for one in facts):
                return

    async def facts(self) -> list[tuple[Envelope, AnyFact]]:
        await self.provider.close()
        return await events_of(self.log, "project")

    async def usage(self) -> list[Usage]:
        return [fact for _, fact in await self.facts() if isinstance(fact, Usage)]

    def sent(self, asked: str) -> int:
        """About what was sent to ask for it."""
        [request] = [one for one in self.wire.requests if one.asked == asked]
        return sum(estimated(text) for _, text in request.messages)


async def test_a_stopped_answer_closes_its_socket_and_tells_what_was_spent() -> None:
    held = Answer(TEXT, hold_after=200)
    async with openai_wire(WireScript(files=FILES | {MAIN: held})) as wire:
        told = Told(wire)
        task = await told.start(told.shop())
        await told.came(MAIN)
        await told.stop(task)
        facts = await told.facts()
    assert [one.state for one in wire.requests if one.asked == MAIN] == ["left"]
    [spent] = [fact for _, fact in facts if isinstance(fact, Usage) and fact.path == MAIN]
    [read] = [one.sent for one in wire.requests if one.asked == MAIN]
    assert spent.estimated
    assert (spent.step, spent.round) == ("generating", 0)
    assert abs(spent.input_tokens - told.sent(MAIN)) <= 5
    assert 0 < spent.output_tokens <= estimated(read)
    [end] = [at for at, (_, fact) in enumerate(facts) if isinstance(fact, RunCancelled)]
    assert {type(fact) for _, fact in facts[end + 1 :]} == {Usage}, "nothing else is told"
    records = await told.log.read("project", 0, 1000)
    snapshot = fold([record.data for record in records])
    assert snapshot.status == "cancelled"
    assert snapshot.usage.estimated
    assert snapshot.usage.output_tokens >= spent.output_tokens
    assert told.budget.used == snapshot.usage.input_tokens + snapshot.usage.output_tokens


async def test_a_stopped_plan_tells_what_was_spent(monkeypatch: pytest.MonkeyPatch) -> None:
    read, text_of = asyncio.Semaphore(0), exchange.text_of

    def noticed(event: ModelResponseStreamEvent) -> str:
        read.release()
        return text_of(event)

    monkeypatch.setattr(exchange, "text_of", noticed)
    plan = Answer("x" * 5_000, hold_after=1_000)
    async with openai_wire(WireScript(plan=plan)) as wire:
        told = Told(wire)
        planner = ModelPlanner(Budgeted(told.provider, told.budget))
        task = await told.start(replace(told.shop(), planner=planner))
        for _ in range(20):
            await read.acquire()
        await told.stop(task)
        [spent] = await told.usage()
    assert (spent.step, spent.path) == ("planning", None)
    assert spent.estimated
    assert spent.output_tokens > 0
    assert spent.input_tokens >= told.sent("plan") - 5


async def test_plans_that_came_to_nothing_are_told_as_the_endpoint_told_them() -> None:
    async with openai_wire(WireScript(plan=planning("count", "count"))) as wire:
        told = Told(wire)
        await (await told.start(replace(told.shop(), planner=ModelPlanner(told.provider))))
        usage = await told.usage()
    assert len(usage) == 3
    assert not any(one.estimated for one in usage)
    assert all(one.input_tokens and one.output_tokens for one in usage)


@pytest.mark.parametrize(
    ("answer", "counted"),
    [
        pytest.param(Answer(TEXT, cut_after=100), True, id="cut"),
        pytest.param(Answer(TEXT, cut_after=100, cut="reset"), True, id="reset"),
        pytest.param(Answer(TEXT, cut_after=100, usage="every"), True, id="cut, told so far"),
        pytest.param(Answer(TEXT, finish="length"), False, id="too long"),
        pytest.param(Answer(TEXT, finish=None), True, id="no reason to finish"),
        pytest.param(Answer(f"```python\n{TEXT}"), False, id="an open fence"),
        pytest.param(Answer("Sure!"), False, id="chatter"),
        pytest.param(Answer(TEXT, hold_after=100), True, id="silence"),
        pytest.param(Answer(TEXT, hold_after=0), True, id="silence from the start"),
        pytest.param(Answer(pieces=["x" * 65_536] * 20), True, id="beyond the limit"),
    ],
)
async def test_each_broken_answer_is_told_once(answer: Answer, counted: bool) -> None:
    async with openai_wire(WireScript(files=FILES | {MAIN: answer})) as wire:
        told = Told(wire, HASTY)
        await (await told.start(told.shop()))
        facts = await told.facts()
    assert isinstance(facts[-1][1], RunFailed)
    usage = [fact for _, fact in facts if isinstance(fact, Usage) and fact.path == MAIN]
    assert len(usage) == sum(one.asked == MAIN for one in wire.requests)
    assert all(spent.estimated is counted for spent in usage)
    assert all(spent.input_tokens > 0 for spent in usage)
    assert all(spent.output_tokens > 0 or answer.hold_after == 0 for spent in usage)


@pytest.mark.parametrize("status", [401, 429, 500])
async def test_what_was_refused_has_cost_nothing(status: int) -> None:
    refused = Refusal(status, problem("no"))
    async with openai_wire(WireScript(files=FILES | {MAIN: refused})) as wire:
        told = Told(wire)
        await (await told.start(told.shop()))
        assert not [one for one in await told.usage() if one.path == MAIN]


async def test_a_whole_answer_whose_endpoint_does_not_tell_is_counted() -> None:
    files = {path: Answer(text, usage="none") for path, text in (FILES | {MAIN: TEXT}).items()}
    async with openai_wire(WireScript(files=files)) as wire:
        told = Told(wire)
        await (await told.start(told.shop()))
        facts = await told.facts()
    assert isinstance(facts[-1][1], Complete)
    usage = [fact for _, fact in facts if isinstance(fact, Usage)]
    assert [one.estimated for one in usage] == [True, True]
    assert sum(one.output_tokens for one in usage) == estimated(TEXT)


async def test_an_answer_that_time_cut_off_is_told_and_a_later_execution_knows() -> None:
    held = Answer(TEXT, hold_after=200)
    async with openai_wire(WireScript(files=FILES | {MAIN: held})) as wire:
        told = Told(wire)
        told.budget = Budget(caps=Caps(seconds=1))
        await (await told.start(told.shop()))
        facts = await told.facts()
    end = facts[-1][1]
    assert isinstance(end, RunFailed)
    assert end.code == "budget_closed"
    [spent] = [fact for _, fact in facts if isinstance(fact, Usage) and fact.path == MAIN]
    assert spent.estimated
    left = await recorded(await told.log.read("project", 0, 1000), "run", told.log)
    assert left.spent == told.budget.used


async def test_what_an_unsound_plan_took_is_told_while_the_next_is_on_its_way_and_counts_once() -> (
    None
):
    field = {"name": "metadata", "type": "text"}
    unsound = {"title": "Notes", "resources": [{"name": "note", "fields": [field]}]}
    slow = Answer(json.dumps(unsound), hold_after=0)
    async with openai_wire(WireScript(plan=[unsound, slow])) as wire:
        told = Told(wire)
        planner = ModelPlanner(Budgeted(told.provider, told.budget))
        task = await told.start(replace(told.shop(), planner=planner))
        usage = await anext(
            fact
            async for records in follow(told.log, "project", 0)
            for _, fact in [decode(record.data) for record in records]
            if isinstance(fact, Usage)
        )
        await wire.until(lambda wire: len(wire.requests) == 2)
        assert wire.requests[1].state == "open"
        assert told.budget.used == usage.input_tokens + usage.output_tokens
        await told.stop(task)
        await told.provider.close()
