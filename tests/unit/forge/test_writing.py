"""Files of a model are written at once; an answer that is no whole file is asked for again."""

import asyncio
from collections.abc import AsyncGenerator

from msgspec.structs import replace

from smartforge.errors import AnswerIncomplete, ModelFailed
from smartforge.events import (
    AnyFact,
    CodeChunk,
    Complete,
    FileComplete,
    FileGenerating,
    ProjectCreated,
    RunFailed,
    StepRetried,
    Usage,
)
from smartforge.forge.base import Workshop
from smartforge.forge.recorded import RecordedSteps
from smartforge.forge.retries import Patience
from smartforge.forge.run import run
from smartforge.llm.base import Spent, T
from smartforge.log.memory import MemoryLog
from smartforge.snapshot import fold
from smartforge.writers.model import ModelWriter
from tests.fakes import FakeTarget, FakeWriter, events_of, run_request, workshop

SPENT = Spent("fake", 1, 0, 1, None, 1)
MAIN, INIT = "app/main.py", "app/__init__.py"


class Together:
    """Answers each file a piece at a time, once `width` requests are under way; counts them."""

    model = "fake"

    def __init__(self, width: int, failing: str = "") -> None:
        self._width = width
        self._failing = failing
        self._met = asyncio.Event()
        self.under_way = 0
        self.most = 0
        self.closed = 0

    async def stream(self, instructions: str, prompt: str) -> AsyncGenerator[str | Spent, None]:
        self.under_way += 1
        self.most = max(self.most, self.under_way)
        if self.under_way == self._width:
            self._met.set()
        try:
            await self._met.wait()
            if self._failing and prompt.startswith(f"File: {self._failing}\n"):
                raise ModelFailed("It refused with status 401.", "Check the key.")
            for at in range(3):
                yield f"x{at} = 1\n"
                await asyncio.sleep(0)
            if self._failing:
                await asyncio.Event().wait()
            yield SPENT
        finally:
            self.under_way -= 1
            self.closed += 1

    async def value(self, instructions: str, prompt: str, shape: type[T]) -> tuple[T, list[Spent]]:
        raise AssertionError("no values are asked for")

    async def close(self) -> None: ...


class Saying(Together):
    """Answers `app/main.py` with these texts in turn, the last one again and again."""

    def __init__(self, *texts: str) -> None:
        super().__init__(1)
        self._texts = list(texts)
        self.prompts: list[str] = []

    async def stream(self, instructions: str, prompt: str) -> AsyncGenerator[str | Spent, None]:
        if prompt.startswith(f"File: {MAIN}\n"):
            self.prompts.append(prompt)
            yield self._texts[min(len(self.prompts), len(self._texts)) - 1]
        yield SPENT


def shop_of(provider: Together, turns: int = 8) -> Workshop:
    writers = {"compiled": FakeWriter(FakeTarget()), "model": ModelWriter(provider)}
    shop = replace(workshop(), author="model", writers=writers, turns=asyncio.Semaphore(turns))
    return replace(shop, patience=Patience(base=0.0))


async def executed(shop: Workshop) -> tuple[MemoryLog, list[AnyFact]]:
    log = MemoryLog()
    await log.create("project", [ProjectCreated(title="x", prompt="x", target="fake", model="m")])
    await run(run_request(), shop, log, RecordedSteps({}), await log.claim("project"))
    return log, [fact for _, fact in await events_of(log, "project")]


async def test_files_are_asked_for_at_once_and_their_chunks_stay_in_order() -> None:
    provider = Together(2)
    log, facts = await executed(shop_of(provider))
    assert isinstance(facts[-1], Complete)
    assert provider.most == 2
    texts: dict[str, str] = {}
    for fact in facts:
        if isinstance(fact, FileGenerating):
            texts[fact.path] = ""
        elif isinstance(fact, CodeChunk):
            assert fact.at == len(texts[fact.path])
            texts[fact.path] += fact.text
        elif isinstance(fact, FileComplete):
            assert (await log.get(fact.sha256)).decode() == texts[fact.path]
    assert texts[MAIN] == texts[INIT] == "x0 = 1\nx1 = 1\nx2 = 1\n"
    state = fold(record.data for record in await log.read("project", 0, 100_000))
    assert {file.state for file in state.files} == {"complete"}


