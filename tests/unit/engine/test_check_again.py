"""Checks of a version that are run again: nothing is planned or written, the version stays."""

import asyncio
from pathlib import Path

import pytest
from msgspec.structs import replace

from smartforge.errors import Conflict
from smartforge.events import (
    AnyFact,
    CheckCompleted,
    Complete,
    FileComplete,
    PlanReady,
    RunCancelled,
    RunFailed,
    RunStarted,
    StepStarted,
)
from tests.changing import Node, changing
from tests.fakes import FakeCheck, events_of
from tests.unit.engine.test_follow_ups import opened


async def again(node: Node, *names: str) -> list[AnyFact]:
    """Ask for the checks, and return the facts of their run once it has ended."""
    before = (await node.log.head(node.project)).last
    await node.engine.check(node.project, [one for one in ("syntax", "lint") if one in names])
    await node.over()
    return [fact for at, fact in await events_of(node.log, node.project) if at.seq > before]


async def test_it_asks_the_checks_and_leaves_the_version_as_it_is(tmp_path: Path) -> None:
    async with opened(tmp_path) as node:
        await node.start()
        await node.say("add books")
        before = await node.state()
        facts = await again(node)
        assert not [one for one in facts if isinstance(one, PlanReady | FileComplete)]
        assert [one.step for one in facts if isinstance(one, StepStarted)] == ["validating"]
        [end] = [one for one in facts if isinstance(one, Complete)]
        assert (end.version, end.verdict, end.file_count) == (2, "passed", len(before.files))
        assert end.summary == "Version 2 was checked again: 1 check passed"
        now = await node.state()
        assert (now.version, now.files, now.contract) == (2, before.files, before.contract)
        assert [one.version for one in now.versions] == [1, 2]
        # What comes after it starts from the version as ever.
        await node.say("add tags")
        assert (await node.state()).version == 3


async def test_a_check_that_fails_now_ends_the_run_and_not_the_version(tmp_path: Path) -> None:
    async with opened(tmp_path) as node:
        await node.start()
        node.shop = changing(fail=True)
        facts = await again(node)
        [error] = [one for one in facts if isinstance(one, RunFailed)]
        assert error.code == "checks_failed"
        now = await node.state()
        assert (now.status, now.version) == ("error", 1)
        assert now.versions[0].verdict == "passed"
        node.shop = changing()
        await node.engine.retry(node.project)
        await node.over()
        started = [
            one for _, one in await events_of(node.log, node.project) if isinstance(one, RunStarted)
        ]
        assert started[-1].trigger == "checks"
        assert (await node.state()).status == "complete"


async def test_only_the_named_ones_are_asked_and_the_rest_of_the_proof_stands(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path) as node:
        await node.start()
        both = [FakeCheck("syntax", "passed"), FakeCheck("lint", "passed")]
        node.shop = replace(changing(), checks=both)
        facts = await again(node, "lint")
        assert [one.check for one in facts if isinstance(one, CheckCompleted)] == ["lint"]
        [end] = [one for one in facts if isinstance(one, Complete)]
        assert (end.version, end.verdict) == (1, "passed")


async def test_what_a_failed_run_left_gives_way_to_the_version(tmp_path: Path) -> None:
    async with opened(tmp_path) as node:
        await node.start()
        version = await node.texts()
        await node.say("add books", changing(fail=True))
        assert "app/books.py" in {file.path for file in (await node.state()).files}
        node.shop = changing()
        await again(node)
        assert await node.texts() == version
        assert (await node.state()).version == 1


async def test_without_a_version_there_is_nothing_to_check(tmp_path: Path) -> None:
    async with opened(tmp_path) as node:
        node.shop = changing(fail=True)
        await node.start()
        with pytest.raises(Conflict, match="none to check again"):
            await node.engine.check(node.project)


async def test_it_can_be_stopped(tmp_path: Path) -> None:
    async with opened(tmp_path) as node:
        await node.start()
        reached = asyncio.Event()

        class Hanging(FakeCheck):
            async def check(self, subject: object) -> object:  # type: ignore[override]
                reached.set()
                await asyncio.Event().wait()
                raise AssertionError

        node.shop = replace(changing(), checks=[Hanging("syntax", "passed")])
        await node.engine.check(node.project)
        await asyncio.wait_for(reached.wait(), 10)
        await node.engine.cancel(node.project)
        await node.over()
        now = await node.state()
        assert (now.status, now.version) == ("cancelled", 1)
        ends = [fact for _, fact in await events_of(node.log, node.project)]
        assert isinstance(ends[-1], RunCancelled)
