"""One run from its start to its end: the only writer of its events."""

import asyncio
import logging
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol

from msgspec.structs import replace

from smartforge.contract.operations import operation_count
from smartforge.errors import BudgetClosed, Fenced, ModelFailed, SmartForgeError, StepTimedOut
from smartforge.events import (
    Complete,
    Edited,
    Fact,
    FileComplete,
    FileDeleted,
    RunStarted,
    Usage,
)
from smartforge.forge import editing, proof, telling
from smartforge.forge.base import RunRequest, Steps, Workshop, run_key
from smartforge.forge.failure import failed_by
from smartforge.forge.kit import Kit
from smartforge.forge.outbox import Outbox
from smartforge.forge.plan import Plan, taken_as_it_is, taking
from smartforge.forge.planning import Planning, Waits
from smartforge.forge.proving import proved
from smartforge.forge.repairing import Round
from smartforge.forge.rounds import Rounds
from smartforge.forge.saying import GENERATES
from smartforge.forge.watch import WatchedSteps
from smartforge.forge.writing import Writing
from smartforge.log import large
from smartforge.log.base import Appending, Blobs

NOT_WRITTEN = (ModelFailed, BudgetClosed, StepTimedOut)
"""What a model or its budget may do to a file."""

logger = logging.getLogger(__name__)


class RunLog(Appending, Blobs, Protocol):
    """What a run needs of the log."""


async def run(request: RunRequest, shop: Workshop, log: RunLog, steps: Steps, epoch: int) -> None:
    """Execute the run under `epoch`; ends with exactly one of `complete`, `error`, and `questions`
    to the user: then the run is not over, and is to be executed again once they are answered.

    It may be executed again, under a later epoch, where an execution was broken off at any
    point (`recorded` says what it left): finished steps are not run again, and what was said is
    not said again. Raises Fenced where somebody else has ended the run or taken it over; then
    nothing more was appended. Nor is where it is cancelled: whoever cancels says so in the log
    first. Only what was spent on answers that broke off so is told behind that.
    """

    async def append(facts: Sequence[Fact], key: str | None, close: bool) -> None:
        fitted = [await large.fit(_by(request.user, fact), log) for fact in facts]
        await log.append(
            request.project_id,
            fitted,
            run=request.run,
            epoch=epoch,
            key=key and run_key(request.run, key),
            close=close,
        )

    outbox = Outbox(append)
    if request.checks:
        asked = tuple(one for one in shop.checks if one.name in request.checks)
        shop = replace(shop, checks=asked)
    kit = Kit.of(request, shop, log, WatchedSteps(steps), outbox)
    try:
        async with outbox:
            await Run(kit).execute()
    finally:
        spent = [fact for fact in outbox.left if isinstance(fact, Usage)]
        if left := [*spent, *kit.losses.left()]:
            # Whoever is cancelled here again cannot undo what was spent.
            await asyncio.shield(_tell_late(request, log, left))


async def _tell_late(request: RunRequest, log: RunLog, spent: Sequence[Usage]) -> None:
    """Without a fence: nobody else knows of it."""
    try:
        facts = [_by(request.user, one) for one in spent]
        await log.append(request.project_id, facts, run=request.run)
    except SmartForgeError as error:
        logger.warning("run %s has spent %s, which cannot be stored: %s", request.run, spent, error)


