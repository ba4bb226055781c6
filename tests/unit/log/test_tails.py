"""What is kept in memory of the newest events is exactly what the log has, as far as it reaches."""

from hypothesis import given
from hypothesis import strategies as st

from smartforge.log.base import Record
from smartforge.log.tails import TAIL_BYTES, TAIL_PROJECTS, Tails


def records(first: int, count: int, size: int = 10) -> list[Record]:
    return [Record(seq, "code:chunk", b"x" * size) for seq in range(first, first + count)]


@given(
    batches=st.lists(st.tuples(st.integers(1, 30), st.integers(1, 64 * 1024 - 1)), max_size=20),
    cursor=st.integers(0, 100),
    limit=st.integers(0, 100),
)
def test_a_tail_answers_as_the_log_would_or_not_at_all(
    batches: list[tuple[int, int]], cursor: int, limit: int
) -> None:
    tails, log = Tails(), list[Record]()
    for count, size in batches:
        batch = records(len(log) + 1, count, size)
        tails.extend("p", batch)
        log += batch
    answer = tails.after("p", cursor, limit)
    assert answer is None or answer == log[cursor : cursor + limit]
    if log:
        assert tails.after("p", len(log) - 1, 10) == log[-1:]


def test_a_tail_is_bounded_by_bytes_and_keeps_a_good_part() -> None:
    tails = Tails()
    for first in range(1, 2_001):
        tails.extend("p", records(first, 1, size=1_000))
    most = TAIL_BYTES // 1_000
    assert tails.after("p", 2_000 - most - 1, 10_000) is None
    kept = tails.after("p", 2_000 - most // 2, 10_000)
    assert kept is not None
    assert kept[-1].seq == 2_000


def test_only_the_projects_written_to_last_have_a_tail() -> None:
    tails = Tails()
    for number in range(TAIL_PROJECTS):
        tails.extend(f"p{number}", records(1, 1))
    tails.extend("p0", records(2, 1))
    tails.extend("new", records(1, 1))
    assert tails.after("p0", 0, 10) == records(1, 2)
    assert tails.after("p1", 0, 10) is None
    assert tails.after("new", 0, 10) == records(1, 1)


def test_events_that_do_not_join_on_begin_a_new_tail() -> None:
    tails = Tails()
    tails.extend("p", records(1, 2))
    tails.extend("p", records(9, 2))
    assert tails.after("p", 0, 10) is None
    assert tails.after("p", 8, 10) == records(9, 2)
