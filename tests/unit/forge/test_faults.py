"""Whatever goes wrong at a model's endpoint: no run ends complete with a file cut or missing, none
hangs, none leaves a socket or a task, and each says what happened and what to do."""

import asyncio
import hashlib
import re
from collections.abc import Mapping

import pytest
from msgspec.structs import replace

from smartforge.events import (
    AnyFact,
    Complete,
    FileComplete,
    FileGenerating,
    PlanReady,
    ProjectCreated,
    RunFailed,
)
from smartforge.forge import proof
from smartforge.forge.base import Workshop
from smartforge.forge.recorded import RecordedSteps
from smartforge.forge.retries import Patience
from smartforge.forge.run import run
from smartforge.llm.endpoint import Limits
from smartforge.llm.openai import OpenAIProvider
from smartforge.log.memory import MemoryLog
from smartforge.planners.model import ModelPlanner
from smartforge.targets.fastapi import FastAPITarget
from smartforge.writers.compiled import CompiledWriter
from smartforge.writers.model import ModelWriter
from tests.fakes import FakeCheck, events_of, run_request, workshop
from tests.openai_wire import Answer, WireScript, openai_wire
from tests.unit.forge.faults import (
    CUT,
    CUTS,
    HARMLESS,
    KEY,
    MAIN,
    NAMES,
    NONSENSE,
    PLANS,
    REFUSED,
    STALLED,
    TEXT,
    WRONG,
    planning,
)
from tests.wire_script import Reply

CREATED = ProjectCreated(title="T", prompt="A note API", target="fake", model="scripted")
CALM = Limits(first=300, silence=300, trailer=0.1)
HASTY = Limits(first=0.3, silence=0.3, trailer=0.1)


async def run_of(shop: Workshop) -> list[AnyFact]:
    """All that a run with these tools tells."""
    log = MemoryLog()
    await log.create("project", [CREATED])
    await run(run_request(), shop, log, RecordedSteps({}), await log.claim("project"))
    return [fact for _, fact in await events_of(log, "project")]


async def made(provider: OpenAIProvider) -> tuple[Complete | RunFailed, str]:
    """How a run ends whose files the model writes, and the hash of the file that is whole."""
    shop = replace(
        workshop(),
        author="model",
        writers={**workshop().writers, "model": ModelWriter(provider)},
        patience=Patience(retries=1, base=0.0),
    )
    facts = await run_of(shop)
    sha256 = next(
        (one.sha256 for one in facts if isinstance(one, FileComplete) and one.path == MAIN), ""
    )
    (end,) = [fact for fact in facts if isinstance(fact, Complete | RunFailed)]
    return end, sha256


async def ends(
    faults: Mapping[str, Reply], limits: Limits
) -> Mapping[str, tuple[Complete | RunFailed, str]]:
    """How a run ends for each fault; does not return where one leaves a socket or a task."""
    before = asyncio.all_tasks()
    found: dict[str, tuple[Complete | RunFailed, str]] = {}
    async with openai_wire(WireScript(files={"app/__init__.py": ""})) as wire:
        provider = OpenAIProvider("scripted", KEY, wire.base_url, limits)
        for name, reply in faults.items():
            wire.script.files = {"app/__init__.py": "", MAIN: reply}
            found[name] = await made(provider)
        await provider.close()
        await wire.until(lambda wire: all(one.state != "open" for one in wire.requests))
    # Generators that nobody reads any more are closed a moment later.
    await asyncio.gather(*(asyncio.all_tasks() - before))
    return found


@pytest.mark.parametrize(
    ("faults", "limits"),
    [
        pytest.param(REFUSED, CALM, id="refused"),
        pytest.param(NONSENSE, CALM, id="nonsense"),
        pytest.param(CUT, CALM, id="cut"),
        pytest.param(CUTS, CALM, id="cut at fifty places"),
        pytest.param(STALLED, HASTY, id="stalled"),
        pytest.param(WRONG, CALM, id="wrong"),
    ],
)
async def test_no_fault_ends_in_a_complete_run_and_each_is_told(
    faults: Mapping[str, Reply], limits: Limits
) -> None:
    for name, (end, sha256) in (await ends(faults, limits)).items():
        assert isinstance(end, RunFailed), name
        assert not sha256, f"{name}: a file counts as whole"
        assert MAIN in end.message, f"{name}: {end.message}"
        assert len(end.hint) > 10, f"{name}: nothing to do about {end.message}"
        assert KEY not in end.message + end.hint, name


async def test_what_does_no_harm_ends_in_the_very_text() -> None:
    right = hashlib.sha256(TEXT.encode()).hexdigest()
    for name, (end, sha256) in (await ends(HARMLESS, CALM)).items():
        assert isinstance(end, Complete), f"{name}: {end}"
        assert sha256 == right, name


async def test_no_fault_of_a_plan_makes_a_file_and_each_is_told() -> None:
    async with openai_wire(WireScript(otherwise=Answer("x = 1\n"))) as wire:
        provider = OpenAIProvider("scripted", KEY, wire.base_url, CALM)
        for name, (fault, word) in PLANS.items():
            wire.script.plan = fault
            facts = await run_of(planned_by(provider))
            end = facts[-1]
            assert isinstance(end, RunFailed), f"{name}: {end}"
            assert word in end.message, f"{name}: {end.message}"
            assert len(end.hint) > 10, name
            assert not any(isinstance(one, PlanReady | FileGenerating) for one in facts), name
        await provider.close()
        await wire.until(lambda wire: all(one.state != "open" for one in wire.requests))


async def test_no_name_in_a_plan_leads_a_file_out_of_its_folder() -> None:
    answer = Answer("def answer(*given: object) -> object:\n    return given\n")
    check = FakeCheck("syntax")
    async with openai_wire(WireScript(plan=planning(*NAMES), otherwise=answer)) as wire:
        provider = OpenAIProvider("scripted", KEY, wire.base_url, CALM)
        facts = await run_of(replace(planned_by(provider), checks=(check,)))
        await provider.close()
    assert isinstance(facts[-1], Complete), facts[-1]
    written = {one.path for one in facts if isinstance(one, FileGenerating)}
    custom = {path for path in written if path.startswith("app/custom/")}
    assert len(custom) == len(NAMES) + 1
    assert all(re.fullmatch(r"app/custom/\w+\.py", path) for path in custom), custom
    assert written == {*check.seen, *proof.PATHS}


def planned_by(provider: OpenAIProvider) -> Workshop:
    """Real tools apart from the check: the model plans, and writes what rules cannot."""
    target = FastAPITarget()
    return replace(
        workshop(),
        planner=ModelPlanner(provider),
        target=target,
        writers={"compiled": CompiledWriter(target, 0), "model": ModelWriter(provider)},
        patience=Patience(retries=1, base=0.0),
    )


def test_there_are_enough_faults() -> None:
    assert sum(len(each) for each in (REFUSED, NONSENSE, CUT, STALLED, WRONG)) >= 90
    assert len(CUTS) == 50