class Run:
    """The order of the steps, and what each leaves for the next."""

    def __init__(self, kit: Kit) -> None:
        self._kit = kit
        self._planning = Planning(kit)
        self._writing = Writing(kit)
        self._began = time.monotonic() - _seconds_since(kit.request.began)

    async def execute(self) -> None:
        try:
            end = await self._work()
        except Waits as waits:
            await self._kit.outbox.now(waits.asked, key=waits.key, close=True)
            return
        except Fenced:
            raise
        except _Undone as undone:
            end = (*self._back(undone.made), failed_by(undone.error))
        except SmartForgeError as error:
            end = (failed_by(error),)
        except Exception as error:
            logger.exception(
                "run %s of project %s broke", self._kit.request.run, self._kit.request.project_id
            )
            end = (failed_by(error),)
        await self._kit.losses.tell()
        await self._kit.outbox.now(*end, key="end", close=True)

    async def _work(self) -> tuple[Fact, ...]:
        """What ends the run, and last of all the end itself."""
        request = self._kit.request
        started = RunStarted(
            trigger=request.trigger,
            base_version=request.base_version,
            message_id=request.message_id,
        )
        await self._kit.saying.once(started, key="started")
        if request.trigger == "checks":
            return await self._check_again()
        if request.edited is not None:
            return await self._edit(request.edited)
        made = await self._planning.made()
        hashes = await self._write(made)
        return await self._prove(made, hashes)

    async def _check_again(self) -> tuple[Fact, ...]:
        """The version as it is, checked once more: nothing is planned and nothing written."""
        version = self._kit.request.restored
        assert version is not None
        made = replace(taking(version, version), said=(), origins=version.origins)
        hashes = {file.path: file.sha256 for file in version.files}
        if self._kit.request.work != hashes:
            # A run that failed has left its own work; what is checked is what is shown.
            await self._planning.say(made)
            await self._write(made)
        return await self._prove(made, hashes)

    async def _edit(self, edited: Edited) -> tuple[Fact, ...]:
        """The version with a file as the user wants it: what is planned is known."""
        made = await asyncio.to_thread(editing.planned, self._kit, edited)
        await self._planning.say(made)
        hashes = await self._write(made, (editing.fact(edited),))
        return await self._prove(made, hashes)

    async def _write(self, made: Plan, given: Sequence[FileComplete] = ()) -> dict[str, str]:
        began = await self._kit.saying.begin("generating", GENERATES)
        taken = {
            file.path: file
            for file in taken_as_it_is(made, self._kit.request.chain, self._kit.request.restored)
        }
        work = self._kit.request.work
        kept = {file.path for file in made.files if file.kept}
        back = [*given]
        back += [
            one.complete()
            for one in taken.values()
            if one.path not in kept or work.get(one.path) != one.sha256
        ]
        await self._kit.saying.once(*back, key="taken")
        files = [
            file for file in made.files if file.path not in taken and file.path not in proof.PATHS
        ]
        hashes = {path: file.sha256 for path, file in taken.items()}
        hashes |= {one.path: one.sha256 for one in given}
        texts = await editing.merged(self._kit, made)
        try:
            for file in files:
                if file.path in texts:
                    text = texts[file.path]
                    hashes[file.path] = await self._writing.one(made, file, text=text)
            left = [file for file in files if file.path not in hashes]
            hashes |= await self._writing.all(made, left)
        except NOT_WRITTEN as error:
            raise _Undone(made, error) from error
        planned = {file.path for file in made.files}
        gone = [FileDeleted(path=path) for path in work if path not in planned]
        await self._kit.saying.once(*gone, key="deleted")
        await self._kit.saying.end(
            "generating", telling.written(made, self._kit.request.chain), began
        )
        return hashes

    def _back(self, made: Plan) -> Iterator[Fact]:
        """The working copy as the version that a follow-up starts from has it: of a change that a
        model could not write to its end, nothing stays."""
        chain, work = self._kit.request.chain, self._kit.request.work
        if not chain or all(file.kept or file.author != "model" for file in made.files):
            return
        known = chain[-1].by_path()
        kept = {file.path for file in made.files if file.kept}
        for path, file in known.items():
            if path not in kept or work.get(path) != file.sha256:
                yield replace(file.complete(), attempt=max(1, self._writing.attempts(path)))
        for path in dict.fromkeys([*work, *(file.path for file in made.files)]):
            if path not in known:
                yield FileDeleted(path=path)

    async def _prove(self, made: Plan, hashes: Mapping[str, str]) -> tuple[Fact, ...]:
        """Check what was written, and repair it as long as that may help; how the run ends."""
        rounds = Rounds(self._kit, made, self._writing)
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
        texts = proved(self._kit.shop, made, last.hashes, last.done, last.whole)
        for file in missing:
            await self._writing.one(made, file, last.number, text=texts[file.path])

    def _complete(self, made: Plan, last: Round) -> Complete:
        if self._kit.request.trigger == "checks":
            return self._complete_again(last)
        skipped = [one for one in last.done if one.verdict == "skipped"]
        return Complete(
            version=(self._kit.request.base_version or 0) + 1,
            verdict=last.whole.verdict,
            summary=telling.ended(made, self._kit.request.chain, last, skipped),
            file_count=len(made.files),
            operation_count=operation_count(made.contract),
            skipped_checks=tuple(one.check for one in skipped),
            duration_ms=round(1000 * (time.monotonic() - self._began)),
        )

    def _complete_again(self, last: Round) -> Complete:
        """The same version, with what the checks say of it now."""
        before = self._kit.request.latest
        assert before is not None
        passed = {one.check for one in last.done if one.verdict == "passed"}
        skipped = [one.check for one in last.done if one.verdict == "skipped"]
        verdict = last.whole.verdict
        if self._kit.request.checks:  # A few of them prove nothing of the rest.
            verdict = before.verdict
            skipped = [one for one in before.skipped_checks if one not in passed]
        return replace(
            before,
            verdict=verdict,
            summary=telling.checked_again(before.version, last),
            skipped_checks=tuple(skipped),
            duration_ms=round(1000 * (time.monotonic() - self._began)),
        )


def _by(user: str, fact: Fact) -> Fact:
    """What a call of a model took counts for who asked for the run."""
    return replace(fact, user=user) if isinstance(fact, Usage) else fact


class _Undone(Exception):
    """A file of the plan `made` could not be written; `error` says which, and why."""

    def __init__(self, made: Plan, error: SmartForgeError) -> None:
        super().__init__(error)
        self.made = made
        self.error = error


def _seconds_since(began: int | None) -> float:
    """How long ago that was (Unix milliseconds), as far as the clock can be trusted."""
    return 0.0 if began is None else max(0.0, time.time() - began / 1000)
