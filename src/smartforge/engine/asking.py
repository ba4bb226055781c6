"""What a user answers to the questions of a run, as the facts that let it go on."""

from collections.abc import Iterable, Mapping

from smartforge.engine.ids import short_id
from smartforge.engine.pending import pending
from smartforge.errors import Conflict
from smartforge.events import Message, Question, StepStarted
from smartforge.log.base import Record

UNANSWERED = "(no answer: what is likeliest)"


def answered(
    records: Iterable[Record], answers: Mapping[str, str]
) -> tuple[str, tuple[Message, StepStarted]]:
    """The run that waits, and the facts that say what was answered; they belong together.

    Raises Conflict where no run waits, and for a question that was not asked.
    """
    left = pending(records)
    if left.on is None or left.asked is None:
        raise Conflict(
            "No run of this project waits for answers.",
            "Reload to see what it does; a follow-up changes what it has made.",
        )
    asked = left.asked.questions
    unknown = sorted(answers.keys() - {one.id for one in asked})
    if unknown:
        known = ", ".join(one.id for one in asked)
        raise Conflict(
            f"The run did not ask the question {unknown[0]!r:.60}.", f"It asked: {known}."
        )
    text = "\n".join(_line(one, answers.get(one.id, "")) for one in asked)
    began = StepStarted(step="planning", round=0, message="Planning API structure...")
    return left.on.run, (Message(id=short_id(), role="user", text=text), began)


def _line(asked: Question, answer: str) -> str:
    return f"{asked.text} {' '.join(answer.split()) or UNANSWERED}"
