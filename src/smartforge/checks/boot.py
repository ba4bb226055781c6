"""Does the application start, and answer that it is up?"""

from smartforge.checks.asking import Answer, ask, curl
from smartforge.checks.base import Method, Subject, Verdict
from smartforge.checks.causes import clean, tail
from smartforge.checks.routes import neighbour
from smartforge.checks.scripts import APPLICATION
from smartforge.checks.witness import seen_again
from smartforge.events import CheckName
from smartforge.sandbox.base import Limits

LIMITS = Limits(wall_seconds=20.0, cpu_seconds=20)


class Boot:
    """Serves `app.main:app` and waits for `GET /health` to answer 200, at most 20 s."""

    name: CheckName = "boot"
    required = True
    method = Method(
        "Does the application start, and answer that it is up?",
        f"It is started in the sandbox and has {LIMITS.wall_seconds:g} seconds for GET /health.",
    )

    async def check(self, subject: Subject) -> Verdict:
        """See `Check.check`. A failure names the error with file and line, or the limit."""
        program = subject.program(limits=LIMITS)
        async with subject.sandbox.serve(program, APPLICATION) as served:
            answer = await ask(served, "/health", LIMITS)
        if not isinstance(answer, Answer):
            summary = f"The application did not start: it {answer.clause}."
            return Verdict("failed", summary, answer.evidence)
        if answer.status == 200:
            return Verdict("passed", "The application starts and answers GET /health.")
        evidence = {
            "status": answer.status,
            "body": tail(answer.body[:2000].decode(errors="replace")),
            "curl": curl("/health"),
        }
        said = f"GET /health answered {answer.status}, not 200"
        seen = await seen_again(subject.sandbox, program)
        place = neighbour(seen, "GET /health") if seen else None
        if place is not None:
            evidence |= {"operation": "GET /health", "path": clean(place[0]), "line": place[1]}
            said += f" ({clean(place[0])}, line {place[1]})"
        return Verdict("failed", f"{said}.", evidence)
