"""The fold of a project's events: what each fact changes, and what holds for every log."""

import json
from collections.abc import Callable, Sequence
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from smartforge.events import (
    AnyFact,
    CheckCompleted,
    CheckStarted,
    CodeChunk,
    Complete,
    Envelope,
    Fact,
    FileComplete,
    FileDeleted,
    FileGenerating,
    FilePlanned,
    Message,
    MessageRemoved,
    PlanReady,
    Questions,
    RepairStarted,
    RunCancelled,
    RunFailed,
    RunQueued,
    RunStarted,
    Step,
    StepCompleted,
    StepStarted,
    Usage,
    ValidationStarted,
    decode,
    encode,
    type_of,
)
from smartforge.snapshot import FileState, Fold, Snapshot, apply, empty, fold
from smartforge.snapshot.usage import add_costs
from tests.golden import logs

HASH = "0" * 64
GOLDEN = pytest.mark.parametrize("write", logs.LOGS, ids=lambda write: write.__name__)


def enveloped(facts: Sequence[tuple[str | None, AnyFact]]) -> list[tuple[Envelope, AnyFact]]:
    """The facts with their runs, numbered as a log numbers them."""
    return [
        (Envelope(type=type_of(fact), project_id="p", seq=seq, run=run, ts=1000 * seq), fact)
        for seq, (run, fact) in enumerate(facts, 1)
    ]


def state_of(*facts: AnyFact, run: str | None = "r1") -> Snapshot:
    """What a log of these facts, all of one run, folds to."""
    state = empty("p")
    for envelope, fact in enveloped([(run, fact) for fact in facts]):
        state = apply(state, envelope, fact)
    return state


def the_file(state: Snapshot) -> FileState:
    (file,) = state.files
    return file


def started(trigger: Any = "prompt") -> RunStarted:
    return RunStarted(trigger=trigger, base_version=None, message_id=None)


def planned(*paths: str) -> PlanReady:
    files = tuple(FilePlanned(path=path, purpose="why", author="compiled") for path in paths)
    return PlanReady(contract={}, files=files, notes=(), operations_not_made=())


def begun(path: str = "a.py", attempt: int = 1) -> FileGenerating:
    return FileGenerating(path=path, attempt=attempt, author="compiled")


def chunk(at: int, text: str, path: str = "a.py", attempt: int = 1) -> CodeChunk:
    return CodeChunk(path=path, attempt=attempt, at=at, text=text)


def whole(path: str = "a.py", attempt: int = 1) -> FileComplete:
    return FileComplete(path=path, attempt=attempt, size=3, sha256=HASH)


def complete(version: int = 1) -> Complete:
    return Complete(
        version=version,
        verdict="passed",
        summary="",
        file_count=1,
        operation_count=1,
        skipped_checks=(),
        duration_ms=1,
    )


def failed() -> RunFailed:
    return RunFailed(code="x", message="It broke.", hint="Again.", retryable=True)


def usage(cost: str | None) -> Usage:
    return Usage(
        step="planning",
        model="m",
        input_tokens=1,
        cached_input_tokens=2,
        output_tokens=3,
        cost=cost,
        duration_ms=4,
    )


def check_done(check: Any) -> CheckCompleted:
    return CheckCompleted(
        check=check,
        required=True,
        verdict="passed",
        summary="",
        evidence={},
        duration_ms=1,
        round=0,
    )


def step(name: Step, round_: int = 0) -> StepStarted:
    return StepStarted(step=name, round=round_, message="")


def step_done(name: Step) -> StepCompleted:
    return StepCompleted(step=name, round=0, message="", duration_ms=1)


@pytest.mark.parametrize("name", sorted(logs.documents()))
def test_the_golden_files_are_what_is_written_by_hand(name: str) -> None:
    committed = (logs.HERE / name).read_text("utf-8")
    assert committed == logs.documents()[name], "run: python -m tests.golden.logs"


def test_no_golden_file_is_left_over() -> None:
    there = {path.name for path in logs.HERE.iterdir() if ".json" in path.name}
    assert there == set(logs.documents())


@GOLDEN
def test_a_log_folds_to_the_same_with_a_snapshot_in_between(
    write: Callable[[logs.Log], None],
) -> None:
    events = logs.lines(write)
    expected = fold(events)
    for cut in range(1, len(events)):
        on_the_wire = msgspec.json.encode(fold(events[:cut]))
        state = msgspec.json.decode(on_the_wire, type=Snapshot)
        assert fold(events[cut:], state) == expected


