"""What a run leaves in the log, whatever happens to it."""

import asyncio
import hashlib

import pytest

from smartforge.errors import Fenced, NothingToChange, PromptUnclear
from smartforge.events import (
    CodeChunk,
    Complete,
    FileComplete,
    FileGenerating,
    ProjectCreated,
    RunFailed,
)
from smartforge.forge.base import Workshop
from smartforge.forge.recorded import RecordedSteps
from smartforge.forge.run import run
from smartforge.log.memory import MemoryLog
from smartforge.snapshot import Snapshot, fold
from tests.fakes import (
    CONTRACT,
    FakeCheck,
    FakePlanner,
    FakeTarget,
    FakeWriter,
    events_of,
    run_request,
    until,
    workshop,
)

CREATED = ProjectCreated(title="A note API", prompt="A note API", target="fake", model=None)


async def made(log: MemoryLog) -> int:
    await log.create("project", [CREATED])
    return await log.claim("project")


async def executed(shop: Workshop) -> MemoryLog:
    log = MemoryLog()
    epoch = await made(log)
    await run(run_request(), shop, log, RecordedSteps({}), epoch)
    return log


async def state_of(log: MemoryLog) -> Snapshot:
    return fold(record.data for record in await log.read("project", 0, 100_000))


async def test_a_run_goes_through_its_steps_in_order_and_completes() -> None:
    log = await executed(workshop())
    types = [envelope.type for envelope, _ in await events_of(log, "project")]
    outline = [one for one in types if one != "code:chunk"]
    assert outline == [
        "project:created",
        "run:started",
        "step:start",
        "title:changed",
        "plan:ready",
        "step:complete",
        "step:start",
        *["file:generating", "file:complete"] * 3,
        "step:complete",
        "step:start",
        "validation:start",
        "check:start",
        "check:complete",
        "validation:complete",
        *["file:generating", "file:complete"] * 2,
        "step:complete",
        "complete",
    ]
    state = await state_of(log)
    assert (state.status, state.progress, state.title) == ("complete", 100, CONTRACT.title)


async def test_chunks_join_up_to_the_file_and_its_stored_hash() -> None:
    log = await executed(workshop())
    texts: dict[str, str] = {}
    rendered = FakeTarget().render(CONTRACT)
    for _, fact in await events_of(log, "project"):
        if isinstance(fact, FileGenerating):
            texts[fact.path] = ""
        elif isinstance(fact, CodeChunk):
            assert fact.at == len(texts[fact.path])
            assert 0 < len(fact.text) <= 100
            texts[fact.path] += fact.text
        elif isinstance(fact, FileComplete):
            content = texts[fact.path].encode()
            assert fact.size == len(content)
            assert fact.sha256 == hashlib.sha256(content).hexdigest()
            assert await log.get(fact.sha256) == content
    assert {path: texts[path] for path in rendered} == rendered
    assert [path for path in texts if path not in rendered] == ["PROOF.md", "proof.json"]


async def test_checks_see_exactly_the_planned_files() -> None:
    syntax = FakeCheck("syntax")
    await executed(workshop(checks=[syntax]))
    assert syntax.seen == FakeTarget().render(CONTRACT)


async def test_a_failed_required_check_ends_the_run_with_an_error_and_no_version() -> None:
    log = await executed(workshop(checks=[FakeCheck("boot"), FakeCheck("tests", "failed")]))
    last = (await events_of(log, "project"))[-1][1]
    assert isinstance(last, RunFailed)
    assert last.code == "checks_failed"
    assert "tests" in last.message
    assert (await state_of(log)).versions == ()


async def test_a_failed_optional_check_does_not_end_the_run() -> None:
    log = await executed(
        workshop(checks=[FakeCheck("syntax"), FakeCheck("audit", "failed", required=False)])
    )
    last = (await events_of(log, "project"))[-1][1]
    assert isinstance(last, Complete)
    assert last.verdict == "passed"


