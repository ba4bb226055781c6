"""A run that is broken off at any point and executed again leaves what an unbroken one leaves."""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from smartforge.checks.base import Subject, Verdict
from smartforge.errors import AnswerIncomplete
from smartforge.events import (
    ENDS_A_RUN,
    CodeChunk,
    Fact,
    FileComplete,
    FileGenerating,
    ProjectCreated,
    StepRetried,
    Usage,
)
from smartforge.forge.base import Json
from smartforge.forge.recorded import Left, RecordedSteps, recorded
from smartforge.forge.retries import Patience
from smartforge.forge.run import run
from smartforge.log.memory import MemoryLog
from smartforge.writers.base import WriteRequest
from tests.fakes import (
    CONTRACT,
    FakeCheck,
    FakePlanner,
    FakeTarget,
    FakeWriter,
    HookedLog,
    events_of,
    run_request,
    workshop,
)

CREATED = ProjectCreated(title="A note API", prompt="A note API", target="fake", model=None)
RETOLD = {"file:generating", "code:chunk", "step:retry"}
"""What is said again, under a new attempt, of a file that was not whole."""

FLAKY = "app/main.py"
BREAKS = 2
"""How often the answer for that file breaks off before it comes whole."""


class Kill(msgspec.Struct, frozen=True):
    """At which append the process dies, and whether that one is stored."""

    append: int
    stored: bool


KILLS = st.lists(st.builds(Kill, st.integers(1, 30), st.booleans()), max_size=4)


class Mortal(HookedLog):
    """Stands still at the append at which its process is to die, and after `bury` takes no more."""

    def __init__(self) -> None:
        super().__init__()
        self.died = asyncio.Event()
        self._buried = asyncio.Event()
        self._left = 0
        self._kill: Kill | None = None

    def die(self, kill: Kill | None) -> None:
        self.died, self._buried = asyncio.Event(), asyncio.Event()
        self._kill, self._left = kill, kill.append if kill else 0

    def bury(self) -> None:
        """Who is cancelled asks what became of the append: a dead process never hears it."""
        self._buried.set()

    async def before(self, facts: Sequence[Fact]) -> None:
        if self.died.is_set():
            raise ConnectionError("This process is dead.")
        self._left -= 1
        await self._die_here(stored=False)

    async def after(self, facts: Sequence[Fact]) -> None:
        await self._die_here(stored=True)

    async def _die_here(self, *, stored: bool) -> None:
        if self._kill is not None and self._left == 0 and self._kill.stored is stored:
            self._kill = None
            self.died.set()
            await self._buried.wait()
            raise ConnectionError("This process is dead.")


class CountingWriter(FakeWriter):
    """Counts what it was asked for, as a provider counts what is paid for; one file is flaky."""

    def __init__(self) -> None:
        super().__init__(FakeTarget())
        self.asked: list[str] = []

    async def write(self, request: WriteRequest) -> AsyncGenerator[CodeChunk | Usage, None]:
        path = request.file.path
        self.asked.append(path)
        async for fact in super().write(request):
            yield fact
            if path == FLAKY and self.asked.count(path) <= BREAKS:
                raise AnswerIncomplete(path, "The connection broke off.", passing=True)


async def left_in(log: MemoryLog) -> Left:
    return await recorded(await log.read("project", 0, 100_000), "run", log)


async def executed(kills: Sequence[Kill]) -> tuple[Mortal, CountingWriter, FakePlanner]:
    log, writer, planner = Mortal(), CountingWriter(), FakePlanner()
    shop = workshop(planner, writer, [FakeCheck("syntax"), FakeCheck("boot"), FakeCheck("tests")])
    shop = msgspec.structs.replace(shop, patience=Patience(base=0.0))
    await log.create("project", [CREATED])
    for kill in (*kills, None):
        left, before = await left_in(log), Counter(writer.asked)
        request = left.continued(run_request())
        log.die(kill)
        steps, epoch = RecordedSteps(left.results), await log.claim("project")
        execution = asyncio.create_task(run(request, shop, log, steps, epoch))
        death = asyncio.create_task(log.died.wait())
        await asyncio.wait([execution, death], return_when=asyncio.FIRST_COMPLETED)
        over = execution.done()
        log.bury()
        for each in (execution, death):
            each.cancel()
        await asyncio.gather(execution, death, return_exceptions=True)
        again = Counter(writer.asked) - before
        assert not {f"write:{path}" for path in again} & left.results.keys()
        if over:
            execution.result()
            break
    return log, writer, planner


async def outline(log: Mortal) -> list[str]:
    """What was said, in order, without what may be said again."""
    return [each.type for each, _ in await events_of(log, "project") if each.type not in RETOLD]


