"""Does the running application serve exactly the contract that was promised?"""

import asyncio
from typing import Any, cast

import msgspec

from smartforge.checks.asking import Answer, ask, curl
from smartforge.checks.base import Method, Subject, Verdict
from smartforge.checks.causes import clean
from smartforge.checks.differences import differences
from smartforge.checks.routes import difference
from smartforge.checks.scripts import APPLICATION
from smartforge.checks.surface import Json, TooComplex, surface
from smartforge.checks.witness import seen_again
from smartforge.events import CheckName
from smartforge.sandbox.base import Limits, Program

LIMITS = Limits(wall_seconds=20.0, cpu_seconds=20)
PATH = "/openapi.json"
SHOWN = 20


class ContractServed:
    """Compares what `GET /openapi.json` answers with the promised document.

    Both are untrusted. What no client can notice (names of components, descriptions, order) does
    not count; everything else does.
    """

    name: CheckName = "contract"
    required = True
    method = Method(
        "Does the running API serve exactly its contract?",
        "GET /openapi.json is compared with openapi.yaml, but for names and words for people.",
    )

    async def check(self, subject: Subject) -> Verdict:
        """See `Check.check`. A failure lists the first differences, one line each."""
        program = subject.program(limits=LIMITS)
        async with subject.sandbox.serve(program, APPLICATION) as served:
            answer = await ask(served, PATH, LIMITS)
        if not isinstance(answer, Answer):
            summary = f"The application gave no {PATH}: it {answer.clause}."
            return Verdict("failed", summary, answer.evidence)
        if answer.status != 200:
            evidence = {"status": answer.status, "curl": curl(PATH)}
            return Verdict("failed", f"GET {PATH} answered {answer.status}, not 200.", evidence)
        verdict = await asyncio.to_thread(compare, answer.body, subject.promised)
        if "differences" not in verdict.evidence:
            return verdict
        return await _placed(subject, program, verdict)


async def _placed(subject: Subject, program: Program, verdict: Verdict) -> Verdict:
    """With the place in the project of the first difference, and its operation."""
    seen = await seen_again(subject.sandbox, program)
    first = str(verdict.evidence["differences"][0])
    evidence = {**verdict.evidence, "operation": first.partition(": ")[0]}
    found = difference(seen, first) if seen else None
    if found is None:
        return Verdict("failed", verdict.summary, evidence)
    path, line = clean(found[0]), found[1]
    summary = f"{verdict.summary.removesuffix('.')} ({path}, line {line})."
    return Verdict("failed", summary, {**evidence, "path": path, "line": line})


def compare(body: bytes, promised: dict[str, Any]) -> Verdict:
    """The verdict on a served document. Blocks for as long as the bounds of `surface` allow."""
    try:
        document: object = msgspec.json.decode(body)
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        reason = clean(str(error))
        return Verdict("failed", f"{PATH} is not sound JSON: {reason}.", {"curl": curl(PATH)})
    if not isinstance(document, dict):
        return Verdict("failed", f"{PATH} is not an object.", {"curl": curl(PATH)})
    served = cast(Json, document)
    try:
        expected = surface(promised)
    except (TooComplex, RecursionError) as error:
        return Verdict("failed", f"The promised document cannot be compared: {error}.")
    try:
        found = differences(surface(served), expected)
    except (TooComplex, RecursionError) as error:
        return Verdict("failed", f"{PATH} cannot be compared: {error}.", {"curl": curl(PATH)})
    if not found:
        count = len(expected)
        return Verdict("passed", f"{count} operations promised, GET /health among them, all kept.")
    more = f" ({len(found)} differences in all)" if len(found) > 1 else ""
    evidence = {"differences": found[:SHOWN], "total": len(found), "curl": curl(PATH)}
    return Verdict("failed", f"Served otherwise than promised: {found[0]}{more}.", evidence)
