"""Does the code do what a generated API has no business with, or let strangers in?"""

import asyncio
import json

import msgspec

from smartforge.checks.base import Method, Subject, Verdict
from smartforge.checks.causes import cause_of, clean
from smartforge.checks.endpoints import promised
from smartforge.checks.lint import LAYOUT, Linted, ruff
from smartforge.checks.origins import origins
from smartforge.checks.scripts import FOLDER, run_script, told
from smartforge.checks.surface import TooComplex
from smartforge.errors import SandboxUnavailable
from smartforge.events import CheckName
from smartforge.sandbox.base import Ended, Limits

LIMITS = Limits(wall_seconds=30.0, cpu_seconds=30, output_bytes=1024 * 1024)
SHOWN = 20
# The rules of ruff about security; tests assert, and hold passwords that open nothing. A project
# may keep in /tmp what it needs for a while.
RUFF = {
    "check": [
        *(*LAYOUT, "--ignore-noqa", "--exit-zero", "--select=S", "--ignore=S108"),
        "--per-file-ignores=tests/*:S",
    ]
}


class Finding(msgspec.Struct, frozen=True):
    path: str
    line: int
    what: str


class Walked(msgspec.Struct, frozen=True):
    """What the scripts print that look through the code; `findings` are the first of `total`."""

    files: int
    total: int
    findings: list[Finding]


class Security:
    """Calls and imports out of place, secrets that are written down, and ways in for strangers.

    Syntax trees and texts, by rules of our own and those of ruff. It names file, line and what is
    wrong; it is no proof that nothing is hidden, which is the sandbox's part.
    """

    name: CheckName = "security"
    required = True
    method = Method(
        "Does the code do what it has no business with, or let strangers in?",
        "Every file is searched for other programs, sockets, code made from text, SQL and paths "
        "made of requests, secrets, weak handling of passwords and tokens, and operations without "
        "a guard.",
        tools=("ruff",),
    )

    async def check(self, subject: Subject) -> Verdict:
        """See `Check.check`. Raises SandboxUnavailable."""
        walking, linting = await self._looked_through(subject)
        walked: list[Walked] = []
        for one in walking:
            told_of = told(one, Walked)
            if told_of is None:
                return _unfinished(one)
            walked.append(told_of)
        linted = told(linting, Linted)
        if linted is None:
            return _unfinished(linting)
        return _verdict(walked, linted)

    async def _looked_through(self, subject: Subject) -> tuple[list[Ended], Ended]:
        scripts = (
            ("walk_code", origins(subject.promised)),
            ("find_holes", tuple(map(json.dumps, _operations(subject)))),
            ("find_secrets", ()),
        )
        try:
            async with asyncio.TaskGroup() as group:
                walking = [
                    group.create_task(run_script(subject, name, FOLDER, *more, limits=LIMITS))
                    for name, more in scripts
                ]
                linting = group.create_task(ruff(subject, RUFF, LIMITS))
        except ExceptionGroup as failed:
            if (refused := failed.subgroup(SandboxUnavailable)) is not None:
                raise refused.exceptions[0] from None
            raise
        return [one.result() for one in walking], linting.result()


def _operations(subject: Subject) -> tuple[list[str], list[str]]:
    """The operations that are promised to some and not to all, and all of them."""
    try:
        known = promised(subject.promised)
    except (TooComplex, RecursionError):
        return [], []  # Other checks say so.
    return [one.key for one in known.secured], [one.key for one in known.endpoints]


def _unfinished(ended: Ended) -> Verdict:
    cause = cause_of(ended, LIMITS)
    said = f"The code could not be looked through: it {cause.clause}."
    return Verdict("failed", said, cause.evidence)


def _verdict(walked: list[Walked], linted: Linted) -> Verdict:
    if not linted.total and not any(one.total for one in walked):
        count = walked[0].files
        return Verdict("passed", f"Nothing out of place in {count} file{'s' * (count != 1)}.")
    ours = [
        {"path": clean(one.path), "line": one.line, "what": clean(one.what)}
        for looked in walked
        for one in looked.findings
    ]
    # The same line is told once, in our words.
    known = {(one["path"], one["line"]) for one in ours}
    theirs = [
        {"path": clean(one.path), "line": one.line, "what": clean(f"{one.rule} {one.what}")}
        for one in linted.findings
        if (clean(one.path), one.line) not in known
    ]
    total = max(sum(one.total for one in walked), len(ours)) + len(theirs)
    findings = [*ours, *theirs][:SHOWN]
    first = findings[0]
    more = f" and {total - 1} more" if total > 1 else ""
    place = f"{first['path']}, line {first['line']}" if first["line"] else first["path"]
    return Verdict(
        "failed",
        f"Out of place in a generated API: {first['what']} ({place}){more}.",
        {**first, "findings": findings, "total": total},
    )
