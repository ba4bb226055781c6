"""Does the code do what a generated API has no business with?"""

import msgspec

from smartforge.checks.base import Method, Subject, Verdict
from smartforge.checks.causes import cause_of, clean
from smartforge.checks.scripts import FOLDER, run_script, told
from smartforge.events import CheckName
from smartforge.sandbox.base import Limits

LIMITS = Limits(wall_seconds=30.0, cpu_seconds=30)
SHOWN = 20


class Finding(msgspec.Struct, frozen=True):
    path: str
    line: int
    what: str


class Walked(msgspec.Struct, frozen=True):
    """What `inside/walk_code.py` prints; `findings` are the first of `total`."""

    files: int
    total: int
    findings: list[Finding]


class Security:
    """Other programs, sockets, processes, code made from text, files outside of the project.

    A first net, over the syntax tree of every file, tests included. It names file, line and
    call; it is no proof that nothing is hidden, which is the sandbox's part.
    """

    name: CheckName = "security"
    required = True
    method = Method(
        "Does the code do what a generated API has no business with?",
        "The syntax tree of every file is searched for other programs, sockets, processes, code "
        "made from text, and files outside of the project.",
    )

    async def check(self, subject: Subject) -> Verdict:
        """See `Check.check`."""
        ended = await run_script(subject, "walk_code", FOLDER, limits=LIMITS)
        walked = told(ended, Walked)
        if walked is None:
            clause = cause_of(ended, LIMITS).clause
            return Verdict("failed", f"The code could not be looked through: it {clause}.")
        if walked.total == 0:
            count = walked.files
            return Verdict("passed", f"Nothing out of place in {count} file{'s' * (count != 1)}.")
        findings = [
            {"path": clean(one.path), "line": one.line, "what": clean(one.what)}
            for one in walked.findings[:SHOWN]
        ]
        first = findings[0]
        more = f" and {walked.total - 1} more" if walked.total > 1 else ""
        place = f"{first['path']}, line {first['line']}" if first["line"] else first["path"]
        return Verdict(
            "failed",
            f"Out of place in a generated API: {first['what']} ({place}){more}.",
            {**first, "findings": findings, "total": walked.total},
        )
