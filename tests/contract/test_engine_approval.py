"""A run whose plan has to be approved: it waits with it, and makes it only then."""

import asyncio

import pytest

from smartforge.engine.base import Engine, NewProject
from smartforge.errors import Conflict, ModelFailed, NothingToChange
from smartforge.events import (
    APPROVE,
    REJECT,
    CodeChunk,
    Complete,
    PlanReady,
    Questions,
    RunCancelled,
    RunFailed,
    RunStarted,
    StepCompleted,
)
from smartforge.snapshot import Snapshot, fold
from tests.contract.engines import Place, Tools, idle
from tests.fakes import FakePlanner, ended, events_of, until, workshop

WISH = NewProject("A note API", approve=True)


class Planned(Tools):
    """Tools that remember what their planner was asked."""

    def __init__(self) -> None:
        super().__init__()
        self.planner = FakePlanner()
        self.shop = workshop(planner=self.planner)


async def state_of(place: Place, project: str) -> Snapshot:
    return fold(await place.log.read(project, 0, 1000))


async def shown(place: Place, engine: Engine, project: str, times: int = 1) -> str:
    """The id of the question about the plan that waits, once it was asked so often."""
    await until(place.log, project, "questions", count=times)
    await idle(engine)
    state = await state_of(place, project)
    (question,) = state.questions
    assert (state.status, question.about, question.choices) == (
        "waiting",
        "plan",
        (APPROVE, REJECT),
    )
    return question.id


async def test_nothing_is_made_until_the_plan_is_approved_and_twice_is_once(place: Place) -> None:
    log, tools = place.log, Planned()
    async with place.opened(tools) as engine:
        project = await engine.start(WISH)
        plan = await shown(place, engine, project)
        facts = [fact for _, fact in await events_of(log, project)]
        assert not [fact for fact in facts if isinstance(fact, CodeChunk)]
        assert (await state_of(place, project)).contract is not None
        approving = [engine.answer(project, {plan: word}) for word in (APPROVE, " approve\n")]
        await asyncio.gather(*approving)
        await ended(log, project)
        await engine.answer(project, {plan: APPROVE})
        with pytest.raises(Conflict, match="No run of this project waits"):
            await engine.answer(project, {plan: "without the price"})
    facts = [fact for _, fact in await events_of(log, project)]
    assert isinstance(facts[-1], Complete)
    counted = (RunStarted, PlanReady, Questions, Complete)
    assert [sum(isinstance(fact, one) for fact in facts) for one in counted] == [1, 1, 1, 1]
    assert len(tools.planner.asked) == 1


async def test_what_is_wanted_otherwise_changes_the_plan_which_waits_again(place: Place) -> None:
    log, tools = place.log, Planned()
    async with place.opened(tools) as engine:
        project = await engine.start(WISH)
        first = await shown(place, engine, project)
        await engine.answer(project, {first: "with a price"})
        second = await shown(place, engine, project, 2)
        for word in (APPROVE, "as it was"):
            with pytest.raises(Conflict, match="not any more"):
                await engine.answer(project, {first: word})
        for nothing in ({}, {second: " "}):
            with pytest.raises(Conflict, match="waits for your word"):
                await engine.answer(project, nothing)
        tools.planner.failure = NothingToChange("There is a price already.")
        await engine.answer(project, {second: "with a price"})
        third = await shown(place, engine, project, 3)
        assert "There is a price already." in str(
            (await state_of(place, project)).messages[-1].text
        )
        await engine.answer(project, {third: APPROVE})
        await ended(log, project)
        assert (await log.head(project)).status == "complete"
        tools.planner.failure = None
        await engine.message(project, "and a colour")
        await ended(log, project, 2)
    words = [one.prompts[-1] for one in tools.planner.asked]
    assert words == ["A note API", "with a price", "with a price", "and a colour"]
    bases = [one.base is not None for one in tools.planner.asked]
    assert bases == [False, True, True, True]
    facts = [fact for _, fact in await events_of(log, project)]
    planned = [one for one in facts if isinstance(one, StepCompleted) and one.step == "planning"]
    assert len(planned) == 4


