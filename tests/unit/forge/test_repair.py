"""What failed is put right by the model that wrote it, in a bounded number of rounds."""

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from typing import Any

import pytest
from msgspec.structs import replace

from smartforge.checks.base import Method, Subject, Verdict
from smartforge.errors import AnswerIncomplete, ModelFailed
from smartforge.events import (
    AnyFact,
    Author,
    CheckCompleted,
    CheckName,
    CodeChunk,
    Complete,
    FileComplete,
    FileGenerating,
    FilePlanned,
    ProjectCreated,
    RepairStarted,
    RunFailed,
    StepCompleted,
    StepStarted,
    Usage,
    ValidationCompleted,
)
from smartforge.forge.base import Workshop
from smartforge.forge.budget import Budget
from smartforge.forge.recorded import RecordedSteps, recorded
from smartforge.forge.repairing import MOST_EVIDENCE, Round, best, failings, over, to_rewrite
from smartforge.forge.run import run
from smartforge.log.memory import MemoryLog
from smartforge.snapshot import Snapshot, fold
from smartforge.writers.base import WriteRequest
from tests.fakes import FakeTarget, FakeWriter, events_of, run_request, until, workshop

MAIN = "app/main.py"
CREATED = ProjectCreated(title="A note API", prompt="A note API", target="fake", model="m")


class Model:
    """Writes `app/main.py` as told, one text or failure an attempt, the last one again and again;
    all else as the target has it. Costs 100 tokens a file. Hangs in the call `hang_in`."""

    author: Author = "model"

    def __init__(self, *texts: str | Exception, hang_in: int = 0) -> None:
        self.texts = texts
        self.asked: list[WriteRequest] = []
        self.budget = Budget()
        self._hang_in = hang_in

    async def write(self, request: WriteRequest) -> AsyncGenerator[CodeChunk | Usage, None]:
        self.asked.append(request)
        path, attempt = request.file.path, request.attempt
        text = FakeTarget().render(request.contract)[path]
        if path == MAIN:
            said = self.texts[min(len(self.of_main), len(self.texts)) - 1]
            if isinstance(said, Exception):
                yield CodeChunk(path=path, attempt=attempt, at=0, text="half")
                raise said
            text = said
        if text:
            yield CodeChunk(path=path, attempt=attempt, at=0, text=text)
        if len(self.asked) == self._hang_in:
            await asyncio.Event().wait()
        self.budget.used += 100
        yield Usage(
            step="repairing" if request.round else "generating",
            path=path,
            round=request.round,
            model="m",
            input_tokens=60,
            cached_input_tokens=0,
            output_tokens=40,
            cost="0.01",
            duration_ms=1,
        )

    @property
    def of_main(self) -> list[WriteRequest]:
        return [one for one in self.asked if one.file.path == MAIN]


class Wants:
    """A check that fails once for each of these words that `app/main.py` lacks."""

    required = True
    method = Method("Are the words there?", "It looks.")

    def __init__(self, name: CheckName, *words: str, path: str = MAIN) -> None:
        self.name: CheckName = name
        self._words = words
        self._path = path

    async def check(self, subject: Subject) -> Verdict:
        text = (subject.folder / MAIN).read_text()
        missing = [word for word in self._words if word not in text]
        if not missing:
            return Verdict("passed", "All words are there.")
        failures = [{"operation": "GET /notes", "said": word} for word in missing]
        evidence = {"path": self._path, "line": len(text), "failures": failures}
        return Verdict("failed", f"{missing[0]} is missing ({MAIN}, line {len(text)}).", evidence)


def shop_of(model: Model, *checks: Wants) -> Workshop:
    writers = {"compiled": FakeWriter(FakeTarget()), "model": model}
    return replace(workshop(checks=checks), author="model", writers=writers, budget=model.budget)


async def executed(model: Model, *checks: Wants) -> MemoryLog:
    log = MemoryLog()
    await log.create("project", [CREATED])
    shop = shop_of(model, *checks)
    await run(run_request(), shop, log, RecordedSteps({}), await log.claim("project"))
    return log


