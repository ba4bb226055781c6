"""The small parts of a snapshot, each as it is after one fact."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from msgspec.structs import replace

from smartforge.events import CheckCompleted, CheckName, CheckStarted, Complete, Envelope
from smartforge.snapshot.state import (
    ChatMessage,
    CheckState,
    QueuedRun,
    Snapshot,
    StepState,
    Version,
)

T = TypeVar("T")

STOPPED = "Stopped before it was complete."


def without(
    queue: tuple[QueuedRun, ...], run: str | None, message_id: str | None
) -> tuple[QueuedRun, ...]:
    """The queue without that run, or that message's run."""
    return tuple(
        one
        for one in queue
        if (run is None or one.run != run) and (message_id is None or one.message_id != message_id)
    )


def index(parts: Sequence[T], wanted: Callable[[T], bool]) -> int:
    """Where the wanted part stands, or the place behind the last one."""
    return next((at for at, part in enumerate(parts) if wanted(part)), len(parts))


def answered(state: Snapshot) -> tuple[ChatMessage, ...]:
    """What the chat keeps of the last run once another one begins; nothing where that made a
    version, which speaks for itself."""
    if state.run is None or state.ended_at is None or state.ended not in ("error", "cancelled"):
        return ()
    error = state.error
    text = f"{error.message} {error.hint}".rstrip() if error else state.stopped_by or STOPPED
    id_ = f"ended-{state.run}"
    return (ChatMessage(id=id_, role="assistant", text=text, ts=state.ended_at),)


def announced(check: CheckName, round_: int) -> CheckState:
    """A check that is going to run. Whether it is required is told when it starts."""
    return CheckState(
        check=check,
        required=True,
        round=round_,
        started_at=None,
        verdict=None,
        summary="",
        evidence={},
        duration_ms=None,
    )


def checked(known: CheckState, ts: int, fact: CheckStarted | CheckCompleted) -> CheckState:
    """The check as it is after the fact, which happened at `ts`."""
    match fact:
        case CheckStarted():
            fresh = announced(fact.check, fact.round)
            return replace(fresh, required=fact.required, started_at=ts)
        case CheckCompleted():
            began = known.started_at
            return CheckState(
                check=fact.check,
                required=fact.required,
                round=fact.round,
                started_at=ts - fact.duration_ms if began is None else began,
                verdict=fact.verdict,
                summary=fact.summary,
                evidence=fact.evidence,
                duration_ms=fact.duration_ms,
            )


def ended(step: StepState, ts: int, whole: bool) -> StepState:
    """The step when its run ends at `ts`."""
    if step.state != "running":
        return step
    state = "complete" if whole else "unfinished"
    return replace(step, state=state, duration_ms=max(0, ts - step.started_at))


def version_of(envelope: Envelope, fact: Complete) -> Version:
    return Version(
        version=fact.version,
        run=envelope.run,
        ts=envelope.ts,
        summary=fact.summary,
        verdict=fact.verdict,
        file_count=fact.file_count,
        operation_count=fact.operation_count,
        skipped_checks=fact.skipped_checks,
        duration_ms=fact.duration_ms,
    )
