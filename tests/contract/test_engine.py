"""What an engine promises to the doors, on every queue."""

import asyncio

import pytest

from smartforge.engine.base import NewProject
from smartforge.engine.executor import MOST_RESUMED
from smartforge.errors import Conflict, SettingsInvalid, UnknownMessage, UnknownProject
from smartforge.events import (
    Complete,
    FileComplete,
    FileGenerating,
    MessageRemoved,
    MessageUpdated,
    ProjectCreated,
    ProjectDeleted,
    RunCancelled,
    RunFailed,
    RunQueued,
    RunStarted,
)
from smartforge.planners.base import Planned, PlanRequest
from smartforge.snapshot import fold
from tests.changing import changing
from tests.contract.engines import Place, Tools
from tests.fakes import FakePlanner, ended, events_of, until, workshop


class HangingPlanner(FakePlanner):
    """Never answers; `asked_for` is set once somebody waits for it."""

    def __init__(self, asked_for: asyncio.Event) -> None:
        super().__init__()
        self._asked_for = asked_for

    async def plan(self, request: PlanRequest) -> Planned:
        self._asked_for.set()
        await asyncio.Event().wait()
        return await super().plan(request)


async def test_start_stores_the_run_as_queued_before_it_returns(place: Place) -> None:
    log = place.log
    async with place.opened() as engine:
        project = await engine.start(NewProject("A note API"))
        types = [envelope.type for envelope, _ in await events_of(log, project)]
        assert types[:2] == ["project:created", "run:queued"]
        assert len(project) <= 22
        await ended(log, project)
        assert (await log.head(project)).status == "complete"


async def test_an_unknown_choice_is_refused_and_leaves_no_project(place: Place) -> None:
    log = place.log
    async with place.opened() as engine:
        with pytest.raises(SettingsInvalid):
            await engine.start(NewProject("A note API", target="cobol"))
    assert await log.projects(10) == []


async def test_a_follow_up_waits_for_the_run_that_is_on_and_then_sees_all_prompts(
    place: Place,
) -> None:
    log, tools = place.log, Tools()
    async with place.under_way(tools) as (engine, project):
        message = await engine.message(project, "add a price")
        head = await log.head(project)
        assert (head.status, head.queued) == ("generating", 1)
        planner = FakePlanner()
        tools.shop = workshop(planner=planner)
        await engine.cancel(project)
        await ended(log, project, 2)
    assert planner.asked[0].prompts == ("A note API", "add a price")
    facts = [fact for _, fact in await events_of(log, project)]
    queued = [fact for fact in facts if isinstance(fact, RunQueued)]
    assert [fact.position for fact in queued] == [0, 1]
    assert queued[1].message_id == message
    started = [fact for fact in facts if isinstance(fact, RunStarted)]
    assert [fact.trigger for fact in started] == ["prompt", "message"]


async def test_what_waits_is_edited_and_taken_back_and_no_run_is_told_the_old_words(
    place: Place,
) -> None:
    log, tools = place.log, Tools()
    async with place.under_way(tools) as (engine, project):
        first, second, _ = [await engine.message(project, text) for text in ("one", "two", "three")]
        turtles = "🐢" * 20_000  # More than an event holds.
        await engine.edit(project, second, "second")
        await engine.edit(project, second, turtles)
        await engine.remove(project, first)
        planner = FakePlanner()
        tools.shop = workshop(planner=planner)
        await engine.cancel(project)
        await ended(log, project, 3)
    assert [asked.prompts for asked in planner.asked] == [
        ("A note API", turtles),
        ("A note API", turtles, "three"),
    ]
    state = fold(record.data for record in await log.read(project, 0, 10_000))
    said = [one for one in state.messages if one.role == "user"]
    assert (state.status, state.queue, len(said)) == ("complete", (), 2)


async def test_a_message_whose_run_has_begun_or_is_over_is_left_as_it_is(place: Place) -> None:
    log, tools = place.log, Tools()
    async with place.opened(tools) as engine:
        project = await engine.start(NewProject("A note API"))
        await ended(log, project)
        tools.shop = workshop(planner=HangingPlanner(asyncio.Event()))
        message = await engine.message(project, "more")
        await until(log, project, "run:started", count=2)
        before = (await log.head(project)).last
        for unknown in ("nobody", ""):
            with pytest.raises(UnknownMessage):
                await engine.edit(project, unknown, "less")
            with pytest.raises(UnknownMessage):
                await engine.remove(project, unknown)
        with pytest.raises(Conflict, match="begun"):
            await engine.edit(project, message, "less")
        with pytest.raises(Conflict, match="begun"):
            await engine.remove(project, message)
        await engine.cancel(project)
        with pytest.raises(Conflict, match="over"):
            await engine.edit(project, message, "less")
        with pytest.raises(Conflict, match="over"):
            await engine.remove(project, message)
        facts = (await events_of(log, project))[before:]
        assert not [fact for _, fact in facts if isinstance(fact, MessageUpdated | MessageRemoved)]


