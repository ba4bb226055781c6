"""What a snapshot holds. Times are Unix milliseconds, durations milliseconds, sizes UTF-8 bytes."""

from typing import Any, Literal

import msgspec

from smartforge.events import Author, CheckName, Outcome, Question, Ref, Step

Status = Literal[
    "queued",
    "planning",
    "waiting",
    "generating",
    "validating",
    "repairing",
    "complete",
    "error",
    "cancelled",
]


End = Literal["complete", "error", "cancelled"]
"""How a run ended; a status too."""


class State(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Base of the snapshot's parts."""


class Version(State, frozen=True, kw_only=True):
    """What a complete run left; `ts` is when."""

    version: int
    run: str | None
    ts: int
    summary: str
    verdict: Outcome
    file_count: int
    operation_count: int
    skipped_checks: tuple[str, ...]
    duration_ms: int


class QueuedRun(State, frozen=True, kw_only=True):
    """A run that waits. `position` is the one it had when it was queued."""

    message_id: str | None
    position: int
    run: str | None


class StepState(State, frozen=True, kw_only=True):
    """A step of the current run. `unfinished` is one that was on when the run ended.

    `retries` is how often something in it was tried again.
    """

    step: Step
    round: int
    state: Literal["running", "complete", "unfinished"]
    message: str
    started_at: int
    duration_ms: int | None
    retries: int = 0


class FileState(State, frozen=True, kw_only=True):
    """A file of the project. `run` is the run that planned or began it last.

    `sha256` is null until the file is whole; `text`, the text so far, stands only in a file
    that is `writing` or `partial`. `author` and `purpose` are null where no event told them.
    """

    path: str
    state: Literal["planned", "writing", "complete", "partial"]
    author: Author | None
    attempt: int
    size: int
    sha256: str | None
    binary: bool
    purpose: str | None
    run: str | None
    text: str | msgspec.UnsetType = msgspec.UNSET


class ChatMessage(State, frozen=True, kw_only=True):
    """What the chat shows besides steps and files; `ts` is when it was first said."""

    id: str
    role: Literal["user", "assistant"]
    text: str | Ref
    ts: int


class CheckState(State, frozen=True, kw_only=True):
    """A check of the current run's latest round. `verdict` is null until it has one."""

    check: CheckName
    required: bool
    round: int
    started_at: int | None
    verdict: Outcome | None
    summary: str
    evidence: dict[str, Any]
    duration_ms: int | None


class UsageTotal(State, frozen=True, kw_only=True):
    """What the current run's model calls took. `cost` is null once any price is unknown.

    `estimated` once a part of it was counted here, because a provider had not said it.
    """

    input_tokens: int
    cached_input_tokens: int
    output_tokens: int
    cost: str | None
    estimated: bool = False


class Failure(State, frozen=True, kw_only=True):
    """Why the last run could not be finished, and what to do next."""

    code: str
    message: str
    hint: str
    retryable: bool


class Snapshot(State, frozen=True, kw_only=True):
    """A project as it stands after the event `seq`; 0 is before the first one.

    `run` is the active or the last run, whose `steps`, `checks`, `usage` and `error` these are.
    `progress` runs from 0 to 100 and never falls within a run. `version` is the latest complete
    version, null before the first. `queue` holds the runs that have not begun, in order. `ended`
    is how the last run ended, null before the first end: what `status` goes back to where all
    that is queued is taken back. `stopped_by` is why the last run was cancelled, null where it was
    not. `origins` is the content that says which words of the chat each part of the contract came
    from.
    """

    id: str
    title: str
    prompt: str | Ref
    target: str
    model: str | None
    status: Status
    progress: int
    seq: int
    run: str | None
    version: int | None
    versions: tuple[Version, ...]
    queue: tuple[QueuedRun, ...]
    steps: tuple[StepState, ...]
    files: tuple[FileState, ...]
    messages: tuple[ChatMessage, ...]
    questions: tuple[Question, ...]
    contract: dict[str, Any] | None
    origins: Ref | None
    notes: tuple[str, ...]
    operations_not_made: tuple[str, ...]
    checks: tuple[CheckState, ...]
    usage: UsageTotal
    error: Failure | None
    created_at: int | None
    started_at: int | None
    ended_at: int | None
    ended: End | None
    stopped_by: str | None
    deleted: bool


NO_USAGE = UsageTotal(input_tokens=0, cached_input_tokens=0, output_tokens=0, cost="0")


def empty(project_id: str) -> Snapshot:
    """The state before the first event."""
    return Snapshot(
        id=project_id,
        title="",
        prompt="",
        target="",
        model=None,
        status="queued",
        progress=0,
        seq=0,
        run=None,
        version=None,
        versions=(),
        queue=(),
        steps=(),
        files=(),
        messages=(),
        questions=(),
        contract=None,
        origins=None,
        notes=(),
        operations_not_made=(),
        checks=(),
        usage=NO_USAGE,
        error=None,
        created_at=None,
        started_at=None,
        ended_at=None,
        ended=None,
        stopped_by=None,
        deleted=False,
    )
