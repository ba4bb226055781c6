"""Do the project's own contract tests pass?"""

from collections import Counter
from collections.abc import Sized
from typing import Any, cast

import msgspec

from smartforge.checks.asking import curl
from smartforge.checks.base import Method, Subject, Verdict
from smartforge.checks.causes import Cause, cause_of, clean, tail
from smartforge.checks.endpoints import Endpoint, Promised, promised
from smartforge.checks.scripts import run_script, told
from smartforge.checks.surface import TooComplex
from smartforge.events import CheckName
from smartforge.sandbox.base import Limits

BASE_SECONDS = 40
MOST_SECONDS = 300
# Refusals that operations are tested for which promise them; 404 where one row is read.
REFUSALS = (401, 403, 404)


def seconds_for(promised: dict[str, Any]) -> int:
    """How long the tests may take: a project has about a dozen for each operation.

    The document may be anybody's, so what is no path item counts for nothing.
    """
    paths: object = promised.get("paths")
    items = cast(dict[str, object], paths).values() if isinstance(paths, dict) else ()
    operations = sum(len(cast(Sized, item)) for item in items if isinstance(item, dict))
    return min(MOST_SECONDS, BASE_SECONDS + operations)


class Asked(msgspec.Struct, frozen=True):
    """A request of the tests, `GET /books/1 404`, and the test that first sent it."""

    asked: str
    path: str
    line: int


class Failure(msgspec.Struct, frozen=True):
    """`asked` is the last request of the test, `GET /books/1`; the place is where it failed."""

    test: str
    error: str
    asked: str
    path: str
    line: int


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
    asked: list[Asked]
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
        """See `Check.check`. A failure lists the failing tests with errors and lines."""
        seconds = seconds_for(subject.promised)
        # The script's own limit comes first, so that it can still say which test hung.
        limits = Limits(wall_seconds=seconds + 5.0, cpu_seconds=seconds + 5)
        ended = await run_script(subject, "run_tests", str(seconds), limits=limits, rehearsed=True)
        tested = told(ended, Tested)
        if tested is None:
            cause: Cause = cause_of(ended, limits)
            return Verdict(
                "failed", f"The tests did not end well: it {cause.clause}.", cause.evidence
            )
        try:
            known = promised(subject.promised)
        except (TooComplex, RecursionError):
            known = Promised(())  # Other checks say so.
        reason = _reason(tested, seconds)
        gap = _gap(known, tested.asked) if reason is None else None
        if gap is not None:
            return Verdict("failed", gap.said, _counts(tested) | gap.evidence)
        if reason is None:
            skipped = f", {tested.skipped} skipped" if tested.skipped else ""
            return Verdict("passed", f"{tested.passed} tests passed{skipped}.", _counts(tested))
        evidence = _counts(tested)
        evidence["failures"] = [_shown(known, one) for one in tested.failures]
        if tested.failures:
            first = evidence["failures"][0]
            evidence |= {key: first[key] for key in ("operation", "path", "line") if key in first}
            evidence["command"] = f"pytest {first['test']}"
        evidence["output"] = tail(tested.output)
        evidence.setdefault("command", "make test")
        return Verdict("failed", reason, evidence)


class Gap(msgspec.Struct, frozen=True):
    """An answer that the document promises, and that no test asks for."""

    said: str
    evidence: dict[str, object]


def _gap(known: Promised, asked: list[Asked]) -> Gap | None:
    """The first operation that no test asks for, or for one of its refusals.

    Tests that speak with the application by no client are not judged by this.
    """
    if not asked:
        return None
    seen: dict[str, set[int]] = {}
    homes: dict[str, list[tuple[str, Asked]]] = {}
    for one in asked:
        method, _, rest = one.asked.partition(" ")
        path, _, status = rest.rpartition(" ")
        endpoint = known.asked(method, path)
        if endpoint is not None and status.isdecimal():
            seen.setdefault(endpoint.key, set()).add(int(status))
            homes.setdefault(endpoint.collection, []).append((endpoint.key, one))
    for endpoint in known.endpoints:
        left = next((one for one in REFUSALS if _lacks(endpoint, one, seen)), None)
        if endpoint.key in seen and left is None:
            continue
        what = f"the answer {left} of " if endpoint.key in seen else ""
        near = _near(homes.get(endpoint.collection, []), endpoint.key) or asked[0]
        evidence: dict[str, object] = {
            "operation": clean(endpoint.key),
            "path": clean(near.path),
            "line": near.line,
            "curl": curl(endpoint.path),
            "command": f"pytest {clean(near.path)}",
        }
        said = f"No test asks for {what}{clean(endpoint.key)}"
        return Gap(f"{said} ({clean(near.path)}, line {near.line}).", evidence)
    return None


def _near(asked: list[tuple[str, Asked]], key: str) -> Asked | None:
    """The first that asks for the operation in the file that asks most for its collection: there
    its tests belong."""
    if not asked:
        return None
    ((path, _),) = Counter(one.path for _, one in asked).most_common(1)
    home = [(its, one) for its, one in asked if one.path == path]
    return next((one for its, one in home if its == key), home[0][1])


def _lacks(endpoint: Endpoint, status: int, seen: dict[str, set[int]]) -> bool:
    if status == 404 and not (endpoint.on_item and endpoint.method == "GET"):
        return False
    return endpoint.answers(status) and status not in seen.get(endpoint.key, set())


def _shown(known: Promised, failure: Failure) -> dict[str, Any]:
    """The test, the line at which it failed, and the operation that it asked for last."""
    method, _, target = failure.asked.partition(" ")
    endpoint = known.asked(method, target.partition("?")[0])
    shown: dict[str, Any] = {"test": clean(failure.test), "error": clean(failure.error)}
    if endpoint is not None:
        shown["operation"] = clean(endpoint.key)
    if failure.path:
        shown |= {"path": clean(failure.path), "line": failure.line}
    return shown


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
