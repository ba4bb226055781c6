"""The live stream of one project, over a real connection."""

import asyncio
import random

import pytest

from smartforge import events
from tests.unit.server.rig import Frame, Project, Rig, ids, new_project, types


async def test_the_first_bytes_are_the_retry_time_and_a_comment(rig: Rig, project: Project) -> None:
    async with rig.frames(f"/api/stream/{project.id}") as frames:
        first = await frames.next()
        assert first is not None
        assert first.lines[0] == b"retry: 1000"
        assert first.lines[1].startswith(b":")
        headers = frames.response.headers
        assert headers["content-type"] == "text/event-stream"
        assert headers["cache-control"] == "no-store"
        assert headers["x-accel-buffering"] == "no"
        assert "content-encoding" not in headers


async def test_data_lines_are_the_stored_bytes(rig: Rig, project: Project) -> None:
    await project.make({"app/main.py": "prînt('☃')\n\u2028" * 9})
    async with rig.frames(f"/api/stream/{project.id}") as frames:
        seen = await frames.rest()
    assert [frame.data for frame in seen[:-1]] == await project.datas()
    assert ids(seen[:-1]) == list(range(1, len(seen)))


async def test_no_frame_has_an_event_field(rig: Rig, project: Project) -> None:
    await project.make({"a.py": "x = 1"})
    response = await rig.client.get(f"/api/stream/{project.id}")
    assert b"event:" not in response.content


async def test_it_ends_when_no_run_is_on(rig: Rig, project: Project) -> None:
    last = await project.make({"a.py": "x = 1"})
    async with rig.frames(f"/api/stream/{project.id}") as frames:
        seen = await frames.rest()
    assert seen[-1].json == {"type": "end"}
    assert seen[-1].id is None
    assert ids(seen)[-1] == last


async def test_it_goes_on_while_a_run_is_on_and_then_ends(rig: Rig, project: Project) -> None:
    await project.begin()
    async with rig.frames(f"/api/stream/{project.id}") as frames:
        seen = await frames.events(3)
        await project.write("a.py", "x = 1")
        seen += await frames.events(3)
        await project.complete()
        seen += await frames.rest()
    assert ids(seen) == list(range(1, 8))
    assert types(seen)[-2:] == ["complete", "end"]


async def test_a_queued_run_keeps_it_open(rig: Rig, project: Project) -> None:
    await project.make({"a.py": "x = 1"})
    await project.add(events.RunQueued(position=0, trigger="message"))
    async with rig.frames(f"/api/stream/{project.id}") as frames:
        await frames.events(8)
        await project.add(events.RunCancelled(reason="asked"))
        assert types(await frames.rest()) == ["run:cancelled", "end"]


async def test_a_reconnect_with_the_final_id_gets_204(rig: Rig, project: Project) -> None:
    last = await project.make({"a.py": "x = 1"})
    headers = {"Last-Event-ID": str(last)}
    response = await rig.client.get(f"/api/stream/{project.id}", headers=headers)
    assert response.status_code == 204
    assert response.content == b""
    response = await rig.client.get(f"/api/stream/{project.id}?after={last}")
    assert response.status_code == 204


async def test_a_reconnect_with_the_final_id_stays_while_a_run_is_on(
    rig: Rig, project: Project
) -> None:
    await project.begin()
    async with rig.frames(f"/api/stream/{project.id}?after=3") as frames:
        assert frames.response.status_code == 200
        await project.complete()
        assert types(await frames.rest()) == ["complete", "end"]


async def test_live_stays_open_across_runs(rig: Rig, project: Project) -> None:
    last = await project.make({"a.py": "x = 1"})
    async with rig.frames(f"/api/stream/{project.id}?live=1&after={last}") as frames:
        assert frames.response.status_code == 200
        await project.begin()
        assert ids(await frames.events(2)) == [last + 1, last + 2]
        await project.complete()
        assert ids(await frames.events(1)) == [last + 3]
        await project.begin()
        assert ids(await frames.events(1)) == [last + 4]


async def test_the_header_wins_over_the_query(rig: Rig, project: Project) -> None:
    await project.make({"a.py": "x = 1"})
    path = f"/api/stream/{project.id}?after=5"
    async with rig.frames(path, {"Last-Event-ID": "2"}) as frames:
        assert ids(await frames.events(1)) == [3]


@pytest.mark.parametrize(
    "cursor", ["-1", "nan", "1.5", "1e3", " ", "0x1", "9" * 16, "9" * 5000, "a:1", "١"]
)
async def test_a_cursor_that_is_no_seq_is_refused(rig: Rig, project: Project, cursor: str) -> None:
    response = await rig.client.get(f"/api/stream/{project.id}", params={"after": cursor})
    assert response.status_code == 400
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["code"] == "cursor_invalid"


async def test_a_header_that_is_no_seq_is_refused(rig: Rig, project: Project) -> None:
    headers = {"Last-Event-ID": "yesterday"}
    response = await rig.client.get(f"/api/stream/{project.id}?after=1", headers=headers)
    assert response.status_code == 400


async def test_an_unknown_project_is_404(rig: Rig) -> None:
    response = await rig.client.get("/api/stream/nobody")
    assert response.status_code == 404
    assert response.json()["code"] == "unknown_project"


async def test_a_deleted_project_is_404(rig: Rig, project: Project) -> None:
    await project.log.append(project.id, [events.ProjectDeleted()], run=None)
    assert (await rig.client.get(f"/api/stream/{project.id}")).status_code == 404


