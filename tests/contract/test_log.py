"""What every log promises to who appends: `smartforge.log.base`, guarantee by guarantee."""

import asyncio

import pytest

from smartforge import events
from smartforge.errors import Fenced, UnknownProject
from smartforge.log.standing import EVENT_LIMIT
from tests.contract.logs import CREATED, SettableClock, WatchedLog, chunk, seqs, text_of


async def texts(log: WatchedLog, project_id: str) -> list[str]:
    records = await log.read(project_id, 0, 100_000)
    return [text_of(record.data) for record in records if record.type == "code:chunk"]


# create


async def test_create_numbers_the_first_facts_from_1_and_returns_the_head(
    log: WatchedLog, clock: SettableClock
) -> None:
    clock.now = 5_000
    head = await log.create("p", [CREATED, events.TitleChanged(title="Library")])
    assert (head.project_id, head.title, head.last) == ("p", "Library", 2)
    assert (head.created, head.deleted, head.queued) == (5_000, False, 0)
    assert head == await log.head("p")
    envelopes = [events.decode(record.data)[0] for record in await log.read("p", 0, 10)]
    assert [(each.seq, each.run, each.ts) for each in envelopes] == [
        (1, None, 5_000),
        (2, None, 5_000),
    ]


async def test_create_stores_what_asks_for_the_first_run_with_the_project_or_neither(
    log: WatchedLog,
) -> None:
    asking = events.RunQueued(position=0, trigger="prompt")
    with pytest.raises(ValueError, match="bytes"):
        await log.create("p", [CREATED], run="r", asking=[asking, chunk("x" * EVENT_LIMIT)])
    with pytest.raises(UnknownProject):
        await log.head("p")
    head = await log.create("p", [CREATED], run="r", asking=[asking])
    assert (head.last, head.queued, head.active) == (2, 1, True)
    assert head == await log.head("p")
    envelopes = [events.decode(record.data)[0] for record in await log.read("p", 0, 10)]
    assert [(each.seq, each.run) for each in envelopes] == [(1, None), (2, "r")]


async def test_create_refuses_an_id_that_is_taken_and_changes_nothing(log: WatchedLog) -> None:
    before = await log.create("p", [CREATED])
    with pytest.raises(ValueError, match="taken"):
        await log.create("p", [CREATED, CREATED])
    assert await log.head("p") == before
    assert await seqs(log, "p") == [1]


async def test_create_makes_no_project_where_one_fact_is_refused(log: WatchedLog) -> None:
    with pytest.raises(ValueError, match="bytes"):
        await log.create("p", [CREATED, chunk("x" * EVENT_LIMIT)])
    with pytest.raises(UnknownProject):
        await log.head("p")
    await log.create("p", [CREATED])
    assert await seqs(log, "p") == [1]


async def test_create_refuses_a_project_without_facts(log: WatchedLog) -> None:
    with pytest.raises(ValueError, match="no facts"):
        await log.create("p", [])
    with pytest.raises(UnknownProject):
        await log.head("p")


async def test_of_many_that_create_one_id_at_the_same_time_one_succeeds(log: WatchedLog) -> None:
    outcomes = await asyncio.gather(
        *(log.create("p", [CREATED]) for _ in range(10)), return_exceptions=True
    )
    assert sum(isinstance(each, ValueError) for each in outcomes) == 9
    assert await seqs(log, "p") == [1]


# append


async def test_append_stores_the_facts_in_order_and_returns_the_last_seq(log: WatchedLog) -> None:
    await log.create("p", [CREATED])
    assert await log.append("p", [chunk("a"), chunk("b"), chunk("c")], run="r") == 4
    assert await log.append("p", [chunk("d")], run="r") == 5
    assert await seqs(log, "p") == [1, 2, 3, 4, 5]
    assert await texts(log, "p") == ["a", "b", "c", "d"]


async def test_a_record_is_the_encoded_event(log: WatchedLog, clock: SettableClock) -> None:
    await log.create("p", [CREATED])
    clock.now = 7_000
    await log.append("p", [chunk('ü"\n')], run="r1")
    (record,) = await log.read("p", 1, 10)
    envelope = events.Envelope(type="code:chunk", project_id="p", seq=2, run="r1", ts=7_000)
    assert (record.seq, record.type) == (2, "code:chunk")
    assert record.data == events.encode(chunk('ü"\n'), envelope)
    assert events.decode(record.data) == (envelope, chunk('ü"\n'))


async def test_append_stores_all_or_nothing(log: WatchedLog) -> None:
    await log.create("p", [CREATED])
    before = await log.head("p")
    with pytest.raises(ValueError, match="bytes"):
        await log.append("p", [chunk("a"), chunk("x" * EVENT_LIMIT), chunk("b")], run="r")
    assert await log.head("p") == before
    assert await seqs(log, "p") == [1]
    assert await log.append("p", [chunk("c")], run="r") == 2


