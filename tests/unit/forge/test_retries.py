"""What failed for a passing reason is asked again, visibly, and nothing else is."""

import asyncio
from collections.abc import AsyncGenerator, Mapping

import pytest
from msgspec.structs import replace

from smartforge.errors import AnswerIncomplete, ModelFailed, PromptUnclear, StepTimedOut
from smartforge.events import (
    CodeChunk,
    Complete,
    Fact,
    FileComplete,
    FileGenerating,
    ProjectCreated,
    RunFailed,
    StepRetried,
    Usage,
)
from smartforge.forge.recorded import RecordedSteps
from smartforge.forge.retries import MAX_CAUSE, Patience, Retries, pause
from smartforge.forge.run import run
from smartforge.forge.watch import WatchedSteps
from smartforge.log.memory import MemoryLog
from smartforge.planners.base import Planned, PlanRequest
from smartforge.writers.base import WriteRequest
from tests.fakes import (
    CONTRACT,
    FakePlanner,
    FakeTarget,
    FakeWriter,
    events_of,
    run_request,
    until,
    workshop,
)

AT_ONCE = Patience(base=0.0)
MAIN = "app/main.py"
BUSY = ModelFailed("http://x/v1 refused with status 503: busy", "Later.", passing=True)
REFUSED = ModelFailed("http://x/v1 refused with status 401: wrong key", "Check the key.")
BROKEN_OFF = AnswerIncomplete(MAIN, f"{MAIN} is incomplete.", passing=True)


class FlakyPlanner(FakePlanner):
    """Fails with the given errors in turn, then plans."""

    def __init__(self, *failures: Exception) -> None:
        super().__init__()
        self._failures = list(failures)

    async def plan(self, request: PlanRequest) -> Planned:
        self.failure = self._failures.pop(0) if self._failures else None
        return await super().plan(request)


class FlakyWriter(FakeWriter):
    """Breaks off in the middle of `app/main.py` with the given errors in turn, then writes it."""

    def __init__(self, *failures: Exception) -> None:
        super().__init__(FakeTarget())
        self._failures = list(failures)

    async def write(self, request: WriteRequest) -> AsyncGenerator[CodeChunk | Usage, None]:
        async for fact in super().write(request):
            yield fact
            if request.file.path == MAIN and self._failures:
                raise self._failures.pop(0)


async def executed(
    planner: FakePlanner | None = None,
    writer: FakeWriter | None = None,
    patience: Patience = AT_ONCE,
    retries: Mapping[str, int] | None = None,
    attempts: Mapping[str, int] | None = None,
) -> list[Fact]:
    """The facts of a run with these tools."""
    log = MemoryLog()
    await log.create(
        "project", [ProjectCreated(title="x", prompt="x", target="fake", model="scripted")]
    )
    shop = replace(workshop(planner, writer), patience=patience)
    request = replace(run_request(), retries=retries or {}, attempts=attempts or {})
    await run(request, shop, log, RecordedSteps({}), await log.claim("project"))
    return [fact for _, fact in await events_of(log, "project")]


def told(facts: list[Fact]) -> list[StepRetried]:
    return [fact for fact in facts if isinstance(fact, StepRetried)]


def begun(facts: list[Fact]) -> list[int]:
    return [f.attempt for f in facts if isinstance(f, FileGenerating) and f.path == MAIN]


@pytest.mark.parametrize(
    ("after", "retried", "drawn", "seconds"),
    [
        (None, 0, 1.0, 1.0),
        (None, 1, 1.0, 2.0),
        (None, 1, 0.25, 0.5),
        (None, 0, 0.0, 0.0),
        (None, 9, 1.0, 20.0),
        (7.0, 0, 0.5, 7.5),
        (60.0, 0, 0.0, 60.0),
        (60.1, 0, 0.0, None),
        (None, 10, 0.5, None),
    ],
)
def test_a_pause_is_drawn_and_doubles_up_to_its_cap_or_is_as_long_as_was_asked(
    after: float | None, retried: int, drawn: float, seconds: float | None
) -> None:
    error = ModelFailed("busy", passing=True, after=after)
    assert pause(error, retried, Patience(retries=10), drawn) == seconds


def test_what_does_not_pass_is_not_tried_again() -> None:
    assert pause(REFUSED, 0, Patience(), 0.5) is None


