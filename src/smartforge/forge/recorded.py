"""What a run that was broken off has finished: the log itself remembers the results of steps."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from decimal import Decimal

import msgspec
from msgspec.structs import replace

from smartforge.checks.base import Verdict
from smartforge.contract import reading
from smartforge.events import (
    CheckCompleted,
    FileComplete,
    FileGenerating,
    Message,
    PlanReady,
    Questions,
    RepairStarted,
    RunResumed,
    RunStarted,
    StepRetried,
    StepStarted,
    Usage,
    decode,
)
from smartforge.forge.base import Json, RunRequest, Wanted, plan_key, write_key
from smartforge.forge.budget import NO_MONEY, added
from smartforge.forge.plan import Plan
from smartforge.log.base import Blobs, Record
from smartforge.log.large import whole


class Left(msgspec.Struct):
    """What the executions of one run have left.

    `began` is when the run started, in Unix milliseconds, later by as long as it has waited for
    answers of the user. `results` are those of the finished
    steps, by the keys of `forge.run`; `retries` is how often a step was tried again, by the same
    keys, `attempts` how often each file was begun, `spent` how many tokens its model calls used,
    `paid` what they cost in USD, None where the price of one is not known,
    `resumed` how often the run was taken up since a step last finished, `wanted` what the user
    wanted otherwise in its plan, `approved` whether the plan is to be made: something of it was
    begun.
    """

    began: int | None = None
    resumed: int = 0
    results: dict[str, Json] = {}
    attempts: dict[str, int] = {}
    retries: dict[str, int] = {}
    spent: int = 0
    paid: Decimal | None = NO_MONEY
    wanted: list[Wanted] = []
    approved: bool = False

    def continued(self, request: RunRequest) -> RunRequest:
        """The request for one more execution, which goes on where the last one was."""
        return replace(
            request,
            began=self.began,
            attempts=self.attempts,
            retries=self.retries,
            spent=self.spent,
            paid=None if self.paid is None else str(self.paid),
            wanted=tuple(self.wanted),
            approved=self.approved,
        )

    def retry(self, key: str) -> None:
        """The step with this key was tried again."""
        self.retries[key] = self.retries.get(key, 0) + 1

    def finish(self, key: str, result: Json) -> None:
        """The step with this key has finished."""
        self.results[key] = result
        self.resumed = 0


class RecordedSteps:
    """Steps of which some have finished in an earlier execution.

    Arguments and results pass through JSON, so that a step whose result would not survive being
    stored is found at once.
    """

    def __init__(self, results: Mapping[str, Json]) -> None:
        self._results = results

    async def step(
        self, key: str, fn: Callable[..., Awaitable[Json]], arguments: dict[str, Json]
    ) -> Json:
        if key in self._results:
            return self._results[key]
        passed = msgspec.json.decode(msgspec.json.encode(arguments))
        return msgspec.json.decode(msgspec.json.encode(await fn(**passed)))


async def recorded(records: Iterable[Record], run: str, blobs: Blobs) -> Left:
    """Fold the events of a project into what `run` has left."""
    left = Left()
    spent: list[Usage] = []
    plans = round_ = 0
    asked: int | None = None
    shown = False
    for record in records:
        envelope, fact = decode(record.data)
        if envelope.run != run:
            continue
        match fact:
            case RunStarted():
                left.began = envelope.ts
            case RunResumed():
                left.resumed += 1
            case Questions():
                left.resumed, asked, shown = 0, envelope.ts, fact.about_plan
            case Message(id=id_, role="user", text=str(text)) if shown:
                left.wanted.append(Wanted(id_, text))
            case StepStarted(step=step):
                left.approved |= step == "generating"
                if asked is not None and left.began is not None:
                    left.began, asked = left.began + envelope.ts - asked, None
            case Usage():
                left.spent += fact.input_tokens + fact.output_tokens
                left.paid = added(left.paid, fact.cost)
                if fact.step == "planning":
                    spent.append(fact)
            case StepRetried(path=path, round=in_round):
                left.retry(plan_key(plans) if path is None else write_key(path, in_round))
            case PlanReady():
                left.finish(plan_key(plans), await _plan(fact, spent, blobs))
                plans, spent = plans + 1, []
            case FileGenerating(path=path, attempt=attempt):
                left.attempts[path] = attempt
            case RepairStarted(round=begun):
                round_ = begun
            case FileComplete(path=path, sha256=sha256):
                left.finish(write_key(path, round_), sha256)
            case CheckCompleted(check=name, round=in_round):
                left.finish(f"check:{name}:{in_round}", await _verdict(fact, blobs))
            case _:
                pass
    return left


async def _plan(fact: PlanReady, spent: list[Usage], blobs: Blobs) -> Json:
    made = Plan(
        contract=reading.from_json(await whole(fact.contract, blobs)),
        files=fact.files,
        notes=fact.notes,
        operations_not_made=fact.operations_not_made,
        usage=tuple(spent),
        restores=fact.restores,
        origins=fact.origins,
        offered=fact.offered,
    )
    return _json(made)


async def _verdict(fact: CheckCompleted, blobs: Blobs) -> Json:
    evidence = await whole(fact.evidence, blobs)
    return _json(Verdict(fact.verdict, fact.summary, evidence))


def _json(value: Plan | Verdict) -> Json:
    """As it comes back from a step: arrays are lists."""
    return msgspec.json.decode(msgspec.json.encode(value))
