"""A follow-up starts from the latest version, and writes what is new against it, on SQLite."""

import json
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from hashlib import sha256
from pathlib import Path

import pytest

from smartforge.contract import reading
from smartforge.engine.base import NewProject
from smartforge.errors import Conflict, UnknownProject, UnknownVersion
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
from smartforge.log.memory import MemoryLog
from smartforge.log.sqlite import SQLiteLog
from smartforge.snapshot import FileState
from tests.changing import ChangingTarget, EditPlanner, Node, changing, contract_of
from tests.fakes import events_of, until

PROOF = ["PROOF.md", "proof.json"]


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
    """What was written, but for the proof, which is each time and last."""
    paths = [fact.path for fact in facts if isinstance(fact, FileGenerating)]
    if isinstance(facts[-1], Complete) and paths:
        assert paths[-2:] == PROOF
        del paths[-2:]
    return paths


def completed(facts: Sequence[AnyFact]) -> set[str]:
    return {fact.path for fact in facts if isinstance(fact, FileComplete)}


async def texts(node: Node) -> dict[str, str]:
    """What the working copy holds, but for the proof, which is about just that."""
    held = await node.texts()
    assert held.pop(PROOF[0])
    files = json.loads(held.pop(PROOF[1]))["files"]
    assert files == {path: sha256(text.encode()).hexdigest() for path, text in held.items()}
    return held


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
        assert completed(facts) == {*written(facts), *PROOF}
        assert deleted(facts) == set()
        assert await texts(node) == rendered(["notes"], ["notes", "books"])
        state = await node.state()
        now = by_path(state.files)
        assert now["app/main.py"] == first["app/main.py"]
        [plan] = [fact for fact in facts if isinstance(fact, PlanReady)]
        assert {file.path for file in plan.files if not file.kept} == completed(facts)
        assert {file.path for file in plan.files} == set(now)
        assert (state.progress, state.version) == (100, 2)


async def test_what_the_plan_no_longer_has_is_deleted(tmp_path: Path) -> None:
    async with opened(tmp_path) as node:
        await node.start()
        await node.say("add books")
        facts = await node.say("remove notes")
        assert deleted(facts) == {"app/notes.py"}
        assert written(facts) == ["openapi.yaml", "migrations/0003.py"]
        assert await texts(node) == rendered(["notes"], ["notes", "books"], ["books"])


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
        done, not_made, breaking = str(said.text).splitlines()
        assert (done, not_made) == ("Removed notes.", "Not made: sums.")
        assert breaking.startswith("Breaks clients of the version before: notes were removed (GET")
        steps = [fact.message for fact in facts if isinstance(fact, StepCompleted)]
        assert steps[1] == "Changed 2 of 6 files, deleted 1"
        last = facts[-1]
        assert isinstance(last, Complete)
        assert last.summary.startswith("Changed 2 of 6 files, deleted 1. ")
        assert last.file_count == 6


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
        assert {(left[path].state, left[path].sha256) for path in PROOF} == {("planned", None)}
        facts = await node.say("add tags")
        assert written(facts) == ["openapi.yaml", "app/tags.py", "migrations/0003.py"]
        assert completed(facts) == {*written(facts), *PROOF} | (whole.keys() - left.keys())
        assert deleted(facts) == {"app/zebras.py"}
        books, tags = ["notes", "books"], ["notes", "books", "tags"]
        assert await texts(node) == rendered(["notes"], books, tags)
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
        assert await texts(node) == rendered(["notes"], ["notes", "zebras"])


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
        assert await texts(node) == rendered(["notes"], ["notes", "books"])
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


async def test_a_version_that_is_restored_is_equal_and_begins_from_itself_again(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path) as node:
        await node.start()
        first = await node.state()
        for words in ("add books", "remove notes"):
            await node.say(words)
        before = (await node.log.head(node.project)).last
        await node.engine.restore(node.project, 1)
        await node.over()
        facts = [fact for at, fact in await events_of(node.log, node.project) if at.seq > before]
        assert written(facts) == []
        assert completed(facts) == {"app/notes.py", "openapi.yaml", *PROOF}
        assert deleted(facts) == {"app/books.py", "migrations/0002.py", "migrations/0003.py"}
        now = await node.state()
        assert {file.path: file.sha256 for file in now.files} == {
            file.path: file.sha256 for file in first.files
        }
        assert (now.version, now.contract, now.notes) == (4, first.contract, first.notes)
        assert now.messages[-1].text == "Version 1 is back as it was."
        await node.say("add tags")
        assert await texts(node) == rendered(["notes"], ["notes", "tags"])
        await node.engine.restore(node.project, 3)
        await node.over()
        await node.say("add zebras")
        steps = ["notes"], ["notes", "books"], ["books"], ["books", "zebras"]
        assert await texts(node) == rendered(*steps)