@GOLDEN
def test_folding_a_log_again_changes_nothing(write: Callable[[logs.Log], None]) -> None:
    events = logs.lines(write)
    state = fold(events)
    assert fold(events, state) == state


def test_a_snapshot_carries_the_names_of_the_interface() -> None:
    state = json.loads(msgspec.json.encode(state_of(started(), begun())))
    names = (
        "id title prompt target model status progress seq run version versions queue steps files "
        "messages contract notes operationsNotMade checks usage error"
    )
    assert set(names.split()) <= set(state)
    wanted = {"path", "state", "author", "attempt", "size", "sha256", "binary", "text"}
    assert wanted <= set(state["files"][0])


def test_text_stands_only_in_an_unfinished_file() -> None:
    facts = (started(), planned("a.py"), begun(), chunk(0, "abc"))
    assert the_file(state_of(*facts)).text == "abc"
    assert the_file(state_of(*facts, failed())).text == "abc"
    assert "text" not in json.loads(msgspec.json.encode(the_file(state_of(*facts, whole()))))
    assert "text" not in json.loads(msgspec.json.encode(the_file(state_of(*facts[:2]))))


def test_a_chunk_counts_only_at_the_end_of_its_own_attempt() -> None:
    facts = (started(), begun(attempt=2), chunk(0, "a😀", attempt=2))
    for stray in (chunk(0, "x"), chunk(3, "x", attempt=2), chunk(1, "x", attempt=2)):
        assert the_file(state_of(*facts, stray)).text == "a😀"
    file = the_file(state_of(*facts, chunk(2, "b", attempt=2)))
    assert (file.text, file.size) == ("a😀b", 6)


@pytest.mark.parametrize(
    ("last", "status"), [(failed(), "error"), (RunCancelled(reason=""), "cancelled")]
)
def test_a_run_that_did_not_complete_leaves_its_file_partial(last: AnyFact, status: str) -> None:
    state = state_of(started(), planned("a.py", "b.py"), begun(), chunk(0, "a"), last)
    assert [file.state for file in state.files] == ["partial", "planned"]
    assert state.status == status
    assert 0 < state.progress < 100


def test_progress_follows_plan_files_and_checks() -> None:
    facts: list[tuple[AnyFact, int]] = [
        (started(), 0),
        (planned("a.py", "b.py", "c.py"), 8),
        (step_done("planning"), 10),
        (begun("a.py"), 10),
        (whole("a.py"), 30),
        (whole("b.py"), 50),
        (whole("c.py"), 70),
        (step("validating"), 70),
        (ValidationStarted(checks=("syntax", "boot"), round=0), 70),
        (check_done("syntax"), 84),
        (check_done("boot"), 99),
        (step_done("validating"), 99),
        (complete(), 100),
    ]
    reached = [state_of(*[fact for fact, _ in facts[: n + 1]]).progress for n in range(len(facts))]
    assert reached == [progress for _, progress in facts]


def test_files_of_earlier_runs_do_not_count_as_progress() -> None:
    first = (started(), planned("a.py", "b.py"), whole("a.py"), whole("b.py"), complete())
    events = enveloped([("r1", fact) for fact in first] + [("r2", started("message"))])
    again = enveloped([("r2", fact) for fact in (planned("a.py"), step_done("planning"))])
    state = empty("p")
    for envelope, fact in events:
        state = apply(state, envelope, fact)
    assert state.progress == 0
    for envelope, fact in again:
        later = msgspec.structs.replace(envelope, seq=envelope.seq + len(events))
        state = apply(state, later, fact)
    assert (state.progress, [file.state for file in state.files]) == (10, ["planned", "complete"])


def test_a_new_run_forgets_steps_checks_usage_and_error() -> None:
    facts = (started(), step("planning"), usage("1"), check_done("boot"), failed())
    assert state_of(*facts).error is not None
    state = state_of(*facts, started("retry"))
    assert (state.steps, state.checks, state.error) == ((), (), None)
    assert (state.usage.input_tokens, state.usage.cost) == (0, "0")


def test_a_repair_is_shown_and_loses_no_progress() -> None:
    facts = (started(), step("validating"), check_done("boot"))
    state = state_of(*facts, RepairStarted(round=1, cause="", paths=()), step("repairing", 1))
    assert (state.status, state.progress) == ("repairing", 99)


