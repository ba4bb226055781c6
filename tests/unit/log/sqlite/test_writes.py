"""A batch of writes is one transaction, whatever happens in the middle of it."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from smartforge.errors import DatabaseUnusable, Fenced
from smartforge.log.group_commit import Refused
from smartforge.log.sqlite import reads
from smartforge.log.sqlite.database import connect_writer
from smartforge.log.sqlite.migrations import migrate, steps
from smartforge.log.sqlite.writes import KEPT, Writes
from smartforge.log.standing import Append
from tests.contract.logs import CREATED, chunk


@pytest.fixture
def db(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    path = tmp_path / "log.db"
    with closing(connect_writer(path)) as connection:
        migrate(connection, path, steps())
        yield connection


@pytest.fixture
def writes(db: sqlite3.Connection) -> Writes:
    made = Writes(db, Path("log.db"), lambda: 1_000)
    made.write_all([lambda writes: writes.create("p", [CREATED])])
    return made


def appending(text: str = "x", **how: int | None) -> Callable[[Writes], int]:
    new = Append(project_id="p", facts=[chunk(text)], run="r", epoch=how.get("epoch"))
    return lambda writes: writes.append(new)


def stored(db: sqlite3.Connection) -> list[int]:
    return [record.seq for record in reads.records(db, "p", 0, 10_000)]


def test_a_batch_is_one_commit_that_tells_each_moved_head_once(writes: Writes) -> None:
    before = writes.commits
    done = writes.write_all(
        [appending(), appending(), lambda writes: writes.create("q", [CREATED])]
    )
    assert writes.commits == before + 1
    assert done.outcomes[:2] == [2, 3]
    assert {each.head.project_id: each.head.last for each in done.moved} == {"p": 3, "q": 1}


def test_a_refused_operation_moves_no_head(writes: Writes) -> None:
    done = writes.write_all([appending(epoch=9)])
    assert isinstance(done.outcomes[0], Refused)
    assert isinstance(done.outcomes[0].error, Fenced)
    assert done.moved == []


def test_an_operation_that_breaks_half_way_is_undone_alone(
    writes: Writes, db: sqlite3.Connection
) -> None:
    def half(writes: Writes) -> int:
        writes.put("hash", b"content")
        raise RuntimeError("broken")

    done = writes.write_all([appending(), half, appending()])
    assert [type(outcome) for outcome in done.outcomes] == [int, Refused, int]
    assert stored(db) == [1, 2, 3]
    assert reads.contents(db) == {}


def test_on_a_full_disk_the_whole_batch_is_refused_and_the_log_goes_on_later(
    writes: Writes, db: sqlite3.Connection
) -> None:
    (pages,) = db.execute("PRAGMA page_count").fetchone()
    db.execute(f"PRAGMA max_page_count = {pages + 2}")
    with pytest.raises(DatabaseUnusable, match="full") as refused:
        writes.write_all([appending("x" * 1_000) for _ in range(100)])
    assert "Free some space" in refused.value.hint
    assert stored(db) == [1]
    db.execute("PRAGMA max_page_count = 100000")
    assert writes.write_all([appending(), appending()]).outcomes == [2, 3]
    assert stored(db) == [1, 2, 3]


def test_a_commit_that_fails_leaves_nothing_behind(writes: Writes, db: sqlite3.Connection) -> None:
    def spoil(writes: Writes) -> None:
        # A deferred foreign key is only looked at by COMMIT itself.
        db.execute("PRAGMA defer_foreign_keys = ON")
        db.execute("INSERT INTO append_key VALUES ('nobody', 'k', 1)")

    with pytest.raises(DatabaseUnusable):
        writes.write_all([appending(), spoil])
    assert stored(db) == [1]
    done = writes.write_all([appending()])
    assert done.outcomes == [2]
    assert [each.head.last for each in done.moved] == [2]


def test_a_database_changed_by_another_program_is_noticed(
    writes: Writes, db: sqlite3.Connection
) -> None:
    db.execute("UPDATE project SET next_seq = 7")
    (outcome,) = writes.write_all([appending()]).outcomes
    assert isinstance(outcome, Refused)
    assert isinstance(outcome.error, DatabaseUnusable)
    assert stored(db) == [1]


def test_projects_beyond_those_kept_in_memory_are_found_again(
    writes: Writes, db: sqlite3.Connection
) -> None:
    def create(number: int) -> Callable[[Writes], object]:
        return lambda writes: writes.create(f"p{number}", [CREATED])

    writes.write_all([create(number) for number in range(KEPT + 1)])
    assert writes.write_all([appending()]).outcomes == [2]
    assert stored(db) == [1, 2]
