"""What viewers cost and how they end: heartbeats, disconnects, slow readers, the server's end."""

import asyncio
from collections.abc import AsyncGenerator

import pytest

from smartforge.server.options import ServerOptions
from tests.unit.server.rig import (
    Project,
    Rig,
    connected,
    ids,
    new_project,
    serving,
    until,
    waiters,
)


@pytest.fixture
async def restless() -> AsyncGenerator[Rig, None]:
    """A server with a heartbeat of 10 ms."""
    async with serving(ServerOptions(heartbeat=0.01)) as rig:
        yield rig


async def test_silence_is_broken_by_comments(restless: Rig) -> None:
    project = await new_project(restless.log)
    async with restless.frames(f"/api/stream/{project.id}?after=1") as frames:
        await frames.next()
        for _ in range(3):
            frame = await frames.next()
            assert frame is not None
            assert frame.lines[0].startswith(b":")
            assert frame.data is None
            assert frame.id is None


async def test_events_come_between_heartbeats(restless: Rig) -> None:
    project = await new_project(restless.log)
    async with restless.frames("/api/stream?at=project1:1") as frames:
        await frames.next()
        await frames.next()
        await project.begin()
        assert [frame.id for frame in await frames.events(2)] == [b"project1:2", b"project1:3"]


async def test_a_viewer_that_leaves_leaves_nothing_behind(rig: Rig, project: Project) -> None:
    before = asyncio.all_tasks()
    for _ in range(10):
        async with rig.frames(f"/api/stream/{project.id}") as frames:
            await frames.events(1)
        async with rig.frames("/api/stream?at=project1:1") as frames:
            await frames.next()
    await until(lambda: not waiters(rig))
    await until(lambda: asyncio.all_tasks() <= before)


async def test_one_poll_that_leaves_leaves_nothing_behind(rig: Rig, project: Project) -> None:
    path = f"/api/projects/{project.id}/events?after=1&wait=25"
    poll = asyncio.create_task(rig.client.get(path))
    await until(lambda: waiters(rig))
    poll.cancel()
    await until(lambda: not waiters(rig))


async def test_a_slow_reader_holds_up_nobody_and_misses_what_a_snapshot_says(
    rig: Rig, project: Project
) -> None:
    path = f"/api/stream/{project.id}?live=1"
    async with connected(rig) as (reader, writer):
        writer.write(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{rig.port}\r\n\r\n".encode())
        await reader.readuntil(b'"seq":1,')
        async with rig.frames(path) as frames:
            await frames.events(1)
            last = 1
            for _ in range(150):  # more than the socket's buffers on both sides can hold
                last = await project.chunks(25, "x" * 1000)
                while (await frames.event()).id != str(last).encode():
                    pass
        count, tail = 0, b""
        while f"id: {last}\n".encode() not in tail:
            data = await reader.read(1 << 20)
            assert data, "the stream ended"
            count += data.count(b"id: ")
            tail = tail[-20:] + data
        assert count < last, "everything was kept for a reader that did not read"


async def test_streams_end_with_a_farewell_when_the_server_stops() -> None:
    async with serving() as rig:
        project = await new_project(rig.log)
        async with rig.frames(f"/api/stream/{project.id}") as frames:
            await frames.events(1)
            rig.server.end_streams()
            farewell = await frames.next()
            assert farewell is not None
            name, _, value = farewell.lines[0].partition(b": ")
            assert name == b"retry"
            assert 200 <= int(value) <= 2000
            assert await frames.next() is None


async def test_a_stream_opened_while_the_server_stops_gives_what_there_is_and_ends() -> None:
    async with serving() as rig:
        project = await new_project(rig.log)
        rig.server.end_streams()
        async with rig.frames(f"/api/stream/{project.id}") as frames:
            seen = await frames.rest()
        assert ids(seen) == [1]
        assert (await rig.client.get("/readyz")).status_code == 503


async def test_a_poll_that_waits_is_answered_when_the_server_stops() -> None:
    async with serving() as rig:
        project = await new_project(rig.log)
        path = f"/api/projects/{project.id}/events?after=1&wait=25"
        poll = asyncio.create_task(rig.client.get(path))
        await until(lambda: waiters(rig))
        rig.server.end_streams()
        assert (await poll).json() == {"events": [], "last": 1, "done": False}


async def test_many_viewers_see_the_same(rig: Rig, project: Project) -> None:
    async def view() -> list[bytes | None]:
        async with rig.frames(f"/api/stream/{project.id}") as frames:
            return [frame.data for frame in await frames.rest()]

    await project.begin()
    viewers = [asyncio.create_task(view()) for _ in range(50)]
    await project.write("a.py", "x = 1\n" * 100)
    await project.complete()
    stored = await project.datas()
    assert await asyncio.gather(*viewers) == [[*stored, b'{"type":"end"}']] * 50
