"""One run from its start to its end: the only writer of its events."""

import logging
import time
from collections.abc import Mapping, Sequence
from typing import Protocol

import msgspec

from smartforge.contract import reading
from smartforge.contract.operations import operation_count
from smartforge.errors import Fenced, ModelFailed, SmartForgeError
from smartforge.events import (
    Complete,
    Fact,
    FileDeleted,
    Message,
    PlanReady,
    Question,
    Questions,
    Ref,
    RunStarted,
    TitleChanged,
)
from smartforge.forge import origins, proof, telling
from smartforge.forge.base import Json, RunRequest, Steps, Workshop, run_key
from smartforge.forge.failure import failed_by
from smartforge.forge.folder import check_paths
from smartforge.forge.outbox import Outbox
from smartforge.forge.plan import Plan, plan, taken_as_it_is, taking
from smartforge.forge.proving import proved
from smartforge.forge.repairing import Round
from smartforge.forge.retries import Retries
from smartforge.forge.rounds import Rounds
from smartforge.forge.saying import Saying
from smartforge.forge.watch import WatchedSteps
from smartforge.forge.writing import Writing
from smartforge.log import large
from smartforge.log.base import Appending, Blobs
from smartforge.planners.base import Asked, PlanRequest

logger = logging.getLogger(__name__)


class RunLog(Appending, Blobs, Protocol):
    """What a run needs of the log."""


async def run(request: RunRequest, shop: Workshop, log: RunLog, steps: Steps, epoch: int) -> None:
    """Execute the run under `epoch`; ends with exactly one of `complete`, `error`, and `questions`
    to the user: then the run is not over, and is to be executed again once they are answered.

    It may be executed again, under a later epoch, where an execution was broken off at any
    point (`recorded` says what it left): finished steps are not run again, and what was said is
    not said again. Raises Fenced where somebody else has ended the run or taken it over; then
    nothing more was appended. Cancelling it appends nothing: whoever cancels says so in the log
    first.
    """

    async def append(facts: Sequence[Fact], key: str | None, close: bool) -> None:
        fitted = [await large.fit(fact, log) for fact in facts]
        await log.append(
            request.project_id,
            fitted,
            run=request.run,
            epoch=epoch,
            key=key and run_key(request.run, key),
            close=close,
        )

    async with Outbox(append) as outbox:
        await Run(request, shop, log, WatchedSteps(steps), outbox).execute()


