"""Does anything that schemathesis thinks of break a promise?"""

import asyncio
import contextlib
import json
import os
import signal
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec

from smartforge.checks.accounts import environment
from smartforge.checks.asking import BASE, Answer, Exchange, NoAnswer, conversation
from smartforge.checks.base import LOGGED_BYTES, Method, Subject, Verdict
from smartforge.checks.causes import cause_of, clean, tail
from smartforge.checks.drafts import Actor
from smartforge.checks.endpoints import Endpoint, Promised, promised
from smartforge.checks.judging import Judged
from smartforge.checks.places import Places
from smartforge.checks.rows import Rows
from smartforge.checks.scripts import APPLICATION
from smartforge.checks.surface import TooComplex
from smartforge.checks.witness import seen_again
from smartforge.events import CheckName
from smartforge.sandbox.base import Limits, Program, Served

SCRIPT = Path(__file__).with_name("outside") / "fuzz_requests.py"
EXAMPLES = 10
SEED = 7
# What decides which requests are made, and what of their answers is looked at.
BOUNDS = {
    "examples": EXAMPLES,
    "seed": SEED,
    "phases": ["examples", "coverage", "fuzzing"],
    "checks": [
        "not_a_server_error",
        "status_code_conformance",
        "content_type_conformance",
        "response_schema_conformance",
        "negative_data_rejection",
        "ignored_auth",
    ],
}
# For an application of one operation, and for each further one.
BASE_SECONDS, SECONDS_EACH, MOST_SECONDS = 30, 3, 300
BASE_CASES, CASES_EACH = 500, 150
MOST_OUTPUT = 2 * 1024 * 1024
# What each check of schemathesis wants of the status; the others look at what was answered.
STATUSES: dict[str, frozenset[int]] = {
    "not_a_server_error": frozenset({200, 422}),
    "status_code_conformance": frozenset({200, 422}),
    "negative_data_rejection": frozenset({422}),
    "ignored_auth": frozenset({401}),
}
SHOWN = 20


class Sent(msgspec.Struct, frozen=True):
    """A request as it was sent; `content` is base64, as msgspec decodes it."""

    method: str
    target: str
    headers: list[tuple[str, str]]
    content: bytes


class Failure(msgspec.Struct, frozen=True, tag_field="kind", tag="failure"):
    """What `outside/fuzz_requests.py` prints for each failure; the place is found later."""

    operation: str
    check: str
    title: str
    message: str
    curl: str
    status: int | None = None
    sent: Sent | None = None
    path: str = ""
    line: int = 0


class End(msgspec.Struct, frozen=True, tag_field="kind", tag="end"):
    """The last line: requests sent, operations tried, why it stopped, what kept it from trying."""

    cases: int
    tested: list[str]
    stopped: str
    errors: list[str]


class Told(msgspec.Struct, frozen=True):
    """All that the child said. `end` is None where it did not come to its end."""

    failures: list[Failure]
    end: End | None
    reason: str = ""


class Fuzz:
    """Runs schemathesis on the promised document, in a child process of its own on the host.

    Bounded: about ten examples and the edges for each operation, a limit on requests and on time
    that grow with the operations, one seed. Where there are accounts, requests carry the token of
    one. Does not pass unless every operation was tried.
    """

    name: CheckName = "fuzz"
    required = True
    method = Method(
        "Does anything that a fuzzer thinks of break a promise?",
        f"schemathesis: about {EXAMPLES} examples and the edges of each operation, seed {SEED}.",
        bounds=BOUNDS,
        tools=("schemathesis", "hypothesis"),
    )

    async def check(self, subject: Subject) -> Verdict:
        """See `Check.check`. Each failure, once for each operation and kind, has a curl line."""
        try:
            known = promised(subject.promised)
        except (TooComplex, RecursionError) as error:
            return Verdict("failed", f"The promised document cannot be read: {error}.")
        count = len(known.endpoints)
        seconds = min(MOST_SECONDS, BASE_SECONDS + SECONDS_EACH * count)
        # The child's own limit comes first, so that it is known who was too slow.
        limits = Limits(
            wall_seconds=seconds + 15.0, cpu_seconds=seconds + 15, output_bytes=LOGGED_BYTES
        )
        program = subject.program(limits=limits, environment=environment(known))
        # What the child imports takes as long as the application's start.
        async with _started() as child, subject.sandbox.serve(program, APPLICATION) as served:
            try:
                actor, passing, exchanges = await _accounts(served, limits, known)
            except NoAnswer as error:
                said = f"The application {error.cause.clause}, before anything was tried."
                return Verdict("failed", said, error.cause.evidence)
            if known.secured and actor is None:
                return Verdict("failed", "No account could be made and logged in to fuzz with.")
            order = {
                "document": subject.promised,
                "socket": str(served.socket),
                "base": BASE,
                "headers": _bearer(actor) if actor else {},
                "instead": {one.key: _bearer(leaving) for one, leaving in passing},
                **BOUNDS,
                "cases": BASE_CASES + CASES_EACH * count,
                "seconds": seconds,
            }
            told = await _fuzzed(child, order, seconds)
            if not served.running():
                cause = cause_of(await served.ended(), limits)
                said = f"The application {cause.clause}, while it was fuzzed."
                return Verdict("failed", said, cause.evidence | _evidence(told, actor))
        if told.failures:
            told = await _placed(subject, program, exchanges, told)
        return _verdict(told, known, actor)


