"""The fold itself: how each fact changes the state. `web/src/stream/reduce.ts` is its twin."""

from collections.abc import Iterable
from typing import Any, Protocol, TypeVar, assert_never

from msgspec.structs import replace

from smartforge.events import (
    AnyFact,
    CheckCompleted,
    CheckStarted,
    CodeChunk,
    Complete,
    Envelope,
    FileComplete,
    FileDeleted,
    FileGenerating,
    Message,
    MessageRemoved,
    MessageUpdated,
    PlanReady,
    ProjectCreated,
    ProjectDeleted,
    ProjectUndeleted,
    Questions,
    RepairStarted,
    RunCancelled,
    RunFailed,
    RunQueued,
    RunResumed,
    RunStarted,
    Step,
    StepCompleted,
    StepRetried,
    StepStarted,
    TitleChanged,
    Usage,
    ValidationCompleted,
    ValidationStarted,
    decode,
)
from smartforge.snapshot.files import Files
from smartforge.snapshot.parts import (
    announced,
    answered,
    checked,
    ended,
    index,
    version_of,
    without,
)
from smartforge.snapshot.state import (
    NO_USAGE,
    ChatMessage,
    Failure,
    QueuedRun,
    Snapshot,
    Status,
    StepState,
    empty,
)
from smartforge.snapshot.usage import add

T = TypeVar("T")

ON: frozenset[Status] = frozenset({"planning", "waiting", "generating", "validating", "repairing"})
"""The statuses in which a run is on."""

ENDED: frozenset[Status] = frozenset({"complete", "error", "cancelled"})
"""The statuses that a run leaves behind."""

# How far a run is when a step begins, and when it is done. Repairs repeat what was counted.
BEGUN: dict[Step, int] = {"planning": 1, "generating": 10, "validating": 70, "repairing": 0}
DONE: dict[Step, int] = {"planning": 10, "generating": 70, "validating": 99, "repairing": 0}
PLANNED = 8


class Encoded(Protocol):
    """Something that holds an encoded event, such as a record of the log."""

    @property
    def data(self) -> bytes: ...


def apply(snapshot: Snapshot, envelope: Envelope, fact: AnyFact | None) -> Snapshot:
    """The state after one more event; `fact` is None for an unknown type.

    An event that `snapshot` already holds (seq not above its own) changes nothing.
    """
    folding = Fold(snapshot)
    folding.add(envelope, fact)
    return folding.snapshot()


def fold(events: Iterable[bytes | Encoded], start: Snapshot | None = None) -> Snapshot:
    """The state after all `events`, in order, going on from `start`.

    Raises ValueError where there is neither an event nor a start; msgspec.ValidationError where
    an event lacks a field.
    """
    folding = None if start is None else Fold(start)
    for event in events:
        envelope, fact = decode(event if isinstance(event, bytes) else event.data)
        if folding is None:
            folding = Fold(empty(envelope.project_id))
        folding.add(envelope, fact)
    if folding is None:
        raise ValueError("a project without events has no state")
    return folding.snapshot()


