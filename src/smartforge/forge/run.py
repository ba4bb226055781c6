"""One run from its start to its end: the only writer of its events."""

import logging
import time
from collections.abc import Sequence
from contextlib import aclosing
from functools import cached_property
from typing import Protocol

import msgspec

from smartforge.checks.base import Check, Subject, Verdict
from smartforge.contract import Contract, openapi, reading
from smartforge.contract.operations import operation_count
from smartforge.errors import Fenced, SmartForgeError
from smartforge.events import (
    CheckCompleted,
    Complete,
    Fact,
    FileComplete,
    FileDeleted,
    FilePlanned,
    Message,
    PlanReady,
    Ref,
    RunFailed,
    RunStarted,
    Step,
    StepCompleted,
    StepRetried,
    StepStarted,
    TitleChanged,
    ValidationCompleted,
)
from smartforge.forge import origins, proof, telling
from smartforge.forge.base import Json, RunRequest, Steps, Workshop, run_key
from smartforge.forge.check import check, key_of
from smartforge.forge.failure import failed_by
from smartforge.forge.folder import laid_out, safe_path
from smartforge.forge.outbox import Outbox
from smartforge.forge.plan import Plan, plan, taken_as_it_is, taking
from smartforge.forge.proving import proved
from smartforge.forge.retries import Retries
from smartforge.forge.versions import lineage
from smartforge.forge.watch import WatchedSteps
from smartforge.forge.write import write
from smartforge.log import large
from smartforge.log.base import Appending, Blobs
from smartforge.writers.base import WriteRequest

logger = logging.getLogger(__name__)


class RunLog(Appending, Blobs, Protocol):
    """What a run needs of the log."""