async def test_what_was_edited_and_taken_back_stays_so_after_a_restart(place: Place) -> None:
    log, tools = place.log, Tools()
    async with place.under_way(tools) as (engine, project):
        first, second = [await engine.message(project, text) for text in ("one", "two")]
        await engine.remove(project, first)
        await engine.edit(project, second, "second")
    again = Tools()
    planner = FakePlanner()
    again.shop = workshop(planner=planner)
    async with place.opened(again):
        await ended(log, project, 2)
    assert planner.asked[-1].prompts == ("A note API", "second")
    assert (await log.head(project)).active is False


async def test_versions_count_complete_runs(place: Place) -> None:
    log = place.log
    async with place.opened() as engine:
        project = await engine.start(NewProject("A note API"))
        await ended(log, project)
        await engine.message(project, "once more")
        await ended(log, project, 2)
    completes = [fact for _, fact in await events_of(log, project) if isinstance(fact, Complete)]
    assert [fact.version for fact in completes] == [1, 2]


async def test_cancel_ends_the_run_once_keeps_finished_files_and_marks_the_half_one(
    place: Place,
) -> None:
    log, tools = place.log, Tools()
    async with place.under_way(tools) as (engine, project):
        await asyncio.gather(*(engine.cancel(project) for _ in range(3)))
        await engine.cancel(project)
        assert tools.writer.closed.is_set()
    facts = [fact for _, fact in await events_of(log, project)]
    assert sum(isinstance(fact, RunCancelled) for fact in facts) == 1
    assert isinstance(facts[-1], RunCancelled)
    assert [fact.path for fact in facts if isinstance(fact, FileComplete)] == ["app/__init__.py"]
    state = fold(record.data for record in await log.read(project, 0, 10_000))
    assert {file.path: file.state for file in state.files} == {
        "app/__init__.py": "complete",
        "app/main.py": "partial",
        "openapi.yaml": "planned",
        "PROOF.md": "planned",
        "proof.json": "planned",
    }


async def test_cancel_names_the_run_it_means(place: Place) -> None:
    log, tools = place.log, Tools()
    async with place.under_way(tools) as (engine, project):
        with pytest.raises(Conflict):
            await engine.cancel(project, "another")
        on = next(envelope.run for envelope, _ in await events_of(log, project) if envelope.run)
        await engine.cancel(project, on)
        assert (await log.head(project)).status == "cancelled"


async def test_after_a_stop_retry_runs_again_and_is_refused_when_complete(place: Place) -> None:
    log, tools = place.log, Tools()
    async with place.under_way(tools) as (engine, project):
        with pytest.raises(Conflict):
            await engine.retry(project)
        await engine.cancel(project)
        tools.shop = workshop()
        await engine.retry(project)
        await ended(log, project, 2)
        assert (await log.head(project)).status == "complete"
        with pytest.raises(Conflict):
            await engine.retry(project)


async def test_at_most_so_many_runs_are_on_at_once_and_all_end(place: Place) -> None:
    log, tools = place.log, Tools()
    async with place.opened(tools) as engine:
        projects = [await engine.start(NewProject("A note API")) for _ in range(8)]
        for project in projects:
            await ended(log, project)
    assert tools.most_on == 2


async def test_a_run_that_was_on_when_the_process_went_goes_on_where_it_was(place: Place) -> None:
    log, tools = place.log, Tools()
    async with place.under_way(tools) as (_, project):
        pass
    before = await events_of(log, project)
    tools, planner = Tools(), FakePlanner()
    tools.shop = workshop(planner=planner)
    async with place.opened(tools):
        await ended(log, project)
    after = await events_of(log, project)
    assert after[: len(before)] == before
    assert after[len(before)][0].type == "run:resumed"
    last = after[-1][1]
    assert isinstance(last, Complete)
    started = next(each.ts for each, fact in after if isinstance(fact, RunStarted))
    assert last.duration_ms >= after[len(before)][0].ts - started
    assert len({envelope.run for envelope, _ in after[1:]}) == 1
    assert planner.asked == []
    begun = [(fact.path, fact.attempt) for _, fact in after if isinstance(fact, FileGenerating)]
    assert begun == [
        ("app/__init__.py", 1),
        ("app/main.py", 1),
        ("app/main.py", 2),
        ("openapi.yaml", 1),
        ("PROOF.md", 1),
        ("proof.json", 1),
    ]


