"""A follow-up starts from the latest version, and writes what is new against it, on SQLite."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from smartforge.contract import reading
from smartforge.engine.base import NewProject
from smartforge.engine.durable import DurableEngine
from smartforge.engine.local import LocalQueue
from smartforge.events import (
    AnyFact,
    Complete,
    FileComplete,
    FileDeleted,
    FileGenerating,
    Message,
    PlanReady,
    RunFailed,
    StepCompleted,
)
from smartforge.forge.base import Choice, RunRequest, Steps, Workshop
from smartforge.forge.run import run
from smartforge.log.base import Log
from smartforge.log.sqlite import SQLiteLog
from smartforge.snapshot import FileState, Snapshot, fold
from tests.changing import ChangingTarget, EditPlanner, changing, contract_of
from tests.fakes import ended, events_of, until


class Node:
    """An engine whose tools a test exchanges between runs, and the project that it works on."""

    def __init__(self, log: Log) -> None:
        self.log = log
        self.shop = changing()
        self.project = ""
        self.runs = 0
        self.engine = self._new_engine()

    async def start(self) -> None:
        self.project = await self.engine.start(NewProject("A note API"))
        await self.over()

    async def say(self, words: str, shop: Workshop | None = None) -> list[AnyFact]:
        """Send a follow-up, and return the facts of its run once it has ended."""
        before = (await self.log.head(self.project)).last
        self.shop = shop or changing()
        await self.engine.message(self.project, words)
        await self.over()
        return [fact for at, fact in await events_of(self.log, self.project) if at.seq > before]

    async def over(self) -> None:
        self.runs += 1
        await ended(self.log, self.project, self.runs)

    async def state(self) -> Snapshot:
        return fold(await self.log.read(self.project, 0, 100_000))

    async def texts(self) -> dict[str, str]:
        """What the working copy holds."""
        files = (await self.state()).files
        assert {file.state for file in files} == {"complete"}
        return {file.path: (await self.log.get(file.sha256 or "")).decode() for file in files}

    async def restart(self) -> None:
        """What a process that is killed and started again does."""
        await self.engine.close()
        self.engine = self._new_engine()
        await self.engine.open()

    def _new_engine(self) -> DurableEngine:
        async def execute(request: RunRequest, steps: Steps, epoch: int) -> None:
            await run(request, self.shop, self.log, steps, epoch)

        return DurableEngine(
            self.log, LocalQueue(), {"run": execute}, lambda _: Choice("changing", None)
        )


@asynccontextmanager
async def opened(folder: Path) -> AsyncGenerator[Node]:
    log = SQLiteLog(folder / "log.db")
    await log.open()
    node = Node(log)
    await node.engine.open()
    try:
        yield node
    finally:
        await node.engine.close()
        await log.close()


def written(facts: Sequence[AnyFact]) -> list[str]:
    return [fact.path for fact in facts if isinstance(fact, FileGenerating)]


def completed(facts: Sequence[AnyFact]) -> set[str]:
    return {fact.path for fact in facts if isinstance(fact, FileComplete)}


def deleted(facts: Sequence[AnyFact]) -> set[str]:
    return {fact.path for fact in facts if isinstance(fact, FileDeleted)}


def rendered(*steps: Sequence[str]) -> dict[str, str]:
    """What the target makes of the last contract, with the others behind it."""
    *past, last = [reading.from_json(contract_of(*names)) for names in steps]
    return dict(ChangingTarget().render(last, past))


def by_path(files: Sequence[FileState]) -> dict[str, FileState]:
    return {file.path: file for file in files}


async def test_only_what_is_new_is_written_and_the_rest_stays_as_it_was(tmp_path: Path) -> None:
    async with opened(tmp_path) as node:
        await node.start()
        first = by_path((await node.state()).files)
        facts = await node.say("add books")
        assert written(facts) == ["openapi.yaml", "app/books.py", "migrations/0002.py"]
        assert completed(facts) == set(written(facts))
        assert deleted(facts) == set()
        assert await node.texts() == rendered(["notes"], ["notes", "books"])
        state = await node.state()
        now = by_path(state.files)
        assert now["app/main.py"] == first["app/main.py"]
        [plan] = [fact for fact in facts if isinstance(fact, PlanReady)]
        assert {file.path for file in plan.files if not file.kept} == set(written(facts))
        assert {file.path for file in plan.files} == set(now)
        assert (state.progress, state.version) == (100, 2)


async def test_what_the_plan_no_longer_has_is_deleted(tmp_path: Path) -> None:
    async with opened(tmp_path) as node:
        await node.start()
        await node.say("add books")
        facts = await node.say("remove notes")
        assert deleted(facts) == {"app/notes.py"}
        assert written(facts) == ["openapi.yaml", "migrations/0003.py"]
        assert await node.texts() == rendered(["notes"], ["notes", "books"], ["books"])


async def test_the_planner_gets_the_contract_that_is_to_change_and_those_before(
    tmp_path: Path,
) -> None:
    planner = EditPlanner()
    async with opened(tmp_path) as node:
        await node.start()
        for words in ("add books", "add tags"):
            await node.say(words, changing(planner))
        first, second = planner.asked
        assert (first.base, list(first.earlier)) == (reading.from_json(contract_of("notes")), [])
        assert second.base == reading.from_json(contract_of("notes", "books"))
        assert list(second.earlier) == [first.base]
        assert list(second.prompts) == ["A note API", "add books", "add tags"]


async def test_the_chat_and_the_summary_say_what_was_done(tmp_path: Path) -> None:
    async with opened(tmp_path) as node:
        await node.start()
        assert (await node.state()).messages == ()
        facts = await node.say("remove notes")
        [said] = [fact for fact in facts if isinstance(fact, Message) and fact.role == "assistant"]
        assert said.text == "Removed notes.\nNot made: sums."
        steps = [fact.message for fact in facts if isinstance(fact, StepCompleted)]
        assert steps[1] == "Changed 2 of 4 files, deleted 1"
        last = facts[-1]
        assert isinstance(last, Complete)
        assert last.summary.startswith("Changed 2 of 4 files, deleted 1. ")
        assert last.file_count == 4


async def test_a_failed_follow_up_leaves_the_version_and_the_next_one_puts_the_copy_right(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path) as node:
        await node.start()
        await node.say("add books")
        whole = by_path((await node.state()).files)
        # Broken off in the middle of a file that it writes, and by a check behind all of them.
        for words, shop in (
            ("remove notes", changing(fail=True)),
            ("add zebras", changing(stop_in="app/zebras.py")),
        ):
            failed = await node.say(words, shop)
            assert isinstance(failed[-1], RunFailed)
            assert (await node.state()).version == 2
        left = by_path((await node.state()).files)
        assert left["app/zebras.py"].state == "partial"
        facts = await node.say("add tags")
        assert written(facts) == ["openapi.yaml", "app/tags.py", "migrations/0003.py"]
        assert completed(facts) == {*written(facts)} | (whole.keys() - left.keys())
        assert deleted(facts) == {"app/zebras.py"}
        books, tags = ["notes", "books"], ["notes", "books", "tags"]
        assert await node.texts() == rendered(["notes"], books, tags)
        assert (await node.state()).version == 3


async def test_a_file_lost_to_a_failed_run_comes_back_by_its_hash_without_chunks(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path) as node:
        await node.start()
        await node.say("add books")
        await node.say("remove notes", changing(fail=True))
        assert "app/notes.py" not in by_path((await node.state()).files)
        facts = await node.say("add tags")
        assert "app/notes.py" in completed(facts)
        assert "app/notes.py" not in written(facts)
        assert (await node.texts())["app/notes.py"] == rendered(["notes"])["app/notes.py"]


async def test_what_is_not_understood_changes_nothing(tmp_path: Path) -> None:
    async with opened(tmp_path) as node:
        await node.start()
        before = await node.state()
        facts = await node.say("mumble")
        assert isinstance(facts[-1], RunFailed)
        after = await node.state()
        assert (after.files, after.contract, after.version) == (before.files, before.contract, 1)


async def test_undo_takes_the_files_of_an_earlier_version_and_once_more_goes_further_back(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path) as node:
        await node.start()
        trees = [await node.texts()]
        for words in ("add books", "add tags"):
            await node.say(words)
            trees.append(await node.texts())
        facts = await node.say("undo")
        assert written(facts) == []
        assert await node.texts() == trees[1]
        last = facts[-1]
        assert isinstance(last, Complete)
        assert (last.version, last.summary.split(".")[0]) == (4, "Restored version 2")
        await node.say("undo")
        assert await node.texts() == trees[0]
        # What was undone leaves no trace in what follows.
        await node.say("add zebras")
        assert await node.texts() == rendered(["notes"], ["notes", "zebras"])


async def test_a_follow_up_that_was_broken_off_goes_on_from_the_same_version(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path) as node:
        await node.start()
        node.shop = changing(stop_in="app/books.py", hang=True)
        await node.engine.message(node.project, "add books")
        await until(node.log, node.project, "plan:ready", count=2)
        await until(node.log, node.project, "file:generating", count=6)
        node.shop = changing(planner := EditPlanner())
        await node.restart()
        await node.over()
        assert planner.asked == []
        assert await node.texts() == rendered(["notes"], ["notes", "books"])
        generated = written([fact for _, fact in await events_of(node.log, node.project)])
        assert generated.count("app/main.py") == 1
        assert generated.count("openapi.yaml") == 2


@pytest.mark.parametrize("words", ["add books", "undo"])
async def test_a_stopped_follow_up_can_be_tried_again(tmp_path: Path, words: str) -> None:
    async with opened(tmp_path) as node:
        await node.start()
        await node.say("add books")
        await node.say(words, changing(fail=True))
        node.shop = changing()
        await node.engine.retry(node.project)
        await node.over()
        assert (await node.state()).version == 3