async def _placed(
    subject: Subject, program: Program, exchanges: list[Exchange], told: Told
) -> Told:
    """With the places of the failures, found by asking again after the same beginning."""
    again, failing = list(exchanges), list[Judged]()
    failures = _spread(told.failures)
    for one in failures:
        wanted = STATUSES.get(one.check, frozenset[int]())
        at = -1
        if one.sent is not None:
            sent, at = one.sent, len(again)
            answer = Answer(one.status or 0, "", b"")
            headers = tuple(sent.headers)
            again.append(Exchange(sent.method, sent.target, headers, sent.content, answer))
        failing.append(Judged(at, one.operation, one.check, wanted, f"{one.title} {one.message}"))
    judged = [Judged(at, "", "", frozenset()) for at in range(len(exchanges))]
    at = {one.at for one in (*judged, *failing) if one.at >= 0}
    seen = await seen_again(subject.sandbox, program, again, at)
    if seen is None:
        return told
    places = Places(seen, judged, failing)
    found = [places.of(one) for one in failing]
    placed = [
        msgspec.structs.replace(one, path=clean(line[0]), line=line[1]) if line else one
        for one, line in zip(failures, found, strict=True)
    ]
    rest = [one for one in told.failures if all(one is not other for other in failures)]
    return msgspec.structs.replace(told, failures=[*placed, *rest])


async def _accounts(
    served: Served, limits: Limits, known: Promised
) -> tuple[Actor | None, list[tuple[Endpoint, Actor]], list[Exchange]]:
    """Somebody to fuzz as: the administrator may do most.

    And with each endpoint that ends a login somebody else, who may lose theirs; and all that was
    asked for that.
    """
    if not known.secured:
        return None, [], []
    async with conversation(served, limits) as talk:
        rows = Rows(talk, known)
        actor = await rows.accounts.admin() or await rows.accounts.user()
        if actor is not None:
            # Rows that are there let more requests through to where faults are.
            for collection in known.collections:
                await rows.need(collection, actor)
        ending = [one for one in known.secured if known.ends_login(one)]
        leaving = [(one, await rows.accounts.registered("passing")) for one in ending]
        passing = [(one, somebody) for one, somebody in leaving if somebody is not None]
        return actor, passing, talk.exchanges


def _bearer(actor: Actor) -> dict[str, str]:
    return {"Authorization": f"Bearer {actor.token}"}


@asynccontextmanager
async def _started() -> AsyncGenerator[asyncio.subprocess.Process]:
    """The child, which waits for its order; killed at the end with all that it started."""
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-I", str(SCRIPT)),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={"PATH": os.defpath, "LANG": "C.UTF-8", "HOME": "/nonexistent"},
        cwd="/",
        start_new_session=True,
    )
    try:
        yield child
    finally:
        await _kill(child)


