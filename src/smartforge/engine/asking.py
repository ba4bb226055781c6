"""What a user answers to the questions of a run, as the facts that let it go on."""

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from smartforge.engine.ids import short_id
from smartforge.engine.pending import pending
from smartforge.errors import Conflict
from smartforge.events import (
    APPROVE,
    REJECT,
    Message,
    Question,
    Questions,
    RunCancelled,
    StepStarted,
    decode,
)
from smartforge.forge.base import end_key, run_key
from smartforge.forge.saying import GENERATES, PLANS, begin_key
from smartforge.log.base import Record

UNANSWERED = "(no answer: what is likeliest)"

Said = tuple[Message | StepStarted | RunCancelled, ...]


class Answered(msgspec.Struct, frozen=True):
    """The facts that say what was answered to `run`; they belong together, once under `key`."""

    run: str
    facts: Said
    key: str | None = None


def answered(records: Sequence[Record], answers: Mapping[str, str]) -> Answered | None:
    """What lets the run that waits go on; None where a plan was approved once more.

    Raises Conflict where no run waits, for a question that was not asked, and where a plan that
    waits is not spoken of.
    """
    left = pending(records)
    if _are_approvals(answers) and answers.keys() <= _approved(records):
        return None
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
            f"The run did not ask the question {unknown[0]!r:.60}, or not any more.",
            f"It asks: {known}.",
        )
    if left.asked.about_plan:
        return _about_plan(left.on.run, asked[0], answers)
    text = "\n".join(_line(one, answers.get(one.id, "")) for one in asked)
    return Answered(left.on.run, _planning(text))


def _about_plan(run: str, asked: Question, answers: Mapping[str, str]) -> Answered:
    words = answers.get(asked.id, "").strip()
    if not words:
        raise Conflict(
            "The plan waits for your word.",
            f"Answer {asked.id} with {APPROVE}, {REJECT}, or with what is to be otherwise.",
        )
    if _is(words, APPROVE):
        # The run says the same under this key, so that it is said once.
        began = StepStarted(step="generating", round=0, message=GENERATES)
        return Answered(run, (began,), run_key(run, begin_key("generating")))
    if _is(words, REJECT):
        return Answered(run, (RunCancelled(reason="You rejected the plan."),), end_key(run))
    return Answered(run, _planning(words))


def _planning(text: str) -> tuple[Message, StepStarted]:
    began = StepStarted(step="planning", round=0, message=PLANS)
    return Message(id=short_id(), role="user", text=text), began


def _are_approvals(answers: Mapping[str, str]) -> bool:
    return bool(answers) and all(_is(words, APPROVE) for words in answers.values())


def _approved(records: Iterable[Record]) -> set[str]:
    """The questions about plans that were approved."""
    approved: set[str] = set()
    asked: dict[str | None, Questions] = {}
    for record in records:
        if record.type not in ("questions", "step:start"):
            continue
        envelope, fact = decode(record.data)
        if isinstance(fact, Questions):
            asked[envelope.run] = fact
        elif isinstance(fact, StepStarted) and fact.step == "generating":
            shown = asked.get(envelope.run)
            approved |= (
                {one.id for one in shown.questions if one.about == "plan"} if shown else set()
            )
    return approved


def _is(words: str, choice: str) -> bool:
    return words.strip().casefold() == choice.casefold()


def _line(asked: Question, answer: str) -> str:
    return f"{asked.text} {' '.join(answer.split()) or UNANSWERED}"