async def facts_of(log: MemoryLog) -> list[AnyFact]:
    return [fact for _, fact in await events_of(log, "project")]


async def state_of(log: MemoryLog) -> Snapshot:
    return fold(record.data for record in await log.read("project", 0, 100_000))


async def text_of(log: MemoryLog, path: str) -> str:
    (file,) = [one for one in (await state_of(log)).files if one.path == path]
    assert file.state == "complete"
    assert file.sha256 is not None
    return (await log.get(file.sha256)).decode()


async def test_what_failed_is_written_again_with_the_evidence_and_then_completes() -> None:
    model = Model("one\n", "one two\n")
    log = await executed(model, Wants("boot", "one"), Wants("tests", "two"))
    events = await events_of(log, "project")
    types = [envelope.type for envelope, _ in events]
    of_repair = types[types.index("repair:start") - 2 : types.index("repair:start") + 8]
    assert of_repair == [
        "validation:complete",
        "step:complete",
        "repair:start",
        "step:start",
        "file:generating",
        "code:chunk",
        "usage",
        "file:complete",
        "step:complete",
        "step:start",
    ]
    facts = [fact for _, fact in events]
    (repair,) = [fact for fact in facts if isinstance(fact, RepairStarted)]
    assert (repair.round, repair.paths) == (1, (MAIN,))
    assert repair.cause == f"tests: two is missing ({MAIN}, line 4)."
    attempts = [
        fact.attempt for fact in facts if isinstance(fact, FileGenerating) and fact.path == MAIN
    ]
    assert attempts == [1, 2]
    asked = model.of_main[1]
    assert (asked.round, asked.attempt) == (1, 2)
    assert asked.flawed is not None
    assert dict(asked.flawed.texts) == {MAIN: "one\n"}
    assert [one.check for one in asked.flawed.failures] == ["tests"]
    assert asked.flawed.failures[0].evidence["line"] == 4
    end = facts[-1]
    assert isinstance(end, Complete)
    assert end.summary.endswith("2 checks passed, after 1 round of repair")
    state = await state_of(log)
    assert [(one.step, one.round, one.state) for one in state.steps] == [
        ("planning", 0, "complete"),
        ("generating", 0, "complete"),
        ("validating", 0, "complete"),
        ("repairing", 1, "complete"),
        ("validating", 1, "complete"),
    ]
    assert [(one.check, one.round) for one in state.checks] == [("boot", 1), ("tests", 1)]
    told = [fact.message for fact in facts if isinstance(fact, StepCompleted)]
    assert f"Changed {MAIN} (+1 -1)" in told
    spent = [fact for fact in facts if isinstance(fact, Usage) and fact.round == 1]
    assert [(one.step, one.path, one.cost) for one in spent] == [("repairing", MAIN, "0.01")]


async def test_there_are_at_most_three_rounds_and_the_best_copy_is_kept_and_named() -> None:
    # Rounds 0 to 3 lack two, one, two and three words.
    model = Model("a\n", "a b\n", "b d\n", "")
    log = await executed(model, Wants("boot"), Wants("tests", "a", "b", "c"))
    facts = await facts_of(log)
    assert [fact.round for fact in facts if isinstance(fact, RepairStarted)] == [1, 2, 3]
    assert len(model.of_main) == 4
    end = facts[-1]
    assert isinstance(end, RunFailed)
    assert end.code == "checks_failed"
    assert "c is missing" in end.message
    assert "3 rounds of repair were not enough" in end.message
    assert "that of round 1 of repair (1 failed check)" in end.message
    assert await text_of(log, MAIN) == "a b\n"
    assert (await state_of(log)).versions == ()


async def test_the_same_failure_ends_the_repair_early() -> None:
    model = Model("a\n", "a, longer\n")
    log = await executed(model, Wants("tests", "b"))
    facts = await facts_of(log)
    assert len(model.of_main) == 2
    end = facts[-1]
    assert isinstance(end, RunFailed)
    assert "The same failure came back in round 1" in end.message
    assert "from before any repair (1 failed check)" in end.message
    assert await text_of(log, MAIN) == "a\n"