async def test_a_project_deleted_meanwhile_is_said_to_be_gone(rig: Rig, project: Project) -> None:
    async with rig.frames(f"/api/stream/{project.id}?live=1") as frames:
        await frames.events(1)
        await project.log.append(project.id, [events.ProjectDeleted()], run=None)
        assert types(await frames.rest()) == ["project:deleted", "gone"]


async def test_a_viewer_of_1000_events_behind_gets_them_all(rig: Rig, project: Project) -> None:
    await project.chunks(999)
    async with rig.frames(f"/api/stream/{project.id}") as frames:
        assert ids(await frames.events(1000)) == list(range(1, 1001))


async def test_a_viewer_further_behind_gets_a_snapshot_first(rig: Rig, project: Project) -> None:
    await project.begin()
    await project.write("a.py", "x" * 10_000, whole=False)
    head = await project.log.head(project.id)
    async with rig.frames(f"/api/stream/{project.id}") as frames:
        first = await frames.event()
        await project.complete()
        rest = await frames.rest()
    snapshot = (await rig.client.get(f"/api/projects/{project.id}")).json()
    assert first.id == str(head.last).encode()
    said = first.json
    assert said["type"] == "snapshot"
    assert said["projectId"] == project.id
    assert said["seq"] == head.last
    state = said["state"]
    assert isinstance(state, dict)
    assert state["seq"] == head.last
    assert state.keys() == snapshot.keys()
    assert state["files"][0]["text"] == "x" * 10_000
    assert ids(rest) == [head.last + 1]


async def test_a_viewer_many_bytes_behind_gets_a_snapshot_first(rig: Rig, project: Project) -> None:
    last = await project.chunks(30, "x" * 10_000)
    async with rig.frames(f"/api/stream/{project.id}") as frames:
        first = await frames.event()
        assert first.json["type"] == "snapshot"
        assert ids([first]) == [last]


async def test_compact_0_gives_every_event(rig: Rig, project: Project) -> None:
    await project.chunks(2500, "x" * 200)
    await project.complete()
    async with rig.frames(f"/api/stream/{project.id}?compact=0") as frames:
        seen = await frames.rest()
    assert ids(seen) == list(range(1, 2503))
    assert [frame.data for frame in seen[:-1]] == await project.datas()


async def test_a_cursor_beyond_the_tail_gets_a_reset_and_a_snapshot(
    rig: Rig, project: Project
) -> None:
    last = await project.make({"a.py": "x = 1"})
    async with rig.frames(f"/api/stream/{project.id}?after={last + 1}") as frames:
        seen = await frames.rest()
    assert types(seen) == ["reset", "snapshot", "end"]
    assert ids(seen) == [last]
    assert seen[0].id is None


async def test_after_a_reset_the_stream_goes_on(rig: Rig, project: Project) -> None:
    await project.begin()
    async with rig.frames(f"/api/stream/{project.id}?after=999&compact=0") as frames:
        assert types(await frames.events(2)) == ["reset", "snapshot"]
        await project.complete()
        assert ids(await frames.rest()) == [4]


@pytest.mark.parametrize("value", ["2", "yes", ""])
@pytest.mark.parametrize("name", ["live", "compact"])
async def test_a_switch_that_is_neither_0_nor_1_is_refused(
    rig: Rig, project: Project, name: str, value: str
) -> None:
    response = await rig.client.get(f"/api/stream/{project.id}", params={name: value})
    assert response.status_code == 422


@pytest.mark.parametrize("seed", range(30))
async def test_cut_anywhere_and_resumed_nothing_is_lost_or_repeated(
    rig: Rig, project: Project, seed: int
) -> None:
    """The wire breaks after a random number of bytes; the reader keeps whole frames alone."""
    chance = random.Random(seed)
    texts = ["é" * chance.randrange(400) for _ in range(6)]
    await project.begin()

    async def write() -> None:
        for number, text in enumerate(texts):
            await project.write(f"f{number}.py", text)
            await asyncio.sleep(0)
        await project.complete()

    writing = asyncio.create_task(write())
    seen: list[Frame] = []
    while not await cut_stream(rig, project, seen, chance.randrange(1, 4000)):
        pass
    await writing
    stored = await project.datas()
    assert ids(seen) == list(range(1, len(stored) + 1))
    assert [frame.data for frame in seen] == stored


async def cut_stream(rig: Rig, project: Project, seen: list[Frame], budget: int) -> bool:
    """Resume, read `budget` bytes and break off; whether the stream has ended."""
    received = b""
    headers = {"Last-Event-ID": str(ids(seen)[-1])} if seen else {}
    path = f"/api/stream/{project.id}?compact=0"
    async with rig.client.stream("GET", path, headers=headers) as response:
        if response.status_code == 204:
            return True
        async for data in response.aiter_bytes():
            received += data
            if len(received) >= budget:
                break
    whole = [Frame(block) for block in received[:budget].split(b"\n\n")[:-1]]
    seen += [frame for frame in whole if frame.id is not None]
    return any(frame.data == b'{"type":"end"}' for frame in whole)


async def test_two_projects_do_not_mix(rig: Rig, project: Project) -> None:
    other = await new_project(rig.log, "other")
    async with rig.frames(f"/api/stream/{project.id}") as frames:
        await frames.events(1)
        await other.begin()
        await project.begin()
        seen = await frames.events(2)
    assert {frame.json["projectId"] for frame in seen} == {project.id}
