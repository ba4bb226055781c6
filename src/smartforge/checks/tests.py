"""Do the project's own contract tests pass?"""

from collections.abc import Sized
from typing import Any, cast

import msgspec

from smartforge.checks.base import Method, Subject, Verdict
from smartforge.checks.causes import Cause, cause_of, clean, tail
from smartforge.checks.scripts import run_script, told
from smartforge.events import CheckName
from smartforge.sandbox.base import Limits

BASE_SECONDS = 40
MOST_SECONDS = 300


def seconds_for(promised: dict[str, Any]) -> int:
    """How long the tests may take: a project has about a dozen for each operation.

    The document may be anybody's, so what is no path item counts for nothing.
    """
    paths: object = promised.get("paths")
    items = cast(dict[str, object], paths).values() if isinstance(paths, dict) else ()
    operations = sum(len(cast(Sized, item)) for item in items if isinstance(item, dict))
    return min(MOST_SECONDS, BASE_SECONDS + operations)


class Failure(msgspec.Struct, frozen=True):
    test: str
    error: str


class Tested(msgspec.Struct, frozen=True):
    """What `inside/run_tests.py` prints.

    `status` is the exit code of pytest's process, None when it was killed at the time limit;
    `finished` is the status that pytest told at its end; `odd` counts lines that made no sense.
    """

    status: int | None
    finished: int | None
    collected: int
    passed: int
    failed: int
    skipped: int
    odd: int
    failures: list[Failure]
    last: str
    output: str


class GeneratedTests:
    """Runs pytest on the project's tests. What the tests print decides nothing."""

    name: CheckName = "tests"
    required = True
    method = Method(
        "Do the project's own tests pass?",
        "pytest runs them in the sandbox, on SQLite.",
    )

    async def check(self, subject: Subject) -> Verdict:
        """See `Check.check`. A failure lists the failing tests with their errors."""
        seconds = seconds_for(subject.promised)
        # The script's own limit comes first, so that it can still say which test hung.
        limits = Limits(wall_seconds=seconds + 5.0, cpu_seconds=seconds + 5)
        ended = await run_script(subject, "run_tests", str(seconds), limits=limits)
        tested = told(ended, Tested)
        if tested is None:
            cause: Cause = cause_of(ended, limits)
            return Verdict(
                "failed", f"The tests did not end well: it {cause.clause}.", cause.evidence
            )
        reason = _reason(tested, seconds)
        if reason is None:
            skipped = f", {tested.skipped} skipped" if tested.skipped else ""
            return Verdict("passed", f"{tested.passed} tests passed{skipped}.", _counts(tested))
        evidence = _counts(tested)
        evidence["failures"] = [
            {"test": clean(one.test), "error": clean(one.error)} for one in tested.failures
        ]
        evidence["output"] = tail(tested.output)
        evidence["command"] = "make test"
        return Verdict("failed", reason, evidence)


def _counts(tested: Tested) -> dict[str, object]:
    return {
        "collected": tested.collected,
        "passed": tested.passed,
        "failed": tested.failed,
        "skipped": tested.skipped,
    }


def _reason(tested: Tested, seconds: int) -> str | None:
    """Why this is a failure, or None. Everything told must fit together, or it is one."""
    if tested.failed:
        if not tested.failures:
            return f"{tested.failed} tests failed."
        first = tested.failures[0]
        more = f" ({tested.failed} failed in all)" if tested.failed > 1 else ""
        return f"{clean(first.test)} failed: {clean(first.error)}{more}."
    if tested.status is None:
        return f"The tests did not end within {seconds} s; the last was {clean(tested.last)}."
    if tested.finished is None:
        return f"The tests broke off with exit code {tested.status} before pytest had ended."
    if tested.collected == 0:
        return "There are no tests in tests/."
    if tested.status != 0 or tested.finished != 0:
        return f"pytest ended with exit code {tested.status}."
    if tested.odd or tested.passed + tested.skipped != tested.collected:
        return "The results of the tests contradict each other."
    return None if tested.passed else "Every test was skipped."