async def test_a_plan_waits_over_a_restart_in_the_log_alone(place: Place) -> None:
    log = place.log
    async with place.opened(Planned()) as engine:
        project = await engine.start(WISH)
        await engine.answer(project, {await shown(place, engine, project): "with a price"})
        await shown(place, engine, project, 2)
    before = await events_of(log, project)
    tools = Planned()
    async with place.opened(tools) as engine:
        await idle(engine)
        assert await events_of(log, project) == before
        await engine.answer(project, {await shown(place, engine, project, 2): APPROVE})
        await ended(log, project)
    assert (await log.head(project)).status == "complete"
    assert tools.planner.asked == []


async def test_a_plan_is_rejected_or_stopped_at_once_and_a_new_try_waits_again(
    place: Place,
) -> None:
    log, tools = place.log, Planned()
    async with place.opened(tools) as engine:
        project = await engine.start(WISH)
        plan = await shown(place, engine, project)
        await engine.answer(project, {plan: "reject"})
        assert (await log.head(project)).status == "cancelled"
        with pytest.raises(Conflict):
            await engine.answer(project, {plan: APPROVE})
        await engine.retry(project)
        assert await shown(place, engine, project, 2) != plan
        await engine.cancel(project)
        assert (await log.head(project)).status == "cancelled"
    ends = [fact for _, fact in await events_of(log, project) if isinstance(fact, RunCancelled)]
    assert [one.reason for one in ends] == ["You rejected the plan.", "Stopped by you."]


async def test_a_follow_up_waits_where_it_says_so_and_what_came_after_it_comes_after_it(
    place: Place,
) -> None:
    log, tools = place.log, Planned()
    async with place.opened(tools) as engine:
        project = await engine.start(NewProject("A note API"))
        await ended(log, project)
        await engine.message(project, "with a price", approve=True)
        plan = await shown(place, engine, project)
        await engine.message(project, "and a colour")
        await idle(engine)
        assert (await log.head(project)).status == "waiting"
        await engine.answer(project, {plan: APPROVE})
        await ended(log, project, 3)
    assert (await state_of(place, project)).version == 3
    words = [one.prompts[-1] for one in tools.planner.asked]
    assert words == ["A note API", "with a price", "and a colour"]


async def test_a_plan_by_rules_waits_for_those_who_can_be_asked_and_is_no_end_for_others(
    place: Place,
) -> None:
    log, tools = place.log, Planned()
    tools.planner.failure = ModelFailed(
        "The model gave no sound plan.", "Approve the one by rules."
    )
    tools.planner.instead = "The model's plan could not be used. This is the plan by rules."
    async with place.opened(tools) as engine:
        alone = await engine.start(NewProject("A note API"))
        await ended(log, alone)
        project = await engine.start(NewProject("A note API", offer=True))
        first = await shown(place, engine, project)
    facts = [fact for _, fact in await events_of(log, alone)]
    assert not [fact for fact in facts if isinstance(fact, PlanReady | Questions)]
    assert isinstance(facts[-1], RunFailed)
    assert facts[-1].hint == "Approve the one by rules."
    state = await state_of(place, project)
    assert state.questions[0].text == (
        "Make the plan by rules instead? Note API: 1 resource (notes), 5 operations, 5 files."
        " Not understood: 'rolls'."
    )
    assert state.messages[-1].text == tools.planner.instead
    async with place.opened(tools) as engine:  # It waits over a restart.
        await engine.answer(project, {first: "with a price"})
        second = await shown(place, engine, project, 2)
        assert (await state_of(place, project)).questions[0].text.startswith("Make this plan? ")
        await engine.answer(project, {second: REJECT})
        await engine.retry(project)
        await engine.answer(project, {await shown(place, engine, project, 3): APPROVE})
        await ended(log, project, 2)
    assert (await log.head(project)).status == "complete"
