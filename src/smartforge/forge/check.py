"""The checks of one round: what can be asked at once is, and each is answered with a verdict."""

import asyncio
import os
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence

from smartforge.checks.base import Check, Subject, Verdict
from smartforge.errors import SandboxUnavailable
from smartforge.events import (
    CheckCompleted,
    CheckName,
    CheckStarted,
    Outcome,
    ValidationCompleted,
    ValidationStarted,
)

Ask = Callable[[Check], Awaitable[Verdict]]
CheckFact = ValidationStarted | CheckStarted | CheckCompleted | ValidationCompleted

# One stage after the other; those within a stage are asked at once. A stage begins when the gates
# before it have passed: where one fails, later checks would only repeat its finding, slowly. What
# is named here nowhere comes before the last stage, which waits for all, since nothing is to
# disturb what it measures.
STAGES: tuple[frozenset[CheckName], ...] = (
    frozenset({"syntax"}),
    frozenset({"lint", "security", "boot", "audit"}),
)
LAST: frozenset[CheckName] = frozenset({"performance"})
GATES: frozenset[CheckName] = frozenset({"syntax", "boot"})
# A check and the program that it asks take turns, so together they keep one core busy. More at once
# than there are cores would only hold up the longest, which begins first and ends last.
WIDTH = min(max(2, os.cpu_count() or 2), 6)


async def check(
    checks: Sequence[Check], ask: Ask, round_: int = 0, width: int = WIDTH
) -> AsyncGenerator[CheckFact, None]:
    """Yield `validation:start`, a start and a verdict for each check, `validation:complete`.

    Of two checks that are under way at once either may be done first. `ask` is called in the order
    of `checks` within a stage, gates first, for all of them at once. A check that this machine
    cannot run is skipped with the reason, as are those behind a failed gate. The whole is `passed`
    when every required check passed, `failed` when one failed. Leaving early cancels what is under
    way.
    """
    yield ValidationStarted(checks=tuple(one.name for one in checks), round=round_)
    outcomes: list[CheckCompleted] = []
    asked = _Asked(ask, round_, width)
    try:
        for stage in (*_stages(checks), []):
            quiet = not stage or stage[0].name in LAST
            while asked.waiting if quiet else asked.waiting & GATES:
                fact = await asked.fact()
                if isinstance(fact, CheckCompleted):
                    outcomes.append(fact)
                yield fact
            gate = _failed_gate(outcomes)
            if gate is None:
                asked.begin(stage)
                continue
            for one in stage:
                yield CheckStarted(check=one.name, required=one.required, round=round_)
                verdict = Verdict("skipped", f"Not run, because the check {gate!r} failed.")
                outcomes.append(_completed(one, verdict, round_, 0.0))
                yield outcomes[-1]
    finally:
        await asked.end()
    yield ValidationCompleted(
        verdict=overall(outcomes),
        passed=sum(done.verdict == "passed" for done in outcomes),
        failed=sum(done.verdict == "failed" for done in outcomes),
        skipped=sum(done.verdict == "skipped" for done in outcomes),
        round=round_,
    )


def key_of(fact: CheckFact) -> str:
    """The name of the fact within its run: each is said once, however often the run is executed."""
    match fact:
        case ValidationStarted(round=round_):
            return f"validation:{round_}"
        case CheckStarted(check=name, round=round_):
            return f"check:{name}:{round_}"
        case CheckCompleted(check=name, round=round_):
            return f"check:{name}:{round_}:done"
        case ValidationCompleted(round=round_):
            return f"validation:{round_}:done"


def _stages(checks: Sequence[Check]) -> list[list[Check]]:
    named = frozenset[CheckName](LAST).union(*STAGES)
    stages = [[one for one in checks if one.name in stage] for stage in STAGES]
    for stage in stages:
        # What others wait for is asked first.
        stage.sort(key=lambda one: one.name not in GATES)
    stages.append([one for one in checks if one.name not in named])
    stages.append([one for one in checks if one.name in LAST])
    return [stage for stage in stages if stage]


class _Turn:
    """A check that waits for its turn, and tells when it begins."""

    def __init__(self, check: Check, turns: asyncio.Semaphore, began: Callable[[], None]) -> None:
        self.name: CheckName = check.name
        self.required = check.required
        self.method = check.method
        self._check = check
        self._turns = turns
        self._began = began

    async def check(self, subject: Subject) -> Verdict:
        async with self._turns:
            self._began()
            return await self._check.check(subject)


class _Asked:
    """The checks that were asked, and what happens to them, in the order in which it does."""

    def __init__(self, ask: Ask, round_: int, width: int) -> None:
        self._ask = ask
        self._round = round_
        self._turns = asyncio.Semaphore(width)
        self._facts: asyncio.Queue[CheckStarted | CheckCompleted | None] = asyncio.Queue()
        self._asking: list[asyncio.Task[None]] = []
        # Those whose verdict nobody was told yet.
        self.waiting = frozenset[CheckName]()

    def begin(self, checks: Sequence[Check]) -> None:
        """Ask them all; each waits for its turn."""
        for one in checks:
            self.waiting |= {one.name}
            asking = asyncio.create_task(self._one(one))
            asking.add_done_callback(lambda _: self._facts.put_nowait(None))
            self._asking.append(asking)

    async def fact(self) -> CheckStarted | CheckCompleted:
        """The next one; something has to be waiting. Raises what broke a check."""
        while (fact := await self._facts.get()) is None:
            for asking in self._asking:
                if asking.done():
                    asking.result()
        if isinstance(fact, CheckCompleted):
            self.waiting -= {fact.check}
        return fact

    async def end(self) -> None:
        """Cancel what is under way, and wait until it is gone."""
        for asking in self._asking:
            asking.cancel()
        await asyncio.gather(*self._asking, return_exceptions=True)

    async def _one(self, check: Check) -> None:
        started: list[float] = []

        def begin() -> None:
            started.append(time.monotonic())
            told = CheckStarted(check=check.name, required=check.required, round=self._round)
            self._facts.put_nowait(told)

        verdict = await _verdict(_Turn(check, self._turns, begin), self._ask)
        if not started:
            # The verdict was known already, so the check itself was not asked.
            begin()
        lasted = time.monotonic() - started[0]
        self._facts.put_nowait(_completed(check, verdict, self._round, lasted))


def _failed_gate(outcomes: Sequence[CheckCompleted]) -> str | None:
    failed = (done.check for done in outcomes if done.verdict == "failed" and done.check in GATES)
    return next(failed, None)


async def _verdict(one: Check, ask: Ask) -> Verdict:
    try:
        return await ask(one)
    except SandboxUnavailable as error:
        return Verdict("skipped", f"{error.what} {error.hint}".strip(), {"cure": error.hint})


def _completed(one: Check, verdict: Verdict, round_: int, seconds: float) -> CheckCompleted:
    return CheckCompleted(
        check=one.name,
        required=one.required,
        verdict=verdict.outcome,
        summary=verdict.summary,
        evidence=verdict.evidence,
        duration_ms=round(1000 * seconds),
        round=round_,
    )


def overall(outcomes: Sequence[CheckCompleted]) -> Outcome:
    """One word for a round, by its required checks alone."""
    required = [done.verdict for done in outcomes if done.required]
    if "failed" in required:
        return "failed"
    return "skipped" if "skipped" in required else "passed"