class Run:
    """The order of the steps, and what each leaves for the next."""

    def __init__(
        self, request: RunRequest, shop: Workshop, blobs: Blobs, steps: Steps, outbox: Outbox
    ) -> None:
        self._request = request
        self._shop = shop
        self._blobs = blobs
        self._steps = steps
        self._outbox = outbox
        self._saying = Saying(outbox)
        self._retries = Retries(self._saying.retried, request.retries, shop.patience)
        self._writing = Writing(request, shop, steps, outbox, self._retries, blobs.put)
        self._began = time.monotonic() - _seconds_since(request.began)

    async def execute(self) -> None:
        try:
            end = await self._work()
        except _Waits as waits:
            asked = Questions(questions=waits.questions)
            await self._outbox.now(asked, key="questions", close=True)
            return
        except Fenced:
            raise
        except SmartForgeError as error:
            end = (failed_by(error),)
        except Exception as error:
            logger.exception(
                "run %s of project %s broke", self._request.run, self._request.project_id
            )
            end = (failed_by(error),)
        await self._outbox.now(*end, key="end", close=True)

    async def _work(self) -> tuple[Fact, ...]:
        """What ends the run, and last of all the end itself."""
        request = self._request
        started = RunStarted(
            trigger=request.trigger,
            base_version=request.base_version,
            message_id=request.message_id,
        )
        await self._saying.once(started, key="started")
        made = await self._plan()
        hashes = await self._write(made)
        return await self._prove(made, hashes)

    async def _plan(self) -> Plan:
        began = await self._saying.begin("planning", "Planning API structure...")
        made = await self._found_plan()
        told: list[Fact] = [*made.usage]
        if self._request.trigger == "prompt" and made.contract.title != self._request.title:
            told.append(TitleChanged(title=made.contract.title))
        ready = PlanReady(
            contract=reading.to_json(made.contract),
            files=made.files,
            notes=made.notes,
            operations_not_made=made.operations_not_made,
            restores=made.restores,
            origins=await self._origins(made),
        )
        if made.said:
            text = "\n".join(made.said)
            told.append(Message(id=f"said-{self._request.run}", role="assistant", text=text))
        await self._saying.once(*told, ready, key="plan")
        await self._saying.end("planning", telling.planned(made), began)
        return made

    async def _ask(self) -> None:
        """Raises _Waits where the user is to be asked something."""
        request, asker = self._request, self._shop.asker
        first = request.base_version is None and request.restored is None
        if asker is None or not request.choice.ask or not first or request.answers is not None:
            return

        async def attempt(_: int) -> Asked:
            return await asker.questions(PlanRequest(prompts=request.prompts))

        try:
            asked = await self._retries.insist("ask", "planning", None, 1, attempt)
        except ModelFailed as error:
            # Whoever plans asks the same model next, and says what is wrong with it.
            logger.warning("run %s asks the user nothing: %s", request.run, error)
            return
        for usage in asked.usage:
            await self._outbox.put(usage)
        if asked.questions:
            raise _Waits(asked.questions)

    async def _found_plan(self) -> Plan:
        request = self._request
        if request.restored is not None:
            return taking(request.restored, request.chain[-1])
        prompts = list(request.prompts)
        return msgspec.convert(
            await self._steps.step("plan", self._plan_step, {"prompts": prompts}), Plan
        )

    async def _origins(self, made: Plan) -> Ref | None:
        """Where the parts of the contract come from, as stored content."""
        request = self._request
        chain = request.chain
        if made.restores is not None:
            known = {one.number: one for one in (*chain, request.restored) if one}
            return known[made.restores].origins
        last = chain[-1] if chain else None
        before = last.origins if last else None
        content = origins.encoded(
            origins.traced(
                made.contract,
                made.words,
                request.prompts[-1] if request.prompts else "",
                request.asked_in,
                reading.from_json(last.contract) if last else None,
                origins.decoded(await self._blobs.get(before.ref)) if before else {},
            )
        )
        return Ref(ref=await self._blobs.put(content), size=len(content))

    async def _plan_step(self, prompts: list[str]) -> Json:
        await self._ask()
        shop, chain = self._shop, self._request.chain

        async def attempt(_: int) -> Plan:
            writes = "model" in shop.writers
            return await plan(
                shop.planner,
                shop.target,
                shop.author,
                prompts,
                chain,
                writes=writes,
                answers=self._request.answers,
            )

        first = 1 + self._request.retries.get("plan", 0)
        made = await self._retries.insist("plan", "planning", None, first, attempt)
        check_paths(file.path for file in made.files)
        return msgspec.to_builtins(made)

    async def _write(self, made: Plan) -> dict[str, str]:
        began = await self._saying.begin("generating", "Generating code...")
        taken = {
            file.path: file
            for file in taken_as_it_is(made, self._request.chain, self._request.restored)
        }
        work = self._request.work
        kept = {file.path for file in made.files if file.kept}
        back = [
            one.complete()
            for one in taken.values()
            if one.path not in kept or work.get(one.path) != one.sha256
        ]
        await self._saying.once(*back, key="taken")
        files = [
            file for file in made.files if file.path not in taken and file.path not in proof.PATHS
        ]
        hashes = {path: file.sha256 for path, file in taken.items()}
        hashes |= await self._writing.all(made, files)
        planned = {file.path for file in made.files}
        gone = [FileDeleted(path=path) for path in work if path not in planned]
        await self._saying.once(*gone, key="deleted")
        await self._saying.end("generating", telling.written(made, self._request.chain), began)
        return hashes

    async def _prove(self, made: Plan, hashes: Mapping[str, str]) -> tuple[Fact, ...]:
        """Check what was written, and repair it as long as that may help; how the run ends."""
        rounds = Rounds(self._shop, made, self._writing, self._saying, self._blobs, self._steps)
        if not await rounds.run(hashes):
            return await rounds.failed()
        await self._write_proof(made, rounds.last)
        await rounds.passed()
        return (self._complete(made, rounds.last),)

    async def _write_proof(self, made: Plan, last: Round) -> None:
        """Write what the version was proven by; one that is brought back has that already."""
        missing = [file for file in made.files if file.path not in last.hashes]
        if not missing:
            return
        texts = proved(self._shop, made, last.hashes, last.done, last.whole)
        for file in missing:
            await self._writing.one(made, file, last.number, text=texts[file.path])

    def _complete(self, made: Plan, last: Round) -> Complete:
        skipped = [one for one in last.done if one.verdict == "skipped"]
        return Complete(
            version=(self._request.base_version or 0) + 1,
            verdict=last.whole.verdict,
            summary=telling.ended(made, self._request.chain, last, skipped),
            file_count=len(made.files),
            operation_count=operation_count(made.contract),
            skipped_checks=tuple(one.check for one in skipped),
            duration_ms=round(1000 * (time.monotonic() - self._began)),
        )


class _Waits(Exception):
    """The run goes on once the user has answered."""

    def __init__(self, questions: tuple[Question, ...]) -> None:
        super().__init__(questions)
        self.questions = questions


def _seconds_since(began: int | None) -> float:
    """How long ago that was (Unix milliseconds), as far as the clock can be trusted."""
    return 0.0 if began is None else max(0.0, time.time() - began / 1000)
