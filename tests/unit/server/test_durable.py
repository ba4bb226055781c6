"""The read side of the Durable Streams protocol; sections are those of its PROTOCOL.md."""

import asyncio
import json
from collections.abc import AsyncGenerator, Iterable
from contextlib import asynccontextmanager

import httpx
import pytest
from fastapi import FastAPI
from hypothesis import given
from hypothesis import strategies as st
from starlette.types import Message, Scope

from smartforge import events
from smartforge.log.memory import MemoryLog
from smartforge.server.durable import Bounds, DurableRoutes, cursor_beyond, offset_of, seq_of
from smartforge.server.options import DoorOptions, ServerOptions
from smartforge.server.problems import CursorInvalid, tell_problems
from smartforge.server.site import Site
from smartforge.server.transport import EXTENSION
from tests.unit.server.rig import (
    FakeEngine,
    Frames,
    Project,
    Rig,
    new_project,
    serving,
    until,
    waiters,
)

PATH = "/api/durable/project1"


async def read(rig: Rig, **query: str) -> httpx.Response:
    response = await rig.client.get(PATH, params=query)
    assert response.status_code in (200, 204), response.text
    return response


def array(datas: Iterable[bytes]) -> bytes:
    return b"[" + b",".join(datas) + b"]"


# Offsets and cursors


@given(st.integers(0, 10**16 - 1), st.integers(0, 10**16 - 1))
def test_offsets_sort_as_text_as_their_seqs_do(one: int, other: int) -> None:
    assert (offset_of(one) < offset_of(other)) == (one < other)
    assert seq_of(offset_of(one)) == one


@given(st.text())
def test_what_is_no_offset_is_refused(text: str) -> None:
    if text != "-1" and not (len(text) == 16 and text.isascii() and text.isdigit()):
        with pytest.raises(CursorInvalid):
            seq_of(text)


def test_a_cursor_counts_intervals_of_20_s_from_october_2024() -> None:
    assert cursor_beyond(None, 1_728_432_000) == 0
    assert cursor_beyond(None, 1_728_432_019.9) == 0
    assert cursor_beyond("6", 1_728_432_000 + 7 * 20) == 7
    assert cursor_beyond("yesterday", 1_728_432_020) == 1


@given(st.integers(0, 10**15 - 1), st.floats(1_728_432_000, 4e9))
def test_a_cursor_never_goes_back_and_never_stays(sent: int, now: float) -> None:
    assert sent < cursor_beyond(str(sent), now) <= max(sent + 180, cursor_beyond(None, now))


# Catch-up (section 5.6)


async def test_a_read_gives_the_stored_bytes_as_one_array(rig: Rig, project: Project) -> None:
    last = await project.make({"app/main.py": "prînt('☃')\n" * 9})
    response = await read(rig)
    assert response.content == array(await project.datas())
    assert response.headers["content-type"] == "application/json"
    assert response.headers["stream-next-offset"] == offset_of(last)
    assert response.headers["stream-up-to-date"] == "true"
    assert (await read(rig, offset="-1")).content == response.content


async def test_a_read_goes_on_behind_the_offset(rig: Rig, project: Project) -> None:
    await project.make({"a.py": "x = 1"})
    datas = await project.datas()
    response = await read(rig, offset=offset_of(3))
    assert response.content == array(datas[3:])


async def test_a_read_at_the_tail_is_an_empty_array(rig: Rig, project: Project) -> None:
    response = await read(rig, offset=offset_of(1))
    assert response.content == b"[]"
    assert response.headers["stream-next-offset"] == offset_of(1)
    assert response.headers["stream-up-to-date"] == "true"


async def test_an_answer_is_bounded_and_says_where_to_go_on(rig: Rig, project: Project) -> None:
    await project.begin()
    await project.chunks(2500)
    await project.chunks(40, "x" * 20_000)
    offset, seen, answers = "-1", list[int](), 0
    while True:
        response = await read(rig, offset=offset)
        found = response.json()
        seen += [each["seq"] for each in found]
        answers += 1
        assert len(found) <= 1000
        assert len(response.content) < 300 * 1024
        assert response.headers["stream-next-offset"] == offset_of(seen[-1])
        offset = response.headers["stream-next-offset"]
        if "stream-up-to-date" in response.headers:
            break
        assert "max-age=60" in response.headers["cache-control"]
    assert seen == list(range(1, 2544))
    assert answers > 4