async def test_an_event_of_64_kib_is_refused_and_one_byte_less_is_stored(log: WatchedLog) -> None:
    await log.create("p", [CREATED])
    await log.append("p", [chunk("x")], run="r")
    (record,) = await log.read("p", 1, 1)
    room = EVENT_LIMIT - len(record.data)
    with pytest.raises(ValueError, match=r"65536 bytes, the limit is 65535"):
        await log.append("p", [chunk("x" * (room + 1))], run="r")
    assert await log.append("p", [chunk("x" * room)], run="r") == 3
    assert len((await log.read("p", 2, 1))[0].data) == EVENT_LIMIT - 1


async def test_append_refuses_no_facts(log: WatchedLog) -> None:
    await log.create("p", [CREATED])
    with pytest.raises(ValueError, match="no facts"):
        await log.append("p", [], run="r")


async def test_text_that_is_not_unicode_is_refused_and_the_log_goes_on(log: WatchedLog) -> None:
    await log.create("p", [CREATED])
    with pytest.raises(ValueError, match="surrogates"):
        await log.append("p", [chunk("\ud800")], run="r")
    assert await log.append("p", [chunk("fine")], run="r") == 2


async def test_an_unknown_project_takes_neither_facts_nor_claims(log: WatchedLog) -> None:
    with pytest.raises(UnknownProject):
        await log.append("nobody", [chunk()], run="r")
    with pytest.raises(UnknownProject):
        await log.claim("nobody")


async def test_a_refused_append_does_not_spoil_those_beside_it(log: WatchedLog) -> None:
    await log.create("p", [CREATED])
    outcomes = await asyncio.gather(
        log.append("p", [chunk("a")], run="r"),
        log.append("nobody", [chunk()], run="r"),
        log.append("p", [chunk()], run="r", epoch=7),
        log.append("p", [chunk("x" * EVENT_LIMIT)], run="r"),
        log.append("p", [chunk("b")], run="r"),
        return_exceptions=True,
    )
    assert [type(each) for each in outcomes] == [int, UnknownProject, Fenced, ValueError, int]
    assert await texts(log, "p") == ["a", "b"]
    assert await seqs(log, "p") == [1, 2, 3]


async def test_50_writers_of_one_project_leave_no_gap_and_keep_their_own_order(
    log: WatchedLog,
) -> None:
    await log.create("p", [CREATED])

    async def write(writer: int) -> list[int]:
        return [
            await log.append("p", [chunk(f"{writer}", at=2 * n), chunk(f"{writer}")], run="r")
            for n in range(6)
        ]

    acknowledged = await asyncio.gather(*(write(writer) for writer in range(50)))
    assert await seqs(log, "p") == list(range(1, 602))
    assert all(each == sorted(each) for each in acknowledged)
    assert sorted(last for each in acknowledged for last in each) == list(range(3, 602, 2))
    stored = await texts(log, "p")
    assert stored[0::2] == stored[1::2]


# the fence


async def test_each_claim_begins_a_new_epoch(log: WatchedLog) -> None:
    start = (await log.create("p", [CREATED])).epoch
    assert [await log.claim("p"), await log.claim("p")] == [start + 1, start + 2]
    head = await log.head("p")
    assert (head.epoch, head.last) == (start + 2, 1)


async def test_only_the_current_epoch_appends(log: WatchedLog) -> None:
    await log.create("p", [CREATED])
    old, new = await log.claim("p"), await log.claim("p")
    for wrong in (old, new + 1):
        with pytest.raises(Fenced):
            await log.append("p", [chunk()], run="r", epoch=wrong)
    assert await log.append("p", [chunk()], run="r", epoch=new) == 2
    assert await log.append("p", [chunk()], run=None) == 3


async def test_closing_ends_the_epoch_with_the_append(log: WatchedLog) -> None:
    await log.create("p", [CREATED])
    epoch = await log.claim("p")
    assert await log.append("p", [chunk("last")], run="r", epoch=epoch, close=True) == 2
    with pytest.raises(Fenced):
        await log.append("p", [chunk("too late")], run="r", epoch=epoch)
    assert (await log.head("p")).epoch > epoch
    assert await texts(log, "p") == ["last"]


