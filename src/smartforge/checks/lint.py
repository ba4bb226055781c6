"""Is the code in good style, by rules that the project cannot change?"""

import asyncio
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec
from ruff import find_ruff_bin

from smartforge.checks.base import Method, Subject, Verdict
from smartforge.checks.causes import cause_of, clean
from smartforge.checks.scripts import FOLDER, MOUNTED, run_script, told
from smartforge.events import CheckName
from smartforge.sandbox.base import Ended, Limits

LIMITS = Limits(wall_seconds=30.0, cpu_seconds=30)
SHOWN = 20

RULES = "E,F,W,I,N,UP,B,S,A,C4,SIM,RET,PTH,ASYNC,DTZ,RUF"
# Letters of other alphabets are what people write in other languages; no remark is obeyed anyway.
LEFT_OUT = "RUF001,RUF002,RUF003,RUF100"
LAYOUT = ("--isolated", "--no-cache", "--line-length=100", "--target-version=py311")
# Tests assert, hold passwords that are none, and speak to their own database.
IN_TESTS = "tests/*:S"
# What custom operations do is written by no compiler: what finds faults holds for it, layout and
# taste do not.
TASTE = "E1,E2,E3,E4,E5,E701,E702,E703,E741,F401,F541,F841,W,I,N,UP,A,B007,B905,C4,SIM,RET,PTH,RUF"
IN_CUSTOM = [f"--per-file-ignores=**/app/custom/*.py:{rule}" for rule in TASTE.split(",")]
FASTAPI = ("Depends", "Query", "Path", "Body", "Header", "Form", "File", "Security")
OPTIONS = {
    "check": [
        *(*LAYOUT, "--ignore-noqa", "--exit-zero", f"--select={RULES}", f"--ignore={LEFT_OUT}"),
        f"--per-file-ignores={IN_TESTS}",
        *IN_CUSTOM,
        "--config",
        "lint.flake8-bugbear.extend-immutable-calls="
        + json.dumps([f"fastapi.{name}" for name in FASTAPI]),
    ],
    "format": [*LAYOUT, "--config", 'extend-exclude=["**/app/custom/*.py"]'],
}


class Finding(msgspec.Struct, frozen=True):
    path: str
    line: int
    rule: str
    what: str


class Linted(msgspec.Struct, frozen=True, rename="camel"):
    """What `inside/run_ruff.py` prints: the first of all findings, the first of all files."""

    total: int
    findings: list[Finding]
    unformatted: list[str]
    unformatted_total: int


class Lint:
    """Runs ruff, its rules and its formatter, on every Python file.

    The rules stand here: neither settings of the project nor remarks in its code turn one off.
    """

    name: CheckName = "lint"
    required = True
    method = Method(
        "Is the code in good style, by rules that it cannot change?",
        "ruff, its rules and its layout; settings and remarks of the project do not count.",
        bounds=OPTIONS,
        tools=("ruff",),
    )

    async def check(self, subject: Subject) -> Verdict:
        """See `Check.check`. A failure names file, line and rule of the first findings."""
        ended = await ruff(subject, OPTIONS, LIMITS)
        linted = told(ended, Linted)
        if linted is None:
            cause = cause_of(ended, LIMITS)
            return Verdict(
                "failed", f"Linting did not end well: it {cause.clause}.", cause.evidence
            )
        return _verdict(linted)


async def ruff(subject: Subject, options: Mapping[str, Sequence[str]], limits: Limits) -> Ended:
    """Run our own ruff on the project, in its sandbox. Raises SandboxUnavailable."""
    binary = Path(await asyncio.to_thread(find_ruff_bin))
    arguments = (f"{MOUNTED}/{binary.name}", FOLDER, json.dumps(options))
    # What is mounted in place of the project's packages is the folder with our own ruff.
    subject = msgspec.structs.replace(subject, dependencies=binary.parent)
    return await run_script(subject, "run_ruff", *arguments, limits=limits)


def _verdict(linted: Linted) -> Verdict:
    findings = [
        {
            "path": clean(one.path),
            "line": one.line,
            "rule": clean(one.rule),
            "what": clean(one.what),
        }
        for one in linted.findings[:SHOWN]
    ]
    evidence: dict[str, object] = {"findings": findings, "total": linted.total}
    if linted.unformatted:
        evidence["unformatted"] = [clean(path) for path in linted.unformatted[:SHOWN]]
    if findings:
        first = findings[0]
        more = f" and {linted.total - 1} more" if linted.total > 1 else ""
        place = f"{first['path']}, line {first['line']}"
        summary = f"{place}: {first['rule']} {first['what']}{more}."
        return Verdict(
            "failed", summary, {"path": first["path"], "line": first["line"], **evidence}
        )
    if linted.unformatted:
        first = clean(linted.unformatted[0])
        count = linted.unformatted_total
        more = f" and {count - 1} more" if count > 1 else ""
        evidence |= {"path": first, "command": "ruff format ."}
        return Verdict("failed", f"Not laid out as ruff does: {first}{more}.", evidence)
    return Verdict("passed", f"Nothing to say by the rules {RULES.replace(',', ', ')}.")
