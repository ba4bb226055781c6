"""A running application before a judge: served, asked, and where it failed, looked into."""

from collections.abc import Awaitable, Callable, Mapping

import msgspec

from smartforge.checks.asking import NoAnswer, conversation
from smartforge.checks.base import Subject, Verdict
from smartforge.checks.causes import clean
from smartforge.checks.judging import Judge, Judged
from smartforge.checks.places import Places
from smartforge.checks.routes import asked
from smartforge.checks.scripts import APPLICATION
from smartforge.checks.witness import seen_again
from smartforge.sandbox.base import Limits, Program

# How many are watched to see what failures have in common, and those that passed have not.
MOST_FAILED, MOST_PASSED = 60, 240
# What was asked right behind a failure tells what works all the same.
BEHIND = 8


async def tried(
    subject: Subject,
    limits: Limits,
    environment: Mapping[str, str],
    ask: Callable[[Judge], Awaitable[Callable[[], Verdict]]],
) -> Verdict:
    """Serve the application, let `ask` ask it, and return the verdict that it has in the end.

    Where something failed, the code that answered is found before. Raises SandboxUnavailable.
    """
    program = subject.program(limits=limits, environment=environment)
    async with (
        subject.sandbox.serve(program, APPLICATION) as served,
        conversation(served, limits) as talk,
    ):
        judge = Judge(talk)
        verdict: Callable[[], Verdict] | NoAnswer
        try:
            verdict = await ask(judge)
        except NoAnswer as error:
            verdict = error
    if isinstance(verdict, NoAnswer):
        return await _broken_off(subject, program, judge, verdict)
    if judge.failures:
        await place(subject, program, judge)
    return verdict()


async def place(subject: Subject, program: Program, judge: Judge) -> None:
    """Give each failure the line of the project that most likely made it."""
    wanted = _wanted(judge)
    seen = await seen_again(subject.sandbox, program, judge.talk.exchanges, wanted)
    if seen is None:
        return
    places = Places(seen, judge.weighed, judge.failing)
    for at, failing in enumerate(judge.failing):
        found = places.of(failing)
        if found is not None:
            path, line = clean(found[0]), found[1]
            failure = msgspec.structs.replace(judge.failures[at], path=path, line=line)
            judge.failures[at] = failure


def _wanted(judge: Judge) -> set[int]:
    """Failures, and of what passed up to the last of them what is most like them."""
    failed = [one for one in judge.failing if one.at >= 0][:MOST_FAILED]
    last = max((one.at for one in failed), default=-1)
    operations, wanted = {one.operation for one in failed}, {one.wanted for one in failed}

    def unlike(one: Judged) -> int:
        return (one.operation not in operations) + (one.wanted not in wanted)

    # What changed something before a failure may be what failed.
    changed = {
        max((done.at for done in judge.weighed if _changes(done, one)), default=-1)
        for one in failed
    }
    passed = sorted((one for one in judge.weighed if 0 <= one.at <= last + BEHIND), key=unlike)
    return ({one.at for one in (*failed, *passed[:MOST_PASSED])} | changed) - {-1}


def _changes(done: Judged, failed: Judged) -> bool:
    return done.at < failed.at and not done.operation.startswith("GET ")


async def _broken_off(subject: Subject, program: Program, judge: Judge, error: NoAnswer) -> Verdict:
    """The application went away, or said too much, in the middle of it."""
    request = error.request
    said = f"The application {error.cause.clause}, when asked {request.method}"
    said += f" {clean(request.path)}"
    evidence = {"curl": request.curl(), "judged": judge.judged, **error.cause.evidence}
    seen = None
    if "path" not in evidence:
        seen = await seen_again(subject.sandbox, program)
    route = asked(seen, request.method, request.path) if seen else None
    if route is not None:
        path, line = clean(route.path), route.keywords.get("def", route.line)
        evidence |= {"operation": clean(route.operation), "path": path, "line": line}
        said += f" ({path}, line {line})"
    return Verdict("failed", f"{said}.", evidence)
