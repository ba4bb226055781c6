"""Does every operation do what the document says, asked from outside?"""

from collections.abc import Callable

from smartforge.checks.accounts import environment
from smartforge.checks.base import LOGGED_BYTES, Method, Subject, Verdict
from smartforge.checks.endpoints import Promised, promised
from smartforge.checks.exercise import Exercise
from smartforge.checks.judging import Judge
from smartforge.checks.origins import origins, preflights
from smartforge.checks.rows import Rows
from smartforge.checks.surface import TooComplex
from smartforge.checks.trial import tried
from smartforge.events import CheckName
from smartforge.sandbox.base import Limits

BASE_SECONDS = 30
MOST_SECONDS = 240


def limits_for(promised: Promised) -> Limits:
    """A second and a half for each operation: each is asked some thirty times."""
    seconds = min(MOST_SECONDS, BASE_SECONDS + 3 * len(promised.endpoints) // 2)
    return Limits(wall_seconds=float(seconds), cpu_seconds=seconds, output_bytes=LOGGED_BYTES)


class Operations:
    """Drives the running application by the promised document alone.

    For each operation: a valid request, with what it needs made before; what was written is read
    back; data that the document forbids; the values at its bounds; unknown ids; duplicates of what
    is unique; no token and one that is none; and pages of the origins that may call.
    """

    name: CheckName = "operations"
    required = True
    method = Method(
        "Does every operation do what the contract says, asked from outside?",
        "Each is sent valid data, the values at its bounds and beyond, unknown ids, duplicates; "
        "what was written is read back.",
    )

    async def check(self, subject: Subject) -> Verdict:
        """See `Check.check`. Each failure has a curl line, and the lines that lead to it."""
        try:
            known = promised(subject.promised)
        except (TooComplex, RecursionError) as error:
            return Verdict("failed", f"The promised document cannot be read: {error}.")

        async def ask(judge: Judge) -> Callable[[], Verdict]:
            rows = Rows(judge.talk, known)
            await preflights(judge, rows, known, origins(subject.promised))
            await Exercise(judge, rows, known).all()
            return lambda: judge.verdict("Driven by the document alone")

        return await tried(subject, limits_for(known), environment(known), ask)