async def texts_in(log: Mortal) -> dict[str, str]:
    """The files as they are in the end."""
    facts = [fact for _, fact in await events_of(log, "project")]
    hashes = {fact.path: fact.sha256 for fact in facts if isinstance(fact, FileComplete)}
    return {path: (await log.get(sha256)).decode() for path, sha256 in hashes.items()}


async def check_broken_run(kills: Sequence[Kill]) -> None:
    whole, _, _ = await executed([])
    log, _, _ = await executed(kills)
    facts = [fact for _, fact in await events_of(log, "project")]
    assert sum(isinstance(fact, ENDS_A_RUN) for fact in facts) == 1
    assert sorted(await outline(log)) == sorted(await outline(whole))
    assert sum(isinstance(fact, StepRetried) for fact in facts) <= BREAKS
    texts, attempts = dict[str, str](), dict[str, int]()
    for fact in facts:
        if isinstance(fact, StepRetried):
            assert fact.attempt == attempts[FLAKY] + 1
        elif isinstance(fact, FileGenerating):
            assert fact.attempt == attempts.get(fact.path, 0) + 1
            attempts[fact.path], texts[fact.path] = fact.attempt, ""
        elif isinstance(fact, CodeChunk):
            assert (fact.attempt, fact.at) == (attempts[fact.path], len(texts[fact.path]))
            texts[fact.path] += fact.text
        elif isinstance(fact, FileComplete):
            assert (await log.get(fact.sha256)).decode() == texts[fact.path]
    assert texts == await texts_in(whole)


@settings(deadline=None, max_examples=40)
@given(KILLS)
def test_a_run_that_is_killed_anywhere_ends_as_one_that_was_not(kills: list[Kill]) -> None:
    asyncio.run(check_broken_run(kills))


async def test_a_plan_that_was_told_is_not_made_again() -> None:
    told = ["project:created", "run:started", "step:start", "title:changed", "plan:ready"]
    for append, plans in ((3, 2), (4, 1)):
        log, _, planner = await executed([Kill(append, stored=False)])
        assert (await outline(log))[: len(told)] == told
        assert len(planner.asked) == plans


class TalkativeCheck(FakeCheck):
    """Has more evidence than an event can hold."""

    async def check(self, subject: Subject) -> Verdict:
        return Verdict("passed", "Much was seen.", {"seen": ["☃" * 1000] * 100})


class Noting(RecordedSteps):
    """Notes what every step returned."""

    def __init__(self) -> None:
        super().__init__({})
        self.noted: dict[str, Json] = {}

    async def step(
        self, key: str, fn: Callable[..., Awaitable[Json]], arguments: dict[str, Json]
    ) -> Json:
        self.noted[key] = await super().step(key, fn, arguments)
        return self.noted[key]


async def test_the_log_remembers_exactly_what_the_steps_returned() -> None:
    log, steps = MemoryLog(), Noting()
    await log.create("project", [CREATED])
    shop = workshop(checks=[FakeCheck("syntax"), TalkativeCheck("lint")])
    await run(run_request(), shop, log, steps, await log.claim("project"))
    left = await left_in(log)
    assert left.results == steps.noted
    assert left.began == (await events_of(log, "project"))[1][0].ts
    assert left.attempts == dict.fromkeys(
        [*FakeTarget().render(CONTRACT), "PROOF.md", "proof.json"], 1
    )


async def test_the_log_remembers_what_was_tried_again_and_what_it_cost() -> None:
    log = MemoryLog()
    await log.create("project", [CREATED])
    spent = Usage(
        step="planning",
        model="m",
        input_tokens=10,
        cached_input_tokens=9,
        output_tokens=5,
        cost=None,
        duration_ms=1,
    )
    writing = msgspec.structs.replace(spent, step="generating", path=FLAKY)
    again = StepRetried(step="generating", path=FLAKY, attempt=2, cause="busy", delay_ms=1)
    planning = StepRetried(step="planning", attempt=2, cause="busy", delay_ms=1)
    await log.append("project", [spent, again, planning], run="another run")
    await log.append("project", [planning, spent, again, again, writing, writing], run="run")
    left = await left_in(log)
    assert left.retries == {"plan": 1, f"write:{FLAKY}": 2}
    assert left.spent == 45
    request = left.continued(run_request())
    assert (request.retries, request.spent) == (left.retries, 45)
    assert request.paid is None, "a price that is not known is not taken for nothing"


async def test_a_flaky_file_is_tried_again_until_it_is_whole() -> None:
    log, writer, _ = await executed([])
    assert writer.asked.count(FLAKY) == BREAKS + 1
    assert (await left_in(log)).retries == {f"write:{FLAKY}": BREAKS}