async def test_of_two_that_close_one_epoch_one_succeeds(log: WatchedLog) -> None:
    await log.create("p", [CREATED])
    epoch = await log.claim("p")
    outcomes = await asyncio.gather(
        log.append("p", [chunk("a")], run="r", epoch=epoch, close=True),
        log.append("p", [chunk("b")], run="r", epoch=epoch, close=True),
        return_exceptions=True,
    )
    assert sorted(type(each).__name__ for each in outcomes) == ["Fenced", "int"]
    assert await seqs(log, "p") == [1, 2]


async def test_a_refused_close_does_not_end_the_epoch(log: WatchedLog) -> None:
    await log.create("p", [CREATED])
    epoch = await log.claim("p")
    with pytest.raises(ValueError, match="no facts"):
        await log.append("p", [], run="r", epoch=epoch, close=True)
    assert await log.append("p", [chunk()], run="r", epoch=epoch) == 2


# keys


async def test_a_key_stores_once_and_always_returns_what_it_returned_first(log: WatchedLog) -> None:
    await log.create("p", [CREATED])
    epoch = await log.claim("p")
    assert await log.append("p", [chunk("a"), chunk("b")], run="r", epoch=epoch, key="k") == 3
    await log.append("p", [chunk("c")], run="r")
    assert await log.append("p", [chunk("other")], run="r", epoch=epoch, key="k") == 3
    await log.claim("p")
    assert await log.append("p", [chunk("other")], run="r", epoch=epoch, key="k") == 3
    assert await texts(log, "p") == ["a", "b", "c"]


async def test_a_key_belongs_to_its_project(log: WatchedLog) -> None:
    await log.create("p", [CREATED])
    await log.create("q", [CREATED])
    assert await log.append("p", [chunk(), chunk()], run="r", key="k") == 3
    assert await log.append("q", [chunk()], run="r", key="k") == 2


async def test_a_refused_append_does_not_use_up_its_key(log: WatchedLog) -> None:
    await log.create("p", [CREATED])
    with pytest.raises(Fenced):
        await log.append("p", [chunk()], run="r", epoch=99, key="k")
    assert await log.append("p", [chunk()], run="r", key="k") == 2
    assert await seqs(log, "p") == [1, 2]


async def test_closing_again_with_the_same_key_does_not_end_the_next_epoch(log: WatchedLog) -> None:
    await log.create("p", [CREATED])
    epoch = await log.claim("p")
    assert await log.append("p", [chunk()], run="r", epoch=epoch, key="k", close=True) == 2
    newer = await log.claim("p")
    assert await log.append("p", [chunk()], run="r", epoch=epoch, key="k", close=True) == 2
    assert await log.append("p", [chunk()], run="r", epoch=newer) == 3


async def test_one_key_used_by_many_at_the_same_time_stores_once(log: WatchedLog) -> None:
    await log.create("p", [CREATED])
    answers = await asyncio.gather(
        *(log.append("p", [chunk()], run="r", key="k") for _ in range(20))
    )
    assert set(answers) == {2}
    assert await seqs(log, "p") == [1, 2]


# time


async def test_time_never_runs_backwards_within_a_project(
    log: WatchedLog, clock: SettableClock
) -> None:
    clock.now = 5_000
    await log.create("p", [CREATED])
    for clock.now in (4_000, 6_000, 5_500):
        await log.append("p", [chunk()], run="r")
    clock.now = 3_000
    await log.create("q", [CREATED])
    stamps = [events.decode(record.data)[0].ts for record in await log.read("p", 0, 10)]
    assert stamps == [5_000, 5_000, 6_000, 6_000]
    assert events.decode((await log.read("q", 0, 1))[0].data)[0].ts == 3_000


# head


async def test_the_head_follows_the_facts(log: WatchedLog) -> None:
    await log.create("p", [CREATED])
    assert not (await log.head("p")).deleted
    queued = events.RunQueued(position=0, trigger="prompt")
    await log.append("p", [queued], run="r1")
    head = await log.head("p")
    assert (head.status, head.queued, head.active) == ("queued", 1, True)
    started = events.RunStarted(trigger="prompt", base_version=None, message_id=None)
    await log.append("p", [started], run="r1")
    await log.append("p", [queued], run="r2")
    head = await log.head("p")
    assert (head.status, head.queued, head.active) == ("planning", 1, True)
    await log.append("p", [events.RunCancelled(reason="user")], run="r2")
    await log.append("p", [events.RunCancelled(reason="user")], run="r1")
    await log.append("p", [events.TitleChanged(title="New"), events.ProjectDeleted()], run=None)
    head = await log.head("p")
    assert (head.status, head.queued, head.active) == ("cancelled", 0, False)
    assert (head.title, head.deleted, head.last) == ("New", True, 8)


async def test_an_unknown_project_has_no_head(log: WatchedLog) -> None:
    with pytest.raises(UnknownProject, match="'nobody'"):
        await log.head("nobody")
