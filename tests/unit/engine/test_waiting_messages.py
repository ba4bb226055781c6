"""What waits is edited or taken back wholly or not at all, whatever begins meanwhile."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import pytest

from smartforge import events
from smartforge.engine.base import Limits
from smartforge.engine.durable import DurableEngine
from smartforge.engine.local import LocalQueue
from smartforge.engine.messages import check_waits
from smartforge.engine.pending import pending
from smartforge.errors import Conflict, UnknownMessage
from smartforge.events import Fact, MessageRemoved
from smartforge.forge.base import Choice, RunRequest, Steps
from smartforge.log.memory import MemoryLog
from smartforge.snapshot import fold
from tests.fakes import ended, events_of, until
from tests.unit.engine.test_durable import WISH, Unhurried, end, started

MOMENTS = range(24)
"""Each lets others go first once more often, so that each falls into another step of a begin."""


class Runs:
    """An engine whose runs end when `gate` is set; `asked` is what they were asked to do."""

    def __init__(self, log: MemoryLog, slots: int = 4) -> None:
        self.log = log
        self.gate = asyncio.Event()
        self.asked: list[RunRequest] = []
        self.engine = DurableEngine(
            log,
            LocalQueue(Limits(node=slots)),
            {"run.v1": self._execute},
            lambda new: Choice("fake", None),
            0.001,
        )

    async def _execute(self, request: RunRequest, steps: Steps, epoch: int) -> None:
        self.asked.append(request)
        project, run = request.project_id, request.run
        await self.log.append(project, [started()], run=run, epoch=epoch)
        await self.gate.wait()
        await end(self.log, request, epoch)

    def prompts(self) -> list[tuple[str, ...]]:
        return [request.prompts for request in self.asked]


@asynccontextmanager
async def running(log: MemoryLog | None = None, slots: int = 4) -> AsyncGenerator[Runs, None]:
    runs = Runs(log or MemoryLog(), slots)
    await runs.engine.open()
    try:
        yield runs
    finally:
        await runs.engine.close()


async def one_on(runs: Runs) -> str:
    """A project whose first run is on."""
    project = await runs.engine.start(WISH)
    await until(runs.log, project, "run:started")
    return project


async def pause(moment: int) -> None:
    for _ in range(moment):
        await asyncio.sleep(0)


@pytest.mark.parametrize("moment", MOMENTS)
async def test_a_run_that_begins_as_its_words_change_has_the_new_ones_or_says_no(
    moment: int,
) -> None:
    async with running(Unhurried()) as runs:
        project = await one_on(runs)
        message = await runs.engine.message(project, "old")
        runs.gate.set()
        await pause(moment)
        try:
            await runs.engine.edit(project, message, "new")
            expected = "new"
        except Conflict:
            expected = "old"
        await ended(runs.log, project, 2)
    assert runs.prompts()[1:] == [(WISH.prompt, expected)]


@pytest.mark.parametrize("moment", MOMENTS)
async def test_a_run_that_begins_as_its_message_is_removed_is_not_to_be_or_says_no(
    moment: int,
) -> None:
    async with running(Unhurried()) as runs:
        project = await one_on(runs)
        message = await runs.engine.message(project, "more")
        runs.gate.set()
        await pause(moment)
        expected: list[tuple[str, ...]] = []
        try:
            await runs.engine.remove(project, message)
        except Conflict:
            expected = [(WISH.prompt, "more")]
        last = await runs.engine.message(project, "last")
        await until(runs.log, project, "complete", count=2 + len(expected))
        facts = [fact for _, fact in await events_of(runs.log, project)]
    removed = MessageRemoved(id=message) in facts
    assert removed == (not expected)
    assert runs.prompts()[1:] == [*expected, (*(expected or [(WISH.prompt,)])[0], "last")]
    assert runs.asked[-1].message_id == last


@pytest.mark.parametrize("moment", MOMENTS)
async def test_a_removal_that_is_cut_off_holds_where_it_was_stored(moment: int) -> None:
    async with running(Unhurried()) as runs:
        project = await one_on(runs)
        message = await runs.engine.message(project, "more")
        removal = asyncio.create_task(runs.engine.remove(project, message))
        await pause(moment)
        removal.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await removal
        facts = [fact for _, fact in await events_of(runs.log, project)]
        await runs.engine.message(project, "last")
        runs.gate.set()
        kept = () if MessageRemoved(id=message) in facts else ("more",)
        await until(runs.log, project, "complete", count=2 + len(kept))
    words = [
        (WISH.prompt,),
        *([(WISH.prompt, *kept)] if kept else []),
        (WISH.prompt, *kept, "last"),
    ]
    assert runs.prompts() == words


async def test_of_an_edit_and_a_removal_at_once_none_is_lost() -> None:
    async with running(Unhurried()) as runs:
        project = await one_on(runs)
        message = await runs.engine.message(project, "more")
        answers = await asyncio.gather(
            *(runs.engine.remove(project, message) for _ in range(5)),
            *(runs.engine.edit(project, message, "less") for _ in range(5)),
            return_exceptions=True,
        )
        assert answers[0] is None
        assert all(isinstance(answer, UnknownMessage) for answer in answers[1:])
        assert (await runs.log.head(project)).queued == 0


async def test_a_message_is_taken_back_as_soon_as_it_is_seen_and_leaves_its_place() -> None:
    async with running(Unhurried()) as runs:
        project = await one_on(runs)
        sending = asyncio.create_task(runs.engine.message(project, "more"))
        await until(runs.log, project, "message")
        (seen,) = fold(await runs.log.read(project, 0, 100)).messages
        await runs.engine.remove(project, seen.id)
        assert await sending == seen.id
        await runs.engine.message(project, "last")
        facts = [fact for _, fact in await events_of(runs.log, project)]
        queued = [fact for fact in facts if isinstance(fact, events.RunQueued)]
    assert [fact.position for fact in queued] == [0, 1, 1]


async def test_a_follow_up_that_waits_for_a_free_place_can_be_edited_and_taken_back() -> None:
    async with running(slots=1) as runs:
        project = await one_on(runs)
        runs.gate.set()
        await ended(runs.log, project)
        runs.gate.clear()
        other = await one_on(runs)  # It has the only place.
        message = await runs.engine.message(project, "more")
        await pause(20)
        assert (await runs.log.head(project)).status == "queued"
        await runs.engine.edit(project, message, "less")
        await runs.engine.remove(project, message)
        head = await runs.log.head(project)
        assert (head.status, head.queued, head.active) == ("complete", 0, False)
        last = await runs.engine.message(project, "last")
        runs.gate.set()
        await ended(runs.log, other)
        await ended(runs.log, project, 2)
    assert runs.prompts() == [(WISH.prompt,), (WISH.prompt,), (WISH.prompt, "last")]
    assert runs.asked[-1].message_id == last


async def test_a_stop_of_what_waits_for_a_free_place_ends_it() -> None:
    async with running(slots=1) as runs:
        await one_on(runs)
        project = await runs.engine.start(WISH)
        await pause(20)
        await runs.engine.cancel(project)
        assert (await runs.log.head(project)).status == "cancelled"
        runs.gate.set()
        await runs.engine.message(project, "more")
        await ended(runs.log, project, 2)
    assert [each.trigger for each in runs.asked] == ["prompt", "message"]


# What the log says

SAID = events.Message(id="m", role="user", text="more")
QUEUED = events.RunQueued(position=1, trigger="message", message_id="m")
BEGUN = events.RunStarted(trigger="message", base_version=1, message_id="m")
OF_RUN = (events.RunQueued, events.RunStarted, events.RunCancelled, events.RunResumed)


async def logged(*facts: Fact) -> MemoryLog:
    log = MemoryLog()
    created = events.ProjectCreated(title="t", prompt="p", target="fake", model=None)
    await log.create("p", [created])
    for fact in facts:
        await log.append("p", [fact], run="r" if isinstance(fact, OF_RUN) else None)
    return log


async def test_a_message_waits_until_its_run_begins() -> None:
    log = await logged(SAID, QUEUED, events.MessageUpdated(id="m", role="user", text="less"))
    check_waits(await log.read("p", 0, 100), "m")


@pytest.mark.parametrize(
    ("facts", "error", "word"),
    [
        ((), UnknownMessage, "no message"),
        ((events.Message(id="m", role="assistant", text="x"),), UnknownMessage, "no message"),
        ((SAID, QUEUED, MessageRemoved(id="m")), UnknownMessage, "removed"),
        ((SAID, QUEUED, BEGUN), Conflict, "begun"),
        ((SAID, QUEUED, BEGUN, events.RunResumed(node="n")), Conflict, "begun"),
        ((SAID, QUEUED, BEGUN, events.RunCancelled(reason="")), Conflict, "over"),
        ((SAID, QUEUED, events.RunCancelled(reason="")), Conflict, "over"),
        ((SAID,), Conflict, "over"),
    ],
)
async def test_what_does_not_wait_is_told_apart(
    facts: tuple[Fact, ...], error: type[Exception], word: str
) -> None:
    log = await logged(*facts)
    with pytest.raises(error, match=word):
        check_waits(await log.read("p", 0, 100), "m")


async def test_what_was_taken_back_is_not_pending() -> None:
    log = await logged(SAID, QUEUED, MessageRemoved(id="m"))
    records = await log.read("p", 0, 100)
    assert pending(records).waiting == ()
    assert fold(records).queue == ()