async def test_a_finished_project_is_not_said_to_be_closed(rig: Rig, project: Project) -> None:
    last = await project.make({"a.py": "x = 1"})
    for offset in ("-1", offset_of(last), "now"):
        assert "stream-closed" not in (await read(rig, offset=offset)).headers
    assert "stream-closed" not in (await rig.client.head(PATH)).headers


async def test_now_is_the_tail_and_is_not_kept(rig: Rig, project: Project) -> None:
    last = await project.make({"a.py": "x = 1"})
    response = await read(rig, offset="now")
    assert response.content == b"[]"
    assert response.headers["stream-next-offset"] == offset_of(last)
    assert response.headers["stream-up-to-date"] == "true"
    assert response.headers["cache-control"] == "no-store"
    assert "etag" not in response.headers


async def test_what_is_still_the_same_is_not_sent_again(rig: Rig, project: Project) -> None:
    etag = (await read(rig)).headers["etag"]
    known = {"If-None-Match": etag}
    response = await rig.client.get(PATH, headers=known)
    assert (response.status_code, response.content) == (304, b"")
    assert response.headers["etag"] == etag
    await project.begin()
    response = await rig.client.get(PATH, headers=known)
    assert response.status_code == 200
    assert response.headers["etag"] != etag


async def test_the_tag_changes_when_the_same_events_no_longer_reach_the_tail(
    rig: Rig, project: Project
) -> None:
    await project.chunks(999)
    at_tail = await read(rig)
    await project.chunks(1)
    response = await read(rig)
    assert response.content == at_tail.content
    assert "stream-up-to-date" not in response.headers
    assert response.headers["etag"] != at_tail.headers["etag"]


async def test_a_look_says_where_the_stream_ends(rig: Rig, project: Project) -> None:
    response = await rig.client.head(PATH)
    assert response.status_code == 200
    assert response.headers["stream-next-offset"] == offset_of(1)
    assert response.headers["content-type"] == "application/json"
    assert response.headers["cache-control"] == "no-store"
    assert "content-length" not in response.headers


# What is refused


@pytest.mark.parametrize(
    "query",
    [
        "offset=",
        "offset=1",
        "offset=-2",
        "offset=NOW",
        "offset=0000000000000001,",
        "offset=000000000000000%D9%A1",
        "offset=" + "9" * 16,
        "offset=" + "0" * 10_000,
        "offset=-1&offset=now",
        "live=long-poll",
        "live=sse",
        "live=true&offset=-1",
        "live=&offset=-1",
    ],
)
async def test_a_senseless_read_is_400(rig: Rig, project: Project, query: str) -> None:
    response = await rig.client.get(f"{PATH}?{query}")
    assert response.status_code == 400
    assert response.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    "query", ["", "?offset=now", "?offset=-1&live=sse", "?offset=-1&live=long-poll"]
)
async def test_unknown_and_deleted_projects_are_404(rig: Rig, project: Project, query: str) -> None:
    await project.log.append(project.id, [events.ProjectDeleted()], run=None)
    for path in (PATH, "/api/durable/nobody"):
        response = await rig.client.get(path + query)
        assert response.status_code == 404
        assert response.headers["content-type"] == "application/problem+json"
        assert (await rig.client.head(path)).status_code == 404


@pytest.mark.parametrize("method", ["PUT", "POST", "DELETE", "PATCH"])
async def test_writes_are_refused(rig: Rig, project: Project, method: str) -> None:
    response = await rig.client.request(method, PATH, json={"type": "phantom"})
    assert response.status_code == 405
    assert response.headers["allow"] == "GET, HEAD"
    assert response.headers["content-type"] == "application/problem+json"
    assert len(await project.datas()) == 1


async def test_it_needs_the_token_as_everything_does() -> None:
    async with serving(ServerOptions(door=DoorOptions(token="secret"))) as rig:
        await new_project(rig.log)
        assert (await rig.client.get(PATH)).status_code == 401
        bearer = {"Authorization": "Bearer secret"}
        assert (await rig.client.get(PATH, headers=bearer)).status_code == 200