async def test_a_copy_that_does_not_start_is_no_better_than_one_that_fails_two_checks() -> None:
    model = Model("boots\n", "broken\n", "broken worse\n", "broken most\n")
    checks = (Wants("boot", "boots"), Wants("tests", "x"), Wants("rules", "y"))
    log = await executed(model, *checks)
    assert await text_of(log, MAIN) == "boots\n"


async def test_what_is_compiled_is_not_repaired() -> None:
    log = MemoryLog()
    await log.create("project", [CREATED])
    shop = workshop(checks=[Wants("tests", "nowhere")])
    await run(run_request(), shop, log, RecordedSteps({}), await log.claim("project"))
    facts = await facts_of(log)
    assert not [fact for fact in facts if isinstance(fact, RepairStarted)]
    end = facts[-1]
    assert isinstance(end, RunFailed)
    assert end.message.startswith("The check 'tests' failed: nowhere is missing")
    assert "repair" not in end.message


@pytest.mark.parametrize(
    ("failure", "words"),
    [
        (ModelFailed("It refused with status 401.", "Check the key."), "status 401"),
        (AnswerIncomplete(MAIN, f"{MAIN} is incomplete. It was cut."), "It was cut"),
    ],
)
async def test_a_model_that_fails_in_a_round_ends_it_and_the_half_file_is_put_back(
    failure: ModelFailed, words: str
) -> None:
    log = await executed(Model("a\n", failure), Wants("tests", "b"))
    facts = await facts_of(log)
    end = facts[-1]
    assert isinstance(end, RunFailed)
    assert end.code == "checks_failed"
    assert "b is missing" in end.message
    assert "Repair stopped in round 1" in end.message
    assert words in end.message
    assert await text_of(log, MAIN) == "a\n"
    back = facts[-2]
    assert isinstance(back, FileComplete)
    assert (back.path, back.attempt) == (MAIN, 2)


async def test_no_round_begins_once_the_budget_is_used_up() -> None:
    model = Model("a\n", "a b\n")
    model.budget = Budget(200)  # What the two files take.
    log = await executed(model, Wants("tests", "b"))
    facts = await facts_of(log)
    assert not [fact for fact in facts if isinstance(fact, RepairStarted)]
    end = facts[-1]
    assert isinstance(end, RunFailed)
    assert "b is missing" in end.message
    assert "took 200 tokens of the 200" in end.message
    assert len(model.of_main) == 1


async def test_a_round_that_was_broken_off_goes_on_where_it_was() -> None:
    """Killed while the file of round 1 is written, and again while round 1 is checked."""
    log = MemoryLog()
    await log.create("project", [CREATED])
    checks = (Wants("boot", "a"), Wants("tests", "b"))
    dying = Model("a\n", "a b\n", hang_in=3)
    execution = asyncio.create_task(
        run(
            run_request(),
            shop_of(dying, *checks),
            log,
            RecordedSteps({}),
            await log.claim("project"),
        )
    )
    await until(log, "project", "file:generating", count=4)
    execution.cancel()
    await asyncio.wait([execution])

    left = await recorded(await log.read("project", 0, 1000), "run", log)
    assert (left.attempts[MAIN], f"write:{MAIN}" in left.results) == (2, True)
    assert f"write:{MAIN}:1" not in left.results
    model = Model("a b\n")
    shop = shop_of(model, *checks)
    again, steps = left.continued(run_request()), RecordedSteps(left.results)
    await run(again, shop, log, steps, await log.claim("project"))
    assert [(one.file.path, one.round, one.attempt) for one in model.asked] == [(MAIN, 1, 3)]
    facts = await facts_of(log)
    assert isinstance(facts[-1], Complete)
    assert len([fact for fact in facts if isinstance(fact, RepairStarted)]) == 1
    rounds = [fact.round for fact in facts if isinstance(fact, StepStarted)]
    assert rounds == [0, 0, 0, 1, 1]
    left = await recorded(await log.read("project", 0, 1000), "run", log)
    assert {"write:PROOF.md:1", f"write:{MAIN}:1", "check:tests:1"} <= left.results.keys()


