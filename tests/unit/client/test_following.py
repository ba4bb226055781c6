"""Following a project: nothing is left out and nothing comes twice, whatever breaks."""

from collections.abc import Callable, Iterator
from contextlib import aclosing

import pytest

from smartforge import events
from smartforge.client import CaughtUp, Client, Received
from smartforge.errors import CursorAhead, ServerRefused, ServerUnreachable, UnknownProject
from smartforge.events import CodeChunk
from smartforge.log.memory import MemoryLog
from tests.unit.client.places import (
    END,
    SILENCE,
    Naps,
    Place,
    chunk,
    chunked,
    compacted,
    followed,
    http,
    saying,
    seqs,
    sse,
)
from tests.unit.server.rig import new_project

FILES = {"app/main.py": "# grüße 🚀\n" * 5}
BUSY = http(b"", status="503 Service Unavailable")


async def test_a_finished_project_is_followed_from_anywhere_to_its_end(place: Place) -> None:
    project = await new_project(place.log)
    last = await project.make(FILES)
    async with place.client() as client:
        events = await followed(client, project.id)
        assert seqs(events) == list(range(1, last + 1))
        assert [event.data for event in events] == await project.datas()
        assert seqs(await followed(client, project.id, 3)) == list(range(4, last + 1))
        assert await followed(client, project.id, last) == []


async def test_following_goes_on_over_a_restart_of_the_server(place: Place) -> None:
    project = await new_project(place.log)
    await project.begin()
    seen: list[int] = []
    async with place.client() as client, aclosing(client.follow(project.id)) as events:
        for round_ in range(3):
            await project.chunks(20)
            while not seen or seen[-1] < 3 + 20 * (round_ + 1):
                seen.append((await anext(events)).seq)
            await place.stop()
            await place.start()
        last = await project.complete()
        seen += [event.seq async for event in events]
    assert seen == list(range(1, last + 1))


async def test_with_live_following_goes_on_to_the_next_run(place: Place) -> None:
    project = await new_project(place.log)
    last = await project.make(FILES)
    async with (
        place.client() as client,
        aclosing(client.follow(project.id, last, live=True)) as events,
    ):
        await project.begin()
        assert (await anext(events)).type == "run:queued"


async def test_a_server_that_stays_away_is_given_up(place: Place) -> None:
    project = await new_project(place.log)
    await project.begin()
    async with (
        place.client(patience=0.01) as client,
        aclosing(client.follow(project.id)) as events,
    ):
        assert (await anext(events)).seq == 1
        await place.stop()
        with pytest.raises(ServerUnreachable) as refused:
            [event async for event in events]
    assert place.url in refused.value.what


async def test_who_is_far_behind_and_wants_it_gets_a_state_first(place: Place) -> None:
    project = await new_project(place.log)
    await project.begin()
    await project.chunks(3000)
    last = await project.complete()
    async with place.client() as client:
        first, *rest = await compacted(client, project.id)
        assert isinstance(first, CaughtUp)
        assert (first.state.seq, first.reset) == (first.seq, False)
        assert first.state.title == "Todo API"
        assert seqs(rest) == list(range(first.seq + 1, last + 1))
        assert seqs(await followed(client, project.id)) == list(range(1, last + 1))


async def test_a_log_that_ends_before_the_cursor_is_told(place: Place) -> None:
    project = await new_project(place.log)
    last = await project.make(FILES)
    async with place.client() as client:
        with pytest.raises(CursorAhead, match=str(last + 1)):
            await followed(client, project.id, last + 1)
        (state,) = await compacted(client, project.id, last + 1)
    assert isinstance(state, CaughtUp)
    assert (state.seq, state.reset, state.state.status) == (last, True, "complete")


@pytest.mark.parametrize("compact", [False, True])
async def test_a_log_restored_from_a_copy_is_told_to_who_follows(
    place: Place, compact: bool
) -> None:
    project = await new_project(place.log)
    await project.begin()
    await project.chunks(5)
    copy = MemoryLog()
    restored = await new_project(copy)
    await restored.begin()
    async with (
        place.client() as client,
        aclosing(client.follow(project.id, compact=compact)) as events,
    ):
        for seq in range(1, 9):
            assert (await anext(events)).seq == seq
        await place.restore(copy)
        if not compact:
            with pytest.raises(CursorAhead):
                await anext(events)
            return
        again = await anext(events)
        assert isinstance(again, CaughtUp)
        assert (again.seq, again.reset) == (3, True)
        await restored.chunks(1)
        event = await anext(events)
        assert isinstance(event, Received)
        assert event.seq == 4


