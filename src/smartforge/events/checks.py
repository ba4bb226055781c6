"""Facts about checks and their verdicts."""

from typing import Any

from smartforge.events.base import CheckName, Fact, Outcome
from smartforge.events.runs import Round


class ValidationStarted(Fact, frozen=True, kw_only=True, tag="validation:start"):
    """These checks are going to run."""

    checks: tuple[CheckName, ...]
    round: Round


class ValidationCompleted(Fact, frozen=True, kw_only=True, tag="validation:complete"):
    """All checks of the round have a verdict. `passed`: every required one passed."""

    verdict: Outcome
    passed: int
    failed: int
    skipped: int
    round: Round


class CheckStarted(Fact, frozen=True, kw_only=True, tag="check:start"):
    """One check began."""

    check: CheckName
    required: bool
    round: Round


class CheckCompleted(Fact, frozen=True, kw_only=True, tag="check:complete"):
    """One check has a verdict.

    `evidence` is JSON that a person can act on, or the fields of a `Ref` where it is too large.
    """

    check: CheckName
    required: bool
    verdict: Outcome
    summary: str
    evidence: dict[str, Any]
    duration_ms: int
    round: Round
