"""What every log promises of what is removed: `smartforge.log.base.Removing` and `Surveyed`."""

import asyncio
import hashlib
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import psycopg
import pytest

from smartforge import events
from smartforge.errors import UnknownBlob, UnknownProject
from smartforge.log.base import Checkpoint, Surveyed, follow
from smartforge.log.memory import MemoryLog
from smartforge.log.postgres import PostgresLog
from smartforge.log.postgres.beside import beside as beside_postgres
from smartforge.log.retention import Criteria, due, extents, prune, survey
from smartforge.log.sqlite.beside import beside as beside_sqlite
from tests.contract.logs import CREATED, SettableClock, WatchedLog, chunk, database_url, seqs

QUEUED = events.RunQueued(position=0, trigger="prompt")
CANCELLED = events.RunCancelled(reason="Stopped by you.")
STARTED = events.RunStarted(trigger="retry", base_version=None, message_id=None)
SHARED, OWN, LARGE = b"shared", b"of p alone", b'{"seen": 1}'


@asynccontextmanager
async def surveyed(log: WatchedLog, folder: Path) -> AsyncGenerator[Surveyed]:
    """What takes how much, as somebody sees it who only reads."""
    if isinstance(log, MemoryLog):
        yield log
    elif isinstance(log, PostgresLog):
        async with beside_postgres(database_url(folder)) as beside:
            yield beside
    else:
        async with beside_sqlite(folder / "log.db") as beside:
            yield beside


async def put(log: WatchedLog, content: bytes, path: str = "a.py") -> events.FileComplete:
    sha256 = await log.put(content)
    return events.FileComplete(path=path, attempt=1, size=len(content), sha256=sha256)


async def fill(log: WatchedLog, project_id: str, *contents: bytes) -> int:
    """A project whose one run is over, with everything that a log keeps of one; its last seq."""
    files = [await put(log, content) for content in contents]
    await log.create(project_id, [CREATED])
    await log.append(project_id, [QUEUED], run="r", key="queued")
    last = await log.append(project_id, [chunk(), *files, CANCELLED], run="r")
    await log.keep(Checkpoint(project_id=project_id, seq=last, shape="one", data=b"{}"))
    return last


async def test_all_of_a_project_goes_and_nothing_of_others(log: WatchedLog, tmp_path: Path) -> None:
    last = await fill(log, "p", SHARED)
    await fill(log, "q", SHARED)
    assert await log.remove("p", last)
    for asked in (log.head("p"), log.read("p", 0, 10), log.read("p", last, 10)):
        with pytest.raises(UnknownProject):
            await asked
    with pytest.raises(UnknownProject):
        await log.append("p", [chunk()], run="r")
    assert await log.checkpoint("p") is None
    assert [head.project_id for head in await log.projects(10)] == ["q"]
    assert await seqs(log, "q") == [1, 2, 3, 4, 5]
    assert await log.checkpoint("q") is not None
    async with surveyed(log, tmp_path) as survey_of:
        assert [one.head.project_id for one in await extents(survey_of)] == ["q"]
        assert await survey_of.named("p") == frozenset()


async def test_its_id_can_be_used_anew_and_none_of_its_keys_is_known(log: WatchedLog) -> None:
    await log.remove("p", await fill(log, "p"))
    await log.create("p", [CREATED])
    assert await log.append("p", [QUEUED], run="r", key="queued") == 2
    assert await seqs(log, "p") == [1, 2]


@pytest.mark.parametrize("after", [[QUEUED], [QUEUED, STARTED]])
async def test_a_project_with_a_run_on_or_waiting_stays(
    log: WatchedLog, after: list[events.Fact]
) -> None:
    await fill(log, "p")
    last = await log.append("p", after, run="s")
    assert not await log.remove("p", last)
    assert (await log.head("p")).last == last


async def test_a_project_that_has_got_another_event_stays(log: WatchedLog) -> None:
    last = await fill(log, "p")
    await log.append("p", [events.TitleChanged(title="Films")], run=None)
    assert not await log.remove("p", last)
    assert (await log.head("p")).title == "Films"


async def test_an_unknown_project_cannot_be_removed(log: WatchedLog) -> None:
    with pytest.raises(UnknownProject):
        await log.remove("nobody", 9)


async def test_whoever_follows_it_finds_that_it_is_gone(log: WatchedLog) -> None:
    last = await fill(log, "p")

    async def to_the_end() -> None:
        async for _ in follow(log, "p", last):
            raise AssertionError("there is no event beyond the last one")

    following = asyncio.create_task(to_the_end())
    async with asyncio.timeout(20):
        # Only this test wants to know, so the log has no event for it.
        while log.waiters == 0:  # noqa: ASYNC110
            await asyncio.sleep(0)
        await log.remove("p", last)
        with pytest.raises(UnknownProject):
            await following