# Long-poll (section 5.7)


async def test_a_long_poll_gives_what_there_is_at_once(rig: Rig, project: Project) -> None:
    response = await read(rig, offset="-1", live="long-poll", cursor="5")
    assert response.content == array(await project.datas())
    assert int(response.headers["stream-cursor"]) > 5
    assert response.headers["stream-up-to-date"] == "true"
    assert "etag" in response.headers


@pytest.mark.parametrize("offset", [offset_of(1), "now"])
async def test_a_long_poll_waits_for_the_next_event(
    rig: Rig, project: Project, offset: str
) -> None:
    poll = asyncio.create_task(read(rig, offset=offset, live="long-poll"))
    await until(lambda: waiters(rig))
    await project.add(events.RunQueued(position=0, trigger="prompt"))
    response = await poll
    assert [each["seq"] for each in response.json()] == [2]
    assert response.headers["stream-next-offset"] == offset_of(2)


async def test_a_long_poll_that_leaves_leaves_nothing_behind(rig: Rig, project: Project) -> None:
    poll = asyncio.create_task(read(rig, offset="now", live="long-poll"))
    await until(lambda: waiters(rig))
    poll.cancel()
    await until(lambda: not waiters(rig))


async def test_a_long_poll_is_answered_when_the_server_stops(rig: Rig, project: Project) -> None:
    poll = asyncio.create_task(read(rig, offset="now", live="long-poll"))
    await until(lambda: waiters(rig))
    rig.server.end_streams()
    response = await poll
    assert response.status_code == 204
    assert response.headers["stream-next-offset"] == offset_of(1)


# Event streams (section 5.8)


class Said:
    """One batch of an event stream: what it held, and the control event that followed."""

    def __init__(self, control: bytes, data: bytes | None) -> None:
        self.control = json.loads(control)
        self.data = data

    @property
    def seqs(self) -> list[int]:
        return [each["seq"] for each in json.loads(self.data or b"[]")]


async def said(frames: Frames) -> Said:
    """The next batch, with or without data, which stands on one line."""
    data: bytes | None = None
    while True:
        frame = await frames.next()
        assert frame is not None, "the stream ended"
        if not frame.lines[0].startswith(b"event: "):
            continue
        name, line = frame.lines
        assert line.startswith(b"data:{" if name == b"event: control" else b"data:[")
        if name == b"event: control":
            return Said(line.removeprefix(b"data:"), data)
        assert data is None, "two of data, and no control between"
        data = line.removeprefix(b"data:")


async def test_a_stream_gives_the_past_and_the_present(rig: Rig, project: Project) -> None:
    async with rig.frames(f"{PATH}?live=sse&offset=-1") as frames:
        assert frames.response.headers["content-type"] == "text/event-stream"
        assert frames.response.headers["cache-control"] == "no-cache, no-store"
        first = await said(frames)
        assert first.data == array(await project.datas())
        assert first.control["streamNextOffset"] == offset_of(1)
        assert first.control["upToDate"] is True
        assert "streamClosed" not in first.control
        await project.add(events.RunQueued(position=0, trigger="prompt"))
        second = await said(frames)
        assert second.seqs == [2]
        assert second.control["streamNextOffset"] == offset_of(2)
        assert int(second.control["streamCursor"]) >= int(first.control["streamCursor"])


async def test_a_stream_from_now_says_at_once_where_it_stands(rig: Rig, project: Project) -> None:
    async with rig.frames(f"{PATH}?live=sse&offset=now&cursor=7") as frames:
        first = await said(frames)
        assert first.data is None
        assert first.control["streamNextOffset"] == offset_of(1)
        assert first.control["upToDate"] is True
        assert int(first.control["streamCursor"]) > 7


async def test_a_long_past_comes_in_batches_and_only_the_last_is_up_to_date(
    rig: Rig, project: Project
) -> None:
    await project.chunks(2500)
    seen: list[int] = []
    async with rig.frames(f"{PATH}?live=sse&offset=-1") as frames:
        while True:
            batch = await said(frames)
            seen += batch.seqs
            assert batch.control["streamNextOffset"] == offset_of(seen[-1])
            if batch.control.get("upToDate"):
                break
    assert seen == list(range(1, 2502))