# ---- the decisions ----------------------------------------------------------------------------


def verdict(
    check: CheckName = "tests", summary: str = "It failed.", **evidence: Any
) -> CheckCompleted:
    return CheckCompleted(
        check=check,
        required=True,
        verdict="failed",
        summary=summary,
        evidence=evidence,
        duration_ms=1,
        round=0,
    )


def round_of(number: int, *done: CheckCompleted) -> Round:
    whole = ValidationCompleted(verdict="failed", passed=0, failed=1, skipped=0, round=number)
    return Round(number, {}, done, whole)


FILES = (
    FilePlanned("app/routers/notes.py", "", "model"),
    FilePlanned("app/routers/tags.py", "", "model"),
    FilePlanned("app/kept.py", "", "model", kept=True),
    FilePlanned("app/main.py", "", "compiled"),
    FilePlanned("tests/test_notes.py", "", "compiled"),
)


@pytest.mark.parametrize(
    ("evidence", "paths"),
    [
        ({"path": "app/routers/tags.py"}, ["app/routers/tags.py"]),
        ({"failures": [{"path": "app/routers/tags.py", "line": 3}]}, ["app/routers/tags.py"]),
        ({"unformatted": ["app/routers/notes.py"]}, ["app/routers/notes.py"]),
        ({"path": "tests/test_notes.py", "operation": "GET /tags/{id}"}, ["app/routers/tags.py"]),
        ({"path": "app/main.py"}, ["app/routers/notes.py", "app/routers/tags.py"]),
        ({"path": "app/kept.py"}, ["app/routers/notes.py", "app/routers/tags.py"]),
        ({"path": 3, "operation": None}, ["app/routers/notes.py", "app/routers/tags.py"]),
    ],
)
def test_the_smallest_set_of_files_of_the_model_is_written_again(
    evidence: Mapping[str, Any], paths: Sequence[str]
) -> None:
    assert [file.path for file in to_rewrite([verdict(**evidence)], FILES)] == paths
    assert to_rewrite([verdict(**evidence)], FILES[3:]) == ()


@pytest.mark.parametrize(
    ("before", "after", "same"),
    [
        (verdict(summary="x (a.py, line 3)."), verdict(summary="x (a.py, line 99)."), True),
        (verdict(summary="answered 500"), verdict(summary="answered 404"), False),
        (verdict(summary="x"), verdict(check="rules", summary="x"), False),
        (
            verdict(failures=[{"said": "a", "curl": "curl 1"}, {"said": "b"}]),
            verdict(failures=[{"said": "b"}, {"said": "a", "curl": "curl 2"}]),
            True,
        ),
        (
            verdict(failures=[{"said": "a"}, {"said": "b"}]),
            verdict(failures=[{"said": "a"}]),
            False,
        ),
    ],
)
def test_a_failure_is_the_same_where_nothing_moved_but_places(
    before: CheckCompleted, after: CheckCompleted, same: bool
) -> None:
    rounds = [round_of(0, before), round_of(1, after)]
    assert ("same failure" in over(rounds)) is same


def test_of_equal_rounds_the_earlier_is_the_best() -> None:
    first, worse, equal = (
        round_of(0, verdict(failed=2)),
        round_of(1, verdict(failed=3)),
        round_of(2, verdict(failed=2)),
    )
    assert best([first, worse, equal]) is first
    assert best([worse, equal]) is equal


def test_evidence_for_the_model_is_bounded_and_keeps_what_says_where() -> None:
    failures = [{"path": MAIN, "line": at, "body": "x" * 3_000} for at in range(50)]
    (told,) = failings([verdict(path=MAIN, curl="curl -X GET", failures=failures)])
    assert told.evidence["curl"] == "curl -X GET"
    assert len(str(told.evidence)) < 2 * MOST_EVIDENCE
    assert told.evidence["failures"][0]["line"] == 0