async def test_a_project_that_is_deleted_is_unknown_from_then_on(place: Place) -> None:
    project = await new_project(place.log)
    await project.begin()
    async with place.client() as client, aclosing(client.follow(project.id)) as received:
        for seq in range(1, 4):
            assert (await anext(received)).seq == seq
        await place.log.append(project.id, [events.ProjectDeleted()], run=None)
        assert (await anext(received)).type == "project:deleted"
        with pytest.raises(UnknownProject):
            await anext(received)
        with pytest.raises(UnknownProject):
            await followed(client, project.id)


@pytest.mark.parametrize(
    "frame",
    [
        b"data: nonsense\n\n",
        b"data: []\n\n",
        b'data: {"seq":1}\n\n',
        b'id: 1\ndata: {"type":"code:chunk","seq":1}\n\n',
        b'id: x\ndata: {"type":"x","seq":"1"}\n\n',
        b"data: \xff\n\n",
    ],
)
async def test_frames_that_are_no_events_end_the_following(frame: bytes) -> None:
    async with saying(sse(frame)) as scripted, Client(scripted.url, sleep=Naps()) as client:
        with pytest.raises(ServerRefused, match="does not speak"):
            await followed(client, "p")


def _dull(whole: bytes) -> Iterator[int]:
    """Places in the middle of events where nothing but plain letters stands."""
    at = whole.find(b'"projectId"')
    while at >= 0:
        yield from range(at, whole.index(b'"text"', at))
        at = whole.find(b'"projectId"', at + 1)


@pytest.mark.parametrize("framed", [sse, chunked])
async def test_a_connection_cut_at_any_byte_loses_and_repeats_nothing(
    framed: Callable[[bytes], bytes],
) -> None:
    whole = framed(b"retry: 10\n: hello\n\n" + chunk(2, "grüße 🚀\u2028") + chunk(3))
    # Of the head and of what is dull every tenth byte, of the rest each.
    dull = {*range(whole.index(b"\r\n\r\n")), *_dull(whole)}
    cuts = [cut for cut in range(len(whole)) if cut % 10 == 0 or cut not in dull]
    script: list[bytes] = []
    for cut in cuts:
        script += [sse(chunk(1)), whole[:cut], sse(chunk(2) + chunk(3) + END)]
    async with saying(*script) as scripted, Client(scripted.url, sleep=Naps()) as client:
        for _ in cuts:
            received = await followed(client, "p")
            assert seqs(received) == [1, 2, 3]
            assert all(isinstance(event.fact, CodeChunk) for event in received)
    cursors = scripted.cursors()
    assert set(cursors[0::3]) == {""}
    assert set(cursors[1::3]) == {"1"}
    assert cursors[2::3] == sorted(cursors[2::3])
    assert set(cursors[2::3]) >= {"1", "2"}


async def test_what_was_seen_is_dropped_and_what_is_no_event_passed_over() -> None:
    presence = b'data: {"type":"presence","projectId":"p","viewers":2}\n\n'
    parts = (
        sse(b"retry: 1000\n: hello\n\n" + chunk(1) + presence + chunk(2)[:40]),
        BUSY,
        sse(chunk(2) + chunk(2) + chunk(1) + chunk(3)),
        http(b"", status="502 Bad Gateway"),
        b"",
        sse(chunk(3) + chunk(4) + END),
    )
    async with saying(*parts) as scripted, Client(scripted.url, sleep=Naps()) as client:
        assert seqs(await followed(client, "p")) == [1, 2, 3, 4]
    assert scripted.cursors() == ["", "1", "1", "3", "3", "3"]


async def test_a_seq_that_jumps_is_asked_for_again() -> None:
    parts = (sse(chunk(1) + chunk(3) + chunk(4)), sse(chunk(2) + chunk(3) + chunk(4) + END))
    async with saying(*parts) as scripted, Client(scripted.url, sleep=Naps()) as client:
        assert seqs(await followed(client, "p")) == [1, 2, 3, 4]
    assert scripted.cursors() == ["", "1"]


