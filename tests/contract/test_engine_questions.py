"""A run that asks the user waits without holding anything, and goes on with the answers."""

import asyncio

import pytest
from msgspec.structs import replace

from smartforge.engine.base import Engine, NewProject
from smartforge.errors import Conflict, UnknownProject
from smartforge.events import Complete, Message, Question, Questions, RunCancelled, RunStarted
from smartforge.planners.base import Asked, PlanRequest
from smartforge.snapshot import fold
from tests.contract.engines import Place, Tools, idle
from tests.fakes import FakePlanner, ended, events_of, until, workshop

WISH = NewProject("A note API", ask=True)
WHO = Question("q1", "Who may read?", ("all", "owner"))
HOW = Question("q2", "How long?", ())


class FakeAsker:
    """Asks these; remembers how often it was asked what to ask."""

    def __init__(self, *questions: Question) -> None:
        self.times = 0
        self._questions = questions

    async def questions(self, request: PlanRequest) -> Asked:
        self.times += 1
        return Asked(self._questions)


class Asking(Tools):
    """Tools whose first run asks two questions."""

    def __init__(self) -> None:
        super().__init__()
        self.planner = FakePlanner()
        self.asker = FakeAsker(WHO, HOW)
        self.shop = replace(workshop(planner=self.planner), asker=self.asker)


async def asked(place: Place, engine: Engine) -> str:
    """A project whose run waits, and is in no queue any more."""
    project = await engine.start(WISH)
    await until(place.log, project, "questions")
    await idle(engine)
    return project


async def test_a_run_that_asked_holds_no_place_and_goes_on_with_the_answers(place: Place) -> None:
    log, tools = place.log, Asking()
    async with place.opened(tools) as engine:
        # There are two places, and more projects that wait than that.
        projects = [await asked(place, engine) for _ in range(3)]
        project = projects[0]
        head = await log.head(project)
        assert (head.status, head.active) == ("waiting", True)
        state = fold(await log.read(project, 0, 1000))
        assert state.questions == (WHO, HOW)
        await engine.answer(project, {"q1": " owner\n"})
        state = fold(await log.read(project, 0, 1000))
        assert (state.status, state.questions) == ("planning", ())
        await ended(log, project)
    assert tools.asker.times == 3
    (request,) = tools.planner.asked
    assert request.prompts == ("A note API",)
    assert request.answers.splitlines()[0] == "Who may read? owner"
    assert "no answer" in request.answers.splitlines()[1]
    facts = [fact for _, fact in await events_of(log, project)]
    assert isinstance(facts[-1], Complete)
    assert sum(isinstance(fact, RunStarted) for fact in facts) == 1
    assert [fact.text for fact in facts if isinstance(fact, Message)] == [request.answers]


async def test_nothing_is_asked_unless_the_project_wants_it_or_where_nothing_is_open(
    place: Place,
) -> None:
    tools = Asking()
    async with place.opened(tools) as engine:
        await ended(place.log, await engine.start(replace(WISH, ask=False)))
        assert tools.asker.times == 0
        tools.shop = replace(tools.shop, asker=FakeAsker())
        project = await engine.start(WISH)
        await ended(place.log, project)
        await engine.message(project, "add a price")
        await ended(place.log, project, 2)
    facts = [fact for _, fact in await events_of(place.log, project)]
    assert not [fact for fact in facts if isinstance(fact, Questions)]


async def test_only_what_was_asked_is_answered_and_only_once(place: Place) -> None:
    log, tools = place.log, Asking()
    async with place.opened(tools) as engine:
        with pytest.raises(UnknownProject):
            await engine.answer("nobody", {})
        project = await asked(place, engine)
        with pytest.raises(Conflict, match="'q9'"):
            await engine.answer(project, {"q9": "yes"})
        several = [engine.answer(project, {"q2": f"{number} days"}) for number in range(4)]
        outcomes = await asyncio.gather(*several, return_exceptions=True)
        assert [type(one) for one in outcomes if one is not None] == [Conflict] * 3
        await ended(log, project)
        with pytest.raises(Conflict, match="waits for answers"):
            await engine.answer(project, {})
    told = [fact for _, fact in await events_of(log, project) if isinstance(fact, Message)]
    assert len(told) == 1
    assert len(tools.planner.asked) == 1


async def test_a_run_that_waits_is_ended_at_once_and_what_came_after_it_runs(place: Place) -> None:
    log, tools = place.log, Asking()
    async with place.opened(tools) as engine:
        project = await asked(place, engine)
        await engine.message(project, "with a price")
        await idle(engine)
        assert (await log.head(project)).status == "waiting"
        run = fold(await log.read(project, 0, 1000)).run
        tools.shop = replace(tools.shop, asker=None)
        await engine.cancel(project, run)
        events = await events_of(log, project)
        ends = [envelope.run for envelope, fact in events if isinstance(fact, RunCancelled)]
        assert ends == [run]
        await ended(log, project, 2)
    state = fold(await log.read(project, 0, 1000))
    assert (state.status, state.questions) == ("complete", ())
    assert [one.prompts for one in tools.planner.asked] == [("A note API", "with a price")]


async def test_what_comes_after_a_run_that_waits_runs_once_that_has_its_answers(
    place: Place,
) -> None:
    log, tools = place.log, Asking()
    async with place.opened(tools) as engine:
        project = await asked(place, engine)
        await engine.message(project, "with a price")
        await idle(engine)
        await engine.answer(project, {})
        await ended(log, project, 2)
    assert [one.prompts[-1] for one in tools.planner.asked] == ["A note API", "with a price"]
    assert tools.most_on == 1


async def test_questions_outlive_the_process_and_are_not_asked_again(place: Place) -> None:
    log = place.log
    async with place.opened(Asking()) as engine:
        project = await asked(place, engine)
    before = await events_of(log, project)
    tools = Asking()
    async with place.opened(tools) as engine:
        await idle(engine)
        assert await events_of(log, project) == before
        await engine.answer(project, {"q1": "all"})
        await ended(log, project)
    assert tools.asker.times == 0
    assert (await log.head(project)).status == "complete"


async def test_answers_that_nobody_could_act_on_are_acted_on_after_a_restart(
    place: Place,
) -> None:
    log = place.log
    async with place.opened(Asking()) as engine:
        project = await asked(place, engine)
    async with place.opened(Asking()) as engine:
        await engine.answer(project, {"q1": "all"})
    # Wherever that was broken off, the answers are there.
    tools = Asking()
    async with place.opened(tools):
        await ended(log, project)
    assert (await log.head(project)).status == "complete"
    assert tools.asker.times == 0


async def test_a_run_that_is_tried_again_knows_the_answers(place: Place) -> None:
    log, tools = place.log, Asking()
    async with place.opened(tools) as engine:
        project = await asked(place, engine)
        tools.planner.failure = RuntimeError("no plan today")
        await engine.answer(project, {"q1": "all"})
        await ended(log, project)
        tools.planner.failure = None
        await engine.retry(project)
        await ended(log, project, 2)
    assert tools.asker.times == 1
    assert tools.planner.asked[0].answers == tools.planner.asked[1].answers != ""
    assert (await log.head(project)).status == "complete"