async def run(request: RunRequest, shop: Workshop, log: RunLog, steps: Steps, epoch: int) -> None:
    """Execute the run under `epoch`; ends with exactly one of `complete` and `error`.

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
        self._retries = Retries(self._retried, request.retries, shop.patience)
        self._began = time.monotonic() - _seconds_since(request.began)

    async def execute(self) -> None:
        try:
            last = await self._work()
        except Fenced:
            raise
        except SmartForgeError as error:
            last = failed_by(error)
        except Exception as error:
            logger.exception(
                "run %s of project %s broke", self._request.run, self._request.project_id
            )
            last = failed_by(error)
        await self._outbox.now(last, key="end", close=True)

    async def _work(self) -> Complete | RunFailed:
        request = self._request
        await self._outbox.now(
            RunStarted(
                trigger=request.trigger,
                base_version=request.base_version,
                message_id=request.message_id,
            ),
            key="started",
        )
        made = await self._plan()
        hashes = await self._write(made)
        return await self._check(made, hashes)

    async def _plan(self) -> Plan:
        began = await self._begin("planning", "Planning API structure...")
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
        await self._outbox.now(*told, ready, key="plan")
        await self._end("planning", telling.planned(made), began)
        return made

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
        shop, chain = self._shop, self._request.chain

        async def attempt(_: int) -> Plan:
            return await plan(shop.planner, shop.target, shop.author, prompts, chain)

        first = 1 + self._request.retries.get("plan", 0)
        made = await self._retries.insist("plan", "planning", None, first, attempt)
        for file in made.files:
            safe_path(file.path)
        return msgspec.to_builtins(made)

    async def _write(self, made: Plan) -> dict[str, str]:
        began = await self._begin("generating", "Generating code...")
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
        await self._outbox.now(*back, key="taken")
        hashes: dict[str, str] = {path: file.sha256 for path, file in taken.items()}
        for file in made.files:
            if file.path not in taken and file.path not in proof.PATHS:
                hashes[file.path] = await self._write_one(file, made)
        planned = {file.path for file in made.files}
        gone = [FileDeleted(path=path) for path in work if path not in planned]
        await self._outbox.now(*gone, key="deleted")
        await self._end("generating", telling.written(made, self._request.chain), began)
        return hashes

    async def _write_one(self, file: FilePlanned, made: Plan, text: str | None = None) -> str:
        """Write it, where an earlier execution has not; its hash."""

        async def body(path: str) -> Json:
            return await self._write_step(file, made, text)

        return await self._steps.step(f"write:{file.path}", body, {"path": file.path})

    async def _write_step(self, file: FilePlanned, made: Plan, text: str | None) -> Json:
        async def attempt(number: int) -> str:
            return await self._write_file(file, made, number, text)

        path = file.path
        first = 1 + self._request.attempts.get(path, 0)
        return await self._retries.insist(f"write:{path}", "generating", path, first, attempt)

    async def _write_file(
        self, file: FilePlanned, made: Plan, attempt: int, text: str | None
    ) -> str:
        if file.author == "model":
            self._shop.budget.check()  # A file for which nothing is left is not begun either.
        writer = self._shop.writers[file.author]
        request = WriteRequest(
            file=file,
            files=made.files,
            contract=made.contract,
            prompts=self._request.prompts,
            attempt=attempt,
            past=self._past,
            text=text,
        )
        sha256 = ""
        async with aclosing(write(writer, request, self._blobs.put)) as facts:
            async for fact in facts:
                await self._outbox.put(fact)
                if isinstance(fact, FileComplete):
                    sha256 = fact.sha256
        return sha256

    async def _check(self, made: Plan, hashes: dict[str, str]) -> Complete | RunFailed:
        began = await self._begin("validating", "Validating generated code...")
        contents = {path: await self._blobs.get(sha256) for path, sha256 in hashes.items()}
        promised = openapi.openapi(made.contract)
        done: list[CheckCompleted] = []
        whole: ValidationCompleted | None = None
        async with laid_out(contents) as folder:
            subject = Subject(
                folder=folder,
                promised=promised,
                dependencies=self._shop.target.dependencies(),
                sandbox=self._shop.sandbox,
            )

            async def ask(one: Check) -> Verdict:
                async def body(check: str) -> Json:
                    return msgspec.to_builtins(await one.check(subject))

                found = await self._steps.step(f"check:{one.name}:0", body, {"check": one.name})
                return msgspec.convert(found, Verdict)

            async with aclosing(check(self._shop.checks, ask)) as facts:
                async for fact in facts:
                    await self._outbox.now(fact, key=key_of(fact))
                    if isinstance(fact, CheckCompleted):
                        done.append(fact)
                    elif isinstance(fact, ValidationCompleted):
                        whole = fact
        assert whole is not None
        failed = next((one for one in done if one.required and one.verdict == "failed"), None)
        if failed is not None:
            return RunFailed(
                code="checks_failed",
                message=f"The check {failed.check!r} failed: {failed.summary}",
                hint="Look at its evidence, then say what to change, or try again.",
                retryable=True,
            )
        await self._prove(made, hashes, done, whole)
        asked = sum(one.required or one.verdict != "skipped" for one in done)
        await self._end("validating", f"{whole.passed} of {asked} checks passed", began)
        return self._complete(made, done, whole)

    async def _prove(
        self,
        made: Plan,
        hashes: dict[str, str],
        done: list[CheckCompleted],
        whole: ValidationCompleted,
    ) -> None:
        """Write what the version was proven by; one that is brought back has that already."""
        missing = [file for file in made.files if file.path not in hashes]
        if not missing:
            return
        texts = proved(self._shop, made, hashes, done, whole)
        for file in missing:
            await self._write_one(file, made, texts[file.path])

    def _complete(
        self, made: Plan, done: list[CheckCompleted], whole: ValidationCompleted
    ) -> Complete:
        skipped = [one for one in done if one.verdict == "skipped"]
        return Complete(
            version=(self._request.base_version or 0) + 1,
            verdict=whole.verdict,
            summary=telling.ended(made, self._request.chain, whole, skipped),
            file_count=len(made.files),
            operation_count=operation_count(made.contract),
            skipped_checks=tuple(one.check for one in skipped),
            duration_ms=round(1000 * (time.monotonic() - self._began)),
        )

    @cached_property
    def _past(self) -> tuple[Contract, ...]:
        return lineage(self._request.chain)

    async def _retried(self, fact: StepRetried, key: str) -> None:
        await self._outbox.now(fact, key=key)

    async def _begin(self, step: Step, message: str) -> float:
        await self._outbox.now(StepStarted(step=step, round=0, message=message), key=f"{step}:0")
        return time.monotonic()

    async def _end(self, step: Step, message: str, began: float) -> None:
        await self._outbox.now(
            StepCompleted(
                step=step,
                round=0,
                message=message,
                duration_ms=round(1000 * (time.monotonic() - began)),
            ),
            key=f"{step}:0:done",
        )


def _seconds_since(began: int | None) -> float:
    """How long ago that was (Unix milliseconds), as far as the clock can be trusted."""
    return 0.0 if began is None else max(0.0, time.time() - began / 1000)