async def test_of_an_append_and_a_removal_at_once_one_comes_first(log: WatchedLog) -> None:
    lasts = [await fill(log, f"p{n}") for n in range(8)]
    title = events.TitleChanged(title="Films")
    done = await asyncio.gather(
        *(log.remove(f"p{n}", last) for n, last in enumerate(lasts)),
        *(log.append(f"p{n}", [title], run=None) for n in range(8)),
        return_exceptions=True,
    )
    for n in range(8):
        removed, appended = done[n], done[8 + n]
        if removed is True:
            assert isinstance(appended, UnknownProject)
        else:
            assert (removed, appended) == (False, lasts[n] + 1)
            assert (await log.head(f"p{n}")).title == "Films"


async def test_contents_are_found_by_whatever_names_them(log: WatchedLog, tmp_path: Path) -> None:
    ref = await log.put(LARGE)
    whole = await put(log, OWN)
    named = {"ref": ref, "size": len(LARGE)}
    await log.create("p", [CREATED])
    checked = events.CheckCompleted(
        check="boot",
        required=True,
        round=0,
        verdict="passed",
        summary="",
        evidence=named,
        duration_ms=1,
    )
    await log.append("p", [whole, checked, chunk(text=f'"{"f" * 64}"')], run="r")
    async with surveyed(log, tmp_path) as found:
        assert await found.named("p") == {ref, whole.sha256}
        assert await found.contents() == {ref: len(LARGE), whole.sha256: len(OWN)}


async def test_what_a_project_takes_grows_with_what_is_stored(
    log: WatchedLog, tmp_path: Path
) -> None:
    await log.create("p", [CREATED])
    async with surveyed(log, tmp_path) as found:
        before = await found.extent("p")
        await log.append("p", [chunk(text="x" * 10_000)], run="r")
        after = await found.extent("p")
        assert 10_000 < after.bytes - before.bytes < 10_500
        assert (after.head.last, after.ts) == (2, 1_000)
        with pytest.raises(UnknownProject):
            await found.extent("nobody")


async def test_content_that_was_put_lately_is_left_alone(log: WatchedLog) -> None:
    sha256 = await log.put(OWN)
    assert await log.discard([sha256]) == 0
    assert await log.get(sha256) == OWN
    assert await log.discard([sha256, hashlib.sha256(b"none").hexdigest()], 0) == len(OWN)
    with pytest.raises(UnknownBlob):
        await log.get(sha256)
    assert await log.put(OWN) == sha256
    assert await log.get(sha256) == OWN


@pytest.mark.parametrize("again", [True, False])
async def test_content_that_is_put_again_is_as_new(
    log: WatchedLog, clock: SettableClock, tmp_path: Path, again: bool
) -> None:
    sha256 = await log.put(OWN)
    clock.now += 2 * 86_400_000
    if isinstance(log, PostgresLog):
        with psycopg.connect(database_url(tmp_path), autocommit=True) as connection:
            connection.execute("UPDATE smartforge.blob SET stored = stored - interval '2 days'")
    if again:
        await log.put(OWN)
    assert await log.discard([sha256]) == (0 if again else len(OWN))


async def test_what_nobody_names_any_more_goes_with_the_projects_that_are_due(
    log: WatchedLog, tmp_path: Path
) -> None:
    await fill(log, "p", SHARED, OWN)
    last = await fill(log, "q", SHARED)
    await log.append("p", [events.ProjectDeleted()], run=None)
    orphan = await log.put(b"nobody's")
    async with surveyed(log, tmp_path) as look:
        found = await survey(look, await extents(look))
        chosen = due(found, Criteria(deleted=True), now=1_000)
        assert [one.head.project_id for one in chosen.projects] == ["p"]
        done = await prune(log, found, chosen.projects, unnamed=0)
        assert (done.projects, done.spared) == (1, 0)
        assert await look.contents() == {hashlib.sha256(SHARED).hexdigest(): len(SHARED)}
    assert (await log.head("q")).last == last
    with pytest.raises(UnknownBlob):
        await log.get(orphan)


async def test_a_project_in_which_a_run_began_meanwhile_is_spared_with_its_contents(
    log: WatchedLog, tmp_path: Path
) -> None:
    await fill(log, "p", OWN)
    async with surveyed(log, tmp_path) as look:
        found = await survey(look, await extents(look))
        await log.append("p", [QUEUED], run="s")
        done = await prune(log, found, found.extents, unnamed=0)
        assert (done.projects, done.bytes, done.spared) == (0, 0, 1)
        assert await look.contents() == {hashlib.sha256(OWN).hexdigest(): len(OWN)}
