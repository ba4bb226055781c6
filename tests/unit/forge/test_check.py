"""The order of checks: gates first, then what can be asked at once, each with one verdict."""

import asyncio
from collections.abc import Sequence
from contextlib import aclosing
from pathlib import Path

import pytest

from smartforge.checks.base import Check, Method, Subject, Verdict
from smartforge.errors import Fenced
from smartforge.events import CheckCompleted, CheckName, CheckStarted, ValidationCompleted
from smartforge.forge.check import CheckFact, check
from tests.fakes import FakeCheck, FakeSandbox

SUBJECT = Subject(Path("/nowhere"), {}, Path("/nowhere"), FakeSandbox())


class Held:
    """A check that says when it was asked, and waits until it is let go."""

    required = True

    def __init__(self, name: CheckName) -> None:
        self.name: CheckName = name
        self.method = Method("Is it let go?", "It waits.")
        self.asked = asyncio.Event()
        self.go = asyncio.Event()
        self.cancelled = False

    async def check(self, subject: Subject) -> Verdict:
        self.asked.set()
        try:
            await self.go.wait()
        except asyncio.CancelledError:
            self.cancelled = True
            raise
        return Verdict("passed", self.name)


async def ask(one: Check) -> Verdict:
    return await one.check(SUBJECT)


async def facts_of(checks: Sequence[Check]) -> list[CheckFact]:
    return [fact async for fact in check(checks, ask)]


def told(facts: Sequence[CheckFact]) -> list[str]:
    """`+name` where a check began, `name` where it ended."""
    return [
        f"+{fact.check}" if isinstance(fact, CheckStarted) else fact.check
        for fact in facts
        if isinstance(fact, CheckStarted | CheckCompleted)
    ]


async def test_what_is_measured_is_measured_last_and_alone() -> None:
    facts = told(await facts_of([FakeCheck("performance"), FakeCheck("tests"), FakeCheck("fuzz")]))
    assert facts[-2:] == ["+performance", "performance"]


async def test_gates_are_asked_before_what_is_behind_them() -> None:
    facts = told(await facts_of([FakeCheck("tests"), FakeCheck("boot"), FakeCheck("syntax")]))
    assert facts == ["+syntax", "syntax", "+boot", "boot", "+tests", "tests"]


async def test_only_gates_are_waited_for_and_what_is_measured_waits_for_all() -> None:
    lint = Held("lint")
    seen: list[str] = []
    checks = [lint, FakeCheck("boot"), FakeCheck("tests"), FakeCheck("performance")]
    async for fact in check(checks, ask):
        seen += told([fact])
        if seen[-1:] == ["tests"]:
            lint.go.set()
    assert seen[3:] == ["+tests", "tests", "lint", "+performance", "performance"]


async def test_behind_a_failed_gate_all_is_skipped_and_what_stands_beside_it_is_not() -> None:
    checks = [FakeCheck("boot", "failed"), FakeCheck("lint"), FakeCheck("fuzz")]
    facts = await facts_of(checks)
    verdicts = {one.check: one.verdict for one in facts if isinstance(one, CheckCompleted)}
    assert verdicts == {"boot": "failed", "lint": "passed", "fuzz": "skipped"}
    assert isinstance(facts[-1], ValidationCompleted)
    assert facts[-1].verdict == "failed"


async def test_independent_checks_run_at_once_and_end_in_any_order() -> None:
    first, second = Held("tests"), Held("fuzz")

    async def let_go() -> None:
        await first.asked.wait()
        await second.asked.wait()
        second.go.set()

    letting = asyncio.create_task(let_go())
    seen: list[str] = []
    async for fact in check([first, second], ask):
        seen += told([fact])
        if seen[-1:] == ["fuzz"]:
            first.go.set()
    await letting
    assert seen == ["+tests", "+fuzz", "fuzz", "tests"]


async def test_no_more_are_under_way_than_the_width() -> None:
    first, second = Held("tests"), Held("fuzz")
    seen: list[str] = []
    async for fact in check([first, second], ask, width=1):
        seen += told([fact])
        if seen[-1:] == ["+tests"]:
            assert not second.asked.is_set()
            first.go.set()
        second.go.set()
    assert seen == ["+tests", "tests", "+fuzz", "fuzz"]


async def test_leaving_early_cancels_what_is_under_way() -> None:
    held = [Held("tests"), Held("fuzz")]
    async with aclosing(check(held, ask)) as facts:
        async for _ in facts:
            if all(one.asked.is_set() for one in held):
                break
    assert [one.cancelled for one in held] == [True, True]


async def test_a_break_down_of_one_ends_the_others_and_is_raised() -> None:
    held = Held("tests")

    async def fenced(one: Check) -> Verdict:
        if one.name == "fuzz":
            await held.asked.wait()
            raise Fenced("taken over")
        return await one.check(SUBJECT)

    with pytest.raises(Fenced):
        async for _ in check([held, FakeCheck("fuzz")], fenced):
            pass
    assert held.cancelled


async def test_a_verdict_that_is_known_already_still_has_its_start() -> None:
    async def recorded(one: Check) -> Verdict:
        return Verdict("passed", "as before")

    facts = [fact async for fact in check([FakeCheck("tests")], recorded)]
    assert told(facts) == ["+tests", "tests"]