async def _fuzzed(child: asyncio.subprocess.Process, order: dict[str, Any], seconds: float) -> Told:
    """Let the child do it, to its end or for so long."""
    out, err = bytearray(), bytearray()
    reason = ""
    try:
        async with asyncio.timeout(seconds):
            await asyncio.gather(
                _give(child.stdin, json.dumps(order).encode()),
                _take(child.stdout, out),
                _take(child.stderr, err),
            )
            status = await child.wait()
            if status != 0:
                reason = (
                    f"ended with exit code {status}: {clean(err.decode(errors='replace')[-300:])}"
                )
    except TimeoutError:
        reason = f"was still running after {seconds:g} s"
    return _told(bytes(out), reason)


async def _give(stream: asyncio.StreamWriter | None, content: bytes) -> None:
    assert stream is not None
    # A child that ends early says why on its own.
    with contextlib.suppress(ConnectionError):
        stream.write(content)
        await stream.drain()
        stream.close()  # Waiting for it, when cancelled, would log an error (Python 3.11).


async def _take(stream: asyncio.StreamReader | None, into: bytearray) -> None:
    """Keep the first 2 MiB; the rest is read and dropped."""
    assert stream is not None
    while piece := await stream.read(65536):
        into += piece[: max(0, MOST_OUTPUT - len(into))]


async def _kill(child: asyncio.subprocess.Process) -> None:
    """The child has a group of its own, so nothing that it started is left."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)
    await child.wait()


def _told(out: bytes, reason: str) -> Told:
    failures: list[Failure] = []
    end: End | None = None
    for line in out.splitlines():
        try:
            record = msgspec.json.decode(line, type=Failure | End)
        except msgspec.MsgspecError:
            return Told(failures, None, reason or "said something that makes no sense")
        if isinstance(record, End):
            end = record
        else:
            failures.append(record)
    return Told(failures, end, reason or ("" if end else "did not come to its end"))


def _evidence(told: Told, actor: Actor | None) -> dict[str, Any]:
    evidence: dict[str, Any] = {}
    if told.end is not None:
        evidence = {"requests": told.end.cases, "operations": len(told.end.tested)}
        if told.end.errors:
            evidence["errors"] = [clean(error) for error in told.end.errors]
    if told.failures:
        evidence["failures"] = [_shown(one, actor) for one in _spread(told.failures)]
        evidence["failed"] = len(told.failures)
        first = evidence["failures"][0]
        evidence |= {
            key: first[key] for key in ("curl", "operation", "path", "line") if key in first
        }
        if actor is not None:
            evidence["before"] = [tail(line) for line in actor.before]
    return evidence


def _shown(one: Failure, actor: Actor | None) -> dict[str, Any]:
    curl = tail(one.curl.replace("\n", " "))
    if actor is not None:
        curl = curl.replace(
            f"'Authorization: Bearer {actor.token}'", '"Authorization: Bearer $TOKEN"'
        )
    return {
        "operation": clean(one.operation),
        "check": clean(one.check),
        "said": clean(f"{one.title}: {one.message}" if one.message else one.title),
        "status": one.status,
        "curl": curl,
    } | ({"path": one.path, "line": one.line} if one.path else {})


def _spread(failures: list[Failure]) -> list[Failure]:
    """What breaks the server first."""
    return sorted(failures, key=lambda one: one.check != "not_a_server_error")[:SHOWN]


def _verdict(told: Told, known: Promised, actor: Actor | None) -> Verdict:
    evidence = _evidence(told, actor)
    if told.failures:
        first = evidence["failures"][0]
        more = f" ({len(told.failures)} kinds of failure)" if len(told.failures) > 1 else ""
        place = f" ({first['path']}, line {first['line']})" if "path" in first else ""
        return Verdict("failed", f"{first['operation']}: {first['said']}{more}{place}.", evidence)
    if told.end is None or told.reason:
        return Verdict("skipped", f"Nothing is known from the fuzz: it {told.reason}.", evidence)
    if told.end.errors:
        said = f"The fuzz met an error of its own: {clean(told.end.errors[0])}."
        return Verdict("failed", said, evidence)
    left = [one.key for one in known.endpoints if one.key not in told.end.tested]
    if left:
        said = f"Only {len(told.end.tested)} of {len(known.endpoints)} operations could be tried"
        return Verdict("skipped", f"{said}: {clean(left[0])} was not.", evidence)
    count = f"{told.end.cases} requests to {len(told.end.tested)} operations"
    return Verdict("passed", f"{count}, and no promise was broken.", evidence)