@pytest.mark.parametrize(
    ("one", "other", "total"),
    [
        ("0", "0", "0"),
        ("0.1", "0.2", "0.3"),
        ("0.10", "0.2", "0.30"),
        ("1.5E-7", "0.00000015", "0.00000030"),
        ("1e2", "0.5", "100.5"),
        (".5", "5.", "5.5"),
        ("-0.3", "0.1", "-0.2"),
        (
            "99999999999999999999",
            "0.00000000000000000001",
            "99999999999999999999." + "0" * 19 + "1",
        ),
        (None, "1", None),
        ("1", None, None),
        ("1", "NaN", None),
        ("1", "", None),
        ("1", ".", None),
        ("1", "1e999", None),
        ("1", "1_0", None),
        ("1", "\u0661", None),
    ],
)
def test_costs_are_summed_exactly(one: str | None, other: str | None, total: str | None) -> None:
    assert add_costs(one, other) == total


def test_an_unknown_type_moves_the_seq_alone() -> None:
    state = state_of(started(), begun())
    envelope = Envelope(type="weather:changed", project_id="p", seq=3, run="r1", ts=1)
    assert apply(state, envelope, None) == msgspec.structs.replace(state, seq=3)


def test_nothing_to_fold_is_an_error() -> None:
    with pytest.raises(ValueError, match="without events"):
        fold([])


RUNS = st.sampled_from(["r1", "r2"])
PATHS = st.sampled_from(["a.py", "b.py", "c.py"])
ATTEMPTS = st.integers(1, 2)
STEPS: st.SearchStrategy[Any] = st.sampled_from(
    ["planning", "generating", "validating", "repairing"]
)
CHECKS: st.SearchStrategy[Any] = st.sampled_from(["syntax", "boot", "audit"])
FACTS: st.SearchStrategy[Fact] = st.one_of(
    st.builds(RunQueued, position=st.just(0), trigger=st.just("message"), message_id=RUNS),
    st.builds(started),
    st.lists(PATHS, max_size=3).map(lambda paths: planned(*paths)),
    st.builds(begun, PATHS, ATTEMPTS),
    st.builds(chunk, st.integers(0, 4), st.text("a😀é", max_size=3), PATHS, ATTEMPTS),
    st.builds(whole, PATHS, ATTEMPTS),
    st.builds(FileDeleted, path=PATHS),
    st.builds(step, STEPS, st.integers(0, 1)),
    st.builds(step_done, STEPS),
    st.builds(ValidationStarted, checks=st.tuples(CHECKS, CHECKS), round=st.just(0)),
    st.builds(CheckStarted, check=CHECKS, required=st.booleans(), round=st.just(0)),
    st.builds(check_done, CHECKS),
    st.builds(Message, id=RUNS, role=st.just("user"), text=st.just("hm")),
    st.builds(MessageRemoved, id=RUNS),
    st.builds(Questions, questions=st.just(())),
    st.builds(usage, st.sampled_from(["0.1", "2", None])),
    st.builds(complete, st.integers(1, 3)),
    st.builds(failed),
    st.just(RunCancelled(reason="")),
)
LOGS = st.lists(st.tuples(RUNS, FACTS), max_size=40).map(
    lambda log: [encode(fact, envelope) for envelope, fact in enveloped(log)]  # pyright: ignore[reportArgumentType] - every Fact built here is an AnyFact
)


@given(LOGS, st.data())
def test_any_log_can_be_cut_anywhere(log: list[bytes], data: st.DataObject) -> None:
    cut = data.draw(st.integers(0, len(log)))
    wire = msgspec.json.encode(fold(log[:cut], empty("p")))
    state = msgspec.json.decode(wire, type=Snapshot)
    assert fold(log[cut:], state) == fold(log, empty("p"))


@given(LOGS)
def test_progress_never_falls_within_a_run_whatever_happens(log: list[bytes]) -> None:
    state = empty("p")
    for event in log:
        envelope, fact = decode(event)
        before, state = state, apply(state, envelope, fact)
        assert 0 <= state.progress <= 100
        if not isinstance(fact, RunStarted):
            assert state.progress >= before.progress


@given(LOGS)
def test_a_fold_under_way_never_changes_what_it_gave_out(log: list[bytes]) -> None:
    folding = Fold(empty("p"))
    given_out: list[tuple[Snapshot, bytes]] = []
    for event in log:
        folding.add(*decode(event))
        state = folding.snapshot()
        given_out.append((state, msgspec.json.encode(state)))
    assert all(msgspec.json.encode(state) == wire for state, wire in given_out)
    assert folding.snapshot() == fold(log, empty("p"))