async def test_deletion_is_the_last_event_of_a_stream(rig: Rig, project: Project) -> None:
    async with rig.frames(f"{PATH}?live=sse&offset=now") as frames:
        await said(frames)
        await project.log.append(project.id, [events.ProjectDeleted()], run=None)
        last = await said(frames)
        assert b'"project:deleted"' in (last.data or b"")
        assert await frames.next() is None


async def test_a_stream_ends_when_the_server_stops(rig: Rig, project: Project) -> None:
    async with rig.frames(f"{PATH}?live=sse&offset=-1") as frames:
        await said(frames)
        rig.server.end_streams()
        assert await frames.next() is None


async def test_a_stream_that_is_left_leaves_nothing_behind(rig: Rig, project: Project) -> None:
    before = asyncio.all_tasks()
    for _ in range(10):
        async with rig.frames(f"{PATH}?live=sse&offset=-1") as frames:
            await said(frames)
    await until(lambda: not waiters(rig))
    await until(lambda: asyncio.all_tasks() <= before)


async def test_silence_is_broken_by_comments() -> None:
    async with serving(ServerOptions(heartbeat=0.01)) as rig:
        await new_project(rig.log)
        async with rig.frames(f"{PATH}?live=sse&offset=now") as frames:
            await said(frames)
            comment = await frames.next()
            assert comment is not None
            assert comment.lines[0].startswith(b":")


# What ends by itself, with shorter times


async def hasty_app() -> tuple[FastAPI, Project]:
    """The routes alone, where waits, lives and stalls last 50 ms."""
    log = MemoryLog()
    project = await new_project(log)
    app = FastAPI()
    site = Site(log, FakeEngine(log), ServerOptions())
    app.include_router(DurableRoutes(site, Bounds(wait=0.05, life=0.05, stall=0.05)).router())
    tell_problems(app)
    return app, project


@asynccontextmanager
async def hasty() -> AsyncGenerator[tuple[httpx.AsyncClient, Project]]:
    app, project = await hasty_app()
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        yield client, project


@pytest.mark.parametrize("offset", [offset_of(1), "now"])
async def test_a_long_poll_in_vain_is_204_with_all_that_is_needed_to_ask_again(offset: str) -> None:
    async with hasty() as (client, _):
        query = {"offset": offset, "live": "long-poll", "cursor": str(10**10)}
        response = await client.get(PATH, params=query)
    assert (response.status_code, response.content) == (204, b"")
    assert response.headers["stream-next-offset"] == offset_of(1)
    assert response.headers["stream-up-to-date"] == "true"
    assert int(response.headers["stream-cursor"]) > 10**10
    assert response.headers["cache-control"] == "no-store"


async def test_a_stream_ends_by_itself_after_its_life() -> None:
    async with hasty() as (client, project):
        response = await client.get(PATH, params={"offset": "-1", "live": "sse"})
        assert response.content.startswith(b"event: data\ndata:" + array(await project.datas()))
        assert response.content.endswith(b"\n\n")
        assert response.content.count(b"event: control\n") == 1


class FakeConnection:
    """Takes the head of an answer and nothing more, until it is cut."""

    def __init__(self) -> None:
        self.cut = asyncio.Event()
        self.sent: list[Message] = []

    def bound(self) -> None: ...

    def abort(self) -> None:
        self.cut.set()

    async def receive(self) -> Message:
        await self.cut.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Message) -> None:
        self.sent.append(message)
        if message["type"] != "http.response.start":
            await asyncio.Event().wait()


async def test_a_reader_that_takes_nothing_is_cut() -> None:
    app, _ = await hasty_app()
    connection = FakeConnection()
    scope: Scope = {
        "type": "http",
        "method": "GET",
        "path": PATH,
        "query_string": b"offset=-1&live=sse",
        "headers": [],
        "extensions": {EXTENSION: connection},
    }
    await app(scope, connection.receive, connection.send)
    assert connection.cut.is_set()
    assert len(connection.sent) == 2
