"""Small stand-ins for the tools of a run, each able to succeed, fail and hang on demand."""

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence, Set
from contextlib import AbstractAsyncContextManager
from pathlib import Path

from smartforge.checks.base import Check, Method, Subject, Verdict
from smartforge.contract import Contract, Field, Resource, Text
from smartforge.errors import AnswerIncomplete, SandboxUnavailable
from smartforge.events import (
    AnyFact,
    Author,
    CheckName,
    CodeChunk,
    Envelope,
    Fact,
    Outcome,
    Usage,
    decode,
)
from smartforge.forge.base import Choice, RunRequest, Workshop
from smartforge.log.base import ENDING, Reading, follow
from smartforge.log.memory import MemoryLog
from smartforge.planners.base import NOT_UNDERSTOOD, Planned, PlanRequest
from smartforge.sandbox.base import Ended, Level, Program, Served
from smartforge.targets.base import Target, TargetFile
from smartforge.writers.base import WriteRequest

CONTRACT = Contract(
    title="Note API",
    resources=(Resource(name="note", plural="notes", fields=(Field("title", Text()),)),),
)


class FakePlanner:
    """Answers with CONTRACT, or raises what it was given. Remembers what it was asked.

    With a `failure` it `instead` offers CONTRACT to those who may be asked.
    """

    def __init__(self, failure: Exception | None = None, instead: str = "") -> None:
        self.asked: list[PlanRequest] = []
        self.failure = failure
        self.instead = instead

    async def plan(self, request: PlanRequest) -> Planned:
        self.asked.append(request)
        offered = self.instead if request.offers and self.failure is not None else ""
        if self.failure is not None and not offered:
            raise self.failure
        notes = ("Understood notes.", f"{NOT_UNDERSTOOD} 'rolls'.")
        return Planned(contract=CONTRACT, notes=notes, instead=offered)


class FakeTarget:
    """Three files, one of them a judge's, with umlauts and an emoji so that sizes differ."""

    name = "fake"
    repeated: Set[CheckName] = frozenset({"syntax"})

    def __init__(self, folder: Path = Path("/nowhere")) -> None:
        self._folder = folder

    def files(self, contract: Contract, past: Sequence[Contract] = ()) -> Sequence[TargetFile]:
        return (
            TargetFile("app/__init__.py", "the package", judge=False),
            TargetFile("app/main.py", "the application", judge=False),
            TargetFile("openapi.yaml", "the promise", judge=True),
        )

    def render(self, contract: Contract, past: Sequence[Contract] = ()) -> Mapping[str, str]:
        return {
            "app/__init__.py": "",
            "app/main.py": "# grüße 🚀\n" * 40,
            "openapi.yaml": "openapi: 3.1.0\n",
        }

    def packages(self) -> Mapping[str, str]:
        return {"wheels": "1.0"}

    def dependencies(self) -> Path:
        return self._folder

    def rehearsal(self) -> str:
        return ""


class FakeWriter:
    """Writes the fake target's texts in chunks of ten; hangs or breaks off in `stop_in`."""

    author: Author = "compiled"

    def __init__(self, target: Target, stop_in: str = "", *, hang: bool = False) -> None:
        self._target = target
        self._stop_in = stop_in
        self._hang = hang
        self.closed = asyncio.Event()

    async def write(self, request: WriteRequest) -> AsyncGenerator[CodeChunk | Usage, None]:
        path = request.file.path
        text = request.text or self._target.render(request.contract, request.past)[path]
        try:
            for at in range(0, len(text), 10):
                if path == self._stop_in and at >= 50:
                    if self._hang:
                        await asyncio.Event().wait()
                    raise AnswerIncomplete(path, f"The answer for {path} broke off.")
                yield CodeChunk(path=path, attempt=request.attempt, at=at, text=text[at : at + 10])
                await asyncio.sleep(0)
        finally:
            self.closed.set()


class FakeCheck:
    """A check that says what it was told to say; the files it saw are in `seen`."""

    def __init__(
        self, name: CheckName, outcome: Outcome = "passed", *, required: bool = True
    ) -> None:
        self.name: CheckName = name
        self.required = required
        self.method = Method(f"Does {name} hold?", "It is asked once.")
        self._outcome: Outcome = outcome
        self.seen: dict[str, str] = {}

    async def check(self, subject: Subject) -> Verdict:
        if self._outcome == "skipped":
            raise SandboxUnavailable("User namespaces are off.", "Turn them on.")
        for path in sorted(subject.folder.rglob("*")):
            if path.is_file():
                self.seen[str(path.relative_to(subject.folder))] = path.read_text("utf-8")
        return Verdict(self._outcome, f"{self.name} {self._outcome}")


class FakeSandbox:
    """Is never asked by the fake checks."""

    async def probe(self) -> Level:
        return Level("none", "a fake")

    async def run(self, program: Program) -> Ended:
        raise SandboxUnavailable("A fake runs nothing.")

    def serve(self, program: Program, application: str) -> AbstractAsyncContextManager[Served]:
        raise SandboxUnavailable("A fake runs nothing.")


class HookedLog(MemoryLog):
    """A log whose appends can be held up or refused: override what happens around each."""

    async def before(self, facts: Sequence[Fact]) -> None:
        """These are about to be stored, unless this raises."""

    async def after(self, facts: Sequence[Fact]) -> None:
        """These have been stored, or were refused by the log."""

    async def append(
        self,
        project_id: str,
        facts: Sequence[Fact],
        *,
        run: str | None,
        epoch: int | None = None,
        key: str | None = None,
        close: bool = False,
    ) -> int:
        await self.before(facts)
        try:
            return await super().append(
                project_id, facts, run=run, epoch=epoch, key=key, close=close
            )
        finally:
            await self.after(facts)


def workshop(
    planner: FakePlanner | None = None,
    writer: FakeWriter | None = None,
    checks: Sequence[Check] = (FakeCheck("syntax"),),
) -> Workshop:
    """Fake tools that make a complete run unless told otherwise."""
    target = FakeTarget()
    return Workshop(
        planner=planner or FakePlanner(),
        target=target,
        author="compiled",
        writers={"compiled": writer or FakeWriter(target)},
        checks=checks,
        sandbox=FakeSandbox(),
    )


def run_request(project_id: str = "project", run: str = "run") -> RunRequest:
    return RunRequest(
        project_id=project_id,
        run=run,
        trigger="prompt",
        prompts=("A note API",),
        choice=Choice(target="fake", model=None),
        title="A note API",
    )


async def events_of(log: Reading, project_id: str) -> list[tuple[Envelope, AnyFact]]:
    """All events of a project so far, decoded, with seq 1..n proven."""
    records = await log.read(project_id, 0, 100_000)
    assert [record.seq for record in records] == list(range(1, len(records) + 1))
    decoded = [decode(record.data) for record in records]
    return [(envelope, fact) for envelope, fact in decoded if fact is not None]


async def until(log: Reading, project_id: str, *types: str, count: int = 1) -> None:
    """Wait until `count` events of these types are in the log."""
    seen = 0
    async for records in follow(log, project_id, 0):
        seen += sum(record.type in types for record in records)
        if seen >= count:
            return


async def ended(log: Reading, project_id: str, count: int = 1) -> None:
    """Wait until `count` runs of the project have ended."""
    await until(log, project_id, *ENDING, count=count)