async def test_a_plan_is_tried_again_and_the_log_says_so() -> None:
    planner = FlakyPlanner(BUSY, BUSY)
    facts = await executed(planner)
    assert isinstance(facts[-1], Complete)
    assert len(planner.asked) == 3
    assert told(facts) == [
        StepRetried(step="planning", attempt=attempt, cause=BUSY.what, delay_ms=0)
        for attempt in (2, 3)
    ]


async def test_a_file_is_begun_anew_with_the_attempt_that_was_told() -> None:
    facts = await executed(writer=FlakyWriter(BROKEN_OFF, BUSY))
    assert isinstance(facts[-1], Complete)
    assert begun(facts) == [1, 2, 3]
    assert [(one.step, one.path, one.attempt) for one in told(facts)] == [
        ("generating", MAIN, 2),
        ("generating", MAIN, 3),
    ]
    chunks = [fact for fact in facts if isinstance(fact, CodeChunk) and fact.path == MAIN]
    whole = "".join(chunk.text for chunk in chunks if chunk.attempt == 3)
    assert whole == FakeTarget().render(CONTRACT)[MAIN]
    assert [f.attempt for f in facts if isinstance(f, FileComplete) and f.path == MAIN] == [3]


async def test_after_two_more_tries_the_run_ends_with_the_last_reason() -> None:
    planner = FlakyPlanner(BUSY, BUSY, BUSY)
    facts = await executed(planner)
    last = facts[-1]
    assert isinstance(last, RunFailed)
    assert (last.code, last.message) == ("model_failed", BUSY.what)
    assert len(planner.asked) == 3


@pytest.mark.parametrize("failure", [REFUSED, PromptUnclear("No thing."), RuntimeError("broke")])
async def test_other_failures_end_the_run_at_once(failure: Exception) -> None:
    planner = FlakyPlanner(failure)
    facts = await executed(planner)
    assert isinstance(facts[-1], RunFailed)
    assert len(planner.asked) == 1
    assert told(facts) == []


async def test_a_crash_makes_a_run_no_more_patient_and_attempts_go_on() -> None:
    key = f"write:{MAIN}"
    once = await executed(writer=FlakyWriter(BUSY), retries={key: 1}, attempts={MAIN: 4})
    assert isinstance(once[-1], Complete)
    assert begun(once) == [5, 6]
    assert [one.attempt for one in told(once)] == [6]
    used = await executed(writer=FlakyWriter(BUSY), retries={key: 2}, attempts={MAIN: 4})
    assert isinstance(used[-1], RunFailed)
    assert begun(used) == [5]


async def test_a_plan_that_was_tried_again_before_a_crash_counts_on() -> None:
    facts = await executed(FlakyPlanner(BUSY), retries={"plan": 1})
    assert [one.attempt for one in told(facts)] == [3]


async def test_stopping_ends_a_pause_at_once_and_nothing_is_said_after() -> None:
    log = MemoryLog()
    await log.create("project", [ProjectCreated(title="x", prompt="x", target="fake", model=None)])
    late = ModelFailed("busy", passing=True, after=50.0)
    planner = FlakyPlanner(late)
    epoch = await log.claim("project")
    execution = asyncio.create_task(
        run(run_request(), workshop(planner), log, RecordedSteps({}), epoch)
    )
    await until(log, "project", "step:retry")
    execution.cancel()
    with pytest.raises(asyncio.CancelledError):
        await execution
    assert len(planner.asked) == 1
    facts = [fact for _, fact in await events_of(log, "project")]
    assert isinstance(facts[-1], StepRetried)
    assert 50_000 <= facts[-1].delay_ms <= 51_000


async def test_the_limit_of_a_step_holds_for_its_pauses_too() -> None:
    async def tell(fact: StepRetried, key: str) -> None: ...

    async def busy(_: int) -> None:
        raise ModelFailed("busy", passing=True, after=50.0)

    async def body() -> None:
        await Retries(tell, {}, Patience()).insist("plan", "planning", None, 1, busy)

    with pytest.raises(StepTimedOut):
        await WatchedSteps(RecordedSteps({}), {"plan": 0.0}).step("plan", body, {})


async def test_a_long_cause_is_shortened() -> None:
    facts = await executed(FlakyPlanner(ModelFailed("x" * 1000, passing=True)))
    (one,) = told(facts)
    assert len(one.cause) == MAX_CAUSE
