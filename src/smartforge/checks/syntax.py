"""Does every Python file compile?"""

import msgspec

from smartforge.checks.base import Method, Subject, Verdict
from smartforge.checks.causes import cause_of, clean
from smartforge.checks.scripts import FOLDER, run_script, told
from smartforge.events import CheckName
from smartforge.sandbox.base import Limits

LIMITS = Limits(wall_seconds=30.0, cpu_seconds=30)


class Problem(msgspec.Struct, frozen=True):
    path: str
    line: int | None
    problem: str


class Compiled(msgspec.Struct, frozen=True):
    """What `inside/compile_files.py` prints."""

    files: int
    problems: list[Problem]


class Syntax:
    """Compiles every file with the interpreter that will run it. Nothing is executed."""

    name: CheckName = "syntax"
    required = True
    method = Method("Does every Python file compile?", "Each is compiled; nothing is run.")

    async def check(self, subject: Subject) -> Verdict:
        """See `Check.check`."""
        ended = await run_script(subject, "compile_files", FOLDER, limits=LIMITS)
        compiled = told(ended, Compiled)
        if compiled is None:
            return _unfinished(ended.stderr, cause_of(ended, LIMITS).clause)
        if compiled.files == 0:
            return Verdict("failed", "The project has no Python file.")
        if not compiled.problems:
            count = compiled.files
            return Verdict("passed", f"{count} Python file{'s' * (count != 1)} compile.")
        first = compiled.problems[0]
        place = clean(first.path) + (f", line {first.line}" if first.line else "")
        problems = [
            {"path": clean(one.path), "line": one.line, "problem": clean(one.problem)}
            for one in compiled.problems
        ]
        evidence = {"path": clean(first.path), "line": first.line, "problems": problems}
        return Verdict("failed", f"{place}: {clean(first.problem)}.", evidence)


def _unfinished(stderr: str, clause: str) -> Verdict:
    """The compiler itself crashed or hung; the last path on stderr is the one it was at."""
    lines = stderr.splitlines()
    path = clean(lines[-1]) if lines else "the first file"
    return Verdict("failed", f"Compiling stopped at {path}: it {clause}.", {"path": path})