@pytest.mark.parametrize(
    "after_one", [chunk(3), b'id: 3\ndata: {"type":"snapshot","seq":3,"state":{}}\n\n']
)
async def test_a_server_without_some_events_is_not_asked_for_ever(after_one: bytes) -> None:
    part = sse(chunk(1) + after_one + END)
    async with saying(part) as scripted, Client(scripted.url, sleep=Naps()) as client:
        with pytest.raises(ServerRefused, match="after 1 it sends 3"):
            await followed(client, "p")
    assert scripted.cursors() == ["", "1", "1"]


async def test_a_server_that_hangs_up_for_ever_is_given_up() -> None:
    async with (
        saying(sse(b"")) as scripted,
        Client(scripted.url, patience=0.01, sleep=Naps()) as client,
    ):
        with pytest.raises(ServerUnreachable):
            await followed(client, "p")


async def test_a_server_that_repeats_itself_for_ever_is_given_up() -> None:
    async with (
        saying(sse(chunk(1))) as scripted,
        Client(scripted.url, patience=0.01, sleep=Naps()) as client,
    ):
        with pytest.raises(ServerUnreachable):
            await followed(client, "p")


async def test_a_connection_without_a_byte_for_too_long_is_made_again() -> None:
    parts = (sse(chunk(1)) + SILENCE, sse(chunk(2) + END))
    async with (
        saying(*parts) as scripted,
        Client(scripted.url, silence=0.05, sleep=Naps()) as client,
    ):
        assert seqs(await followed(client, "p")) == [1, 2]


async def test_a_farewell_says_when_to_come_back() -> None:
    naps = Naps()
    parts = (
        sse(b"retry: 1000\n: hello\n\n" + chunk(1) + b"retry: 300\n: the server stops\n\n"),
        sse(chunk(2) + END),
    )
    async with saying(*parts) as scripted, Client(scripted.url, sleep=naps) as client:
        assert seqs(await followed(client, "p")) == [1, 2]
    (nap,) = naps.taken
    assert 0.3 <= nap <= 0.45


@pytest.mark.parametrize("status", ["429 Too Many Requests", "503 Service Unavailable"])
async def test_a_refusal_that_says_when_to_come_back_is_obeyed(status: str) -> None:
    naps = Naps()
    busy = http(b"", status=status, more="Retry-After: 7\r\n")
    parts = (busy, sse(chunk(1)), busy, sse(chunk(2) + END))
    async with saying(*parts) as scripted, Client(scripted.url, sleep=naps) as client:
        assert seqs(await followed(client, "p")) == [1, 2]
    assert [7 <= nap <= 10.5 for nap in naps.taken] == [True, False, True]


async def test_a_refusal_that_asks_for_more_patience_than_there_is_is_told() -> None:
    busy = http(b"", status="429 Too Many Requests", more="Retry-After: 3600\r\n")
    naps = Naps()
    async with saying(sse(chunk(1)), busy) as scripted, Client(scripted.url, sleep=naps) as client:
        with pytest.raises(ServerRefused) as refused:
            await followed(client, "p")
    assert (refused.value.status, refused.value.retry_after) == (429, 3600)
    assert len(naps.taken) == 1


async def test_a_refusal_at_first_is_told_at_once() -> None:
    naps = Naps()
    async with saying(BUSY) as scripted, Client(scripted.url, sleep=naps) as client:
        with pytest.raises(ServerRefused):
            await followed(client, "p")
    assert naps.taken == []


async def test_unknown_types_of_events_are_passed_on_without_a_fact() -> None:
    new = b'id: 1\ndata: {"type":"new","projectId":"p","seq":1,"run":null,"ts":1}\n\n'
    async with saying(sse(new + END)) as scripted, Client(scripted.url) as client:
        (event,) = await followed(client, "p")
    assert (event.type, event.fact) == ("new", None)


async def test_a_reset_that_is_cut_before_its_state_is_told_again() -> None:
    reset = b'data: {"type":"reset","projectId":"p"}\n\n'
    async with (
        saying(sse(chunk(8) + reset + chunk(1)), sse(reset), http(b"", status="204 Gone")) as each,
        Client(each.url, sleep=Naps()) as client,
    ):
        assert seqs([e async for e in client.follow("p", 7, compact=True)]) == [8]
    assert each.cursors() == ["7", "8", "8"]