class Fold:
    """A fold that is under way: takes events one by one, and gives the state at any time.

    For whoever follows a log and needs its state now and then; `apply` and `fold` are made of it.
    """

    def __init__(self, snapshot: Snapshot) -> None:
        self._state = snapshot  # all but `seq` and `files`, which change with every chunk
        self._seq = snapshot.seq
        self._files = Files(snapshot.files)

    @property
    def seq(self) -> int:
        """The last event that was added."""
        return self._seq

    def snapshot(self) -> Snapshot:
        """The state now. It is not touched by events that are added later."""
        return replace(self._state, seq=self._seq, files=self._files.states())

    def add(self, envelope: Envelope, fact: AnyFact | None) -> None:
        """Take the next event; one that was added before changes nothing."""
        if envelope.seq <= self._seq:
            return
        self._seq = envelope.seq
        match fact:
            case None:
                pass
            case FileGenerating() | CodeChunk() | FileComplete() | FileDeleted():
                self._file(envelope, fact)
            case ProjectCreated() | TitleChanged() | ProjectDeleted() | ProjectUndeleted():
                self._project(envelope, fact)
            case Message() | MessageUpdated() | MessageRemoved() | Questions():
                self._chat(envelope, fact)
            case RunQueued() | RunStarted() | RunResumed() | RepairStarted():
                self._run(envelope, fact)
            case StepStarted() | StepCompleted():
                self._step(envelope, fact)
            case StepRetried():
                self._retry(fact)
            case PlanReady():
                self._plan(envelope, fact)
            case ValidationStarted() | ValidationCompleted() | CheckStarted() | CheckCompleted():
                self._check(envelope, fact)
            case Usage():
                # What a stopped run has spent may come when the next one is on.
                if envelope.run == self._state.run:
                    self._set(usage=add(self._state.usage, fact))
            case Complete() | RunFailed() | RunCancelled():
                self._end(envelope, fact)
            case _:
                assert_never(fact)

    def _set(self, **changes: Any) -> None:
        self._state = replace(self._state, **changes)

    def _go(self, status: Status | None, progress: int = 0) -> None:
        """Change the status and raise the progress, unless the run has ended."""
        state = self._state
        if state.status not in ENDED:
            self._set(status=status or state.status, progress=max(state.progress, progress))

    def _project(
        self,
        envelope: Envelope,
        fact: ProjectCreated | TitleChanged | ProjectDeleted | ProjectUndeleted,
    ) -> None:
        match fact:
            case ProjectCreated():
                self._set(
                    title=fact.title,
                    prompt=fact.prompt,
                    target=fact.target,
                    model=fact.model,
                    created_at=envelope.ts,
                )
            case TitleChanged():
                self._set(title=fact.title)
            case ProjectDeleted():
                self._set(deleted=True)
            case ProjectUndeleted():
                self._set(deleted=False)

    def _chat(
        self, envelope: Envelope, fact: Message | MessageUpdated | MessageRemoved | Questions
    ) -> None:
        said = self._state.messages
        match fact:
            case Message(id=id_, role=role, text=text):
                new = ChatMessage(id=id_, role=role, text=text, ts=envelope.ts)
                self._set(messages=(*said, new))
            case MessageUpdated(id=id_, text=text):
                self._set(
                    messages=tuple(
                        replace(one, text=text) if one.id == id_ else one for one in said
                    )
                )
            case MessageRemoved(id=id_):
                self._set(messages=tuple(one for one in said if one.id != id_))
                self._unqueue(message_id=id_)
            case Questions():
                self._set(questions=fact.questions)
                self._go("waiting")

    def _run(
        self, envelope: Envelope, fact: RunQueued | RunStarted | RunResumed | RepairStarted
    ) -> None:
        match fact:
            case RunQueued():
                queued = QueuedRun(
                    message_id=fact.message_id, position=fact.position, run=envelope.run
                )
                status = self._state.status
                self._set(
                    queue=(*self._state.queue, queued), status=status if status in ON else "queued"
                )
            case RunStarted():
                self._files.stop()
                self._set(
                    messages=(*self._state.messages, *answered(self._state)),
                    queue=without(self._state.queue, envelope.run, fact.message_id),
                    run=envelope.run,
                    status="planning",
                    progress=0,
                    steps=(),
                    checks=(),
                    questions=(),
                    usage=NO_USAGE,
                    error=None,
                    started_at=envelope.ts,
                    ended_at=None,
                    stopped_by=None,
                )
            case RunResumed():
                pass
            case RepairStarted():
                self._go("repairing")

    def _unqueue(self, message_id: str) -> None:
        state = self._state
        queue = without(state.queue, None, message_id)
        if queue == state.queue:
            return
        # What was to be done next was taken back, and nothing else is to be done.
        idle = state.status == "queued" and not queue
        self._set(queue=queue, status=(state.ended or "cancelled") if idle else state.status)

    def _step(self, envelope: Envelope, fact: StepStarted | StepCompleted) -> None:
        steps = list(self._state.steps)
        at = index(steps, lambda one: (one.step, one.round) == (fact.step, fact.round))
        match fact:
            case StepStarted():
                began, duration, retries = envelope.ts, None, 0
                self._set(questions=())
                self._go(fact.step, BEGUN[fact.step])
            case StepCompleted():
                duration = fact.duration_ms
                known = steps[at] if at < len(steps) else None
                began = known.started_at if known else envelope.ts - duration
                retries = known.retries if known else 0
                self._go(None, DONE[fact.step])
        steps[at : at + 1] = [
            StepState(
                step=fact.step,
                round=fact.round,
                state="running" if duration is None else "complete",
                message=fact.message,
                started_at=began,
                duration_ms=duration,
                retries=retries,
            )
        ]
        self._set(steps=tuple(steps))

    def _retry(self, fact: StepRetried) -> None:
        self._set(
            steps=tuple(
                replace(one, retries=one.retries + 1)
                if (one.step, one.round) == (fact.step, fact.round)
                else one
                for one in self._state.steps
            )
        )

    def _plan(self, envelope: Envelope, fact: PlanReady) -> None:
        self._files.plan(fact.files, envelope.run)
        self._set(
            contract=fact.contract,
            origins=fact.origins,
            notes=fact.notes,
            operations_not_made=fact.operations_not_made,
        )
        self._go(None, PLANNED)

    def _file(
        self, envelope: Envelope, fact: FileGenerating | CodeChunk | FileComplete | FileDeleted
    ) -> None:
        match fact:
            case FileGenerating():
                self._files.begin(fact, envelope.run)
            case CodeChunk():
                self._files.grow(fact)
            case FileComplete():
                self._files.finish(fact, envelope.run)
                self._go(None, 10 + self._files.done(60, envelope.run))
            case FileDeleted():
                self._files.delete(fact.path)

    def _check(
        self,
        envelope: Envelope,
        fact: ValidationStarted | ValidationCompleted | CheckStarted | CheckCompleted,
    ) -> None:
        match fact:
            case ValidationStarted():
                self._set(checks=tuple(announced(name, fact.round) for name in fact.checks))
                self._go("validating", BEGUN["validating"])
            case ValidationCompleted():
                pass
            case CheckStarted() | CheckCompleted():
                checks = list(self._state.checks)
                at = index(checks, lambda one: one.check == fact.check)
                known = checks[at] if at < len(checks) else announced(fact.check, fact.round)
                checks[at : at + 1] = [checked(known, envelope.ts, fact)]
                self._set(checks=tuple(checks))
                done = sum(one.verdict is not None for one in checks)
                self._go(None, 70 + 29 * done // len(checks))

    def _end(self, envelope: Envelope, fact: Complete | RunFailed | RunCancelled) -> None:
        state = self._state
        queue = without(state.queue, envelope.run, None)
        another = envelope.run is not None and envelope.run != state.run
        if another and (state.status != "queued" or queue):
            self._set(queue=queue)  # a run that never began, while another one has the stage
            return
        self._files.stop()
        whole = isinstance(fact, Complete)
        self._set(
            queue=queue,
            run=envelope.run or state.run,
            steps=tuple(ended(step, envelope.ts, whole) for step in state.steps),
            questions=(),
            ended_at=envelope.ts,
            stopped_by=fact.reason if isinstance(fact, RunCancelled) else None,
        )
        match fact:
            case Complete():
                versions = tuple(one for one in state.versions if one.version != fact.version)
                self._set(
                    status="complete",
                    ended="complete",
                    progress=100,
                    error=None,
                    version=fact.version,
                    versions=(*versions, version_of(envelope, fact)),
                )
            case RunFailed():
                failure = Failure(
                    code=fact.code, message=fact.message, hint=fact.hint, retryable=fact.retryable
                )
                self._set(status="error", ended="error", error=failure)
            case RunCancelled():
                self._set(status="cancelled", ended="cancelled", error=None)
