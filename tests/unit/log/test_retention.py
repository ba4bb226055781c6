"""Which projects go, and when: decided from what there is, without a log."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
import pytest

from smartforge import events
from smartforge.errors import DatabaseUnusable, UnknownProject
from smartforge.log import retention
from smartforge.log.base import ROW_BYTES, Extent, Head, hashes_in
from smartforge.log.folded import named
from smartforge.log.memory import MemoryLog
from smartforge.log.retention import (
    Criteria,
    Survey,
    bury,
    due,
    extents,
    prune,
    retain,
    survey,
)
from tests.contract.logs import CREATED, SettableClock

DAY = 86_400_000
HEAD = Head("p", "Books", "complete", 7, 1, 0, 0, False)
ENDED = events.RunCancelled(reason="Stopped by you.")


def extent(name: str, days: int, size: int = 1000, **head: object) -> Extent:
    """A project whose newest event is of this day."""
    return Extent(msgspec.structs.replace(HEAD, project_id=name, **head), days * DAY, size)


def found(*projects: Extent, **named: list[str]) -> Survey:
    """A survey; every content has 900 bytes, its row included."""
    contents = {sha256: 900 - ROW_BYTES for each in named.values() for sha256 in each}
    all_named = {one.head.project_id: named.get(one.head.project_id, []) for one in projects}
    return Survey(projects, all_named, contents)


def names(projects: Sequence[Extent]) -> list[str]:
    return [one.head.project_id for one in projects]


OLD, MIDDLE, NEW = extent("old", 10), extent("middle", 20), extent("new", 30)


def test_those_go_whose_newest_event_is_as_old_as_that_or_older() -> None:
    survey = found(NEW, OLD, MIDDLE)
    for days, expected in (
        (21, []),
        (20, ["old"]),
        (10, ["old", "middle"]),
        (0, ["old", "middle", "new"]),
    ):
        chosen = due(survey, Criteria(older_than=days * 86_400.0), now=30 * DAY)
        assert names(chosen.projects) == expected
        assert chosen.bytes == 1000 * len(expected)


@pytest.mark.parametrize(
    ("limit", "expected"),
    [
        (3001, []),
        (3000, ["old"]),
        (2001, ["old"]),
        (2000, ["old", "middle"]),
        (0, ["old", "middle", "new"]),
    ],
)
def test_the_oldest_go_until_the_log_is_smaller(limit: int, expected: list[str]) -> None:
    chosen = due(found(NEW, OLD, MIDDLE), Criteria(larger_than=limit), now=0)
    assert names(chosen.projects) == expected


def test_content_counts_once_and_goes_with_the_last_that_names_it() -> None:
    survey = found(OLD, MIDDLE, NEW, old=["a", "b"], middle=["b"], new=[])
    assert due(survey, Criteria(larger_than=4800), now=0).bytes == 1900
    assert due(survey, Criteria(larger_than=4801), now=0).projects == []
    chosen = due(survey, Criteria(larger_than=2900), now=0)
    assert (names(chosen.projects), chosen.bytes) == (["old", "middle"], 3800)


def test_with_both_the_age_comes_first_and_the_size_takes_the_rest() -> None:
    survey = found(OLD, MIDDLE, NEW)
    both = Criteria(older_than=20 * 86_400.0, larger_than=1500)
    assert names(due(survey, both, now=30 * DAY).projects) == ["old", "middle"]
    wide = Criteria(older_than=20 * 86_400.0, larger_than=9000)
    assert names(due(survey, wide, now=30 * DAY).projects) == ["old"]


@pytest.mark.parametrize("head", [{"status": "generating"}, {"queued": 1}, {"status": "waiting"}])
def test_those_with_a_run_on_or_waiting_stay_however_old_and_large(head: dict[str, object]) -> None:
    survey = found(extent("busy", 0, 10_000, **head), MIDDLE)
    for criteria in (Criteria(older_than=0.0), Criteria(larger_than=0)):
        assert names(due(survey, criteria, now=30 * DAY).projects) == ["middle"]


def test_of_the_deleted_ones_those_go_that_the_rest_is_said_of() -> None:
    survey = found(OLD, extent("gone", 5, deleted=True), extent("gone too", 25, deleted=True), NEW)
    for criteria, expected in (
        (Criteria(deleted=True), ["gone", "gone too"]),
        (Criteria(deleted=True, older_than=20 * 86_400.0), ["gone"]),
        (Criteria(deleted=True, larger_than=3500), ["gone"]),
    ):
        assert names(due(survey, criteria, now=30 * DAY).projects) == expected


def test_no_hash_that_an_event_names_is_overlooked() -> None:
    logs = sorted((Path(__file__).parents[2] / "golden").glob("*.jsonl"))
    events_of = [line for log in logs for line in log.read_bytes().splitlines()]
    named_by = {line: set(named(events.decode(line)[1])) for line in events_of}
    assert sum(map(bool, named_by.values())) > 10
    for line, expected in named_by.items():
        assert {each for each in expected if len(each) == 64} <= hashes_in([line])


def test_what_a_file_says_is_no_hash_that_an_event_names() -> None:
    said = events.CodeChunk(path="a", attempt=1, at=0, text=f'"{"f" * 64}"')
    assert hashes_in([msgspec.json.encode(said)]) == frozenset()


async def log_of(clock: SettableClock, *days: int) -> MemoryLog:
    """A project for each day, named by it, on which its one run ended."""
    log = MemoryLog(clock)
    for day in days:
        clock.now = day * DAY
        await log.create(f"p{day}", [CREATED, ENDED])
    return log


async def test_one_that_somebody_else_has_removed_is_passed_over() -> None:
    log = await log_of(SettableClock(), 1, 2)
    there = await survey(log, await extents(log))
    await log.remove("p1", 2)
    done = await prune(log, there, there.extents)
    assert (done.projects, done.spared) == (1, 1)


class LastLook(Exception):
    """The day after would come now."""


async def test_what_is_old_goes_at_the_start_and_every_day(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    clock = SettableClock()
    log = await log_of(clock, 10, 11, 14)
    clock.now = 16 * DAY
    refusals = [False, True, False]
    seen: list[list[str]] = []

    @asynccontextmanager
    async def look() -> AsyncGenerator[MemoryLog]:
        if refusals.pop(0):
            raise DatabaseUnusable("PostgreSQL is away.")
        yield log

    async def next_day(seconds: float) -> None:
        seen.append([head.project_id for head in await log.projects(10)])
        clock.now += int(seconds * 1000)
        if not refusals:
            raise LastLook

    monkeypatch.setattr(retention.asyncio, "sleep", next_day)
    with pytest.raises(LastLook):
        await retain(look, log, 6, clock)
    assert seen == [["p14", "p11"], ["p14", "p11"], ["p14"]]
    told = [record.getMessage() for record in caplog.records]
    assert [line.split(" without")[0] for line in told] == [
        "removed 1 projects",
        "projects",
        "removed 1 projects",
    ]
    assert "PostgreSQL is away." in told[1]
    with pytest.raises(UnknownProject):
        await log.head("p10")


async def test_what_was_deleted_goes_a_day_later_and_nothing_else(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock = SettableClock()
    log = await log_of(clock, 1, 2, 3)
    clock.now = 10 * DAY
    await log.append("p2", [events.ProjectDeleted()], run=None)
    hours: list[list[str]] = []

    @asynccontextmanager
    async def look() -> AsyncGenerator[MemoryLog]:
        yield log

    async def next_hour(seconds: float) -> None:
        assert seconds == 3600
        hours.append(sorted([one.head.project_id for one in await extents(log)]))
        clock.now += int(seconds * 1000)
        if len(hours) == 26:
            raise LastLook

    monkeypatch.setattr(retention.asyncio, "sleep", next_hour)
    with pytest.raises(LastLook):
        await bury(look, log, clock)
    assert hours == [["p1", "p2", "p3"]] * 24 + [["p1", "p3"]] * 2