async def test_a_restore_that_failed_is_tried_again_as_a_restore(tmp_path: Path) -> None:
    async with opened(tmp_path) as node:
        await node.start()
        trees = [await node.texts()]
        await node.say("add books")
        node.shop = changing(fail=True)
        await node.engine.restore(node.project, 1)
        await node.over()
        assert (await node.state()).version == 2
        node.shop = changing()
        await node.engine.retry(node.project)
        await node.over()
        assert await node.texts() == trees[0]
        assert (await node.state()).version == 3


async def test_only_versions_that_there_are_can_be_restored(tmp_path: Path) -> None:
    async with opened(tmp_path) as node:
        node.shop = changing(fail=True)
        await node.start()
        with pytest.raises(Conflict):
            await node.engine.restore(node.project, 1)
        node.shop = changing()
        await node.engine.retry(node.project)
        await node.over()
        with pytest.raises(UnknownVersion):
            await node.engine.restore(node.project, 2)


async def test_a_copy_has_the_same_files_and_goes_on_by_itself(tmp_path: Path) -> None:
    async with opened(tmp_path) as node:
        await node.start()
        await node.say("add books")
        await node.say("mumble")
        original, tree = node.project, await node.texts()
        node.project, node.runs = await node.engine.duplicate(original), 1
        copy = await node.state()
        assert await node.texts() == tree
        assert (copy.status, copy.version, copy.title) == ("complete", 1, "Note API (copy)")
        facts = await node.say("add tags")
        assert written(facts) == ["openapi.yaml", "app/tags.py", "migrations/0003.py"]
        books = ["notes", "books"]
        assert await texts(node) == rendered(["notes"], books, [*books, "tags"])
        again = await node.engine.duplicate(node.project)
        await node.say("undo")
        assert await node.texts() == tree
        node.project, node.runs = again, 1
        await node.say("add zebras")
        assert await texts(node) == rendered(
            ["notes"], books, [*books, "tags"], [*books, "tags", "zebras"]
        )


async def test_what_is_not_complete_cannot_be_duplicated(tmp_path: Path) -> None:
    async with opened(tmp_path) as node:
        node.shop = changing(fail=True)
        await node.start()
        with pytest.raises(Conflict):
            await node.engine.duplicate(node.project)


async def test_a_project_is_not_renamed_before_it_is_planned_nor_deleted_while_a_run_is_on(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path) as node:
        node.shop = changing(stop_in="app/main.py", hang=True)
        node.project = await node.engine.start(NewProject("A note API"))
        with pytest.raises(Conflict):
            await node.engine.rename(node.project, "Notes")
        await until(node.log, node.project, "plan:ready")
        await node.engine.rename(node.project, "Notes")
        with pytest.raises(Conflict):
            await node.engine.delete(node.project)
        await node.engine.cancel(node.project)
        await node.engine.delete(node.project)
        assert (await node.log.head(node.project)).title == "Notes"
        with pytest.raises(UnknownProject):
            await node.engine.message(node.project, "add books")


async def test_what_was_deleted_can_be_brought_back_for_a_day(tmp_path: Path) -> None:
    now = 1_800_000_000_000
    node = Node(MemoryLog(clock=lambda: now))
    node.engine = node.new_engine(clock=lambda: now)
    await node.engine.open()
    await node.start()
    with pytest.raises(Conflict):
        await node.engine.undelete(node.project)
    await node.engine.delete(node.project)
    now += 24 * 3600 * 1000 - 1
    await node.engine.undelete(node.project)
    await node.engine.delete(node.project)
    now += 24 * 3600 * 1000
    with pytest.raises(UnknownProject):
        await node.engine.undelete(node.project)
    await node.engine.close()
