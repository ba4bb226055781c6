"""The checks of one round: each asked in turn, each answered with a verdict."""

import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence

from smartforge.checks.base import Check, Verdict
from smartforge.errors import SandboxUnavailable
from smartforge.events import (
    CheckCompleted,
    CheckStarted,
    Outcome,
    ValidationCompleted,
    ValidationStarted,
)

Ask = Callable[[Check], Awaitable[Verdict]]
CheckFact = ValidationStarted | CheckStarted | CheckCompleted | ValidationCompleted

# Where one of these fails, the checks behind it would only repeat its finding, slowly.
GATES = frozenset({"syntax", "boot"})


async def check(
    checks: Sequence[Check], ask: Ask, round_: int = 0
) -> AsyncGenerator[CheckFact, None]:
    """Yield `validation:start`, a start and a verdict for each check, `validation:complete`.

    A check that this machine cannot run is skipped with the reason, as are those behind a failed
    gate. The whole is `passed` when every required check passed, `failed` when one failed.
    """
    yield ValidationStarted(checks=tuple(one.name for one in checks), round=round_)
    outcomes: list[CheckCompleted] = []
    gate: str | None = None
    for one in checks:
        yield CheckStarted(check=one.name, required=one.required, round=round_)
        began = time.monotonic()
        verdict = await _verdict(one, ask, gate)
        if verdict.outcome == "failed" and one.name in GATES:
            gate = one.name
        completed = CheckCompleted(
            check=one.name,
            required=one.required,
            verdict=verdict.outcome,
            summary=verdict.summary,
            evidence=verdict.evidence,
            duration_ms=round(1000 * (time.monotonic() - began)),
            round=round_,
        )
        outcomes.append(completed)
        yield completed
    yield ValidationCompleted(
        verdict=overall(outcomes),
        passed=sum(done.verdict == "passed" for done in outcomes),
        failed=sum(done.verdict == "failed" for done in outcomes),
        skipped=sum(done.verdict == "skipped" for done in outcomes),
        round=round_,
    )


async def _verdict(one: Check, ask: Ask, gate: str | None) -> Verdict:
    if gate is not None:
        return Verdict("skipped", f"Not run, because the check {gate!r} failed.")
    try:
        return await ask(one)
    except SandboxUnavailable as error:
        return Verdict("skipped", f"{error.what} {error.hint}".strip(), {"cure": error.hint})


def overall(outcomes: Sequence[CheckCompleted]) -> Outcome:
    """One word for a round, by its required checks alone."""
    required = [done.verdict for done in outcomes if done.required]
    if "failed" in required:
        return "failed"
    return "skipped" if "skipped" in required else "passed"