async def test_a_run_in_which_the_process_goes_again_and_again_is_given_up(place: Place) -> None:
    log, tools = place.log, Tools()
    async with place.under_way(tools) as (_, project):
        pass
    for times in range(1, MOST_RESUMED + 1):
        async with place.opened(tools):
            await until(log, project, "run:resumed", count=times)
            assert (await log.head(project)).active
    async with place.opened() as engine:
        await ended(log, project)
        last = (await events_of(log, project))[-1][1]
        assert isinstance(last, RunFailed)
        assert (last.code, last.retryable) == ("interrupted", True)
        await engine.retry(project)
        await ended(log, project, 2)
        assert (await log.head(project)).status == "complete"


async def test_a_run_that_is_taken_up_again_knows_only_what_was_said_before_it(
    place: Place,
) -> None:
    log, tools = place.log, Tools()
    hanging, planner = asyncio.Event(), FakePlanner()
    tools.shop = workshop(planner=HangingPlanner(hanging))
    async with place.opened(tools) as engine:
        project = await engine.start(NewProject("A note API"))
        await hanging.wait()
        await engine.message(project, "add a price")
    tools.shop = workshop(planner=planner)
    async with place.opened(tools):
        await ended(log, project, 2)
    assert [each.prompts for each in planner.asked] == [
        ("A note API",),
        ("A note API", "add a price"),
    ]


async def test_what_waited_when_the_process_went_runs_at_the_next_start(place: Place) -> None:
    log, tools = place.log, Tools()
    async with place.under_way(tools) as (engine, project):
        await engine.message(project, "add a price")
    async with place.opened():
        await ended(log, project, 2)
    last = (await events_of(log, project))[-1][1]
    assert isinstance(last, Complete)


async def test_a_project_whose_first_run_was_never_queued_gets_it_at_the_next_start(
    place: Place,
) -> None:
    log = place.log
    created = ProjectCreated(title="Notes", prompt="A note API", target="fake", model=None)
    await log.create("project", [created])
    async with place.opened():
        await ended(log, "project")
    assert (await log.head("project")).status == "complete"


async def test_unknown_and_deleted_projects_are_refused(place: Place) -> None:
    log = place.log
    async with place.opened() as engine:
        project = await engine.start(NewProject("A note API"))
        await ended(log, project)
        await log.append(project, [ProjectDeleted()], run=None)
        for unknown in ("nobody", project):
            with pytest.raises(UnknownProject):
                await engine.message(unknown, "more")
            with pytest.raises(UnknownProject):
                await engine.cancel(unknown)
            with pytest.raises(UnknownProject):
                await engine.retry(unknown)


async def test_closing_leaves_no_task_behind(place: Place) -> None:
    tools = Tools()
    before = asyncio.all_tasks()
    async with place.under_way(tools):
        pass
    assert asyncio.all_tasks() == before


async def test_a_follow_up_starts_from_the_latest_version_and_a_restore_is_exact(
    place: Place,
) -> None:
    log, tools = place.log, Tools()
    tools.shop = changing()
    async with place.opened(tools) as engine:
        project = await engine.start(NewProject("A note API"))
        trees: list[dict[str, str | None]] = []
        for count, words in enumerate(("", "add books", "undo", "add tags"), 1):
            if words:
                await engine.message(project, words)
            await ended(log, project, count)
            state = fold(await log.read(project, 0, 100_000))
            trees.append({file.path: file.sha256 for file in state.files})
        assert trees[2] == trees[0]
        assert trees[3].keys() - trees[0].keys() == {"app/tags.py", "migrations/0002.py"}
        await engine.restore(project, 2)
        await ended(log, project, 5)
        state = fold(await log.read(project, 0, 100_000))
        assert {file.path: file.sha256 for file in state.files} == trees[1]
        copy = fold(await log.read(await engine.duplicate(project), 0, 1000))
        assert {file.path: file.sha256 for file in copy.files} == trees[1]
        generated = [f for _, f in await events_of(log, project) if isinstance(f, FileGenerating)]
        assert [one.path for one in generated].count("app/main.py") == 1
