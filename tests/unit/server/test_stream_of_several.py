"""The live stream of several projects over one connection."""

import pytest

from smartforge import events
from tests.unit.server.rig import Frame, Project, Rig, new_project


def places(frames: list[Frame]) -> list[str]:
    return [frame.id.decode() for frame in frames if frame.id is not None]


async def test_ids_name_the_project_and_the_seq(rig: Rig, project: Project) -> None:
    other = await new_project(rig.log, "other")
    await project.begin()
    async with rig.frames("/api/stream?at=project1:1,other:0") as frames:
        seen = await frames.events(3)
        assert sorted(places(seen)) == ["other:1", "project1:2", "project1:3"]
        await other.begin()
        seen = await frames.events(2)
        assert places(seen) == ["other:2", "other:3"]
        assert [frame.data for frame in seen] == (await other.datas())[1:]


async def test_it_is_always_live(rig: Rig, project: Project) -> None:
    last = await project.make({"a.py": "x = 1"})
    async with rig.frames(f"/api/stream?at=project1:{last}") as frames:
        assert frames.response.status_code == 200
        await project.begin()
        assert places(await frames.events(2)) == [f"project1:{last + 1}", f"project1:{last + 2}"]


async def test_last_event_id_advances_its_own_project_alone(rig: Rig, project: Project) -> None:
    await project.begin()
    other = await new_project(rig.log, "other")
    await other.begin()
    path = "/api/stream?at=project1:0,other:0"
    async with rig.frames(path, {"Last-Event-ID": "other:2"}) as frames:
        seen = await frames.events(4)
    assert places(seen) == ["project1:1", "project1:2", "project1:3", "other:3"]


async def test_last_event_id_of_an_earlier_place_takes_nothing_back(
    rig: Rig, project: Project
) -> None:
    await project.begin()
    headers = {"Last-Event-ID": "project1:1"}
    async with rig.frames("/api/stream?at=project1:2", headers) as frames:
        assert places(await frames.events(1)) == ["project1:3"]


async def test_last_event_id_of_a_project_not_asked_for_is_ignored(
    rig: Rig, project: Project
) -> None:
    async with rig.frames("/api/stream?at=project1:0", {"Last-Event-ID": "x:7"}) as frames:
        assert places(await frames.events(1)) == ["project1:1"]


async def test_unknown_and_deleted_projects_are_gone_and_the_others_go_on(
    rig: Rig, project: Project
) -> None:
    deleted = await new_project(rig.log, "deleted")
    await rig.log.append(deleted.id, [events.ProjectDeleted()], run=None)
    async with rig.frames("/api/stream?at=nobody:3,deleted:0,project1:0") as frames:
        seen = await frames.events(3)
        assert [frame.json for frame in seen[:2]] == [
            {"type": "gone", "projectId": "nobody"},
            {"type": "gone", "projectId": "deleted"},
        ]
        assert places(seen) == ["project1:1"]
        await project.begin()
        assert places(await frames.events(1)) == ["project1:2"]


async def test_a_project_deleted_meanwhile_is_gone(rig: Rig, project: Project) -> None:
    other = await new_project(rig.log, "other")
    async with rig.frames("/api/stream?at=project1:1,other:1") as frames:
        await other.begin()
        assert places(await frames.events(2)) == ["other:2", "other:3"]
        await rig.log.append(other.id, [events.ProjectDeleted()], run=None)
        seen = await frames.events(2)
        assert places(seen) == ["other:4"]
        assert seen[1].json == {"type": "gone", "projectId": "other"}
        await project.begin()
        assert places(await frames.events(1)) == ["project1:2"]


async def test_a_project_deleted_among_many_events_is_gone(rig: Rig, project: Project) -> None:
    await project.chunks(1500)
    async with rig.frames("/api/stream?at=project1:0") as frames:
        assert places(await frames.events(1)) == ["project1:1501"]
        await project.chunks(500)
        await rig.log.append(project.id, [events.ProjectDeleted()], run=None)
        await project.chunks(600)
        frame = await frames.event()
        while frame.id is not None:
            frame = await frames.event()
        assert frame.json["type"] == "gone"


async def test_each_project_behind_gets_its_own_snapshot(rig: Rig, project: Project) -> None:
    other = await new_project(rig.log, "other")
    await project.chunks(1500)
    await other.chunks(3)
    async with rig.frames("/api/stream?at=project1:0,other:0") as frames:
        seen = await frames.events(5)
    assert places(seen) == ["project1:1501", "other:1", "other:2", "other:3", "other:4"]
    assert seen[0].json["type"] == "snapshot"
    assert seen[0].json["projectId"] == "project1"


async def test_compact_0_gives_every_event(rig: Rig, project: Project) -> None:
    await project.chunks(3000)
    async with rig.frames("/api/stream?compact=0&at=project1:0") as frames:
        seen = await frames.events(3001)
    assert places(seen) == [f"project1:{seq}" for seq in range(1, 3002)]


async def test_a_cursor_beyond_the_tail_resets_its_project_alone(
    rig: Rig, project: Project
) -> None:
    await new_project(rig.log, "other")
    async with rig.frames("/api/stream?at=project1:5,other:0") as frames:
        seen = await frames.events(3)
    assert seen[0].json == {"type": "reset", "projectId": "project1"}
    assert seen[1].json["type"] == "snapshot"
    assert places(seen) == ["project1:1", "other:1"]


async def test_64_projects_are_taken(rig: Rig) -> None:
    for number in range(64):
        await new_project(rig.log, f"n{number}")
    at = ",".join(f"n{number}:0" for number in range(64))
    async with rig.frames(f"/api/stream?at={at}") as frames:
        assert len(places(await frames.events(64))) == 64


@pytest.mark.parametrize(
    "at",
    [
        "",
        "project1",
        "project1:",
        ":3",
        "project1:-1",
        "project1:nan",
        "project1:0,",
        "project1:0,project1:1",
        "pro/ject:1",
        "a" * 65 + ":1",
        "project1:" + "9" * 16,
        ",".join(f"n{number}:0" for number in range(65)),
    ],
)
async def test_places_that_make_no_sense_are_refused(rig: Rig, at: str) -> None:
    response = await rig.client.get("/api/stream", params={"at": at})
    assert response.status_code == 400
    assert response.headers["content-type"] == "application/problem+json"


async def test_a_header_that_is_no_place_is_refused(rig: Rig, project: Project) -> None:
    headers = {"Last-Event-ID": "3"}
    response = await rig.client.get("/api/stream?at=project1:0", headers=headers)
    assert response.status_code == 400