async def test_without_a_sandbox_the_run_completes_as_not_proven_and_says_why() -> None:
    log = await executed(workshop(checks=[FakeCheck("boot", "skipped")]))
    last = (await events_of(log, "project"))[-1][1]
    assert isinstance(last, Complete)
    assert (last.verdict, last.skipped_checks) == ("skipped", ("boot",))
    assert "User namespaces are off. Turn them on." in last.summary


async def test_what_stands_behind_a_failed_gate_is_not_asked() -> None:
    tests = FakeCheck("tests")
    log = await executed(workshop(checks=[FakeCheck("boot", "failed"), tests]))
    assert tests.seen == {}
    state = await state_of(log)
    assert [check.verdict for check in state.checks] == ["failed", "skipped"]


async def test_a_cut_answer_ends_the_run_with_an_error_that_names_the_file() -> None:
    log = await executed(workshop(writer=FakeWriter(FakeTarget(), "app/main.py")))
    events = await events_of(log, "project")
    last = events[-1][1]
    assert isinstance(last, RunFailed)
    assert "app/main.py" in last.message
    finished = [fact.path for _, fact in events if isinstance(fact, FileComplete)]
    assert finished == ["app/__init__.py"]
    files = {file.path: file.state for file in (await state_of(log)).files}
    assert files["app/main.py"] == "partial"


async def test_a_refused_prompt_ends_the_run_with_the_planners_own_words() -> None:
    unclear = PromptUnclear("Nothing in 'xyzzy' is a thing.", "Name what the API keeps.")
    log = await executed(workshop(planner=FakePlanner(unclear)))
    last = (await events_of(log, "project"))[-1][1]
    assert isinstance(last, RunFailed)
    assert (last.code, last.message, last.hint) == (
        "prompt_unclear",
        "Nothing in 'xyzzy' is a thing.",
        "Name what the API keeps.",
    )


async def test_what_is_so_already_is_not_offered_to_be_tried_again() -> None:
    log = await executed(workshop(planner=FakePlanner(NothingToChange("It is so.", "Say more."))))
    last = (await events_of(log, "project"))[-1][1]
    assert isinstance(last, RunFailed)
    assert (last.code, last.retryable) == ("nothing_to_change", False)


async def test_a_defect_of_our_own_is_an_error_without_its_inside(
    caplog: pytest.LogCaptureFixture,
) -> None:
    log = await executed(workshop(planner=FakePlanner(RuntimeError("secret detail"))))
    last = (await events_of(log, "project"))[-1][1]
    assert isinstance(last, RunFailed)
    assert last.code == "internal"
    assert "secret detail" not in last.message + last.hint
    assert "secret detail" in caplog.text


async def test_a_fenced_run_appends_nothing_more() -> None:
    log = MemoryLog()
    epoch = await made(log)
    writer = FakeWriter(FakeTarget(), "app/main.py", hang=True)
    execution = asyncio.create_task(
        run(run_request(), workshop(writer=writer), log, RecordedSteps({}), epoch)
    )
    await until(log, "project", "code:chunk")
    await log.claim("project")
    before = (await log.head("project")).last
    execution.cancel()
    with pytest.raises(asyncio.CancelledError):
        await execution
    assert (await log.head("project")).last == before
    with pytest.raises(Fenced):
        await run(run_request(), workshop(), log, RecordedSteps({}), epoch)
    assert (await log.head("project")).last == before


async def test_cancelling_closes_the_writer_at_once() -> None:
    log = MemoryLog()
    epoch = await made(log)
    writer = FakeWriter(FakeTarget(), "app/main.py", hang=True)
    execution = asyncio.create_task(
        run(run_request(), workshop(writer=writer), log, RecordedSteps({}), epoch)
    )
    await until(log, "project", "code:chunk")
    execution.cancel()
    with pytest.raises(asyncio.CancelledError):
        await execution
    assert writer.closed.is_set()
