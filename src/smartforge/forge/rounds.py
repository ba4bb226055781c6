"""Checking what was written, and putting right what failed, as long as that may help."""

from collections.abc import Mapping, Sequence

from smartforge.errors import BudgetClosed, ModelFailed, StepTimedOut
from smartforge.events import Fact, FileComplete, FilePlanned, RepairStarted, RunFailed
from smartforge.forge import repairing, telling
from smartforge.forge.kit import Kit
from smartforge.forge.plan import Plan
from smartforge.forge.repairing import Round
from smartforge.forge.validating import validated
from smartforge.forge.writing import Writing
from smartforge.writers.base import Flawed

ENDS_REPAIR = (ModelFailed, BudgetClosed, StepTimedOut)
"""What a model or its budget may do to a round; the checks that failed are what ends the run."""


class Rounds:
    """The rounds of one run over the files of its plan. Round 0 checks what was written.

    Where a required check fails and a model wrote what may be at fault, that is written again
    and all checks are asked again. There are at most `repairing.MOST_ROUNDS` rounds of it, fewer
    where the same failure comes back or the budget is used up.
    """

    def __init__(self, kit: Kit, made: Plan, writing: Writing) -> None:
        self._kit = kit
        self._made = made
        self._writing = writing
        self._rounds: list[Round] = []
        self._began = 0.0
        self._touched: dict[str, None] = {}
        self._why = ""

    @property
    def last(self) -> Round:
        """The round that decided."""
        return self._rounds[-1]

    async def run(self, hashes: Mapping[str, str]) -> bool:
        """Check the files with these hashes, and repair them; whether no required check failed."""
        await self._validate(hashes, 0)
        while self.last.failed and (files := self._to_rewrite()):
            self._why = repairing.over(self._rounds)
            if self._why:
                break
            try:
                await self._repair(files)
            except ENDS_REPAIR as error:
                self._why = f"Repair stopped in round {len(self._rounds)}: {error.what}"
                break
        return not self.last.failed

    async def passed(self) -> None:
        """Say that the last validation ended well."""
        asked = sum(one.required or one.verdict != "skipped" for one in self.last.done)
        await self._end_validating(f"{self.last.whole.passed} of {asked} checks passed")

    async def failed(self) -> tuple[Fact, ...]:
        """How the run ends where a check failed: the best working copy is put back, in one with
        the error that names it."""
        best = repairing.best(self._rounds)
        error = RunFailed(
            code="checks_failed",
            message=repairing.failed(self._rounds, self._why),
            hint="Look at its evidence, then say what to change, or try again.",
            retryable=True,
        )
        back = [await self._as_in(best, path) for path in self._touched]
        return (*back, error)

    def _to_rewrite(self) -> tuple[FilePlanned, ...]:
        # What is checked as it is stays so; what a user wrote is theirs to put right.
        if self._made.restores is not None or self._kit.request.edited is not None:
            return ()
        return repairing.to_rewrite(self.last.failed, self._made.files)

    async def _repair(self, files: Sequence[FilePlanned]) -> None:
        """One round: these files are written again by what has failed, then all is checked."""
        last = self.last
        round_ = last.number + 1
        self._kit.shop.budget.check()
        await self._end_validating(f"{len(last.failed)} of {len(last.done)} checks failed")
        paths = tuple(file.path for file in files)
        started = RepairStarted(round=round_, cause=repairing.cause_of(last.failed), paths=paths)
        await self._kit.saying.fact(started, f"repair:{round_}")
        began = await self._kit.saying.begin("repairing", telling.repairing(paths), round_)
        self._touched |= dict.fromkeys(paths)
        before = await self._texts(last.hashes, paths)
        flawed = Flawed(before, repairing.failings(last.failed))
        written = await self._writing.all(self._made, files, round_, flawed)
        after = await self._texts(written, paths)
        await self._kit.saying.end("repairing", telling.repaired(before, after), began, round_)
        await self._validate({**last.hashes, **written}, round_)

    async def _validate(self, hashes: Mapping[str, str], round_: int) -> None:
        words = "Validating generated code..."
        self._began = await self._kit.saying.begin("validating", words, round_)
        contents = {path: await self._kit.blobs.get(sha256) for path, sha256 in hashes.items()}
        kit = self._kit
        found = await validated(
            kit.shop, self._made, hashes, contents, round_, kit.steps, kit.saying.fact
        )
        self._rounds.append(found)

    async def _end_validating(self, words: str) -> None:
        await self._kit.saying.end("validating", words, self._began, self.last.number)

    async def _texts(self, hashes: Mapping[str, str], paths: Sequence[str]) -> dict[str, str]:
        return {path: (await self._kit.blobs.get(hashes[path])).decode() for path in paths}

    async def _as_in(self, best: Round, path: str) -> FileComplete:
        """The file is as it was in that round; under its last attempt, which may be half done."""
        sha256 = best.hashes[path]
        size = len(await self._kit.blobs.get(sha256))
        attempt = max(1, self._writing.attempts(path))
        return FileComplete(path=path, attempt=attempt, size=size, sha256=sha256)
