"""A project in memory: what it keeps, and what it says of the end."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.types import Message

from smartforge.log.base import Head, Record
from smartforge.server.stream import SEVERAL, SINGLE, WEBSOCKET, Viewer
from smartforge.server.stream.feed import BLOCKS, WINDOW_BYTES, WINDOW_EVENTS, Feed


def records(first: int, sizes: Sequence[int], kind: str = "code:chunk") -> list[Record]:
    return [Record(seq=seq, type=kind, data=b"x" * size) for seq, size in enumerate(sizes, first)]


def head(last: int, *, status: str = "complete", deleted: bool = False) -> Head:
    return Head("p", "", status, last, epoch=0, queued=0, created=0, deleted=deleted)


def viewer() -> Viewer:
    async def send(message: Message) -> None: ...

    return Viewer(send, SINGLE)


@given(st.lists(st.lists(st.integers(0, 65_535), min_size=1, max_size=20), max_size=10))
def test_it_keeps_the_newest_events_of_256_kib_and_no_fewer(batches: list[list[int]]) -> None:
    feed, sizes = Feed("p", 7), list[int]()
    for batch in batches:
        feed.extend(records(feed.tail + 1, batch))
        sizes += batch
        kept = sizes[feed.base - 7 :]
        assert feed.tail == 7 + len(sizes)
        assert sum(kept) <= WINDOW_BYTES
        assert feed.base == 7 or sum(sizes[feed.base - 8 :]) > WINDOW_BYTES
        block, size = feed.block(WEBSOCKET, feed.base)
        assert [len(each["text"]) for each in block.messages] == kept
        assert size == sum(kept)


@pytest.mark.parametrize("batch", [1, 7, 3000])
def test_it_keeps_the_newest_1000_events_and_no_fewer(batch: int) -> None:
    feed = Feed("p", 0)
    while feed.tail < 3000:
        feed.extend(records(feed.tail + 1, [1] * min(batch, 3000 - feed.tail)))
        assert feed.tail - feed.base == min(feed.tail, WINDOW_EVENTS)
    assert feed.reaches(2000)
    assert not feed.reaches(1999)


@pytest.mark.parametrize("seqs", [[2], [1, 3], [1, 1], [0]])
def test_events_that_do_not_follow_are_refused(seqs: list[int]) -> None:
    feed = Feed("p", 0)
    with pytest.raises(ValueError, match="does not follow"):
        feed.extend([Record(seq=seq, type="x", data=b"") for seq in seqs])
    assert feed.tail == 0


def test_viewers_at_the_same_place_share_a_block_and_others_do_not() -> None:
    feed = Feed("p", 0)
    feed.extend(records(1, [1, 1]))
    assert feed.block(SINGLE, 0)[0] is feed.block(SINGLE, 0)[0]
    assert feed.block(SINGLE, 0) != feed.block(SINGLE, 1)
    assert feed.block(SINGLE, 0) != feed.block(SEVERAL, 0)
    before = feed.block(SINGLE, 0)
    feed.extend(records(3, [1]))
    assert feed.block(SINGLE, 0) != before


def test_few_blocks_are_kept_however_many_places_viewers_stand_at() -> None:
    feed = Feed("p", 0)
    feed.extend(records(1, [1] * 500))
    for cursor in range(500):
        feed.block(SINGLE, cursor)
    assert len(feed._blocks) == BLOCKS  # pyright: ignore[reportPrivateUsage]


def test_the_end_is_known_of_the_tail_alone() -> None:
    feed = Feed("p", 0)
    assert feed.unsure
    assert not feed.settled
    feed.extend(records(1, [1]))
    feed.settle(head(1, status="generating"))
    assert (feed.unsure, feed.over) == (False, False)
    feed.extend(records(2, [1]))
    assert not feed.unsure, "no chunk ends a run"
    feed.extend(records(3, [1], "complete"))
    assert (feed.unsure, feed.over) == (True, False)
    feed.settle(head(4))
    assert (feed.unsure, feed.over) == (True, False)
    feed.extend(records(4, [1]))
    feed.settle(head(3))
    assert (feed.unsure, feed.over) == (True, False), "a head from before says nothing"
    feed.settle(head(4))
    assert (feed.unsure, feed.over) == (False, True)
    feed.extend(records(5, [1], "run:queued"))
    assert (feed.unsure, feed.over) == (True, False)


def test_a_project_that_is_there_again_is_not_deleted() -> None:
    feed = Feed("p", 0)
    feed.extend(records(1, [1], "project:deleted"))
    feed.settle(head(1, deleted=True))
    assert feed.deleted
    feed.settle(head(2))
    assert (feed.deleted, feed.unsure) == (False, True)
    feed.extend(records(2, [1], "project:undeleted"))
    feed.settle(head(2))
    assert (feed.deleted, feed.over) == (False, True)


async def test_cursors_only_rise_and_are_forgotten_with_their_viewer() -> None:
    feed, one = Feed("p", 0), viewer()
    feed.extend(records(1, [1] * 9))
    feed.enter(one, 5)
    feed.advance(one, 3)
    assert feed.cursors[one] == 5
    assert feed.lag() == 4
    assert feed.leave(one)
    assert not feed.leave(one)
    feed.advance(one, 9)
    assert not feed.cursors
