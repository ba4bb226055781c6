"""Facts about a run: how it began, its steps, what it cost, how it ended."""

from typing import Annotated, Any

import msgspec

from smartforge.events.base import Author, CheckName, Fact, Outcome, Ref, Step, Trigger

Round = Annotated[int, msgspec.Meta(ge=0)]


class Edited(msgspec.Struct, frozen=True):
    """A file as a user wants it: its path, and its text by the hash of its content."""

    path: str
    content: Ref


class RunQueued(Fact, frozen=True, kw_only=True, tag="run:queued"):
    """A run waits for its turn; `position` counts those ahead of it, in its project or in all.

    `version` is the one that a restore is to bring back. With `approve` the run waits until its
    plan is approved; with `offer` it does where that plan is another than the model's, which was of
    no use. `user` is who asked for it. `checks` are those to run again, all where none is named.
    `edited` is what a user has changed by hand.
    """

    position: int
    trigger: Trigger
    message_id: str | None = None
    version: int | None = None
    approve: bool = False
    offer: bool = False
    user: str = "local"
    checks: tuple[CheckName, ...] = ()
    edited: Edited | None = None


class RunStarted(Fact, frozen=True, kw_only=True, tag="run:started"):
    """The run has begun. `base_version` is the version it starts from, null for the first."""

    trigger: Trigger
    base_version: int | None
    message_id: str | None


class RunResumed(Fact, frozen=True, kw_only=True, tag="run:resumed"):
    """Another execution took the run over after a crash."""

    node: str


class StepStarted(Fact, frozen=True, kw_only=True, tag="step:start"):
    """A step began. `round` is 0, or the round of repair that it belongs to."""

    step: Step
    round: Round
    message: str


class StepCompleted(Fact, frozen=True, kw_only=True, tag="step:complete"):
    """A step ended well, after `duration_ms` milliseconds."""

    step: Step
    round: Round
    message: str
    duration_ms: int


class StepRetried(Fact, frozen=True, kw_only=True, tag="step:retry"):
    """A step that asks a model failed for a passing reason; it is tried again after `delay_ms`.

    `attempt` is the try that follows, from 2: of a file that the step writes, its next attempt.
    """

    step: Step
    path: str | None = None
    round: Round = 0
    attempt: Annotated[int, msgspec.Meta(ge=2)]
    cause: str
    delay_ms: int


class FilePlanned(msgspec.Struct, frozen=True):
    """One file of what the run makes, and why it is there.

    One that is `kept` is not written: it is as it was in the version that the run starts from. One
    that was `edited` holds what a user changed by hand.
    """

    path: str
    purpose: str
    author: Author
    kept: bool = False
    edited: bool = False


class PlanReady(Fact, frozen=True, kw_only=True, tag="plan:ready"):
    """What will be made. `notes` says what was understood and what was not.

    `contract` is the contract as JSON, or the fields of a `Ref` where it is too large. `restores`
    is the version whose files these are, where an old one is brought back. `past` are the
    contracts from before the first version of this project, which is a copy of another. `origins`
    is the content that names the words for each part of the contract. One that is `offered` was
    made by rules, since the model's was of no use: it is made once it is approved.
    """

    contract: dict[str, Any]
    files: tuple[FilePlanned, ...]
    notes: tuple[str, ...]
    operations_not_made: tuple[str, ...]
    restores: int | None = None
    past: tuple[Ref, ...] = ()
    origins: Ref | None = None
    offered: bool = False


class RepairStarted(Fact, frozen=True, kw_only=True, tag="repair:start"):
    """A round of repair began, because of `cause`; only `paths` may change."""

    round: Round
    cause: str
    paths: tuple[str, ...]


class Usage(Fact, frozen=True, kw_only=True, tag="usage"):
    """One call of a model. `cost` is a decimal string in USD, null where no price is known.

    Also of a call that came to nothing: of one that was stopped it may stand behind the end of its
    run. `estimated`: the provider has not said, or not all, so it was counted here.
    `user` is who asked for the run.
    """

    step: Step
    path: str | None = None
    round: Round = 0
    model: str
    input_tokens: int
    cached_input_tokens: int
    output_tokens: int
    cost: str | None
    duration_ms: int
    estimated: bool = False
    user: str = "local"


class RunCancelled(Fact, frozen=True, kw_only=True, tag="run:cancelled"):
    """The run was stopped. Ends the run."""

    reason: str


class Complete(Fact, frozen=True, kw_only=True, tag="complete"):
    """The run left a version. Ends the run.

    `verdict` is `passed`, or `skipped` where nothing could be proven here; `summary` says why.
    """

    version: int
    verdict: Outcome
    summary: str
    file_count: int
    operation_count: int
    skipped_checks: tuple[str, ...]
    duration_ms: int


class RunFailed(Fact, frozen=True, kw_only=True, tag="error"):
    """The run could not be finished. Ends the run. `hint` says what to do next."""

    code: str
    message: str
    hint: str
    retryable: bool
