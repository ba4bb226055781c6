"""How a project's head follows from its facts: always as the snapshot says."""

from functools import reduce
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smartforge import events, snapshot
from smartforge.events import AnyFact, Envelope, Fact
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
GOLDEN = sorted((Path(__file__).parents[2] / "golden").glob("*.jsonl"))


def step(name: events.Step) -> events.StepStarted:
    return events.StepStarted(step=name, round=0, message="m")


def folded(*happened: tuple[Fact, str | None]) -> Headline:
    return reduce(lambda line, each: line.after(*each), happened, Headline())


def runs(line: Headline) -> list[str | None]:
    return [one.run for one in line.waiting]


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
    assert (line.status, line.waiting) == (status, ())
    assert line.after(step("generating"), "r1") == line


def test_a_queued_run_leaves_the_status_of_the_active_one() -> None:
    line = folded((STARTED, "r1"), (step("generating"), "r1"), (QUEUED, "r2"))
    assert (line.status, line.run, runs(line)) == ("generating", "r1", ["r2"])


def test_a_run_queued_after_the_last_one_ended_shows_as_queued() -> None:
    line = folded((STARTED, "r1"), (COMPLETE, "r1"), (QUEUED, "r2"))
    assert (line.status, runs(line)) == ("queued", ["r2"])


def test_a_run_cancelled_while_it_waits_leaves_the_queue_and_the_active_run_alone() -> None:
    line = folded((STARTED, "r1"), (QUEUED, "r2"), (QUEUED, "r3"), (CANCELLED, "r2"))
    assert (line.status, line.run, runs(line)) == ("planning", "r1", ["r3"])


def test_the_only_run_cancelled_while_it_waits_shows_as_cancelled() -> None:
    line = folded((QUEUED, "r1"), (CANCELLED, "r1"))
    assert (line.status, line.waiting) == ("cancelled", ())


def test_a_message_taken_back_takes_its_run_out_of_the_queue() -> None:
    queued = events.RunQueued(position=1, trigger="message", message_id="m")
    line = folded((STARTED, "r1"), (queued, "r2"), (events.MessageRemoved(id="m"), None))
    assert (line.status, line.waiting) == ("planning", ())


@pytest.mark.parametrize(
    ("ending", "status"), [(COMPLETE, "complete"), (FAILED, "error"), (CANCELLED, "cancelled")]
)
def test_what_is_taken_back_before_it_began_leaves_the_end_of_the_last_run(
    ending: Fact, status: str
) -> None:
    first = events.RunQueued(position=1, trigger="message", message_id="m1")
    second = events.RunQueued(position=0, trigger="message", message_id="m2")
    line = folded((STARTED, "r1"), (first, "r2"), (ending, "r1"), (second, "r3"))
    line = line.after(events.MessageRemoved(id="m2"), None)
    assert (line.status, runs(line)) == ("queued", ["r2"])
    line = line.after(events.MessageRemoved(id="m1"), None)
    assert (line.status, line.run, line.waiting) == (status, "r1", ())


def test_the_title_and_the_deletion_follow() -> None:
    line = folded((CREATED, None))
    assert (line.title, line.deleted) == ("Books", False)
    line = line.after(events.TitleChanged(title="New"), None).after(events.ProjectDeleted(), None)
    assert (line.title, line.deleted) == ("New", True)
    assert not line.after(events.ProjectUndeleted(), None).deleted


def test_facts_that_say_nothing_of_the_head_leave_it_as_it_is() -> None:
    line = folded((CREATED, None), (STARTED, "r"))
    assert line.after(CHUNK, "r") is line


def compare(standing: Standing, state: snapshot.Snapshot) -> None:
    head = standing.head()
    assert (head.title, head.status, head.deleted) == (state.title, state.status, state.deleted)
    assert (head.queued, head.last) == (len(state.queue), state.seq)


message_ids = st.sampled_from([None, "m1", "m2"])
facts: st.SearchStrategy[AnyFact] = st.one_of(
    st.builds(
        events.RunQueued, position=st.just(0), trigger=st.just("message"), message_id=message_ids
    ),
    st.builds(
        events.RunStarted,
        trigger=st.just("message"),
        base_version=st.none(),
        message_id=message_ids,
    ),
    st.builds(step, st.sampled_from(["planning", "generating", "validating", "repairing"])),
    st.builds(events.MessageRemoved, id=st.sampled_from(["m1", "m2"])),
    st.sampled_from(
        [
            CREATED,
            CANCELLED,
            FAILED,
            COMPLETE,
            QUESTIONS,
            CHUNK,
            events.RunResumed(node="n"),
            events.RepairStarted(round=1, cause="c", paths=()),
            events.ValidationStarted(checks=("syntax",), round=0),
            events.ProjectDeleted(),
            events.ProjectUndeleted(),
        ]
    ),
)


@given(st.lists(st.tuples(facts, st.sampled_from([None, "r1", "r2", "r3"])), max_size=30))
def test_the_head_says_what_the_snapshot_says(history: list[tuple[AnyFact, str | None]]) -> None:
    standing = Standing(project_id="p", created=0, ts=0)
    state = snapshot.empty("p")
    for fact, run in history:
        standing, (record,) = standing.extended([fact], run=run, now=0)
        envelope = Envelope(type=record.type, project_id="p", seq=record.seq, run=run, ts=0)
        state = snapshot.apply(state, envelope, fact)
        compare(standing, state)


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
def test_the_head_says_what_the_snapshot_says_of_real_logs(path: Path) -> None:
    lines = path.read_bytes().splitlines()
    standing: Standing | None = None
    for number, line in enumerate(lines, 1):
        envelope, fact = events.decode(line)
        if standing is None:
            standing = Standing(project_id=envelope.project_id, created=envelope.ts, ts=0)
        if envelope.seq <= standing.last:
            continue  # a viewer may be told twice, a log is not
        known = fact or CHUNK  # an unknown type takes a place and changes nothing
        standing, _ = standing.extended([known], run=envelope.run, now=envelope.ts)
        compare(standing, snapshot.fold(lines[:number]))


@given(st.permutations(["r1", "r2", "r3"]), st.data())
def test_an_honest_history_is_active_exactly_while_runs_are_on_or_wait(
    order: list[str], data: st.DataObject
) -> None:
    standing = Standing(project_id="p", created=0, ts=0)
    left: dict[str, list[Fact]] = {
        run: [QUEUED, STARTED, step("generating"), COMPLETE] for run in order
    }
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


def _may_go(fact: Fact, run: str, on: str | None) -> bool:
    return fact is QUEUED or on == run or (fact is STARTED and on is None)
