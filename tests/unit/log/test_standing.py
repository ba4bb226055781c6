"""How a project's head follows from its facts."""

from functools import reduce

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smartforge import events
from smartforge.events import Fact
from smartforge.log.base import RUNNING
from smartforge.log.standing import Headline, Standing

CREATED = events.ProjectCreated(title="Books", prompt="p", target="fastapi", model=None)
QUEUED = events.RunQueued(position=0, trigger="prompt")
STARTED = events.RunStarted(trigger="prompt", base_version=None, message_id=None)
CANCELLED = events.RunCancelled(reason="user")
FAILED = events.RunFailed(code="interrupted", message="m", hint="h", retryable=True)
COMPLETE = events.Complete(
    version=1,
    verdict="passed",
    summary="s",
    file_count=1,
    operation_count=1,
    skipped_checks=(),
    duration_ms=1,
)
QUESTIONS = events.Questions(questions=())
CHUNK = events.CodeChunk(path="a.py", attempt=1, at=0, text="x")
Happened = tuple[Fact, str | None]


def step(name: events.Step) -> Fact:
    return events.StepStarted(step=name, round=0, message="m")


def folded(*happened: Happened) -> Headline:
    return reduce(lambda line, each: line.after(*each), happened, Headline())


def test_a_run_shows_each_status_in_turn() -> None:
    expected = {
        "queued": QUEUED,
        "planning": STARTED,
        "waiting": QUESTIONS,
        "generating": step("generating"),
        "validating": step("validating"),
        "repairing": step("repairing"),
        "complete": COMPLETE,
    }
    line = Headline()
    for status, fact in expected.items():
        line = line.after(fact, "r")
        assert line.status == status


@pytest.mark.parametrize(
    ("ending", "status"), [(COMPLETE, "complete"), (FAILED, "error"), (CANCELLED, "cancelled")]
)
def test_the_end_of_the_active_run_shows_how_it_ended(ending: Fact, status: str) -> None:
    line = folded((QUEUED, "r1"), (STARTED, "r1"), (ending, "r1"))
    assert (line.status, line.running, line.waiting) == (status, None, ())


def test_a_queued_run_leaves_the_status_of_the_active_one() -> None:
    line = folded((STARTED, "r1"), (step("generating"), "r1"), (QUEUED, "r2"))
    assert (line.status, line.running, line.waiting) == ("generating", "r1", ("r2",))


def test_a_run_queued_after_the_last_one_ended_shows_as_queued() -> None:
    line = folded((STARTED, "r1"), (COMPLETE, "r1"), (QUEUED, "r2"))
    assert (line.status, line.waiting) == ("queued", ("r2",))


def test_a_run_cancelled_while_it_waits_leaves_the_queue_and_the_active_run_alone() -> None:
    line = folded((STARTED, "r1"), (QUEUED, "r2"), (QUEUED, "r3"), (CANCELLED, "r2"))
    assert (line.status, line.running, line.waiting) == ("planning", "r1", ("r3",))


def test_the_only_run_cancelled_while_it_waits_shows_as_cancelled() -> None:
    line = folded((QUEUED, "r1"), (CANCELLED, "r1"))
    assert (line.status, line.waiting) == ("cancelled", ())


def test_a_run_told_its_new_place_is_still_one_run() -> None:
    assert folded((QUEUED, "r1"), (QUEUED, "r1")).waiting == ("r1",)


def test_the_title_and_the_deletion_follow() -> None:
    line = folded((CREATED, None))
    assert (line.title, line.deleted) == ("Books", False)
    line = line.after(events.TitleChanged(title="New"), None).after(events.ProjectDeleted(), None)
    assert (line.title, line.deleted) == ("New", True)
    assert not line.after(events.ProjectUndeleted(), None).deleted


happened = st.lists(
    st.tuples(
        st.sampled_from(
            [QUEUED, STARTED, CANCELLED, FAILED, COMPLETE, QUESTIONS, CHUNK, step("validating")]
        ),
        st.sampled_from(["r1", "r2", "r3"]),
    )
)


@given(happened)
def test_a_run_never_waits_twice_nor_while_it_is_on(history: list[Happened]) -> None:
    line = Headline()
    for fact, run in history:
        line = line.after(fact, run)
        assert len(set(line.waiting)) == len(line.waiting)
        if fact is STARTED:
            assert run not in line.waiting
        if fact in (CANCELLED, FAILED, COMPLETE):
            assert run not in line.waiting
            assert line.running != run


@given(st.permutations(["r1", "r2", "r3"]), st.data())
def test_an_honest_history_is_active_exactly_while_runs_are_on_or_wait(
    order: list[str], data: st.DataObject
) -> None:
    standing = Standing(project_id="p", created=0, ts=0)
    left = {run: [QUEUED, STARTED, step("generating"), COMPLETE] for run in order}
    on: str | None = None
    while any(left.values()):
        ready = [run for run in order if left[run] and _may_go(left[run][0], run, on)]
        run = data.draw(st.sampled_from(ready))
        fact = left[run].pop(0)
        on = run if fact is STARTED else None if fact is COMPLETE else on
        standing, _ = standing.extended([fact], run=run, now=0)
        unfinished = [each for each in order if 0 < len(left[each]) < 4]
        assert standing.head().active == bool(unfinished)
        assert standing.head().queued == sum(len(left[each]) == 3 for each in order)
        assert (standing.head().status in RUNNING - {"queued"}) == (on is not None)


def _may_go(fact: Fact, run: str, on: str | None) -> bool:
    return fact is QUEUED or on == run or (fact is STARTED and on is None)


def test_facts_that_say_nothing_of_the_head_leave_it_as_it_is() -> None:
    line = folded((CREATED, None), (STARTED, "r"))
    assert line.after(CHUNK, "r") is line