async def test_no_more_are_asked_for_at_once_than_the_provider_takes() -> None:
    provider = Together(1)
    _, facts = await executed(shop_of(provider, turns=1))
    assert isinstance(facts[-1], Complete)
    assert provider.most == 1


async def test_the_first_file_that_fails_ends_the_others_and_their_sockets() -> None:
    provider = Together(2, failing=INIT)
    _, facts = await executed(shop_of(provider))
    last = facts[-1]
    assert isinstance(last, RunFailed)
    assert INIT in last.message
    assert (provider.under_way, provider.closed) == (0, 2)


async def test_an_answer_that_is_no_whole_file_is_asked_for_again_with_the_reason() -> None:
    provider = Saying("def a(:\n", "def a():\n    ...\n", "x = 1\n")
    log, facts = await executed(shop_of(provider))
    assert isinstance(facts[-1], Complete)
    causes = [fact.cause for fact in facts if isinstance(fact, StepRetried)]
    assert len(causes) == 2
    assert "does not parse" in causes[0]
    assert "does nothing but" in causes[1]
    assert "could not be used" not in provider.prompts[0]
    assert "does not parse" in provider.prompts[1]
    assert "does nothing but" in provider.prompts[2]
    whole = [fact for fact in facts if isinstance(fact, FileComplete) and fact.path == MAIN]
    assert [(fact.attempt, await log.get(fact.sha256)) for fact in whole] == [(3, b"x = 1\n")]
    paid = [fact for fact in facts if isinstance(fact, Usage) and fact.path == MAIN]
    assert len(paid) == 3


async def test_a_model_that_never_gives_a_whole_file_ends_the_run() -> None:
    provider = Saying("# ... rest of the code unchanged ...\n")
    _, facts = await executed(shop_of(provider))
    last = facts[-1]
    assert isinstance(last, RunFailed)
    assert last.code == "answer_rejected"
    assert f"{MAIN} is not whole: line 1 leaves something out" in last.message
    assert len(provider.prompts) == 3
    assert MAIN not in [fact.path for fact in facts if isinstance(fact, FileComplete)]


async def test_a_file_within_chatter_is_taken_out_without_asking_again() -> None:
    provider = Saying("Here it is:\n```python\nx = 1\n```\nEnjoy!\n")
    log, facts = await executed(shop_of(provider))
    assert isinstance(facts[-1], Complete)
    (whole,) = [fact for fact in facts if isinstance(fact, FileComplete) and fact.path == MAIN]
    assert (whole.attempt, await log.get(whole.sha256)) == (2, b"x = 1\n")
    assert len(provider.prompts) == 1


class Cut(Saying):
    """Comes to its limit in the first answer for `app/main.py`."""

    async def stream(self, instructions: str, prompt: str) -> AsyncGenerator[str | Spent, None]:
        async for piece in super().stream(instructions, prompt):
            if piece is SPENT and len(self.prompts) == 1 and MAIN in prompt.splitlines()[0]:
                raise AnswerIncomplete("", "The model stopped at its length limit.", cut=True)
            yield piece


async def test_an_answer_that_was_cut_at_the_limit_is_asked_for_again_more_briefly() -> None:
    provider = Cut("Here is x:\nx = 1\ny =", "x = 1\n")
    log, facts = await executed(shop_of(provider))
    assert isinstance(facts[-1], Complete)
    (retried,) = [fact for fact in facts if isinstance(fact, StepRetried)]
    assert "length limit" in retried.cause
    assert "more briefly" in provider.prompts[1]
    (whole,) = [fact for fact in facts if isinstance(fact, FileComplete) and fact.path == MAIN]
    assert (whole.attempt, await log.get(whole.sha256)) == (2, b"x = 1\n")
